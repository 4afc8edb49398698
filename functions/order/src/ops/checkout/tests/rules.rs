use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contracts::{Actor, Event, Fact, Fulfilment, StoreStatus, StoreTerms};
use domain::{Entropy, Money, OrderId, SeededEntropy, StoreId, UserId};
use dynamodb::OutboxRow;

use super::{assert_complete, assert_nothing_left, orders};
use crate::domain::{PaymentStatus, Return};
use crate::ops::{DeliverTo, PlaceError, place};
use crate::table::HistoryEntry;
use crate::testkit::{command, line, shopper, som, terms, world};

#[tokio::test]
async fn a_cart_becomes_one_frozen_order_per_store() {
    let w = world().await;
    let mut command = command(shopper(), "key-0001");
    (command.cart_version, command.expected_total) = (Some(7), Some(som(330_000)));
    let placed = place(&w.ctx, &command).await.unwrap();
    let orders = orders(&w).await;
    let seen: Vec<_> =
        orders.iter().map(|o| (o.store_id, o.subtotal, o.shipping, o.total, o.commission_basis_points)).collect();
    let (a, b) = (StoreId::derived("a"), StoreId::derived("b"));
    let expected =
        [(a, som(200_000), som(15_000), som(215_000), 500), (b, som(100_000), som(15_000), som(115_000), 500)];
    assert_eq!(seen, expected);
    // 215,000 × 12 / 112
    assert_eq!((orders[0].vat, orders[0].lines[0].title.uz.as_str()), (Money::tiyin(2_303_571), "uz"));
    let states = (orders[0].fulfilment, orders[0].payment, orders[0].returned);
    assert_eq!(states, (Fulfilment::Pending, PaymentStatus::Pending, Return::None));
    assert_eq!((placed.total, w.available("cpu"), w.available("case")), (som(330_000), 8, 9));
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn what_was_bought_is_told_with_the_cart_version() {
    let w = world().await;
    let placed = place(&w.ctx, &command(shopper(), "key-0001")).await.unwrap();
    let mut events = Vec::new();
    for partition in OutboxRow::partitions(domain::business_day(w.ctx.clock.now())) {
        events.extend(w.rows::<OutboxRow>(partition, "").await);
    }
    let event: Event = serde_json::from_str(&events[0].event).unwrap();
    let Fact::CheckoutCompleted(told) = event.fact else { panic!("another fact") };
    assert_eq!((told.cart_version, told.checkout_id), (7, placed.checkout_id));
    for (told, placed) in told.orders.iter().zip(&placed.orders) {
        assert_eq!((&told.number, told.total), (&placed.number.to_string(), placed.total));
        let lines = Money::sum(told.lines.iter().map(|line| line.total)).unwrap();
        assert_eq!(lines.checked_add(told.shipping), Ok(told.total));
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_leaves_nothing() {
    type Arrange = fn(&crate::testkit::World, &mut crate::ops::Place);
    type Expected = fn(&PlaceError) -> bool;
    let cases: [(&str, Arrange, Expected); 11] = [
        ("empty", |w, _| w.cart(shopper(), 7, vec![]), |e| matches!(e, PlaceError::CartEmpty)),
        (
            "another version",
            |_, c| c.cart_version = Some(6),
            |e| matches!(e, PlaceError::CartChanged { version: 7, lines } if lines.len() == 2),
        ),
        (
            "another total",
            |_, c| c.expected_total = Some(som(1)),
            |e| matches!(e, PlaceError::TotalChanged(total) if *total == som(330_000)),
        ),
        (
            "too many lines",
            |w, _| w.cart(shopper(), 7, (0..41).map(|n| line("a", &n.to_string(), 1)).collect()),
            |e| matches!(e, PlaceError::TooLarge),
        ),
        (
            "too many stores",
            |w, _| w.cart(shopper(), 7, (0..11).map(|n| line(&n.to_string(), &n.to_string(), 1)).collect()),
            |e| matches!(e, PlaceError::TooLarge),
        ),
        (
            "a suspended store",
            |w, _| w.store(StoreTerms { status: StoreStatus::Suspended, ..terms("b") }),
            |e| matches!(e, PlaceError::StoresNotSelling(stores) if *stores == [StoreId::derived("b")]),
        ),
        (
            "an unknown store",
            |w, _| w.cart(shopper(), 7, vec![line("nobody", "cpu", 1)]),
            |e| matches!(e, PlaceError::StoresNotSelling(_)),
        ),
        (
            "too few",
            |w, _| w.cart(shopper(), 7, vec![line("a", "cpu", 11), line("b", "case", 1)]),
            |e| matches!(e, PlaceError::StockShort(lines) if lines.len() == 1 && lines[0].available == 10),
        ),
        (
            "another price",
            |w, _| w.cart(shopper(), 7, vec![contracts::CartLine { unit_price: som(1), ..line("a", "cpu", 1) }]),
            |e| matches!(e, PlaceError::PriceChanged(lines) if lines[0].unit_price == Some(som(100_000))),
        ),
        (
            "too much for cash",
            |w, _| {
                w.cart(shopper(), 7, vec![contracts::CartLine { unit_price: som(25_000_001), ..line("a", "cpu", 1) }]);
            },
            |e| matches!(e, PlaceError::Cash(_)),
        ),
        (
            "too many orders for cash",
            |w, _| {
                w.store(terms("c"));
                w.store(terms("d"));
                w.cart(shopper(), 7, ["a", "b", "c", "d"].map(|store| line(store, store, 1)).to_vec());
            },
            |e| matches!(e, PlaceError::Cash(_)),
        ),
    ];
    for (name, arrange, expected) in cases {
        let w = world().await;
        let mut command = command(shopper(), "key-0001");
        arrange(&w, &mut command);
        let error = place(&w.ctx, &command).await.unwrap_err();
        assert!(expected(&error), "{name}: {error:?}");
        assert_nothing_left(&w, "key-0001").await;
    }
}

#[tokio::test]
async fn a_refused_request_may_be_tried_again_with_its_key() {
    let w = world().await;
    w.stock("cpu", 1, som(100_000));
    let command = command(shopper(), "key-0001");
    assert!(matches!(place(&w.ctx, &command).await, Err(PlaceError::StockShort(_))));
    w.stock("cpu", 10, som(100_000));
    place(&w.ctx, &command).await.unwrap();
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn one_key_is_for_one_body() {
    let w = world().await;
    let first = command(shopper(), "key-0001");
    let placed = place(&w.ctx, &first).await.unwrap();
    assert_eq!(place(&w.ctx, &first).await.unwrap(), placed);
    let mut other = first.clone();
    other.deliver_to = DeliverTo::Given(contracts::DeliveryAddress { house: "13".into(), ..crate::testkit::address() });
    assert!(matches!(place(&w.ctx, &other).await, Err(PlaceError::KeyReused)));
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn the_answer_stays_the_same_however_far_the_orders_got_since() {
    let w = world().await;
    w.cart(shopper(), 7, vec![line("b", "case", 1), line("a", "cpu", 1), line("a", "ram", 1)]);
    let command = command(shopper(), "key-0001");
    let placed = place(&w.ctx, &command).await.unwrap();
    let doer = crate::ops::Doer::itself(&w.ctx, placed.checkout_id);
    for order in &placed.orders {
        let moved = crate::ops::advance(&w.ctx, order.store_id, order.order_id, Fulfilment::Confirmed, &doer).await;
        assert_eq!(moved.unwrap().fulfilment, Fulfilment::Confirmed);
    }
    assert_eq!(place(&w.ctx, &command).await.unwrap(), placed);
}

#[tokio::test]
async fn what_was_bought_is_not_bought_again_while_it_is_leaving_the_cart() {
    let w = world().await;
    place(&w.ctx, &command(shopper(), "key-0001")).await.unwrap();
    // Something was added, and the cart has not heard of the checkout yet.
    w.cart_converted(shopper(), 8, 0, vec![line("a", "cpu", 2), line("b", "case", 1), line("a", "ram", 1)]);
    let second = command(shopper(), "key-0002");
    assert!(matches!(place(&w.ctx, &second).await, Err(PlaceError::CartSettling)));
    w.cart_converted(shopper(), 9, 7, vec![line("a", "ram", 1)]);
    assert_eq!(place(&w.ctx, &second).await.unwrap().orders.len(), 1);
    assert_eq!((w.available("cpu"), w.available("ram")), (8, 9));
}

#[tokio::test]
async fn three_cash_orders_may_be_open() {
    let w = world().await;
    for version in 7..10 {
        w.cart(shopper(), version, vec![line("a", "cpu", 1)]);
        place(&w.ctx, &command(shopper(), &format!("key-000{version}"))).await.unwrap();
    }
    w.cart(shopper(), 10, vec![line("a", "cpu", 1)]);
    let refused = place(&w.ctx, &command(shopper(), "key-00010")).await;
    assert!(matches!(refused, Err(PlaceError::Cash(_))), "{refused:?}");
    assert_eq!((w.held(), w.available("cpu")), (3, 7));
}

/// Draws nothing but zeros at first.
struct Unlucky {
    zeros: AtomicU32,
    then: SeededEntropy,
}

impl Entropy for Unlucky {
    fn fill(&self, bytes: &mut [u8]) {
        let left = self.zeros.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |zeros| zeros.checked_sub(1));
        if left.is_ok() { bytes.fill(0) } else { self.then.fill(bytes) }
    }
}

#[tokio::test]
async fn a_number_that_is_taken_is_not_given_twice() {
    let mut w = world().await;
    let taken = HistoryEntry {
        number: "UM-20261123-000000".parse().unwrap(),
        sequence: 1,
        order_id: OrderId::derived("another"),
        user_id: UserId::derived("another"),
        store_id: StoreId::derived("a"),
        step: crate::domain::enter(None, Fulfilment::Pending).unwrap(),
        payment: None,
        at: w.ctx.clock.now(),
        actor: Actor::Operator,
        party: crate::domain::Party::Platform,
        note: None,
    };
    w.ctx.table.create(&taken).await.unwrap();
    w.cart(shopper(), 7, vec![line("a", "cpu", 1)]);
    // The checkout's id and the order's, from which its number follows.
    w.ctx.entropy = Arc::new(Unlucky { zeros: AtomicU32::new(2), then: SeededEntropy::new(1) });
    let placed = place(&w.ctx, &command(shopper(), "key-0001")).await.unwrap();
    assert_ne!(placed.orders[0].number, taken.number);
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn orders_go_to_a_saved_address_as_it_was_then() {
    let w = world().await;
    let saved = crate::ops::Place {
        deliver_to: DeliverTo::Saved(crate::testkit::saved_address()),
        ..command(shopper(), "key-0001")
    };
    place(&w.ctx, &saved).await.unwrap();
    assert_eq!(orders(&w).await[0].address, crate::testkit::address());
    let foreign = crate::ops::Place {
        deliver_to: DeliverTo::Saved(domain::AddressId::derived("somebody else's")),
        ..command(shopper(), "key-0002")
    };
    assert!(matches!(place(&w.ctx, &foreign).await, Err(PlaceError::UnknownAddress | PlaceError::AlreadyOrdered(_))));
}

#[tokio::test]
async fn a_checkout_in_advance_waits_for_its_money_and_a_store_must_take_it() {
    let w = world().await;
    let payme = crate::ops::Place { method: contracts::PaymentMethod::Payme, ..command(shopper(), "key-0001") };
    let cash_only = vec![contracts::PaymentMethod::CashOnDelivery];
    w.store(StoreTerms { payment_methods: cash_only, ..terms("b") });
    let refused = place(&w.ctx, &payme).await;
    assert!(matches!(refused, Err(PlaceError::MethodNotTaken(stores)) if stores == [StoreId::derived("b")]));
    w.store(terms("b"));
    let placed = place(&w.ctx, &payme).await.unwrap();
    assert_eq!(placed.pay_by, Some(w.ctx.clock.now() + jiff::SignedDuration::from_mins(30)));
    assert!(orders(&w).await.iter().all(|order| order.fulfilment == Fulfilment::PendingPayment));
    assert_complete(&w, "key-0001").await;
}
