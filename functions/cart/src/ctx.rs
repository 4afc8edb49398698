use std::sync::Arc;

use contracts::Service;
use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::Base;
use lambda::http::{Gate, Gated};

use crate::catalogue::{Catalogue, RemoteCatalogue};

/// What the routes work with.
#[derive(Clone)]
pub struct Ctx {
    /// The service's table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What is for sale.
    pub catalogue: Arc<dyn Catalogue>,
    /// Who may call.
    pub gate: Gate,
}

impl Ctx {
    /// As the environment says: `TABLE_NAME`, `TECH_PRODUCT_SERVICE_URL`.
    pub fn new(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self {
            table: base.table()?,
            clock: base.clock.clone(),
            entropy: Arc::clone(&base.entropy),
            catalogue: Arc::new(RemoteCatalogue::new(base.calls(Service::TechProduct)?)),
            gate: Gate::new(),
        })
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
