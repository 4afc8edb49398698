use contracts::Fulfilment;
use domain::Timestamp;
use jiff::SignedDuration;

/// How long each part of an order's way may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// From being placed, or paid in advance, to `CONFIRMED`; then it is cancelled.
    pub accept_within: SignedDuration,
    /// From `CONFIRMED` to `SHIPPED`; then it is cancelled.
    pub ship_within: SignedDuration,
    /// From `SHIPPED` to `DELIVERED`; then an operator has to look.
    pub deliver_within: SignedDuration,
}

impl Default for Clocks {
    /// 24 hours, 7 days, 14 days.
    fn default() -> Self {
        Self {
            accept_within: SignedDuration::from_hours(24),
            ship_within: SignedDuration::from_hours(7 * 24),
            deliver_within: SignedDuration::from_hours(14 * 24),
        }
    }
}

impl Clocks {
    /// By when an order that came into `state` at `at` has to reach its next milestone. The steps between two milestones
    /// keep the time that was `set` before them.
    pub fn act_by(self, state: Fulfilment, at: Timestamp, set: Option<Timestamp>) -> Option<Timestamp> {
        use Fulfilment::{
            Cancelled, Confirmed, Delivered, Failed, OutForDelivery, Packed, Pending, PendingPayment, Processing,
            Shipped,
        };
        match state {
            Pending => Some(at + self.accept_within),
            Confirmed => Some(at + self.ship_within),
            Shipped => Some(at + self.deliver_within),
            Processing | Packed | OutForDelivery => set,
            // The payment has a clock of its own.
            PendingPayment | Delivered | Cancelled | Failed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_between_two_milestones_gain_no_time() {
        use Fulfilment::{Confirmed, Delivered, OutForDelivery, Packed, Pending, Processing, Shipped};
        let (clocks, day) = (Clocks::default(), |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n));
        let mut set = None;
        for (state, at, expected) in [
            (Pending, 0, Some(1)),
            (Confirmed, 1, Some(8)),
            (Processing, 3, Some(8)),
            (Packed, 7, Some(8)),
            (Shipped, 8, Some(22)),
            (OutForDelivery, 20, Some(22)),
            (Delivered, 21, None),
        ] {
            set = clocks.act_by(state, day(at), set);
            assert_eq!(set, expected.map(day), "{state:?}");
        }
    }
}
