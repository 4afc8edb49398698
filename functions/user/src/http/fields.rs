//! Members of a body, read one by one, so that a 422 names every one that is wrong.

use std::str::FromStr;

use domain::{Change, Localized, Reason};
use lambda::http::Problem;

/// What was wrong so far.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, Localized)>);

impl Fields {
    pub(super) fn wrong(&mut self, field: &str, why: Localized) {
        self.0.push((field.to_owned(), why));
    }

    /// A member that must be there.
    pub(super) fn value<T: FromStr<Err: Reason>>(&mut self, field: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.wrong(field, error.reason())).ok()
    }

    /// A member that may be absent.
    pub(super) fn option<T: FromStr<Err: Reason>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        self.value(field, text?)
    }

    /// A member of a merge patch that can be removed.
    pub(super) fn change<A, T, E: Reason>(
        &mut self,
        field: &str,
        change: Change<A>,
        read: impl FnOnce(A) -> Result<T, E>,
    ) -> Change<T> {
        change.try_map(read).unwrap_or_else(|error| {
            self.wrong(field, error.reason());
            Change::Keep
        })
    }

    /// A text of a merge patch that can be removed.
    pub(super) fn text<T, E: Reason>(
        &mut self,
        field: &str,
        change: Change<String>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Change<T> {
        self.change(field, change, |text| read(&text))
    }

    /// A text of a merge patch that can be set only.
    pub(super) fn set<T, E: Reason>(
        &mut self,
        field: &str,
        change: Change<String>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.text(field, change, read) {
            Change::Set(value) => Some(value),
            Change::Keep => None,
            Change::Clear => {
                self.wrong(field, Localized::new("olib tashlab bo'lmaydi", "нельзя убрать", "cannot be removed"));
                None
            }
        }
    }

    /// The 422 that lists what was wrong.
    pub(super) fn problem(self) -> Problem {
        Problem::fields(self.0)
    }

    /// `value`, unless something was wrong.
    pub(super) fn done<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(value) } else { Err(self.problem()) }
    }
}
