use contracts::Fulfilment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of an order came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Return {
    /// Nothing.
    None,
    /// Some of it.
    Partial,
    /// All of it.
    Full,
}

/// A move that the table allows: the only way to a new state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// Before; none when the order begins.
    pub from: Option<Fulfilment>,
    /// After.
    pub to: Fulfilment,
}

/// The table knows no such move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order does not go from {from:?} to {to:?}")]
pub struct ForbiddenMove {
    /// Before.
    pub from: Option<Fulfilment>,
    /// After.
    pub to: Fulfilment,
}

/// The states that may follow `from`: the one table of moves.
pub const fn after(from: Option<Fulfilment>) -> &'static [Fulfilment] {
    use Fulfilment::{
        Cancelled, Confirmed, Delivered, Failed, OutForDelivery, Packed, Pending, PendingPayment, Processing, Shipped,
    };
    match from {
        None => &[PendingPayment, Pending, Confirmed],
        Some(PendingPayment) => &[Pending, Confirmed, Cancelled],
        Some(Pending) => &[Confirmed, Cancelled],
        Some(Confirmed) => &[Processing, Cancelled],
        Some(Processing) => &[Packed, Cancelled],
        Some(Packed) => &[Shipped, Cancelled],
        Some(Shipped) => &[OutForDelivery, Delivered, Failed],
        Some(OutForDelivery) => &[Delivered, Failed],
        Some(Delivered | Cancelled | Failed) => &[],
    }
}

/// The move to `to`, if the table has it.
pub fn enter(from: Option<Fulfilment>, to: Fulfilment) -> Result<Move, ForbiddenMove> {
    if after(from).contains(&to) { Ok(Move { from, to }) } else { Err(ForbiddenMove { from, to }) }
}

/// Whether the goods still lie with the store, held for the shopper.
pub const fn is_held(state: Fulfilment) -> bool {
    use Fulfilment::{Confirmed, Packed, Pending, PendingPayment, Processing};
    matches!(state, PendingPayment | Pending | Confirmed | Processing | Packed)
}

/// Whether the goods have left the store and are not with the shopper yet.
pub const fn is_on_its_way(state: Fulfilment) -> bool {
    matches!(state, Fulfilment::Shipped | Fulfilment::OutForDelivery)
}

/// Whether the order has reached its end.
pub const fn is_over(state: Fulfilment) -> bool {
    after(Some(state)).is_empty()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const ALL: [Fulfilment; 10] = [
        Fulfilment::PendingPayment,
        Fulfilment::Pending,
        Fulfilment::Confirmed,
        Fulfilment::Processing,
        Fulfilment::Packed,
        Fulfilment::Shipped,
        Fulfilment::OutForDelivery,
        Fulfilment::Delivered,
        Fulfilment::Cancelled,
        Fulfilment::Failed,
    ];

    #[test]
    fn every_state_is_reached_and_leads_to_an_end() {
        let mut reached: HashSet<Fulfilment> = HashSet::new();
        let mut open: Vec<_> = after(None).to_vec();
        while let Some(state) = open.pop() {
            if reached.insert(state) {
                open.extend(after(Some(state)));
            }
        }
        assert_eq!(reached, HashSet::from(ALL));
        let ends: Vec<_> = ALL.into_iter().filter(|s| after(Some(*s)).is_empty()).collect();
        assert_eq!(ends, [Fulfilment::Delivered, Fulfilment::Cancelled, Fulfilment::Failed]);
    }

    proptest! {
        #[test]
        fn no_walk_returns_or_cancels_what_has_left(picks in prop::collection::vec(0_usize..10, 1..30)) {
            let mut walked: Vec<Fulfilment> = Vec::new();
            for pick in picks {
                let (from, to) = (walked.last().copied(), ALL[pick]);
                if let Ok(step) = enter(from, to) {
                    prop_assert_eq!(step, Move { from, to });
                    prop_assert!(!walked.contains(&to), "{:?} again after {:?}", to, walked);
                    walked.push(to);
                }
            }
            let cancelled = walked.contains(&Fulfilment::Cancelled);
            prop_assert!(!cancelled || !walked.contains(&Fulfilment::Shipped));
            let delivered = walked.contains(&Fulfilment::Delivered);
            prop_assert!(!delivered || walked.contains(&Fulfilment::Confirmed), "nothing skips the store");
        }
    }
}
