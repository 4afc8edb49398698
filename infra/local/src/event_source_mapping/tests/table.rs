//! A mapping of a real table's stream.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ACCOUNT, Answer, Cloud, Function, REGION, eventually, mapping, records};
use crate::dynamodb::DynamoDb;
use crate::event_source_mapping::{Mapping, Services, StreamSource};
use crate::template::model::{EventSourceMapping, Source, Table};

fn table(cloud: &Cloud) -> DynamoDb {
    let database = DynamoDb::open(None, REGION, ACCOUNT, cloud.clock.clone()).expect("a database");
    let create = json!({
        "TableName": "um-test-orders",
        "KeySchema": [{ "AttributeName": "PK", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "PK", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    });
    let table = Table {
        logical_id: "Orders".to_owned(),
        name: "um-test-orders".to_owned(),
        arn: format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/um-test-orders"),
        create,
        ttl_attribute: None,
    };
    database.ensure_table(&table).expect("created");
    database
}

async fn put(database: &DynamoDb, key: &str) {
    let put = json!({ "TableName": "um-test-orders", "Item": { "PK": { "S": key }, "total": { "N": "5" } } });
    let answer = database.handle("PutItem", put.to_string().as_bytes()).await;
    assert!(answer.status.is_success(), "{:?}", answer.body);
}

async fn run(cloud: &Cloud, database: &DynamoDb, function: &Arc<Function>) -> super::Run {
    let filters = vec![json!({
        "eventName": ["INSERT"], "dynamodb": { "NewImage": { "PK": { "S": [{ "prefix": "OUTBOX#" }] } } },
    })];
    let settings = EventSourceMapping { filters, ..mapping(Source::Stream("um-test-orders".to_owned())) };
    let services =
        Services { streams: Arc::new(database.clone()) as Arc<dyn StreamSource>, ..cloud.services(function) };
    let mapping = Mapping::new(settings, services).await.expect("valid");
    let (shutdown, stop) = tokio::sync::watch::channel(false);
    super::Run { shutdown, task: tokio::spawn(mapping.run(stop)) }
}

#[tokio::test]
async fn writes_reach_the_function_in_order_once_and_over_a_restart() {
    let cloud = Cloud::start();
    let database = table(&cloud);
    let function = Function::new(|_| Answer::Ok(Value::Null));
    put(&database, "OUTBOX#0").await;
    let first = run(&cloud, &database, &function).await;
    for number in 1..30 {
        put(&database, &format!("OUTBOX#{number}")).await;
        put(&database, &format!("ORDER#{number}")).await;
        // A change of an outbox row is no new fact.
        put(&database, "OUTBOX#0").await;
    }
    let keys = || function.batches("/dynamodb/NewImage/PK/S").concat();
    eventually(keys, |keys| keys.len() == 30).await;
    // The position is saved after the function's answer.
    let last = database.latest("um-test-orders").expect("read");
    let position = || cloud.positions.get("Worker/Source").expect("read").and_then(|position| position.after);
    eventually(position, |position| *position == last).await;
    first.stop().await;
    put(&database, "OUTBOX#30").await;
    let second = run(&cloud, &database, &function).await;
    eventually(keys, |keys| keys.len() >= 31).await;
    let expected: Vec<_> = (0..=30).map(|number| format!("OUTBOX#{number}")).collect();
    assert_eq!(keys(), expected);
    let event = function.events().remove(0);
    let record = &records(&event)[0];
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(record["eventSourceARN"], database.stream_arn("um-test-orders").expect("known"));
    second.stop().await;
}
