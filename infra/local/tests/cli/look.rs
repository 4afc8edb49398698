//! Looking inside.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::{Project, until};

#[tokio::test(flavor = "multi_thread")]
async fn status_counts_what_happened() {
    let project = Project::new();
    let up = project.up(&[]);
    up.post(json!({"answer": {"statusCode": 200}})).await;
    up.post(json!({"exit": 1})).await;
    up.call("dynamodb", "DynamoDB_20120810.PutItem", &item("a", "1")).await;
    let status = project.says(&["status"]);
    let row = |name: &str| -> Vec<String> {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {status}"));
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("shop-things-api")[1..3], ["2", "1"], "invocations and errors");
    assert_eq!(row("shop-things ")[1], "1", "items");
    assert_eq!(row("shop-work ")[1..5], ["0", "0", "0", "0"]);
    assert!(status.contains(up.endpoints()["public_url"].as_str().unwrap()), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_shown_whole_by_partition_and_by_the_beginning_of_a_sort_key() {
    let project = Project::new();
    let up = project.up(&[]);
    assert!(project.says(&["table", "things"]).contains("has no item"));
    for (partition, sort) in [("a", "ROW#1"), ("a", "ROW#2"), ("a", "OTHER"), ("b", "ROW#1")] {
        up.call("dynamodb", "DynamoDB_20120810.PutItem", &item(partition, sort)).await;
    }
    let items = |arguments: &[&str]| {
        project.says(arguments).lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).count()
    };
    assert_eq!(items(&["table", "Things"]), 4);
    assert_eq!(items(&["table", "things", "--key", "a"]), 3);
    assert_eq!(items(&["table", "shop-things", "--key", "a", "ROW#"]), 2);
    let limited = project.says(&["table", "things", "--limit", "1"]);
    assert!(limited.contains("raise --limit") && limited.contains("  price  1200"), "{limited}");
    let json = project.says(&["table", "things", "--key", "b", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!({"PK": "b", "SK": "ROW#1", "price": 1200}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_looked_into_without_receiving_and_its_dead_letters_are_sent_back() {
    let project = Project::new();
    let up = project.up(&[]);
    let url = up.endpoints()["resources"]["Work"].clone();
    up.call("sqs", "AmazonSQS.SendMessage", &json!({"QueueUrl": url, "MessageBody": "{\"event\":1}"})).await;
    for _ in 0..2 {
        let waiting = project.says(&["queue", "work"]);
        assert!(waiting.contains("not received yet") && waiting.contains("\"event\": 1"), "{waiting}");
    }
    // Received once and not deleted, it has had its chance.
    for _ in 0..2 {
        up.call("sqs", "AmazonSQS.ReceiveMessage", &json!({"QueueUrl": url, "VisibilityTimeout": 0})).await;
    }
    let status = project.says(&["status"]);
    assert!(status.contains("1 dead letters of shop-work: `local queue shop-work-dead`"), "{status}");
    assert!(project.says(&["queue", "shop-work-dead"]).contains("\"event\": 1"));
    assert!(project.says(&["queue", "work", "--redrive"]).contains("1 messages of shop-work-dead were sent back"));
    assert!(project.says(&["queue", "work-dead"]).contains("is empty"));
    assert!(project.says(&["queue", "work"]).contains("not received yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_followed_until_the_stack_stops() {
    let project = Project::new();
    let mut up = project.up(&[]);
    assert!(project.says(&["logs", "things-api"]).contains("has logged nothing"));
    up.post(json!({"answer": {"statusCode": 200}})).await;
    let mut follower = project.command(&["logs", "Api", "--follow"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("START RequestId")));
    assert!(lines.any(|line| line.contains("REPORT RequestId")));
    up.post(json!({"answer": {"statusCode": 200}})).await;
    assert!(lines.any(|line| line.contains("REPORT RequestId")), "what comes later is followed");
    up.end_by("-INT");
    assert!(lines.any(|line| line == "the laptop cloud has stopped"));
    assert!(follower.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn following_a_log_ends_with_its_reader() {
    let project = Project::new();
    let up = project.up(&[]);
    up.post(json!({"answer": {"statusCode": 200}})).await;
    let mut follower = project.command(&["logs", "Api", "--follow"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(follower.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(!first.is_empty());
    // Nothing is logged any more.
    let ended = until("it ends", || follower.try_wait().unwrap());
    assert!(ended.success());
}

fn item(partition: &str, sort: &str) -> Value {
    json!({"TableName": "shop-things", "Item": {"PK": {"S": partition}, "SK": {"S": sort}, "price": {"N": "1200"}}})
}
