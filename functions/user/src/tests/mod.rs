//! The service through its routes and its queue, on an embedded DynamoDB.

mod addresses;
mod notifications;
mod profiles;
mod samples;

use std::sync::Arc;

use contracts::{Actor, Event, Fact, PlatformRole, StoreFact, UserRegistered};
use domain::{Clock, CorrelationId, EventId, Locale, SeededEntropy, StoreId, UserId};
use dynamodb::Table;
use lambda::testing::{Call, Reply};
use lambda::worker::Worker;
use testing::DynamoDb;

use crate::consume::Consumer;
use crate::ctx::Ctx;
use crate::domain::{Message, Notification};
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

impl World {
    pub(crate) fn event(&self, name: &str, fact: Fact) -> Event {
        let (id, correlation) = (EventId::derived(name), CorrelationId::derived(name));
        Event::new(id, self.ctx.clock.now(), Actor::Guest, correlation, fact)
    }

    /// Delivers `event` as the queue would.
    pub(crate) async fn deliver(&self, event: Event) {
        Consumer::new(self.ctx.clone()).consume(event).await.unwrap();
    }

    /// A person whose registration has arrived, reading Russian.
    pub(crate) async fn registered(&self, name: &str) -> UserId {
        let user_id = UserId::derived(name);
        let registered = UserRegistered { user_id, role: PlatformRole::Customer, locale: Locale::Ru };
        self.deliver(self.event(&format!("{name}/registered"), Fact::UserRegistered(registered))).await;
        user_id
    }

    /// That a store of `user` was approved, told by the event called `event`.
    pub(crate) fn approved(&self, user: &str, event: &str) -> Event {
        let store = StoreFact { store_id: StoreId::derived("store"), owner_id: UserId::derived(user) };
        self.event(event, Fact::StoreApproved(store))
    }

    pub(crate) fn notification(&self, user: &str, event: &str) -> Notification {
        let message = Message::StoreApproved { store_id: StoreId::derived("store") };
        Notification::of(&self.approved(user, event), "", UserId::derived(user), message)
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(crate::http::api(), self.ctx.clone())).await
    }

    pub(crate) async fn as_user(&self, user: UserId, call: Call) -> Reply {
        self.send(call.user(user, PlatformRole::Customer)).await
    }
}

pub(crate) fn get(path: &str) -> Call {
    Call::new("GET", path)
}
