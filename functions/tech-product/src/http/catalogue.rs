//! What the routes of the catalogue answer.

use domain::{Localized, Money, ProductId, Slug, StoreId, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use super::image_view::{self, CardImageView, ImageView};
use super::reviews::RatingView;
use crate::domain::{
    Category, Condition, Details, Fiscal, FiscalDefaults, Product, SpecField, SpecKind, SpecTemplate, Status, Variant,
};
use crate::ops::filters::{Filters, SpecFilter};
use crate::table::{Brand, BrandStatus, Card, PriceChange};

/// A product as its page shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Product")]
pub(super) struct ProductView {
    product_id: ProductId,
    store_id: StoreId,
    sku: String,
    slug: Slug,
    category: Slug,
    status: Status,
    /// Of the default variant.
    price: Option<Money>,
    #[serde(flatten)]
    details: Details,
    /// What can be bought of it; how many, its availability says.
    variants: Vec<Variant>,
    /// In order.
    images: Vec<ImageView>,
    /// What receipts say of it, the category's defaults included.
    fiscal: Fiscal,
    /// What its reviews say together.
    rating: RatingView,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        let price = product.price();
        let images = image_view::shown(&product.images);
        let Product { product_id, store_id, sku, slug, category, status, details, variants, fiscal, .. } = product;
        let (created_at, updated_at, rating) = (product.created_at, product.updated_at, product.rating.into());
        Self {
            product_id,
            store_id,
            sku,
            slug,
            category,
            status,
            price,
            details,
            variants,
            images,
            fiscal,
            rating,
            created_at,
            updated_at,
        }
    }
}

/// A product as lists show it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductCard")]
pub(super) struct CardView {
    product_id: ProductId,
    /// The default variant.
    variant_id: VariantId,
    /// How many variants there are.
    variants: usize,
    store_id: StoreId,
    sku: String,
    slug: Slug,
    category: Slug,
    title: Localized,
    brand: Option<String>,
    /// Of the cheapest variant.
    price: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_price: Option<Money>,
    /// Its primary image; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<CardImageView>,
    condition: Condition,
    status: Status,
    /// What its reviews say together.
    rating: RatingView,
    created_at: Timestamp,
}

impl From<Card> for CardView {
    fn from(card: Card) -> Self {
        let variants = card.variants().count();
        let Card { product_id, variant_id, store_id, sku, slug, category, title, brand, price, .. } = card;
        let image = card.image.map(CardImageView::from);
        let Card { original_price, condition, status, rating, created_at, .. } = card;
        Self {
            product_id,
            variant_id,
            variants,
            store_id,
            sku,
            slug,
            category,
            title,
            brand,
            price,
            original_price,
            image,
            condition,
            status,
            rating: rating.into(),
            created_at,
        }
    }
}

/// A category.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Category")]
pub(super) struct CategoryView {
    slug: Slug,
    names: Localized,
    parent: Option<Slug>,
    ancestors: Vec<Slug>,
    depth: usize,
    position: u32,
    visible: bool,
    /// Out of use for good.
    retired: bool,
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        Self {
            parent: category.ancestors.last().cloned(),
            depth: category.ancestors.len() + 1,
            slug: category.slug,
            names: category.names,
            ancestors: category.ancestors,
            position: category.position,
            visible: category.visible,
            retired: category.retired,
        }
    }
}

/// What a category's products are described by.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SpecTemplate")]
pub(super) struct TemplateView {
    category: Slug,
    fields: Vec<SpecField>,
    /// What receipts say of products that say nothing else.
    fiscal: FiscalDefaults,
}

impl From<SpecTemplate> for TemplateView {
    fn from(template: SpecTemplate) -> Self {
        Self { category: template.category, fields: template.fields, fiscal: template.fiscal }
    }
}

/// A maker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Brand")]
pub(super) struct BrandView {
    slug: Slug,
    name: String,
    status: BrandStatus,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    created_at: Timestamp,
}

impl From<Brand> for BrandView {
    fn from(brand: Brand) -> Self {
        let Brand { slug, name, status, website, created_at } = brand;
        Self { slug, name, status, verified: status == BrandStatus::Active, website, created_at }
    }
}

/// A price that was changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PriceChange")]
pub(super) struct PriceView {
    from: Money,
    to: Money,
    at: Timestamp,
}

impl From<PriceChange> for PriceView {
    fn from(PriceChange { from, to, at, .. }: PriceChange) -> Self {
        Self { from, to, at }
    }
}

/// What a variant cost.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PriceHistory")]
pub(super) struct PricesView {
    pub(super) product_id: ProductId,
    pub(super) variant_id: VariantId,
    /// Today.
    pub(super) price: Money,
    /// The lowest that was in force at any moment of the last 30 days.
    pub(super) lowest_in_30_days: Money,
    /// Changes, the newest first.
    pub(super) items: Vec<PriceView>,
    /// What to pass as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// What lists of a category can be narrowed by. Values and ranges are those of the products that were looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Filters")]
pub(super) struct FiltersView {
    category: Slug,
    /// How many products were looked at: all, or the newest 1,000.
    products: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<PriceRange>,
    brands: Vec<BrandCount>,
    conditions: Vec<ConditionCount>,
    specs: Vec<SpecFilterView>,
}

/// The cheapest and the dearest.
#[derive(Debug, Serialize, JsonSchema)]
struct PriceRange {
    min: Money,
    max: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BrandCount {
    slug: Slug,
    name: String,
    products: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ConditionCount {
    condition: Condition,
    products: usize,
}

/// A specification to be asked for as `spec.<name>`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SpecFilter")]
struct SpecFilterView {
    name: String,
    label: Localized,
    #[serde(rename = "type")]
    kind: SpecKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The choices of a select or multi-select.
    options: Vec<String>,
    /// Values that occur, with the products of each.
    values: Vec<ValueCount>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ValueCount {
    value: String,
    products: usize,
}

impl FiltersView {
    pub(super) fn of(category: Slug, filters: Filters) -> Self {
        let Filters { looked_at, brands, conditions, price, specs } = filters;
        let brand = |(slug, name, products)| BrandCount { slug, name, products };
        let condition = |(condition, products)| ConditionCount { condition, products };
        Self {
            category,
            products: looked_at,
            price: price.map(|(min, max)| PriceRange { min, max }),
            brands: brands.into_iter().map(brand).collect(),
            conditions: conditions.into_iter().map(condition).collect(),
            specs: specs.into_iter().map(SpecFilterView::from).collect(),
        }
    }
}

impl From<SpecFilter> for SpecFilterView {
    fn from(SpecFilter { field, values, range }: SpecFilter) -> Self {
        let values = values.into_iter().map(|(value, products)| ValueCount { value, products }).collect();
        let (min, max) = (range.map(|(min, _)| min), range.map(|(_, max)| max));
        let SpecField { name, label, kind, unit, options, .. } = field;
        Self { name, label, kind, unit, options, values, min, max }
    }
}
