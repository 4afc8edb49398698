//! The rules of counting. Pure.

mod counter;
mod report;
mod session;
mod tally;

pub use counter::Counter;
pub use report::{LATE_BY_MAX, Report, ReportError, ReportKind};
pub use session::{Device, Session, Visit};
pub use tally::{Adds, Tally, Uncountable, add_all, tally};
