use domain::{
    CheckoutId, CorrelationId, EventId, ImportId, Locale, Money, OrderId, ProductId, ReviewId, SessionId, StoreId,
    Timestamp, UserId, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fulfilment, PaymentMethod, PlatformRole, Service, StaffRole};

/// A fact that a service tells the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The same however often the fact is delivered: what a consumer remembers.
    pub id: EventId,
    /// When it became true.
    pub at: Timestamp,
    /// Whose doing it was.
    pub actor: Actor,
    /// The request it follows from.
    pub correlation_id: CorrelationId,
    /// The version of `data`; a reader accepts every version it has a golden file for.
    pub version: u16,
    /// `type` and `data`.
    #[serde(flatten)]
    pub fact: Fact,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Nobody who signed in.
    Guest,
    /// A person.
    User {
        /// Who.
        id: UserId,
    },
    /// A service by itself: a schedule, a queue.
    System {
        /// Which.
        service: Service,
    },
    /// An operator at the command line.
    Operator,
}

/// What can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Fact {
    /// An account became active: its email is proven. A registration that is undone is never told.
    #[serde(rename = "user.registered")]
    UserRegistered(UserRegistered),
    /// A session began.
    #[serde(rename = "user.signed_in")]
    UserSignedIn(UserSession),
    /// A session was ended by its owner.
    #[serde(rename = "user.signed_out")]
    UserSignedOut(UserSession),
    /// Somebody did something that an auditor may ask about.
    #[serde(rename = "audit.recorded")]
    AuditRecorded(AuditRecorded),
    /// A store exists; it does not sell yet.
    #[serde(rename = "store.opened")]
    StoreOpened(StoreFact),
    /// A store may sell.
    #[serde(rename = "store.approved")]
    StoreApproved(StoreFact),
    /// A store was turned down.
    #[serde(rename = "store.rejected")]
    StoreRejected(StoreFact),
    /// A store was stopped by the platform: what it has on sale is shown to nobody.
    #[serde(rename = "store.suspended")]
    StoreSuspended(StoreStanding),
    /// A store that was stopped sells again.
    #[serde(rename = "store.reinstated")]
    StoreReinstated(StoreStanding),
    /// A store was ended by its owner.
    #[serde(rename = "store.closed")]
    StoreClosed(StoreStanding),
    /// Every row of an import was looked at.
    #[serde(rename = "import.finished")]
    ImportFinished(ImportFinished),
    /// An import was given up before its last row.
    #[serde(rename = "import.failed")]
    ImportFailed(ImportFailed),
    /// Somebody was asked to join a store's staff.
    #[serde(rename = "staff.invited")]
    StaffInvited(StaffFact),
    /// Somebody is no longer of a store's staff, or became something else there.
    #[serde(rename = "staff.changed")]
    StaffChanged(StaffFact),
    /// Pieces were put into a cart.
    #[serde(rename = "cart.item_added")]
    CartItemAdded(CartItem),
    /// Pieces were taken out of a cart by its owner.
    #[serde(rename = "cart.item_removed")]
    CartItemRemoved(CartItem),
    /// A checkout became orders. Paid in cash, they are purchases; others become so when they are paid.
    #[serde(rename = "checkout.completed")]
    CheckoutCompleted(CheckoutCompleted),
    /// A checkout was paid in advance: its orders are purchases now.
    #[serde(rename = "payment.completed")]
    PaymentCompleted(PaymentCompleted),
    /// An order went on, neither to its delivery nor to its end.
    #[serde(rename = "order.moved")]
    OrderMoved(OrderMoved),
    /// An order reached its shopper.
    #[serde(rename = "order.delivered")]
    OrderDelivered(OrderEnded),
    /// An order was given up before it left, or was lost on its way.
    #[serde(rename = "order.cancelled")]
    OrderCancelled(OrderCancelled),
    /// A shopper got the money of an order back.
    #[serde(rename = "refund.completed")]
    RefundCompleted(RefundCompleted),
    /// Somebody reviewed a product that they bought; nobody else sees it yet.
    #[serde(rename = "review.submitted")]
    ReviewSubmitted(ReviewSubmitted),
}

/// Data of `user.registered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserRegistered {
    /// The account.
    pub user_id: UserId,
    /// Its role.
    pub role: PlatformRole,
    /// The language it reads.
    pub locale: Locale,
}

/// Data of `user.signed_in` and `user.signed_out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserSession {
    /// The account.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
}

/// Data of `audit.recorded`. The actor and the time are the event's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditRecorded {
    /// The service that did it.
    pub service: Service,
    /// Such as `store.approve`.
    pub action: String,
    /// Kind and id, such as `store/0198…`.
    pub resource: String,
    /// The fields that changed, before.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub before: Value,
    /// The same fields, after.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub after: Value,
}

/// Data of the events of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoreFact {
    /// The store.
    pub store_id: StoreId,
    /// Its owner.
    pub owner_id: UserId,
}

/// Data of `store.suspended`, `store.reinstated` and `store.closed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoreStanding {
    /// The store.
    pub store_id: StoreId,
    /// Its owner.
    pub owner_id: UserId,
    /// Grows with every change of the store: of two events the one with the larger revision is the later.
    pub revision: u64,
}

/// Data of `import.finished`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportFinished {
    /// The import.
    pub import_id: ImportId,
    /// Whose products they are.
    pub store_id: StoreId,
    /// Who uploaded them.
    pub requested_by: UserId,
    /// Rows that became products.
    pub accepted: u32,
    /// Rows that did not; their reasons stand in the import.
    pub refused: u32,
}

/// Data of `import.failed`. Rows done until then stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportFailed {
    /// The import.
    pub import_id: ImportId,
    /// Whose products they are.
    pub store_id: StoreId,
    /// Who uploaded them.
    pub requested_by: UserId,
    /// Why.
    pub reason: ImportFailure,
}

/// Why an import was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportFailure {
    /// The store may not sell any more.
    StoreNotActive,
    /// The uploaded file is gone.
    FileGone,
    /// The uploaded file is not what it was said to be, or too large when unpacked.
    BadFile,
    /// The category was taken out of use.
    CategoryRetired,
    /// No progress for over an hour, for a reason of ours.
    Stalled,
}

/// Data of `staff.invited` and `staff.changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaffFact {
    /// The store.
    pub store_id: StoreId,
    /// As people read it.
    pub store_name: String,
    /// Whom it concerns.
    pub user_id: UserId,
    /// What they are to be, or are now; none when they are out.
    pub role: Option<StaffRole>,
}

/// Whose cart it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum CartOwner {
    /// Somebody who signed in.
    User(UserId),
    /// A guest.
    Session(SessionId),
}

/// Data of `cart.item_added` and `cart.item_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CartItem {
    /// Whose cart.
    pub owner: CartOwner,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// How many came or went.
    pub quantity: u32,
    /// Whether the cart held nothing of that store before it was added.
    pub first_of_store: bool,
}

/// Data of `checkout.completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckoutCompleted {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// How it is paid. Version 1 knew cash only and did not say.
    #[serde(default = "cash")]
    pub payment_method: PaymentMethod,
    /// The version of the cart that was bought: a cart changed since keeps what was added.
    pub cart_version: u64,
    /// One per store.
    pub orders: Vec<OrderPlaced>,
}

/// One order of a checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: OrderId,
    /// What people call it, such as `UM-20261123-7K3F9Q`.
    pub number: String,
    /// The seller.
    pub store_id: StoreId,
    /// What was bought.
    pub lines: Vec<OrderedLine>,
    /// Delivery.
    pub shipping: Money,
    /// What is to be paid.
    pub total: Money,
}

const fn cash() -> PaymentMethod {
    PaymentMethod::CashOnDelivery
}

/// Data of `payment.completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCompleted {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// How it was paid.
    pub payment_method: PaymentMethod,
    /// What was paid: the sum of the orders' totals.
    pub amount: Money,
    /// One per store.
    pub orders: Vec<OrderPlaced>,
}

/// Data of `order.moved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderMoved {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: String,
    /// The buyer.
    pub user_id: UserId,
    /// The seller.
    pub store_id: StoreId,
    /// Where it is now.
    pub to: Fulfilment,
}

/// Data of `order.delivered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderEnded {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// What was in it.
    pub order: OrderPlaced,
}

/// Data of `order.cancelled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancelled {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// What was in it.
    pub order: OrderPlaced,
    /// Why.
    pub reason: CancelReason,
    /// Whether it was a purchase: paid in advance, or to be paid in cash.
    pub purchased: bool,
    /// What the shopper gets back; none when nothing was paid.
    pub refund: Option<Money>,
}

/// Data of `review.submitted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewSubmitted {
    /// The review.
    pub review_id: ReviewId,
    /// Of what.
    pub product_id: ProductId,
    /// The seller.
    pub store_id: StoreId,
    /// By whom.
    pub user_id: UserId,
    /// Stars, 1 to 5.
    pub rating: u8,
}

/// Data of `refund.completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundCompleted {
    /// The checkout that was paid.
    pub checkout_id: CheckoutId,
    /// The order that was given up.
    pub order_id: OrderId,
    /// What people call it.
    pub number: String,
    /// The buyer, who has the money.
    pub user_id: UserId,
    /// The seller.
    pub store_id: StoreId,
    /// What they got back.
    pub amount: Money,
}

/// Why an order ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    /// The shopper changed their mind.
    Shopper,
    /// The store cannot deliver.
    Store,
    /// The store did not accept in time.
    NotAccepted,
    /// The store accepted, and did not ship in time. Since version 2 of `order.cancelled`.
    NotShipped,
    /// It was not paid in time.
    NotPaid,
    /// The payment provider took the payment back.
    Provider,
    /// Platform staff ended it.
    Platform,
    /// It was lost on its way.
    Lost,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderedLine {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: u32,
    /// Price times quantity, discounts taken off.
    pub total: Money,
}

impl Fact {
    /// The name on the wire, such as `user.registered`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UserRegistered(_) => "user.registered",
            Self::UserSignedIn(_) => "user.signed_in",
            Self::UserSignedOut(_) => "user.signed_out",
            Self::AuditRecorded(_) => "audit.recorded",
            Self::StoreOpened(_) => "store.opened",
            Self::StoreApproved(_) => "store.approved",
            Self::StoreRejected(_) => "store.rejected",
            Self::StoreSuspended(_) => "store.suspended",
            Self::StoreReinstated(_) => "store.reinstated",
            Self::StoreClosed(_) => "store.closed",
            Self::ImportFinished(_) => "import.finished",
            Self::ImportFailed(_) => "import.failed",
            Self::StaffInvited(_) => "staff.invited",
            Self::StaffChanged(_) => "staff.changed",
            Self::CartItemAdded(_) => "cart.item_added",
            Self::CartItemRemoved(_) => "cart.item_removed",
            Self::CheckoutCompleted(_) => "checkout.completed",
            Self::PaymentCompleted(_) => "payment.completed",
            Self::OrderMoved(_) => "order.moved",
            Self::OrderDelivered(_) => "order.delivered",
            Self::OrderCancelled(_) => "order.cancelled",
            Self::RefundCompleted(_) => "refund.completed",
            Self::ReviewSubmitted(_) => "review.submitted",
        }
    }

    /// The version that is written today.
    pub const fn version(&self) -> u16 {
        match self {
            Self::CheckoutCompleted(_) | Self::OrderCancelled(_) => 2,
            _ => 1,
        }
    }

    /// Who is told: the one table of subscriptions.
    pub const fn subscribers(&self) -> &'static [Service] {
        use Service::{Analytics, Auth, Cart, TechProduct, User};
        match self {
            Self::UserSignedIn(_)
            | Self::UserSignedOut(_)
            | Self::StoreOpened(_)
            | Self::CartItemAdded(_)
            | Self::CartItemRemoved(_)
            | Self::ReviewSubmitted(_) => &[Analytics],
            Self::AuditRecorded(_) => &[Auth],
            Self::StoreApproved(_)
            | Self::StoreRejected(_)
            | Self::StaffInvited(_)
            | Self::StaffChanged(_)
            | Self::ImportFinished(_)
            | Self::ImportFailed(_)
            | Self::OrderMoved(_)
            | Self::RefundCompleted(_) => &[User],
            Self::StoreSuspended(_) | Self::StoreReinstated(_) | Self::StoreClosed(_) => &[TechProduct, User],
            Self::CheckoutCompleted(_) => &[Cart, User, Analytics],
            Self::UserRegistered(_) | Self::PaymentCompleted(_) | Self::OrderCancelled(_) => &[User, Analytics],
            Self::OrderDelivered(_) => &[TechProduct, User, Analytics],
        }
    }
}

/// Why a message is no event for this reader.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not an event, or of a type that this reader does not know.
    #[error("not an event: {0}")]
    Form(#[from] serde_json::Error),
    /// Written by a later release: it has to wait for this reader's own.
    #[error("version {1} of {0} is newer than this reader")]
    Newer(&'static str, u16),
}

impl Event {
    /// Reads a message; a version newer than the one written today is refused rather than guessed at.
    pub fn read(text: &str) -> Result<Self, EventError> {
        let event: Self = serde_json::from_str(text)?;
        let newer = event.version > event.fact.version();
        if newer { Err(EventError::Newer(event.fact.name(), event.version)) } else { Ok(event) }
    }

    /// A fact that became true just now.
    pub fn new(id: EventId, at: Timestamp, actor: Actor, correlation_id: CorrelationId, fact: Fact) -> Self {
        Self { id, at, actor, correlation_id, version: fact.version(), fact }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn golden() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        let name = |p: &Path| p.file_name().unwrap().to_string_lossy().into_owned();
        files.iter().map(|p| (name(p), std::fs::read_to_string(p).unwrap())).collect()
    }

    #[test]
    fn every_event_ever_written_can_still_be_read() {
        for (file, text) in golden() {
            let event: Event = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert_eq!(file, format!("{}.v{}.json", event.fact.name(), event.version));
        }
    }

    #[test]
    fn what_is_written_today_equals_its_golden_file() {
        for (file, text) in golden() {
            let event: Event = serde_json::from_str(&text).unwrap();
            if event.version == event.fact.version() {
                let (today, then): (Value, Value) =
                    (serde_json::to_value(&event).unwrap(), serde_json::from_str(&text).unwrap());
                assert_eq!(today, then, "{file}");
            }
        }
    }

    #[test]
    fn a_newer_version_is_left_to_a_newer_reader() {
        let (_, text) = golden().remove(0);
        assert!(Event::read(&text).is_ok());
        let newer = text.replace("\"version\": 1", "\"version\": 9");
        assert!(matches!(Event::read(&newer), Err(EventError::Newer(_, 9))));
        assert!(matches!(Event::read("{}"), Err(EventError::Form(_))));
    }

    #[test]
    fn every_fact_has_a_golden_file() {
        // The enum's own names, read from this file: a new variant without a golden file fails here.
        let source = include_str!("event.rs");
        let facts: BTreeSet<_> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("#[serde(rename = \"")?.strip_suffix("\")]"))
            .filter(|name| name.contains('.'))
            .collect();
        let files = golden();
        let held: BTreeSet<_> = files.iter().filter_map(|(name, _)| name.rsplit_once(".v")).map(|(f, _)| f).collect();
        assert_eq!(facts, held);
    }
}
