//! Signing out.

use domain::UserId;

use super::Error;
use super::login::session_of;
use super::sessions::revoke;
use crate::Ctx;
use crate::domain::SessionEnd;

/// Ends the session that an access token with `origin` belongs to; fine when it is over already.
/// [`Error::SessionOver`] when the token names no session of theirs: nothing is ended.
///
/// What could continue the session is deleted with it: Cognito's refresh token was readable only through the client's.
/// The access token itself counts until its fifteen minutes are over.
pub async fn logout(ctx: &Ctx, user: UserId, origin: &str) -> Result<(), Error> {
    match revoke(ctx, user, session_of(origin), SessionEnd::SignedOut).await {
        Err(Error::NotFound) => Err(Error::SessionOver),
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World, origin};

    #[tokio::test]
    async fn an_access_token_signs_its_own_session_out_and_no_other() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let (here, there) = (w.login(EMAIL, PASSWORD).await.unwrap(), w.login(EMAIL, PASSWORD).await.unwrap());
        for _ in 0..2 {
            logout(&w.ctx, user, &origin(&here.access)).await.unwrap();
        }
        assert!(matches!(w.refresh(&here.refresh, None).await, Err(Error::SessionOver)));
        w.refresh(&there.refresh, None).await.unwrap();
    }

    #[tokio::test]
    async fn a_token_that_names_no_session_is_told_so() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let here = w.login(EMAIL, PASSWORD).await.unwrap();
        for unknown in ["", "origin-of-nobody"] {
            assert!(matches!(logout(&w.ctx, user, unknown).await, Err(Error::SessionOver)), "{unknown}");
        }
        w.refresh(&here.refresh, None).await.unwrap();
    }
}
