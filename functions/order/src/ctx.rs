use std::sync::Arc;

use contracts::Service;
use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::Base;
use lambda::http::{Gate, Gated};

use crate::neighbours::{Neighbours, RemoteNeighbours};
use crate::payme::PaymeAccount;

/// What routes and the sweep work with.
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
    /// How Payme knows us, and we it.
    pub payme: PaymeAccount,
    /// Who may call.
    pub gate: Gate,
}

impl Ctx {
    /// As the environment says: `TABLE_NAME`, `CART_SERVICE_URL`, `STORE_SERVICE_URL`, `TECH_PRODUCT_SERVICE_URL`,
    /// `USER_SERVICE_URL`, `PAYME_MERCHANT_ID`, `PAYME_KEY`.
    pub fn new(base: &Base) -> Result<Self, lambda::Failure> {
        let neighbours = RemoteNeighbours {
            cart: base.calls(Service::Cart)?,
            store: base.calls(Service::Store)?,
            tech_product: base.calls(Service::TechProduct)?,
            user: base.calls(Service::User)?,
        };
        Ok(Self {
            table: base.table()?,
            clock: base.clock.clone(),
            entropy: Arc::clone(&base.entropy),
            neighbours: Arc::new(neighbours),
            payme: PaymeAccount::of(&base.settings)?,
            gate: Gate::new().with_membership(base.membership()?),
        })
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}
