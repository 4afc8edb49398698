use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::*;
use crate::template::model::Table;

const NAME: &str = "things-table";

fn table(ttl: Option<&str>, index: bool) -> Table {
    let mut create = json!({"TableName": NAME, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}});
    if index {
        create["AttributeDefinitions"] = json!([{"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "G", "AttributeType": "S"}]);
        create["GlobalSecondaryIndexes"] = json!([{"IndexName": "GSI1", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "G", "KeyType": "HASH"}]}]);
    }
    Table {
        logical_id: "Things".to_owned(),
        name: NAME.to_owned(),
        arn: table_arn(),
        create,
        ttl_attribute: ttl.map(str::to_owned),
    }
}

fn table_arn() -> String {
    crate::template::table_arn("eu-west-1", "123456789012", NAME)
}

fn open(file: Option<&Path>, clock: &Clock) -> DynamoDb {
    let database = DynamoDb::open(file, "eu-west-1", "123456789012", clock.clone()).unwrap();
    database.ensure_table(&table(Some("expires_at"), false)).unwrap();
    database
}

fn ask(database: &DynamoDb, operation: &str, body: &Value) -> (StatusCode, Value, Vec<Used>) {
    let answer = database.handle_blocking(operation, body.to_string().as_bytes());
    (answer.status, serde_json::from_slice(&answer.body).unwrap(), answer.used)
}

fn put(database: &DynamoDb, item: &Value) {
    let (status, body, _) = ask(database, "PutItem", &json!({"TableName": NAME, "Item": item}));
    assert_eq!(status, 200, "{body}");
}

#[test]
fn every_call_tells_its_capacity_and_only_who_asked_sees_it() {
    let database = open(None, &Clock::default());
    let big = "x".repeat(2_500);
    let item = json!({"PK": {"S": "a"}, "text": {"S": big}});
    let (_, answer, used) = ask(&database, "PutItem", &json!({"TableName": NAME, "Item": item}));
    assert_eq!(answer, json!({}));
    let used_up = |units| [Used { table: NAME.to_owned(), units }];
    assert_eq!(used, used_up(3.0));
    let read = json!({"TableName": NAME, "Key": {"PK": {"S": "a"}}, "ReturnConsumedCapacity": "TOTAL"});
    let (_, answer, used) = ask(&database, "GetItem", &read);
    assert_eq!(answer["ConsumedCapacity"]["CapacityUnits"], 0.5);
    assert_eq!(used, used_up(0.5));
    let check = json!({"ConditionCheck": {"TableName": NAME, "Key": {"PK": {"S": "b"}},
        "ConditionExpression": "attribute_not_exists(PK)"}});
    let (_, _, used) = ask(&database, "TransactWriteItems", &json!({"TransactItems": [check]}));
    assert_eq!(used, used_up(2.0));
}

#[test]
fn a_transaction_with_a_token_happens_once() {
    let database = open(None, &Clock::default());
    let transaction = |amount: &str| {
        json!({"ClientRequestToken": "token", "TransactItems": [{"Update": {"TableName": NAME,
            "Key": {"PK": {"S": "counter"}}, "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": amount}}}}]})
    };
    for _ in 0..3 {
        assert_eq!(ask(&database, "TransactWriteItems", &transaction("1")).0, 200);
    }
    let (_, found, _) = ask(&database, "GetItem", &json!({"TableName": NAME, "Key": {"PK": {"S": "counter"}}}));
    assert_eq!(found["Item"]["n"]["N"], "1");
    let (status, refused, _) = ask(&database, "TransactWriteItems", &transaction("2"));
    assert_eq!(status, 400);
    assert!(refused["__type"].as_str().unwrap().ends_with("#IdempotentParameterMismatchException"));
}

#[test]
fn refusals_have_the_types_the_sdk_reads() {
    let database = open(None, &Clock::default());
    put(&database, &json!({"PK": {"S": "a"}}));
    let condition = json!({"TableName": NAME, "Item": {"PK": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(PK)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"});
    let cases = [
        ("PutItem", condition, "ConditionalCheckFailedException"),
        ("GetItem", json!({"TableName": "another-table", "Key": {"PK": {"S": "a"}}}), "ResourceNotFoundException"),
        ("GetItem", json!({"TableName": NAME, "Key": {"PK": {"N": "1"}}}), "ValidationException"),
        ("PutItem", json!({"TableName": NAME}), "ValidationException"),
        ("PutItem", json!({"TableName": 7}), "SerializationException"),
        ("Fly", json!({}), "UnknownOperationException"),
    ];
    for (operation, body, wanted) in cases {
        let (status, answer, used) = ask(&database, operation, &body);
        assert_eq!(status, 400, "{operation}");
        assert!(answer["__type"].as_str().unwrap().ends_with(wanted), "{operation}: {answer}");
        assert!(used.is_empty());
    }
}

#[test]
fn a_stream_tells_old_and_new_images_in_order() {
    let database = open(None, &Clock::default());
    put(&database, &json!({"PK": {"S": "a"}, "v": {"N": "1"}}));
    put(&database, &json!({"PK": {"S": "a"}, "v": {"N": "2"}}));
    let key = json!({"TableName": NAME, "Key": {"PK": {"S": "a"}}});
    assert_eq!(ask(&database, "DeleteItem", &key).0, 200);
    let records = database.stream_records(NAME, None, 100).unwrap();
    let names: Vec<_> = records.iter().map(|one| one.event["eventName"].as_str().unwrap()).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    assert_eq!(records[1].event["dynamodb"]["OldImage"]["v"]["N"], "1");
    assert_eq!(records[1].event["dynamodb"]["NewImage"]["v"]["N"], "2");
    assert_eq!(records[1].event["dynamodb"]["Keys"], json!({"PK": {"S": "a"}}));
    assert_eq!(records[0].event["awsRegion"], "eu-west-1");
    assert!(records[0].event["eventSourceARN"].as_str().unwrap().starts_with(&table_arn()));
    assert!(records[0].event["dynamodb"]["ApproximateCreationDateTime"].is_i64());
    let after = database.stream_records(NAME, Some(&records[0].sequence_number), 1).unwrap();
    assert_eq!((after.len(), &after[0].event), (1, &records[1].event));
    assert_eq!(database.latest_sequence_number(NAME).unwrap().as_ref(), Some(&records[2].sequence_number));
}

#[test]
fn a_stream_forgets_what_is_older_than_a_day_and_was_read() {
    let clock = Clock::default();
    let database = open(None, &clock);
    clock.set_offset_seconds(-2 * 86_400);
    for key in ["a", "b", "c"] {
        put(&database, &json!({"PK": {"S": key}}));
    }
    clock.set_offset_seconds(0);
    put(&database, &json!({"PK": {"S": "d"}}));
    let numbers = || -> Vec<String> {
        database.stream_records(NAME, None, 100).unwrap().into_iter().map(|one| one.sequence_number).collect()
    };
    let all = numbers();
    let forget = |read_to: &[Option<&String>]| {
        let read_to = read_to.iter().map(|read_to| (NAME.to_owned(), read_to.cloned()));
        database.drop_old_stream_records(&read_to.collect()).unwrap();
        numbers()
    };
    assert_eq!(forget(&[None]), all, "nobody has read anything");
    assert_eq!(forget(&[Some(&all[1])]), all[2..], "two old ones were read");
    assert_eq!(forget(&[Some(&all[3])]), all[3..], "a young one stays, read or not");
    clock.set_offset_seconds(-2 * 86_400);
    put(&database, &json!({"PK": {"S": "e"}}));
    put(&database, &json!({"PK": {"S": "f"}}));
    let last = numbers().pop();
    assert_eq!(numbers().len(), 3);
    assert_eq!(forget(&[]).last(), last.as_ref(), "no reader is waited for, and the newest stays");
    assert_eq!(numbers().len(), 2);
}

#[tokio::test]
async fn a_write_wakes_the_readers_of_streams() {
    let database = open(None, &Clock::default());
    let mut writes = database.writes(NAME);
    writes.mark_unchanged();
    let body = json!({"TableName": NAME, "Item": {"PK": {"S": "a"}}}).to_string();
    database.handle("PutItem", body.as_bytes()).await;
    tokio::time::timeout(std::time::Duration::from_secs(5), writes.changed()).await.unwrap().unwrap();
    assert_eq!(database.stream_records(NAME, None, 10).unwrap().len(), 1);
}

#[test]
fn items_expire_by_the_shared_clock() {
    let clock = Clock::default();
    let database = open(None, &clock);
    let in_a_week = clock.now().as_second() + 7 * 86_400;
    for number in 0..60 {
        put(&database, &json!({"PK": {"S": format!("{number}")}, "expires_at": {"N": in_a_week.to_string()}}));
    }
    put(&database, &json!({"PK": {"S": "stays"}}));
    put(&database, &json!({"PK": {"S": "stays, text"}, "expires_at": {"S": "1"}}));
    assert_eq!(database.sweep_ttl().unwrap(), 0);
    clock.set_offset_seconds(7 * 86_400 + 2);
    assert_eq!(database.sweep_ttl().unwrap(), 60);
    assert_eq!(ask(&database, "Scan", &json!({"TableName": NAME})).1["Count"], 2);
    let removed = database.stream_records(NAME, None, 1_000).unwrap().pop().unwrap().event;
    assert_eq!(removed["eventName"], "REMOVE");
    assert_eq!(removed["userIdentity"]["principalId"], "dynamodb.amazonaws.com");
    let created = removed["dynamodb"]["ApproximateCreationDateTime"].as_i64().unwrap();
    assert!(created > in_a_week, "stamped by the machine's clock");
    let key = json!({"TableName": NAME, "Key": {"PK": {"S": "stays"}}});
    assert_eq!(ask(&database, "DeleteItem", &key).0, 200);
    let removed = database.stream_records(NAME, None, 1_000).unwrap().pop().unwrap().event;
    assert!(removed.get("userIdentity").is_none(), "a deletion of our own");
}

#[test]
fn a_restart_finds_items_streams_and_new_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let database = open(Some(&file), &Clock::default());
    put(&database, &json!({"PK": {"S": "a"}, "G": {"S": "g"}}));
    drop(database);
    let database = open(Some(&file), &Clock::default());
    database.ensure_table(&table(None, true)).unwrap();
    assert_eq!(database.stream_records(NAME, None, 10).unwrap().len(), 1);
    let by_index = json!({"TableName": NAME, "IndexName": "GSI1", "KeyConditionExpression": "G = :g",
        "ExpressionAttributeValues": {":g": {"S": "g"}}});
    assert_eq!(ask(&database, "Query", &by_index).1["Count"], 1);
    let (_, ttl, _) = ask(&database, "DescribeTimeToLive", &json!({"TableName": NAME}));
    assert_eq!(ttl["TimeToLiveDescription"]["TimeToLiveStatus"], "DISABLED");
}

#[test]
fn a_table_whose_key_changed_is_not_quietly_replaced() {
    let database = open(None, &Clock::default());
    let mut other = table(None, false);
    other.create["KeySchema"] = json!([{"AttributeName": "Other", "KeyType": "HASH"}]);
    assert!(matches!(database.ensure_table(&other), Err(TableError::OtherKey(_))));
}

/// Not a test: the other process of the next one.
#[test]
#[ignore = "run by another test, which kills it"]
#[expect(clippy::disallowed_methods, reason = "how one test process tells another where to write")]
fn writes_until_it_is_killed() {
    let Some(file) = std::env::var_os("WRITES_TO") else { return };
    let database = open(Some(Path::new(&file)), &Clock::default());
    for number in 0.. {
        put(&database, &json!({"PK": {"S": format!("row-{number}")}}));
        println!("\nwritten {number}");
    }
}

#[test]
fn what_was_answered_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "dynamodb::tests::writes_until_it_is_killed"])
        .env("WRITES_TO", &file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let written = lines.map_while(Result::ok).filter(|line| line.starts_with("written")).take(300).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(written, 300);
    let database = open(Some(&file), &Clock::default());
    for number in 0..written {
        let key = json!({"TableName": NAME, "Key": {"PK": {"S": format!("row-{number}")}}});
        assert!(ask(&database, "GetItem", &key).1.get("Item").is_some(), "row-{number} is lost");
    }
    let records = database.stream_records(NAME, None, 1_000).unwrap();
    assert!(records.len() >= written, "{} records of {written} writes", records.len());
}
