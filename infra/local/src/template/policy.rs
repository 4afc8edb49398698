//! Policies as plain statements, and `AWS::IAM::Role`.

use serde_json::Value;

use super::error::{At, Result};
use super::{Scope, model};

const ROLE: &[&str] =
    &["RoleName", "Path", "Description", "MaxSessionDuration", "AssumeRolePolicyDocument", "Policies", "Tags"];

impl Scope<'_> {
    /// The statements of a role that Lambda may assume, from its inline policies.
    pub(super) fn role(&self, resource: &Value, at: &At) -> Result<Vec<model::Statement>> {
        let properties = self.properties(resource, ROLE, at)?;
        let at = at.key("Properties");
        let trust = list(&properties["AssumeRolePolicyDocument"]["Statement"]);
        let lambda = |one: &Value| {
            let service = |principal: &Value| list(principal).iter().any(|name| name == "lambda.amazonaws.com");
            one["Effect"] == "Allow" && one["Action"] == "sts:AssumeRole" && service(&one["Principal"]["Service"])
        };
        if !trust.iter().any(lambda) {
            return Err(at.key("AssumeRolePolicyDocument").error("only roles that Lambda may assume are known here"));
        }
        let mut allowed = Vec::new();
        for (index, policy) in list(&properties["Policies"]).iter().enumerate() {
            let at = at.key("Policies").key(&index.to_string());
            allowed.extend(statements(&policy["PolicyDocument"], &at.key("PolicyDocument"))?);
        }
        Ok(allowed)
    }

    /// The statements of the template's role with an ARN.
    pub(super) fn role_with_arn(&self, arn: &str, at: &At) -> Result<Vec<model::Statement>> {
        for (logical_id, resource) in self.template.section("Resources").as_object().into_iter().flatten() {
            let place = self.template.root().key("Resources").key(logical_id);
            if resource["Type"] == "AWS::IAM::Role"
                && self.wanted(resource, &place)?
                && self.attribute(logical_id, "Arn", &place)? == arn
            {
                return self.role(resource, &place);
            }
        }
        Err(at.error(format!("{arn} is no role of this template")))
    }
}

/// The statements of a policy document.
pub(super) fn statements(policy: &Value, at: &At) -> Result<Vec<model::Statement>> {
    if policy.get("Statement").is_none() {
        return Err(at.error("write a policy as plain statements ({Statement: [...]})"));
    }
    list(&policy["Statement"]).iter().map(|statement| one_statement(statement, &at.key("Statement"))).collect()
}

fn one_statement(statement: &Value, at: &At) -> Result<model::Statement> {
    for key in statement.as_object().ok_or_else(|| at.error("must be a mapping"))?.keys() {
        if !["Sid", "Effect", "Action", "Resource", "Condition"].contains(&key.as_str()) {
            return Err(at.key(key).error("only Sid, Effect, Action, Resource and Condition are enforced here"));
        }
    }
    let allow = match statement["Effect"].as_str() {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err(at.key("Effect").error("must be Allow or Deny")),
    };
    let texts = |key: &str| -> Result<Vec<String>> {
        let texts: Option<Vec<String>> =
            list(&statement[key]).iter().map(|text| text.as_str().map(str::to_owned)).collect();
        texts.filter(|texts| !texts.is_empty()).ok_or_else(|| at.key(key).error("must be text or a list of texts"))
    };
    let from_address = from_address(&statement["Condition"], &at.key("Condition"))?;
    Ok(model::Statement { allow, actions: texts("Action")?, resources: texts("Resource")?, from_address })
}

/// The one condition that is enforced here.
fn from_address(condition: &Value, at: &At) -> Result<Option<Vec<String>>> {
    if condition.is_null() {
        return Ok(None);
    }
    let only = |value: &Value, key: &str| value.as_object().filter(|o| o.len() == 1).and_then(|o| o.get(key).cloned());
    only(condition, "StringEquals")
        .and_then(|keys| only(&keys, model::FROM_ADDRESS))
        .and_then(|addresses| list(&addresses).iter().map(|one| one.as_str().map(str::to_owned)).collect())
        .map(Some)
        .ok_or_else(|| at.error(format!("only StringEquals of {} is enforced here", model::FROM_ADDRESS)))
}

/// A list as it is, nothing as an empty one, and one thing as a list of it.
pub(super) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}
