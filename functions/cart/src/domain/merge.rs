//! A guest's cart goes into the cart of whoever signed in.

use domain::{ProductId, Timestamp, UserId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart::LINES_MAX;
use super::saved::SAVED_MAX;
use super::{Cart, Line, QUANTITY_MAX, Status};

/// What a merge could not take over whole. Every other line is in the shopper's cart with all its pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Leftovers {
    /// Lines whose pieces, added up, are more than a line holds.
    pub cut: Vec<Leftover>,
    /// Lines for which there was no room; the guest's cart keeps them.
    pub not_taken: Vec<Leftover>,
}

/// A line that was not taken over whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
