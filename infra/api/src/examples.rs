//! Requests and answers that really happened, as the journeys recorded them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lambda::http::Route;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// By method and path, such as `POST /v1/stores`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Examples(BTreeMap<String, Known>);

/// What is known of one route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// A JSON body that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Value>,
    /// JSON bodies that were answered, by status.
    pub answers: BTreeMap<u16, Value>,
}

/// One call as a journey recorded it: a line of a recording.
#[derive(Debug, Clone, Deserialize)]
struct Recorded {
    method: String,
    path: String,
    #[serde(default)]
    request: Value,
    status: u16,
    answer: Value,
}

/// What opens something to whoever has it: an example shows that it is there, not what it was.
const SECRETS: [&str; 3] = ["access_token", "refresh_token", "session"];
/// What stands in the place of one.
const HIDDEN: &str = "…";

/// Longer answers teach no more: lists are cut to this many items.
const ITEMS_MAX: usize = 2;

impl Examples {
    /// Where they are kept.
    pub fn file() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples.json")
    }

    /// Reads the file; none when there is no file yet.
    pub fn read() -> Result<Self, Box<dyn std::error::Error>> {
        match std::fs::read_to_string(Self::file()) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// What is known of a route.
    pub fn of(&self, method: &str, path: &str) -> Option<&Known> {
        self.0.get(&format!("{method} {path}"))
    }

    /// The examples of `recording`, lines of JSON: of each route and success the fullest answer.
    pub fn recorded(recording: &str, routes: &[Route]) -> Result<Self, serde_json::Error> {
        let mut examples = Self::default();
        for line in recording.lines() {
            let recorded: Recorded = serde_json::from_str(line)?;
            if (200..300).contains(&recorded.status)
                && let Some(route) = route_of(routes, &recorded)
            {
                examples.add(route, recorded);
            }
        }
        Ok(examples)
    }

    fn add(&mut self, route: &Route, recorded: Recorded) {
        let known = self.0.entry(format!("{} {}", route.method, route.path)).or_default();
        let answer = shown(recorded.answer);
        let better = known.answers.get(&recorded.status).is_none_or(|held| weight(held) < weight(&answer));
        if better {
            if !recorded.request.is_null() {
                known.request = Some(shown(recorded.request));
            }
            if !answer.is_null() {
                known.answers.insert(recorded.status, answer);
            }
        }
    }
}

/// The route that a call met: literal parts go before parameters.
fn route_of<'a>(routes: &'a [Route], recorded: &Recorded) -> Option<&'a Route> {
    let path = recorded.path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &&Route| {
        let mut names = route.path.split('/');
        route.method.as_str() == recorded.method
            && parts.iter().all(|part| names.next().is_some_and(|name| name.starts_with('{') || name == *part))
            && names.next().is_none()
    };
    routes.iter().filter(fits).min_by_key(|route| route.path.matches('{').count())
}

/// How much an answer shows.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// What an example shows of a body: short lists, no secrets.
fn shown(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().take(ITEMS_MAX).map(shown).collect(),
        Value::Object(members) => members.into_iter().map(member).collect(),
        Value::String(text) if text.contains("X-Amz-Signature=") => without_signature(&text).into(),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let secret = SECRETS.contains(&name.as_str()) && value.is_string();
    let value = if secret { HIDDEN.into() } else { shown(value) };
    (name, value)
}

/// The address alone of a presigned request.
fn without_signature(url: &str) -> String {
    let address = url.split('?').next().unwrap_or_default();
    format!("{address}?{HIDDEN}")
}

#[cfg(test)]
mod tests {
    use lambda::http::Access;
    use serde_json::json;

    use super::*;

    fn login() -> Vec<Route> {
        lambda::http::Routes::<reference::Ctx>::new("auth-public")
            .post("/v1/auth/login", Access::Public, "Sign in", || async { lambda::http::NoContent })
            .list()
            .to_vec()
    }

    #[test]
    fn an_example_holds_no_token_and_no_signature() {
        let answer = json!({
            "access_token": "eyJ.a.b", "refresh_token": "secret", "expires_in": 900,
            "upload": {"url": "http://127.0.0.1:4566/b/k?X-Amz-Expires=900&X-Amz-Signature=ab"},
            "many": [{"session": "s"}, {"session": null}, {}],
        });
        let line = json!({
            "method": "POST", "path": "/v1/auth/login", "request": {"refresh_token": "old"}, "status": 200, "answer": answer,
        });
        let examples = Examples::recorded(&line.to_string(), &login()).unwrap();
        let known = examples.of("POST", "/v1/auth/login").unwrap();
        assert_eq!(known.request, Some(json!({"refresh_token": "…"})));
        let shown = json!({
            "access_token": "…", "refresh_token": "…", "expires_in": 900,
            "upload": {"url": "http://127.0.0.1:4566/b/k?…"},
            "many": [{"session": "…"}, {"session": null}],
        });
        assert_eq!(known.answers[&200], shown);
    }

    #[test]
    fn the_examples_that_are_kept_hold_none() {
        let kept = serde_json::to_string(&Examples::read().unwrap()).unwrap();
        for secret in ["\"eyJ", "X-Amz-Signature", "X-Amz-Credential"] {
            assert!(!kept.contains(secret), "{secret}");
        }
    }
}
