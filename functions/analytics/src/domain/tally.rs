//! The counters that an event adds to.

use std::collections::BTreeMap;

use contracts::{CheckoutCompleted, Event, Fact};
use domain::{Currency, Date, Money, business_day};

use crate::table::Scope;

/// A number of a day; the name of its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Accounts registered.
    Registrations,
    /// Sessions begun.
    SignIns,
    /// Sessions ended.
    SignOuts,
    /// Stores opened.
    StoresOpened,
    /// Checkouts completed.
    Checkouts,
    /// Orders placed.
    Orders,
    /// Pieces ordered.
    Items,
    /// Tiyin ordered for.
    Revenue,
}

impl Counter {
    /// The attribute of [`crate::table::DayRow`].
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Registrations => "registrations",
            Self::SignIns => "sign_ins",
            Self::SignOuts => "sign_outs",
            Self::StoresOpened => "stores_opened",
            Self::Checkouts => "checkouts",
            Self::Orders => "orders",
            Self::Items => "items",
            Self::Revenue => "revenue",
        }
    }
}

/// What is to be added, by scope and day. Tallies of many events merge into one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<(String, Date), BTreeMap<Counter, i64>>);

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
    /// The rows that change: partition, day, and what is added to which counter.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Date, &BTreeMap<Counter, i64>)> {
        self.0.iter().map(|((scope, day), adds)| (scope.as_str(), *day, adds))
    }

    /// How many rows change.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Both together.
    pub fn merge(mut self, other: &Self) -> Result<Self, Uncountable> {
        for ((scope, day), adds) in &other.0 {
            for (counter, n) in adds {
                self.add_to(scope.clone(), *day, *counter, *n)?;
            }
        }
        Ok(self)
    }

    fn add(&mut self, scope: Scope, day: Date, counter: Counter, n: i64) -> Result<(), Uncountable> {
        self.add_to(scope.partition(), day, counter, n)
    }

    fn add_to(&mut self, scope: String, day: Date, counter: Counter, n: i64) -> Result<(), Uncountable> {
        let sum = self.0.entry((scope, day)).or_default().entry(counter).or_default();
        *sum = sum.checked_add(n).ok_or(Uncountable::Overflow)?;
        Ok(())
    }
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
        Fact::CheckoutCompleted(checkout) => sale(&mut tally, day, checkout)?,
        _ => {}
    }
    Ok(tally)
}

fn sale(tally: &mut Tally, day: Date, checkout: &CheckoutCompleted) -> Result<(), Uncountable> {
    tally.add(Scope::Platform, day, Counter::Checkouts, 1)?;
    for order in &checkout.orders {
        let items: i64 = order.lines.iter().map(|line| i64::from(line.quantity)).sum();
        let revenue = som(order.total)?;
        for scope in [Scope::Platform, Scope::Store(order.store_id)] {
            tally.add(scope, day, Counter::Orders, 1)?;
            tally.add(scope, day, Counter::Items, items)?;
            tally.add(scope, day, Counter::Revenue, revenue)?;
        }
        for line in &order.lines {
            let scope = Scope::Product(line.product_id);
            tally.add(scope, day, Counter::Items, i64::from(line.quantity))?;
            tally.add(scope, day, Counter::Revenue, som(line.total)?)?;
        }
        let mut products: Vec<_> = order.lines.iter().map(|line| line.product_id).collect();
        products.sort_unstable();
        products.dedup();
        for product in products {
            tally.add(Scope::Product(product), day, Counter::Orders, 1)?;
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
