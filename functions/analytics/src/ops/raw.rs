//! Raw rows, a page at a time: what services told, what front ends reported, the sessions of a visitor.

use dynamodb::{Cursor, Error, Query, Row, Stored};

use crate::ctx::Ctx;

/// One page in order of the keys.
pub async fn raw<R: Row>(ctx: &Ctx, query: Query) -> Result<(Vec<R>, Option<Cursor>), Error> {
    let page = ctx.table.query::<R>(query).await?;
    Ok((page.rows.into_iter().map(Stored::into_row).collect(), page.next))
}
