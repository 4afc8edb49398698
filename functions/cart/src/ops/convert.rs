use contracts::{CheckoutCompleted, OrderedLine};
use domain::{Entropy, Timestamp};
use dynamodb::Table;

use super::change::change;
use super::{ChangeError, Seen};
use crate::domain::{Conversion, Owner};

/// Takes what a checkout bought out of the buyer's cart. A second time changes nothing.
pub async fn convert(
    table: &Table,
    entropy: &dyn Entropy,
    checkout: &CheckoutCompleted,
    at: Timestamp,
) -> Result<Seen, ChangeError> {
    let conversion = Conversion { checkout_id: checkout.checkout_id, cart_version: checkout.cart_version, at };
    let bought: Vec<OrderedLine> = checkout.orders.iter().flat_map(|order| order.lines.clone()).collect();
    let owner = Owner::User(checkout.user_id);
    change(table, entropy, owner, at, |cart, _| Ok(cart.convert(conversion, &bought))).await
}
