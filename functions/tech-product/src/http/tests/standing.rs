use contracts::StoreStanding;
use domain::StoreId;
use futures::future::join_all;
use jiff::SignedDuration;
use lambda::testing::Call;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::sample;
use crate::consume::handle;
use crate::ops::standing::stands;
use crate::table::{Standing, standing_key};
use crate::testbed::{World, cpu, id_of, owner, store};

fn told(revision: u64) -> StoreStanding {
    StoreStanding { store_id: store(), owner_id: owner(), revision }
}

/// What the public gets: list, store's list, page, page by slug, availability, prices.
async fn public(w: &World) -> Vec<u16> {
    let id = id_of("a");
    let mut statuses = Vec::new();
    for path in ["/v1/products", &format!("/v1/stores/{}/products", store())] {
        let reply = w.read(Call::new("GET", path)).await;
        assert_eq!(reply.status, 200, "{path}");
        statuses.push(if reply.body["items"].as_array().unwrap().is_empty() { 404 } else { 200 });
    }
    for path in [format!("/v1/products/{id}"), format!("/v1/products/{id}/price-history")] {
        statuses.push(w.read(Call::new("GET", &path)).await.status);
    }
    let slug = w.get::<crate::domain::Product>(crate::table::product_key(id)).await.unwrap().slug.clone();
    statuses.push(w.read(Call::new("GET", &format!("/v1/products/slug/{slug}"))).await.status);
    statuses.push(w.inventory(Call::new("GET", &format!("/v1/products/{id}/availability"))).await.status);
    statuses
}

/// Whether a cart would take a piece.
async fn offered(w: &World) -> bool {
    let stock = w.stock("a").await;
    let path = format!("/internal/variants/{}/{}", stock.product_id, stock.variant_id);
    w.inventory(Call::new("GET", &path).function()).await.body["active"] == json!(true)
}

#[tokio::test]
async fn what_a_stopped_store_has_on_sale_is_shown_to_nobody_until_it_sells_again() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    assert_eq!((public(&w).await, offered(&w).await), (vec![200; 6], true));
    stands(&w.ctx, &told(5), false).await.unwrap();
    w.clock.advance(SignedDuration::from_secs(15));
    assert_eq!((public(&w).await, offered(&w).await), (vec![404; 6], false));
    stands(&w.ctx, &told(6), true).await.unwrap();
    w.clock.advance(SignedDuration::from_secs(15));
    assert_eq!((public(&w).await, offered(&w).await), (vec![200; 6], true));
}

#[tokio::test]
async fn the_sample_events_end_with_the_store_closed() {
    let w = World::start().await;
    for _ in 0..2 {
        let answer = handle(&w.intake, sample("worker.standing")).await.unwrap();
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    assert!(!w.get::<Standing>(standing_key(store())).await.unwrap().sells);
}

#[tokio::test]
async fn another_store_is_not_concerned_and_its_products_fill_the_page() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let other = StoreStanding { store_id: StoreId::derived("other"), ..told(1) };
    stands(&w.ctx, &other, false).await.unwrap();
    assert_eq!(public(&w).await, vec![200; 6]);
}

#[tokio::test]
async fn of_all_that_is_told_at_once_the_latest_revision_stays() {
    let w = World::start().await;
    let all: Vec<_> = (1..=8).map(told).collect();
    for done in join_all(all.iter().map(|told| stands(&w.ctx, told, told.revision % 2 == 0))).await {
        done.unwrap();
    }
    let standing = w.get::<Standing>(standing_key(store())).await.unwrap();
    assert_eq!(*standing, Standing { store_id: store(), sells: true, revision: 8 });
}

#[test]
fn any_order_and_repetition_of_events_ends_in_the_same_standing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let w = runtime.block_on(World::start());
    let store = std::cell::Cell::new(0);
    TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(40) })
        .run(&prop::collection::vec(1..6_u64, 1..15), |revisions| {
            store.set(store.get() + 1);
            let store_id = StoreId::derived(&store.get().to_string());
            runtime.block_on(async {
                for revision in &revisions {
                    let told = StoreStanding { store_id, ..told(*revision) };
                    stands(&w.ctx, &told, revision % 2 == 0).await.unwrap();
                }
                let last = revisions.iter().max().copied().unwrap();
                let standing = w.get::<Standing>(standing_key(store_id)).await.unwrap();
                assert_eq!(*standing, Standing { store_id, sells: last % 2 == 0, revision: last });
            });
            Ok(())
        })
        .unwrap();
}
