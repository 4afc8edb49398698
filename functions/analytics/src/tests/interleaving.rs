//! Whatever order events arrive in, in whatever batches, however often and at once: the numbers are the same.

use std::time::Duration;

use contracts::{CancelReason, CartItem, CartOwner, Event, Fact, OrderCancelled, OrderEnded};
use domain::{CheckoutId, ProductId, SessionId, StoreId, Timestamp, UserId, VariantId};
use futures::future::join_all;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{World, advance_sale, checkout, line, order, told, world};
use crate::ctx::Ctx;
use crate::domain::{Report, Visit};
use crate::ops::count::count;
use crate::ops::report::report as count_reports;
use crate::ops::reported::Reported;
use crate::ops::{Failed, Recorded};

/// What can be delivered, by its number.
#[derive(Clone)]
enum Delivered {
    Event(Box<Event>),
    Report(Box<Report>, Visit),
}

const STORES: [&str; 2] = ["store", "other"];

fn at(minute: i64) -> Timestamp {
    // Around midnight in Tashkent.
    Timestamp::from_second(1_795_374_000 + (minute - 20) * 60).unwrap()
}

fn events() -> Vec<Event> {
    let [a, b] = STORES.map(StoreId::derived);
    let product = |n: u8| ProductId::derived(&n.to_string());
    let split = || {
        vec![
            order(a, vec![line(product(1), "x", 2, 700), line(product(2), "y", 1, 90)], 50),
            order(b, vec![line(product(3), "z", 3, 33)], 0),
        ]
    };
    let (placed, paid) = advance_sale("advance");
    let cart = |id: &str, first_of_store: bool, product_id| {
        let owner = CartOwner::Session(SessionId::derived("guest"));
        let variant_id = VariantId::derived("x");
        told(
            id,
            Fact::CartItemAdded(CartItem { owner, product_id, variant_id, store_id: a, quantity: 2, first_of_store }),
        )
    };
    let ended = |id: &str| {
        let (checkout_id, user_id, order) = (CheckoutId::derived("cash"), UserId::derived("buyer"), split().remove(0));
        told(id, Fact::OrderDelivered(OrderEnded { checkout_id, user_id, order }))
    };
    let cancelled = |id: &str, purchased| {
        let (checkout_id, user_id, order) = (CheckoutId::derived("cash"), UserId::derived("buyer"), split().remove(1));
        let (reason, refund) = (CancelReason::Shopper, None);
        told(id, Fact::OrderCancelled(OrderCancelled { checkout_id, user_id, order, reason, purchased, refund }))
    };
    let mut all = vec![
        checkout("cash", split()),
        checkout("cash2", split()),
        placed,
        paid,
        cart("c1", true, product(1)),
        cart("c2", false, product(2)),
        ended("d"),
        cancelled("x1", true),
        cancelled("x2", false),
    ];
    for (event, minute) in all.iter_mut().zip((0..).step_by(5)) {
        event.at = at(minute);
    }
    all
}

fn report(n: u8) -> (Report, Visit) {
    let kind = ["PAGE_VIEW", "PRODUCT_VIEW", "PRODUCT_SEARCH", "STORE_VISIT"][usize::from(n % 4)];
    let report = json!({
        "id": Uuid::from_u128(u128::from(n)), "type": kind, "at": at(i64::from(n) * 3), "path": format!("/{n}"),
        "store_id": StoreId::derived(STORES[usize::from(n / 4 % 2)]),
        "product_id": ProductId::derived(&(n % 3).to_string()), "term": format!("term {}", n % 5), "results": n % 2,
    });
    let visit = Visit {
        visitor_id: Uuid::from_u128(u128::from(n % 3)),
        session_id: Some(Uuid::from_u128(u128::from(n % 5))),
        device: None,
    };
    (serde_json::from_value(report).unwrap(), visit)
}

fn all() -> Vec<Delivered> {
    let events = events().into_iter().map(|event| Delivered::Event(Box::new(event)));
    let reports = (0..14).map(report).map(|(report, visit)| Delivered::Report(Box::new(report), visit));
    events.chain(reports).collect()
}

async fn deliver(ctx: &Ctx, batch: &[Delivered]) -> Failed {
    let (mut events, mut reports) = (Vec::new(), Vec::new());
    for delivered in batch {
        match delivered {
            Delivered::Event(event) => events.push((**event).clone()),
            Delivered::Report(report, visit) => {
                reports.push(Reported::new((**report).clone(), *visit).unwrap());
            }
        }
    }
    let mut failed = count(ctx, events).await;
    failed.extend(count_reports(ctx, reports, Duration::from_mins(1)).await);
    failed
}

async fn numbers(w: &World) -> Value {
    let days = "from=2026-11-22&to=2026-11-24";
    let mut numbers = vec![w.admin(&format!("/v1/admin/analytics/days?{days}")).await];
    numbers.push(w.admin(&format!("/v1/admin/analytics/funnel?{days}")).await);
    for day in ["2026-11-22", "2026-11-23"] {
        numbers.push(w.admin(&format!("/v1/analytics/search?day={day}")).await);
    }
    for visitor in 0..3 {
        let visitor = Uuid::from_u128(visitor);
        numbers.push(w.admin(&format!("/v1/admin/analytics/visitors/{visitor}/sessions")).await);
    }
    for scope in STORES
        .map(|store| crate::table::Scope::Store(StoreId::derived(store)))
        .into_iter()
        .chain((0..4_u8).map(|n| crate::table::Scope::Product(ProductId::derived(&n.to_string()))))
    {
        let range = crate::ops::days::Range::new("2026-11-22".parse().unwrap(), "2026-11-24".parse().unwrap()).unwrap();
        numbers.push(serde_json::to_value(crate::ops::days::days(&w.ctx, scope, range).await.unwrap()).unwrap());
    }
    Value::Array(numbers)
}

/// A batch of numbers of deliveries.
#[derive(Debug, Clone)]
struct Batch {
    /// Neighbours that agree in it are under way at once.
    at_once: bool,
    /// After so many milliseconds its worker is killed, wherever it is.
    killed_after: Option<u64>,
    numbers: Vec<usize>,
}

fn deliveries() -> impl Strategy<Value = Vec<Batch>> {
    let numbers = prop::collection::vec(0..all().len(), 1..12);
    let batch = (any::<bool>(), prop::option::weighted(0.4, 0..40_u64), numbers);
    let batch = batch.prop_map(|(at_once, killed_after, numbers)| Batch { at_once, killed_after, numbers });
    prop::collection::vec(batch, 1..10)
}

async fn deliver_or_die(w: &World, all: &[Delivered], batch: &Batch) {
    let picked: Vec<_> = batch.numbers.iter().map(|n| all[*n].clone()).collect();
    let life = batch.killed_after.map_or(Duration::from_mins(1), Duration::from_millis);
    let mut worker = w.ctx.clone();
    if batch.at_once {
        // A process of its own.
        worker.recorded = Recorded::default();
    }
    // What failed, or was not done, comes again with everything else.
    let _ = tokio::time::timeout(life, deliver(&worker, &picked)).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn any_order_company_repetition_and_death_of_deliveries_gives_the_same_numbers(batches in deliveries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let all = all();
            let once = world().await;
            assert!(deliver(&once.ctx, &all).await.is_empty());
            let many = world().await;
            for together in batches.chunk_by(|a, b| a.at_once && b.at_once) {
                join_all(together.iter().map(|batch| deliver_or_die(&many, &all, batch))).await;
            }
            // In the end everything arrived at least once.
            assert!(deliver(&many.ctx, &all.iter().rev().cloned().collect::<Vec<_>>()).await.is_empty());
            assert_eq!(numbers(&once).await, numbers(&many).await);
        });
    }
}
