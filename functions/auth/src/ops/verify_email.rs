//! Proving an email.

use contracts::Actor;
use dynamodb::Tx;
use serde_json::json;

use super::lookup::account_of;
use super::{Error, RACES_MAX, event};
use crate::IdentityCtx;
use crate::domain::user_token::Tried;
use crate::domain::{Code, Email, UserToken};
use crate::table::token_key;

/// Makes the account of `email` active if `code` is the one that was sent to it last.
///
/// A try counts by a write that fails when the token changed since it was read; then it is judged anew. So five wrong
/// ones end the token however many come at once, and of two right ones one is too late.
pub async fn verify_email(ctx: &IdentityCtx, email: &Email, code: &Code) -> Result<(), Error> {
    let key = ctx.credentials.code_key().await?;
    for _ in 0..RACES_MAX {
        let now = ctx.clock.now();
        let account = account_of(ctx, email).await?.filter(|account| account.awaits_code(now));
        let account = account.ok_or(Error::WrongCode)?;
        let id = account.email_code.ok_or(Error::WrongCode)?;
        let token = ctx.table.get_consistent::<UserToken>(token_key(account.id, id)).await?.ok_or(Error::WrongCode)?;
        let (tx, answer) = match token.attempt(code, &key, now) {
            Tried::Spent => return Err(Error::WrongCode),
            Tried::Wrong(tried) => (Tx::new().replace("token", &token, &tried), Err(Error::WrongCode)),
            Tried::Right(used) => {
                let verified = account.verified();
                let (actor, resource) = (Actor::User { id: account.id }, format!("user/{}", account.id));
                let (before, after) = (json!({"status": account.status}), json!({"status": verified.status}));
                let tx = Tx::new()
                    .replace("token", &token, &used)
                    .replace("account", &account, &verified)
                    .tell(event::audited(ctx, actor, "user.verify-email", resource, before, after));
                (tx, Ok(()))
            }
        };
        match ctx.table.commit(tx).await {
            Ok(()) => return answer,
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Busy)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    fn wrong(right: &Code, nth: u32) -> Code {
        let number: u32 = right.as_str().parse().unwrap();
        format!("{:06}", (number + 1 + nth) % 1_000_000).parse().unwrap()
    }

    #[tokio::test]
    async fn a_code_works_once_even_when_tried_twice_at_the_same_moment() {
        let w = World::new().await;
        w.register(EMAIL, PASSWORD).await.unwrap();
        let tries = join_all((0..8).map(|_| w.verify(EMAIL))).await;
        assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 1);
        assert!(tries.iter().all(|tried| matches!(tried, Ok(()) | Err(Error::WrongCode))), "{tries:?}");
        w.verify(EMAIL).await.unwrap_err();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn five_wrong_codes_end_the_right_one_however_many_come_at_once() {
        let w = World::new().await;
        w.register(EMAIL, PASSWORD).await.unwrap();
        let (email, right) = (EMAIL.parse().unwrap(), w.mailbox.code(EMAIL));
        let codes: Vec<_> = (0..20).map(|nth| wrong(&right, nth)).collect();
        let tries = join_all(codes.iter().map(|code| verify_email(&w.ctx, &email, code))).await;
        assert!(tries.iter().all(|tried| matches!(tried, Err(Error::WrongCode))), "{tries:?}");
        assert!(matches!(w.verify(EMAIL).await, Err(Error::WrongCode)));
    }

    #[tokio::test]
    async fn a_code_ends_after_ten_minutes() {
        let w = World::new().await;
        w.register(EMAIL, PASSWORD).await.unwrap();
        w.clock.advance(SignedDuration::from_mins(10));
        assert!(matches!(w.verify(EMAIL).await, Err(Error::WrongCode)));
    }
}
