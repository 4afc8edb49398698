use std::cmp::Ordering;
use std::collections::HashMap;

use contracts::{CartItem, CartOwner, Fact, Offer, OrderedLine, VariantRef};
use domain::{CartItemId, CheckoutId, Money, MoneyError, StoreId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Line, Merge, QUANTITY_MAX, SessionToken, Status};

/// Lines in a cart. A checkout takes fewer; the order service says how many.
pub const LINES_MAX: usize = 100;

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

/// What is known of the guest whose cart it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// What the guest's token has to match.
    pub fingerprint: String,
    /// Where the cart went.
    pub merge: Option<Merge>,
}

/// What somebody is about to buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Whose.
    pub owner: CartOwner,
    /// Where it is in its life.
    pub status: Status,
    /// At most [`LINES_MAX`], in the order they were added, each variant once.
    pub lines: Vec<Line>,
    /// Kept for later: at most [`super::SAVED_MAX`], each variant once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saved: Vec<Line>,
    /// The last purchase.
    pub conversion: Option<Conversion>,
    /// When its owner changed it last.
    pub changed_at: Timestamp,
    /// Of a guest's cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<Guest>,
    /// When the sweep looks at it, if ever; not later than it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) look_at: Option<Timestamp>,
    /// Additions with an `Idempotency-Key`, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) additions_seen: Vec<String>,
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
    /// There are [`super::SAVED_MAX`] saved lines.
    #[error("no more can be saved for later")]
    SavedFull,
}

impl Cart {
    /// An empty cart.
    pub const fn new(owner: CartOwner, at: Timestamp) -> Self {
        Self {
            owner,
            status: Status::Active,
            lines: Vec::new(),
            saved: Vec::new(),
            conversion: None,
            changed_at: at,
            guest: None,
            look_at: None,
            additions_seen: Vec::new(),
        }
    }

    /// The empty cart of a guest who carries `token`.
    pub fn of_guest(token: &SessionToken, at: Timestamp) -> Self {
        let guest = Guest { fingerprint: token.fingerprint(), merge: None };
        Self { guest: Some(guest), ..Self::new(CartOwner::Session(token.id), at) }
    }

    /// Whether `token` is the one that this guest's cart was opened with.
    pub fn is_of(&self, token: &SessionToken) -> bool {
        self.guest.as_ref().is_some_and(|guest| guest.fingerprint == token.fingerprint())
    }

    /// Adds `quantity` of what is offered; a new line gets `item_id` and is marked with `version`, the cart's version
    /// once this is written.
    pub fn add(&mut self, offer: &Offer, quantity: u32, item_id: CartItemId, version: u64) -> Result<Fact, Refusal> {
        let (owner, first_of_store) = (self.owner, self.holds_nothing_of(offer.store_id));
        let line = self.lines.iter_mut().find(|line| line.is(offer.product_id, offer.variant_id));
        let held = line.as_ref().map_or(0, |line| line.quantity);
        let wanted = buyable(offer, held.saturating_add(quantity))?;
        let fact = if let Some(line) = line {
            line.quantity = wanted;
            line.refresh(offer);
            line.told(owner, quantity, first_of_store)
        } else {
            if self.lines.len() >= LINES_MAX {
                return Err(Refusal::Full);
            }
            let line = Line {
                item_id,
                product_id: offer.product_id,
                variant_id: offer.variant_id,
                store_id: offer.store_id,
                title: offer.title.clone(),
                quantity: wanted,
                unit_price: offer.unit_price,
                since_version: version,
                earlier: None,
            };
            let fact = line.told(owner, quantity, first_of_store);
            self.lines.push(line);
            fact
        };
        self.status = Status::Active;
        Ok(Fact::CartItemAdded(fact))
    }

    /// Sets a line's quantity and takes over today's price; nothing is told when the quantity stays.
    pub fn set_quantity(&mut self, item_id: CartItemId, quantity: u32, offer: &Offer) -> Result<Option<Fact>, Refusal> {
        let owner = self.owner;
        let line = self.lines.iter_mut().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        let before = std::mem::replace(&mut line.quantity, buyable(offer, quantity)?);
        line.refresh(offer);
        Ok(match before.cmp(&quantity) {
            Ordering::Less => Some(Fact::CartItemAdded(line.told(owner, quantity - before, false))),
            Ordering::Equal => None,
            Ordering::Greater => Some(Fact::CartItemRemoved(line.told(owner, before - quantity, false))),
        })
    }

    /// Takes over today's titles and prices of the lines that are offered, for a quote; whether any was another.
    pub fn requote(&mut self, offers: &HashMap<VariantRef, Offer>, now: Timestamp) -> bool {
        let mut changed = false;
        for line in &mut self.lines {
            changed |= offers.get(&line.variant()).is_some_and(|offer| line.requote(offer, now));
        }
        changed
    }

    /// Takes a line out.
    pub fn remove(&mut self, item_id: CartItemId) -> Result<Fact, Refusal> {
        let at = self.lines.iter().position(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        let line = self.lines.remove(at);
        Ok(Fact::CartItemRemoved(line.told(self.owner, line.quantity, false)))
    }

    /// Takes every line out.
    pub fn clear(&mut self) -> Vec<Fact> {
        let owner = self.owner;
        let told = |line: Line| -> CartItem { line.told(owner, line.quantity, false) };
        self.lines.drain(..).map(|line| Fact::CartItemRemoved(told(line))).collect()
    }

    /// Its sellers, in the order in which they came into the cart.
    pub fn stores(&self) -> Vec<StoreId> {
        let mut stores = Vec::new();
        for line in &self.lines {
            if !stores.contains(&line.store_id) {
                stores.push(line.store_id);
            }
        }
        stores
    }

    fn holds_nothing_of(&self, store: StoreId) -> bool {
        self.lines.iter().all(|line| line.store_id != store)
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
