//! Where each row stands.

use contracts::ReservationStatus;
use domain::{ImportId, ProductId, ReservationId, Slug, StoreId, Timestamp, UserId, VariantId};
use dynamodb::{Due, Index, Key, Row};
use jiff::SignedDuration;

use super::rows::{
    Brand, BrandStatus, Card, Counters, Delivery, ImportPlace, Movement, PriceChange, RefusedRow, SkuClaim, SkuRow,
    SlugClaim, Stock,
};
use crate::domain::{Category, Hold, Import, Product, SpecTemplate, Status};

/// How long a reservation's id stays barred that was released before it was asked for: no request is under way for longer
/// than seconds; the rest is room.
const BARRED_FOR: SignedDuration = SignedDuration::from_hours(48);
/// The place of a store's counters.
const COUNTERS: &str = "COUNTERS";
/// How long it can be looked up why a row was refused.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Key of a product.
pub fn product_key(id: ProductId) -> Key {
    Key::new(format!("PRODUCT#{id}"), "PRODUCT")
}

/// Key of a variant's stock.
pub fn stock_key(product: ProductId, variant: VariantId) -> Key {
    Key::new(format!("PRODUCT#{product}"), format!("VARIANT#{variant}"))
}

/// Key of a movement.
pub fn movement_key(product: ProductId, movement: uuid::Uuid) -> Key {
    Key::new(format!("PRODUCT#{product}"), format!("MOVEMENT#{movement}"))
}

/// Key of a category.
pub fn category_key(slug: &Slug) -> Key {
    Key::new(format!("CATEGORY#{slug}"), "CATEGORY")
}

/// Key of a category's template.
pub fn template_key(category: &Slug) -> Key {
    Key::new(format!("CATEGORY#{category}"), "TEMPLATE")
}

/// Key of a brand.
pub fn brand_key(slug: &Slug) -> Key {
    Key::new(format!("BRAND#{slug}"), "BRAND")
}

/// Key of a slug's claim.
pub fn slug_key(slug: &Slug) -> Key {
    Key::new(format!("SLUG#{slug}"), "SLUG")
}

/// Key of a product's card.
pub fn card_key(store: StoreId, sku: &str) -> Key {
    Key::new(format!("STORE#{store}"), format!("SKU#{sku}"))
}

/// Key of a store's counters; the attribute `products` counts its products.
pub fn counters_key(store: StoreId) -> Key {
    Key::new(format!("STORE#{store}"), COUNTERS)
}

/// Key of one of a store's places for imports.
pub fn import_place_key(store: StoreId, number: u8) -> Key {
    Key::new(format!("STORE#{store}"), format!("IMPORTING#{number}"))
}

/// Key of the row that says that a product reached somebody.
pub fn delivery_key(user: UserId, product: ProductId) -> Key {
    Key::new(format!("BUYER#{user}"), format!("DELIVERED#{product}"))
}

/// Key of an import.
pub fn import_key(id: ImportId) -> Key {
    Key::new(format!("IMPORT#{id}"), "IMPORT")
}

/// Key of a reservation.
pub fn hold_key(id: ReservationId) -> Key {
    Key::new(format!("RESERVATION#{id}"), "RESERVATION")
}

impl Row for Category {
    const KIND: &'static str = "category";

    fn key(&self) -> Key {
        category_key(&self.slug)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let tree = if self.is_shown() { "CATEGORIES" } else { "CATEGORIES#HIDDEN" };
        vec![(Index::Gsi1, Key::new(tree, self.path()))]
    }
}

impl Row for SpecTemplate {
    const KIND: &'static str = "spec-template";

    fn key(&self) -> Key {
        template_key(&self.category)
    }
}

impl Row for Brand {
    const KIND: &'static str = "brand";

    fn key(&self) -> Key {
        brand_key(&self.slug)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let list = match self.status {
            BrandStatus::Pending => "BRANDS#PENDING",
            BrandStatus::Active => "BRANDS#ACTIVE",
        };
        vec![(Index::Gsi1, Key::new(list, self.slug.as_str()))]
    }
}

impl Row for Product {
    const KIND: &'static str = "product";

    fn key(&self) -> Key {
        product_key(self.product_id)
    }
}

impl Row for Stock {
    const KIND: &'static str = "stock";

    fn key(&self) -> Key {
        stock_key(self.product_id, self.variant_id)
    }
}

impl Row for PriceChange {
    const KIND: &'static str = "price-change";

    fn key(&self) -> Key {
        let place = format!("{}#{}", price_changed_at(self.variant_id, self.at), self.product_version);
        Key::new(format!("PRODUCT#{}", self.product_id), place)
    }
}

impl Row for Movement {
    const KIND: &'static str = "movement";

    fn key(&self) -> Key {
        movement_key(self.product_id, self.movement_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", sortable(self.at), self.movement_id);
        vec![(Index::Gsi1, Key::new(format!("MOVEMENTS#{}", self.product_id), place))]
    }
}

impl Row for Delivery {
    const KIND: &'static str = "delivery";

    fn key(&self) -> Key {
        delivery_key(self.user_id, self.product_id)
    }
}

impl Row for SlugClaim {
    const KIND: &'static str = "slug";

    fn key(&self) -> Key {
        slug_key(&self.slug)
    }
}

impl Row for Card {
    const KIND: &'static str = "card";

    fn key(&self) -> Key {
        card_key(self.store_id, &self.sku)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        if self.status != Status::Active {
            return Vec::new();
        }
        vec![
            (Index::Gsi1, Key::new(format!("SALE#{}", self.category), self.place_by_time())),
            (Index::Gsi2, Key::new(format!("SALE#{}", self.store_id), self.place_by_time())),
            (Index::Gsi3, Key::new(format!("SALE#{}", self.category), self.place_by_price())),
        ]
    }
}

impl Card {
    /// Where it stands among what is newest.
    pub fn place_by_time(&self) -> String {
        format!("{}#{}", sortable(self.created_at), self.product_id)
    }

    /// Where it stands among what is cheapest.
    pub fn place_by_price(&self) -> String {
        format!("{}#{}", sortable_price(self.price.minor()), self.product_id)
    }
}

impl Row for SkuClaim {
    /// That of what it keeps out.
    const KIND: &'static str = Card::KIND;

    fn key(&self) -> Key {
        card_key(self.store_id, &self.sku)
    }
}

impl Row for SkuRow {
    const KIND: &'static str = Card::KIND;

    fn key(&self) -> Key {
        match self {
            Self::Card(card) => card.key(),
            Self::Claim(claim) => claim.key(),
        }
    }
}

impl Row for Import {
    const KIND: &'static str = "import";

    fn key(&self) -> Key {
        import_key(self.import_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", sortable(self.created_at), self.import_id);
        vec![(Index::Gsi1, Key::new(format!("IMPORTS#{}", self.store_id), place))]
    }

    fn due(&self) -> Option<Due> {
        self.is_under_way().then_some(Due(self.look_at))
    }

    /// Only what never began is forgotten.
    fn expires_at(&self) -> Option<Timestamp> {
        self.forgotten_at()
    }
}

impl Row for RefusedRow {
    const KIND: &'static str = "refused-row";

    fn key(&self) -> Key {
        Key::new(format!("IMPORT#{}", self.import_id), format!("REFUSED#{:08}", self.number))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.refused_at.map(|at| at + REFUSED_FOR)
    }
}

impl Row for Counters {
    const KIND: &'static str = "counters";

    fn key(&self) -> Key {
        Key::new(self.partition.as_str(), COUNTERS)
    }
}

impl Row for ImportPlace {
    const KIND: &'static str = "import-place";

    fn key(&self) -> Key {
        import_place_key(self.store_id, self.number)
    }
}

impl Row for Hold {
    const KIND: &'static str = "reservation";

    fn key(&self) -> Key {
        hold_key(self.reservation_id)
    }

    fn due(&self) -> Option<Due> {
        (self.status() == ReservationStatus::Held).then_some(Due(self.ends_at))
    }

    /// Only what never held anything is forgotten: other holds are the record of what they did to the stock.
    fn expires_at(&self) -> Option<Timestamp> {
        self.never_was().then_some(self.created_at + BARRED_FOR)
    }
}

/// Milliseconds with leading zeros: text that sorts by time.
pub(super) fn sortable(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// Minor units with leading zeros: text that sorts by price.
pub fn sortable_price(minor: i64) -> String {
    format!("{minor:016}")
}

/// The beginning of the keys of a variant's price changes at that moment.
pub fn price_changed_at(variant: VariantId, at: Timestamp) -> String {
    format!("PRICE#{variant}#{}", sortable(at))
}
