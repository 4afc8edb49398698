//! Mappings of streams.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::{Answer, Cloud, Function, arn, eventually, fails_at, mapping, now, seen};
use crate::event_source_mapping::positions::Position;
use crate::sqs::{Message, ReceiveOptions};
use crate::template::model::{EventSourceMapping, Source};

const KEY: &str = "/dynamodb/Keys/PK/S";
const NUMBER: &str = "/dynamodb/SequenceNumber";

fn of_stream() -> EventSourceMapping {
    mapping(Source::Stream("table".to_owned()))
}

fn done_with(number: u32) -> Position {
    Position { after: Some(format!("{number:021}")) }
}

/// What the destination `dead` holds.
async fn letters(cloud: &Cloud) -> Vec<Value> {
    let options = ReceiveOptions { max_messages: 100, visibility_seconds: Some(0), wait: Duration::ZERO };
    let messages = cloud.sqs.receive("dead", options).await.expect("received");
    messages.iter().map(|Message { body, .. }| serde_json::from_str(body).expect("JSON")).collect()
}

#[tokio::test]
async fn records_come_once_in_order_and_in_batches() {
    let cloud = Cloud::start();
    let function = Function::new(|_| Answer::Ok(Value::Null));
    cloud.stream.write(&["a", "b", "c"]);
    let run = cloud.run(EventSourceMapping { batch_size: 2, ..of_stream() }, &function).await;
    eventually(|| function.batches(KEY).concat().len(), |count| *count == 3).await;
    cloud.stream.write(&["d"]);
    eventually(|| function.batches(KEY).concat().len(), |count| *count == 4).await;
    assert_eq!(function.batches(KEY), [vec!["a", "b"], vec!["c"], vec!["d"]]);
    run.stop().await;
}

#[tokio::test]
async fn latest_begins_with_what_is_written_after_the_mapping_is_made() {
    let cloud = Cloud::start();
    let function = Function::new(|_| Answer::Ok(Value::Null));
    cloud.stream.write(&["before"]);
    let run = cloud.run(EventSourceMapping { from_trim_horizon: false, ..of_stream() }, &function).await;
    cloud.stream.write(&["after"]);
    eventually(|| function.batches(KEY).concat(), |keys| !keys.is_empty()).await;
    assert_eq!(function.batches(KEY), [["after"]]);
    run.stop().await;
}

#[tokio::test]
async fn records_that_do_not_pass_are_skipped_and_not_read_again() {
    let cloud = Cloud::start();
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let filters = vec![json!({ "dynamodb": { "NewImage": { "PK": { "S": [{ "prefix": "OUT#" }] } } } })];
    cloud.stream.write(&["USER#1", "OUT#1", "USER#2", "OUT#2", "USER#3"]);
    let run = cloud.run(EventSourceMapping { filters, ..of_stream() }, &function).await;
    let last = Some(done_with(5));
    eventually(|| cloud.positions.get("Worker/Source").expect("read"), |position| *position == last).await;
    assert_eq!(function.batches(KEY), [["OUT#1", "OUT#2"]]);
    run.stop().await;
}

#[tokio::test]
async fn a_failed_batch_is_tried_again_before_anything_after_it() {
    let cloud = Cloud::start();
    let calls = AtomicUsize::new(0);
    let function = Function::new(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Answer::Fails,
        _ => Answer::Ok(Value::Null),
    });
    cloud.stream.write(&["a", "b", "c"]);
    let run = cloud.run(EventSourceMapping { batch_size: 2, ..of_stream() }, &function).await;
    eventually(|| function.batches(KEY).len(), |count| *count == 4).await;
    assert_eq!(function.batches(KEY), [vec!["a", "b"], vec!["a", "b"], vec!["a", "b"], vec!["c"]]);
    run.stop().await;
}

#[tokio::test]
async fn a_partial_failure_goes_on_from_the_lowest_failed_number() {
    let cloud = Cloud::start();
    let calls = AtomicUsize::new(0);
    let function = Function::new(move |event| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => fails_at(event, KEY, NUMBER, &["d", "b"]),
        _ => Answer::Ok(json!({ "batchItemFailures": [] })),
    });
    cloud.stream.write(&["a", "b", "c", "d"]);
    let run = cloud.run(of_stream(), &function).await;
    eventually(|| function.batches(KEY).len(), |count| *count == 2).await;
    assert_eq!(function.batches(KEY), [vec!["a", "b", "c", "d"], vec!["b", "c", "d"]]);
    run.stop().await;
}

#[tokio::test]
async fn after_its_last_retry_a_batch_is_described_to_the_destination() {
    let cloud = Cloud::start();
    cloud.queue("dead", json!({})).await;
    let function = Function::new(|event| match super::records(event)[0].pointer(KEY) {
        Some(key) if key == "poison" => Answer::Fails,
        _ => Answer::Ok(Value::Null),
    });
    cloud.stream.write(&["poison", "b", "c"]);
    let settings = EventSourceMapping {
        batch_size: 2,
        maximum_retry_attempts: Some(1),
        on_failure_queue_arn: Some(arn("dead")),
        ..of_stream()
    };
    let run = cloud.run(settings, &function).await;
    eventually(|| function.batches(KEY), |batches| batches.last().is_some_and(|batch| batch == &["c"])).await;
    let mut letters = letters(&cloud).await;
    assert_eq!(letters.len(), 1);
    let letter = &mut letters[0];
    let text = |value: &mut Value| value.take().as_str().expect("text").to_owned();
    let timestamp = text(&mut letter["timestamp"]);
    assert!(timestamp.len() == "2019-11-14T00:13:49.717Z".len(), "{timestamp}");
    let arrival = text(&mut letter["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"]);
    assert!(arrival.len() == "2019-11-14T00:13:19Z".len(), "{arrival}");
    assert_eq!(text(&mut letter["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"]), arrival);
    let expected = json!({
        "requestContext": {
            "requestId": "request", "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:worker",
            "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 2,
        },
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "version": "1.0",
        "timestamp": null,
        "DDBStreamBatchInfo": {
            "shardId": "shard", "startSequenceNumber": format!("{:021}", 1), "endSequenceNumber": format!("{:021}", 2),
            "approximateArrivalOfFirstRecord": null, "approximateArrivalOfLastRecord": null, "batchSize": 2,
            "streamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/label",
        },
    });
    assert_eq!(*letter, expected);
    run.stop().await;
}

#[tokio::test]
async fn splitting_leaves_only_the_poison_record_to_the_destination() {
    for report_batch_item_failures in [true, false] {
        let cloud = Cloud::start();
        cloud.queue("dead", json!({})).await;
        let function = Function::new(move |event| {
            let has_poison = super::records(event).iter().any(|record| record.pointer(KEY) == Some(&json!("poison")));
            match (has_poison, report_batch_item_failures) {
                (true, true) => fails_at(event, KEY, NUMBER, &["poison"]),
                (true, false) => Answer::Fails,
                (false, _) => Answer::Ok(Value::Null),
            }
        });
        cloud.stream.write(&["a", "b", "c", "poison", "e", "f", "g"]);
        let settings = EventSourceMapping {
            report_batch_item_failures,
            bisect_on_error: true,
            maximum_retry_attempts: Some(2),
            on_failure_queue_arn: Some(arn("dead")),
            ..of_stream()
        };
        let run = cloud.run(settings, &function).await;
        let last = Some(done_with(7));
        eventually(|| cloud.positions.get("Worker/Source").expect("read"), |position| *position == last).await;
        let letters = letters(&cloud).await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0]["DDBStreamBatchInfo"]["startSequenceNumber"], format!("{:021}", 4));
        assert_eq!(letters[0]["DDBStreamBatchInfo"]["batchSize"], 1);
        let batches = function.batches(KEY);
        assert_eq!(batches.iter().filter(|batch| *batch == &["poison"]).count(), 3, "once and two retries");
        assert!(["a", "g"].iter().all(|key| seen(&batches).contains_key(key)));
        run.stop().await;
    }
}

#[tokio::test]
async fn records_past_their_age_are_given_up_and_younger_ones_are_not() {
    let cloud = Cloud::start();
    cloud.queue("dead", json!({})).await;
    let started = Instant::now();
    let function = Function::new(move |_| {
        if started.elapsed() < Duration::from_secs(10) { Answer::Fails } else { Answer::Ok(Value::Null) }
    });
    // Nothing that happened before this run counts: the laptop may have slept.
    cloud.stream.write_at(&["old"], now() - 48.hours());
    let settings = EventSourceMapping {
        maximum_record_age: Some(Duration::from_secs(1)),
        on_failure_queue_arn: Some(arn("dead")),
        ..of_stream()
    };
    let run = cloud.run(settings, &function).await;
    eventually(|| cloud.positions.get("Worker/Source").expect("read"), |position| *position == Some(done_with(1)))
        .await;
    let letters = letters(&cloud).await;
    assert_eq!(letters[0]["requestContext"]["condition"], "RecordAgeExceeded");
    assert!(function.events().len() > 1, "tried until then");
    run.stop().await;
}

#[tokio::test]
async fn throttling_is_no_attempt() {
    let cloud = Cloud::start();
    cloud.queue("dead", json!({})).await;
    let calls = AtomicUsize::new(0);
    let function = Function::new(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0..3 => Answer::Throttled,
        _ => Answer::Ok(Value::Null),
    });
    cloud.stream.write(&["a"]);
    let on_failure_queue_arn = Some(arn("dead"));
    let settings = EventSourceMapping { maximum_retry_attempts: Some(0), on_failure_queue_arn, ..of_stream() };
    let run = cloud.run(settings, &function).await;
    eventually(|| function.batches(KEY), |batches| batches == &[["a"]]).await;
    assert_eq!(letters(&cloud).await, Vec::<Value>::new());
    run.stop().await;
}

#[tokio::test]
async fn a_window_gathers_until_it_is_over_or_the_batch_is_full() {
    let cloud = Cloud::start();
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let window = Duration::from_millis(600);
    let run = cloud.run(EventSourceMapping { batch_size: 3, window, ..of_stream() }, &function).await;
    let started = Instant::now();
    cloud.stream.write(&["a"]);
    cloud.stream.write(&["b"]);
    eventually(|| function.events().len(), |count| *count == 1).await;
    assert!(started.elapsed() >= window);
    let started = Instant::now();
    cloud.stream.write(&["c", "d", "e"]);
    eventually(|| function.events().len(), |count| *count == 2).await;
    assert!(started.elapsed() < window, "a full batch does not wait: {:?}", started.elapsed());
    assert_eq!(function.batches(KEY), [vec!["a", "b"], vec!["c", "d", "e"]]);
    run.stop().await;
}

#[tokio::test]
async fn the_position_outlives_the_mapping_and_its_file_being_closed() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("positions.db");
    let cloud = Cloud::with_positions(Some(&file));
    let function = Function::new(|_| Answer::Ok(Value::Null));
    cloud.stream.write(&["a", "b"]);
    let run = cloud.run(of_stream(), &function).await;
    eventually(|| function.batches(KEY).concat().len(), |count| *count == 2).await;
    let last = Some(done_with(2));
    eventually(|| cloud.positions.get("Worker/Source").expect("read"), |position| *position == last).await;
    run.stop().await;
    let stream = std::sync::Arc::clone(&cloud.stream);
    drop(cloud);
    let again = Cloud { stream, ..Cloud::with_positions(Some(&file)) };
    again.stream.write(&["c"]);
    let run = again.run(of_stream(), &function).await;
    eventually(|| function.batches(KEY).concat().len(), |count| *count == 3).await;
    assert_eq!(function.batches(KEY).concat(), ["a", "b", "c"]);
    run.stop().await;
}

#[tokio::test]
async fn a_batch_that_a_stop_cut_off_is_delivered_again() {
    let cloud = Cloud::start();
    cloud.stream.write(&["a"]);
    let fails = Function::new(|_| Answer::Fails);
    let run = cloud.run(of_stream(), &fails).await;
    eventually(|| fails.events().len(), |count| *count > 0).await;
    run.stop().await;
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let run = cloud.run(of_stream(), &function).await;
    eventually(|| function.batches(KEY), |batches| batches == &[["a"]]).await;
    run.stop().await;
}

#[tokio::test]
async fn a_position_that_is_no_longer_kept_goes_on_with_the_oldest_record() {
    let cloud = Cloud::start();
    cloud.positions.save("Worker/Source", Some(&format!("{:021}", 1))).expect("saved");
    cloud.stream.write(&["a", "b", "c"]);
    cloud.stream.trim(2);
    let function = Function::new(|_| Answer::Ok(Value::Null));
    let run = cloud.run(of_stream(), &function).await;
    eventually(|| function.batches(KEY), |batches| batches == &[["c"]]).await;
    run.stop().await;
}
