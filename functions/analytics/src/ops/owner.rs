//! Whose product it is.

use domain::{PageLimit, ProductId, StoreId};
use dynamodb::{Error, Query};

use crate::ctx::Ctx;
use crate::table::{DayRow, Scope};

/// The store of a product, as the services told it with carts and orders. None for one that nobody ever put into a cart:
/// what clients report makes nobody its owner.
pub async fn owner(ctx: &Ctx, product: ProductId) -> Result<Option<StoreId>, Error> {
    let most = PageLimit::new(PageLimit::MAX).unwrap_or_default();
    // The newest day nearly always tells it.
    let mut query = Query::partition(Scope::Product(product).partition()).prefix("DAY#").descending().limit(most);
    loop {
        let page = ctx.table.query::<DayRow>(query.clone()).await?;
        let told = page.rows.iter().find_map(|row| row.store_id);
        match page.next {
            Some(next) if told.is_none() => query = query.after(Some(next)),
            _ => return Ok(told),
        }
    }
}
