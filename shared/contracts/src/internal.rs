//! Requests and answers of the internal API, by the service that answers.

use domain::{
    Currency, Localized, Money, Phone, ProductId, Region, ReservationId, StoreId, Timestamp, UserId, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PaymentMethod, Permission, StaffRole};

/// `GET /internal/stores/{store_id}/members/{user_id}` of the store service; 404 when there is no active member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The store.
    pub store_id: StoreId,
    /// The person.
    pub user_id: UserId,
    /// What they are there.
    pub role: StaffRole,
    /// What they may do: the role's permissions and the explicit ones.
    pub permissions: Vec<Permission>,
}

/// Where a store is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoreStatus {
    /// Being filled in.
    Pending,
    /// Awaiting an admin.
    UnderReview,
    /// Selling.
    Active,
    /// Stopped by the platform.
    Suspended,
    /// Ended by its owner.
    Closed,
}

/// `GET /internal/stores/{store_id}` of the store service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoreTerms {
    /// The store.
    pub store_id: StoreId,
    /// As people read it.
    pub name: String,
    /// Only an active store sells.
    pub status: StoreStatus,
    /// Registered for VAT: its sales contain it.
    pub vat_registered: bool,
    /// The platform's commission in hundredths of a percent; 500 is 5%.
    pub commission_basis_points: u32,
    /// How many products its plan allows.
    pub products_max: u32,
    /// Delivery fees that differ from the region's default.
    pub shipping_fees: Vec<(Region, Money)>,
    /// Delivery is free from here on, after the store's discounts.
    pub free_shipping_from: Money,
    /// How its orders may be paid.
    pub payment_methods: Vec<PaymentMethod>,
    /// Whether its orders count as accepted the moment they are placed or paid.
    pub auto_accept: bool,
    /// Whether its products may be reviewed. Said since there are reviews.
    #[serde(default = "reviewed")]
    pub reviews: bool,
}

const fn reviewed() -> bool {
    true
}

/// `GET /internal/users/{user_id}/addresses/{address_id}` of the user service, 404 when the user has no such address;
/// an order freezes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryAddress {
    /// Who takes it.
    pub recipient: String,
    /// Whom the courier calls.
    pub phone: Phone,
    /// The region.
    pub region: Region,
    /// The district or city.
    pub district: String,
    /// The street.
    pub street: String,
    /// The house.
    pub house: String,
    /// The flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apartment: Option<String>,
    /// What it is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmark: Option<String>,
    /// Six digits that begin as the region's do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// `GET /internal/carts/{user_id}` of the cart service: the active cart, in the order its lines were added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CartSnapshot {
    /// Whose.
    pub user_id: UserId,
    /// Grows with every change.
    pub version: u64,
    /// The version of the last checkout whose lines have left the cart; 0 when none has. Behind the last checkout that
    /// the order service knows, the cart still shows what was bought already.
    #[serde(default)]
    pub converted_version: u64,
    /// At most 100.
    pub lines: Vec<CartLine>,
}

/// One line of a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CartLine {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// 1 to 50.
    pub quantity: u32,
    /// The price that the shopper saw last.
    pub unit_price: Money,
}

/// `GET /internal/variants/{product_id}/{variant_id}` of the tech-product service: what a cart needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// As people read it.
    pub title: Localized,
    /// Unique in the store.
    pub sku: String,
    /// The price of one.
    pub unit_price: Money,
    /// How many can be bought now.
    pub available: u32,
    /// Whether the product is published.
    pub active: bool,
    /// Percent; none when the product has none.
    #[serde(default)]
    pub vat_rate: Option<u32>,
}

/// `POST /internal/offers` of the tech-product service: many variants in one call, to show and to price a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskOffers {
    /// 1 to 100, each once.
    pub variants: Vec<VariantRef>,
}

/// A variant by its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct VariantRef {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
}

/// The answer to [`AskOffers`]: what is known, in the order that was asked; unknown variants are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offers {
    /// At most as many as were asked for.
    pub offers: Vec<Offer>,
}

/// `PUT /internal/reservations/{reservation_id}` of the tech-product service: holds every line or none. The same id
/// and lines again get the same answer; the same id with other lines a 409.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reserve {
    /// Who buys.
    pub user_id: UserId,
    /// How long the hold lasts unless it is extended or committed.
    pub hold_for_seconds: u32,
    /// The currency of every price.
    #[schemars(with = "String")]
    pub currency: Currency,
    /// 1 to 40 lines, each variant once.
    pub lines: Vec<ReserveLine>,
}

/// One line to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReserveLine {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: u32,
    /// The price the shopper agreed to; another price today is a 409.
    pub unit_price: Money,
}

/// `POST /internal/reservations/{reservation_id}/extend` of the tech-product service: the hold ends that long from now,
/// never earlier than it would have. Answers the [`Reservation`]; 409 when it is no longer held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extend {
    /// From now.
    pub hold_for_seconds: u32,
}

/// `POST /internal/reservations/{reservation_id}/commit` and `…/release` of the tech-product service: ends the part of
/// one store, or of every store whose part is still held. 409 when the named part ended the other way; again the same
/// way is the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settle {
    /// Whose lines; every store's when none.
    pub store_id: Option<StoreId>,
}

/// The answer to [`Reserve`], [`Extend`] and [`Settle`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reservation {
    /// The hold.
    pub reservation_id: ReservationId,
    /// Where it is: held while any part is; committed when no part is held and any was committed.
    pub status: ReservationStatus,
    /// Where each store's part is. Stores ship on their own, so each part ends on its own.
    pub parts: Vec<ReservationPart>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// What is held, with what an order freezes of it.
    pub lines: Vec<ReservedLine>,
}

/// One store's lines of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservationPart {
    /// The seller.
    pub store_id: StoreId,
    /// Where its lines are.
    pub status: ReservationStatus,
}

/// Where a hold, or a store's part of it, is. Commit and release exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationStatus {
    /// The stock is set aside.
    Held,
    /// The stock has left.
    Committed,
    /// The stock is back.
    Released,
}

/// A line as it is sold: a snapshot that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservedLine {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// As people read it.
    pub title: Localized,
    /// Unique in the store.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// Percent; none when the product has none.
    pub vat_rate: Option<u32>,
    /// The product's code in the national catalogue, 17 digits: stands on the fiscal receipt.
    #[serde(default)]
    pub ikpu: Option<String>,
    /// The code of its packaging there.
    #[serde(default)]
    pub package_code: Option<String>,
}

/// Why a line cannot be held; the member `lines` of the problem `stock-short` or `price-changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineRefusal {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many were asked for.
    pub requested: u32,
    /// How many are left.
    pub available: u32,
    /// The price today.
    pub unit_price: Option<Money>,
}
