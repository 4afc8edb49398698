//! The raw events of one hour.

use contracts::Event;
use dynamodb::{Cursor, Error, Query};

use crate::ctx::Ctx;
use crate::table::EventRow;

/// One page of events in order of their ids, which is about that of their times.
pub async fn events(ctx: &Ctx, query: Query) -> Result<(Vec<Event>, Option<Cursor>), Error> {
    let page = ctx.table.query::<EventRow>(query).await?;
    Ok((page.rows.into_iter().map(|row| row.into_row().event).collect(), page.next))
}
