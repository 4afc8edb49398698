use std::time::Duration;

use serde_json::{Value, json};

use super::{Fixture, alive, function, until};
use crate::lambda::{FunctionError, InvokeError, REQUEST_BYTES_MAX};

/// A failing event, and what the caller is told.
async fn check(event: Value, kind: FunctionError, error_type: &str, message: &str) {
    let mut function = function();
    if kind == FunctionError::TimedOut {
        function.timeout = Duration::from_secs(1);
    }
    let cloud = Fixture::start(function).await;
    let outcome = cloud.invoke(event.clone()).await.unwrap();
    let document: Value = serde_json::from_slice(&outcome.payload).unwrap();
    assert_eq!(outcome.error, Some(kind), "{event}: {document}");
    assert_eq!(document["errorType"], error_type, "{event}");
    let message = message.replace("{id}", &outcome.request_id);
    assert_eq!(document["errorMessage"], message, "{event}");
    let lines = cloud.console();
    assert_eq!(lines.len(), 1, "one line for the console: {lines:?}");
    assert!(lines[0].contains(&outcome.request_id), "{lines:?}");
    let after = cloud.answer(json!({ "act": "return", "value": 1 })).await;
    assert_eq!(after, 1, "the next event is served");
}

#[tokio::test]
async fn a_function_that_dies_is_reported_with_its_exit_status() {
    let text = "RequestId: {id} Error: Runtime exited with error: exit status 101";
    check(json!({ "act": "exit" }), FunctionError::Unhandled, "Runtime.ExitError", text).await;
    let text = "RequestId: {id} Error: Runtime exited with error: signal: aborted";
    check(json!({ "act": "abort" }), FunctionError::Unhandled, "Runtime.ExitError", text).await;
    let text = "RequestId: {id} Error: Runtime exited without providing a reason";
    check(json!({ "act": "exit quietly" }), FunctionError::Unhandled, "Runtime.ExitError", text).await;
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_at_its_timeout() {
    let text = "RequestId: {id} Error: Task timed out after 1.00 seconds";
    check(json!({ "act": "hang" }), FunctionError::TimedOut, "Sandbox.Timedout", text).await;
}

#[tokio::test]
async fn the_process_of_a_timeout_is_gone_and_the_log_says_so() {
    let mut function = function();
    function.timeout = Duration::from_secs(1);
    let cloud = Fixture::start(function).await;
    let process = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    let outcome = cloud.invoke(json!({ "act": "hang" })).await.unwrap();
    until("the process's end", || !alive(process)).await;
    let id = &outcome.request_id;
    let log = &outcome.log_tail;
    for line in [
        format!("START RequestId: {id} Version: $LATEST"),
        "about to hang".to_owned(),
        format!("{id} Task timed out after 1.00 seconds"),
        format!("END RequestId: {id}"),
        format!("REPORT RequestId: {id}\tDuration: 1"),
        "Memory Size: 256 MB".to_owned(),
        "Status: timeout".to_owned(),
    ] {
        assert!(log.contains(&line), "{line:?} in {log}");
    }
}

#[tokio::test]
async fn an_error_the_function_reports_is_passed_on_and_leaves_it_alive() {
    let cloud = Fixture::start(function()).await;
    let before = cloud.answer(json!({ "act": "context" })).await;
    for act in ["error", "panic"] {
        let outcome = cloud.invoke(json!({ "act": act })).await.unwrap();
        assert_eq!(outcome.error, Some(FunctionError::Handled));
        let document: Value = serde_json::from_slice(&outcome.payload).unwrap();
        assert!(document["errorMessage"].as_str().unwrap().contains("as told"), "{document}");
    }
    let after = cloud.answer(json!({ "act": "context" })).await;
    assert_eq!(before["process"], after["process"]);
}

#[tokio::test]
async fn garbage_on_standard_output_harms_nobody_and_is_logged() {
    let cloud = Fixture::start(function()).await;
    assert_eq!(cloud.answer(json!({ "act": "garbage" })).await, "printed");
    assert_eq!(cloud.answer(json!({ "act": "return", "value": [1] })).await, json!([1]));
    cloud.until_logged("not utf-8").await;
    cloud.until_logged(&"x".repeat(100_000)).await;
}

#[tokio::test]
async fn an_answer_over_six_megabytes_is_refused_and_leaves_the_function_alive() {
    let text = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    let event = json!({ "act": "answer", "bytes": 7 * 1024 * 1024 });
    check(event, FunctionError::Unhandled, "Function.ResponseSizeTooLarge", text).await;

    let cloud = Fixture::start(function()).await;
    let before = cloud.answer(json!({ "act": "context" })).await;
    cloud.invoke(json!({ "act": "answer", "bytes": 7 * 1024 * 1024 })).await.unwrap();
    let after = cloud.answer(json!({ "act": "context" })).await;
    assert_eq!(before["process"], after["process"]);
    let largest = cloud.answer(json!({ "act": "answer", "bytes": 6_291_554 })).await;
    assert_eq!(largest.as_str().unwrap().len(), 6_291_554, "quotes included it is as large as allowed");
}

#[tokio::test]
async fn a_function_that_takes_more_memory_than_it_has_is_killed() {
    let text = "RequestId: {id} Error: Runtime exited with error: signal: killed";
    let event = json!({ "act": "memory", "mib": 400 });
    check(event, FunctionError::Unhandled, "Runtime.OutOfMemory", text).await;
}

#[tokio::test]
async fn an_event_over_six_megabytes_reaches_no_function() {
    let cloud = Fixture::start(function()).await;
    let payload = format!("\"{}\"", "x".repeat(REQUEST_BYTES_MAX - 1));
    let refused = cloud.lambda.invoke("misbehaving", payload.into()).await.unwrap_err();
    assert_eq!(refused, InvokeError::PayloadTooLarge { limit_bytes: REQUEST_BYTES_MAX });
    let event = format!("\"{}\"", "x".repeat(1_048_576));
    let refused = cloud.lambda.invoke_event("misbehaving", event.into()).await.unwrap_err();
    assert_eq!(refused, InvokeError::PayloadTooLarge { limit_bytes: 1_048_576 });
    let refused = cloud.lambda.invoke("misbehaving", "{".into()).await.unwrap_err();
    assert!(matches!(refused, InvokeError::NotJson(_)));
    let refused = cloud.lambda.invoke("nobody", "{}".into()).await.unwrap_err();
    assert_eq!(refused, InvokeError::NoSuchFunction("nobody".to_owned()));
}

#[tokio::test]
async fn a_function_that_ends_while_it_starts_fails_its_event() {
    let mut function = function();
    function.environment.insert("AT_START".to_owned(), "exit".to_owned());
    let cloud = Fixture::start(function).await;
    let outcome = cloud.invoke(json!({})).await.unwrap();
    let document: Value = serde_json::from_slice(&outcome.payload).unwrap();
    assert_eq!(outcome.error, Some(FunctionError::Unhandled));
    assert_eq!(document["errorType"], "Runtime.ExitError");
    let text = format!("RequestId: {} Error: Runtime exited with error: exit status 7", outcome.request_id);
    assert_eq!(document["errorMessage"], text);
    assert!(outcome.log_tail.contains("INIT_REPORT Init Duration: "), "{}", outcome.log_tail);
}

#[tokio::test]
async fn a_binary_that_is_not_there_fails_its_event() {
    let mut function = function();
    function.binary = "never-built".to_owned();
    let cloud = Fixture::start(function).await;
    let outcome = cloud.invoke(json!({})).await.unwrap();
    let document: Value = serde_json::from_slice(&outcome.payload).unwrap();
    assert_eq!(document["errorType"], "Runtime.InvalidEntrypoint");
    assert!(document["errorMessage"].as_str().unwrap().contains("fork/exec never-built"));
    assert_eq!(cloud.console().len(), 1);
}

#[tokio::test]
async fn the_start_of_a_function_does_not_count_against_its_timeout() {
    let mut function = function();
    function.environment.insert("AT_START".to_owned(), "slow".to_owned());
    function.timeout = Duration::from_secs(1);
    let cloud = Fixture::start(function).await;
    let outcome = cloud.invoke(json!({ "act": "return", "value": 1 })).await.unwrap();
    assert_eq!(outcome.error, None);
    assert!(outcome.init_duration.unwrap() > Duration::from_secs(1));
}

#[tokio::test]
async fn an_environment_that_died_while_idle_costs_no_event() {
    let cloud = Fixture::start(function()).await;
    let process = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    let killed = std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    assert!(killed.success());
    until("the process's end", || !alive(process)).await;
    assert_eq!(cloud.answer(json!({ "act": "return", "value": 1 })).await, 1);
}

#[tokio::test]
async fn an_asynchronous_event_is_tried_three_times_and_then_dropped() {
    let cloud = Fixture::with(function(), |options| {
        options.event_retry_delays = [Duration::from_millis(10); 2];
    })
    .await;
    cloud.lambda.invoke_event("misbehaving", r#"{"act":"error"}"#.into()).await.unwrap();
    let dropped = || cloud.console().iter().any(|line| line.contains("event was dropped"));
    until("the event to be dropped", dropped).await;
    let ends = |line: &&String| line.starts_with("END ");
    assert_eq!(cloud.lambda.logs().recent("misbehaving").iter().filter(ends).count(), 3);
    assert_eq!(cloud.console().len(), 4, "a line a failure and one for the drop");
}

#[tokio::test]
async fn an_asynchronous_event_that_is_not_to_be_retried_is_tried_once() {
    let mut once = function();
    once.event_retries = 0;
    let cloud = Fixture::start(once).await;
    cloud.lambda.invoke_event("misbehaving", r#"{"act":"error"}"#.into()).await.unwrap();
    let dropped = || cloud.console().iter().any(|line| line.contains("its attempts are used up"));
    until("the event to be dropped", dropped).await;
    let ends = |line: &&String| line.starts_with("END ");
    assert_eq!(cloud.lambda.logs().recent("misbehaving").iter().filter(ends).count(), 1);
}
