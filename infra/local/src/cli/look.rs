//! The commands that look at a running laptop cloud. Each answers the text to print.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::client::Client;
use super::{Error, Project};
use crate::ses::Mail;
use crate::sqs::QueueCounts;
use crate::stack::Endpoints;

pub(super) async fn status(project: &Project) -> Result<String, Error> {
    let client = Client::of(project)?;
    let clock: Value = client.get("/clock", &[]).await?;
    let endpoints = &client.endpoints;
    let mut lines: Vec<String> = endpoints.apis.iter().map(|(api, url)| format!("{api:<24} {url}")).collect();
    lines.push(format!("{:<24} {}", "AWS endpoint", endpoints.endpoint_url));
    lines.push(format!("{:<24} {}", "Lambda Invoke API", endpoints.invoke_url));
    lines.push(format!("{:<24} {}", "control", endpoints.control_url));
    lines.push(format!("{:<24} {} s ahead", "clock", clock["offset_seconds"]));
    Ok(lines.join("\n"))
}

pub(super) async fn logs(project: &Project, function: &str) -> Result<String, Error> {
    let client = Client::of(project)?;
    let name = function_name(&client.endpoints, function)?;
    let lines: Vec<String> = client.get(&format!("/functions/{name}/logs"), &[]).await?;
    Ok(lines.join("\n"))
}

pub(super) async fn mailbox(project: &Project, to: Option<&str>, limit: u32) -> Result<String, Error> {
    let client = Client::of(project)?;
    let limit = limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(to.map(|to| ("to", to)));
    let mails: Vec<Mail> = client.get("/mailbox", &query).await?;
    // The newest last, where a terminal ends.
    let each = mails.iter().rev().map(|mail| {
        let text = mail.text.as_deref().or(mail.html.as_deref()).unwrap_or_default();
        format!("{:.0}  to {}  {}\n{text}\n", mail.at, mail.to.join(", "), mail.subject)
    });
    Ok(each.collect::<Vec<_>>().join("\n"))
}

pub(super) async fn queues(project: &Project) -> Result<String, Error> {
    let queues: Vec<QueueCounts> = Client::of(project)?.get("/queues", &[]).await?;
    let mut lines = vec![format!("{:>9} {:>9} {:>9}  queue", "visible", "in flight", "delayed")];
    lines.extend(
        queues
            .iter()
            .map(|queue| format!("{:>9} {:>9} {:>9}  {}", queue.visible, queue.in_flight, queue.delayed, queue.queue)),
    );
    Ok(lines.join("\n"))
}

pub(super) async fn table(project: &Project, name: &str, pk: Option<&str>, limit: u32) -> Result<String, Error> {
    let client = Client::of(project)?;
    let name = client.endpoints.resources.get(name).map_or(name, String::as_str);
    let found = match pk {
        None => client.dynamodb("Scan", &json!({"TableName": name, "Limit": limit})).await?,
        Some(pk) => {
            let table = client.dynamodb("DescribeTable", &json!({"TableName": name})).await?;
            let key = &table["Table"]["KeySchema"][0]["AttributeName"];
            let query = json!({"TableName": name, "Limit": limit, "KeyConditionExpression": "#pk = :pk",
                "ExpressionAttributeNames": {"#pk": key}, "ExpressionAttributeValues": {":pk": {"S": pk}}});
            client.dynamodb("Query", &query).await?
        }
    };
    let items = found["Items"].as_array().into_iter().flatten();
    let mut lines: Vec<String> = items.map(|item| plain(item).to_string()).collect();
    if found.get("LastEvaluatedKey").is_some() {
        lines.push("... and more; raise --limit".to_owned());
    }
    Ok(lines.join("\n"))
}

pub(super) async fn move_clock(project: &Project, offset: &str) -> Result<String, Error> {
    let seconds = seconds(offset).ok_or_else(|| Error::usage(format!("{offset} is not like 90, 30m, 12h or 7d")))?;
    let _moved: Value = Client::of(project)?.post("/clock", &json!({ "offset_seconds": seconds })).await?;
    Ok(format!("the clock is {seconds} s ahead"))
}

/// A shell script that sets the environment of an operator's command, or of one that acts as a function.
pub(super) fn env(endpoints: &Endpoints, function: Option<&str>, as_function: bool) -> Result<String, Error> {
    let function = function.map(|function| function_name(endpoints, function)).transpose()?;
    let (mut key_id, mut secret) = (&endpoints.access_key_id, &endpoints.secret_access_key);
    let mut script = String::new();
    let mut export = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ok = writeln!(script, "export {name}='{}'", value.replace('\'', r"'\''"));
    };
    if let Some(function) = function {
        for (name, value) in &endpoints.functions[function] {
            export(name, value);
        }
        if as_function {
            let keys = &endpoints.function_keys[function];
            (key_id, secret) = (&keys.access_key_id, &keys.secret_access_key);
        }
    }
    for (resource, id) in &endpoints.resources {
        export(resource, id);
    }
    export("AWS_ENDPOINT_URL", &endpoints.endpoint_url);
    export("AWS_REGION", &endpoints.region);
    export("AWS_DEFAULT_REGION", &endpoints.region);
    export("AWS_ACCESS_KEY_ID", key_id);
    export("AWS_SECRET_ACCESS_KEY", secret);
    Ok(script)
}

/// A function by its name, its logical id, or the end of its name when that is one function's only.
fn function_name<'a>(endpoints: &'a Endpoints, function: &str) -> Result<&'a str, Error> {
    let by_id = endpoints.resources.get(function).map_or(function, String::as_str);
    if let Some((name, _)) = endpoints.functions.get_key_value(by_id) {
        return Ok(name);
    }
    let mut ends: Vec<&str> = endpoints.functions.keys().map(String::as_str).collect();
    ends.retain(|name| name.ends_with(&format!("-{function}")));
    match ends[..] {
        [name] => Ok(name),
        _ => Err(Error::usage(format!("there is no function {function}"))),
    }
}

fn seconds(offset: &str) -> Option<i64> {
    let (number, factor) = match offset.chars().last()? {
        's' => (&offset[..offset.len() - 1], 1),
        'm' => (&offset[..offset.len() - 1], 60),
        'h' => (&offset[..offset.len() - 1], 3_600),
        'd' => (&offset[..offset.len() - 1], 86_400),
        _ => (offset, 1),
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

/// An item without DynamoDB's types, to be read by people.
fn plain(item: &Value) -> Value {
    let fields = item.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), plain_value(value))).collect()
}

fn plain_value(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return value.clone() };
    match kind.as_str() {
        "N" => value.as_str().and_then(|number| serde_json::from_str(number).ok()).unwrap_or_else(|| value.clone()),
        "M" => plain(value),
        "L" => value.as_array().into_iter().flatten().map(plain_value).collect(),
        "NULL" => Value::Null,
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_as_people_write_them() {
        let cases =
            [("90", Some(90)), ("30m", Some(1_800)), ("-12h", Some(-43_200)), ("7d", Some(604_800)), ("soon", None)];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_function_s_environment_comes_with_its_keys_only_when_asked() {
        let keys = |id: &str| json!({"access_key_id": id, "secret_access_key": format!("secret of {id}")});
        let endpoints = json!({
            "apis": {}, "public_url": null, "endpoint_url": "http://e", "invoke_url": "", "control_url": "",
            "region": "us-east-1", "access_key_id": "operator", "secret_access_key": "its secret",
            "resources": {"Worker": "um-dev-worker"}, "outputs": {},
            "functions": {"um-dev-worker": {"GREETING": "it's me"}}, "function_keys": {"um-dev-worker": keys("worker")},
        });
        let endpoints: Endpoints = serde_json::from_value(endpoints).unwrap();
        let operator = env(&endpoints, Some("worker"), false).unwrap();
        assert!(operator.contains(r"export GREETING='it'\''s me'"), "{operator}");
        assert!(operator.contains("export AWS_ACCESS_KEY_ID='operator'"), "{operator}");
        let function = env(&endpoints, Some("Worker"), true).unwrap();
        assert!(function.contains("export AWS_ACCESS_KEY_ID='worker'"), "{function}");
        assert!(function.contains("export AWS_SECRET_ACCESS_KEY='secret of worker'"), "{function}");
        assert!(env(&endpoints, Some("nobody"), true).is_err());
    }

    #[test]
    fn items_are_shown_without_their_types() {
        let item = json!({"PK": {"S": "a"}, "n": {"N": "12"}, "l": {"L": [{"BOOL": true}, {"NULL": true}]}, "m": {"M": {"x": {"S": "y"}}}});
        assert_eq!(plain(&item), json!({"PK": "a", "n": 12, "l": [true, null], "m": {"x": "y"}}));
    }
}
