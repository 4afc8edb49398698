//! Events from the queue, and the schedule's tick.

use contracts::{Event, Fact};
use lambda::worker::{ConsumeError, Worker};

use crate::IdentityCtx;
use crate::ops::{audit, sweep};

/// What `auth-worker` does.
pub struct AuthWorker(pub IdentityCtx);

impl Worker for AuthWorker {
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        match &event.fact {
            Fact::AuditRecorded(record) => Ok(audit::record(&self.0, &event, record).await?),
            other => Err(format!("the service did not subscribe to {}", other.name()).into()),
        }
    }

    async fn sweep(&self) -> Result<(), ConsumeError> {
        Ok(sweep::sweep(&self.0).await?)
    }
}
