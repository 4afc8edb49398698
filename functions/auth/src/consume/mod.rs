//! Events from the queue, and the schedule's tick.

use std::sync::Arc;

use contracts::{Event, Fact};
use lambda::worker::{ConsumeError, Worker};
use lambda::{Base, MissingSetting};

use crate::credentials::Credentials;
use crate::ops::{audit, sweep};
use crate::{Cognito, Ctx};

/// What `auth-worker` does.
pub struct AuthWorker {
    ctx: Ctx,
    credentials: Arc<dyn Credentials>,
}

impl AuthWorker {
    /// From what the start of a function finds: besides [`Ctx::new`], `USER_POOL_ID` and `TOKEN_CLIENT_ID`.
    pub fn new(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self::of(Ctx::new(base)?, Arc::new(Cognito::of(base)?)))
    }

    /// From its parts.
    pub fn of(ctx: Ctx, credentials: Arc<dyn Credentials>) -> Self {
        Self { ctx, credentials }
    }
}

impl Worker for AuthWorker {
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        match &event.fact {
            Fact::AuditRecorded(record) => Ok(audit::record(&self.ctx, &event, record).await?),
            other => Err(format!("the service did not subscribe to {}", other.name()).into()),
        }
    }

    async fn sweep(&self) -> Result<(), ConsumeError> {
        Ok(sweep::sweep(&self.ctx, &*self.credentials).await?)
    }
}
