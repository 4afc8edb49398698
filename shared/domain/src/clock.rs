//! Time as a value that is passed in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz};

/// Where "now" comes from. Clones of a manual clock move together.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System { offset: SignedDuration },
    Manual { unix_ms: Arc<AtomicI64> },
}

impl Clock {
    /// The machine's clock, moved by `offset`. The offset is zero everywhere but on a laptop that looks ahead.
    pub const fn system(offset: SignedDuration) -> Self {
        Self(Source::System { offset })
    }

    /// A clock that stands still until [`Clock::advance`].
    pub fn manual(at: Timestamp) -> Self {
        Self(Source::Manual { unix_ms: Arc::new(AtomicI64::new(at.as_millisecond())) })
    }

    /// Now, to the millisecond: what storage keeps, so that a value read back equals the one written.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let ms = match &self.0 {
            Source::System { offset } => (Timestamp::now() + *offset).as_millisecond(),
            Source::Manual { unix_ms } => unix_ms.load(Ordering::SeqCst),
        };
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves a manual clock. A system clock is not moved by anybody.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Manual { unix_ms } = &self.0 {
            let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            unix_ms.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// The calendar day in Tashkent (UTC+5, no daylight saving) on which `at` falls.
pub fn business_day(at: Timestamp) -> Date {
    tz::offset(5).to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_day_begins_at_nineteen_hundred_utc() {
        let day = |text: &str| business_day(text.parse().unwrap()).to_string();
        assert_eq!(day("2026-11-22T18:59:59Z"), "2026-11-22");
        assert_eq!(day("2026-11-22T19:00:00Z"), "2026-11-23");
    }

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        clock.advance(SignedDuration::from_mins(30));
        assert_eq!(other.now().as_second(), 1_800);
    }
}
