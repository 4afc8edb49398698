//! DynamoDB: the tables and indexes a request names.

use serde_json::Value;

use super::{Needed, Scope, needed, text};

/// The members of a transaction's item, each with the action it is.
const TRANSACT: [(&str, &str); 5] = [
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
    ("Delete", "dynamodb:DeleteItem"),
    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
    ("Get", "dynamodb:GetItem"),
];

pub(super) fn needs(operation: &str, body: &Value, scope: &Scope) -> Vec<Needed> {
    let action = format!("dynamodb:{operation}");
    match operation {
        "TransactWriteItems" | "TransactGetItems" => transaction(body, scope),
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            or_any(&action, tables.map(|(name, _)| needed(&action, table(name, scope))).collect())
        }
        // The iterator does not say whose it is; only mappings read streams, and they do so inside the host.
        "GetRecords" => vec![needed(&action, "*")],
        _ => vec![needed(&action, resource(body, scope))],
    }
}

fn transaction(body: &Value, scope: &Scope) -> Vec<Needed> {
    let items = body["TransactItems"].as_array().into_iter().flatten();
    let mut needs: Vec<Needed> = Vec::new();
    for item in items {
        for (member, action) in TRANSACT {
            let Some(name) = item.get(member).and_then(|member| text(member, "TableName")) else { continue };
            let need = needed(action, table(name, scope));
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    or_any("dynamodb:TransactWriteItems", needs)
}

/// A request that names nothing is not one that needs nothing.
fn or_any(action: &str, needs: Vec<Needed>) -> Vec<Needed> {
    if needs.is_empty() { vec![needed(action, "*")] } else { needs }
}

fn resource(body: &Value, scope: &Scope) -> String {
    if let Some(stream) = text(body, "StreamArn").or_else(|| text(body, "ResourceArn")) {
        return stream.to_owned();
    }
    let Some(name) = text(body, "TableName") else { return "*".to_owned() };
    match text(body, "IndexName") {
        Some(index) => format!("{}/index/{index}", table(name, scope)),
        None => table(name, scope),
    }
}

/// `TableName` may be an ARN as well.
fn table(name: &str, scope: &Scope) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { scope.arn("dynamodb", &format!("table/{name}")) }
}
