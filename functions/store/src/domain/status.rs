//! How a store comes to sell, and stops.

use contracts::StoreStatus;
use contracts::StoreStatus::{Active, Closed, Pending, Suspended, UnderReview};

/// What moves a store from one status to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its staff ask for a review.
    Submit,
    /// An admin lets it sell.
    Approve,
    /// An admin hands it back to its staff.
    Reject,
    /// An admin stops it.
    Suspend,
    /// An admin lets it go on.
    Reinstate,
    /// Its owner ends it.
    Close,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 6] = [Self::Submit, Self::Approve, Self::Reject, Self::Suspend, Self::Reinstate, Self::Close];

    /// The name in the audit log, after `store.`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Close => "close",
        }
    }
}

/// The store's status does not allow the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a store that is {status:?} does not allow {step:?}")]
pub struct NotAllowed {
    /// Where the store is.
    pub status: StoreStatus,
    /// What was tried.
    pub step: Step,
}

/// Every step there is: from, step, to.
const STEPS: [(StoreStatus, Step, StoreStatus); 9] = [
    (Pending, Step::Submit, UnderReview),
    (UnderReview, Step::Approve, Active),
    (UnderReview, Step::Reject, Pending),
    (Active, Step::Suspend, Suspended),
    (Suspended, Step::Reinstate, Active),
    (Pending, Step::Close, Closed),
    (UnderReview, Step::Close, Closed),
    (Active, Step::Close, Closed),
    (Suspended, Step::Close, Closed),
];

/// The status after `step`.
pub fn after(status: StoreStatus, step: Step) -> Result<StoreStatus, NotAllowed> {
    let found = STEPS.iter().find(|(from, by, _)| *from == status && *by == step);
    found.map(|(_, _, to)| *to).ok_or(NotAllowed { status, step })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        /// Whatever is tried in whatever order.
        #[test]
        fn nothing_sells_without_an_approval_and_nothing_leaves_closed(
            steps in prop::collection::vec(select(&Step::ALL[..]), 0..40)
        ) {
            let (mut status, mut approved, mut closed) = (Pending, false, false);
            for step in steps {
                let Ok(next) = after(status, step) else { continue };
                prop_assert!(!closed, "{step:?} left CLOSED");
                prop_assert_ne!(next, status, "a step goes somewhere");
                approved |= step == Step::Approve;
                closed |= step == Step::Close;
                prop_assert_eq!(next == Closed, step == Step::Close);
                prop_assert!(approved || !matches!(next, Active | Suspended));
                status = next;
            }
        }
    }

    #[test]
    fn every_status_but_closed_has_a_way_on_and_can_be_closed() {
        for status in [Pending, UnderReview, Active, Suspended] {
            let ways = Step::ALL.into_iter().filter(|step| after(status, *step).is_ok()).count();
            assert!(ways >= 2, "{status:?}");
            assert_eq!(after(status, Step::Close), Ok(Closed));
        }
    }

    #[test]
    fn a_review_ends_one_way() {
        for step in [Step::Approve, Step::Reject] {
            let decided = after(UnderReview, step).unwrap();
            for again in [Step::Approve, Step::Reject] {
                assert_eq!(after(decided, again), Err(NotAllowed { status: decided, step: again }));
            }
        }
    }
}
