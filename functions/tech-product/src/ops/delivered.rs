//! An order reached its shopper: they may review what was in it.

use std::collections::HashSet;

use contracts::OrderEnded;
use domain::Timestamp;
use dynamodb::Error;
use futures::StreamExt;

use crate::Ctx;
use crate::table::Delivery;

/// Rows written at once: an order has 40 lines at most, a record of a batch its share of four seconds.
const CONCURRENCY: usize = 10;

/// Remembers, once for each buyer and product, that the product was delivered. Told again, or of a later order of the
/// same product, nothing changes.
pub async fn delivered(ctx: &Ctx, told: &OrderEnded, at: Timestamp) -> Result<(), Error> {
    let products: HashSet<_> = told.order.lines.iter().map(|line| line.product_id).collect();
    let write = |product_id| async move {
        let row = Delivery {
            user_id: told.user_id,
            product_id,
            store_id: told.order.store_id,
            order_id: told.order.order_id,
            delivered_at: at,
            review_id: None,
        };
        match ctx.table.create(&row).await {
            Ok(()) | Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    };
    let written: Vec<_> = futures::stream::iter(products).map(write).buffer_unordered(CONCURRENCY).collect().await;
    written.into_iter().collect()
}
