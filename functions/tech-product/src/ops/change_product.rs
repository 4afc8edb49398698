//! Changing a product, putting it on sale, taking it off.

use std::collections::BTreeMap;

use contracts::{Actor, StoreStatus};
use domain::{CorrelationId, Money};
use dynamodb::{Error, Stored};
use serde_json::{Map, Value, json};

use super::audit::audit;
use super::create_product::price_fault;
use super::save::save;
use super::{ProductError, brands};
use crate::domain::{Fiscal, Patch, Product, SpecTemplate, Status, Variant, missing};
use crate::table::{Card, card_key, template_key};
use crate::{Ctx, Intake};

/// What is to be said anew; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it is.
    pub patch: Patch,
    /// Specifications by the template's names; `null` takes one away.
    pub specs: BTreeMap<String, Value>,
    /// Specifications that are not named are taken away.
    pub all_specs: bool,
    /// The price of the default variant.
    pub price: Option<Money>,
    /// Whether it is on sale.
    pub status: Option<Status>,
}

/// Changes a product. A change of price leaves a row of price history and reaches the stock in the same transaction: no
/// reservation at the old price succeeds after it. What is on sale must stay complete.
pub async fn change(
    ctx: &Ctx,
    before: Stored<Product>,
    change: Change,
    by: (Actor, CorrelationId),
) -> Result<Stored<Product>, ProductError> {
    let template = ctx.table.get_consistent::<SpecTemplate>(template_key(&before.category)).await?;
    let template = template.ok_or(ProductError::NoCategory)?;
    let after = changed(&before, change, &template)?;
    let after = spelled(ctx, after).await?;
    if after == *before {
        return Ok(before);
    }
    let after = after.edited(ctx.clock.now());
    let card = ctx.table.get_consistent::<Card>(card_key(before.store_id, &before.sku)).await?;
    let card = card.ok_or(ProductError::Changed)?;
    let told = audit(ctx, by, "product.change", format!("product/{}", before.product_id), difference(&before, &after));
    let tx = save(&before, &after, &card, None, after.updated_at).tell(told);
    match ctx.table.commit(tx).await {
        Ok(()) => {
            let now = ctx.table.get_consistent(crate::table::product_key(after.product_id)).await?;
            now.ok_or(ProductError::Changed)
        }
        Err(Error::Refused(_)) => Err(ProductError::Changed),
        Err(error) => Err(error.into()),
    }
}

/// Puts a product on sale: its store must be active, and nothing may be missing. Once on sale it is so again.
pub async fn publish(
    intake: &Intake,
    product: Stored<Product>,
    by: (Actor, CorrelationId),
) -> Result<Stored<Product>, ProductError> {
    let terms = intake.stores.terms(product.store_id).await?;
    if terms.is_none_or(|terms| terms.status != StoreStatus::Active) {
        return Err(ProductError::StoreNotActive);
    }
    change(&intake.ctx, product, Change { status: Some(Status::Active), ..Change::default() }, by).await
}

fn changed(before: &Product, change: Change, template: &SpecTemplate) -> Result<Product, ProductError> {
    let mut patch = change.patch;
    let mut faults = patch.faults();
    faults.extend(change.price.and_then(price_fault));
    let mut given = change.specs;
    if change.all_specs {
        for field in &template.fields {
            given.entry(field.name.clone()).or_default();
        }
    }
    match template.read_all(&given) {
        Ok(specs) => patch.specs = specs,
        Err(refusals) => faults.extend(refusals),
    }
    if !faults.is_empty() {
        return Err(ProductError::Faults(faults));
    }
    let status = before.status.to(change.status.unwrap_or(before.status))?;
    let reprice = |v: &Variant| Variant { price: change.price.filter(|_| v.default).unwrap_or(v.price), ..v.clone() };
    let details = before.details.clone().with(patch, template);
    let after = Product {
        status,
        fiscal: Fiscal::of(&details, &template.fiscal),
        details,
        variants: before.variants.iter().map(reprice).collect(),
        ..before.clone()
    };
    if after.on_sale()
        && let Some(price) = after.price()
    {
        let missing = missing(&after.details, price, template);
        if !missing.is_empty() {
            return Err(ProductError::Faults(missing));
        }
    }
    Ok(after)
}

async fn spelled(ctx: &Ctx, mut product: Product) -> Result<Product, Error> {
    if let Some(brand) = &mut product.details.brand {
        let known = brands::ensure(ctx, [&*brand]).await?;
        brand.name.clone_from(&known[&brand.slug].name);
    }
    Ok(product)
}

/// The members that differ, before and after.
fn difference(before: &Product, after: &Product) -> (Value, Value) {
    let members = |product: &Product| match json!(product.details) {
        Value::Object(mut members) => {
            members.insert("status".into(), json!(product.status));
            members.insert("price".into(), json!(product.price()));
            members
        }
        _ => Map::new(),
    };
    let (mut before, mut after) = (members(before), members(after));
    let same: Vec<String> = before.keys().filter(|k| before.get(*k) == after.get(*k)).cloned().collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (before.into(), after.into())
}
