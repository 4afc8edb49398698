//! Step 2: what is bought, from whom, and whether that is what the shopper agreed to.

use std::collections::HashMap;

use contracts::{CartSnapshot, DeliveryAddress, PaymentMethod, Reserve, ReserveLine, StoreStatus, StoreTerms};
use domain::{Currency, Money, StoreId, UserId};
use dynamodb::Stored;
use futures::future::{try_join_all, try_join3};
use jiff::SignedDuration;

use super::{DeliverTo, LINES_MAX, Place, PlaceError, STORES_MAX};
use crate::Ctx;
use crate::domain::{Item, allow_cash, price};
use crate::table::{Buyer, buyer_key};

/// What both sides agree on.
pub(super) struct Agreed {
    pub(super) cart: CartSnapshot,
    /// In the order in which the stores' lines stand in the cart.
    pub(super) stores: Vec<StoreTerms>,
    pub(super) buyer: Option<Stored<Buyer>>,
    pub(super) address: DeliveryAddress,
}

/// Asks for the cart and the stores' terms and holds them against the request and the limits.
pub(super) async fn agree(ctx: &Ctx, command: &Place) -> Result<Agreed, PlaceError> {
    let cart = async { Ok::<_, PlaceError>(ctx.neighbours.cart(command.user_id).await?) };
    let (cart, buyer, address) = try_join3(cart, read_buyer(ctx, command.user_id), address(ctx, command)).await?;
    // Before the version: whoever bought this cart in another tab shall hear that, not that it changed.
    check_cart_is_new(&cart, buyer.as_deref())?;
    if let Some(expected) = command.cart_version
        && expected != cart.version
    {
        return Err(PlaceError::CartChanged { version: cart.version, lines: cart.lines });
    }
    if cart.lines.is_empty() {
        return Err(PlaceError::CartEmpty);
    }
    let stores = stores_of(&cart);
    if cart.lines.len() > LINES_MAX || stores.len() > STORES_MAX {
        return Err(PlaceError::TooLarge);
    }
    let agreed = Agreed { stores: terms(ctx, stores).await?, cart, buyer, address };
    agreed.check_method(ctx, command.method)?;
    let totals = agreed.totals()?;
    let total = Money::sum(totals.iter().copied())?;
    if command.expected_total.is_some_and(|expected| expected != total) {
        return Err(PlaceError::TotalChanged(total));
    }
    check_buyer(&agreed.cart, agreed.buyer.as_deref(), command.method, &totals)?;
    Ok(agreed)
}

/// The buyer's row.
pub(super) async fn read_buyer(ctx: &Ctx, user: UserId) -> Result<Option<Stored<Buyer>>, PlaceError> {
    Ok(ctx.table.get_consistent(buyer_key(user)).await?)
}

async fn address(ctx: &Ctx, command: &Place) -> Result<DeliveryAddress, PlaceError> {
    match &command.deliver_to {
        DeliverTo::Given(address) => Ok(address.clone()),
        DeliverTo::Saved(id) => ctx.neighbours.address(command.user_id, *id).await?.ok_or(PlaceError::UnknownAddress),
    }
}

/// What must hold of the buyer in the moment the orders are written.
pub(super) fn check_buyer(
    cart: &CartSnapshot,
    buyer: Option<&Buyer>,
    method: PaymentMethod,
    totals: &[Money],
) -> Result<(), PlaceError> {
    check_cart_is_new(cart, buyer)?;
    match method {
        PaymentMethod::CashOnDelivery => Ok(allow_cash(totals, buyer.map_or(0, |b| b.open_cash_orders))?),
        PaymentMethod::Payme => Ok(()),
    }
}

/// Nothing is bought twice: neither this version of the cart, nor what the last checkout bought and the cart, which
/// hears of it by queue, still shows.
fn check_cart_is_new(cart: &CartSnapshot, buyer: Option<&Buyer>) -> Result<(), PlaceError> {
    match buyer.map(|buyer| buyer.bought) {
        Some(bought) if cart.version <= bought.cart_version => Err(PlaceError::AlreadyOrdered(bought.checkout_id)),
        Some(bought) if cart.converted_version < bought.cart_version => Err(PlaceError::CartSettling),
        Some(_) | None => Ok(()),
    }
}

fn stores_of(cart: &CartSnapshot) -> Vec<StoreId> {
    let mut stores: Vec<StoreId> = Vec::new();
    for line in &cart.lines {
        if !stores.contains(&line.store_id) {
            stores.push(line.store_id);
        }
    }
    stores
}

/// The terms of each store; all must be selling.
async fn terms(ctx: &Ctx, stores: Vec<StoreId>) -> Result<Vec<StoreTerms>, PlaceError> {
    let asked = try_join_all(stores.iter().map(|store| ctx.neighbours.terms(*store))).await?;
    let selling: HashMap<StoreId, StoreTerms> = asked
        .into_iter()
        .flatten()
        .filter(|terms| terms.status == StoreStatus::Active)
        .map(|terms| (terms.store_id, terms))
        .collect();
    let closed: Vec<_> = stores.iter().copied().filter(|store| !selling.contains_key(store)).collect();
    if !closed.is_empty() {
        return Err(PlaceError::StoresNotSelling(closed));
    }
    Ok(stores.iter().filter_map(|store| selling.get(store).cloned()).collect())
}

impl Agreed {
    /// Every store, and the platform, must take the method.
    fn check_method(&self, ctx: &Ctx, method: PaymentMethod) -> Result<(), PlaceError> {
        let platform = method != PaymentMethod::Payme || ctx.payme.is_open();
        let takes = |terms: &&StoreTerms| platform && terms.payment_methods.contains(&method);
        let refusing: Vec<StoreId> =
            self.stores.iter().filter(|terms| !takes(terms)).map(|terms| terms.store_id).collect();
        if refusing.is_empty() { Ok(()) } else { Err(PlaceError::MethodNotTaken(refusing)) }
    }

    /// What each order costs at the prices the shopper saw. VAT is contained in them and does not matter here.
    fn totals(&self) -> Result<Vec<Money>, PlaceError> {
        let total = |terms: &StoreTerms| {
            let lines = self.cart.lines.iter().filter(|line| line.store_id == terms.store_id);
            let item =
                |l: &contracts::CartLine| Item { quantity: l.quantity, unit_price: l.unit_price, vat_percent: None };
            let items: Vec<_> = lines.map(item).collect();
            Ok(price(terms, self.address.region, &items)?.total)
        };
        self.stores.iter().map(total).collect()
    }

    /// The request for a hold over all lines at the prices the shopper saw.
    pub(super) fn reserve(&self, user_id: UserId, hold_for: SignedDuration) -> Reserve {
        let line = |line: &contracts::CartLine| ReserveLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            quantity: line.quantity,
            unit_price: line.unit_price,
        };
        Reserve {
            user_id,
            hold_for_seconds: u32::try_from(hold_for.as_secs()).unwrap_or(u32::MAX),
            currency: self.cart.lines.first().map_or(Currency::UZS, |line| line.unit_price.currency()),
            lines: self.cart.lines.iter().map(line).collect(),
        }
    }
}
