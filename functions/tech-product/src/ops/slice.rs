//! Some rows of an import made true together: new products in one transaction, the others side by side.

use std::collections::{HashMap, HashSet};

use domain::{Change, ProductId, Slug};
use dynamodb::{Error, Stored};
use futures::StreamExt;
use serde_json::Value;

use super::brands;
use super::insert_many::{PRODUCTS_MAX, insert_many};
use super::upsert::{Context, Outcome};
use crate::Ctx;
use crate::domain::{
    BrandRef, Fault, Field, Import, ImportRow, Product, Refusal, SpecTemplate, look_up, product_id, read_row,
};
use crate::table::product_key;

/// Rows of a slice: as many as one transaction makes products.
pub(super) const ROWS_PER_SLICE: usize = PRODUCTS_MAX;
/// Rows of known products that are worked on at once.
const CONCURRENCY: usize = 8;

/// A row of the file.
pub(super) struct Line {
    pub(super) number: u32,
    /// Where the next one begins.
    pub(super) ends_at: u64,
    pub(super) sku: Option<String>,
    read: Result<ImportRow, Vec<Refusal>>,
}

/// Brands as they are spelled, as far as this message has met them.
#[derive(Default)]
pub(super) struct Brands(HashMap<Slug, BrandRef>);

/// The complete lines of `bytes`, from the import's next row on.
pub(super) fn read_lines(bytes: &[u8], import: &Import, template: &SpecTemplate) -> Vec<Line> {
    let mut ends_at = import.offset;
    let lines = bytes.split_inclusive(|b| *b == b'\n').filter(|line| line.ends_with(b"\n"));
    let line = |(number, line): (u32, &[u8])| {
        ends_at += line.len() as u64;
        let Ok(row @ Value::Object(_)) = serde_json::from_slice(line) else {
            let found = Refusal::new("row", Fault::Unreadable).found(&String::from_utf8_lossy(line));
            return Line { number, ends_at, sku: None, read: Err(vec![found]) };
        };
        let sku = look_up(&row, import.mapping.path(Field::Sku)).and_then(|sku| sku.as_str().map(str::to_owned));
        Line { number, ends_at, sku, read: read_row(&row, &import.mapping, template) }
    };
    (import.done + 1..).zip(lines).map(line).collect()
}

/// Makes a slice true, at most [`ROWS_PER_SLICE`] rows, and answers each with what became of it, in the file's order.
/// Doing it again comes to the same: products follow from store and SKU, and each remembers the row that wrote it.
pub(super) async fn work(
    context: &Context<'_>,
    mut lines: Vec<Line>,
    brands: &mut Brands,
) -> Result<Vec<(Line, Outcome)>, Error> {
    brands.spell(context.ctx, &mut lines).await?;
    let mut known = known(context, &lines).await?;
    let (mut outcomes, mut new, mut later) = (HashMap::new(), Vec::new(), Vec::new());
    let mut rows = Vec::new();
    let mut met = HashSet::new();
    for line in &lines {
        match &line.read {
            Err(refusals) => drop(outcomes.insert(line.number, Outcome::Refused(refusals.clone()))),
            Ok(row) => {
                let id = product_id(context.import.store_id, &row.sku);
                match known.remove(&id) {
                    _ if !met.insert(id) => later.push((line.number, row)),
                    Some(product) => rows.push((line.number, row, Some(product))),
                    None => match context.product(line.number, row) {
                        Ok(product) => new.push((line.number, row, product)),
                        Err(refusals) => drop(outcomes.insert(line.number, Outcome::Refused(refusals))),
                    },
                }
            }
        }
    }
    let products = new.iter().map(|(_, row, product)| (product.clone(), row.stock)).collect();
    let made = insert_many(context.ctx, products, &context.cause(), context.products_max).await?;
    for (number, row, product) in new {
        if made.contains(&product.product_id) {
            outcomes.insert(number, Outcome::Created);
        } else {
            rows.push((number, row, None));
        }
    }
    let each =
        |(number, row, product)| async move { Ok((number, Box::pin(context.upsert(number, row, product)).await?)) };
    let (fresh, known): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, _, product)| product.is_none());
    let done: Vec<Result<_, Error>> =
        futures::stream::iter(known).map(each).buffer_unordered(CONCURRENCY).collect().await;
    for result in done {
        let (number, outcome) = result?;
        outcomes.insert(number, outcome);
    }
    // One after another: new products write the same counter, and of two rows with one SKU the first comes first.
    for (number, row, product) in fresh.into_iter().chain(later.into_iter().map(|(number, row)| (number, row, None))) {
        let (number, outcome) = each((number, row, product)).await?;
        outcomes.insert(number, outcome);
    }
    Ok(lines.into_iter().filter_map(|line| outcomes.remove(&line.number).map(|outcome| (line, outcome))).collect())
}

/// The products that the lines speak of and that exist already.
async fn known(context: &Context<'_>, lines: &[Line]) -> Result<HashMap<ProductId, Stored<Product>>, Error> {
    let skus = lines.iter().filter_map(|line| Some(&line.read.as_ref().ok()?.sku));
    let ids: HashSet<ProductId> = skus.map(|sku| product_id(context.import.store_id, sku)).collect();
    let products = context.ctx.table.get_many::<Product>(ids.into_iter().map(product_key)).await?;
    Ok(products.into_iter().map(|product| (product.product_id, product)).collect())
}

impl Brands {
    /// Spells the brands that the lines name as they are known, and makes those that are not.
    async fn spell(&mut self, ctx: &Ctx, lines: &mut [Line]) -> Result<(), Error> {
        let named = lines.iter().filter_map(|line| brand(&line.read.as_ref().ok()?.patch.brand));
        let unmet: Vec<BrandRef> = named.filter(|brand| !self.0.contains_key(&brand.slug)).cloned().collect();
        self.0.extend(brands::ensure(ctx, &unmet).await?);
        for row in lines.iter_mut().filter_map(|line| line.read.as_mut().ok()) {
            if let Some(known) = brand(&row.patch.brand).and_then(|brand| self.0.get(&brand.slug)) {
                row.patch.brand = Change::Set(known.clone());
            }
        }
        Ok(())
    }
}

const fn brand(said: &Change<BrandRef>) -> Option<&BrandRef> {
    match said {
        Change::Set(brand) => Some(brand),
        Change::Keep | Change::Clear => None,
    }
}
