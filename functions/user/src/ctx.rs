//! What the service works with.

use std::sync::Arc;

use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::http::{Gate, Gated};
use lambda::{Base, MissingSetting};

/// The table, time, randomness, and who is let in.
#[derive(Clone)]
pub struct Ctx {
    /// The user table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    gate: Gate,
}

impl Ctx {
    /// For the function that answers requests: verifies the tokens that guests may carry.
    pub fn api(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self { gate: Gate::new().with_tokens(base.tokens()?), ..Self::worker(base)? })
    }

    /// For the function that takes events.
    pub fn worker(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self::new(base.table()?, base.clock.clone(), base.entropy.clone()))
    }

    /// Of its parts, without tokens.
    pub const fn new(table: Table, clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self { table, clock, entropy, gate: Gate::new() }
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
