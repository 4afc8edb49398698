use std::sync::Arc;

use contracts::Service;
use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::Base;
use lambda::http::{Gate, Gated};

use crate::neighbours::{Neighbours, Remote};

/// What the routes work with.
#[derive(Clone)]
pub struct Ctx {
    /// The service's table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The other services.
    pub neighbours: Arc<dyn Neighbours>,
    /// Who may call.
    pub gate: Gate,
}

impl Ctx {
    /// As the environment says: `TABLE_NAME`, `TECH_PRODUCT_SERVICE_URL`, `STORE_SERVICE_URL`, `TOKEN_ISSUER`,
    /// `TOKEN_CLIENT_ID`.
    pub fn new(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self {
            table: base.table()?,
            clock: base.clock.clone(),
            entropy: Arc::clone(&base.entropy),
            neighbours: Arc::new(Remote::new(base.calls(Service::TechProduct)?, base.calls(Service::Store)?)),
            gate: Gate::new().with_tokens(base.tokens()?),
        })
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
