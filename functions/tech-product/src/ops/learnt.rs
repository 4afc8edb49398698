//! What one message has learnt of the store and of brands, so that no slice asks again.

use std::collections::{HashMap, HashSet};

use domain::Slug;
use dynamodb::Error;

use super::brands;
use super::upsert::{Context, Outcome};
use crate::Ctx;
use crate::domain::{BrandRef, Fault};
use crate::table::{Counters, counters_key};

/// How brands are spelled, and how many products more the plan allows.
#[derive(Default)]
pub(super) struct Learnt {
    /// As they are spelled; none for those that there are not.
    brands: HashMap<Slug, Option<BrandRef>>,
    room: Option<u32>,
}

impl Learnt {
    /// Looks how many products more the plan allows, unless that is known.
    pub(super) async fn look(&mut self, context: &Context<'_>) -> Result<(), Error> {
        if self.room.is_none() {
            let counters = context.ctx.table.get_consistent::<Counters>(counters_key(context.import.store_id)).await?;
            let products = counters.map_or(0, |counters| counters.products);
            self.room = Some(u32::try_from(i64::from(context.products_max) - products).unwrap_or(0));
        }
        Ok(())
    }

    /// How many products more the plan allowed when that was looked at, without those made since. Others may have made some:
    /// it is never fewer than there is room for.
    pub(super) const fn room(&self) -> Option<u32> {
        self.room
    }

    /// So many of them are made.
    pub(super) fn made(&mut self, products: usize) {
        let products = u32::try_from(products).unwrap_or(u32::MAX);
        self.room = self.room.map(|room| room.saturating_sub(products));
    }

    /// What became of a row that was to make one more. When the plan turns out to allow fewer, it is looked at again.
    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done(_) => self.made(1),
            Outcome::Refused(reasons) if reasons.iter().any(|reason| reason.fault == Fault::ProductsMax) => {
                self.room = None;
            }
            Outcome::Refused(_) => {}
        }
    }

    /// Spells brands as they are known; those that there are not stay as they are.
    pub(super) async fn spell<'a>(
        &mut self,
        ctx: &Ctx,
        named: impl Iterator<Item = &'a mut BrandRef>,
    ) -> Result<(), Error> {
        let named: Vec<_> = named.collect();
        let slugs = named.iter().map(|brand| &brand.slug);
        let unmet: HashSet<Slug> = slugs.filter(|slug| !self.brands.contains_key(*slug)).cloned().collect();
        let known = brands::known(ctx, &unmet).await?;
        self.brands.extend(unmet.into_iter().map(|slug| (slug, None)));
        self.respell(known, named);
        Ok(())
    }

    /// Makes the brands that there are not, and spells them as they are called now.
    pub(super) async fn make<'a>(
        &mut self,
        ctx: &Ctx,
        named: impl Iterator<Item = &'a mut BrandRef>,
    ) -> Result<(), Error> {
        let new: Vec<_> = named.filter(|brand| self.brands.get(&brand.slug).is_none_or(Option::is_none)).collect();
        if !new.is_empty() {
            let made = brands::ensure(ctx, new.iter().map(|brand| &**brand)).await?;
            self.respell(made, new);
        }
        Ok(())
    }

    fn respell(&mut self, met: HashMap<Slug, BrandRef>, named: Vec<&mut BrandRef>) {
        self.brands.extend(met.into_iter().map(|(slug, brand)| (slug, Some(brand))));
        for brand in named {
            if let Some(Some(known)) = self.brands.get(&brand.slug) {
                brand.clone_from(known);
            }
        }
    }
}
