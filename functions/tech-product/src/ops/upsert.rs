//! One row of an import becomes a product, or changes the one that is there.
//!
//! Imports run side by side; the one uploaded last wins whatever the order they are worked off in: a product's mark only
//! ever moves to a newer one.

use std::cmp::Ordering;

use domain::{StoreId, Timestamp};
use dynamodb::{Error, Stored};

use super::brands;
use super::create_product::default_variant;
use super::insert::{Inserted, insert};
use super::save::{Recount, save};
use crate::Ctx;
use crate::domain::{
    Details, Fault, Fiscal, Gallery, Import, ImportMark, ImportRow, Made, Patch, Product, Rating, Refusal,
    SpecTemplate, Status, Variant, missing, product_id,
};
use crate::table::{Card, MovementCause, Stock, card_key, product_key, stock_key};

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// It stands in the catalogue now.
    Done(Made),
    /// It became no product.
    Refused(Vec<Refusal>),
}

/// The import that a row belongs to.
pub(super) struct Context<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) import: &'a Import,
    pub(super) template: &'a SpecTemplate,
    pub(super) products_max: u32,
}

/// How often a row is tried again when something else wrote its product in between.
const ATTEMPTS_MAX: u32 = 8;

impl Context<'_> {
    fn store(&self) -> StoreId {
        self.import.store_id
    }

    /// Makes row `number` true. Doing it again, also at the same moment elsewhere, comes to the same outcome, unless a
    /// newer import wrote the product in between: what that says stays, and the row is refused as superseded.
    pub(super) async fn upsert(
        &self,
        number: u32,
        row: &ImportRow,
        known: Option<Stored<Product>>,
    ) -> Result<Outcome, Error> {
        let mut known = known;
        for _ in 0..ATTEMPTS_MAX {
            let tried = match known.take() {
                None => self.make(number, row).await?,
                Some(product) => self.update(number, row, &product).await?,
            };
            match tried {
                Tried::Done(outcome) => return Ok(outcome),
                Tried::Raced => {
                    known = self.ctx.table.get_consistent(product_key(product_id(self.store(), &row.sku))).await?;
                }
            }
        }
        let detail = format!("the product of row {number} never stands still");
        Err(Error::Call { operation: "TransactWriteItems", detail })
    }

    /// The product that row `number` makes where there is none of its SKU, or why it makes none.
    pub(super) fn product(&self, number: u32, row: &ImportRow) -> Result<Product, Vec<Refusal>> {
        let id = product_id(self.store(), &row.sku);
        let details = Details::default().with(row.patch.clone(), self.template);
        let missing = missing(&details, row.price, self.template);
        if !missing.is_empty() {
            return Err(missing);
        }
        let now = self.ctx.clock.now();
        Ok(Product {
            product_id: id,
            store_id: self.store(),
            sku: row.sku.clone(),
            slug: self.import.category.clone(),
            category: self.import.category.clone(),
            status: Status::Active,
            fiscal: Fiscal::of(&details, &self.template.fiscal),
            details,
            variants: vec![default_variant(id, row.sku.clone(), row.price)],
            images: Gallery::default(),
            rating: Rating::default(),
            created_at: now,
            updated_at: now,
            edited_at: None,
            imported: Some(self.mark(number, Made::Created)),
        })
    }

    async fn make(&self, number: u32, row: &ImportRow) -> Result<Tried, Error> {
        let product = match self.product(number, row) {
            Ok(product) => product,
            Err(missing) => return Ok(Tried::Done(Outcome::Refused(missing))),
        };
        let inserted = insert(self.ctx, product, row.stock, self.cause(), self.products_max, None).await?;
        Ok(match inserted {
            Inserted::New(_) => done(Made::Created),
            Inserted::Known(_) => Tried::Raced,
            Inserted::Claimed(_) => refused(Refusal::new("sku", Fault::VariantSku)),
            Inserted::Full => refused(Refusal::new("sku", Fault::ProductsMax)),
        })
    }

    async fn update(&self, number: u32, row: &ImportRow, before: &Stored<Product>) -> Result<Tried, Error> {
        if let Some(done) = before.imported.and_then(|mark| self.done(number, mark)) {
            return Ok(done);
        }
        if before.category != self.import.category {
            return Ok(refused(Refusal::new("sku", Fault::OtherCategory).found(before.category.as_str())));
        }
        if let Some(at) = self.later(before.edited_at) {
            return Ok(refused(Refusal::new("sku", Fault::Edited).found(&at)));
        }
        let mut after = self.updated(number, row, before);
        let missing = missing(&after.details, row.price, self.template);
        if !missing.is_empty() {
            return Ok(Tried::Done(Outcome::Refused(missing)));
        }
        let Some(variant) = after.variants.iter().find(|variant| variant.sku == row.sku) else {
            let detail = format!("no variant {} in {}", row.sku, after.product_id);
            return Err(Error::Call { operation: "import", detail });
        };
        let (card, stock) = futures::future::try_join(
            self.ctx.table.get_consistent::<Card>(card_key(before.store_id, &before.sku)),
            self.ctx.table.get_consistent::<Stock>(stock_key(before.product_id, variant.variant_id)),
        )
        .await?;
        let (Some(card), Some(stock)) = (card, stock) else { return Ok(Tried::Raced) };
        if let Some(at) = self.later(stock.counted_at) {
            return Ok(refused(Refusal::new("stock", Fault::Edited).found(&at)));
        }
        if row.stock < stock.reserved {
            return Ok(refused(Refusal::new("stock", Fault::StockReserved).found(&stock.reserved.to_string())));
        }
        if row.stock == stock.on_hand && says_the_same(before, &after) {
            return self.touch(number, before).await;
        }
        self.ensure_brand(before, &mut after).await?;
        let recount = Recount {
            stock: &stock,
            on_hand: row.stock,
            movement_id: uuid::Uuid::new_v5(&self.import.import_id.uuid(), &number.to_be_bytes()),
            cause: self.cause(),
        };
        let tx = save(before, &after, &card, Some(recount), after.updated_at);
        match self.ctx.table.commit(tx).await {
            Ok(()) => Ok(done(Made::Updated)),
            // The movement follows from import and row: this very row was done before, whoever wrote the product since.
            Err(Error::Refused(refusal)) if refusal.failed().any(|(name, _)| name == "movement") => {
                Ok(done(Made::Updated))
            }
            Err(Error::Refused(_)) => Ok(Tried::Raced),
            Err(error) => Err(error),
        }
    }

    /// Moves the mark alone, so that an older import still comes too late and a second row of this file is told: one
    /// write of one row. Page, card and `ETag` stay.
    async fn touch(&self, number: u32, before: &Stored<Product>) -> Result<Tried, Error> {
        let marked = Product { imported: Some(self.mark(number, Made::Unchanged)), ..Product::clone(before) };
        match self.ctx.table.replace(before, marked).await {
            Ok(_) => Ok(done(Made::Unchanged)),
            Err(Error::Refused(_)) => Ok(Tried::Raced),
            Err(error) => Err(error),
        }
    }

    /// Makes the brand of `after` where it is another than before and new. Only now, since the row might have been refused.
    async fn ensure_brand(&self, before: &Product, after: &mut Product) -> Result<(), Error> {
        if let Some(brand) = &mut after.details.brand
            && before.details.brand.as_ref() != Some(brand)
            && let Some(spelled) = brands::ensure(self.ctx, [&*brand]).await?.remove(&brand.slug)
        {
            *brand = spelled;
        }
        Ok(())
    }

    /// What became of row `number` already, by the mark on its product; `None` when it is still to be done.
    fn done(&self, number: u32, mark: ImportMark) -> Option<Tried> {
        match mark.place().cmp(&self.import.place()) {
            Ordering::Less => None,
            Ordering::Greater => {
                Some(refused(Refusal::new("sku", Fault::Superseded).found(&mark.import_id.to_string())))
            }
            // This very row was done before (a second delivery), or an earlier one has the same SKU.
            Ordering::Equal if mark.number == number => Some(done(mark.made)),
            Ordering::Equal => Some(refused(Refusal::new("sku", Fault::DuplicateSku).found(&mark.number.to_string()))),
        }
    }

    /// The product as the row wants it. A draft goes on sale; what its store took off sale stays off.
    fn updated(&self, number: u32, row: &ImportRow, before: &Product) -> Product {
        let patch: Patch = row.patch.clone();
        let reprice = |v: &Variant| Variant { price: if v.sku == row.sku { row.price } else { v.price }, ..v.clone() };
        let details = before.details.clone().with(patch, self.template);
        Product {
            fiscal: Fiscal::of(&details, &self.template.fiscal),
            details,
            status: if before.status == Status::Draft { Status::Active } else { before.status },
            variants: before.variants.iter().map(reprice).collect(),
            updated_at: self.ctx.clock.now(),
            imported: Some(self.mark(number, Made::Updated)),
            ..before.clone()
        }
    }

    /// `at`, when it is later than the upload.
    fn later(&self, at: Option<Timestamp>) -> Option<String> {
        at.filter(|at| *at > self.import.uploaded_at()).map(|at| at.to_string())
    }

    fn mark(&self, number: u32, made: Made) -> ImportMark {
        ImportMark { import_id: self.import.import_id, number, made, started_at: self.import.started_at }
    }

    pub(super) fn cause(&self) -> MovementCause {
        MovementCause::Import { import_id: self.import.import_id }
    }
}

/// Whether nothing but the moment and the mark of a write differ.
fn says_the_same(before: &Product, after: &Product) -> bool {
    let Product { updated_at, imported, .. } = before.clone();
    Product { updated_at, imported, ..after.clone() } == *before
}

enum Tried {
    Done(Outcome),
    Raced,
}

const fn done(made: Made) -> Tried {
    Tried::Done(Outcome::Done(made))
}

fn refused(refusal: Refusal) -> Tried {
    Tried::Done(Outcome::Refused(vec![refusal]))
}
