use std::time::Duration;

use contracts::{Event, Fact};
use domain::{CorrelationId, Entropy, EventId, Timestamp};
use dynamodb::{Error, Table, Tx};

use super::{CartError, Seen, Visitor};
use crate::domain::Cart;

/// How often a change that met another one is worked out again. One of those that meet always gets through, so as many
/// devices of one shopper may press at the same moment.
pub(super) const ATTEMPTS_MAX: u32 = 25;

/// Pauses between attempts: any time up to this.
const PAUSE_MS_MAX: u32 = 40;

/// Works `change` out on the cart as it is and writes it if nobody else wrote meanwhile; otherwise once more. `change`
/// gets the version that the cart will have, and answers what is to be told of it: none when there is nothing to write.
/// A cart that does not exist counts as an empty one.
pub(super) async fn change(
    table: &Table,
    entropy: &dyn Entropy,
    visitor: &Visitor,
    at: Timestamp,
    mut change: impl FnMut(&mut Cart, u64) -> Result<Option<Vec<Fact>>, CartError>,
) -> Result<Seen, CartError> {
    let correlation_id = CorrelationId::generate(at, entropy);
    for _ in 0..ATTEMPTS_MAX {
        let (read, mut cart) = visitor.cart(table, at).await?;
        let version = read.as_ref().map_or(0, dynamodb::Stored::version);
        let Some(facts) = change(&mut cart, version + 1)? else { return Ok(Seen { cart, version }) };
        // An event of the queue may be older than what its shopper did since.
        cart.changed_at = cart.changed_at.max(at);
        cart.arm();
        let event = |fact| Event::new(EventId::generate(at, entropy), at, visitor.actor(), correlation_id, fact);
        let events: Vec<Event> = facts.into_iter().map(event).collect();
        let tx = match &read {
            Some(read) => Tx::new().replace("cart", read, &cart),
            None => Tx::new().create("cart", &cart),
        };
        match table.commit(tx.carry(&events)).await {
            Ok(()) => return Ok(Seen { cart, version: version + 1 }),
            Err(Error::Refused(_)) => pause(entropy).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(CartError::Contended)
}

/// Lets the others go first, perhaps.
pub(super) async fn pause(entropy: &dyn Entropy) {
    tokio::time::sleep(Duration::from_millis(entropy.below(PAUSE_MS_MAX).into())).await;
}
