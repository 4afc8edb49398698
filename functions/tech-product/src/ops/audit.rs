use contracts::{Actor, AuditRecorded, Event, Fact, Service};
use domain::CorrelationId;
use serde_json::Value;

use crate::Ctx;

/// The fact that `actor` did `action` to `resource`.
pub(super) fn audit(
    ctx: &Ctx,
    (actor, correlation): (Actor, CorrelationId),
    action: &str,
    resource: String,
    (before, after): (Value, Value),
) -> Event {
    let fact = AuditRecorded { service: Service::TechProduct, action: action.to_owned(), resource, before, after };
    Event::new(ctx.event_id(), ctx.clock.now(), actor, correlation, Fact::AuditRecorded(fact))
}
