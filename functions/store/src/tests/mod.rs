//! The service through its routes, on an embedded DynamoDB.

mod access;
mod ending;
mod lifecycle;
mod samples;
mod settings;
mod staff;

use std::sync::Arc;

use contracts::{Event, PlatformRole};
use domain::{Clock, SeededEntropy, UserId, business_day};
use dynamodb::{OutboxRow, Query, Table};
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};
use testing::DynamoDb;

use crate::ctx::Ctx;
use crate::domain::{Details, Step, Store};
use crate::ops::{Advance, Open, advance, open};
use crate::table;

pub(crate) struct World {
    pub(crate) ctx: Ctx,
    _db: DynamoDb,
}

pub(crate) async fn world() -> World {
    let db = DynamoDb::start().await;
    let name = db.create_table(&table::SCHEMA.properties()).await;
    let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
    World { ctx: Ctx::new(Table::new(db.client(), name), clock, Arc::new(SeededEntropy::new(1))), _db: db }
}

/// Details of a company that is ready for a review.
pub(crate) fn details(name: &str) -> Details {
    serde_json::from_value(json!({
        "name": name, "type": "BUSINESS", "stir": "301234567", "vat_registered": false, "region": "UZ-TK",
        "contacts": {"phone": "+998901234567"},
    }))
    .unwrap()
}

pub(crate) fn vendor() -> UserId {
    UserId::derived("vendor")
}

impl World {
    /// A store of [`vendor`].
    pub(crate) async fn opened(&self, name: &str) -> Store {
        open(&self.ctx, Open { owner: vendor(), details: details(name), slug: None }).await.unwrap()
    }

    /// A store of [`vendor`] that an admin approved.
    pub(crate) async fn selling(&self, name: &str) -> Store {
        let store = self.opened(name).await.store_id;
        for (step, by) in [(Step::Submit, vendor()), (Step::Approve, UserId::derived("admin"))] {
            advance(&self.ctx, &Advance { store, step, by, reason: None }).await.unwrap();
        }
        crate::ops::store(&self.ctx, store).await.unwrap().unwrap().into_row()
    }

    /// Every event in the outbox.
    pub(crate) async fn outbox(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for partition in OutboxRow::partitions(business_day(self.ctx.clock.now())) {
            let rows = self.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 1_000).await.unwrap();
            events.extend(rows.iter().map(|row| serde_json::from_str::<Event>(&row.event).unwrap()));
        }
        events
    }

    /// The names of the events in the outbox, openings first.
    pub(crate) async fn told(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.outbox().await.iter().map(|event| event.fact.name()).collect();
        names.sort_by_key(|name| (*name != "store.opened", *name));
        names
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(crate::http::api(), self.ctx.clone())).await
    }

    pub(crate) async fn as_vendor(&self, call: Call) -> Reply {
        self.send(call.user(vendor(), PlatformRole::Vendor)).await
    }

    pub(crate) async fn as_admin(&self, call: Call) -> Reply {
        self.send(call.user(UserId::derived("admin"), PlatformRole::Admin)).await
    }
}

pub(crate) fn get(path: &str) -> Call {
    Call::new("GET", path)
}

pub(crate) fn post(path: &str, body: &Value) -> Call {
    Call::new("POST", path).json(body)
}
