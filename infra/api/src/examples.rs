//! Requests and answers that really happened, as the journeys recorded them.

mod fit;
mod recording;
mod shown;

use std::collections::BTreeMap;
use std::path::PathBuf;

use lambda::http::Route;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// By method and path, such as `POST /v1/stores`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Examples(BTreeMap<String, Known>);

/// What is known of one route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Calls that succeeded: one for each status and media type of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// What problems said beside what every problem says, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<String, Map<String, Value>>,
}

/// A call that succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What it answered.
    pub status: u16,
    /// What the request's body was, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The body: JSON, or text of another type.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub request: Value,
    /// The answer's body, if it is JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub answer: Value,
}

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

    /// The examples of `recording`, lines of JSON: the fullest call of each kind, without what opens anything.
    ///
    /// # Errors
    /// For a line that is no recorded call.
    pub fn recorded(recording: &str, routes: &[Route]) -> Result<Self, serde_json::Error> {
        recording::read(recording, routes)
    }

    /// With the calls of `newer` that show more than the ones that are kept: a recording of some journeys adds to what is
    /// there, and one of the same journeys changes nothing.
    pub fn and(mut self, newer: Self) -> Self {
        for (route, known) in newer.0 {
            let held = self.0.entry(route).or_default();
            known.calls.into_iter().for_each(|call| held.add(call));
            for (code, members) in known.problems {
                held.add_problem(&code, members);
            }
        }
        self
    }

    /// Those alone that `document` says can happen, without bodies that nobody looks at.
    pub fn fitting(mut self, document: &Value) -> Self {
        let fit = fit::Fit::of(document);
        self.0.retain(|route, known| {
            if !fit.takes_a_body(route) {
                known.calls.iter_mut().for_each(Call::forget_request);
            }
            known.calls.retain(|call| fit.faults(route, call).is_empty());
            known.problems.retain(|code, _| fit.has_problem(route, code));
            !known.calls.is_empty() || !known.problems.is_empty()
        });
        self
    }

    /// What of them `document` does not say, by route.
    pub fn faults(&self, document: &Value) -> Vec<String> {
        let fit = fit::Fit::of(document);
        let of = |(route, known): (&String, &Known)| {
            let calls = known.calls.iter().flat_map(|call| fit.faults(route, call));
            let unknown = known.problems.keys().filter(|code| !fit.has_problem(route, code));
            let problems = unknown.map(|code| format!("problem {code} is not answered"));
            calls.chain(problems).map(|fault| format!("{route}: {fault}")).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }
}

impl Known {
    fn add(&mut self, call: Call) {
        let same = |held: &&mut Call| held.status == call.status && held.media_type == call.media_type;
        match self.calls.iter_mut().find(same) {
            Some(held) if held.weight() < call.weight() => *held = call,
            Some(_) => {}
            None => {
                self.calls.push(call);
                self.calls.sort_by(|a, b| (a.status, &a.media_type).cmp(&(b.status, &b.media_type)));
            }
        }
    }

    fn add_problem(&mut self, code: &str, members: Map<String, Value>) {
        let held = self.problems.get(code).map_or(0, |held| held.values().map(weight).sum());
        if held < members.values().map(weight).sum() {
            self.problems.insert(code.to_owned(), members);
        }
    }
}

impl Call {
    fn forget_request(&mut self) {
        (self.media_type, self.request) = (None, Value::Null);
    }

    fn weight(&self) -> usize {
        weight(&self.request) + weight(&self.answer)
    }
}

/// How much a value shows.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(weight).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
