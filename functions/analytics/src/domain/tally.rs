//! The counters that an event adds to.

use std::collections::BTreeMap;

use contracts::{CartItem, CheckoutCompleted, Event, Fact, OrderCancelled, OrderPlaced};
use domain::{Currency, Date, Money, ProductId, StoreId, business_day};
use dynamodb::Key;

use super::Counter;
use crate::table::{Scope, SearchRow, day_key};

/// What is to be added to one row.
pub type Adds = BTreeMap<Counter, i64>;

/// What is to be added, by scope and day and by search term and day. Tallies of many events merge into one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    adds: BTreeMap<(String, Date), Adds>,
    terms: BTreeMap<(Date, String), Adds>,
    /// Whose a product is, by its scope.
    owners: BTreeMap<String, StoreId>,
}

/// Why an event cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Uncountable {
    /// Revenue is summed in so'm.
    #[error("an amount in {0} cannot be summed with so'm")]
    Currency(Currency),
    /// A sum beyond 64 bits.
    #[error("a sum is too large")]
    Overflow,
}

impl Tally {
    /// The days that change: partition, day, and what is added to which counter.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Date, &Adds)> {
        self.adds.iter().map(|((scope, day), adds)| (scope.as_str(), *day, adds))
    }

    /// What is added to one of those days.
    pub fn row(&self, place: &(String, Date)) -> Option<&Adds> {
        self.adds.get(place)
    }

    /// The search terms that change.
    pub fn terms(&self) -> impl Iterator<Item = (Date, &str, &Adds)> {
        self.terms.iter().map(|((day, term), adds)| (*day, term.as_str(), adds))
    }

    /// The keys of all of them.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        let days = self.rows().map(|(scope, day, _)| day_key(scope, day));
        days.chain(self.terms().map(|(day, term, _)| SearchRow::key_of(day, term)))
    }

    /// Adds what `other` adds.
    pub fn merge(&mut self, other: &Self) -> Result<(), Uncountable> {
        for (row, adds) in &other.adds {
            add_all(self.adds.entry(row.clone()).or_default(), adds)?;
        }
        for (row, adds) in &other.terms {
            add_all(self.terms.entry(row.clone()).or_default(), adds)?;
        }
        self.owners.extend(other.owners.iter().map(|(scope, store)| (scope.clone(), *store)));
        Ok(())
    }

    /// Whose product a scope is, where an event of ours told it.
    pub fn owner(&self, scope: &str) -> Option<StoreId> {
        self.owners.get(scope).copied()
    }

    fn own(&mut self, product: ProductId, store: StoreId) {
        self.owners.insert(Scope::Product(product).partition(), store);
    }

    /// One more visitor of a scope.
    pub fn add_visitor(&mut self, scope: &str, day: Date) -> Result<(), Uncountable> {
        add_to(self.adds.entry((scope.to_owned(), day)).or_default(), Counter::Visitors, 1)
    }

    pub(super) fn add(&mut self, scope: Scope, day: Date, counter: Counter, n: i64) -> Result<(), Uncountable> {
        add_to(self.adds.entry((scope.partition(), day)).or_default(), counter, n)
    }

    pub(super) fn add_term(&mut self, day: Date, term: &str, counter: Counter) -> Result<(), Uncountable> {
        add_to(self.terms.entry((day, term.to_owned())).or_default(), counter, 1)
    }
}

/// Adds what `adds` adds.
pub fn add_all(to: &mut Adds, adds: &Adds) -> Result<(), Uncountable> {
    adds.iter().try_for_each(|(counter, n)| add_to(to, *counter, *n))
}

fn add_to(to: &mut Adds, counter: Counter, n: i64) -> Result<(), Uncountable> {
    let sum = to.entry(counter).or_default();
    *sum = sum.checked_add(n).ok_or(Uncountable::Overflow)?;
    Ok(())
}

/// What `event` adds, in its own business day. An event that nothing counts adds nothing.
pub fn tally(event: &Event) -> Result<Tally, Uncountable> {
    let day = business_day(event.at);
    let mut tally = Tally::default();
    let one = |counter| {
        let mut tally = Tally::default();
        tally.add(Scope::Platform, day, counter, 1).map(|()| tally)
    };
    match &event.fact {
        Fact::UserRegistered(_) => return one(Counter::Registrations),
        Fact::UserSignedIn(_) => return one(Counter::SignIns),
        Fact::UserSignedOut(_) => return one(Counter::SignOuts),
        Fact::StoreOpened(_) => return one(Counter::StoresOpened),
        Fact::CartItemAdded(item) => put(&mut tally, day, item, Counter::CartAdds)?,
        Fact::CartItemRemoved(item) => put(&mut tally, day, item, Counter::CartRemoves)?,
        Fact::CheckoutCompleted(checkout) => checked_out(&mut tally, day, checkout)?,
        // Cash was a purchase when it was placed.
        Fact::PaymentCompleted(payment) if payment.payment_method.in_advance() => {
            for order in &payment.orders {
                purchase(&mut tally, day, order)?;
            }
        }
        Fact::OrderDelivered(ended) => each(&mut tally, day, &ended.order, |_| Ok(vec![(Counter::Delivered, 1)]))?,
        Fact::OrderCancelled(cancelled) => given_up(&mut tally, day, cancelled)?,
        Fact::ReviewSubmitted(review) => {
            tally.own(review.product_id, review.store_id);
            for scope in [Scope::Platform, Scope::Store(review.store_id), Scope::Product(review.product_id)] {
                tally.add(scope, day, Counter::Reviews, 1)?;
            }
        }
        _ => {}
    }
    Ok(tally)
}

fn put(tally: &mut Tally, day: Date, item: &CartItem, counter: Counter) -> Result<(), Uncountable> {
    tally.own(item.product_id, item.store_id);
    for scope in [Scope::Platform, Scope::Store(item.store_id), Scope::Product(item.product_id)] {
        tally.add(scope, day, counter, 1)?;
    }
    if item.first_of_store && counter == Counter::CartAdds {
        for scope in [Scope::Platform, Scope::Store(item.store_id)] {
            tally.add(scope, day, Counter::Carts, 1)?;
        }
    }
    Ok(())
}

/// Paid in cash, its orders are purchases now; others become so when they are paid.
fn checked_out(tally: &mut Tally, day: Date, checkout: &CheckoutCompleted) -> Result<(), Uncountable> {
    tally.add(Scope::Platform, day, Counter::Checkouts, 1)?;
    for order in &checkout.orders {
        tally.add(Scope::Store(order.store_id), day, Counter::Checkouts, 1)?;
        if !checkout.payment_method.in_advance() {
            purchase(tally, day, order)?;
        }
    }
    Ok(())
}

fn purchase(tally: &mut Tally, day: Date, order: &OrderPlaced) -> Result<(), Uncountable> {
    each(tally, day, order, |part| {
        Ok(vec![(Counter::Orders, 1), (Counter::Items, part.items), (Counter::Revenue, part.revenue)])
    })
}

/// Only what was a purchase is one no more.
fn given_up(tally: &mut Tally, day: Date, cancelled: &OrderCancelled) -> Result<(), Uncountable> {
    if !cancelled.purchased {
        return Ok(());
    }
    each(tally, day, &cancelled.order, |part| {
        Ok(vec![(Counter::Cancelled, 1), (Counter::CancelledRevenue, part.revenue)])
    })
}

/// What of an order concerns one scope.
struct Part {
    items: i64,
    revenue: i64,
}

/// Adds for the platform, the store, and each product of an order once.
fn each(
    tally: &mut Tally,
    day: Date,
    order: &OrderPlaced,
    adds: impl Fn(&Part) -> Result<Vec<(Counter, i64)>, Uncountable>,
) -> Result<(), Uncountable> {
    let items = order.lines.iter().map(|line| i64::from(line.quantity)).sum();
    let whole = Part { items, revenue: som(order.total)? };
    let mut products: BTreeMap<ProductId, Part> = BTreeMap::new();
    for line in &order.lines {
        let part = products.entry(line.product_id).or_insert(Part { items: 0, revenue: 0 });
        part.items += i64::from(line.quantity);
        part.revenue = part.revenue.checked_add(som(line.total)?).ok_or(Uncountable::Overflow)?;
        tally.own(line.product_id, order.store_id);
    }
    for scope in [Scope::Platform, Scope::Store(order.store_id)] {
        for (counter, n) in adds(&whole)? {
            tally.add(scope, day, counter, n)?;
        }
    }
    for (product, part) in products {
        for (counter, n) in adds(&part)? {
            tally.add(Scope::Product(product), day, counter, n)?;
        }
    }
    Ok(())
}

fn som(money: Money) -> Result<i64, Uncountable> {
    if money.currency() == Currency::UZS { Ok(money.minor()) } else { Err(Uncountable::Currency(money.currency())) }
}

#[cfg(test)]
mod tests {
    use domain::{ProductId, StoreId};
    use proptest::prelude::*;

    use super::*;
    use crate::tests::{checkout, line, order};

    fn number(tally: &Tally, scope: Scope, counter: Counter) -> i64 {
        let rows: BTreeMap<_, _> = tally.rows().map(|(scope, _, adds)| (scope.to_owned(), adds)).collect();
        rows.get(&scope.partition()).and_then(|adds| adds.get(&counter)).copied().unwrap_or_default()
    }

    #[test]
    fn an_order_counts_once_for_a_product_that_two_of_its_variants_share() {
        let (store, product) = (StoreId::derived("s"), ProductId::derived("p"));
        let event = checkout("e", vec![order(store, vec![line(product, "a", 2, 10), line(product, "b", 1, 5)], 3)]);
        let tally = tally(&event).unwrap();
        assert_eq!(number(&tally, Scope::Product(product), Counter::Orders), 1);
        assert_eq!(number(&tally, Scope::Product(product), Counter::Items), 3);
        assert_eq!(number(&tally, Scope::Product(product), Counter::Revenue), 15);
        assert_eq!(
            number(&tally, Scope::Store(store), Counter::Revenue),
            18,
            "shipping is the store's, not a product's"
        );
    }

    #[test]
    fn an_event_counts_in_its_own_business_day() {
        let mut event = checkout("e", Vec::new());
        event.at = "2026-11-22T19:30:00Z".parse().unwrap();
        let tally = tally(&event).unwrap();
        assert_eq!(tally.rows().next().unwrap().1.to_string(), "2026-11-23");
    }

    #[test]
    fn currencies_are_not_summed() {
        let mut wrong = order(StoreId::derived("s"), Vec::new(), 1);
        wrong.total = Money::new(1, Currency::USD);
        assert_eq!(tally(&checkout("e", vec![wrong])), Err(Uncountable::Currency(Currency::USD)));
    }

    proptest! {
        #[test]
        fn the_platform_sells_what_its_stores_sell(
            sales in prop::collection::vec((0..4_u8, 1..50_u32, 0..1_000_000_000_i64), 1..10)
        ) {
            let store = |n: u8| StoreId::derived(&n.to_string());
            let orders = sales.iter().enumerate().map(|(at, (n, quantity, price))| {
                let product = ProductId::derived(&at.to_string());
                order(store(*n), vec![line(product, "v", *quantity, *price)], 0)
            });
            let tally = tally(&checkout("e", orders.collect())).unwrap();
            for counter in [Counter::Orders, Counter::Items, Counter::Revenue] {
                let stores: i64 = (0..4).map(|n| number(&tally, Scope::Store(store(n)), counter)).sum();
                prop_assert_eq!(stores, number(&tally, Scope::Platform, counter));
            }
        }
    }
}
