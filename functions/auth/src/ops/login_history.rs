//! Attempts to sign in, as their owner reads them.

use dynamodb::{Page, Query};

use super::Error;
use crate::Ctx;
use crate::domain::LoginAttempt;

/// One page of `query`, which is one of [`crate::table`].
pub async fn login_history(ctx: &Ctx, query: Query) -> Result<Page<LoginAttempt>, Error> {
    Ok(ctx.table.query(query).await?)
}
