use contracts::{CheckoutCompleted, OrderedLine};
use domain::{Entropy, Timestamp};
use dynamodb::Table;

use super::change::change;
use super::{CartError, Seen, Visitor};
use crate::domain::Conversion;

/// Takes what a checkout bought out of the buyer's cart. A second time changes nothing.
pub async fn convert(
    table: &Table,
    entropy: &dyn Entropy,
    checkout: &CheckoutCompleted,
    at: Timestamp,
) -> Result<Seen, CartError> {
    let conversion = Conversion { checkout_id: checkout.checkout_id, cart_version: checkout.cart_version, at };
    let bought: Vec<OrderedLine> = checkout.orders.iter().flat_map(|order| order.lines.clone()).collect();
    let buyer = Visitor::User(checkout.user_id);
    // What was bought is told by the checkout: nobody took it out.
    let told = Vec::new;
    change(table, entropy, &buyer, at, |cart, _| Ok(cart.convert(conversion, &bought).then(told))).await
}
