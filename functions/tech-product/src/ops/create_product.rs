//! A product as a form describes it. It begins as a draft.

use std::collections::BTreeMap;

use contracts::Actor;
use domain::{CorrelationId, Money, Slug, StoreId, UserId, VariantId};
use serde_json::{Value, json};

use super::audit::audit;
use super::insert::{Inserted, insert};
use super::{ProductError, brands, categories};
use crate::Intake;
use crate::domain::{
    Details, Fault, Fiscal, Gallery, Patch, Product, Rating, Refusal, STOCK_MAX, SpecTemplate, Status, Variant,
    check_price, check_sku, product_id,
};
use crate::table::MovementCause;

/// A product to be made.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Whose.
    pub store_id: StoreId,
    /// Unique in the store.
    pub sku: String,
    /// Its place in the tree.
    pub category: Slug,
    /// The price of one.
    pub price: Money,
    /// How many there are.
    pub stock: i64,
    /// What it is.
    pub patch: Patch,
    /// Specifications by the template's names.
    pub specs: BTreeMap<String, Value>,
    /// Who makes it.
    pub by: UserId,
    /// The request.
    pub correlation: CorrelationId,
}

/// Makes a draft.
pub async fn create(intake: &Intake, new: NewProduct) -> Result<Product, ProductError> {
    let ctx = &intake.ctx;
    let template = categories::open_template(ctx, &new.category).await?.ok_or(ProductError::NoCategory)?;
    let patch = checked(&new, &template)?;
    let terms = intake.stores.terms(new.store_id).await?.ok_or(ProductError::StoreNotActive)?;
    let id = product_id(new.store_id, &new.sku);
    let mut details = Details::default().with(patch, &template);
    if let Some(brand) = &mut details.brand {
        let known = brands::ensure(ctx, [&*brand]).await?;
        brand.name.clone_from(&known[&brand.slug].name);
    }
    let now = ctx.clock.now();
    let product = Product {
        product_id: id,
        store_id: new.store_id,
        sku: new.sku.clone(),
        slug: new.category.clone(),
        category: new.category,
        status: Status::Draft,
        fiscal: Fiscal::of(&details, &template.fiscal),
        details,
        variants: vec![default_variant(id, new.sku, new.price)],
        images: Gallery::default(),
        rating: Rating::default(),
        created_at: now,
        updated_at: now,
        edited_at: Some(now),
        imported: None,
    };
    let after = json!({"sku": product.sku, "price": new.price, "stock": new.stock, "category": product.category});
    let by = (Actor::User { id: new.by }, new.correlation);
    let told = audit(ctx, by, "product.create", format!("product/{id}"), (Value::Null, after));
    let cause = MovementCause::Opening { by: new.by };
    match insert(ctx, product, new.stock, cause, terms.products_max, Some(told)).await? {
        Inserted::New(product) => Ok(*product),
        Inserted::Known(known) => Err(ProductError::SkuTaken(known.product_id)),
        Inserted::Claimed(known) => Err(ProductError::SkuTaken(known)),
        Inserted::Full => Err(ProductError::ProductsMax(terms.products_max)),
    }
}

/// The one variant of a product that has no choices.
pub(super) fn default_variant(product: domain::ProductId, sku: String, price: Money) -> Variant {
    let variant_id = VariantId::derived(&format!("variant/{product}/default"));
    Variant { variant_id, sku, options: BTreeMap::new(), price, default: true }
}

fn checked(new: &NewProduct, template: &SpecTemplate) -> Result<Patch, ProductError> {
    let mut patch = new.patch.clone();
    let mut faults = patch.faults();
    if patch.title.is_none() {
        faults.push(Refusal::new("title", Fault::Missing));
    }
    faults.extend(check_sku(&new.sku).err().map(|fault| Refusal::new("sku", fault)));
    faults.extend(price_fault(new.price));
    if !(0..=STOCK_MAX).contains(&new.stock) {
        faults.push(Refusal::new("stock", Fault::Stock));
    }
    match template.read_all(&new.specs) {
        Ok(specs) => patch.specs = specs,
        Err(refusals) => faults.extend(refusals),
    }
    if faults.is_empty() { Ok(patch) } else { Err(ProductError::Faults(faults)) }
}

/// What is wrong with a price in minor units.
pub(super) fn price_fault(price: Money) -> Option<Refusal> {
    check_price(price).map(|fault| Refusal::new("price", fault))
}
