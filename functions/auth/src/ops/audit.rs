//! The audit log: written from events of every service, append only.

use contracts::{Actor, AuditRecorded, Event};
use domain::UserId;
use dynamodb::{Page, Query};

use super::Error;
use crate::Ctx;
use crate::table::AuditEntry;

/// Keeps what `event` tells; a second delivery finds its own entry.
pub async fn record(ctx: &Ctx, event: &Event, record: &AuditRecorded) -> Result<(), Error> {
    let entry = AuditEntry { event_id: event.id, at: event.at, actor: actor(event.actor), record: record.clone() };
    match ctx.table.create(&entry).await {
        Err(error) if error.refused().is_some() => Ok(()),
        answer => Ok(answer?),
    }
}

/// One page of `query`, which is one of [`crate::table`].
pub async fn list(ctx: &Ctx, query: Query) -> Result<Page<AuditEntry>, Error> {
    Ok(ctx.table.query(query).await?)
}

/// An actor as text: `user/<id>`, `system/<service>`, `operator` or `guest`.
pub(crate) fn actor(actor: Actor) -> String {
    match actor {
        Actor::Guest => "guest".into(),
        Actor::User { id } => format!("user/{id}"),
        Actor::System { service } => format!("system/{service}"),
        Actor::Operator => "operator".into(),
    }
}

/// The actor that a person asks for: as above, or a bare user id.
pub(crate) fn asked_actor(text: &str) -> String {
    text.parse::<UserId>().map_or_else(|_| text.to_owned(), |id| actor(Actor::User { id }))
}

#[cfg(test)]
mod tests {
    use contracts::{Fact, Service};
    use domain::{CorrelationId, EventId, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::ops::testing::World;
    use crate::table::{audit_of_actor, audit_of_resource};

    fn event(nth: i64) -> (Event, AuditRecorded) {
        let record = AuditRecorded {
            service: Service::Store,
            action: "store.approve".into(),
            resource: "store/1".into(),
            before: json!({"status": "UNDER_REVIEW"}),
            after: json!({"status": "ACTIVE", "nth": nth}),
        };
        let at = Timestamp::from_second(1_795_413_600 + nth).unwrap();
        let (id, correlation) = (EventId::derived(&format!("e{nth}")), CorrelationId::derived("c"));
        let actor = Actor::User { id: UserId::derived("admin") };
        (Event::new(id, at, actor, correlation, Fact::AuditRecorded(record.clone())), record)
    }

    #[tokio::test]
    async fn an_entry_is_kept_once_and_found_by_actor_and_resource_newest_first() {
        let w = World::new().await;
        for nth in [1, 2, 2, 1] {
            let (event, data) = event(nth);
            record(&w.ctx, &event, &data).await.unwrap();
        }
        let admin = asked_actor(&UserId::derived("admin").to_string());
        for query in [audit_of_resource("store/1"), audit_of_actor(&admin)] {
            let page = list(&w.ctx, query).await.unwrap();
            let order: Vec<_> = page.rows.iter().map(|row| row.record.after["nth"].as_i64().unwrap()).collect();
            assert_eq!(order, [2, 1]);
        }
    }
}
