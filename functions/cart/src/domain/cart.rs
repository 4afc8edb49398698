use contracts::{Offer, OrderedLine};
use domain::{CartItemId, CheckoutId, Money, MoneyError, ProductId, SessionId, Timestamp, UserId, VariantId};
use serde::{Deserialize, Serialize};

use super::{Line, QUANTITY_MAX};

/// Lines in a cart. A checkout takes fewer; the order service says how many.
pub const LINES_MAX: usize = 100;

/// How many additions with an `Idempotency-Key` a cart remembers.
const ADDITIONS_MAX: usize = 50;

/// Whose cart it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Owner {
    /// Somebody who signed in.
    User(UserId),
    /// A guest.
    Session(SessionId),
}

/// Where a cart is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Something is about to be bought.
    Active,
    /// All of it was bought and nothing was added since.
    Converted,
}

/// The last purchase made from a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The version that was bought.
    pub cart_version: u64,
    /// When.
    pub at: Timestamp,
}

/// What was asked for under an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// The key.
    pub key: String,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many more.
    pub quantity: u32,
}

/// What somebody is about to buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Whose.
    pub owner: Owner,
    /// Where it is in its life.
    pub status: Status,
    /// At most [`LINES_MAX`], in the order they were added, each variant once.
    pub lines: Vec<Line>,
    /// The last purchase.
    pub conversion: Option<Conversion>,
    /// When it was last changed.
    pub changed_at: Timestamp,
    #[serde(default)]
    additions: Vec<Addition>,
}

/// Why a cart stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There are [`LINES_MAX`] lines.
    #[error("a cart holds {LINES_MAX} lines")]
    Full,
    /// More than [`QUANTITY_MAX`] pieces, or none.
    #[error("a line holds 1 to {QUANTITY_MAX} pieces")]
    Quantity,
    /// Fewer can be bought than are asked for.
    #[error("{available} of {requested} are left")]
    Short {
        /// Asked for, with what is in the cart already.
        requested: u32,
        /// Left.
        available: u32,
    },
    /// The product is not published.
    #[error("the product is not for sale")]
    NotForSale,
    /// The same key was used for another addition.
    #[error("the key was used with another request")]
    KeyReused,
    /// No such line.
    #[error("no such line")]
    UnknownItem,
}

impl Cart {
    /// An empty cart.
    pub const fn new(owner: Owner, at: Timestamp) -> Self {
        Self {
            owner,
            status: Status::Active,
            lines: Vec::new(),
            conversion: None,
            changed_at: at,
            additions: Vec::new(),
        }
    }

    /// Remembers an addition, and forgets the oldest beyond the last fifty. Says whether it is new: one that is not is in
    /// the cart already.
    pub fn remember(&mut self, addition: Addition) -> Result<bool, Refusal> {
        if let Some(known) = self.additions.iter().find(|known| known.key == addition.key) {
            return if *known == addition { Ok(false) } else { Err(Refusal::KeyReused) };
        }
        self.additions.push(addition);
        let forgotten = self.additions.len().saturating_sub(ADDITIONS_MAX);
        self.additions.drain(..forgotten);
        Ok(true)
    }

    /// Adds `quantity` of what is offered; a new line gets `item_id` and is marked with `version`, the cart's version
    /// once this is written.
    pub fn add(&mut self, offer: &Offer, quantity: u32, item_id: CartItemId, version: u64) -> Result<(), Refusal> {
        let line = self.lines.iter_mut().find(|line| line.is(offer.product_id, offer.variant_id));
        let held = line.as_ref().map_or(0, |line| line.quantity);
        let wanted = buyable(offer, held.saturating_add(quantity))?;
        if let Some(line) = line {
            line.quantity = wanted;
            line.refresh(offer);
        } else {
            if self.lines.len() >= LINES_MAX {
                return Err(Refusal::Full);
            }
            self.lines.push(Line {
                item_id,
                product_id: offer.product_id,
                variant_id: offer.variant_id,
                store_id: offer.store_id,
                title: offer.title.clone(),
                quantity: wanted,
                unit_price: offer.unit_price,
                since_version: version,
            });
        }
        self.status = Status::Active;
        Ok(())
    }

    /// Sets a line's quantity and takes over today's price.
    pub fn set_quantity(&mut self, item_id: CartItemId, quantity: u32, offer: &Offer) -> Result<(), Refusal> {
        let line = self.lines.iter_mut().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        line.quantity = buyable(offer, quantity)?;
        line.refresh(offer);
        Ok(())
    }

    /// Removes a line.
    pub fn remove(&mut self, item_id: CartItemId) -> Result<(), Refusal> {
        let at = self.lines.iter().position(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        self.lines.remove(at);
        Ok(())
    }

    /// Takes what was bought out; whether anything changed. The checkouts of a cart come in the order of the versions
    /// they bought, so one at or before the last is a second delivery.
    pub fn convert(&mut self, conversion: Conversion, bought: &[OrderedLine]) -> bool {
        if conversion.cart_version <= self.converted_version() {
            return false;
        }
        for line in self.lines.iter_mut().filter(|line| line.since_version <= conversion.cart_version) {
            let bought = bought.iter().filter(|b| line.is(b.product_id, b.variant_id)).map(|b| b.quantity).sum();
            line.quantity = line.quantity.saturating_sub(bought);
        }
        self.lines.retain(|line| line.quantity > 0);
        if self.lines.is_empty() {
            self.status = Status::Converted;
        }
        self.conversion = Some(conversion);
        true
    }

    /// The version of the last purchase; 0 when there was none.
    pub fn converted_version(&self) -> u64 {
        self.conversion.map_or(0, |conversion| conversion.cart_version)
    }

    /// The price of everything.
    pub fn subtotal(&self) -> Result<Money, MoneyError> {
        let totals = self.lines.iter().map(Line::total).collect::<Result<Vec<_>, _>>()?;
        Money::sum(totals)
    }
}

/// `quantity`, if that many of what is offered can be bought.
fn buyable(offer: &Offer, quantity: u32) -> Result<u32, Refusal> {
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return Err(Refusal::Quantity);
    }
    if !offer.active {
        return Err(Refusal::NotForSale);
    }
    if offer.available < quantity {
        return Err(Refusal::Short { requested: quantity, available: offer.available });
    }
    Ok(quantity)
}
