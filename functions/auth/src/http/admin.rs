use axum::Json;
use axum::extract::{Query, State};
use contracts::Service;
use domain::{EventId, Timestamp};
use lambda::http::{PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Ctx;
use crate::ops::audit;
use crate::table::{AuditEntry, audit_of_actor, audit_of_resource};

/// Which part of the log: exactly one of the two.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AuditQuery {
    /// What something was done to, such as `store/0198e4c2-0000-7000-8000-000000000003`.
    resource: Option<String>,
    /// Who did it: the id of a user, or such as `system/order`.
    actor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub(super) struct EntryAnswer {
    id: EventId,
    at: Timestamp,
    actor: String,
    service: Service,
    action: String,
    resource: String,
    #[serde(skip_serializing_if = "Value::is_null")]
    before: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    after: Value,
}

impl From<AuditEntry> for EntryAnswer {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { event_id: id, at, actor, record } = entry;
        let (service, action, resource) = (record.service, record.action, record.resource);
        Self { id, at, actor, service, action, resource, before: record.before, after: record.after }
    }
}

/// No kind and id are longer; DynamoDB's keys end at 2,048 bytes.
const LENGTH_MAX: usize = 200;

/// The list's name in its cursors.
const AUDIT: &str = "auth-audit";

pub(super) async fn audit_logs(
    State(ctx): State<Ctx>,
    User(claims): User,
    Query(asked): Query<AuditQuery>,
    page: PageQuery,
) -> Result<Json<PageAnswer<EntryAnswer>>, Problem> {
    let fits = |text: &str| (1..=LENGTH_MAX).contains(&text.len());
    let query = match (&asked.resource, &asked.actor) {
        (Some(resource), None) if fits(resource) => audit_of_resource(resource),
        (None, Some(actor)) if fits(actor) => audit_of_actor(&audit::asked_actor(actor)),
        _ => {
            return Err(
                Problem::of(&kinds::PARAMETER).with("detail", "give either resource or actor, of up to 200 characters")
            );
        }
    };
    let caller = claims.user_id.to_string();
    let found = audit::list(&ctx, page.apply(query, AUDIT, &caller)?).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), AUDIT, &caller)))
}
