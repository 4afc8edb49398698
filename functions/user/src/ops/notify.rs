//! Telling people something, and how much they have not seen.

use domain::{PageLimit, UserId};
use dynamodb::Error;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ctx::Ctx;
use crate::domain::Notification;
use crate::table;

/// The largest unread count that is counted.
const COUNTED_MAX: PageLimit = match PageLimit::new(PageLimit::MAX) {
    Ok(limit) => limit,
    Err(_) => panic!("the largest page is a page"),
};

/// Keeps a notification; a second delivery of its event changes nothing, not even what was read since.
pub async fn notify(ctx: &Ctx, notification: &Notification) -> Result<(), Error> {
    match ctx.table.create(notification).await {
        Err(error) if error.refused().is_some() => Ok(()),
        result => result,
    }
}

/// How many notifications somebody has not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "UnreadNotifications")]
pub struct Unread {
    /// Exact up to 100.
    pub count: usize,
    /// Whether there are more than `count`.
    pub more: bool,
}

/// Counts the unread notifications of `user`.
pub async fn unread_count(ctx: &Ctx, user: UserId) -> Result<Unread, Error> {
    let page = ctx.table.query::<Notification>(table::unread(user).limit(COUNTED_MAX)).await?;
    Ok(Unread { count: page.rows.len(), more: page.next.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::world;

    #[tokio::test]
    async fn the_count_says_when_it_stops_counting() {
        let w = world().await;
        for n in 0..103 {
            notify(&w.ctx, &w.notification("u", &format!("e{n}"))).await.unwrap();
        }
        let unread = unread_count(&w.ctx, UserId::derived("u")).await.unwrap();
        assert_eq!(unread, Unread { count: 100, more: true });
    }
}
