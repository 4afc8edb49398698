use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// What a merge patch (RFC 7396) does to one member: absent keeps it, `null` removes it, a value sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The member is not mentioned.
    #[default]
    Keep,
    /// The member is `null`.
    Clear,
    /// The member has a value.
    Set(T),
}

impl<T> Change<T> {
    /// The member after the change, `now` before it.
    pub fn apply(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Keep => now,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same change of a value made from this one.
    pub fn try_map<U, E>(self, make: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(make(value)?),
        })
    }
}

/// As a member that may be `null` or absent.
impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Change_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Option<T>>()
    }
}

/// For a member that is there; together with `#[serde(default)]` for one that is not.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default, PartialEq, Debug)]
    #[serde(default)]
    struct Body {
        name: Change<String>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        for (json, change, after) in [
            ("{}", Change::Keep, Some("old")),
            (r#"{"name":null}"#, Change::Clear, None),
            (r#"{"name":"new"}"#, Change::Set("new".to_owned()), Some("new")),
        ] {
            let body: Body = serde_json::from_str(json).unwrap();
            assert_eq!(body, Body { name: change }, "{json}");
            assert_eq!(body.name.apply(Some("old".into())).as_deref(), after, "{json}");
        }
    }
}
