//! Atomic changes of single attributes, built without a row that was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

/// Changes of one row's attributes under conditions. The row's version grows with it, so a replace that raced it loses.
///
/// Attribute names are the row's top-level fields.
#[derive(Debug, Clone, Default)]
pub struct Adjust {
    sets: Vec<String>,
    adds: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    guarded: bool,
    failure: Option<String>,
}

impl Adjust {
    /// Changes a row that must exist.
    pub fn existing() -> Self {
        let mut adjust = Self::default();
        adjust.conditions.push("attribute_exists(PK)".into());
        adjust.bump()
    }

    /// Changes a row, or begins one of that kind with what is set and added here.
    pub fn upsert(kind: &'static str) -> Self {
        let mut adjust = Self::default();
        let (name, value) = (adjust.name("row"), adjust.value(kind));
        adjust.sets.push(format!("{name} = {value}"));
        adjust.bump()
    }

    fn bump(mut self) -> Self {
        let (name, one) = (self.name("row_version"), self.value(1));
        self.adds.push(format!("{name} {one}"));
        self
    }

    /// Adds `delta`, which may be negative; an absent attribute counts as 0.
    pub fn add(mut self, attribute: &str, delta: i64) -> Self {
        let (name, value) = (self.name(attribute), self.value(delta));
        self.adds.push(format!("{name} {value}"));
        self
    }

    /// Sets the attribute.
    pub fn set(mut self, attribute: &str, to: impl Serialize) -> Self {
        let (name, value) = (self.name(attribute), self.value(to));
        self.sets.push(format!("{name} = {value}"));
        self
    }

    /// Sets the attribute unless it is there already.
    pub fn set_once(mut self, attribute: &str, to: impl Serialize) -> Self {
        let (name, value) = (self.name(attribute), self.value(to));
        self.sets.push(format!("{name} = if_not_exists({name}, {value})"));
        self
    }

    /// Only if the attribute is at least `floor` before the change.
    pub fn at_least(mut self, attribute: &str, floor: i64) -> Self {
        let (name, value) = (self.name(attribute), self.value(floor));
        self.conditions.push(format!("{name} >= {value}"));
        self
    }

    /// Only if the attribute is absent or at most `ceiling` before the change.
    pub fn at_most(mut self, attribute: &str, ceiling: i64) -> Self {
        let (name, value) = (self.name(attribute), self.value(ceiling));
        self.conditions.push(format!("(attribute_not_exists({name}) OR {name} <= {value})"));
        self
    }

    /// Only if the attribute equals `value` before the change.
    pub fn equals(mut self, attribute: &str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.conditions.push(format!("{name} = {value}"));
        self
    }

    /// Only if the attribute is absent or differs from `value` before the change.
    pub fn differs(mut self, attribute: &str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.conditions.push(format!("(attribute_not_exists({name}) OR {name} <> {value})"));
        self
    }

    /// Its own conditions refuse it once it was carried out. Alone it is then a plain write, at half the price of the
    /// transaction that otherwise keeps a repeated attempt from adding twice. Whoever is refused must look whether it was
    /// by an earlier attempt of their own.
    pub const fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    fn name(&mut self, attribute: &str) -> String {
        let at = self.names.len();
        if let Some((alias, _)) = self.names.iter().find(|(_, known)| *known == attribute) {
            return alias.clone();
        }
        let alias = format!("#a{at}");
        self.names.insert(alias.clone(), attribute.to_owned());
        alias
    }

    fn value(&mut self, value: impl Serialize) -> String {
        let alias = format!(":v{}", self.values.len());
        match serde_dynamo::to_attribute_value(value) {
            Ok(value) => {
                self.values.insert(alias.clone(), value);
            }
            Err(error) => self.failure = Some(error.to_string()),
        }
        alias
    }

    pub(crate) fn build(self) -> Result<Expressions, String> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let sets = if self.sets.is_empty() { String::new() } else { format!("SET {} ", self.sets.join(", ")) };
        let update = format!("{sets}ADD {}", self.adds.join(", "));
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        Ok(Expressions { update, condition, names: self.names, values: self.values, guarded: self.guarded })
    }
}

/// What an update needs.
#[derive(Debug, Clone)]
pub(crate) struct Expressions {
    pub(crate) update: String,
    pub(crate) condition: Option<String>,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
    pub(crate) guarded: bool,
}
