//! Events of the other services, each safe to deliver again and in any order.

use contracts::{Actor, CheckoutCompleted, Event, Fact, OrderPlaced};
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

    async fn orders_placed(&self, event: &Event, checkout: &CheckoutCompleted) -> Result<(), ConsumeError> {
        let told = |order: &OrderPlaced| {
            let message = Message::order_placed(order, checkout.payment_method);
            Notification::of(event, &order.order_id.to_string(), checkout.user_id, message)
        };
        let notifications: Vec<_> = checkout.orders.iter().map(told).collect();
        try_join_all(notifications.iter().map(|n| ops::notify(&self.ctx, n))).await?;
        Ok(())
    }

    /// Nobody is told what they did themselves.
    async fn notify_unless_own(&self, event: &Event, user: UserId, message: Message) -> Result<(), ConsumeError> {
        if event.actor == (Actor::User { id: user }) { Ok(()) } else { self.notify(event, user, message).await }
    }
}

impl Worker for Consumer {
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        match &event.fact {
            Fact::UserRegistered(registered) => Ok(ops::welcome(&self.ctx, registered, event.at).await?),
            Fact::CheckoutCompleted(checkout) => self.orders_placed(&event, checkout).await,
            Fact::PaymentCompleted(paid) => self.notify(&event, paid.user_id, Message::order_paid(paid)).await,
            Fact::OrderMoved(moved) => match Message::order_moved(moved) {
                Some(message) => self.notify(&event, moved.user_id, message).await,
                None => Ok(()),
            },
            Fact::OrderDelivered(ended) => self.notify(&event, ended.user_id, Message::order_delivered(ended)).await,
            Fact::OrderCancelled(order) => self.notify(&event, order.user_id, Message::order_cancelled(order)).await,
            Fact::RefundCompleted(back) => self.notify(&event, back.user_id, Message::refund_completed(back)).await,
            Fact::StaffInvited(staff) => {
                self.notify_unless_own(&event, staff.user_id, Message::staff_invited(staff)).await
            }
            Fact::StaffChanged(staff) => {
                self.notify_unless_own(&event, staff.user_id, Message::staff_changed(staff)).await
            }
            Fact::StoreApproved(store) => self.notify(&event, store.owner_id, Message::store_approved(store)).await,
            Fact::StoreRejected(store) => self.notify(&event, store.owner_id, Message::store_rejected(store)).await,
            Fact::StoreSuspended(store) => {
                self.notify_unless_own(&event, store.owner_id, Message::store_suspended(store)).await
            }
            Fact::StoreReinstated(store) => {
                self.notify_unless_own(&event, store.owner_id, Message::store_reinstated(store)).await
            }
            Fact::StoreClosed(store) => {
                self.notify_unless_own(&event, store.owner_id, Message::store_closed(store)).await
            }
            Fact::ImportFinished(import) => {
                self.notify(&event, import.requested_by, Message::import_finished(import)).await
            }
            Fact::ImportFailed(import) => {
                self.notify(&event, import.requested_by, Message::import_failed(import)).await
            }
            Fact::UserSignedIn(_)
            | Fact::UserSignedOut(_)
            | Fact::AuditRecorded(_)
            | Fact::StoreOpened(_)
            | Fact::CartItemAdded(_)
            | Fact::CartItemRemoved(_)
            | Fact::ReviewSubmitted(_) => {
                warn!("an event that this service did not subscribe to");
                Ok(())
            }
        }
    }
}
