//! What the cart costs today, and whether it can be ordered as it is.

use std::collections::HashMap;

use contracts::{CHECKOUT_LINES_MAX, CHECKOUT_STORES_MAX, Offer, PaymentMethod, StoreStatus, StoreTerms, VariantRef};
use domain::{CartItemId, Localized, Money, MoneyError, ProductId, Region, StoreId, Timestamp, VariantId};
use pricing::{Item, Priced, PricedLine};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Cart, Line};

/// A cart at today's prices. Lines that cannot be bought as they are do not count; `changes` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Where it would go: shipping depends on it.
    pub region: Region,
    /// One order each, in the order in which the stores came into the cart.
    pub stores: Vec<StoreQuote>,
    /// What is not as the shopper saw it last.
    pub changes: Vec<Change>,
    /// Why the cart as a whole cannot be ordered.
    pub obstacles: Vec<Obstacle>,
    /// How it may be paid: what every store takes.
    pub payment_methods: Vec<PaymentMethod>,
    /// Σ of the stores'.
    pub subtotal: Money,
    /// Σ of the stores'.
    pub shipping: Money,
    /// Σ of the stores'; contained in `total`.
    pub vat: Money,
    /// Σ of the stores'.
    pub total: Money,
}

/// What one store's order would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreQuote {
    /// The seller.
    pub store_id: StoreId,
    /// As people read it.
    pub name: String,
    /// In the order of the cart.
    pub lines: Vec<QuotedLine>,
    /// The sums.
    pub priced: Priced,
}

/// What one line would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedLine {
    /// The line.
    pub item_id: CartItemId,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// As people read it today.
    pub title: Localized,
    /// How many.
    pub quantity: u32,
    /// The price of one today.
    pub unit_price: Money,
    /// Total and VAT.
    pub priced: PricedLine,
}

/// A line that is not as the shopper saw it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CartChange")]
pub struct Change {
    /// The line.
    pub item_id: CartItemId,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// What changed.
    #[serde(flatten)]
    pub what: Changed,
}

/// What changed about a line. All but a price keep the cart from being ordered until the line is changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "change", rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "CartChangeKind")]
pub enum Changed {
    /// Another price. The cart has taken it over: it is told for ten minutes, in case an answer is lost.
    Price {
        /// The price of one that the shopper saw last.
        before: Money,
        /// The price of one today.
        now: Money,
    },
    /// Fewer are left than the line asks for.
    StockShort {
        /// Asked for.
        requested: u32,
        /// Left.
        available: u32,
    },
    /// The product is not sold any more.
    NotForSale,
    /// Its store does not sell now.
    StoreNotSelling,
}

/// Why the cart as a whole cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "obstacle", rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "CartObstacle")]
pub enum Obstacle {
    /// There is nothing in it.
    Empty,
    /// One checkout takes fewer lines.
    TooManyLines {
        /// So many.
        max: usize,
    },
    /// One checkout takes fewer stores.
    TooManyStores {
        /// So many.
        max: usize,
    },
    /// Stores do not take the payment method that was asked for.
    PaymentMethodRefused {
        /// These.
        stores: Vec<StoreId>,
    },
}

impl Changed {
    const fn blocks(self) -> bool {
        !matches!(self, Self::Price { .. })
    }
}

impl Quote {
    /// Prices `cart` by what is offered today and by the terms of its stores, for delivery to `region`.
    pub fn of(
        cart: &Cart,
        offers: &HashMap<VariantRef, Offer>,
        terms: &HashMap<StoreId, StoreTerms>,
        region: Region,
        method: Option<PaymentMethod>,
        now: Timestamp,
    ) -> Result<Self, MoneyError> {
        let mut changes = Vec::new();
        let mut sold: Vec<(&StoreTerms, Vec<(&Line, &Offer)>)> = Vec::new();
        for line in &cart.lines {
            let (offer, terms) = (offers.get(&line.variant()), terms.get(&line.store_id));
            let before = changes.len();
            let (item_id, product_id, variant_id) = (line.item_id, line.product_id, line.variant_id);
            changes.extend(changes_of(line, offer, terms, now).into_iter().map(|what| Change {
                item_id,
                product_id,
                variant_id,
                what,
            }));
            let blocked = changes[before..].iter().any(|change| change.what.blocks());
            if let (false, Some(offer), Some(terms)) = (blocked, offer, terms) {
                match sold.iter_mut().find(|(of, _)| of.store_id == terms.store_id) {
                    Some((_, lines)) => lines.push((line, offer)),
                    None => sold.push((terms, vec![(line, offer)])),
                }
            }
        }
        let obstacles = obstacles(cart, &sold, method);
        let taken = |method: &PaymentMethod| sold.iter().all(|(terms, _)| terms.payment_methods.contains(method));
        let payment_methods = PaymentMethod::ALL.into_iter().filter(taken).collect();
        let stores =
            sold.iter().map(|(terms, lines)| StoreQuote::of(terms, region, lines)).collect::<Result<Vec<_>, _>>()?;
        let sum = |part: fn(&Priced) -> Money| Money::sum(stores.iter().map(|store| part(&store.priced)));
        Ok(Self {
            region,
            changes,
            obstacles,
            payment_methods,
            subtotal: sum(|priced| priced.subtotal)?,
            shipping: sum(|priced| priced.shipping)?,
            vat: sum(|priced| priced.vat)?,
            total: sum(|priced| priced.total)?,
            stores,
        })
    }

    /// Whether `POST /v1/orders` takes the cart as it is, at `total`. What is known there alone may still refuse: pieces
    /// that others buy meanwhile, limits on cash.
    pub fn acceptable(&self) -> bool {
        self.obstacles.is_empty() && !self.changes.iter().any(|change| change.what.blocks())
    }
}

impl StoreQuote {
    fn of(terms: &StoreTerms, region: Region, lines: &[(&Line, &Offer)]) -> Result<Self, MoneyError> {
        let items: Vec<Item> = lines.iter().map(|(line, offer)| Item::of_offer(offer, line.quantity)).collect();
        let priced = pricing::price(terms, region, &items)?;
        let line = |((line, offer), priced): (&(&Line, &Offer), &PricedLine)| QuotedLine {
            item_id: line.item_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            title: offer.title.clone(),
            quantity: line.quantity,
            unit_price: offer.unit_price,
            priced: *priced,
        };
        let quoted = lines.iter().zip(&priced.lines).map(line).collect();
        Ok(Self { store_id: terms.store_id, name: terms.name.clone(), lines: quoted, priced })
    }
}

fn changes_of(line: &Line, offer: Option<&Offer>, terms: Option<&StoreTerms>, now: Timestamp) -> Vec<Changed> {
    let Some(offer) = offer.filter(|offer| offer.active) else { return vec![Changed::NotForSale] };
    if terms.is_none_or(|terms| terms.status != StoreStatus::Active) {
        return vec![Changed::StoreNotSelling];
    }
    let mut changes = Vec::new();
    let before = line.price_last_told(now);
    if offer.unit_price != before {
        changes.push(Changed::Price { before, now: offer.unit_price });
    }
    if offer.available < line.quantity {
        changes.push(Changed::StockShort { requested: line.quantity, available: offer.available });
    }
    changes
}

fn obstacles(
    cart: &Cart,
    sold: &[(&StoreTerms, Vec<(&Line, &Offer)>)],
    method: Option<PaymentMethod>,
) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    if cart.lines.is_empty() {
        obstacles.push(Obstacle::Empty);
    }
    if cart.lines.len() > CHECKOUT_LINES_MAX {
        obstacles.push(Obstacle::TooManyLines { max: CHECKOUT_LINES_MAX });
    }
    if cart.stores().len() > CHECKOUT_STORES_MAX {
        obstacles.push(Obstacle::TooManyStores { max: CHECKOUT_STORES_MAX });
    }
    if let Some(method) = method {
        let refusing = sold.iter().filter(|(terms, _)| !terms.payment_methods.contains(&method));
        let stores: Vec<_> = refusing.map(|(terms, _)| terms.store_id).collect();
        if !stores.is_empty() {
            obstacles.push(Obstacle::PaymentMethodRefused { stores });
        }
    }
    obstacles
}

#[cfg(test)]
mod tests;
