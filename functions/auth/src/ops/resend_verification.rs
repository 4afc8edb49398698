//! Another code.

use domain::TokenId;
use dynamodb::Tx;

use super::Error;
use super::lookup::{account_of, nobody};
use crate::IdentityCtx;
use crate::credentials::CredentialsError;
use crate::domain::{Code, Email, TokenKind, UserToken};
use crate::mail::Letter;

/// Sends another code to an address that awaits one, at most once a minute; the code before stops to count. Whoever
/// asks is told nothing. An account whose registration was cut off awaits none: registering again is what finishes it.
pub async fn resend_verification(ctx: &IdentityCtx, email: &Email) -> Result<(), Error> {
    let key = ctx.credentials.code_key().await?;
    let now = ctx.clock.now();
    let account =
        account_of(ctx, email).await?.filter(|account| account.awaited_code().is_some() && !account.is_busy(now));
    let Some(account) = account.filter(|a| a.mails.allows(now) && !a.mails.is_fresh(now)) else {
        // A call for a call: about as long as handing over a mail.
        return match ctx.credentials.sign_in(nobody(email), "nobody's password").await {
            Err(error @ CredentialsError::Unavailable(_)) => Err(error.into()),
            _ => Ok(()),
        };
    };
    let code = Code::generate(&*ctx.entropy);
    let id = TokenId::generate(now, &*ctx.entropy);
    let token = UserToken::of(id, account.id, TokenKind::EmailVerification, &code, &key, now);
    let tx = Tx::new().replace("account", &account, &account.code_sent(id, now)).create("token", &token);
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(ctx.mailer.send(&account.email, Letter::Verification(&code).write(account.locale)).await?),
        // Another request sends one at this moment, or the code before was just used.
        Err(error) if error.refused().is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    #[tokio::test]
    async fn another_code_replaces_the_one_before() {
        let w = World::new().await;
        let email = EMAIL.parse().unwrap();
        w.register(EMAIL).await.unwrap();
        let first = w.mailbox.code(EMAIL);
        resend_verification(&w.ctx, &email).await.unwrap();
        assert_eq!(w.mailbox.to(EMAIL).len(), 1, "not within a minute");
        w.clock.advance(SignedDuration::from_mins(11));
        resend_verification(&w.ctx, &email).await.unwrap();
        assert_eq!(w.mailbox.to(EMAIL).len(), 2);
        assert_ne!(w.mailbox.code(EMAIL), first);
        assert!(matches!(w.verify_with(EMAIL, &first, PASSWORD).await, Err(Error::WrongCode)));
        w.verify(EMAIL, PASSWORD).await.unwrap();
        resend_verification(&w.ctx, &email).await.unwrap();
        resend_verification(&w.ctx, &"nobody@example.uz".parse().unwrap()).await.unwrap();
        assert_eq!(w.mailbox.to(EMAIL).len(), 2);
        assert!(w.mailbox.to("nobody@example.uz").is_empty());
    }
}
