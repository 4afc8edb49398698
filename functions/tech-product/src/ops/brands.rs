//! Makers. A product that names a new one makes it, as a vendor can; an admin verifies it.

use std::collections::HashMap;

use contracts::Actor;
use domain::{Change as Said, CorrelationId, Slug};
use dynamodb::{Error, Stored, Tx};
use serde_json::{Value, json};

use super::audit::audit;
use crate::Ctx;
use crate::domain::{BrandRef, Fault, Refusal, brand_slug};
use crate::table::{Brand, BrandStatus, brand_key};

/// Why a brand is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum BrandError {
    /// There is none of that slug.
    #[error("there is no such brand")]
    NotFound,
    /// There is one of that name.
    #[error("the brand {0} is known")]
    Taken(Slug),
    /// What is said of it breaks rules.
    #[error("{} rules are broken", .0.len())]
    Faults(Vec<Refusal>),
    /// Somebody else changed it in between.
    #[error("the brand was changed in the meantime")]
    Changed,
    /// The table.
    #[error(transparent)]
    Table(Error),
}

/// What an admin says of a brand.
#[derive(Debug, Clone, Default)]
pub struct BrandChange {
    /// Another spelling of the same name.
    pub name: Option<String>,
    /// Its own page.
    pub website: Said<String>,
    /// Whether it was looked at and found to be one.
    pub status: Option<BrandStatus>,
}

const NAME_MAX: usize = 100;
const WEBSITE_MAX: usize = 200;

/// Makes a brand that waits to be verified. Of two that are called the same only one comes into being.
pub async fn create(
    ctx: &Ctx,
    name: &str,
    website: Option<String>,
    by: (Actor, CorrelationId),
) -> Result<Brand, BrandError> {
    let BrandRef { slug, name } = checked(name).map_err(|refusal| BrandError::Faults(vec![refusal]))?;
    let faults: Vec<_> = website.as_deref().and_then(website_fault).into_iter().collect();
    if !faults.is_empty() {
        return Err(BrandError::Faults(faults));
    }
    let brand = Brand { slug, name, status: BrandStatus::Pending, website, created_at: ctx.clock.now() };
    let told = audit(ctx, by, "brand.create", resource(&brand.slug), (Value::Null, said(&brand)));
    match ctx.table.commit(Tx::new().create("brand", &brand).tell(told)).await {
        Ok(()) => Ok(brand),
        Err(Error::Refused(_)) => Err(BrandError::Taken(brand.slug)),
        Err(error) => Err(BrandError::Table(error)),
    }
}

/// Changes a brand. Its slug stays, and its name stays a spelling of it; products take a new spelling when they are saved.
pub async fn change(
    ctx: &Ctx,
    slug: &Slug,
    change: BrandChange,
    by: (Actor, CorrelationId),
) -> Result<Brand, BrandError> {
    let before = get(ctx, slug).await?.ok_or(BrandError::NotFound)?;
    let mut faults = Vec::new();
    if let Some(name) = &change.name {
        match checked(name) {
            Ok(brand) if brand.slug == *slug => {}
            Ok(_) => faults.push(Refusal::new("name", Fault::OtherBrand)),
            Err(refusal) => faults.push(refusal),
        }
    }
    if let Said::Set(website) = &change.website {
        faults.extend(website_fault(website));
    }
    if !faults.is_empty() {
        return Err(BrandError::Faults(faults));
    }
    let after = Brand {
        name: change.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        website: change.website.apply(before.website.clone()),
        status: change.status.unwrap_or(before.status),
        ..Brand::clone(&before)
    };
    if after == *before {
        return Ok(after);
    }
    let told = audit(ctx, by, "brand.change", resource(slug), (said(&before), said(&after)));
    match ctx.table.commit(Tx::new().replace("brand", &before, &after).tell(told)).await {
        Ok(()) => Ok(after),
        Err(Error::Refused(_)) => Err(BrandError::Changed),
        Err(error) => Err(BrandError::Table(error)),
    }
}

/// The brand of that slug.
pub async fn get(ctx: &Ctx, slug: &Slug) -> Result<Option<Stored<Brand>>, BrandError> {
    ctx.table.get_consistent(brand_key(slug)).await.map_err(BrandError::Table)
}

/// The brands that are named, by slug, spelled as they were spelled first; new ones are made.
pub(super) async fn ensure(
    ctx: &Ctx,
    named: impl IntoIterator<Item = &BrandRef>,
) -> Result<HashMap<Slug, BrandRef>, Error> {
    let mut brands: HashMap<Slug, BrandRef> = HashMap::new();
    for brand in named {
        brands.entry(brand.slug.clone()).or_insert_with(|| brand.clone());
    }
    let spelled = known(ctx, brands.keys()).await?;
    let new: Vec<BrandRef> = brands.values().filter(|brand| !spelled.contains_key(&brand.slug)).cloned().collect();
    brands.extend(spelled);
    for BrandRef { slug, name } in new {
        let row = Brand { slug, name, status: BrandStatus::Pending, website: None, created_at: ctx.clock.now() };
        match ctx.table.create(&row).await {
            Ok(()) => {}
            // Somebody else named it in between: their spelling stands.
            Err(Error::Refused(refusal)) => {
                if let Some(known) = refusal.existing::<Brand>() {
                    brands.insert(known.slug.clone(), spelling(&known));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(brands)
}

/// Those of the brands that there are, by slug, as they are spelled.
pub(super) async fn known(ctx: &Ctx, slugs: impl IntoIterator<Item = &Slug>) -> Result<HashMap<Slug, BrandRef>, Error> {
    let brands = ctx.table.get_many::<Brand>(slugs.into_iter().map(brand_key)).await?;
    Ok(brands.iter().map(|brand| (brand.slug.clone(), spelling(brand))).collect())
}

fn spelling(brand: &Brand) -> BrandRef {
    BrandRef { slug: brand.slug.clone(), name: brand.name.clone() }
}

fn checked(name: &str) -> Result<BrandRef, Refusal> {
    let refusal = |fault| Refusal::new("name", fault).found(name);
    if name.chars().count() > NAME_MAX { Err(refusal(Fault::TooLong)) } else { brand_slug(name).map_err(refusal) }
}

fn website_fault(website: &str) -> Option<Refusal> {
    let host = website.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    let fits = website.len() <= WEBSITE_MAX && website.bytes().all(|b| b.is_ascii_graphic());
    let good = fits && host.is_some_and(|host| host.contains('.') && !host.contains(['@', '"', '<']));
    (!good).then(|| Refusal::new("website", Fault::Website).found(website))
}

fn resource(slug: &Slug) -> String {
    format!("brand/{slug}")
}

fn said(brand: &Brand) -> Value {
    json!({"name": brand.name, "status": brand.status, "website": brand.website})
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::testbed::{World, by};

    #[tokio::test]
    async fn of_ten_that_make_one_brand_at_once_one_does() {
        let w = World::start().await;
        let names = ["be quiet!", "Be Quiet", "BE QUIET!"];
        let made = join_all((0..10).map(|n| create(&w.ctx, names[n % 3], None, by()))).await;
        assert_eq!(made.iter().filter(|m| m.is_ok()).count(), 1);
        let taken = |e: &BrandError| matches!(e, BrandError::Taken(slug) if slug.as_str() == "be-quiet");
        assert!(made.iter().filter_map(|m| m.as_ref().err()).all(taken));
    }

    #[tokio::test]
    async fn a_brand_is_respelled_but_never_renamed() {
        let w = World::start().await;
        create(&w.ctx, "asrock", Some("https://www.asrock.com".into()), by()).await.unwrap();
        let slug: Slug = "asrock".parse().unwrap();
        let rename = |name: &str| BrandChange { name: Some(name.into()), ..BrandChange::default() };
        assert_eq!(change(&w.ctx, &slug, rename("ASRock"), by()).await.unwrap().name, "ASRock");
        let other = change(&w.ctx, &slug, rename("Asus"), by()).await;
        assert!(matches!(other, Err(BrandError::Faults(f)) if f[0].fault == Fault::OtherBrand));
        let verify = BrandChange { status: Some(BrandStatus::Active), ..BrandChange::default() };
        let verified = change(&w.ctx, &slug, verify, by()).await.unwrap();
        assert_eq!(
            (verified.status, verified.website.as_deref()),
            (BrandStatus::Active, Some("https://www.asrock.com"))
        );
    }

    #[tokio::test]
    async fn a_page_that_is_none_is_refused() {
        let w = World::start().await;
        for page in ["http://asrock.com", "https://", "https://a@b.com", "javascript:alert(1)", "https://a b.com"] {
            let made = create(&w.ctx, "ASRock", Some(page.into()), by()).await;
            assert!(matches!(made, Err(BrandError::Faults(f)) if f[0].fault == Fault::Website), "{page}");
        }
    }
}
