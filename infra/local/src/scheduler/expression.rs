//! `rate(…)`, `cron(…)` and `at(…)`, and when they are due.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid schedule expression {expression}: {reason}")]
pub struct ExpressionError {
    expression: String,
    reason: String,
}

/// When a schedule is due.
#[derive(Debug, Clone)]
pub struct Expression {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Rate(SignedDuration),
    Cron(Box<Cron>, TimeZone),
    At(Timestamp),
}

impl Expression {
    /// Reads an expression. `timezone` is an IANA name; rates do not depend on it.
    pub fn parse(expression: &str, timezone: &str) -> Result<Self, ExpressionError> {
        let error = |reason: String| ExpressionError { expression: expression.to_owned(), reason };
        let (kind, argument) = expression
            .strip_suffix(')')
            .and_then(|text| text.split_once('('))
            .ok_or_else(|| error("it is neither rate(…), cron(…) nor at(…)".to_owned()))?;
        let zone = TimeZone::get(timezone).map_err(|cause| error(cause.to_string()))?;
        let kind = match kind {
            "rate" => rate(argument).map(Kind::Rate),
            "cron" => cron(argument).map(|cron| Kind::Cron(Box::new(cron), zone)),
            "at" => at(argument, &zone).map(Kind::At),
            _ => Err("it is neither rate(…), cron(…) nor at(…)".to_owned()),
        };
        Ok(Self { kind: kind.map_err(error)? })
    }

    /// The first due time of a schedule that begins at `start`: a rate is due at once.
    pub fn first(&self, start: Timestamp) -> Option<Timestamp> {
        match &self.kind {
            Kind::Rate(_) => Some(start),
            _ => self.next(start, start),
        }
    }

    /// The next due time after `now` of a schedule that began at `start`; `None` when there is none any more.
    pub fn next(&self, start: Timestamp, now: Timestamp) -> Option<Timestamp> {
        match &self.kind {
            Kind::Rate(interval) => {
                let elapsed = now.duration_since(start).as_secs().max(0);
                let periods = elapsed / interval.as_secs() + 1;
                let periods = i32::try_from(periods).ok()?;
                start.checked_add(interval.checked_mul(periods)?).ok()
            }
            Kind::Cron(cron, zone) => {
                let mut after = now.to_zoned(zone.clone());
                loop {
                    let next = cron.find_next_occurrence(&after, false).ok()?;
                    // A time that the change to summer time skips is moved by croner and skipped by Scheduler.
                    if cron.is_time_matching(&next).ok()? {
                        return Some(next.timestamp());
                    }
                    after = next;
                }
            }
            Kind::At(at) => (*at > now).then_some(*at),
        }
    }

    /// Whether it is due once and never again.
    pub fn is_once(&self) -> bool {
        matches!(self.kind, Kind::At(_))
    }
}

/// `5 minutes`: the unit is singular for 1 and plural otherwise.
fn rate(argument: &str) -> Result<SignedDuration, String> {
    let (value, unit) = argument.split_once(' ').ok_or("a rate is a number and a unit")?;
    let value: i64 = value.parse().ok().filter(|value| *value > 0).ok_or("a rate's number is from 1")?;
    let seconds = match (unit, value == 1) {
        ("minute", true) | ("minutes", false) => 60,
        ("hour", true) | ("hours", false) => 3_600,
        ("day", true) | ("days", false) => 86_400,
        _ => return Err(format!("{value} {unit} is no rate: minute, hour or day for 1, else minutes, hours or days")),
    };
    value.checked_mul(seconds).map(SignedDuration::from_secs).ok_or_else(|| "the rate is too slow".to_owned())
}

/// Minutes, hours, day of month, month, day of week (1 is Sunday), year; one of the days is `?`.
fn cron(argument: &str) -> Result<Cron, String> {
    let argument = argument.to_ascii_uppercase();
    let fields: Vec<&str> = argument.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
        return Err(format!("a cron expression has 6 fields, this one has {}", fields.len()));
    };
    match (*day == "?", *weekday == "?") {
        (true, true) => return Err("only one of day-of-month and day-of-week can be ?".to_owned()),
        (false, false) => return Err("one of day-of-month and day-of-week has to be ?".to_owned()),
        _ => {}
    }
    if [minute, hour, month, year].iter().any(|field| field.contains('?')) {
        return Err("? stands for a day only".to_owned());
    }
    if fields.iter().any(|field| field.split(',').any(str::is_empty)) {
        return Err("a list has an empty element".to_owned());
    }
    if day.contains("L-") {
        return Err("days before the last day of the month are not supported".to_owned());
    }
    // The last day of the week is Saturday.
    let weekday = if *weekday == "L" { "7" } else { weekday };
    CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build()
        .parse(&format!("0 {minute} {hour} {day} {month} {weekday} {year}"))
        .map_err(|cause| cause.to_string())
}

/// `2026-03-01T09:30:00` in the schedule's time zone.
fn at(argument: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let time: DateTime = argument.parse().map_err(|cause: jiff::Error| cause.to_string())?;
    zone.to_timestamp(time).map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[track_caller]
    fn check(expression: &str, timezone: &str, now: &str, expected: &[&str]) {
        let expression = Expression::parse(expression, timezone).expect("valid");
        let mut now = time(now);
        for expected in expected {
            let next = expression.next(now, now).expect("due again");
            assert_eq!(next, time(expected));
            now = next;
        }
    }

    #[test]
    fn cron_is_due_when_aws_documents_it() {
        check("cron(0 10 * * ? *)", "UTC", "2026-01-01T10:00:00Z", &["2026-01-02T10:00:00Z"]);
        check("cron(15 12 * * ? *)", "Asia/Tashkent", "2026-01-01T00:00:00Z", &["2026-01-01T07:15:00Z"]);
        let friday = &["2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"];
        check("cron(0 18 ? * MON-FRI *)", "UTC", "2026-01-01T18:00:00Z", friday);
        check("cron(0 8 1 * ? *)", "UTC", "2026-01-01T08:00:00Z", &["2026-02-01T08:00:00Z"]);
        check("cron(0/15 * * * ? *)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"]);
        check("cron(0 0 L * ? *)", "UTC", "2026-02-01T00:00:00Z", &["2026-02-28T00:00:00Z"]);
        // The last Friday, the second Tuesday, the weekday nearest to the 3rd, Saturdays; 1 is Sunday.
        check("cron(15 10 ? * 6L 2026-2027)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-30T10:15:00Z"]);
        check("cron(0 9 ? * 3#2 *)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-13T09:00:00Z"]);
        check("cron(0 9 3W * ? *)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-02T09:00:00Z"]);
        check("cron(0 9 ? * L *)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-03T09:00:00Z"]);
        check("cron(0 9 ? * 1 *)", "UTC", "2026-01-01T00:00:00Z", &["2026-01-04T09:00:00Z"]);
    }

    #[test]
    fn a_time_that_summer_time_skips_is_not_due() {
        // 29 March 2026 has no 02:30 in Berlin.
        check("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00:00Z", &["2026-03-30T00:30:00Z"]);
    }

    #[test]
    fn a_rate_is_due_at_once_and_then_at_even_steps() {
        let rate = Expression::parse("rate(5 minutes)", "UTC").expect("valid");
        let start = time("2026-01-01T00:01:00Z");
        assert_eq!(rate.first(start), Some(start));
        assert_eq!(rate.next(start, start), Some(time("2026-01-01T00:06:00Z")));
        assert_eq!(rate.next(start, time("2026-01-01T03:00:00Z")), Some(time("2026-01-01T03:01:00Z")));
    }

    #[test]
    fn at_is_due_once_in_its_time_zone() {
        let at = Expression::parse("at(2026-03-01T09:30:00)", "Asia/Tashkent").expect("valid");
        let due = time("2026-03-01T04:30:00Z");
        assert_eq!(at.first(time("2026-01-01T00:00:00Z")), Some(due));
        assert_eq!(at.first(due), None);
    }

    #[test]
    fn a_year_that_is_over_is_never_due() {
        let cron = Expression::parse("cron(0 0 1 1 ? 2020)", "UTC").expect("valid");
        assert_eq!(cron.first(time("2026-01-01T00:00:00Z")), None);
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        for expression in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(5 seconds)",
            "rate(5)",
            "every minute",
            "cron(0 10 * * *)",
            "cron(0 10 * * * *)",
            "cron(0 10 ? * ? *)",
            "cron(60 10 * * ? *)",
            "cron(0 10 * ? ? *)",
            "cron(0,, 10 * * ? *)",
            "cron(0 10 L-3 * ? *)",
            "cron(0 10 ? * 8 *)",
            "at(tomorrow)",
        ] {
            assert!(Expression::parse(expression, "UTC").is_err(), "{expression}");
        }
        assert!(Expression::parse("rate(5 minutes)", "Asia/Samarqand2").is_err());
    }
}
