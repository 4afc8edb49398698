//! The table of the service.
//!
//! | row | PK | SK | GSI1 | GSI2 | due |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Category`] | `CATEGORY#<slug>` | `CATEGORY` | `CATEGORIES` or `CATEGORIES#HIDDEN` / path | | |
//! | [`SpecTemplate`] | `CATEGORY#<slug>` | `TEMPLATE` | | | |
//! | [`Brand`] | `BRAND#<slug>` | `BRAND` | `BRANDS#<status>` / slug | | |
//! | [`Product`] | `PRODUCT#<id>` | `PRODUCT` | | | |
//! | [`Stock`] | `PRODUCT#<id>` | `VARIANT#<id>` | | | |
//! | [`PriceChange`] | `PRODUCT#<id>` | `PRICE#<variant>#<ms>#<version>` | | | |
//! | [`Movement`] | `PRODUCT#<id>` | `MOVEMENT#<id>` | `MOVEMENTS#<product>` / time | | |
//! | [`SlugClaim`] | `SLUG#<slug>` | `SLUG` | | | |
//! | [`Card`] | `STORE#<id>` | `SKU#<sku>` | `SALE#<category>` / time, when on sale | `SALE#<store>` / time, when on sale | |
//! | | | | GSI3: `SALE#<category>` / price, when on sale | | |
//! | [`SkuClaim`] | `STORE#<id>` | `SKU#<sku of a variant>` | | | |
//! | [`Counters`] | `STORE#<id>` | `COUNTERS` | | | |
//! | [`ImportPlace`] | `STORE#<id>` | `IMPORTING#<number>` | | | |
//! | [`Standing`] | `STORE#<id>` | `STANDING` | | | |
//! | [`Import`] | `IMPORT#<id>` | `IMPORT` | `IMPORTS#<store>` / time | | until it is over |
//! | [`RefusedRow`] | `IMPORT#<id>` | `REFUSED#<number>` | | | |
//! | [`Picture`] | `IMAGE#<id>` | `IMAGE` | | | while its file is awaited, or leaves |
//! | [`Hold`] | `RESERVATION#<id>` | `RESERVATION` | | | while it is held |
//! | [`Delivery`] | `BUYER#<user>` | `DELIVERED#<product>` | | | |
//! | [`Review`] | `REVIEW#<id>` | `REVIEW` | `REVIEWS#<product>` / id, when approved | `REVIEWS#<status>` / id | |
//! | | | | GSI3: `REVIEWS#REPORTED` / id, when approved and reported | | |
//! | [`HelpfulVote`] | `BUYER#<user>` | `HELPFUL#<review>` | | | |
//! | [`ReviewReport`] | `BUYER#<user>` | `REPORTED#<review>` | `REPORTS#<review>` / time | | |
//! | outbox | `OUTBOX#<day>#<shard>` | time and event | | | |
//!
//! | question | answered by |
//! | --- | --- |
//! | the tree of categories | GSI1 `CATEGORIES`, ascending |
//! | a category, its template | one row each |
//! | a product's page | its one row; by slug: the claim, then the row |
//! | what is on sale in a category, in a store | GSI1, GSI2 `SALE#…`, newest first, or GSI3, by price: cards of some 900 bytes, so that a page of 20 is 2 to 3 read units; the products themselves (2–5 KB) would be 8, keys and a batch of reads 20 |
//! | the same in a category and everything below it | one such query a category, merged; empty categories cost half a unit |
//! | the same, narrowed by brand, condition, price, specifications | the same queries: cards carry their filterable values, and at most 400 are looked at for a page, which may then be short and still have a next one. A price range is a key range when the list is by price. Searching all of a large catalogue is for an index built for it |
//! | what can a category be filtered by | its template, and its newest 1,000 cards |
//! | brands that were verified, that wait for it | GSI1 `BRANDS#…` |
//! | what a variant cost | `PRODUCT#<id>` / `PRICE#<variant>#` |
//! | all products of a store | `STORE#<id>` / `SKU#`, by SKU |
//! | what can be bought of a product | `PRODUCT#<id>` / `VARIANT#` |
//! | who moved its stock | GSI1 `MOVEMENTS#<product>`, newest first |
//! | does a store sell | get its standing, remembered for 15 s |
//! | may a store begin an import | get its two places and the imports that have them |
//! | may somebody review a product, and did they | `BUYER#<user>` / `DELIVERED#<product>` |
//! | what everybody sees of its reviews | GSI1 `REVIEWS#<product>`, newest first; their stars stand in the product and its card |
//! | reviews that wait for an admin, that were reported | GSI2 `REVIEWS#<status>`, GSI3 `REVIEWS#REPORTED` |
//! | what a picture's address leads to | its one row |
//! | holds that are overdue, imports that stand still, pictures that nobody confirmed or shows | `due` |
//!
//! Catalogue data and stock are two rows, because they change at different hands and rates: a sale writes 500 bytes, not
//! the page. What a sale depends on (price, whether the product is on sale) is copied into the stock row in the same
//! transaction that changes the product, so that a reservation is one conditional update a line.

mod images;
mod keys;
mod reviews;
mod rows;
mod standing;

use domain::{ImportId, ProductId, Slug, StoreId, Timestamp, VariantId};
use dynamodb::{Index, IndexSchema, Projection, Query, TableSchema};

pub use images::{Picture, PictureState, picture_key};
pub use keys::*;
pub use reviews::{
    HelpfulVote, ReportReason, ReviewReport, helpful_key, reported_reviews, reports_of, review_key, reviews, reviews_of,
};
pub use rows::{
    Brand, BrandStatus, Card, Counters, Delivery, ImportPlace, Movement, MovementCause, PriceChange, RefusedRow,
    SkuClaim, SkuRow, SlugClaim, Stock,
};

pub use standing::{Standing, standing_key};

#[cfg(doc)]
use crate::domain::{Category, Hold, Import, Product, Review, SpecTemplate};

/// The shape of the table.
pub const SCHEMA: TableSchema = TableSchema {
    indexes: &[
        IndexSchema { index: Index::Gsi1, projection: Projection::All },
        IndexSchema { index: Index::Gsi2, projection: Projection::All },
        IndexSchema { index: Index::Gsi3, projection: Projection::All },
    ],
};

/// The tree of visible categories, parents before their children.
pub fn categories() -> Query {
    Query::partition("CATEGORIES").on(Index::Gsi1)
}

/// The categories that shoppers do not see: hidden or retired.
pub fn hidden_categories() -> Query {
    Query::partition("CATEGORIES#HIDDEN").on(Index::Gsi1)
}

/// The brands of that status, by slug.
pub fn brands(status: BrandStatus) -> Query {
    let list = match status {
        BrandStatus::Pending => "BRANDS#PENDING",
        BrandStatus::Active => "BRANDS#ACTIVE",
    };
    Query::partition(list).on(Index::Gsi1)
}

/// What a variant cost, the newest change first.
pub fn prices_of(product: ProductId, variant: VariantId) -> Query {
    Query::partition(format!("PRODUCT#{product}")).prefix(format!("PRICE#{variant}#")).descending()
}

/// The changes of a variant's price since `since`, the oldest first.
pub fn prices_since(product: ProductId, variant: VariantId, since: Timestamp) -> Query {
    let last = format!("PRICE#{variant}#~");
    Query::partition(format!("PRODUCT#{product}")).between(price_changed_at(variant, since), last)
}

/// What is on sale in a category, the cheapest first.
pub fn on_sale_by_price(category: &Slug) -> Query {
    Query::partition(format!("SALE#{category}")).on(Index::Gsi3)
}

/// What is on sale in a category, newest first.
pub fn on_sale_in(category: &Slug) -> Query {
    Query::partition(format!("SALE#{category}")).on(Index::Gsi1).descending()
}

/// What a store has on sale, newest first.
pub fn on_sale_by(store: StoreId) -> Query {
    Query::partition(format!("SALE#{store}")).on(Index::Gsi2).descending()
}

/// Every product of a store, by SKU.
pub fn products_of(store: StoreId) -> Query {
    Query::partition(format!("STORE#{store}")).prefix("SKU#").consistent()
}

/// The stock of every variant of a product.
pub fn stock_of(product: ProductId) -> Query {
    Query::partition(format!("PRODUCT#{product}")).prefix("VARIANT#")
}

/// Who moved the stock of a product, newest first.
pub fn movements_of(product: ProductId) -> Query {
    Query::partition(format!("MOVEMENTS#{product}")).on(Index::Gsi1).descending()
}

/// A store's imports, newest first.
pub fn imports_of(store: StoreId) -> Query {
    Query::partition(format!("IMPORTS#{store}")).on(Index::Gsi1).descending()
}

/// The refused rows of an import, in the file's order.
pub fn refusals_of(import: ImportId) -> Query {
    Query::partition(format!("IMPORT#{import}")).prefix("REFUSED#").consistent()
}
