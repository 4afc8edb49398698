//! One request at a time works on a pending account ([`WORK`]); the others wait for their turn.

use std::time::Duration;

use dynamodb::Stored;

use super::Error;
use crate::IdentityCtx;
use crate::domain::Account;
use crate::domain::account::WORK;

/// How long a request waits for the one before it: longer than [`WORK`], so that it takes over from one that was
/// killed, and less than a function may take.
pub(super) const TURNS_MAX: u32 = 100;
const TURN: Duration = Duration::from_millis(75);
/// How long a request works before it gives up.
const STEPS: Duration = Duration::from_secs(5);
const _: () = assert!(STEPS.as_secs() + 1 == WORK.as_secs().unsigned_abs());
const _: () = assert!(TURN.as_millis() * TURNS_MAX as u128 > 1_000 * WORK.as_secs().unsigned_abs() as u128);

/// Lets whoever is at work go on.
pub(super) async fn wait() {
    tokio::time::sleep(TURN).await;
}

/// Carries out `steps` on `account`, which is the caller's to work on. When one fails or takes too long
/// ([`Error::Busy`]), the next request need not wait.
pub(super) async fn work(
    ctx: &IdentityCtx,
    account: &Stored<Account>,
    steps: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    let done = tokio::time::timeout(STEPS, steps).await.unwrap_or(Err(Error::Busy));
    if done.is_err() {
        match ctx.table.replace(account, account.given_up()).await {
            Ok(_) => {}
            // Somebody else wrote the account: it is theirs.
            Err(error) if error.refused().is_some() => {}
            // Its time passes by itself; what went wrong first is what matters.
            Err(cause) => tracing::warn!(%cause, user.id = %account.id, "an account stays busy"),
        }
    }
    done
}
