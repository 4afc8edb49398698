//! What somebody keeps for later.

use contracts::{Fact, Offer};
use domain::CartItemId;

use super::{Cart, QUANTITY_MAX, Refusal};

/// Lines that may be saved for later.
pub const SAVED_MAX: usize = 50;

impl Cart {
    /// Moves a line out of the cart to those saved for later; pieces of a variant that is there add up.
    pub fn save(&mut self, item_id: CartItemId) -> Result<Fact, Refusal> {
        let line = self.lines.iter().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        if let Some(kept) = self.saved.iter_mut().find(|kept| kept.is(line.product_id, line.variant_id)) {
            kept.quantity = kept.quantity.saturating_add(line.quantity).min(QUANTITY_MAX);
        } else if self.saved.len() < SAVED_MAX {
            self.saved.push(line.clone());
        } else {
            return Err(Refusal::SavedFull);
        }
        self.remove(item_id)
    }

    /// Moves a saved line back into the cart, as it is offered now, if it can be bought.
    pub fn restore(&mut self, item_id: CartItemId, offer: &Offer, version: u64) -> Result<Fact, Refusal> {
        let at = self.saved.iter().position(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        let fact = self.add(offer, self.saved[at].quantity, item_id, version)?;
        self.saved.remove(at);
        Ok(fact)
    }

    /// Drops a saved line.
    pub fn forget(&mut self, item_id: CartItemId) -> Result<(), Refusal> {
        let at = self.saved.iter().position(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        self.saved.remove(at);
        Ok(())
    }
}
