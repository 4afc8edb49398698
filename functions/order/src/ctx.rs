use std::sync::Arc;

use contracts::Service;
use domain::{Clock, Entropy};
use dynamodb::Table;
use jiff::SignedDuration;
use lambda::http::{Gate, Gated};
use lambda::{Base, Settings};

use crate::domain::Clocks;
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
    /// How long the parts of an order's way may take.
    pub clocks: Clocks,
    /// How Payme knows us, and we it.
    pub payme: PaymeAccount,
    /// Who may call.
    pub gate: Gate,
}

impl Ctx {
    /// As the environment says: `TABLE_NAME`, `CART_SERVICE_URL`, `STORE_SERVICE_URL`, `TECH_PRODUCT_SERVICE_URL`,
    /// `USER_SERVICE_URL`, `PAYME_MERCHANT_ID`, `PAYME_KEY`, `ACCEPT_WITHIN_HOURS`, `SHIP_WITHIN_HOURS`,
    /// `DELIVER_WITHIN_HOURS`.
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
            clocks: clocks(&base.settings)?,
            payme: PaymeAccount::of(&base.settings)?,
            gate: Gate::new().with_membership(base.membership()?),
        })
    }
}

/// The clocks that the settings name, and the usual ones.
fn clocks(settings: &Settings) -> Result<Clocks, lambda::Failure> {
    let hours = |name: &str, usual: SignedDuration| match settings.get(name) {
        None => Ok(usual),
        Some(text) => match text.parse::<u16>() {
            Ok(hours @ 1..) => Ok(SignedDuration::from_hours(hours.into())),
            _ => Err(format!("{name} is {text}: a whole number of hours from 1 to 65535 is needed")),
        },
    };
    let usual = Clocks::default();
    Ok(Clocks {
        accept_within: hours("ACCEPT_WITHIN_HOURS", usual.accept_within)?,
        ship_within: hours("SHIP_WITHIN_HOURS", usual.ship_within)?,
        deliver_within: hours("DELIVER_WITHIN_HOURS", usual.deliver_within)?,
    })
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_the_usual_ones_unless_the_settings_say_otherwise() {
        assert_eq!(clocks(&Settings::of([])).unwrap(), Clocks::default());
        let set = clocks(&Settings::of([("SHIP_WITHIN_HOURS", "48")])).unwrap();
        assert_eq!(set, Clocks { ship_within: SignedDuration::from_hours(48), ..Clocks::default() });
        for wrong in ["0", "-1", "two", "65536"] {
            assert!(clocks(&Settings::of([("DELIVER_WITHIN_HOURS", wrong)])).is_err(), "{wrong}");
        }
    }
}
