//! Filter criteria: which records a function is invoked for.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use serde_json::{Map, Value};
use thiserror::Error;

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid filter pattern at {path}: {reason}")]
pub struct PatternError {
    path: String,
    reason: String,
}

/// The filters of a mapping. A record passes when one of them matches, or when there are none.
#[derive(Debug, Clone)]
pub struct Filter {
    patterns: Vec<Fields>,
}

/// Every field has to match, and for every `$or` one of its alternatives.
#[derive(Debug, Clone, Default)]
struct Fields {
    fields: Vec<(String, Node)>,
    alternatives: Vec<Vec<Fields>>,
}

#[derive(Debug, Clone)]
enum Node {
    Fields(Fields),
    AnyOf(Vec<Rule>),
}

#[derive(Debug, Clone)]
enum Rule {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    Numeric(Vec<(Comparison, f64)>),
    AnythingBut(Vec<Rule>),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Reads the parsed patterns of `FilterCriteria`.
    pub fn new(patterns: &[Value]) -> Result<Self, PatternError> {
        let patterns = patterns.iter().map(|pattern| match pattern {
            Value::Object(fields) => Fields::new(fields, "$"),
            _ => Err(error("$", "a pattern is an object")),
        });
        Ok(Self { patterns: patterns.collect::<Result<_, _>>()? })
    }

    /// Whether a record of a stream passes.
    pub fn passes(&self, event: &Value) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.matches(Some(event)))
    }

    /// Whether a message of a queue passes. A pattern for fields of the body needs a body that is JSON.
    pub fn passes_message(&self, event: &Value) -> bool {
        let body = event.get("body").and_then(Value::as_str).unwrap_or_default();
        let mut parsed = None;
        self.patterns.is_empty()
            || self.patterns.iter().any(|pattern| {
                let wants_fields =
                    pattern.fields.iter().any(|(name, node)| name == "body" && matches!(node, Node::Fields(_)))
                        || !pattern.alternatives.is_empty();
                if !wants_fields {
                    return pattern.matches(Some(event));
                }
                let parsed = parsed.get_or_insert_with(|| {
                    let mut event = event.clone();
                    if let (Ok(body), Some(slot)) = (serde_json::from_str(body), event.get_mut("body")) {
                        *slot = body;
                    }
                    event
                });
                pattern.matches(Some(parsed))
            })
    }
}

impl Fields {
    fn new(pattern: &Map<String, Value>, path: &str) -> Result<Self, PatternError> {
        if pattern.is_empty() {
            return Err(error(path, "an empty pattern matches nothing"));
        }
        let mut fields = Self::default();
        for (name, value) in pattern {
            let path = format!("{path}.{name}");
            match value {
                Value::Array(list) if name == "$or" => {
                    let alternatives = list.iter().map(|one| match one {
                        Value::Object(one) => Self::new(one, &path),
                        _ => Err(error(&path, "an alternative is an object")),
                    });
                    fields.alternatives.push(alternatives.collect::<Result<_, _>>()?);
                }
                Value::Object(inner) => {
                    fields.fields.push((name.clone(), Node::Fields(Self::new(inner, &path)?)));
                }
                Value::Array(rules) if !rules.is_empty() => {
                    let rules = rules.iter().map(|rule| Rule::new(rule, &path)).collect::<Result<_, _>>()?;
                    fields.fields.push((name.clone(), Node::AnyOf(rules)));
                }
                _ => return Err(error(&path, "a field is matched by an object or a list of values")),
            }
        }
        Ok(fields)
    }

    /// `None` is an absent field: only `exists: false` matches what is not there.
    fn matches(&self, value: Option<&Value>) -> bool {
        if let Some(Value::Array(elements)) = value {
            return elements.iter().any(|element| self.matches(Some(element)));
        }
        let fields = self.fields.iter().all(|(name, node)| {
            let field = value.and_then(|value| value.get(name));
            match node {
                Node::Fields(inner) => inner.matches(field),
                Node::AnyOf(rules) => rules.iter().any(|rule| rule.matches(field)),
            }
        });
        fields && self.alternatives.iter().all(|list| list.iter().any(|one| one.matches(value)))
    }
}

impl Rule {
    fn new(rule: &Value, path: &str) -> Result<Self, PatternError> {
        let Value::Object(operator) = rule else {
            return match rule {
                Value::Array(_) => Err(error(path, "a list holds values and operators")),
                _ => Ok(Self::Equals(rule.clone())),
            };
        };
        let mut operators = operator.iter();
        let (Some((name, argument)), None) = (operators.next(), operators.next()) else {
            return Err(error(path, "an operator is an object with one field"));
        };
        let text = || argument.as_str().map(str::to_owned).ok_or_else(|| error(path, &format!("{name} takes text")));
        match name.as_str() {
            "prefix" => Ok(Self::Prefix(text()?)),
            "suffix" => Ok(Self::Suffix(text()?)),
            "equals-ignore-case" => Ok(Self::EqualsIgnoreCase(text()?)),
            "exists" => argument.as_bool().map(Self::Exists).ok_or_else(|| error(path, "exists takes true or false")),
            "numeric" => Self::numeric(argument, path),
            "anything-but" => Self::anything_but(argument, path),
            _ => Err(error(path, &format!("unknown operator {name}"))),
        }
    }

    fn numeric(argument: &Value, path: &str) -> Result<Self, PatternError> {
        let invalid = || error(path, "numeric takes a list such as [\">\", 0, \"<=\", 5]");
        let list = argument.as_array().filter(|list| matches!(list.len(), 2 | 4)).ok_or_else(invalid)?;
        let bounds = list.chunks(2).map(|pair| {
            let comparison = match pair[0].as_str() {
                Some("=") => Comparison::Equal,
                Some("<") => Comparison::Less,
                Some("<=") => Comparison::LessOrEqual,
                Some(">") => Comparison::Greater,
                Some(">=") => Comparison::GreaterOrEqual,
                _ => return Err(invalid()),
            };
            Ok((comparison, pair[1].as_f64().ok_or_else(invalid)?))
        });
        Ok(Self::Numeric(bounds.collect::<Result<_, _>>()?))
    }

    fn anything_but(argument: &Value, path: &str) -> Result<Self, PatternError> {
        let list = match argument {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        if list.is_empty() || list.iter().any(Value::is_array) {
            return Err(error(path, "anything-but takes a value, a list of values, a prefix or a suffix"));
        }
        let rules = list.iter().map(|rule| match Self::new(rule, path)? {
            rule @ (Self::Equals(_) | Self::Prefix(_) | Self::Suffix(_) | Self::EqualsIgnoreCase(_)) => Ok(rule),
            _ => Err(error(path, "anything-but takes a value, a list of values, a prefix or a suffix")),
        });
        Ok(Self::AnythingBut(rules.collect::<Result<_, _>>()?))
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        // Patterns look at leaves: an object is not a value.
        let value = value.filter(|value| !value.is_object());
        match (self, value) {
            (Self::Exists(wanted), found) => *wanted == found.is_some(),
            (_, None) => false,
            (_, Some(Value::Array(elements))) => elements.iter().any(|element| self.matches(Some(element))),
            (Self::Equals(Value::Number(wanted)), Some(Value::Number(found))) => wanted.as_f64() == found.as_f64(),
            (Self::Equals(wanted), Some(found)) => wanted == found,
            (Self::AnythingBut(rules), found) => !rules.iter().any(|rule| rule.matches(found)),
            (Self::Numeric(bounds), Some(found)) => found
                .as_f64()
                .is_some_and(|number| bounds.iter().all(|(comparison, bound)| comparison.holds(number, *bound))),
            (Self::Prefix(prefix), Some(found)) => found.as_str().is_some_and(|text| text.starts_with(prefix.as_str())),
            (Self::Suffix(suffix), Some(found)) => found.as_str().is_some_and(|text| text.ends_with(suffix.as_str())),
            (Self::EqualsIgnoreCase(wanted), Some(found)) => {
                found.as_str().is_some_and(|text| text.to_lowercase() == wanted.to_lowercase())
            }
        }
    }
}

impl Comparison {
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => (number - bound).abs() < f64::EPSILON,
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
        }
    }
}

fn error(path: &str, reason: &str) -> PatternError {
    PatternError { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(pattern: &Value, event: &Value, expected: bool) {
        let filter = Filter::new(std::slice::from_ref(pattern)).expect("a valid pattern");
        assert_eq!(filter.passes(event), expected, "{pattern} on {event}");
    }

    #[test]
    fn every_operator_that_lambda_documents_decides_as_documented() {
        check(&json!({"a": [null]}), &json!({"a": null}), true);
        check(&json!({"a": [null]}), &json!({}), false);
        check(&json!({"a": [""]}), &json!({"a": ""}), true);
        check(&json!({"a": ["x", "y"]}), &json!({"a": "y"}), true);
        check(&json!({"a": ["x"]}), &json!({"a": "X"}), false);
        check(&json!({"a": [{"equals-ignore-case": "x"}]}), &json!({"a": "X"}), true);
        check(&json!({"a": ["x"], "b": ["y"]}), &json!({"a": "x", "b": "z"}), false);
        check(&json!({"$or": [{"a": ["x"]}, {"b": ["y"]}]}), &json!({"a": "w", "b": "y"}), true);
        check(&json!({"$or": [{"a": ["x"]}, {"b": ["y"]}]}), &json!({"a": "w"}), false);
        check(&json!({"a": [{"anything-but": ["x", "y"]}]}), &json!({"a": "z"}), true);
        check(&json!({"a": [{"anything-but": ["x", "y"]}]}), &json!({"a": "y"}), false);
        check(&json!({"a": [{"anything-but": ["x"]}]}), &json!({}), false);
        check(&json!({"a": [{"anything-but": {"prefix": "x"}}]}), &json!({"a": "xy"}), false);
        check(&json!({"a": [{"numeric": ["=", 100]}]}), &json!({"a": 100.0}), true);
        check(&json!({"a": [{"numeric": [">", 10, "<=", 20]}]}), &json!({"a": 20}), true);
        check(&json!({"a": [{"numeric": [">", 10, "<=", 20]}]}), &json!({"a": 10}), false);
        check(&json!({"a": [{"numeric": [">", 10]}]}), &json!({"a": "11"}), false);
        check(&json!({"a": [5]}), &json!({"a": 5.0}), true);
        check(&json!({"a": [{"exists": true}]}), &json!({"a": null}), true);
        check(&json!({"a": [{"exists": true}]}), &json!({"a": {"b": 1}}), false);
        check(&json!({"a": {"b": [{"exists": false}]}}), &json!({}), true);
        check(&json!({"a": {"b": [{"exists": false}]}}), &json!({"a": {"b": 1}}), false);
        check(&json!({"a": [{"prefix": "us-"}]}), &json!({"a": "us-east-1"}), true);
        check(&json!({"a": [{"suffix": ".png"}]}), &json!({"a": "x.jpg"}), false);
        check(&json!({"a": ["x"]}), &json!({"a": ["w", "x"]}), true);
        check(&json!({"a": {"b": ["x"]}}), &json!({"a": [{"b": "w"}, {"b": "x"}]}), true);
    }

    #[test]
    fn a_stream_is_filtered_by_event_name_and_image() {
        let pattern = json!({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"PK": {"S": [{"prefix": "OUT#"}]}}}});
        let record = |name: &str, key: &str| json!({"eventName": name, "dynamodb": {"NewImage": {"PK": {"S": key}}}});
        check(&pattern, &record("INSERT", "OUT#1"), true);
        check(&pattern, &record("MODIFY", "OUT#1"), false);
        check(&pattern, &record("INSERT", "USER#1"), false);
    }

    #[test]
    fn a_body_is_matched_as_json_when_the_pattern_has_fields_and_as_text_when_not() {
        let fields = Filter::new(&[json!({"body": {"kind": ["sale"]}})]).expect("valid");
        assert!(fields.passes_message(&json!({"body": r#"{"kind":"sale"}"#})));
        assert!(!fields.passes_message(&json!({"body": r#"{"kind":"visit"}"#})));
        assert!(!fields.passes_message(&json!({"body": "sale"})));
        let text = Filter::new(&[json!({"body": ["sale"]})]).expect("valid");
        assert!(text.passes_message(&json!({"body": "sale"})));
        assert!(!text.passes_message(&json!({"body": r#"{"kind":"sale"}"#})));
        assert!(Filter::new(&[]).expect("valid").passes_message(&json!({"body": "anything"})));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        for (pattern, message) in [
            (json!({"a": {"b": [{"wildcard": "*"}]}}), "invalid filter pattern at $.a.b: unknown operator wildcard"),
            (json!({"a": "x"}), "invalid filter pattern at $.a: a field is matched by an object or a list of values"),
            (json!({"a": []}), "invalid filter pattern at $.a: a field is matched by an object or a list of values"),
            (json!([]), "invalid filter pattern at $: a pattern is an object"),
            (json!({"a": [{"exists": "yes"}]}), "invalid filter pattern at $.a: exists takes true or false"),
        ] {
            assert_eq!(Filter::new(&[pattern]).expect_err("refused").to_string(), message);
        }
    }
}
