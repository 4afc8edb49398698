//! Marking notifications as read or unread.

use domain::{NotificationId, PageLimit, UserId};
use dynamodb::{Error, Stored};
use futures::future::try_join_all;

use crate::ctx::Ctx;
use crate::domain::Notification;
use crate::table;

/// Rows that are written at the same time.
const AT_ONCE: PageLimit = match PageLimit::new(50) {
    Ok(limit) => limit,
    Err(_) => panic!("50 is a page"),
};

/// Marks one notification of `user` and answers it; `None` when there is no such notification.
pub async fn mark(ctx: &Ctx, user: UserId, id: NotificationId, read: bool) -> Result<Option<Notification>, Error> {
    // Only this mark ever changes the row: whoever loses a race finds the other mark and writes over it.
    loop {
        let Some(row) = ctx.table.get_consistent(table::notification(user, id)).await? else { return Ok(None) };
        if let Some(marked) = try_mark(ctx, row, read).await? {
            return Ok(Some(marked));
        }
    }
}

/// Marks everything that `user` has not read and answers how much that was. What arrives meanwhile may stay unread.
pub async fn mark_all_read(ctx: &Ctx, user: UserId) -> Result<usize, Error> {
    let (mut marked, mut cursor) = (0, None);
    loop {
        let page = ctx.table.query(table::unread(user).limit(AT_ONCE).after(cursor)).await?;
        let marks = page.rows.into_iter().map(|row: Stored<Notification>| async {
            let id = row.notification_id;
            match try_mark(ctx, row, true).await? {
                Some(_) => Ok(()),
                // The index lags behind the row: look at the row itself.
                None => mark(ctx, user, id, true).await.map(|_| ()),
            }
        });
        marked += try_join_all(marks).await?.len();
        cursor = page.next;
        if cursor.is_none() {
            return Ok(marked);
        }
    }
}

/// `None` when the row was written since it was read.
async fn try_mark(ctx: &Ctx, row: Stored<Notification>, read: bool) -> Result<Option<Notification>, Error> {
    if row.read == read {
        return Ok(Some(row.into_row()));
    }
    let marked = Notification { read, ..Notification::clone(&row) };
    match ctx.table.replace(&row, marked).await {
        Ok(stored) => Ok(Some(stored.into_row())),
        Err(error) if error.refused().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::ops::{notify, unread_count};
    use crate::tests::world;

    #[tokio::test]
    async fn reading_many_times_at_once_counts_once() {
        let w = world().await;
        let (one, two) = (w.notification("u", "e1"), w.notification("u", "e2"));
        for n in [&one, &two] {
            notify(&w.ctx, n).await.unwrap();
        }
        let user = one.user_id;
        let marks = join_all((0..10).map(|_| mark(&w.ctx, user, one.notification_id, true))).await;
        assert!(marks.into_iter().all(|m| m.unwrap().unwrap().read));
        assert_eq!(unread_count(&w.ctx, user).await.unwrap().count, 1);
        mark(&w.ctx, user, one.notification_id, false).await.unwrap();
        assert_eq!(unread_count(&w.ctx, user).await.unwrap().count, 2);
    }

    #[tokio::test]
    async fn a_second_delivery_does_not_make_a_read_notification_unread() {
        let w = world().await;
        let n = w.notification("u", "e");
        notify(&w.ctx, &n).await.unwrap();
        mark(&w.ctx, n.user_id, n.notification_id, true).await.unwrap();
        notify(&w.ctx, &n).await.unwrap();
        assert_eq!(unread_count(&w.ctx, n.user_id).await.unwrap().count, 0);
    }

    #[tokio::test]
    async fn all_are_read_past_one_page_and_nobody_elses() {
        let w = world().await;
        for n in 0..120 {
            notify(&w.ctx, &w.notification("u", &format!("e{n}"))).await.unwrap();
        }
        let other = w.notification("v", "e0");
        notify(&w.ctx, &other).await.unwrap();
        let user = UserId::derived("u");
        assert_eq!(mark_all_read(&w.ctx, user).await.unwrap(), 120);
        assert_eq!(mark_all_read(&w.ctx, user).await.unwrap(), 0);
        assert_eq!(unread_count(&w.ctx, user).await.unwrap().count, 0);
        assert_eq!(unread_count(&w.ctx, other.user_id).await.unwrap().count, 1);
    }
}
