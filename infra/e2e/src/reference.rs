//! Every answer that a journey gets is held against the API reference: an undocumented status, problem or member fails it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The document as it is served.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../api/openapi.json")).expect("the reference is JSON"));

/// Validators by route and status: made once.
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Where calls are recorded: the file that `RECORD_CALLS` names, if it does.
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of a function")]
static RECORDING: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let path = std::env::var_os("RECORD_CALLS")?;
    let file = File::options().create(true).append(true).open(path).expect("the recording can be written");
    Some(Mutex::new(file))
});

/// One call and its answer.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// With its query.
    pub(crate) target: &'a str,
    /// The request's media type and body; no body without a type.
    pub(crate) sent: Option<(&'a str, &'a [u8])>,
    pub(crate) status: u16,
    pub(crate) media_type: &'a str,
    pub(crate) answer: &'a Value,
}

/// Adds the call to the recording, from which the reference takes its examples.
pub(crate) fn record(exchange: &Exchange<'_>) {
    let Some(file) = &*RECORDING else { return };
    let (media_type, request) = exchange.sent.map_or((None, Value::Null), |(media_type, bytes)| {
        let body = match media_type {
            "application/json" => serde_json::from_slice(bytes).unwrap_or_default(),
            _ => Value::String(String::from_utf8_lossy(bytes).into_owned()),
        };
        (Some(media_type), body)
    });
    let line = json!({
        "method": exchange.method, "path": exchange.target, "media_type": media_type, "request": request,
        "status": exchange.status, "answer": exchange.answer,
    });
    let mut file = file.lock().expect("no test panicked while it recorded");
    writeln!(file, "{line}").expect("the recording can be written");
}

/// What the reference does not say of this answer, if anything.
pub(crate) fn check(exchange: &Exchange<'_>) -> Result<(), String> {
    let path = exchange.target.split('?').next().unwrap_or_default();
    let Some((template, operation)) = operation(exchange.method, path) else { return Ok(()) };
    let answers = &operation["responses"];
    let status = exchange.status.to_string();
    match exchange.media_type {
        "application/problem+json" => {
            let code = exchange.answer["code"].as_str().unwrap_or_default();
            let known = &answers[&status]["content"]["application/problem+json"]["examples"];
            if known.get(code).is_none() {
                return Err(format!("problem {code} ({status}) is not documented"));
            }
            let form = &answers[&status]["content"]["application/problem+json"]["schema"];
            fits(validator("problem".to_owned(), form), exchange.answer)
        }
        // What the gateway itself says: it is the same for every route.
        "application/json" if exchange.status >= 400 => Ok(()),
        _ => {
            let key = [status.as_str(), "2XX"].into_iter().find(|key| answers.get(key).is_some());
            let key = key.ok_or_else(|| format!("status {status} is not documented"))?;
            let schema = &answers[key]["content"]["application/json"]["schema"];
            if schema.is_null() {
                return Ok(());
            }
            fits(validator(format!("{} {template} {key}", exchange.method), schema), exchange.answer)
        }
    }
}

fn fits(validator: &Validator, answer: &Value) -> Result<(), String> {
    validator.validate(answer).map_err(|error| format!("{error} at {}", error.instance_path()))
}

/// The operation that a path meets: literal parts go before parameters.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let names: Vec<&str> = template.split('/').collect();
        names.len() == parts.len() && names.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
    };
    let paths = DOCUMENT["paths"].as_object()?;
    let (template, path) = paths
        .iter()
        .filter(|(template, path)| fits(template) && path.get(method.to_lowercase()).is_some())
        .min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template.as_str(), &path[method.to_lowercase()]))
}

fn validator(name: String, schema: &Value) -> &'static Validator {
    let mut validators = VALIDATORS.lock().expect("no test panicked while it validated");
    validators.entry(name).or_insert_with(|| {
        let schema = json!({"allOf": [schema], "components": DOCUMENT["components"]});
        let made = jsonschema::draft202012::new(&schema).expect("the reference's schemas are schemas");
        Box::leak(Box::new(made))
    })
}
