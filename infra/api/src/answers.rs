//! What an operation answers: successes, and problems grouped by status.

use std::collections::BTreeMap;

use lambda::http::{Access, Kind, Route, kinds};
use serde_json::{Map, Value, json};

use crate::examples::Known;

/// Answers by status, with their examples.
pub(crate) fn responses(
    route: &Route,
    mut answers: BTreeMap<String, Value>,
    problems: &[&'static Kind],
    known: Option<&Known>,
) -> Value {
    for call in known.into_iter().flat_map(|known| &known.calls).filter(|call| !call.answer.is_null()) {
        let answer = answers.get_mut(&call.status.to_string());
        if let Some(media) = answer.and_then(|answer| answer["content"]["application/json"].as_object_mut()) {
            media.entry("example").or_insert_with(|| call.answer.clone());
        }
    }
    let mut by_status: BTreeMap<u16, Vec<&'static Kind>> = BTreeMap::new();
    for kind in self::kinds(route, problems) {
        by_status.entry(kind.status).or_default().push(kind);
    }
    let refusals = by_status.into_iter().map(|(status, kinds)| (status.to_string(), refusal(status, &kinds, known)));
    answers.extend(refusals);
    json!(answers)
}

/// Problems of one status.
fn refusal(status: u16, kinds: &[&'static Kind], known: Option<&Known>) -> Value {
    let list: Vec<String> = kinds.iter().map(|kind| format!("- `{}`: {}", kind.code, kind.en)).collect();
    let shown = |kind: &&'static Kind| {
        let members = known.and_then(|known| known.problems.get(kind.code));
        let example = members.map_or_else(
            || json!({"$ref": format!("#/components/examples/{}", kind.code)}),
            |members| {
                let mut example = example(kind);
                members.iter().for_each(|(name, value)| example[name] = value.clone());
                json!({"value": example})
            },
        );
        (kind.code.to_owned(), example)
    };
    let examples: Map<String, Value> = kinds.iter().map(shown).collect();
    let content = json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples});
    let mut refusal = json!({"description": list.join("\n"), "content": {"application/problem+json": content}});
    if status == kinds::UNAVAILABLE.status {
        let after = json!({"schema": {"type": "integer"}, "description": "Seconds to wait before another try."});
        refusal["headers"] = json!({"retry-after": after});
    }
    refusal
}

/// Everything the route may refuse: because of who calls, of what its path names, and of what it does.
pub(crate) fn kinds(route: &Route, problems: &[&'static Kind]) -> Vec<&'static Kind> {
    let mut all: Vec<&'static Kind> = match route.access {
        Access::Public | Access::Internal | Access::Provider => Vec::new(),
        Access::Guest | Access::Shopper => vec![&kinds::UNAUTHENTICATED],
        Access::Vendor | Access::Staff(_) | Access::StaffOf(_) | Access::Admin => {
            vec![&kinds::UNAUTHENTICATED, &kinds::FORBIDDEN]
        }
    };
    if route.path.contains('{') {
        all.push(&kinds::NOT_FOUND);
    }
    all.extend([&kinds::INTERNAL, &kinds::UNAVAILABLE]);
    for kind in problems {
        if !all.iter().any(|other| other.code == kind.code) {
            all.push(kind);
        }
    }
    all
}

/// A problem as it is answered to whoever asks for no language.
pub(crate) fn example(kind: &Kind) -> Value {
    json!({
        "type": format!("/problems/{}", kind.code), "title": kind.uz, "status": kind.status, "code": kind.code,
        "request_id": "JKJaXmPLvHcESHA=",
    })
}

/// The form of every problem.
pub(crate) fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457; some kinds have members of their own.",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string", "description": "In the reader's language."},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "What programs compare."},
            "request_id": {"type": "string", "description": "What to name in a report."},
            "detail": {"type": "string", "description": "What exactly, for developers."},
            "errors": {"type": "array", "description": "Each rule that is broken.", "items": {"type": "object", "properties": {
                "field": {"type": "string"}, "message": {"type": "string"},
            }}},
        },
    })
}
