use contracts::{CartOwner, ReservedLine};
use domain::{Timestamp, UserId};
use proptest::prelude::*;

use super::*;
use crate::testkit::{offer, terms};

/// What is in the cart, what is offered, and on what terms.
struct Case {
    cart: Cart,
    offers: HashMap<VariantRef, Offer>,
    terms: HashMap<StoreId, StoreTerms>,
}

fn store(n: u8) -> StoreId {
    StoreId::derived(&format!("store {n}"))
}

impl Case {
    /// A line of each: store, quantity, price in tiyin, VAT.
    fn of(lines: &[(u8, u32, i64, Option<u32>)]) -> Self {
        let owner = CartOwner::User(UserId::derived("shopper"));
        let mut case =
            Self { cart: Cart::new(owner, Timestamp::UNIX_EPOCH), offers: HashMap::new(), terms: HashMap::new() };
        for (at, (of, quantity, price, vat_rate)) in lines.iter().enumerate() {
            let unit_price = Money::tiyin(*price);
            let offer = Offer { store_id: store(*of), unit_price, vat_rate: *vat_rate, ..offer(&format!("{at}")) };
            let id = CartItemId::derived(&at.to_string());
            case.cart.add(&offer, *quantity, id, 1).unwrap();
            case.offers.insert(case.cart.lines[at].variant(), offer);
            case.terms.insert(store(*of), terms(store(*of)));
        }
        case
    }

    fn change(&mut self, line: usize, change: impl FnOnce(&mut Offer)) {
        change(self.offers.get_mut(&self.cart.lines[line].variant()).unwrap());
    }

    fn quote(&self, method: Option<PaymentMethod>) -> Quote {
        Quote::of(&self.cart, &self.offers, &self.terms, Region::Samarkand, method, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn changes(&self) -> Vec<Changed> {
        self.quote(None).changes.into_iter().map(|change| change.what).collect()
    }
}

#[test]
fn a_cart_that_stayed_as_it_was_is_acceptable() {
    let quote = Case::of(&[(1, 2, 1_000, None), (2, 1, 5_000, None), (1, 1, 100, None)]).quote(None);
    let lines: Vec<_> = quote.stores.iter().map(|s| (s.store_id, s.lines.len(), s.priced.subtotal.minor())).collect();
    assert_eq!(lines, [(store(1), 2, 2_100), (store(2), 1, 5_000)]);
    let fee = Region::Samarkand.default_fee().minor();
    assert_eq!(
        (quote.subtotal.minor(), quote.shipping.minor(), quote.total.minor()),
        (7_100, 2 * fee, 7_100 + 2 * fee)
    );
    assert!(quote.acceptable() && quote.changes.is_empty());
    assert_eq!(quote.payment_methods, PaymentMethod::ALL);
}

#[test]
fn a_price_that_changed_is_told_and_counts() {
    let mut case = Case::of(&[(1, 2, 1_000, None)]);
    case.change(0, |offer| offer.unit_price = Money::tiyin(900));
    let (before, now) = (Money::tiyin(1_000), Money::tiyin(900));
    assert_eq!(case.changes(), [Changed::Price { before, now }]);
    let quote = case.quote(None);
    assert_eq!((quote.subtotal.minor(), quote.acceptable()), (1_800, true));
}

#[test]
fn what_cannot_be_bought_is_told_and_counts_nowhere() {
    type Spoil = fn(&mut Case);
    let spoils: [(Spoil, Changed); 6] = [
        (|c| c.change(0, |o| o.available = 1), Changed::StockShort { requested: 2, available: 1 }),
        (|c| c.change(0, |o| o.active = false), Changed::NotForSale),
        (|c| drop(c.offers.remove(&c.cart.lines[0].variant())), Changed::NotForSale),
        (|c| c.terms.get_mut(&store(1)).unwrap().status = StoreStatus::Suspended, Changed::StoreNotSelling),
        (|c| c.terms.get_mut(&store(1)).unwrap().status = StoreStatus::UnderReview, Changed::StoreNotSelling),
        (|c| drop(c.terms.remove(&store(1))), Changed::StoreNotSelling),
    ];
    for (spoil, change) in spoils {
        let mut case = Case::of(&[(1, 2, 1_000, None), (2, 1, 5_000, None)]);
        spoil(&mut case);
        assert_eq!(case.changes(), [change]);
        let quote = case.quote(None);
        assert_eq!((quote.acceptable(), quote.stores.len(), quote.subtotal.minor()), (false, 1, 5_000), "{change:?}");
    }
}

#[test]
fn a_cart_is_no_checkout_when_it_is_empty_or_too_large() {
    let lines = |count: u8, stores: u8| (0..count).map(|n| (n % stores, 1, 1_000, None)).collect::<Vec<_>>();
    for (lines, obstacles) in [
        (lines(0, 1), vec![Obstacle::Empty]),
        (lines(40, 10), vec![]),
        (lines(41, 10), vec![Obstacle::TooManyLines { max: 40 }]),
        (lines(11, 11), vec![Obstacle::TooManyStores { max: 10 }]),
    ] {
        let quote = Case::of(&lines).quote(None);
        assert_eq!(quote.acceptable(), obstacles.is_empty());
        assert_eq!(quote.obstacles, obstacles);
    }
}

#[test]
fn every_store_must_take_the_payment_method() {
    let mut case = Case::of(&[(1, 1, 1_000, None), (2, 1, 1_000, None)]);
    case.terms.get_mut(&store(2)).unwrap().payment_methods = vec![PaymentMethod::Payme];
    let quote = case.quote(Some(PaymentMethod::CashOnDelivery));
    assert_eq!(quote.obstacles, [Obstacle::PaymentMethodRefused { stores: vec![store(2)] }]);
    assert!(!quote.acceptable() && case.quote(Some(PaymentMethod::Payme)).acceptable());
    assert_eq!(quote.payment_methods, [PaymentMethod::Payme]);
}

/// What tech-product freezes of a line when it holds it, and the checkout prices.
fn reserved(line: &Line, offer: &Offer) -> ReservedLine {
    ReservedLine {
        product_id: line.product_id,
        variant_id: line.variant_id,
        store_id: line.store_id,
        title: offer.title.clone(),
        sku: offer.sku.clone(),
        quantity: line.quantity,
        unit_price: offer.unit_price,
        vat_rate: offer.vat_rate,
        ikpu: None,
        package_code: None,
    }
}

fn lines() -> impl Strategy<Value = Vec<(u8, u32, i64, Option<u32>)>> {
    let vat = prop::option::of(prop::sample::select(vec![0, 12, 15]));
    prop::collection::vec((0..5_u8, 1..=50_u32, 1..10_000_000_000_i64, vat), 1..=CHECKOUT_LINES_MAX)
}

proptest! {
    #[test]
    fn a_quote_is_the_price_of_the_checkout_to_the_tiyin(
        lines in lines(), fee in 0..10_000_000_i64, free_from in 0..1_000_000_000_000_i64, registered in any::<[bool; 5]>(),
    ) {
        let mut case = Case::of(&lines);
        for (n, registered) in (0..).zip(registered) {
            if let Some(terms) = case.terms.get_mut(&store(n)) {
                terms.vat_registered = registered;
                terms.shipping_fees = vec![(Region::Samarkand, Money::tiyin(fee))];
                terms.free_shipping_from = Money::tiyin(free_from);
            }
        }
        let quote = case.quote(None);
        prop_assert!(quote.acceptable());
        let mut total = Money::tiyin(0);
        for (quoted, store) in quote.stores.iter().zip(case.cart.stores()) {
            prop_assert_eq!(quoted.store_id, store);
            let held: Vec<_> = case.cart.lines.iter().filter(|l| l.store_id == store).collect();
            let items: Vec<Item> =
                held.iter().map(|line| Item::from(&reserved(line, &case.offers[&line.variant()]))).collect();
            let priced = pricing::price(&case.terms[&store], Region::Samarkand, &items).unwrap();
            prop_assert_eq!(&quoted.priced, &priced);
            total = total.checked_add(priced.total).unwrap();
        }
        prop_assert_eq!(quote.stores.len(), case.cart.stores().len());
        prop_assert_eq!(quote.total, total);
        prop_assert_eq!(quote.subtotal.checked_add(quote.shipping).unwrap(), total);
        prop_assert_eq!(case.cart.lines.len(), quote.stores.iter().map(|s| s.lines.len()).sum::<usize>());
    }
}
