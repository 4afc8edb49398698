//! The schedule.

use contracts::Event;
use lambda::worker::{ConsumeError, Worker};

use crate::Ctx;
use crate::ops::sweep;

/// Looks after what is open.
pub struct OrderWorker {
    ctx: Ctx,
}

impl OrderWorker {
    /// Works with `ctx`.
    pub const fn new(ctx: Ctx) -> Self {
        Self { ctx }
    }
}

impl Worker for OrderWorker {
    /// Nobody tells the order service anything yet.
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        Err(format!("the order service does not listen to {}", event.fact.name()).into())
    }

    async fn sweep(&self) -> Result<(), ConsumeError> {
        Ok(sweep(&self.ctx).await?)
    }
}
