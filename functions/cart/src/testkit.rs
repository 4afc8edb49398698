//! What the tests of this crate stand on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use contracts::{Offer, PlatformRole};
use domain::{Clock, Localized, Money, ProductId, SeededEntropy, StoreId, UserId, VariantId};
use dynamodb::Table;
use futures::future::BoxFuture;
use lambda::calls::CallError;
use lambda::http::Gate;
use lambda::testing::{Call, Reply};
use testing::DynamoDb;

use crate::Ctx;
use crate::catalogue::Catalogue;
use crate::table::SCHEMA;

/// What is for sale in tests: whatever was put on the shelf.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<HashMap<VariantId, Offer>>);

impl Shelf {
    pub(crate) fn put(&self, offer: &Offer) {
        self.0.lock().unwrap().insert(offer.variant_id, offer.clone());
    }
}

impl Catalogue for Shelf {
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>> {
        let found = self.0.lock().unwrap().get(&variant).filter(|offer| offer.product_id == product).cloned();
        Box::pin(async move { Ok(found) })
    }
}

pub(crate) fn offer(name: &str) -> Offer {
    Offer {
        product_id: ProductId::derived(name),
        variant_id: VariantId::derived(name),
        store_id: StoreId::derived("store"),
        title: Localized::new(format!("{name} uz"), format!("{name} ru"), format!("{name} en")),
        sku: name.to_owned(),
        unit_price: Money::tiyin(15_000_000),
        available: 50,
        active: true,
    }
}

pub(crate) struct World {
    pub(crate) ctx: Ctx,
    pub(crate) shelf: Arc<Shelf>,
    _db: DynamoDb,
}

pub(crate) async fn world() -> World {
    let db = DynamoDb::start().await;
    let name = db.create_table(&SCHEMA.properties()).await;
    let shelf = Arc::new(Shelf::default());
    let ctx = Ctx {
        table: Table::new(db.client(), name),
        clock: Clock::manual("2026-11-23T06:00:00Z".parse().unwrap()),
        entropy: Arc::new(SeededEntropy::new(1)),
        catalogue: shelf.clone(),
        gate: Gate::new(),
    };
    World { ctx, shelf, _db: db }
}

pub(crate) fn shopper() -> UserId {
    UserId::derived("shopper")
}

impl World {
    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(crate::http::api(), self.ctx.clone())).await
    }

    pub(crate) async fn by(&self, user: UserId, call: Call) -> Reply {
        self.send(call.user(user, PlatformRole::Customer)).await
    }
}

/// A sample event of `events/`.
pub(crate) fn sample(name: &str) -> serde_json::Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
