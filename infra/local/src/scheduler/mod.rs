//! `EventBridge` Scheduler: functions that run at a rate, by a cron expression, or once.
//!
//! Semantics: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
//!
//! Schedules follow the [`Clock`](crate::clock::Clock). Moved forward over one or several due times, it makes a schedule
//! run once; moved back, the schedule counts from there. What was due while the laptop cloud was down stays undone.

mod event;
mod expression;
mod job;

pub use expression::{Expression, ExpressionError};
pub use job::{Job, JobError};
