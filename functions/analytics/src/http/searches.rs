//! Search terms.

use axum::Json;
use axum::extract::{Query, State};
use domain::Date;
use lambda::http::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::ops::searches::searches;

/// `?day=2026-11-23`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct AskedDay {
    /// In Tashkent.
    day: Date,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SearchDay {
    day: Date,
    /// The most frequent first, at most 100.
    terms: Vec<Term>,
    /// Whether every term of the day was looked at; a more frequent one may be missing otherwise.
    complete: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Term {
    /// In lower case.
    #[serde(rename = "term")]
    text: String,
    searches: u64,
    /// Searches that found nothing.
    without_result: u64,
    /// Products that were opened from what was found.
    clicks: u64,
}

pub(super) async fn day(
    State(ctx): State<Ctx>,
    Query(AskedDay { day }): Query<AskedDay>,
) -> Result<Json<SearchDay>, Problem> {
    let found = searches(&ctx, day).await?;
    let terms = found.terms.into_iter().map(|row| Term {
        text: row.term,
        searches: row.searches,
        without_result: row.searches_without_result,
        clicks: row.search_clicks,
    });
    Ok(Json(SearchDay { day, terms: terms.collect(), complete: found.complete }))
}
