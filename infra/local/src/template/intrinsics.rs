//! Intrinsic functions: what `Ref`, `Fn::Sub` and the others come to.

use serde_json::{Map, Value};

use super::Scope;
use super::error::{At, Result};
use super::parameters::scalar;

impl Scope<'_> {
    /// A value with every intrinsic resolved; `None` where it is `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Value, at: &At) -> Result<Option<Value>> {
        match value {
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    resolved.extend(self.resolve(item, &at.key(&index.to_string()))?);
                }
                Ok(Some(resolved.into()))
            }
            Value::Object(object) => match intrinsic(object) {
                Some((name, argument)) => self.call(name, argument, &at.key(name)),
                None => self.object(object, at).map(Some),
            },
            scalar => Ok(Some(scalar.clone())),
        }
    }

    /// The text a value resolves to.
    pub(super) fn text(&self, value: &Value, at: &At) -> Result<String> {
        self.resolve(value, at)?.as_ref().and_then(scalar).ok_or_else(|| at.error("must be text"))
    }

    fn object(&self, object: &Map<String, Value>, at: &At) -> Result<Value> {
        let mut resolved = Map::new();
        for (key, value) in object {
            if key == "Fn::Transform" {
                let included = self.include(value, &at.key(key))?;
                let included = included.as_object().ok_or_else(|| at.error("an include must be an object"))?;
                resolved.extend(included.clone());
            } else if let Some(value) = self.resolve(value, &at.key(key))? {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(resolved.into())
    }

    fn call(&self, name: &str, argument: &Value, at: &At) -> Result<Option<Value>> {
        Ok(Some(match name {
            "Ref" => {
                let target = argument.as_str().ok_or_else(|| at.error("Ref needs a name"))?;
                if target == "AWS::NoValue" {
                    return Ok(None);
                }
                self.reference(target, at)?.into()
            }
            "Fn::GetAtt" => {
                let [resource, attribute] = self.arguments(argument, at)?;
                self.attribute(&self.text(&resource, at)?, &self.text(&attribute, at)?, at)?.into()
            }
            "Fn::Sub" => self.sub(argument, at)?.into(),
            "Fn::If" => {
                let [condition, then, otherwise] = self.arguments(argument, at)?;
                let name = condition.as_str().ok_or_else(|| at.error("Fn::If needs a condition's name"))?;
                return self.resolve(if self.condition(name, at)? { &then } else { &otherwise }, at);
            }
            "Fn::Join" => {
                let [delimiter, items] = self.arguments(argument, at)?;
                let delimiter = self.text(&delimiter, at)?;
                self.texts(&items, at)?.join(&delimiter).into()
            }
            "Fn::Select" => {
                let [index, items] = self.arguments(argument, at)?;
                let index: usize =
                    self.text(&index, at)?.parse().map_err(|_| at.error("the index must be a number"))?;
                let items = self.resolve(&items, at)?.unwrap_or_default();
                items.get(index).cloned().ok_or_else(|| at.error(format!("there is no item {index}")))?
            }
            "Fn::Split" => {
                let [delimiter, text] = self.arguments(argument, at)?;
                let delimiter = self.text(&delimiter, at)?;
                self.text(&text, at)?.split(&delimiter).map(Value::from).collect()
            }
            "Fn::FindInMap" => {
                let [map, first, second] = self.arguments(argument, at)?;
                let (map, first, second) = (self.text(&map, at)?, self.text(&first, at)?, self.text(&second, at)?);
                self.template
                    .section("Mappings")
                    .get(&map)
                    .and_then(|map| map.get(&first)?.get(&second))
                    .cloned()
                    .ok_or_else(|| at.error(format!("there is no {map}.{first}.{second}")))?
            }
            "Fn::Transform" => self.include(argument, at)?,
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => self.holds_call(name, argument, at)?.into(),
            unknown => return Err(at.error(format!("the intrinsic {unknown} is not known here"))),
        }))
    }

    /// Whether a named condition holds.
    pub(super) fn condition(&self, name: &str, at: &At) -> Result<bool> {
        let condition = self
            .template
            .section("Conditions")
            .get(name)
            .ok_or_else(|| at.error(format!("there is no condition {name}")))?;
        self.holds(condition, &self.template.root().key("Conditions").key(name))
    }

    fn holds(&self, condition: &Value, at: &At) -> Result<bool> {
        if let Some(name) = condition.get("Condition").and_then(Value::as_str) {
            return self.condition(name, at);
        }
        match condition.as_object().and_then(intrinsic) {
            Some((name, argument)) => self.holds_call(name, argument, at),
            None => Err(at.error("is not a condition")),
        }
    }

    fn holds_call(&self, name: &str, argument: &Value, at: &At) -> Result<bool> {
        let items = argument.as_array().ok_or_else(|| at.error(format!("{name} needs a list")))?;
        let mut each = items.iter().map(|item| self.holds(item, at));
        match name {
            "Fn::Equals" => {
                let [left, right] = self.arguments(argument, at)?;
                Ok(self.text(&left, at)? == self.text(&right, at)?)
            }
            "Fn::And" => each.try_fold(true, |all, one| Ok(all & one?)),
            "Fn::Or" => each.try_fold(false, |any, one| Ok(any | one?)),
            "Fn::Not" => each.try_fold(true, |_, one| Ok(!one?)),
            unknown => Err(at.error(format!("the condition function {unknown} is not known here"))),
        }
    }

    fn sub(&self, argument: &Value, at: &At) -> Result<String> {
        let (text, variables) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(pair) => {
                (pair.first().and_then(Value::as_str).ok_or_else(|| at.error("Fn::Sub needs text"))?, pair.get(1))
            }
            _ => return Err(at.error("Fn::Sub needs text")),
        };
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = after.split_once('}').ok_or_else(|| at.error("an unclosed ${"))?;
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str("${");
                out.push_str(literal);
                out.push('}');
            } else if let Some(value) = variables.and_then(|variables| variables.get(name)) {
                out.push_str(&self.text(value, at)?);
            } else if let Some((resource, attribute)) = name.split_once('.') {
                out.push_str(&self.attribute(resource, attribute, at)?);
            } else {
                out.push_str(&self.reference(name, at)?);
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn texts(&self, items: &Value, at: &At) -> Result<Vec<String>> {
        let items = self.resolve(items, at)?.unwrap_or_default();
        let items = items.as_array().ok_or_else(|| at.error("needs a list"))?;
        items.iter().map(|item| scalar(item).ok_or_else(|| at.error("needs a list of texts"))).collect()
    }

    #[expect(clippy::unused_self, reason = "reads as the other steps of a call do")]
    fn arguments<const N: usize>(&self, argument: &Value, at: &At) -> Result<[Value; N]> {
        argument
            .as_array()
            .and_then(|items| items.clone().try_into().ok())
            .ok_or_else(|| at.error(format!("needs a list of {N}")))
    }
}

/// The name and argument when an object is a call of an intrinsic function.
fn intrinsic(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    (key == "Ref" || key.starts_with("Fn::")).then_some((key.as_str(), argument))
}
