//! What the service works with.

use domain::Clock;
use dynamodb::Table;
use lambda::http::{Gate, Gated};
use lambda::{Base, Membership, MissingSetting};

use crate::ops::Recorded;

/// The table, and who is let in.
#[derive(Clone)]
pub struct Ctx {
    /// The analytics table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Events that need not be asked for again.
    pub recorded: Recorded,
    gate: Gate,
}

impl Ctx {
    /// For the function that answers requests: asks the store service who works for a store.
    pub fn api(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self::new(base.table()?, base.clock.clone(), base.membership()?))
    }

    /// For the function that counts.
    pub fn worker(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self { table: base.table()?, clock: base.clock.clone(), recorded: Recorded::default(), gate: Gate::new() })
    }

    /// Of its parts.
    pub fn new(table: Table, clock: Clock, membership: impl Membership + 'static) -> Self {
        Self { table, clock, recorded: Recorded::default(), gate: Gate::new().with_membership(membership) }
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
