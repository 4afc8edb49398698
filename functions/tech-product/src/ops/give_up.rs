//! The end of an import that cannot go on.

use contracts::{Actor, Event, Fact, ImportFailed, ImportFailure, Service};
use domain::EventId;
use dynamodb::{Error, Stored, Tx};
use tracing::warn;

use crate::Ctx;
use crate::domain::{FileFault, Import, UploadFault};

/// Gives `import` up and tells whoever uploaded it, both or neither. Does nothing when it moved since it was read.
pub(super) async fn give_up(ctx: &Ctx, import: &Stored<Import>, reason: ImportFailure) -> Result<(), Error> {
    end(ctx, import, import.failed(reason, ctx.clock.now()), reason).await
}

/// Gives up an `import` whose uploaded file is not one, and says in it why.
pub(super) async fn refuse_file(ctx: &Ctx, import: &Stored<Import>, fault: &UploadFault) -> Result<(), Error> {
    let reason = ImportFailure::BadFile;
    let after = Import { fault: Some(FileFault::from(fault)), ..import.failed(reason, ctx.clock.now()) };
    end(ctx, import, after, reason).await
}

async fn end(ctx: &Ctx, import: &Stored<Import>, after: Import, reason: ImportFailure) -> Result<(), Error> {
    match ctx.table.commit(Tx::new().replace("import", import, &after).tell(failed(ctx, &after, reason))).await {
        Ok(()) => {
            let detail = after.fault.as_ref().map(|fault| fault.detail.as_str());
            warn!(import.id = %after.import_id, ?reason, detail, "an import was given up");
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
