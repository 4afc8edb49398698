//! The commands that look at a running laptop cloud.

use serde_json::{Value, json};

use super::client::Client;
use super::{Error, Project};
use crate::ses::Mail;

pub(super) async fn status(project: &Project) -> Result<(), Error> {
    let client = Client::of(project)?;
    let clock: Value = client.get("/clock", &[]).await?;
    for (api, url) in &client.endpoints.apis {
        println!("{api:<24} {url}");
    }
    println!("{:<24} {}", "AWS endpoint", client.endpoints.endpoint_url);
    println!("{:<24} {}", "Lambda Invoke API", client.endpoints.invoke_url);
    println!("{:<24} {}", "control", client.endpoints.control_url);
    println!("{:<24} {} s ahead", "clock", clock["offset_seconds"]);
    Ok(())
}

pub(super) async fn logs(project: &Project, function: &str) -> Result<(), Error> {
    let client = Client::of(project)?;
    let name = client.endpoints.resources.get(function).map_or(function, String::as_str);
    let lines: Vec<String> = client.get(&format!("/functions/{name}/logs"), &[]).await?;
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

pub(super) async fn mailbox(project: &Project, to: Option<&str>, limit: u32) -> Result<(), Error> {
    let client = Client::of(project)?;
    let limit = limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(to.map(|to| ("to", to)));
    let mails: Vec<Mail> = client.get("/mailbox", &query).await?;
    // The newest last, where a terminal ends.
    for mail in mails.iter().rev() {
        println!("{:.0}  to {}  {}", mail.at, mail.to.join(", "), mail.subject);
        println!("{}\n", mail.text.as_deref().or(mail.html.as_deref()).unwrap_or_default());
    }
    Ok(())
}

pub(super) async fn queues(project: &Project) -> Result<(), Error> {
    let queues: Vec<Value> = Client::of(project)?.get("/queues", &[]).await?;
    println!("{:>9} {:>9} {:>9}  queue", "visible", "in flight", "delayed");
    for queue in queues {
        let name = queue["queue"].as_str().unwrap_or_default();
        println!("{:>9} {:>9} {:>9}  {name}", queue["visible"], queue["in_flight"], queue["delayed"]);
    }
    Ok(())
}

pub(super) async fn table(project: &Project, name: &str, pk: Option<&str>, limit: u32) -> Result<(), Error> {
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
    for item in found["Items"].as_array().into_iter().flatten() {
        println!("{}", plain(item));
    }
    if found.get("LastEvaluatedKey").is_some() {
        eprintln!("there are more; raise --limit");
    }
    Ok(())
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

pub(super) async fn move_clock(project: &Project, offset: &str) -> Result<(), Error> {
    let seconds = seconds(offset).ok_or_else(|| Error::usage(format!("{offset} is not like 90, 30m, 12h or 7d")))?;
    let _moved: Value = Client::of(project)?.post("/clock", &json!({ "offset_seconds": seconds })).await?;
    println!("the clock is {seconds} s ahead");
    Ok(())
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

pub(super) fn env(project: &Project, function: Option<&str>) -> Result<(), Error> {
    let endpoints = Client::of(project)?.endpoints;
    let export = |name: &str, value: &str| println!("export {name}='{}'", value.replace('\'', r"'\''"));
    if let Some(function) = function {
        let name = endpoints.resources.get(function).map_or(function, String::as_str);
        let variables = endpoints.functions.get(name);
        let variables = variables.ok_or_else(|| Error::usage(format!("there is no function {function}")))?;
        variables.iter().for_each(|(name, value)| export(name, value));
    }
    for (resource, id) in &endpoints.resources {
        export(resource, id);
    }
    export("AWS_ENDPOINT_URL", &endpoints.endpoint_url);
    export("AWS_REGION", &endpoints.region);
    export("AWS_DEFAULT_REGION", &endpoints.region);
    export("AWS_ACCESS_KEY_ID", &endpoints.access_key_id);
    export("AWS_SECRET_ACCESS_KEY", &endpoints.secret_access_key);
    Ok(())
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
    fn items_are_shown_without_their_types() {
        let item = json!({"PK": {"S": "a"}, "n": {"N": "12"}, "l": {"L": [{"BOOL": true}, {"NULL": true}]}, "m": {"M": {"x": {"S": "y"}}}});
        assert_eq!(plain(&item), json!({"PK": "a", "n": 12, "l": [true, null], "m": {"x": "y"}}));
    }
}
