//! What front ends report.

use std::time::Duration;

use axum::extract::State;
use garde::Validate;
use lambda::http::{Accepted, Body, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::domain::{Device, Report, Visit};
use crate::ops::CountError;
use crate::ops::report::report;
use crate::ops::reported::Reported;

/// Reports of one call.
const REPORTS_MAX: usize = 1_000;

/// What counting may take: the function ends after ten seconds.
const TIME: Duration = Duration::from_secs(7);

/// Reports of one visitor.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct Reports {
    /// Drawn by the front end once a visitor; it is not a person's id.
    #[garde(skip)]
    visitor_id: Uuid,
    /// Drawn by the front end once a sitting: without it they belong to no session.
    #[garde(skip)]
    #[serde(default)]
    session_id: Option<Uuid>,
    /// What the visitor holds in their hands.
    #[garde(skip)]
    #[serde(default)]
    device: Option<Device>,
    /// Each is judged alone.
    #[garde(length(min = 1, max = REPORTS_MAX))]
    #[schemars(with = "Vec<Report>")]
    events: Vec<Value>,
}

/// What became of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Taken {
    /// Counted now or before.
    accepted: usize,
    /// Not counted, and why.
    refused: Vec<Refused>,
}

/// A report that was not counted.
#[derive(Debug, Serialize, JsonSchema)]
struct Refused {
    /// Its place in `events`, from 0.
    index: usize,
    /// One of `malformed`, `of-services`, `time`, `missing`, `too-long`.
    code: &'static str,
    reason: String,
}

pub(super) async fn take(State(ctx): State<Ctx>, Body(body): Body<Reports>) -> Result<Accepted<Taken>, Problem> {
    let now = ctx.clock.now();
    let visit = Visit { visitor_id: body.visitor_id, session_id: body.session_id, device: body.device };
    let mut refused = Vec::new();
    let mut items = Vec::with_capacity(body.events.len());
    for (index, event) in body.events.into_iter().enumerate() {
        match Report::read(event, now) {
            Ok(report) => items.push(Reported::new(report, visit).map_err(Problem::internal)?),
            Err(error) => refused.push(Refused { index, code: error.code(), reason: error.to_string() }),
        }
    }
    let accepted = items.len();
    // What was counted until then stays counted: whoever reports sends the same again.
    match report(&ctx, items, TIME).await.into_iter().next() {
        None => Ok(Accepted(Taken { accepted, refused })),
        Some((_, error)) => Err(match &*error {
            CountError::Uncountable(_) => Problem::internal(error),
            CountError::Contended | CountError::Late | CountError::Table(_) => Problem::unavailable(error),
        }),
    }
}
