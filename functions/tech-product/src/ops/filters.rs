//! What a category's products can be narrowed by: its template, and what its newest products have.

use std::collections::BTreeMap;

use domain::{Money, PageLimit, Slug};
use dynamodb::Error;

use crate::Ctx;
use crate::domain::{Category, Condition, Facet, SpecField, SpecKind, brand_slug};
use crate::ops::shelf::{self, Asked, Found, Narrowed, Shelves, Sort};
use crate::table::Card;

/// Cards that are looked at: filters are a guide, lists are the truth.
pub const SAMPLE_MAX: usize = 1_000;
/// Values of one filter that are told, the most frequent first.
const VALUES_MAX: usize = 100;

/// What a list of a category can be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// How many products were looked at: all of them, or the newest [`SAMPLE_MAX`].
    pub looked_at: usize,
    /// Brands with the products of each.
    pub brands: Vec<(Slug, String, usize)>,
    /// Conditions with the products of each.
    pub conditions: Vec<(Condition, usize)>,
    /// The cheapest and the dearest.
    pub price: Option<(Money, Money)>,
    /// Filterable specifications in the template's order.
    pub specs: Vec<SpecFilter>,
}

/// One filterable specification.
#[derive(Debug, Clone)]
pub struct SpecFilter {
    /// As the template has it.
    pub field: SpecField,
    /// Texts and options with the products of each.
    pub values: Vec<(String, usize)>,
    /// The smallest and the largest number.
    pub range: Option<(f64, f64)>,
}

/// The filters of `category` and everything below it. A specification that several templates have is told as the first of
/// them has it.
pub async fn filters(ctx: &Ctx, category: &Category) -> Result<Filters, Error> {
    let tree = ctx.tree.tree(&ctx.table, ctx.clock.now(), Some(&category.slug)).await?;
    let slugs = tree.below(Some(&category.slug));
    let templates = tree.templates(&ctx.table, &slugs).await?;
    let asked = Asked {
        shelves: Shelves::Categories(slugs),
        narrowed: Narrowed::default(),
        sort: Sort::Newest,
        limit: PageLimit::new(PageLimit::MAX).unwrap_or_default(),
        after: None,
    };
    let Found { cards, .. } = shelf::first(ctx, &asked, SAMPLE_MAX).await?;
    let mut fields: Vec<&SpecField> = Vec::new();
    for field in templates.iter().flat_map(|template| &template.fields).filter(|field| field.filterable) {
        if fields.iter().all(|known| known.name != field.name) {
            fields.push(field);
        }
    }
    let specs = fields.into_iter().map(|field| spec_filter(field, &cards)).collect();
    let prices = || cards.iter().map(|card| card.price);
    let (low, high) = (prices().min_by_key(|p| p.minor()), prices().max_by_key(|p| p.minor()));
    Ok(Filters {
        looked_at: cards.len(),
        brands: brands(&cards),
        conditions: frequent(cards.iter().map(|card| card.condition)),
        price: low.zip(high),
        specs,
    })
}

fn brands(cards: &[Card]) -> Vec<(Slug, String, usize)> {
    let named = frequent(cards.iter().filter_map(|card| card.brand.clone()));
    named.into_iter().filter_map(|(name, count)| Some((brand_slug(&name).ok()?.slug, name, count))).collect()
}

fn spec_filter(field: &SpecField, cards: &[Card]) -> SpecFilter {
    let facets = || cards.iter().filter_map(|card| card.facets.get(&field.name));
    let words = facets().flat_map(|facet| match facet {
        Facet::Word(word) => vec![word.clone()],
        Facet::Words(words) => words.clone(),
        Facet::Flag(flag) => vec![flag.to_string()],
        Facet::Number(_) | Facet::Span(_) => Vec::new(),
    });
    let ends = facets().filter_map(|facet| match facet {
        Facet::Number(number) => Some((*number, *number)),
        Facet::Span([min, max]) => Some((*min, *max)),
        _ => None,
    });
    let range = ends.reduce(|(low, high), (min, max)| (low.min(min), high.max(max)));
    let mut values = frequent(words);
    if matches!(field.kind, SpecKind::Select | SpecKind::MultiSelect) {
        let place = |value: &String| field.options.iter().position(|option| option == value);
        values.sort_by_key(|(value, _)| place(value));
    }
    SpecFilter { field: field.clone(), values, range }
}

/// How often each occurs, the most frequent first.
fn frequent<T: Ord>(values: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(VALUES_MAX);
    counts
}
