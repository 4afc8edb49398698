//! Claims as the JWT authoriser passes them on: every value a string, lists and maps as Go prints them.

use serde_json::{Map, Value};

/// `requestContext.authorizer.jwt.claims`.
pub(super) fn rendered(claims: &Map<String, Value>) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), Value::String(render(value)))).collect()
}

fn render(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(render).collect::<Vec<_>>().join(" "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}:{}", render(value)));
            format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_claim_becomes_a_string() {
        for (value, expected) in [
            (json!("a"), "a"),
            (json!(1_787_996_002), "1787996002"),
            (json!(true), "true"),
            (json!(["a", "b c"]), "[a b c]"),
            (json!([]), "[]"),
            (json!({ "k": [1, 2] }), "map[k:[1 2]]"),
            (json!(null), "<nil>"),
        ] {
            assert_eq!(render(&value), expected);
        }
    }
}
