//! The use cases, one a file.

mod advance;
mod change;
mod membership;
mod open;
mod plan;
mod read;
mod settings;
mod staff;

pub use advance::{Advance, AdvanceError, advance, close};
pub use change::{ChangeError, change};
pub use membership::{TableMembership, member};
pub use open::{Open, OpenError, open};
pub use plan::{PlanError, set_plan};
pub use read::{Mine, by_slug, invitations, mine, page, store};
pub use settings::{SettingsError, change_settings, settings};
pub use staff::{StaffError, accept, change_member, invite, leave, remove_member};

use contracts::{Actor, AuditRecorded, Event, Fact, Service};
use domain::{CorrelationId, EventId, StoreId, Timestamp, UserId};
use serde_json::Value;

use crate::ctx::Ctx;

/// How often a change that met another one is tried again.
const ATTEMPTS_MAX: u32 = 10;

/// One write of a store by a person, and what is told of it.
struct Telling {
    store: StoreId,
    by: UserId,
    at: Timestamp,
    correlation: CorrelationId,
}

impl Telling {
    fn new(ctx: &Ctx, store: StoreId, by: UserId) -> Self {
        let at = ctx.clock.now();
        Self { store, by, at, correlation: CorrelationId::generate(at, &*ctx.entropy) }
    }

    /// The event about the write that made the store's row `version`: the same write tells the same event.
    fn event(&self, what: &str, version: u64, fact: Fact) -> Event {
        self.event_of(&format!("{version}/{what}"), fact)
    }

    /// The event about what `cause` names: unique among what is told of the store.
    fn event_of(&self, cause: &str, fact: Fact) -> Event {
        let id = EventId::derived(&format!("store/{}/{cause}", self.store));
        Event::new(id, self.at, Actor::User { id: self.by }, self.correlation, fact)
    }

    fn audit(&self, action: &str, version: u64, before: Value, after: Value) -> Event {
        self.audit_of(&format!("{version}/audit"), action, before, after)
    }

    fn audit_of(&self, cause: &str, action: &str, before: Value, after: Value) -> Event {
        let (service, resource) = (Service::Store, format!("store/{}", self.store));
        let action = format!("store.{action}");
        self.event_of(cause, Fact::AuditRecorded(AuditRecorded { service, action, resource, before, after }))
    }
}
