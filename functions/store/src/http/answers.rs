//! What is answered about stores.

use contracts::{PaymentMethod, StaffRole, StoreStatus};
use domain::{Localized, Money, Region, Slug, StoreId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Contacts, Details, Plan, Presentation, Seo, ShippingFee, Store, StoreKind, StoreName, Suspension};
use crate::ops::Mine;

/// A store as everybody sees it: who is behind it stays with the platform.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PublicStore {
    store_id: StoreId,
    slug: Slug,
    name: StoreName,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: StoreKind,
    region: Region,
    contacts: Contacts,
    vat_registered: bool,
    opened_at: Timestamp,
}

impl From<Store> for PublicStore {
    fn from(s: Store) -> Self {
        Self {
            store_id: s.store_id,
            slug: s.slug,
            name: s.details.name,
            description: s.details.description,
            kind: s.details.kind,
            region: s.details.region,
            contacts: s.details.contacts,
            vat_registered: s.details.vat_registered,
            opened_at: s.opened_at,
        }
    }
}

/// A store's page: the store, and on what terms it sells.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StorePage {
    #[serde(flatten)]
    store: PublicStore,
    /// Whether its products may be reviewed.
    reviews: bool,
    /// How goods are taken back, beyond what the law says.
    return_policy: Option<Localized>,
    /// Delivery fees that differ from the region's default.
    shipping_fees: Vec<ShippingFee>,
    /// From where delivery is free.
    free_shipping_from: Money,
    /// How its orders may be paid.
    payment_methods: Vec<PaymentMethod>,
    /// What search engines are told.
    seo: Seo,
}

impl From<(Store, Presentation)> for StorePage {
    fn from((store, said): (Store, Presentation)) -> Self {
        let selling = store.selling.clone();
        Self {
            store: store.into(),
            reviews: selling.reviews,
            return_policy: said.return_policy,
            free_shipping_from: selling.free_from(),
            shipping_fees: selling.shipping_fees,
            payment_methods: selling.payment_methods,
            seo: said.seo,
        }
    }
}

/// A store as its staff and the admins see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Store")]
pub(super) struct StoreAnswer {
    store_id: StoreId,
    slug: Slug,
    owner_id: UserId,
    status: StoreStatus,
    #[serde(flatten)]
    details: Details,
    plan: Plan,
    products_max: u32,
    opened_at: Timestamp,
    submitted_at: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    /// Why the last review turned it down.
    rejection: Option<String>,
    /// When and why the platform stopped it.
    suspension: Option<Suspension>,
    /// How many are on its staff, those invited counted.
    members: u32,
}

impl From<Store> for StoreAnswer {
    fn from(s: Store) -> Self {
        Self {
            store_id: s.store_id,
            slug: s.slug,
            owner_id: s.owner_id,
            status: s.status,
            details: s.details,
            plan: s.plan,
            products_max: s.plan.products_max(),
            opened_at: s.opened_at,
            submitted_at: s.submitted_at,
            decided_at: s.decided_at,
            rejection: s.rejection,
            suspension: s.suspension,
            members: s.members,
        }
    }
}

/// A store that the caller works for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MyStore {
    #[serde(flatten)]
    store: StoreAnswer,
    role: StaffRole,
}

impl From<Mine> for MyStore {
    fn from(mine: Mine) -> Self {
        Self { store: mine.store.into(), role: mine.role }
    }
}
