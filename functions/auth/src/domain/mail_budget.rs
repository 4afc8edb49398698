use domain::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How many mails one account may cause, so that nobody fills a stranger's mailbox through us: ten an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailBudget {
    window_from: Option<Timestamp>,
    spent: u32,
    last_at: Option<Timestamp>,
}

const WINDOW: SignedDuration = SignedDuration::from_hours(1);
const MAILS_MAX: u32 = 10;
/// Who asks again so soon has not looked yet.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

impl MailBudget {
    /// Whether another mail may be sent.
    pub fn allows(&self, now: Timestamp) -> bool {
        self.spent < MAILS_MAX || self.window_from.is_none_or(|from| now >= from + WINDOW)
    }

    /// Whether a mail was sent within the last minute.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.last_at.is_some_and(|last| now < last + PAUSE)
    }

    /// One mail more.
    pub fn spend(&self, now: Timestamp) -> Self {
        match self.window_from {
            Some(from) if now < from + WINDOW => Self { spent: self.spent + 1, last_at: Some(now), ..*self },
            _ => Self { window_from: Some(now), spent: 1, last_at: Some(now) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_mails_an_hour_and_no_more() {
        let now = Timestamp::UNIX_EPOCH;
        let mut budget = MailBudget::default();
        for _ in 0..MAILS_MAX {
            assert!(budget.allows(now));
            budget = budget.spend(now);
        }
        assert!(!budget.allows(now + SignedDuration::from_mins(59)));
        assert!(budget.allows(now + WINDOW));
        assert!(budget.spend(now + WINDOW).allows(now + WINDOW));
        assert!(budget.is_fresh(now) && !budget.is_fresh(now + PAUSE));
    }
}
