//! Events of the other services, each safe to deliver again and in any order.

use contracts::{Event, Fact};
use domain::UserId;
use futures::future::try_join_all;
use lambda::worker::{ConsumeError, Worker};
use tracing::warn;

use crate::ctx::Ctx;
use crate::domain::{Message, Notification};
use crate::ops;

/// The worker.
pub struct Consumer {
    ctx: Ctx,
}

impl Consumer {
    /// Works with `ctx`.
    pub const fn new(ctx: Ctx) -> Self {
        Self { ctx }
    }

    async fn notify(&self, event: &Event, user: UserId, message: Message) -> Result<(), ConsumeError> {
        Ok(ops::notify(&self.ctx, &Notification::of(event, "", user, message)).await?)
    }
}

impl Worker for Consumer {
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        match &event.fact {
            Fact::UserRegistered(registered) => Ok(ops::welcome(&self.ctx, registered, event.at).await?),
            Fact::CheckoutCompleted(checkout) => {
                let orders = checkout.orders.iter().map(|order| {
                    let part = order.order_id.to_string();
                    Notification::of(&event, &part, checkout.user_id, Message::order_placed(order))
                });
                let notifications: Vec<_> = orders.collect();
                try_join_all(notifications.iter().map(|n| ops::notify(&self.ctx, n))).await?;
                Ok(())
            }
            Fact::StoreApproved(store) => self.notify(&event, store.owner_id, Message::store_approved(store)).await,
            Fact::StoreRejected(store) => self.notify(&event, store.owner_id, Message::store_rejected(store)).await,
            Fact::ImportFinished(import) => {
                self.notify(&event, import.requested_by, Message::import_finished(import)).await
            }
            Fact::ImportFailed(import) => {
                self.notify(&event, import.requested_by, Message::import_failed(import)).await
            }
            Fact::UserSignedIn(_) | Fact::UserSignedOut(_) | Fact::AuditRecorded(_) | Fact::StoreOpened(_) => {
                warn!("an event that this service did not subscribe to");
                Ok(())
            }
        }
    }

    /// Nothing of this service waits for its time.
    async fn sweep(&self) -> Result<(), ConsumeError> {
        Ok(())
    }
}
