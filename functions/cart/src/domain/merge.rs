//! A guest's cart goes into the cart of whoever signed in.

use domain::{ProductId, Timestamp, UserId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart::LINES_MAX;
use super::saved::SAVED_MAX;
use super::{Cart, Line, QUANTITY_MAX, Status};

/// What a merge could not take over whole. Every other line is in the shopper's cart with all its pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CartLeftovers")]
pub struct Leftovers {
    /// Lines whose pieces, added up, are more than a line holds.
    pub cut: Vec<Leftover>,
    /// Lines for which there was no room; the guest's cart keeps them.
    pub not_taken: Vec<Leftover>,
}

/// A line that was not taken over whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CartLeftover")]
pub struct Leftover {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// Whether it was saved for later.
    pub saved: bool,
    /// Pieces in both carts.
    pub wanted: u32,
    /// Pieces in the shopper's cart now.
    pub kept: u32,
}

/// Where a guest's cart went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Whose cart it went into.
    pub into: UserId,
    /// When.
    pub at: Timestamp,
    /// What it could not take: a repeated merge answers the same.
    pub leftovers: Leftovers,
}

impl Cart {
    /// Takes in the lines of `guest`, which keeps what there is no room for. Pieces of one variant add up; `version` is
    /// that of this cart once it is written.
    pub fn absorb(&mut self, guest: &mut Self, version: u64) -> Leftovers {
        let mut leftovers = Leftovers::default();
        if !guest.lines.is_empty() {
            self.status = Status::Active;
        }
        let marked = |line: Line| Line { since_version: version, ..line };
        let lines = std::mem::take(&mut guest.lines).into_iter().map(marked).collect();
        guest.lines = pour(&mut self.lines, lines, LINES_MAX, false, &mut leftovers);
        let saved = std::mem::take(&mut guest.saved);
        guest.saved = pour(&mut self.saved, saved, SAVED_MAX, true, &mut leftovers);
        guest.status = Status::Merged;
        leftovers
    }
}

/// Pours `from` into `into`, up to `max` lines; answers what did not fit.
fn pour(into: &mut Vec<Line>, from: Vec<Line>, max: usize, saved: bool, leftovers: &mut Leftovers) -> Vec<Line> {
    let mut rest = Vec::new();
    for line in from {
        let (product_id, variant_id) = (line.product_id, line.variant_id);
        let leftover = |wanted, kept| Leftover { product_id, variant_id, saved, wanted, kept };
        if let Some(held) = into.iter_mut().find(|held| held.is(product_id, variant_id)) {
            let wanted = held.quantity.saturating_add(line.quantity);
            held.quantity = wanted.min(QUANTITY_MAX);
            // The guest looked at it last.
            (held.unit_price, held.title) = (line.unit_price, line.title);
            if held.quantity < wanted {
                leftovers.cut.push(leftover(wanted, held.quantity));
            }
        } else if into.len() < max {
            into.push(line);
        } else {
            leftovers.not_taken.push(leftover(line.quantity, 0));
            rest.push(line);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use contracts::{CartOwner, Offer};
    use domain::{CartItemId, SeededEntropy, UserId};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::SessionToken;
    use crate::testkit::offer;

    fn shopper() -> Cart {
        Cart::new(CartOwner::User(UserId::derived("shopper")), Timestamp::UNIX_EPOCH)
    }

    fn guest() -> Cart {
        let at = Timestamp::UNIX_EPOCH;
        Cart::of_guest(&SessionToken::generate(at, &SeededEntropy::new(1)), at)
    }

    fn plenty(name: &str) -> Offer {
        Offer { available: 1_000, ..offer(name) }
    }

    fn fill(cart: &mut Cart, lines: &BTreeMap<u8, u32>) {
        for (name, quantity) in lines {
            let id = CartItemId::derived(&format!("{:?}/{name}", cart.owner));
            cart.add(&plenty(&name.to_string()), *quantity, id, 1).unwrap();
        }
    }

    fn pieces(lines: &[Line]) -> BTreeMap<VariantId, u32> {
        lines.iter().map(|line| (line.variant_id, line.quantity)).collect()
    }

    #[test]
    fn pieces_add_up_to_fifty_and_what_is_cut_is_listed() {
        let (mut cart, mut left) = (shopper(), guest());
        fill(&mut cart, &[(1, 30), (2, 1)].into());
        fill(&mut left, &[(1, 25), (3, 4)].into());
        let leftovers = cart.absorb(&mut left, 9);
        assert_eq!(
            cart.lines.iter().map(|l| (l.quantity, l.since_version)).collect::<Vec<_>>(),
            [(50, 1), (1, 1), (4, 9)]
        );
        let cut = [(offer("1").variant_id, 55, 50)];
        assert_eq!(leftovers.cut.iter().map(|l| (l.variant_id, l.wanted, l.kept)).collect::<Vec<_>>(), cut);
        assert_eq!((leftovers.not_taken.len(), left.status, left.lines.len()), (0, Status::Merged, 0));
    }

    #[test]
    fn what_a_guest_saved_for_later_comes_along() {
        let (mut cart, mut left) = (shopper(), guest());
        fill(&mut left, &[(1, 2), (2, 3)].into());
        let id = left.lines[0].item_id;
        left.save(id).unwrap();
        cart.absorb(&mut left, 1);
        assert_eq!((cart.saved[0].quantity, cart.lines[0].quantity, left.saved.len()), (2, 3, 0));
    }

    fn lines() -> impl Strategy<Value = BTreeMap<u8, u32>> {
        prop::collection::btree_map(0..140_u8, 1..=QUANTITY_MAX, 0..=LINES_MAX)
    }

    proptest! {
        #[test]
        fn no_piece_is_lost_in_silence_and_none_is_doubled(mine in lines(), theirs in lines()) {
            let (mut cart, mut left) = (shopper(), guest());
            fill(&mut cart, &mine);
            fill(&mut left, &theirs);
            let (before, brought) = (pieces(&cart.lines), pieces(&left.lines));
            let leftovers = cart.absorb(&mut left, 2);

            let after = pieces(&cart.lines);
            prop_assert_eq!(after.len(), cart.lines.len(), "each variant once");
            prop_assert!(cart.lines.len() <= LINES_MAX);
            prop_assert!(after.values().all(|quantity| (1..=QUANTITY_MAX).contains(quantity)));
            let kept = pieces(&left.lines);
            let cut: BTreeMap<_, _> = leftovers.cut.iter().map(|l| (l.variant_id, l.wanted - l.kept)).collect();
            let count = |lines: &BTreeMap<VariantId, u32>, variant| lines.get(variant).copied().unwrap_or_default();
            for variant in before.keys().chain(brought.keys()) {
                let whole = count(&before, variant) + count(&brought, variant);
                prop_assert_eq!(count(&after, variant) + count(&kept, variant) + count(&cut, variant), whole);
            }
            let not_taken: BTreeMap<_, _> = leftovers.not_taken.iter().map(|l| (l.variant_id, l.wanted)).collect();
            prop_assert_eq!(not_taken, kept);
            prop_assert!(left.lines.is_empty() || cart.lines.len() == LINES_MAX, "there was no room");
        }
    }
}
