//! `events/`: each sample is answered by its function, invoked as `cargo lambda invoke` invokes it.

use std::collections::BTreeMap;
use std::path::Path;

use e2e::Cloud;
use serde_json::{Value, json};

/// Cognito gives no token to an account that nobody has registered: the error is the trigger's answer.
const REFUSES: &str = "auth-trigger.pre-token";

#[tokio::test(flavor = "multi_thread")]
async fn each_sample_event_is_answered_by_its_function() {
    let cloud = Cloud::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut wrong = Vec::new();
    for (name, event) in samples() {
        let function = format!("um-dev-{}", name.split('.').next().unwrap());
        let url = format!("{}/2015-03-31/functions/{function}/invocations", cloud.text("invoke_url"));
        let answer = http.post(url).body(event.clone()).send().await.unwrap();
        let (status, failed) = (answer.status(), answer.headers().contains_key("x-amz-function-error"));
        let answer: Value = answer.json().await.unwrap();
        let event: Value = serde_json::from_str(&event).unwrap();
        let works = match &event {
            _ if name == REFUSES => failed && answer["errorMessage"] == "the account may not sign in",
            _ if status != 200 || failed => false,
            event if event["requestContext"]["http"].is_object() => {
                answer["statusCode"].as_u64().is_some_and(|s| s < 500)
            }
            event if event["Records"].is_array() => answer["batchItemFailures"] == json!([]),
            _ => true,
        };
        if !works {
            wrong.push(format!("{name}: {status}, function error: {failed}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    cloud.stop().await;
}

/// The text of each sample by its name, the file's without `.json`.
fn samples() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let sample = |file: &Path| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(file).unwrap())
    };
    let samples: BTreeMap<_, _> = files.map(|file| sample(&file)).collect();
    assert!(!samples.is_empty());
    samples
}
