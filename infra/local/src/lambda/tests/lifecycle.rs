use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use super::{Fixture, alive, function, until};
use crate::iam::{Credentials, KeyRing};
use crate::lambda::InvokeError;

#[tokio::test]
async fn a_free_environment_is_used_again() {
    let cloud = Fixture::start(function()).await;
    let first = cloud.invoke(json!({ "act": "context" })).await.unwrap();
    let second = cloud.invoke(json!({ "act": "context" })).await.unwrap();
    assert!(first.init_duration.is_some());
    assert!(second.init_duration.is_none());
    let process = |outcome: &crate::lambda::Outcome| {
        serde_json::from_slice::<serde_json::Value>(&outcome.payload).unwrap()["process"].clone()
    };
    assert_eq!(process(&first), process(&second));
    assert_ne!(first.request_id, second.request_id);
}

#[tokio::test]
async fn many_events_in_a_row_need_one_process() {
    let cloud = Fixture::start(function()).await;
    let mut processes = BTreeSet::new();
    for _ in 0..50 {
        processes.insert(cloud.answer(json!({ "act": "context" })).await["process"].as_u64());
    }
    assert_eq!(processes.len(), 1);
}

#[tokio::test]
async fn events_at_once_get_a_process_each_up_to_the_cap_and_then_wait() {
    let cloud = Fixture::with(function(), |options| options.max_environments_per_function = 2).await;
    let sleeps = (0..6).map(|_| cloud.answer(json!({ "act": "sleep", "ms": 100 })));
    let answers = join_all(sleeps).await;
    let processes: BTreeSet<_> = answers.iter().map(|answer| answer["process"].as_u64()).collect();
    assert_eq!((answers.len(), processes.len()), (6, 2));
}

#[tokio::test]
async fn an_event_that_waited_too_long_is_throttled() {
    let cloud = Fixture::with(function(), |options| {
        options.max_environments_per_function = 1;
        options.queue_for = Duration::from_millis(50);
    })
    .await;
    let (long, short) = tokio::join!(
        cloud.invoke(json!({ "act": "sleep", "ms": 1_500 })),
        cloud.invoke(json!({ "act": "sleep", "ms": 1_500 })),
    );
    let throttled = [long, short].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert_eq!(throttled, [InvokeError::TooManyRequests]);
}

#[tokio::test]
async fn a_function_sees_the_variables_of_aws_and_none_of_its_host() {
    let keys = || KeyRing::new(b"seed", ["misbehaving".to_owned()]);
    let Credentials { access_key_id, secret_access_key } = keys().of("misbehaving", 1);
    let cloud = Fixture::with(function(), |options| {
        options.keys = Some(keys());
        options.extra_environment.insert("LOCAL_URL".to_owned(), "http://127.0.0.1:2".to_owned());
    })
    .await;
    let variables = cloud.answer(json!({ "act": "environment" })).await;
    for (name, value) in [
        ("COLOUR", "green"),
        ("LOCAL_URL", "http://127.0.0.1:2"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", secret_access_key.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "misbehaving"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/misbehaving"),
        ("_HANDLER", "bootstrap"),
        ("TZ", ":UTC"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    for name in ["HOME", "CARGO_MANIFEST_DIR", "USER", "CLOCK_OFFSET_SECONDS"] {
        assert!(variables.get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn an_event_comes_with_its_context() {
    let cloud = Fixture::start(function()).await;
    cloud.clock.set_offset_seconds(86_400);
    let before = cloud.clock.machine_now().as_millisecond();
    let outcome = cloud.invoke(json!({ "act": "context" })).await.unwrap();
    let context: serde_json::Value = serde_json::from_slice(&outcome.payload).unwrap();
    assert_eq!(context["request_id"], outcome.request_id);
    assert_eq!(context["function_arn"], function().arn);
    assert!(context["trace_id"].as_str().unwrap().starts_with("Root=1-"));
    let left = context["deadline_ms"].as_i64().unwrap() - before;
    assert!((20_000..40_000).contains(&left), "{left} ms until the deadline");
}

#[tokio::test]
async fn environments_started_after_the_clock_moved_know_it() {
    let cloud = Fixture::start(function()).await;
    let old = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    cloud.clock.set_offset_seconds(1_800);
    cloud.lambda.recycle();
    let variables = cloud.answer(json!({ "act": "environment" })).await;
    assert_eq!(variables["CLOCK_OFFSET_SECONDS"], "1800");
    until("the old environment's end", || !alive(old)).await;
}

#[tokio::test]
async fn a_busy_environment_finishes_its_event_when_recycled_and_gets_no_other() {
    let cloud = Fixture::start(function()).await;
    let (busy, ()) = tokio::join!(cloud.answer(json!({ "act": "sleep", "ms": 500 })), async {
        cloud.until_logged("START").await;
        cloud.lambda.recycle();
    });
    let next = cloud.answer(json!({ "act": "context" })).await;
    assert_ne!(busy["process"], next["process"]);
}

#[tokio::test]
async fn an_environment_nobody_uses_is_ended() {
    let cloud = Fixture::with(function(), |options| options.idle_after = Duration::ZERO).await;
    let process = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    cloud.lambda.inner.pools["misbehaving"].end_idle();
    until("the environment's end", || !alive(process)).await;
}

#[tokio::test]
async fn an_event_is_served_to_its_end_though_its_caller_left() {
    let cloud = Fixture::start(function()).await;
    let call = cloud.invoke(json!({ "act": "sleep", "ms": 300 }));
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    cloud.until_logged("END RequestId").await;
    assert!(cloud.console().is_empty());
}

#[tokio::test]
async fn stopping_leaves_no_process() {
    let cloud = Fixture::start(function()).await;
    let process = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    let hung = tokio::spawn({
        let lambda = cloud.lambda.clone();
        async move { lambda.invoke("misbehaving", r#"{"act":"hang"}"#.into()).await }
    });
    cloud.until_logged("about to hang").await;
    cloud.lambda.stop().await;
    until("the end of the function", || !alive(process)).await;
    assert!(hung.await.unwrap().unwrap().error.is_some());
    assert_eq!(cloud.invoke(json!({})).await.unwrap_err(), InvokeError::Stopped);
}

/// Run by the test below in a process of its own.
#[tokio::test]
#[ignore = "waits to be killed"]
async fn host_that_is_killed() {
    let cloud = Fixture::start(function()).await;
    let process = cloud.answer(json!({ "act": "context" })).await["process"].as_u64().unwrap();
    println!("\nfunction {process}");
    cloud.invoke(json!({ "act": "hang" })).await.unwrap();
}

#[tokio::test]
async fn functions_die_with_their_host_even_when_it_is_killed() {
    // What it can no longer clean up goes with this directory.
    let left = tempfile::tempdir().unwrap();
    let mut host = Command::new(std::env::current_exe().unwrap())
        .env("TMPDIR", left.path())
        .args(["--exact", "lambda::tests::lifecycle::host_that_is_killed", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines().map_while(Result::ok);
    let process = lines.find_map(|line| line.strip_prefix("function ")?.parse().ok());
    let process: u64 = process.expect("the host said which process its function is");
    assert!(alive(process));
    host.kill().unwrap();
    host.wait().unwrap();
    until("the function's end", || !alive(process)).await;
}
