//! YAML to JSON, with `CloudFormation`'s short forms (`!Ref X`) written out (`{"Ref": "X"}`).

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

use super::error::{At, Result};

/// Short forms that only put `Fn::` before their name.
const FUNCTIONS: &[&str] =
    &["Sub", "If", "Equals", "And", "Or", "Not", "Join", "Select", "Split", "FindInMap", "Transform"];

/// Parses a file's text.
pub(super) fn parse(text: &str, at: &At) -> Result<Value> {
    let yaml = serde_yaml_ng::from_str(text).map_err(|cause| at.error(format!("not YAML: {cause}")))?;
    json(yaml, at)
}

fn json(yaml: Yaml, at: &At) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::String(value) => value.into(),
        Yaml::Number(number) => serde_json::to_value(&number).map_err(|cause| at.error(cause.to_string()))?,
        Yaml::Sequence(items) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| json(item, &at.key(&index.to_string())))
            .collect::<Result<_>>()?,
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key_text(&key).ok_or_else(|| at.error("a key that is not text"))?;
                let value = json(value, &at.key(&key))?;
                object.insert(key, value);
            }
            object.into()
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            long_form(name, json(tagged.value, at)?, at)?
        }
    })
}

fn key_text(key: &Yaml) -> Option<String> {
    match key {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn long_form(name: &str, argument: Value, at: &At) -> Result<Value> {
    let (key, argument) = match (name, argument) {
        ("Ref" | "Condition", argument) => (name.to_owned(), argument),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) =
                path.split_once('.').ok_or_else(|| at.error("!GetAtt needs Resource.Attribute"))?;
            ("Fn::GetAtt".to_owned(), serde_json::json!([resource, attribute]))
        }
        ("GetAtt", argument) => ("Fn::GetAtt".to_owned(), argument),
        (name, argument) if FUNCTIONS.contains(&name) => (format!("Fn::{name}"), argument),
        (name, _) => return Err(at.error(format!("the intrinsic !{name} is not known here"))),
    };
    Ok(Value::Object(Map::from_iter([(key, argument)])))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn short_forms_become_long_forms() {
        let text = "a: !Ref X\nb: !GetAtt Y.Arn\nc: !Sub 'q-${X}'\nd: !If [C, 1, !Ref AWS::NoValue]\n200: yes\n";
        let parsed = parse(text, &At::file(Path::new("t.yaml"))).unwrap();
        assert_eq!(
            parsed,
            json!({"a": {"Ref": "X"}, "b": {"Fn::GetAtt": ["Y", "Arn"]}, "c": {"Fn::Sub": "q-${X}"},
                   "d": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}, "200": "yes"})
        );
    }

    #[test]
    fn an_unknown_tag_is_refused_by_name() {
        let error = parse("a: !Cidr x\n", &At::file(Path::new("t.yaml"))).unwrap_err();
        assert_eq!(error.to_string(), "t.yaml: a: the intrinsic !Cidr is not known here");
    }
}
