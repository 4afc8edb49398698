//! Brands come into being when a product names them.

use std::collections::HashMap;

use domain::Slug;
use dynamodb::Error;

use crate::Ctx;
use crate::domain::BrandRef;
use crate::table::{Brand, BrandStatus, brand_key};

/// The brands that are named, by slug, spelled as they were spelled first; new ones are made.
pub(super) async fn ensure(
    ctx: &Ctx,
    named: impl IntoIterator<Item = &BrandRef>,
) -> Result<HashMap<Slug, BrandRef>, Error> {
    let mut brands: HashMap<Slug, BrandRef> = HashMap::new();
    for brand in named {
        brands.entry(brand.slug.clone()).or_insert_with(|| brand.clone());
    }
    let mut new = brands.clone();
    for known in ctx.table.get_many::<Brand>(brands.keys().map(brand_key)).await? {
        new.remove(&known.slug);
        respell(&mut brands, &known);
    }
    for BrandRef { slug, name } in new.into_values() {
        let row = Brand { slug, name, status: BrandStatus::Pending, created_at: ctx.clock.now() };
        match ctx.table.create(&row).await {
            Ok(()) => {}
            // Somebody else named it in between: their spelling stands.
            Err(Error::Refused(refusal)) => {
                if let Some(known) = refusal.existing::<Brand>() {
                    respell(&mut brands, &known);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(brands)
}

fn respell(brands: &mut HashMap<Slug, BrandRef>, known: &Brand) {
    if let Some(brand) = brands.get_mut(&known.slug) {
        brand.name.clone_from(&known.name);
    }
}
