//! What is on sale, in order, narrowed, a page at a time.
//!
//! A page merges one ordered list a category (or reads the one of a store) and looks at no more than [`LOOKED_AT_MAX`]
//! cards, so that its price is bounded whatever is asked. Where that ends before the page is full, the page is short and
//! says where to go on.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};

use domain::{PageLimit, ProductId, Slug, StoreId};
use dynamodb::{Cursor, Error, Query, Table};
use futures::future::try_join_all;

use crate::Ctx;
use crate::domain::{Condition, Stars, Wanted, brand_slug};
use crate::table::{self, Card, Stock, sortable_price, stock_key};

/// Cards that are looked at for one page.
pub const LOOKED_AT_MAX: usize = 400;
/// Variants whose stock is looked at for one page.
const STOCKS_MAX: usize = 100;
/// Cards that are read at once: some 90 KB.
const READ_MAX: u32 = 100;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What came last first.
    #[default]
    Newest,
    /// The cheapest first.
    Cheapest,
    /// The dearest first.
    Dearest,
}

/// Whose lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Shelves {
    /// Of these categories.
    Categories(Vec<Slug>),
    /// Of a store: its list is in order of time alone.
    Store(StoreId),
}

/// What a card has to be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Narrowed {
    /// Sold by it.
    pub store: Option<StoreId>,
    /// Made by one of them; none asks nothing.
    pub brands: Vec<Slug>,
    /// In one of these conditions; none asks nothing.
    pub conditions: Vec<Condition>,
    /// Not cheaper, in tiyin.
    pub min_price: Option<i64>,
    /// Not dearer, in tiyin.
    pub max_price: Option<i64>,
    /// Reviewed, and so many stars or more on average.
    pub min_rating: Option<Stars>,
    /// Some variant can be bought now.
    pub in_stock: bool,
    /// By the template's names.
    pub specs: Vec<(String, Wanted)>,
}

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose lists.
    pub shelves: Shelves,
    /// What of them.
    pub narrowed: Narrowed,
    /// In which order.
    pub sort: Sort,
    /// How much.
    pub limit: PageLimit,
    /// After which place; see [`Found::next`].
    pub after: Option<String>,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// In the order asked for.
    pub cards: Vec<Card>,
    /// The place to go on after, when there may be more.
    pub next: Option<String>,
}

/// Reads a page.
pub async fn page(ctx: &Ctx, asked: &Asked) -> Result<Found, Error> {
    read(ctx, asked, asked.limit.get() as usize, LOOKED_AT_MAX).await
}

/// Reads so many cards as if they were one page.
pub async fn first(ctx: &Ctx, asked: &Asked, count: usize) -> Result<Found, Error> {
    read(ctx, asked, count, count).await
}

async fn read(ctx: &Ctx, asked: &Asked, full: usize, looked_at_max: usize) -> Result<Found, Error> {
    let mut merge = Merge::new(&ctx.table, asked);
    let (mut found, mut left, mut stocks) = (Found::default(), looked_at_max, STOCKS_MAX);
    while found.cards.len() < full && left > 0 && stocks > 0 {
        let mut batch = Vec::new();
        while found.cards.len() + batch.len() < full && left > 0 && stocks > 0 {
            let Some(card) = merge.next().await? else { break };
            left -= 1;
            found.next = Some(place(&card, asked.sort));
            if admits(&asked.narrowed, &card) {
                stocks = stocks.saturating_sub(if asked.narrowed.in_stock { card.variants().count() } else { 0 });
                batch.push(card);
            }
        }
        let over = merge.is_over();
        let batch = shown(ctx, batch).await?;
        found.cards.extend(if asked.narrowed.in_stock { in_stock(&ctx.table, batch).await? } else { batch });
        if over {
            found.next = None;
            break;
        }
    }
    Ok(found)
}

fn admits(narrowed: &Narrowed, card: &Card) -> bool {
    let Narrowed { store, brands, conditions, min_price, max_price, min_rating, in_stock: _, specs } = narrowed;
    let brand = || card.brand.as_deref().and_then(|name| brand_slug(name).ok()).map(|brand| brand.slug);
    store.is_none_or(|store| card.store_id == store)
        && (conditions.is_empty() || conditions.contains(&card.condition))
        && min_price.is_none_or(|min| card.price.minor() >= min)
        && max_price.is_none_or(|max| card.price.minor() <= max)
        && min_rating.is_none_or(|min| card.rating.at_least(min))
        && specs.iter().all(|(name, wanted)| card.facets.get(name).is_some_and(|facet| wanted.admits(facet)))
        && (brands.is_empty() || brand().is_some_and(|slug| brands.contains(&slug)))
}

/// Those of `cards` whose store sells.
async fn shown(ctx: &Ctx, cards: Vec<Card>) -> Result<Vec<Card>, Error> {
    let stores = cards.iter().map(|card| card.store_id).collect();
    let stopped = ctx.standings.stopped(&ctx.table, ctx.clock.now(), stores).await?;
    Ok(cards.into_iter().filter(|card| !stopped.contains(&card.store_id)).collect())
}

/// Those of `cards` of which some variant can be bought.
async fn in_stock(table: &Table, cards: Vec<Card>) -> Result<Vec<Card>, Error> {
    let keys = cards.iter().flat_map(|card| card.variants().map(|variant| stock_key(card.product_id, variant)));
    let stocks = table.get_many::<Stock>(keys).await?;
    let there: HashSet<ProductId> = stocks.iter().filter(|s| s.available > 0).map(|s| s.product_id).collect();
    Ok(cards.into_iter().filter(|card| there.contains(&card.product_id)).collect())
}

fn place(card: &Card, sort: Sort) -> String {
    match sort {
        Sort::Newest => card.place_by_time(),
        Sort::Cheapest | Sort::Dearest => card.place_by_price(),
    }
}

/// One ordered list, read a piece at a time.
struct Lane {
    query: Query,
    read: VecDeque<Card>,
    rest: Rest,
}

/// What was not read of a list yet.
enum Rest {
    All,
    After(Cursor),
    Nothing,
}

struct Merge<'a> {
    table: &'a Table,
    asked: &'a Asked,
    lanes: Vec<Lane>,
}

impl<'a> Merge<'a> {
    fn new(table: &'a Table, asked: &'a Asked) -> Self {
        let queries: Vec<Query> = match &asked.shelves {
            Shelves::Store(store) => vec![bounded(table::on_sale_by(*store), asked)],
            Shelves::Categories(slugs) => slugs.iter().map(|slug| bounded(listed(slug, asked.sort), asked)).collect(),
        };
        let lanes = queries.into_iter().map(|query| Lane { query, read: VecDeque::new(), rest: Rest::All });
        Self { table, asked, lanes: lanes.collect() }
    }

    /// The next card of all lists.
    async fn next(&mut self) -> Result<Option<Card>, Error> {
        loop {
            self.refill().await?;
            let sort = self.asked.sort;
            let heads = self.lanes.iter_mut().filter(|lane| !lane.read.is_empty());
            let first = heads.min_by(|a, b| order(a.read.front(), b.read.front(), sort));
            let Some(card) = first.and_then(|lane| lane.read.pop_front()) else { return Ok(None) };
            // The page before ended with this very card.
            if self.asked.after.as_ref() != Some(&place(&card, sort)) {
                return Ok(Some(card));
            }
        }
    }

    async fn refill(&mut self) -> Result<(), Error> {
        let (table, limit) = (self.table, self.piece());
        let empty = self.lanes.iter_mut().filter(|lane| lane.read.is_empty());
        let reads = empty.filter_map(|lane| {
            let cursor = match std::mem::replace(&mut lane.rest, Rest::Nothing) {
                Rest::All => None,
                Rest::After(cursor) => Some(cursor),
                Rest::Nothing => return None,
            };
            let query = lane.query.clone().limit(limit).after(cursor);
            Some(async move {
                let page = table.query::<Card>(query).await?;
                lane.read.extend(page.rows.into_iter().map(dynamodb::Stored::into_row));
                lane.rest = page.next.map_or(Rest::Nothing, Rest::After);
                Ok::<_, Error>(())
            })
        });
        try_join_all(reads).await?;
        Ok(())
    }

    /// How much to read at once: of one list what the page needs, of several a share, and more where cards are passed over.
    fn piece(&self) -> PageLimit {
        let page = self.asked.limit.get() + u32::from(self.asked.after.is_some());
        let lanes = u32::try_from(self.lanes.len()).unwrap_or(u32::MAX).max(1);
        let share = if lanes == 1 { page } else { (2 * page).div_ceil(lanes) };
        // A price range of a list by price is a range of keys.
        let mut narrowed = self.asked.narrowed.clone();
        if self.asked.sort != Sort::Newest {
            (narrowed.min_price, narrowed.max_price) = (None, None);
        }
        let passes_over = narrowed != Narrowed::default();
        PageLimit::new(if passes_over { READ_MAX } else { share.clamp(1, READ_MAX) }).unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        self.lanes.iter().all(|lane| lane.read.is_empty() && matches!(lane.rest, Rest::Nothing))
    }
}

fn listed(category: &Slug, sort: Sort) -> Query {
    match sort {
        Sort::Newest => table::on_sale_in(category),
        Sort::Cheapest => table::on_sale_by_price(category),
        Sort::Dearest => table::on_sale_by_price(category).descending(),
    }
}

/// The part of a list after the page before and, when it is in order of price, within the price range.
fn bounded(query: Query, asked: &Asked) -> Query {
    const FIRST: &str = "0";
    const LAST: &str = "~";
    let priced = asked.sort != Sort::Newest;
    let low = asked.narrowed.min_price.filter(|_| priced).map_or(FIRST.into(), sortable_price);
    let high = asked.narrowed.max_price.filter(|_| priced).map_or(LAST.into(), |p| sortable_price(p) + LAST);
    let (low, high) = match (&asked.after, asked.sort) {
        (None, _) => (low, high),
        (Some(after), Sort::Cheapest) => (low.max(after.clone()), high),
        (Some(after), Sort::Newest | Sort::Dearest) => (low, high.min(after.clone())),
    };
    query.between(low, high)
}

fn order(a: Option<&Card>, b: Option<&Card>, sort: Sort) -> Ordering {
    let place = |card: Option<&Card>| card.map(|card| place(card, sort));
    match sort {
        Sort::Cheapest => place(a).cmp(&place(b)),
        Sort::Newest | Sort::Dearest => place(b).cmp(&place(a)),
    }
}
