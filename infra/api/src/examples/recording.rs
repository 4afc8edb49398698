//! What the journeys write when `RECORD_CALLS` names a file: a call a line.

use lambda::http::Route;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::shown::shown;
use super::{Call, Examples};

/// One line.
#[derive(Debug, Clone, Deserialize)]
struct Recorded {
    method: String,
    path: String,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    request: Value,
    status: u16,
    answer: Value,
}

/// What every problem has: the reference says it from the problem's kind.
const OF_EVERY_PROBLEM: [&str; 5] = ["type", "title", "status", "code", "request_id"];

pub(super) fn read(recording: &str, routes: &[Route]) -> Result<Examples, serde_json::Error> {
    let mut examples = Examples::default();
    for line in recording.lines() {
        let recorded: Recorded = serde_json::from_str(line)?;
        if let Some(route) = route_of(routes, &recorded) {
            let known = examples.0.entry(format!("{} {}", route.method, route.path)).or_default();
            match recorded.status {
                200..300 => known.add(recorded.into()),
                400.. => {
                    if let Value::Object(mut problem) = shown(recorded.answer)
                        && let Some(Value::String(code)) = problem.remove("code")
                    {
                        let members: Map<_, _> = problem
                            .into_iter()
                            .filter(|(name, _)| !OF_EVERY_PROBLEM.contains(&name.as_str()))
                            .collect();
                        known.add_problem(&code, members);
                    }
                }
                _ => {}
            }
        }
    }
    examples.0.retain(|_, known| !known.calls.is_empty() || !known.problems.is_empty());
    Ok(examples)
}

impl From<Recorded> for Call {
    fn from(recorded: Recorded) -> Self {
        let json = || (!recorded.request.is_null()).then(|| "application/json".to_owned());
        let media_type = recorded.media_type.or_else(json);
        // Text is an answer that no schema tells of: a page, a script.
        let answer = if recorded.answer.is_string() { Value::Null } else { shown(recorded.answer) };
        Self { status: recorded.status, media_type, request: shown(recorded.request), answer }
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
