//! Large batches: their time and their price.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::Event;
use domain::{ProductId, StoreId};
use serde_json::json;
use uuid::Uuid;

use super::{World, checkout, line, order, sale, sales, world};
use crate::domain::{Report, Visit};
use crate::ops::CountError;
use crate::ops::count::{count, count_within};
use crate::ops::report::report;
use crate::ops::reported::Reported;

const MINUTE: Duration = Duration::from_mins(1);

/// The write units that everything in the table took to write: each version of a row was one write, of twice the price
/// in a transaction.
async fn write_units(w: &World) -> usize {
    items(w).await.iter().map(units).sum()
}

pub(super) async fn items(w: &World) -> Vec<HashMap<String, AttributeValue>> {
    let items = w.db.client().scan().table_name(w.ctx.table.name()).send().await.unwrap();
    assert!(items.last_evaluated_key().is_none(), "the scan is whole");
    items.items.unwrap()
}

fn units(item: &HashMap<String, AttributeValue>) -> usize {
    let number = |name: &str| item.get(name).map_or(0, |n| n.as_n().unwrap().parse::<usize>().unwrap());
    let told = if item["row"].as_s().unwrap() == "event" { 1 } else { number("told") };
    (2 * number("row_version") - told) * kilobytes(item)
}

pub(super) fn kilobytes(item: &HashMap<String, AttributeValue>) -> usize {
    size(&AttributeValue::M(item.clone())).div_ceil(1_024)
}

/// What DynamoDB counts of a value, a few bytes more rather than less.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() / 2 + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|v| 1 + size(v)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, v)| 1 + name.len() + size(v)).sum::<usize>(),
        _ => 1,
    }
}

fn view(visitor: u128, n: u128) -> Reported {
    let report = json!({
        "id": Uuid::from_u128(visitor << 64 | n), "type": if n.is_multiple_of(2) { "PAGE_VIEW" } else { "PRODUCT_VIEW" },
        "at": "2026-11-23T05:59:00Z", "path": "/p/amd-ryzen-7-9800x3d", "referrer": "https://search.example/",
        "store_id": StoreId::derived(&(n % 3).to_string()), "product_id": ProductId::derived(&(n % 7).to_string()),
    });
    let report: Report = serde_json::from_value(report).unwrap();
    let visitor_id = Uuid::from_u128(visitor);
    Reported::new(report, Visit { visitor_id, session_id: Some(visitor_id), device: None }).unwrap()
}

fn sale_of(n: usize) -> Event {
    let lines = (0..3).map(|at| line(ProductId::derived(&((n + at) % 20).to_string()), "v", 1, 1_000)).collect();
    checkout(&n.to_string(), vec![order(StoreId::derived(&(n % 5).to_string()), lines, 50)])
}

#[tokio::test]
async fn what_cannot_be_counted_in_time_waits_for_its_next_delivery() {
    let w = world().await;
    let events = || (0..3).map(|n| sale(&n.to_string())).collect::<Vec<_>>();
    let views = || (0..3).map(|n| view(1, n)).collect::<Vec<_>>();
    let mut failed = count_within(&w.ctx, events(), Duration::ZERO).await;
    failed.extend(report(&w.ctx, views(), Duration::ZERO).await);
    assert!(failed.len() == 6 && failed.iter().all(|(_, error)| matches!(**error, CountError::Late)));
    assert_eq!((w.sales().await, items(&w).await.len()), (sales(0), 0));
    assert!(count(&w.ctx, events()).await.is_empty());
    assert!(report(&w.ctx, views(), MINUTE).await.is_empty());
    assert_eq!(w.sales().await, sales(3));
}

#[tokio::test]
async fn an_event_may_change_more_rows_than_a_transaction_holds() {
    let w = world().await;
    // Each event changes 51 rows of its own: 10 stores and 40 products.
    let wide = |n: usize| {
        let store = |at: usize| StoreId::derived(&format!("{n}/{at}"));
        let lines = |at: usize| (0..4).map(|p| line(ProductId::derived(&format!("{n}/{at}/{p}")), "v", 1, 1)).collect();
        checkout(&n.to_string(), (0..10).map(|at| order(store(at), lines(at), 0)).collect())
    };
    assert!(count(&w.ctx, (0..6).map(wide).collect()).await.is_empty());
    let wider: Vec<_> = (0..120).map(|at| order(StoreId::derived(&at.to_string()), Vec::new(), 1)).collect();
    for _ in 0..2 {
        assert!(count(&w.ctx, vec![checkout("wider", wider.clone()), sale("good")]).await.is_empty());
    }
    assert_eq!(w.sales().await, sales(1));
    let day = w.admin("/v1/admin/analytics/days?from=2026-11-23&to=2026-11-23").await["days"][0].clone();
    assert_eq!((&day["checkouts"], &day["orders"], &day["items"]), (&json!(8), &json!(181), &json!(242)));
}

/// Measured: 3.6 write units a report when four visitors send 20 each; 1.5 an event in a batch of 80 checkouts of three
/// lines, of which the raw row is one; 6 for one of three lines of one store that comes alone.
#[tokio::test]
async fn counting_costs_no_more_write_units_than_it_says() {
    let w = world().await;
    for visitor in 0..4 {
        assert!(report(&w.ctx, (0..20).map(|n| view(visitor, n)).collect(), MINUTE).await.is_empty());
    }
    let reports = write_units(&w).await;
    let w = world().await;
    assert!(count(&w.ctx, (0..80).map(sale_of).collect()).await.is_empty());
    let batch = write_units(&w).await;
    let w = world().await;
    assert!(count(&w.ctx, vec![sale_of(0)]).await.is_empty());
    let alone = write_units(&w).await;
    assert!(reports <= 80 * 4 && batch <= 80 * 3 / 2 && alone == 6, "{reports} {batch} {alone}");
}
