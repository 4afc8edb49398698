//! Some rows of an import made true together: new products in one transaction, the others side by side.

use std::collections::{HashMap, HashSet};

use domain::{Change, ProductId};
use dynamodb::{Error, Stored};
use futures::StreamExt;
use serde_json::Value;
use tracing::error;

use super::insert_many::{PRODUCTS_MAX, insert_many};
use super::learnt::Learnt;
use super::upsert::{Context, Outcome};
use crate::domain::{
    BrandRef, Fault, Field, Import, ImportRow, Made, Product, Refusal, SKU_MAX, SpecTemplate, look_up, product_id,
    read_row,
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
    /// The beginning of what stands for its SKU.
    pub(super) sku: Option<String>,
    read: Result<ImportRow, Vec<Refusal>>,
}

/// A row whose SKU the store does not have, and what it would make.
struct New<'a> {
    number: u32,
    row: &'a mut ImportRow,
    product: Product,
}

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
        let sku = look_up(&row, import.mapping.path(Field::Sku)).and_then(|sku| shown(&sku));
        Line { number, ends_at, sku, read: read_row(&row, &import.mapping, template) }
    };
    (import.done + 1..).zip(lines).map(line).collect()
}

fn shown(sku: &Value) -> Option<String> {
    let sku = match sku {
        Value::String(text) => text.trim().chars().take(SKU_MAX).collect(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!sku.is_empty()).then_some(sku)
}

/// Makes a slice true, at most [`ROWS_PER_SLICE`] rows, and answers what became of each. Doing it again comes to the same:
/// products follow from store and SKU, and each remembers the row that wrote it. What the table does not take of one row
/// is refused with that row; the others are worked on without it.
pub(super) async fn work(
    context: &Context<'_>,
    lines: &mut [Line],
    learnt: &mut Learnt,
) -> Result<Vec<Outcome>, Error> {
    match Box::pin(together(context, lines, learnt)).await {
        Err(Error::Invalid { .. }) => {}
        done => return done,
    }
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines.chunks_mut(1) {
        match Box::pin(together(context, line, learnt)).await {
            Err(cause @ Error::Invalid { .. }) => {
                error!(import.id = %context.import.import_id, row = line[0].number, %cause, "a row cannot be kept");
                outcomes.push(Outcome::Refused(vec![Refusal::new("row", Fault::NotKept)]));
            }
            done => outcomes.extend(done?),
        }
    }
    Ok(outcomes)
}

async fn together(context: &Context<'_>, lines: &mut [Line], learnt: &mut Learnt) -> Result<Vec<Outcome>, Error> {
    // Before the products are read: those that are counted are among them.
    learnt.look(context).await?;
    let rows = lines.iter_mut().filter_map(|line| line.read.as_mut().ok());
    learnt.spell(context.ctx, rows.filter_map(brand)).await?;
    let mut known = known(context, lines).await?;
    let (mut outcomes, mut new, mut later) = (HashMap::new(), Vec::new(), Vec::new());
    let mut rows = Vec::new();
    let mut met = HashSet::new();
    for Line { number, read, .. } in lines.iter_mut() {
        match read {
            Err(refusals) => drop(outcomes.insert(*number, Outcome::Refused(refusals.clone()))),
            Ok(row) => {
                let id = product_id(context.import.store_id, &row.sku);
                match known.remove(&id) {
                    _ if !met.insert(id) => later.push((*number, row)),
                    Some(product) => rows.push((*number, &*row, product)),
                    None => match context.product(*number, row) {
                        Ok(product) => new.push(New { number: *number, row, product }),
                        Err(refusals) => drop(outcomes.insert(*number, Outcome::Refused(refusals))),
                    },
                }
            }
        }
    }
    outcomes.extend(insert_new(context, new, learnt).await?);
    let each = |(number, row, product)| async move {
        Ok((number, Box::pin(context.upsert(number, row, Some(product))).await?))
    };
    let done: Vec<Result<_, Error>> =
        futures::stream::iter(rows).map(each).buffer_unordered(CONCURRENCY).collect().await;
    for result in done {
        let (number, outcome) = result?;
        outcomes.insert(number, outcome);
    }
    // One after another: of two rows with one SKU the first comes first.
    for (number, row) in later {
        let key = product_key(product_id(context.import.store_id, &row.sku));
        match (context.ctx.table.get_consistent(key).await?, context.product(number, row)) {
            (None, Ok(product)) => {
                outcomes.extend(insert_new(context, vec![New { number, row, product }], learnt).await?);
            }
            (None, Err(refusals)) => drop(outcomes.insert(number, Outcome::Refused(refusals))),
            (known, _) => drop(outcomes.insert(number, Box::pin(context.upsert(number, row, known)).await?)),
        }
    }
    Ok(lines.iter().filter_map(|line| outcomes.remove(&line.number)).collect())
}

/// Makes as many products as the plan has room for, in the rows' order, with their brands. The rows beyond it make neither.
async fn insert_new(
    context: &Context<'_>,
    mut new: Vec<New<'_>>,
    learnt: &mut Learnt,
) -> Result<Vec<(u32, Outcome)>, Error> {
    let mut outcomes = Vec::with_capacity(new.len());
    while !new.is_empty() {
        // Once it turned out to be less, each row finds out for itself.
        let room = learnt.room().and_then(|room| usize::try_from(room).ok()).unwrap_or(usize::MAX);
        let beyond = new.split_off(new.len().min(room));
        if new.is_empty() {
            let full = || Outcome::Refused(vec![Refusal::new("sku", Fault::ProductsMax)]);
            outcomes.extend(beyond.into_iter().map(|new| (new.number, full())));
            break;
        }
        let brands = new.iter_mut().flat_map(|new| [new.product.details.brand.as_mut(), brand(new.row)]);
        learnt.make(context.ctx, brands.flatten()).await?;
        let products = new.iter().map(|new| (new.product.clone(), new.row.stock)).collect();
        let made = insert_many(context.ctx, products, &context.cause(), context.products_max).await?;
        learnt.made(made.len());
        // One after another: they write the same counter.
        for New { number, row, product } in new {
            let outcome = if made.contains(&product.product_id) {
                Outcome::Done(Made::Created)
            } else {
                let outcome = Box::pin(context.upsert(number, row, None)).await?;
                learnt.count(&outcome);
                outcome
            };
            outcomes.push((number, outcome));
        }
        new = beyond;
    }
    Ok(outcomes)
}

const fn brand(row: &mut ImportRow) -> Option<&mut BrandRef> {
    match &mut row.patch.brand {
        Change::Set(brand) => Some(brand),
        Change::Keep | Change::Clear => None,
    }
}

/// The products that the lines speak of and that exist already.
async fn known(context: &Context<'_>, lines: &[Line]) -> Result<HashMap<ProductId, Stored<Product>>, Error> {
    let skus = lines.iter().filter_map(|line| Some(&line.read.as_ref().ok()?.sku));
    let ids: HashSet<ProductId> = skus.map(|sku| product_id(context.import.store_id, sku)).collect();
    let products = context.ctx.table.get_many::<Product>(ids.into_iter().map(product_key)).await?;
    Ok(products.into_iter().map(|product| (product.product_id, product)).collect())
}
