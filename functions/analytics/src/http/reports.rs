//! What front ends report.

use axum::extract::State;
use domain::EventId;
use garde::Validate;
use lambda::http::{Accepted, Body, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::domain::Report;
use crate::ops::count::{Countable, count_all};

/// Reports of one call.
const REPORTS_MAX: usize = 1_000;

/// Reports of one visitor.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct Reports {
    /// Drawn by the front end once a visitor; it is not a person's id.
    #[garde(skip)]
    visitor_id: Uuid,
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
    reason: String,
}

pub(super) async fn take(State(ctx): State<Ctx>, Body(body): Body<Reports>) -> Result<Accepted<Taken>, Problem> {
    let (now, total) = (ctx.clock.now(), body.events.len());
    let mut refused = Vec::new();
    let (mut items, mut places) = (Vec::with_capacity(total), Vec::with_capacity(total));
    for (index, event) in body.events.into_iter().enumerate() {
        match read(event, body.visitor_id, now) {
            Ok((id, item)) => {
                items.push(item);
                places.push((id, index));
            }
            Err(reason) => refused.push(Refused { index, reason }),
        }
    }
    // Whoever reports may send the same again: what was counted counts once.
    if let Some((_, cause)) = count_all(&ctx, items).await.into_iter().next() {
        return Err(Problem::unavailable(cause));
    }
    Ok(Accepted(Taken { accepted: places.len(), refused }))
}

/// What has money or state in it comes from the services alone: its types do not read here.
fn read(event: Value, visitor: Uuid, now: domain::Timestamp) -> Result<(EventId, Countable), String> {
    let report: Report = serde_json::from_value(event).map_err(|error| error.to_string())?;
    report.check(now).map_err(|error| error.to_string())?;
    let id = report.id;
    Countable::reported(report, visitor).map(|item| (id, item)).map_err(|error| error.to_string())
}
