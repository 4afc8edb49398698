//! What was searched for on a day.

use domain::{Date, PageLimit};
use dynamodb::{Error, Query};

use crate::ctx::Ctx;
use crate::table::SearchRow;

/// Terms in one answer.
pub const TERMS_MAX: usize = 100;

/// Terms that are looked at for it: anybody can search for nonsense.
const READ_MAX: usize = 5_000;

/// The most frequent terms of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searches {
    /// The most frequent first, at most [`TERMS_MAX`].
    pub terms: Vec<SearchRow>,
    /// Whether every term of the day was looked at; there may be more frequent ones otherwise.
    pub complete: bool,
}

/// The most frequent terms of `day`.
pub async fn searches(ctx: &Ctx, day: Date) -> Result<Searches, Error> {
    let most = PageLimit::new(PageLimit::MAX).unwrap_or_default();
    let mut query = Query::partition(SearchRow::partition(day)).limit(most);
    let mut terms: Vec<SearchRow> = Vec::new();
    let complete = loop {
        let page = ctx.table.query::<SearchRow>(query.clone()).await?;
        terms.extend(page.rows.into_iter().map(dynamodb::Stored::into_row));
        match page.next {
            None => break true,
            Some(_) if terms.len() >= READ_MAX => break false,
            Some(next) => query = query.after(Some(next)),
        }
    };
    terms.sort_by(|a, b| (b.searches, &a.term).cmp(&(a.searches, &b.term)));
    terms.truncate(TERMS_MAX);
    Ok(Searches { terms, complete })
}
