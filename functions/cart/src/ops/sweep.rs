use domain::Timestamp;
use dynamodb::{Key, Table};
use futures::StreamExt;
use tracing::{error, info};

use super::CartError;
use crate::domain::Cart;

/// Rows of each of eight shards that one tick looks at.
const BATCH: i32 = 100;

/// Carts looked at together.
const TOGETHER: usize = 16;

/// Looks at every cart whose time has come: ends it, or looks again when it would end now. One that fails is tried again
/// by the next tick and does not keep the others waiting.
pub async fn sweep(table: &Table, now: Timestamp) -> Result<(), CartError> {
    let due = table.due(now, BATCH).await?;
    futures::stream::iter(due)
        .for_each_concurrent(TOGETHER, |key| async move {
            let place = key.pk.clone();
            match look_at(table, key, now).await {
                Ok(()) => {}
                // Its owner wrote it at this moment: it is looked at again.
                Err(cause) if cause.refused().is_some() => info!(cart = place, %cause, "not swept"),
                Err(cause) => error!(cart = place, %cause, "not swept"),
            }
        })
        .await;
    Ok(())
}

async fn look_at(table: &Table, key: Key, now: Timestamp) -> Result<(), dynamodb::Error> {
    let Some(stored) = table.get_consistent::<Cart>(key).await? else { return Ok(()) };
    let mut cart = Cart::clone(&stored);
    if cart.swept(now) {
        table.replace(&stored, cart).await?;
    }
    Ok(())
}
