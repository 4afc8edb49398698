//! What notifications tell. The facts are kept, the words (`words.rs`) are made when somebody reads: whoever changes the
//! language reads old notifications in the new one.

use contracts::{
    CancelReason, Fulfilment, ImportFailed, ImportFailure, ImportFinished, OrderCancelled, OrderEnded, OrderMoved,
    OrderPlaced, PaymentCompleted, PaymentMethod, RefundCompleted, StaffFact, StaffRole, StoreFact, StoreStanding,
};
use domain::{CheckoutId, ImportId, Money, OrderId, StoreId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Topic;

/// Why somebody is told something, with what a front end needs to lead there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "NotificationMessage")]
pub enum Message {
    /// An order of theirs was placed.
    OrderPlaced {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
        /// What is to be paid.
        total: Money,
        /// How; rows of before there was a choice were paid in cash.
        #[serde(default = "cash")]
        payment_method: PaymentMethod,
    },
    /// A checkout of theirs was paid in advance.
    OrderPaid {
        /// The checkout.
        checkout_id: CheckoutId,
        /// What people call its orders.
        numbers: Vec<String>,
        /// What was paid.
        amount: Money,
    },
    /// An order of theirs went on.
    OrderMoved {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
        /// Where it is now.
        to: Fulfilment,
    },
    /// An order of theirs is with them.
    OrderDelivered {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
    },
    /// An order of theirs was given up.
    OrderCancelled {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
        /// Why.
        reason: CancelReason,
        /// What they get back.
        refund: Option<Money>,
    },
    /// They got the money of an order back.
    RefundCompleted {
        /// The order.
        order_id: OrderId,
        /// What people call it.
        number: String,
        /// What they got back.
        amount: Money,
    },
    /// They were asked to join a store's staff.
    StaffInvited {
        /// The store.
        store_id: StoreId,
        /// As people read it.
        store_name: String,
        /// What they are to be.
        role: Option<StaffRole>,
    },
    /// They became something else in a store's staff, or nothing.
    StaffChanged {
        /// The store.
        store_id: StoreId,
        /// As people read it.
        store_name: String,
        /// What they are now; none when they are out.
        role: Option<StaffRole>,
    },
    /// Their store may sell.
    StoreApproved {
        /// The store.
        store_id: StoreId,
    },
    /// Their store was turned down.
    StoreRejected {
        /// The store.
        store_id: StoreId,
    },
    /// Their store was stopped by the platform.
    StoreSuspended {
        /// The store.
        store_id: StoreId,
    },
    /// Their store sells again.
    StoreReinstated {
        /// The store.
        store_id: StoreId,
    },
    /// Their store was closed.
    StoreClosed {
        /// The store.
        store_id: StoreId,
    },
    /// Their import is done.
    ImportFinished {
        /// The import.
        import_id: ImportId,
        /// The store.
        store_id: StoreId,
        /// Rows that became products.
        accepted: u32,
        /// Rows that did not.
        refused: u32,
    },
    /// Their import was given up.
    ImportFailed {
        /// The import.
        import_id: ImportId,
        /// The store.
        store_id: StoreId,
        /// Why.
        reason: ImportFailure,
    },
}

const fn cash() -> PaymentMethod {
    PaymentMethod::CashOnDelivery
}

impl Message {
    /// That an order was placed.
    pub fn order_placed(order: &OrderPlaced, payment_method: PaymentMethod) -> Self {
        Self::OrderPlaced { order_id: order.order_id, number: order.number.clone(), total: order.total, payment_method }
    }

    /// That a checkout was paid.
    pub fn order_paid(payment: &PaymentCompleted) -> Self {
        let numbers = payment.orders.iter().map(|order| order.number.clone()).collect();
        Self::OrderPaid { checkout_id: payment.checkout_id, numbers, amount: payment.amount }
    }

    /// That an order went on; `None` for the moves within a store, which change nothing for whoever waits.
    pub fn order_moved(moved: &OrderMoved) -> Option<Self> {
        let told = matches!(moved.to, Fulfilment::Confirmed | Fulfilment::Shipped | Fulfilment::OutForDelivery);
        told.then(|| Self::OrderMoved { order_id: moved.order_id, number: moved.number.clone(), to: moved.to })
    }

    /// That an order arrived.
    pub fn order_delivered(ended: &OrderEnded) -> Self {
        Self::OrderDelivered { order_id: ended.order.order_id, number: ended.order.number.clone() }
    }

    /// That an order was given up.
    pub fn order_cancelled(cancelled: &OrderCancelled) -> Self {
        let OrderPlaced { order_id, number, .. } = &cancelled.order;
        let (reason, refund) = (cancelled.reason, cancelled.refund);
        Self::OrderCancelled { order_id: *order_id, number: number.clone(), reason, refund }
    }

    /// That the money of an order is back.
    pub fn refund_completed(refund: &RefundCompleted) -> Self {
        Self::RefundCompleted { order_id: refund.order_id, number: refund.number.clone(), amount: refund.amount }
    }

    /// That somebody is asked to join a store.
    pub fn staff_invited(staff: &StaffFact) -> Self {
        Self::StaffInvited { store_id: staff.store_id, store_name: staff.store_name.clone(), role: staff.role }
    }

    /// That somebody's place in a store is another one.
    pub fn staff_changed(staff: &StaffFact) -> Self {
        Self::StaffChanged { store_id: staff.store_id, store_name: staff.store_name.clone(), role: staff.role }
    }

    /// That a store may sell.
    pub const fn store_approved(store: &StoreFact) -> Self {
        Self::StoreApproved { store_id: store.store_id }
    }

    /// That a store was turned down.
    pub const fn store_rejected(store: &StoreFact) -> Self {
        Self::StoreRejected { store_id: store.store_id }
    }

    /// That a store was stopped.
    pub const fn store_suspended(store: &StoreStanding) -> Self {
        Self::StoreSuspended { store_id: store.store_id }
    }

    /// That a store sells again.
    pub const fn store_reinstated(store: &StoreStanding) -> Self {
        Self::StoreReinstated { store_id: store.store_id }
    }

    /// That a store was closed.
    pub const fn store_closed(store: &StoreStanding) -> Self {
        Self::StoreClosed { store_id: store.store_id }
    }

    /// That an import is done.
    pub const fn import_finished(import: &ImportFinished) -> Self {
        let ImportFinished { import_id, store_id, accepted, refused, .. } = *import;
        Self::ImportFinished { import_id, store_id, accepted, refused }
    }

    /// That an import was given up.
    pub const fn import_failed(import: &ImportFailed) -> Self {
        let ImportFailed { import_id, store_id, reason, .. } = *import;
        Self::ImportFailed { import_id, store_id, reason }
    }

    /// What it is about, if people can choose to be told.
    pub const fn topic(&self) -> Option<Topic> {
        match self {
            Self::OrderPlaced { .. }
            | Self::OrderPaid { .. }
            | Self::OrderMoved { .. }
            | Self::OrderDelivered { .. }
            | Self::OrderCancelled { .. }
            | Self::RefundCompleted { .. } => Some(Topic::OrderUpdates),
            Self::StaffInvited { .. }
            | Self::StaffChanged { .. }
            | Self::StoreApproved { .. }
            | Self::StoreRejected { .. }
            | Self::StoreSuspended { .. }
            | Self::StoreReinstated { .. }
            | Self::StoreClosed { .. }
            | Self::ImportFinished { .. }
            | Self::ImportFailed { .. } => None,
        }
    }
}
