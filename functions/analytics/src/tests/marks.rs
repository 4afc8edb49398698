//! What rows remember of counting: workers that die between two writes, and marks that go.

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::Event;
use domain::ProductId;
use dynamodb::Key;

use super::batches::{items, kilobytes};
use super::{World, sale, sales, store, world};
use crate::ops::Recorded;
use crate::ops::count::count;
use crate::ops::days::{Range, days};
use crate::table::{Mark, MarksRow, Scope};

const SCOPES: [fn() -> Scope; 3] =
    [|| Scope::Platform, || Scope::Store(store()), || Scope::Product(ProductId::derived("p"))];

async fn counted(w: &World, events: &[Event]) {
    assert!(count(&w.ctx, events.to_vec()).await.is_empty());
}

/// As if the worker had died before it wrote the row; its memory dies with it.
async fn unwritten(w: &mut World, key: Key) {
    w.ctx.recorded = Recorded::default();
    let (pk, sk) = (AttributeValue::S(key.pk), AttributeValue::S(key.sk));
    w.db.client().delete_item().table_name(w.ctx.table.name()).key("PK", pk).key("SK", sk).send().await.unwrap();
}

/// How many orders each scope has.
async fn orders(w: &World) -> [u64; 3] {
    let day = super::DAY.parse().unwrap();
    let mut orders = [0; 3];
    for (scope, orders) in SCOPES.iter().zip(&mut orders) {
        let rows = days(&w.ctx, scope(), Range::new(day, day).unwrap()).await.unwrap();
        *orders = rows.iter().map(|row| row.orders).sum();
    }
    orders
}

async fn marks(w: &World, scope: Scope) -> Vec<Mark> {
    let row = w.ctx.table.get_consistent::<MarksRow>(scope.day(super::DAY.parse().unwrap())).await.unwrap();
    row.unwrap().into_row().marks
}

#[tokio::test]
async fn an_event_counts_once_wherever_a_worker_died_in_it() {
    for written in 0..1 << SCOPES.len() {
        let mut w = world().await;
        counted(&w, &[sale("a")]).await;
        unwritten(&mut w, Mark::of(&sale("a")).record_key()).await;
        for (_, scope) in SCOPES.iter().enumerate().filter(|(at, _)| written & 1 << at == 0) {
            unwritten(&mut w, scope().day(super::DAY.parse().unwrap())).await;
        }
        counted(&w, &[sale("b"), sale("a")]).await;
        counted(&w, &[sale("a"), sale("b")]).await;
        assert_eq!(orders(&w).await, [2; 3], "rows written before: {written:03b}");
    }
}

#[tokio::test]
async fn marks_go_and_what_they_stood_for_stays_counted() {
    for forgetful in [false, true] {
        let mut w = world().await;
        let all: Vec<Event> = (0..60).map(|n| sale(&n.to_string())).collect();
        for event in &all {
            if forgetful {
                w.ctx.recorded = Recorded::default();
            }
            counted(&w, std::slice::from_ref(event)).await;
        }
        for scope in SCOPES {
            assert!(marks(&w, scope()).await.len() < 10);
        }
        assert!(items(&w).await.iter().all(|item| kilobytes(item) == 1));
        w.ctx.recorded = Recorded::default();
        counted(&w, &all).await;
        assert_eq!((w.sales().await, orders(&w).await), (sales(60), [60; 3]));
    }
}

#[tokio::test]
async fn the_mark_of_an_event_without_its_raw_row_stays_however_many_follow() {
    let mut w = world().await;
    counted(&w, &[sale("half")]).await;
    unwritten(&mut w, Mark::of(&sale("half")).record_key()).await;
    let others: Vec<Event> = (0..40).map(|n| sale(&n.to_string())).collect();
    for event in &others[..20] {
        counted(&w, std::slice::from_ref(event)).await;
    }
    assert!(marks(&w, Scope::Platform).await.contains(&Mark::of(&sale("half"))));
    counted(&w, &[sale("half")]).await;
    assert_eq!(orders(&w).await, [21; 3]);
    for event in &others[20..] {
        counted(&w, std::slice::from_ref(event)).await;
    }
    assert!(!marks(&w, Scope::Platform).await.contains(&Mark::of(&sale("half"))));
    counted(&w, &[sale("half")]).await;
    assert_eq!(orders(&w).await, [41; 3]);
}
