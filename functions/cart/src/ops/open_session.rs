use domain::Timestamp;
use dynamodb::{Adjust, Tx};

use super::CartError;
use crate::Ctx;
use crate::domain::{Cart, SESSIONS_PER_HOUR_MAX, SessionToken, address_fingerprint, next_hour};
use crate::table::sessions_key;

/// A guest's session.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// What the guest carries from now on.
    pub token: SessionToken,
    /// When it ends unless the cart is changed before.
    pub ends_at: Timestamp,
}

/// Opens a session with an empty cart for a guest at the address `ip`, of which only a fingerprint is kept for an hour.
pub async fn open_session(ctx: &Ctx, ip: &str) -> Result<OpenedSession, CartError> {
    let now = ctx.clock.now();
    let token = SessionToken::generate(now, &*ctx.entropy);
    let mut cart = Cart::of_guest(&token, now);
    cart.arm();
    let count = Adjust::upsert("cart_sessions")
        .set_once("expires_at", next_hour(now).as_second())
        .add("opened", 1)
        .at_most("opened", i64::from(SESSIONS_PER_HOUR_MAX) - 1);
    let tx = Tx::new().create("cart", &cart).adjust("budget", sessions_key(&address_fingerprint(ip, now)), count);
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(OpenedSession { token, ends_at: cart.ends_at() }),
        Err(error) if error.refused() == Some("budget") => {
            let left = next_hour(now).as_second() - now.as_second();
            Err(CartError::TooManySessions { seconds: u64::try_from(left).unwrap_or_default() })
        }
        Err(error) => Err(error.into()),
    }
}
