//! What the service works with.

use domain::Clock;
use dynamodb::Table;
use lambda::http::{Gate, Gated};
use lambda::{Base, MissingSetting};

/// The table, the time, and who is let in.
#[derive(Clone)]
pub struct Ctx {
    /// The user table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    gate: Gate,
}

impl Ctx {
    /// For the function that answers requests: verifies the tokens that guests may carry.
    pub fn api(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self { gate: Gate::new().with_tokens(base.tokens()?), ..Self::worker(base)? })
    }

    /// For the function that takes events.
    pub fn worker(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self::new(base.table()?, base.clock.clone()))
    }

    /// Of its parts, without tokens.
    pub const fn new(table: Table, clock: Clock) -> Self {
        Self { table, clock, gate: Gate::new() }
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
