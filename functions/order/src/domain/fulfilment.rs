use serde::{Deserialize, Serialize};

/// Where an order is on its way to the shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fulfilment {
    /// Waits for the payment.
    PendingPayment,
    /// Waits for the store.
    Pending,
    /// Accepted by the store.
    Confirmed,
    /// Being gathered.
    Processing,
    /// Ready to leave.
    Packed,
    /// On its way: the stock is committed.
    Shipped,
    /// With the courier.
    OutForDelivery,
    /// With the shopper.
    Delivered,
    /// Given up before it left.
    Cancelled,
    /// Lost on its way.
    Failed,
}

/// How much of an order came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

impl Fulfilment {
    /// Every state.
    pub const ALL: [Self; 10] = [
        Self::PendingPayment,
        Self::Pending,
        Self::Confirmed,
        Self::Processing,
        Self::Packed,
        Self::Shipped,
        Self::OutForDelivery,
        Self::Delivered,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The states that may follow `from`: the one table of moves.
    pub const fn after(from: Option<Self>) -> &'static [Self] {
        use Fulfilment::{
            Cancelled, Confirmed, Delivered, Failed, OutForDelivery, Packed, Pending, PendingPayment, Processing,
            Shipped,
        };
        match from {
            None => &[PendingPayment, Pending],
            Some(PendingPayment) => &[Pending, Cancelled],
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
    pub fn enter(from: Option<Self>, to: Self) -> Result<Move, ForbiddenMove> {
        if Self::after(from).contains(&to) { Ok(Move { from, to }) } else { Err(ForbiddenMove { from, to }) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_state_is_reached_and_leads_to_an_end() {
        let mut reached: HashSet<Fulfilment> = HashSet::new();
        let mut open: Vec<_> = Fulfilment::after(None).to_vec();
        while let Some(state) = open.pop() {
            if reached.insert(state) {
                open.extend(Fulfilment::after(Some(state)));
            }
        }
        assert_eq!(reached, HashSet::from(Fulfilment::ALL));
        let ends: Vec<_> = Fulfilment::ALL.into_iter().filter(|s| Fulfilment::after(Some(*s)).is_empty()).collect();
        assert_eq!(ends, [Fulfilment::Delivered, Fulfilment::Cancelled, Fulfilment::Failed]);
    }

    proptest! {
        #[test]
        fn no_walk_returns_or_cancels_what_has_left(picks in prop::collection::vec(0_usize..10, 1..30)) {
            let mut walked: Vec<Fulfilment> = Vec::new();
            for pick in picks {
                let (from, to) = (walked.last().copied(), Fulfilment::ALL[pick]);
                if let Ok(step) = Fulfilment::enter(from, to) {
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
