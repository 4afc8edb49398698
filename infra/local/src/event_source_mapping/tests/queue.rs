//! Mappings of queues.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Answer, Cloud, Function, PATIENCE, arn, eventually, fails_at, mapping, records, seen};
use crate::event_source_mapping::{Mapping, MappingError};
use crate::sqs::{AttributeValue, NewMessage};
use crate::template::model::{EventSourceMapping, Source};

fn of_queue(name: &str) -> EventSourceMapping {
    mapping(Source::Queue(name.to_owned()))
}

async fn send(cloud: &Cloud, queue: &str, bodies: &[&str]) {
    for body in bodies {
        cloud.sqs.send(queue, NewMessage::of(*body)).await.expect("sent");
    }
}

#[tokio::test]
async fn the_event_is_as_lambda_builds_it_and_the_messages_are_deleted_after_success() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let mut message = NewMessage::of("one");
    let attribute = |data_type: &str, text: Option<&str>, bytes: Option<&[u8]>| AttributeValue {
        data_type: data_type.to_owned(),
        string_value: text.map(str::to_owned),
        binary_value: bytes.map(<[u8]>::to_vec),
    };
    message.attributes.insert("kind".to_owned(), attribute("String", Some("sale"), None));
    message.attributes.insert("raw".to_owned(), attribute("Binary", None, Some(&[1, 2])));
    let sent = cloud.sqs.send("jobs", message).await.expect("sent");
    let run = cloud.run(of_queue("jobs"), &function).await;
    cloud.settles("jobs", (0, 0)).await;
    let event = function.events().remove(0);
    let record = &records(&event)[0];
    assert_eq!(record["messageId"], sent.message_id.as_str());
    assert!(record["receiptHandle"].as_str().is_some_and(|handle| !handle.is_empty()));
    let attributes = &record["attributes"];
    assert_eq!(attributes["ApproximateReceiveCount"], "1");
    for name in ["SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId"] {
        assert!(attributes[name].is_string(), "{name}");
    }
    let mut rest = record.clone();
    for name in ["messageId", "receiptHandle", "attributes"] {
        rest.as_object_mut().expect("an object").remove(name);
    }
    let expected = json!({
        "body": "one",
        "messageAttributes": {
            "kind": { "stringValue": "sale", "stringListValues": [], "binaryListValues": [], "dataType": "String" },
            "raw": { "binaryValue": "AQI=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary" },
        },
        "md5OfBody": "f97c5d29941bfb1b2fdab0874906ab82",
        "md5OfMessageAttributes": sent.md5_of_attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn("jobs"),
        "awsRegion": "us-east-1",
    });
    assert_eq!(rest, expected);
    run.stop().await;
}

#[tokio::test]
async fn of_a_batch_only_the_poison_record_is_tried_again_and_ends_in_the_dead_letters() {
    let cloud = Cloud::start();
    cloud.queue("dead", json!({})).await;
    let redrive = json!({ "deadLetterTargetArn": arn("dead"), "maxReceiveCount": 2 });
    cloud.queue("jobs", json!({ "RedrivePolicy": redrive })).await;
    let function = Function::new(|event| fails_at(event, "/body", "/messageId", &["poison"]));
    send(&cloud, "jobs", &["a", "poison", "b"]).await;
    let run = cloud.run(of_queue("jobs"), &function).await;
    cloud.settles("jobs", (0, 1)).await;
    cloud.clock.set_offset_seconds(31);
    // The second receive takes a moment; moved too early, the clock would find the message visible already.
    eventually(|| function.batches("/body"), |batches| seen(batches).get("poison") == Some(&2)).await;
    cloud.clock.set_offset_seconds(120);
    cloud.settles("dead", (1, 0)).await;
    cloud.settles("jobs", (0, 0)).await;
    let batches = function.batches("/body");
    let seen = seen(&batches);
    assert_eq!((seen["a"], seen["b"], seen["poison"]), (1, 1, 2));
    run.stop().await;
}

#[tokio::test]
async fn a_function_error_and_an_answer_that_names_strangers_fail_the_whole_batch() {
    for answer in [None, Some(json!({ "batchItemFailures": [{ "itemIdentifier": "stranger" }] }))] {
        let cloud = Cloud::start();
        cloud.queue("jobs", json!({})).await;
        let function = Function::new(move |_| answer.clone().map_or(Answer::Fails, Answer::Ok));
        send(&cloud, "jobs", &["a", "b"]).await;
        let run = cloud.run(of_queue("jobs"), &function).await;
        eventually(|| seen(&function.batches("/body")).len(), |count| *count == 2).await;
        run.stop().await;
        assert_eq!(cloud.counts("jobs").await, (0, 2), "hidden until their visibility time-out");
    }
}

#[tokio::test]
async fn without_report_batch_item_failures_the_answer_does_not_matter() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|event| fails_at(event, "/body", "/messageId", &["poison"]));
    send(&cloud, "jobs", &["poison"]).await;
    let run = cloud.run(EventSourceMapping { report_batch_item_failures: false, ..of_queue("jobs") }, &function).await;
    cloud.settles("jobs", (0, 0)).await;
    run.stop().await;
}

#[tokio::test]
async fn what_the_filters_refuse_is_deleted_unseen() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Ok(Value::Null));
    send(&cloud, "jobs", &[r#"{"kind":"visit"}"#, r#"{"kind":"sale"}"#, "no JSON"]).await;
    let filters = vec![json!({ "body": { "kind": ["sale"] } })];
    let run = cloud.run(EventSourceMapping { filters, ..of_queue("jobs") }, &function).await;
    cloud.settles("jobs", (0, 0)).await;
    assert_eq!(function.batches("/body").concat(), [r#"{"kind":"sale"}"#]);
    run.stop().await;
}

#[tokio::test]
async fn a_window_gathers_until_it_is_over_or_the_batch_is_full() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let window = Duration::from_millis(1_500);
    let settings = EventSourceMapping { batch_size: 20, window, ..of_queue("jobs") };
    let run = cloud.run(settings, &function).await;
    let started = Instant::now();
    for number in 0..15 {
        send(&cloud, "jobs", &[&number.to_string()]).await;
    }
    cloud.settles("jobs", (0, 0)).await;
    assert!(started.elapsed() >= window);
    assert_eq!(function.batches("/body").iter().map(Vec::len).collect::<Vec<_>>(), [15]);
    let started = Instant::now();
    let bodies: Vec<_> = (0..20).map(|number: u32| number.to_string()).collect();
    send(&cloud, "jobs", &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    eventually(|| function.batches("/body").len(), |count| *count == 2).await;
    assert_eq!(function.batches("/body")[1].len(), 20);
    assert!(started.elapsed() < window, "a full batch does not wait: {:?}", started.elapsed());
    run.stop().await;
}

#[tokio::test]
async fn no_more_functions_run_at_once_than_the_maximum_concurrency() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Slow(Duration::from_millis(30)));
    let bodies: Vec<_> = (0..12).map(|number: u32| number.to_string()).collect();
    send(&cloud, "jobs", &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let settings = EventSourceMapping { batch_size: 1, maximum_concurrency: Some(2), ..of_queue("jobs") };
    let run = cloud.run(settings, &function).await;
    cloud.settles("jobs", (0, 0)).await;
    assert_eq!(*function.most_running.lock().expect("not poisoned"), 2);
    assert_eq!(function.events().len(), 12);
    run.stop().await;
}

#[tokio::test]
async fn a_group_of_a_fifo_queue_is_processed_in_order_by_one_function_at_a_time() {
    let cloud = Cloud::start();
    cloud.queue("jobs.fifo", json!({ "FifoQueue": true, "ContentBasedDeduplication": true })).await;
    let function = Function::new(|_| Answer::Slow(Duration::from_millis(2)));
    let run = cloud.run(EventSourceMapping { batch_size: 2, ..of_queue("jobs.fifo") }, &function).await;
    for number in 0..10 {
        for group in ["a", "b", "c"] {
            let mut message = NewMessage::of(format!("{group}{number}"));
            message.group_id = Some(group.to_owned());
            cloud.sqs.send("jobs.fifo", message).await.expect("sent");
        }
    }
    cloud.settles("jobs.fifo", (0, 0)).await;
    let bodies = function.batches("/body").concat();
    for group in ["a", "b", "c"] {
        let expected: Vec<_> = (0..10).map(|number| format!("{group}{number}")).collect();
        let found: Vec<_> = bodies.iter().filter(|body| body.starts_with(group)).cloned().collect();
        assert_eq!(found, expected);
    }
    run.stop().await;
}

#[tokio::test]
async fn a_throttled_batch_is_not_lost() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let function = Function::new(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 | 1 => Answer::Throttled,
        _ => Answer::Ok(Value::Null),
    });
    send(&cloud, "jobs", &["a"]).await;
    let run = cloud.run(of_queue("jobs"), &function).await;
    cloud.settles("jobs", (0, 0)).await;
    assert_eq!(function.batches("/body"), [["a"]]);
    let event = function.events().remove(0);
    assert_eq!(records(&event)[0]["attributes"]["ApproximateReceiveCount"], "1", "throttling costs no receive");
    run.stop().await;
}

#[tokio::test]
async fn messages_that_pass_six_megabytes_together_come_in_several_events() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let big = "x".repeat(1_000_000);
    for _ in 0..8 {
        cloud.sqs.send("jobs", NewMessage::of(big.clone())).await.expect("sent");
    }
    let run = cloud.run(of_queue("jobs"), &function).await;
    cloud.settles("jobs", (0, 0)).await;
    let events = function.events();
    assert!(events.iter().all(|event| event.to_string().len() <= crate::lambda::REQUEST_BYTES_MAX));
    assert_eq!(events.iter().map(|event| records(event).len()).sum::<usize>(), 8);
    run.stop().await;
}

#[tokio::test]
async fn a_mapping_that_stops_lets_its_function_finish() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let function = Function::new(|_| Answer::Slow(Duration::from_millis(300)));
    send(&cloud, "jobs", &["a"]).await;
    let run = cloud.run(of_queue("jobs"), &function).await;
    eventually(|| *function.running.borrow(), |running| *running == 1).await;
    run.stop().await;
    assert_eq!(cloud.counts("jobs").await, (0, 0));
}

#[tokio::test]
async fn a_mapping_that_waits_for_messages_stops_at_once() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    let run = cloud.run(of_queue("jobs"), &Function::new(|_| Answer::Fails)).await;
    let started = Instant::now();
    run.stop().await;
    assert!(started.elapsed() < PATIENCE / 4);
}

#[tokio::test]
async fn settings_that_aws_refuses_are_refused() {
    let cloud = Cloud::start();
    cloud.queue("jobs", json!({})).await;
    cloud.queue("jobs.fifo", json!({ "FifoQueue": true })).await;
    let function = Function::new(|_| Answer::Fails);
    let window = Duration::from_secs(1);
    for settings in [
        EventSourceMapping { batch_size: 11, ..of_queue("jobs") },
        EventSourceMapping { batch_size: 11, window, ..of_queue("jobs.fifo") },
        EventSourceMapping { window, ..of_queue("jobs.fifo") },
        EventSourceMapping { maximum_concurrency: Some(1), ..of_queue("jobs") },
        EventSourceMapping { filters: vec![json!({ "body": "x" })], ..of_queue("jobs") },
        of_queue("no-such-queue"),
    ] {
        let refused: Result<Mapping, MappingError> = Mapping::new(settings.clone(), cloud.services(&function)).await;
        assert!(refused.is_err(), "{settings:?}");
    }
}
