//! The days of a store or of the platform.

use domain::{Date, Localized, Reason};
use dynamodb::{Error, Query};

use crate::ctx::Ctx;
use crate::table::{DayRow, Scope};

/// Days in one answer.
pub const DAYS_MAX: i32 = 366;

/// The range is upside down or longer than [`DAYS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("from must not be after to, and at most {DAYS_MAX} days apart")]
pub struct RangeError;

impl Reason for RangeError {
    fn reason(&self) -> Localized {
        Localized::new(
            format!("from to dan keyin bo'lmasligi va oraliq {DAYS_MAX} kundan oshmasligi kerak"),
            format!("from не позже to, не больше {DAYS_MAX} дней"),
            format!("from must not be after to, and at most {DAYS_MAX} days apart"),
        )
    }
}

/// Business days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    from: Date,
    to: Date,
}

impl Range {
    /// Checks the order and the length.
    pub fn new(from: Date, to: Date) -> Result<Self, RangeError> {
        let days = from.until(to).map_err(|_| RangeError)?.get_days();
        if from <= to && days < DAYS_MAX { Ok(Self { from, to }) } else { Err(RangeError) }
    }
}

/// The days of `scope` on which something happened, oldest first.
pub async fn days(ctx: &Ctx, scope: Scope, range: Range) -> Result<Vec<DayRow>, Error> {
    let (first, last) = (scope.day(range.from).sk, scope.day(range.to).sk);
    let limit = usize::try_from(DAYS_MAX).unwrap_or(usize::MAX);
    let rows = ctx.table.query_all(Query::partition(scope.partition()).between(first, last), limit).await?;
    Ok(rows.into_iter().map(dynamodb::Stored::into_row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_an_order_and_an_end() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(Range::new(day("2026-01-01"), day("2026-12-31")).is_ok());
        assert_eq!(Range::new(day("2026-01-02"), day("2026-01-01")), Err(RangeError));
        assert_eq!(Range::new(day("2025-01-01"), day("2026-01-02")), Err(RangeError));
    }
}
