//! Whether an example is what the document says.

use serde_json::{Value, json};

use super::Call;

/// A document to hold examples against.
pub(super) struct Fit<'a> {
    document: &'a Value,
}

impl<'a> Fit<'a> {
    pub(super) const fn of(document: &'a Value) -> Self {
        Self { document }
    }

    /// What of the call the document does not say.
    pub(super) fn faults(&self, route: &str, call: &Call) -> Vec<String> {
        let Some(operation) = self.operation(route) else { return vec!["is no route".to_owned()] };
        let mut faults = Vec::new();
        if let (Some(media_type), Some(body)) = (&call.media_type, operation.get("requestBody")) {
            let described = &body["content"][media_type];
            faults.extend(self.misfit(described, &call.request).map(|fault| format!("request: {fault}")));
        }
        let answer = &operation["responses"][call.status.to_string()];
        if answer.is_null() {
            faults.push(format!("{} is not answered", call.status));
        } else if !call.answer.is_null() {
            let described = &answer["content"]["application/json"];
            faults.extend(self.misfit(described, &call.answer).map(|fault| format!("{}: {fault}", call.status)));
        }
        faults
    }

    /// Whether the route looks at a body.
    pub(super) fn takes_a_body(&self, route: &str) -> bool {
        self.operation(route).is_some_and(|operation| operation.get("requestBody").is_some())
    }

    /// Whether the route answers that problem.
    pub(super) fn has_problem(&self, route: &str, code: &str) -> bool {
        let answers = self.operation(route).and_then(|operation| operation["responses"].as_object());
        let named = |answer: &Value| answer["content"]["application/problem+json"]["examples"].get(code).is_some();
        answers.is_some_and(|answers| answers.values().any(named))
    }

    fn operation(&self, route: &str) -> Option<&'a Value> {
        let (method, path) = route.split_once(' ')?;
        self.document["paths"][path].get(method.to_lowercase())
    }

    /// Why `body` is not what `described`, a media type of the document, says.
    fn misfit(&self, described: &Value, body: &Value) -> Option<String> {
        let Some(schema) = described.get("schema") else { return Some("no such media type".to_owned()) };
        let schema = json!({"allOf": [schema], "components": {"schemas": self.document["components"]["schemas"]}});
        match jsonschema::draft202012::options().should_validate_formats(true).build(&schema) {
            Ok(validator) => validator.validate(body).err().map(|e| format!("{e} at {}", e.instance_path())),
            Err(error) => Some(format!("the schema is none: {error}")),
        }
    }
}
