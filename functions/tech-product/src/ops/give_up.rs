//! The end of an import that cannot go on.

use contracts::{Actor, Event, Fact, ImportFailed, ImportFailure, Service};
use domain::EventId;
use dynamodb::{Error, Stored, Tx};
use tracing::warn;

use crate::Ctx;
use crate::domain::Import;

/// Gives `import` up and tells whoever uploaded it, both or neither. Does nothing when it moved since it was read.
pub(super) async fn give_up(ctx: &Ctx, import: &Stored<Import>, reason: ImportFailure) -> Result<(), Error> {
    let after = import.failed(reason, ctx.clock.now());
    match ctx.table.commit(Tx::new().replace("import", import, &after).tell(failed(ctx, &after, reason))).await {
        Ok(()) => {
            warn!(import.id = %after.import_id, ?reason, "an import was given up");
            Ok(())
        }
        Err(error) if error.refused() == Some("import") => Ok(()),
        Err(error) => Err(error),
    }
}

fn failed(ctx: &Ctx, import: &Import, reason: ImportFailure) -> Event {
    let Import { import_id, store_id, requested_by, correlation_id, .. } = *import;
    let fact = ImportFailed { import_id, store_id, requested_by, reason };
    let id = EventId::derived(&format!("import/{import_id}/failed"));
    let actor = Actor::System { service: Service::TechProduct };
    Event::new(id, ctx.clock.now(), actor, correlation_id, Fact::ImportFailed(fact))
}
