//! Members of a body, read one by one, so that a 422 names every one that is wrong.

use std::fmt::Display;
use std::str::FromStr;

use domain::Change;
use lambda::http::{Problem, kinds};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct FieldError {
    field: &'static str,
    message: String,
}

/// What was wrong so far.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<FieldError>);

impl Fields {
    pub(super) fn wrong(&mut self, field: &'static str, message: impl Display) {
        self.0.push(FieldError { field, message: message.to_string() });
    }

    /// A member that must be there.
    pub(super) fn value<T: FromStr<Err: Display>>(&mut self, field: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.wrong(field, error)).ok()
    }

    /// A member that may be absent.
    pub(super) fn option<T: FromStr<Err: Display>>(&mut self, field: &'static str, text: Option<&str>) -> Option<T> {
        self.value(field, text?)
    }

    /// A member of a merge patch that can be removed.
    pub(super) fn change<A, T, E: Display>(
        &mut self,
        field: &'static str,
        change: Change<A>,
        read: impl FnOnce(A) -> Result<T, E>,
    ) -> Change<T> {
        change.try_map(read).unwrap_or_else(|error| {
            self.wrong(field, error);
            Change::Keep
        })
    }

    /// A text of a merge patch that can be removed.
    pub(super) fn text<T, E: Display>(
        &mut self,
        field: &'static str,
        change: Change<String>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Change<T> {
        self.change(field, change, |text| read(&text))
    }

    /// A text of a merge patch that can be set only.
    pub(super) fn set<T, E: Display>(
        &mut self,
        field: &'static str,
        change: Change<String>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.text(field, change, read) {
            Change::Set(value) => Some(value),
            Change::Keep => None,
            Change::Clear => {
                self.wrong(field, "cannot be removed");
                None
            }
        }
    }

    /// The 422 that lists what was wrong.
    pub(super) fn problem(self) -> Problem {
        Problem::of(&kinds::INVALID).with("errors", self.0)
    }

    /// `value`, unless something was wrong.
    pub(super) fn done<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(value) } else { Err(self.problem()) }
    }
}
