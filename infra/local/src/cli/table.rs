//! `local table`: the items of a table, to be read by people.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::{Error, names};

/// Bytes of what is unpacked to be shown: an item is 400 KB at most, and text shrinks to a tenth.
const UNPACKED_MAX: u64 = 4 << 20;

/// The first `limit` items of a table, of a partition, or of a partition's sort keys that begin with a text.
pub(super) async fn table(
    client: &Client,
    name: &str,
    key: &[String],
    limit: u32,
    json: bool,
) -> Result<String, Error> {
    let described = describe(client, name).await?;
    let schema = Schema::of(&described["Table"]);
    let found = match key {
        [] => client.dynamodb("Scan", &json!({"TableName": schema.table, "Limit": limit})).await?,
        key => client.dynamodb("Query", &schema.query(key, limit)?).await?,
    };
    let items: Vec<Map<String, Value>> = found["Items"].as_array().into_iter().flatten().map(plain).collect();
    if items.is_empty() && !json {
        let under = if key.is_empty() { String::new() } else { format!(" under {}", key.join(" ")) };
        return Ok(format!("{} has no item{under}", schema.table));
    }
    let mut lines: Vec<String> = items
        .into_iter()
        .map(|item| if json { Value::Object(item).to_string() } else { schema.readable(item) })
        .collect();
    if found.get("LastEvaluatedKey").is_some() && !json {
        lines.push("... and more: raise --limit".to_owned());
    }
    Ok(lines.join(if json { "\n" } else { "\n\n" }))
}

/// A table by its name, its logical id, or the end of its name.
async fn describe(client: &Client, wanted: &str) -> Result<Value, Error> {
    let tables = client.dynamodb("ListTables", &json!({})).await?;
    let resources = client.endpoints.resources.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let is_table = |name: &str| tables["TableNames"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let name = names::find("table", wanted, resources.filter(|(_, name)| is_table(name)))?;
    client.dynamodb("DescribeTable", &json!({"TableName": name})).await
}

/// The keys of a table: name and type, the partition key first.
struct Schema {
    table: String,
    keys: Vec<(String, String)>,
}

impl Schema {
    fn of(described: &Value) -> Self {
        let kind = |name: &Value| {
            let mut definitions = described["AttributeDefinitions"].as_array().into_iter().flatten();
            let definition = definitions.find(|definition| definition["AttributeName"] == *name);
            definition.and_then(|definition| definition["AttributeType"].as_str()).unwrap_or("S").to_owned()
        };
        let keys = described["KeySchema"].as_array().into_iter().flatten();
        let keys = keys.map(|key| {
            let name = &key["AttributeName"];
            (name.as_str().unwrap_or_default().to_owned(), kind(name))
        });
        Self { table: described["TableName"].as_str().unwrap_or_default().to_owned(), keys: keys.collect() }
    }

    fn query(&self, key: &[String], limit: u32) -> Result<Value, Error> {
        if key.len() > self.keys.len() {
            return Err(Error::usage(format!("{} has no sort key", self.table)));
        }
        let (mut condition, mut names, mut values) = ("#k0 = :k0".to_owned(), Map::new(), Map::new());
        for (at, (value, (name, kind))) in key.iter().zip(&self.keys).enumerate() {
            names.insert(format!("#k{at}"), json!(name));
            values.insert(format!(":k{at}"), json!({ kind: value }));
            if at == 1 {
                condition.push_str(if kind == "N" { " AND #k1 = :k1" } else { " AND begins_with(#k1, :k1)" });
            }
        }
        Ok(json!({"TableName": self.table, "Limit": limit, "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}))
    }

    /// The keys on a line of their own, then the attributes.
    fn readable(&self, mut item: Map<String, Value>) -> String {
        let keys: Vec<String> = self.keys.iter().filter_map(|(name, _)| Some(text(&item.remove(name)?))).collect();
        let width = item.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        let attributes = item.iter().map(|(name, value)| format!("\n  {name:<width$}  {}", text(value)));
        attributes.fold(keys.join("  "), |all, attribute| all + &attribute)
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An item without DynamoDB's types.
fn plain(item: &Value) -> Map<String, Value> {
    let fields = item.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), plain_value(value))).collect()
}

fn plain_value(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return value.clone() };
    match kind.as_str() {
        "N" => value.as_str().and_then(|number| serde_json::from_str(number).ok()).unwrap_or_else(|| value.clone()),
        "M" => Value::Object(plain(value)),
        "L" => value.as_array().into_iter().flatten().map(plain_value).collect(),
        "NULL" => Value::Null,
        "B" => unpacked(value).unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

/// Bytes that are compressed JSON (raw deflate), as people read it. None for any others.
fn unpacked(bytes: &Value) -> Option<Value> {
    let packed = STANDARD.decode(bytes.as_str()?).ok()?;
    let mut json = String::new();
    DeflateDecoder::new(packed.as_slice()).take(UNPACKED_MAX).read_to_string(&mut json).ok()?;
    serde_json::from_str(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema::of(&json!({
            "TableName": "things",
            "KeySchema": [{"AttributeName": "PK"}, {"AttributeName": "SK"}],
            "AttributeDefinitions": [{"AttributeName": "SK", "AttributeType": "N"}, {"AttributeName": "PK", "AttributeType": "S"}],
        }))
    }

    #[test]
    fn items_are_shown_under_their_keys_without_types() {
        let item = json!({"PK": {"S": "a"}, "SK": {"N": "7"}, "list": {"L": [{"BOOL": true}, {"NULL": true}]},
            "m": {"M": {"x": {"S": "y"}}}, "name": {"S": "so'm"}});
        assert_eq!(schema().readable(plain(&item)), "a  7\n  list  [true,null]\n  m     {\"x\":\"y\"}\n  name  so'm");
    }

    #[test]
    fn compressed_json_is_shown_as_json_and_other_bytes_as_they_are() {
        // `{"a":1}`, stored without compression: final block of 7 bytes.
        let deflated = STANDARD.encode([&[1, 7, 0, 248, 255][..], br#"{"a":1}"#].concat());
        let item = json!({"packed": {"B": deflated}, "other": {"B": "3q2+7w=="}});
        assert_eq!(Value::Object(plain(&item)), json!({"packed": {"a": 1}, "other": "3q2+7w=="}));
    }

    #[test]
    fn a_query_goes_by_the_types_of_the_keys() {
        let query = schema().query(&["a".to_owned(), "7".to_owned()], 3).unwrap();
        assert_eq!(query["KeyConditionExpression"], "#k0 = :k0 AND #k1 = :k1");
        assert_eq!(query["ExpressionAttributeValues"], json!({":k0": {"S": "a"}, ":k1": {"N": "7"}}));
        assert!(schema().query(&["a".to_owned(), "7".to_owned(), "z".to_owned()], 3).is_err());
    }
}
