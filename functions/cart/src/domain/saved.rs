//! What somebody keeps for later.

use contracts::{Fact, Offer};
use domain::CartItemId;

use super::{Cart, QUANTITY_MAX, Refusal};

/// Lines that may be saved for later.
pub const SAVED_MAX: usize = 50;

impl Cart {
    /// Moves a line out of the cart to those saved for later; pieces of a variant that is there add up. `None` when that
    /// was done before: a request may come twice.
    pub fn save(&mut self, item_id: CartItemId) -> Result<Option<Fact>, Refusal> {
        if self.saved.iter().any(|line| line.item_id == item_id) {
            return Ok(None);
        }
        let line = self.lines.iter().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
        if let Some(kept) = self.saved.iter_mut().find(|kept| kept.is(line.product_id, line.variant_id)) {
            kept.quantity = kept.quantity.saturating_add(line.quantity).min(QUANTITY_MAX);
        } else if self.saved.len() < SAVED_MAX {
            self.saved.push(line.clone());
        } else {
            return Err(Refusal::SavedFull);
        }
        self.remove(item_id).map(Some)
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

#[cfg(test)]
mod tests {
    use contracts::CartOwner;
    use domain::{Money, Timestamp, UserId};

    use super::*;
    use crate::testkit::offer;

    fn cart() -> Cart {
        Cart::new(CartOwner::User(UserId::derived("shopper")), Timestamp::UNIX_EPOCH)
    }

    fn item(name: &str) -> CartItemId {
        CartItemId::derived(name)
    }

    #[test]
    fn a_saved_line_comes_back_at_todays_price_or_stays_saved() {
        let (mut cart, mut offer) = (cart(), offer("a"));
        cart.add(&offer, 5, item("a"), 1).unwrap();
        cart.save(item("a")).unwrap();
        assert_eq!((cart.lines.len(), cart.saved.len(), cart.subtotal()), (0, 1, Ok(Money::tiyin(0))));
        (offer.available, offer.unit_price) = (4, Money::tiyin(7));
        let short = Refusal::Short { requested: 5, available: 4 };
        assert_eq!(cart.restore(item("a"), &offer, 3), Err(short));
        assert_eq!(cart.saved.len(), 1);
        offer.available = 5;
        cart.restore(item("a"), &offer, 3).unwrap();
        assert_eq!((cart.saved.len(), cart.lines[0].quantity, cart.lines[0].since_version), (0, 5, 3));
        assert_eq!((cart.lines[0].item_id, cart.lines[0].unit_price), (item("a"), Money::tiyin(7)));
        assert_eq!(cart.restore(item("a"), &offer, 4), Err(Refusal::UnknownItem));
    }

    #[test]
    fn fifty_lines_are_saved_and_a_variant_once() {
        let mut cart = cart();
        let put = |cart: &mut Cart, name: &str, id: &str| cart.add(&offer(name), 30, item(id), 1).unwrap();
        for n in 0..SAVED_MAX {
            put(&mut cart, &n.to_string(), &n.to_string());
            cart.save(item(&n.to_string())).unwrap();
        }
        put(&mut cart, "7", "again");
        cart.save(item("again")).unwrap();
        assert_eq!((cart.saved.len(), cart.saved[7].quantity, cart.lines.len()), (SAVED_MAX, QUANTITY_MAX, 0));
        put(&mut cart, "one more", "one more");
        assert_eq!(cart.save(item("one more")), Err(Refusal::SavedFull));
        assert_eq!(cart.lines.len(), 1);
        cart.forget(item("7")).unwrap();
        assert!(cart.save(item("one more")).is_ok());
        assert_eq!(cart.forget(item("7")), Err(Refusal::UnknownItem));
    }
}
