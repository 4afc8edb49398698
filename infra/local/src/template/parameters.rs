//! `Parameters`: defaults, what the caller gave, and their constraints.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::error::{At, Result};

/// Every parameter's value.
pub(super) fn resolve(declared: &Value, given: &BTreeMap<String, String>, at: &At) -> Result<BTreeMap<String, String>> {
    let empty = serde_json::Map::new();
    let declared = declared.as_object().unwrap_or(&empty);
    if let Some(unknown) = given.keys().find(|name| !declared.contains_key(*name)) {
        return Err(at.error(format!("there is no parameter {unknown}")));
    }
    let mut values = BTreeMap::new();
    for (name, declaration) in declared {
        let at = at.key(name);
        let value = match given.get(name) {
            Some(value) => value.clone(),
            None => scalar(&declaration["Default"]).ok_or_else(|| at.error("has no default and was given no value"))?,
        };
        check(&value, declaration, &at)?;
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn check(value: &str, declaration: &Value, at: &At) -> Result<()> {
    if let Some(allowed) = declaration["AllowedValues"].as_array()
        && !allowed.iter().filter_map(scalar).any(|one| one == value)
    {
        return Err(at.error(format!("{value:?} is not one of its AllowedValues")));
    }
    if let Some(pattern) = declaration["AllowedPattern"].as_str() {
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|cause| at.error(cause.to_string()))?;
        if !whole.is_match(value) {
            return Err(at.error(format!("{value:?} does not match {pattern}")));
        }
    }
    if declaration["Type"] == "Number" {
        let number: f64 = value.parse().map_err(|_| at.error(format!("{value:?} is not a number")))?;
        let bound = |name: &str| scalar(&declaration[name]).and_then(|bound| bound.parse::<f64>().ok());
        if bound("MinValue").is_some_and(|least| number < least) || bound("MaxValue").is_some_and(|most| number > most)
        {
            return Err(at.error(format!("{value} is less than its MinValue or more than its MaxValue")));
        }
    }
    Ok(())
}

/// Text of a scalar, as `CloudFormation` coerces it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
