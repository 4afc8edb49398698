//! Telling people something, and how much they have not seen.

use domain::{PageLimit, UserId};
use dynamodb::Error;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ctx::Ctx;
use crate::domain::{Channel, Notification, Preferences};
use crate::table;

/// Rows that are counted at a time.
const PAGE: PageLimit = match PageLimit::new(PageLimit::MAX) {
    Ok(limit) => limit,
    Err(_) => panic!("the largest page is a page"),
};

/// Where counting stops.
const COUNTED_MAX: usize = 1_000;

/// Keeps what its reader wants to be told, if they want it in the list of notifications; a second delivery of its event
/// changes nothing, not even what was read since.
pub async fn notify(ctx: &Ctx, notification: &Notification) -> Result<(), Error> {
    if let Some(topic) = notification.message.topic() {
        // As of some moments ago is soon enough.
        let preferences = ctx.table.get::<Preferences>(table::preferences(notification.user_id)).await?;
        if preferences.is_some_and(|preferences| !preferences.allow(Some(topic), Channel::InApp)) {
            return Ok(());
        }
    }
    match ctx.table.create(notification).await {
        Err(error) if error.refused().is_some() => Ok(()),
        result => result,
    }
}

/// How many notifications somebody has not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "UnreadNotifications")]
pub struct Unread {
    /// Exact up to 1,000.
    pub count: usize,
    /// Whether there are more than `count`.
    pub more: bool,
}

/// Counts the unread notifications of `user`.
pub async fn unread_count(ctx: &Ctx, user: UserId) -> Result<Unread, Error> {
    let (mut count, mut cursor) = (0, None);
    loop {
        let page = ctx.table.query::<Notification>(table::unread(user).limit(PAGE).after(cursor)).await?;
        count += page.rows.len();
        cursor = page.next;
        if cursor.is_none() || count >= COUNTED_MAX {
            return Ok(Unread { count, more: cursor.is_some() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::world;

    #[tokio::test]
    async fn the_count_is_exact_past_one_page() {
        let w = world().await;
        for n in 0..103 {
            notify(&w.ctx, &w.notification("u", &format!("e{n}"))).await.unwrap();
        }
        let unread = unread_count(&w.ctx, UserId::derived("u")).await.unwrap();
        assert_eq!(unread, Unread { count: 103, more: false });
    }
}
