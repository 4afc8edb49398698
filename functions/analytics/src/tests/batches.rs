//! Large batches: their time and their price.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::Event;
use domain::{EventId, ProductId, StoreId};
use serde_json::json;
use uuid::Uuid;

use super::{World, checkout, line, order, sale, sales, world};
use crate::domain::{Report, Visit};
use crate::ops::count::{CountError, count, count_all};
use crate::ops::countable::Countable;

const MINUTE: Duration = Duration::from_mins(1);

/// The write units that everything in the table took to write: each version of a row was one write in a transaction.
async fn write_units(w: &World) -> usize {
    let items = w.db.client().scan().table_name(w.ctx.table.name()).send().await.unwrap();
    assert!(items.last_evaluated_key().is_none(), "the scan is whole");
    items.items().iter().map(units).sum()
}

fn units(item: &HashMap<String, AttributeValue>) -> usize {
    let version: usize = item["row_version"].as_n().unwrap().parse().unwrap();
    version * 2 * size(&AttributeValue::M(item.clone())).div_ceil(1_024)
}

/// What DynamoDB counts of a value, a few bytes more rather than less.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() / 2 + 2,
        AttributeValue::L(list) => 3 + list.iter().map(|v| 1 + size(v)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, v)| 1 + name.len() + size(v)).sum::<usize>(),
        _ => 1,
    }
}

fn view(visitor: u128, n: u128) -> Countable {
    let report = json!({
        "id": Uuid::from_u128(visitor << 64 | n), "type": if n.is_multiple_of(2) { "PAGE_VIEW" } else { "PRODUCT_VIEW" },
        "at": "2026-11-23T05:59:00Z", "path": "/p/amd-ryzen-7-9800x3d", "referrer": "https://search.example/",
        "store_id": StoreId::derived(&(n % 3).to_string()), "product_id": ProductId::derived(&(n % 7).to_string()),
    });
    let report: Report = serde_json::from_value(report).unwrap();
    let visitor_id = Uuid::from_u128(visitor);
    Countable::reported(report, Visit { visitor_id, session_id: Some(visitor_id), device: None }).unwrap()
}

fn sale_of(n: usize) -> Event {
    let lines = (0..3).map(|at| line(ProductId::derived(&((n + at) % 20).to_string()), "v", 1, 1_000)).collect();
    checkout(&n.to_string(), vec![order(StoreId::derived(&(n % 5).to_string()), lines, 50)])
}

#[tokio::test]
async fn what_cannot_be_counted_in_time_waits_for_its_next_delivery() {
    let w = world().await;
    let items = || (0..3).map(|n| Countable::told(sale(&n.to_string())).unwrap()).collect();
    let failed = count_all(&w.ctx, items(), Duration::ZERO).await;
    assert!(failed.len() == 3 && failed.iter().all(|(_, error)| matches!(**error, CountError::Late)));
    assert_eq!(w.sales().await, sales(0));
    assert!(count_all(&w.ctx, items(), MINUTE).await.is_empty());
    assert_eq!(w.sales().await, sales(3));
}

#[tokio::test]
async fn a_transaction_never_holds_more_than_it_may() {
    let w = world().await;
    // Each event changes 51 rows of its own: 10 stores and 40 products.
    let wide = |n: usize| {
        let store = |at: usize| StoreId::derived(&format!("{n}/{at}"));
        let lines = |at: usize| (0..4).map(|p| line(ProductId::derived(&format!("{n}/{at}/{p}")), "v", 1, 1)).collect();
        checkout(&n.to_string(), (0..10).map(|at| order(store(at), lines(at), 0)).collect())
    };
    assert!(count(&w.ctx, (0..6).map(wide).collect()).await.is_empty());
    let too_wide = (0..100).map(|at| order(StoreId::derived(&at.to_string()), Vec::new(), 0)).collect();
    let failed = count(&w.ctx, vec![checkout("too wide", too_wide), sale("good")]).await;
    assert_eq!(failed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [EventId::derived("too wide")]);
    assert_eq!(w.sales().await, sales(1));
}

/// Measured: 3.6 write units a report when four visitors send 20 each, 5 an event in a batch of 80 checkouts of three
/// lines (4 of them are its raw row), 14 for one that comes alone.
#[tokio::test]
async fn counting_costs_no_more_write_units_than_it_says() {
    let w = world().await;
    for visitor in 0..4 {
        assert!(count_all(&w.ctx, (0..20).map(|n| view(visitor, n)).collect(), MINUTE).await.is_empty());
    }
    let reports = write_units(&w).await;
    let w = world().await;
    assert!(count(&w.ctx, (0..80).map(sale_of).collect()).await.is_empty());
    let batch = write_units(&w).await;
    let w = world().await;
    assert!(count(&w.ctx, vec![sale_of(0)]).await.is_empty());
    let alone = write_units(&w).await;
    assert!(reports <= 80 * 4 && batch <= 80 * 6 && alone <= 16, "{reports} {batch} {alone}");
}
