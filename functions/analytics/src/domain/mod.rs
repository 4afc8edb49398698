//! The rules of counting. Pure.

mod report;
mod tally;

pub use report::{LATE_BY_MAX, Report, ReportError, ReportKind};
pub use tally::{Counter, Tally, Uncountable, tally};
