use std::str::FromStr;

use lambda::http::{Problem, kinds};

/// A part of the path as what it names; what cannot be one names nothing.
pub(super) fn part<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))
}
