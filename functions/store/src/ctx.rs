//! What the service works with.

use std::sync::Arc;

use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::http::{Gate, Gated};
use lambda::{Base, MissingSetting};

use crate::ops::TableMembership;

/// The table, time, randomness, and who is let in.
#[derive(Clone)]
pub struct Ctx {
    /// The store table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    gate: Gate,
}

impl Ctx {
    /// For the functions.
    pub fn of(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self::new(base.table()?, base.clock.clone(), base.entropy.clone()))
    }

    /// Of its parts. Who works for a store is asked of the table itself.
    pub fn new(table: Table, clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        let gate = Gate::new().with_membership(TableMembership::new(table.clone()));
        Self { table, clock, entropy, gate }
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
