//! `local env` and `local clock`: what commands of an operator's run in, and when.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Error;
use super::client::{self, Client};
use crate::stack::Endpoints;

pub(super) async fn move_clock(client: &Client, offset: &str) -> Result<String, Error> {
    let seconds = seconds(offset).ok_or_else(|| Error::usage(format!("{offset} is not like 90, 30m, 12h or 7d")))?;
    let _moved: Value = client.post("/clock", &json!({ "offset_seconds": seconds })).await?;
    Ok(format!("the clock is {seconds} s ahead"))
}

/// A shell script that sets the environment of an operator's command, or of one that acts as a function.
pub(super) fn script(endpoints: &Endpoints, function: Option<&str>, as_function: bool) -> Result<String, Error> {
    let function = function.map(|function| client::function(endpoints, function)).transpose()?;
    let (mut key_id, mut secret) = (&endpoints.access_key_id, &endpoints.secret_access_key);
    let mut script = String::new();
    let mut export = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ok = writeln!(script, "export {name}='{}'", value.replace('\'', r"'\''"));
    };
    if let Some(function) = function {
        for (name, value) in &endpoints.functions[function] {
            export(name, value);
        }
        if as_function {
            let keys = &endpoints.function_keys[function];
            (key_id, secret) = (&keys.access_key_id, &keys.secret_access_key);
        }
    }
    for (resource, id) in &endpoints.resources {
        export(resource, id);
    }
    export("AWS_ENDPOINT_URL", &endpoints.endpoint_url);
    export("AWS_REGION", &endpoints.region);
    export("AWS_DEFAULT_REGION", &endpoints.region);
    export("AWS_ACCESS_KEY_ID", key_id);
    export("AWS_SECRET_ACCESS_KEY", secret);
    Ok(script)
}

fn seconds(offset: &str) -> Option<i64> {
    let (number, factor) = match offset.chars().last()? {
        's' => (&offset[..offset.len() - 1], 1),
        'm' => (&offset[..offset.len() - 1], 60),
        'h' => (&offset[..offset.len() - 1], 3_600),
        'd' => (&offset[..offset.len() - 1], 86_400),
        _ => (offset, 1),
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_as_people_write_them() {
        let cases =
            [("90", Some(90)), ("30m", Some(1_800)), ("-12h", Some(-43_200)), ("7d", Some(604_800)), ("soon", None)];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_function_s_environment_comes_with_its_keys_only_when_asked() {
        let keys = |id: &str| json!({"access_key_id": id, "secret_access_key": format!("secret of {id}")});
        let endpoints = json!({
            "state": "/s", "apis": {}, "public_url": null, "endpoint_url": "http://e", "invoke_url": "", "control_url": "",
            "region": "us-east-1", "access_key_id": "operator", "secret_access_key": "its secret",
            "resources": {"Worker": "shop-worker"}, "outputs": {},
            "functions": {"shop-worker": {"GREETING": "it's me"}}, "function_keys": {"shop-worker": keys("worker")},
        });
        let endpoints: Endpoints = serde_json::from_value(endpoints).unwrap();
        let operator = script(&endpoints, Some("worker"), false).unwrap();
        assert!(operator.contains(r"export GREETING='it'\''s me'"), "{operator}");
        assert!(operator.contains("export AWS_ACCESS_KEY_ID='operator'"), "{operator}");
        let function = script(&endpoints, Some("Worker"), true).unwrap();
        assert!(function.contains("export AWS_ACCESS_KEY_ID='worker'"), "{function}");
        assert!(function.contains("export AWS_SECRET_ACCESS_KEY='secret of worker'"), "{function}");
        assert!(script(&endpoints, Some("nobody"), true).is_err());
    }
}
