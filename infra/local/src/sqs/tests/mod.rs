//! SQS as the AWS SDK meets it: the documented behaviours, one test each.

mod batches;
mod control;
mod durability;
mod fifo;
mod redrive;
mod refusals;
mod speed;
mod standard;

use std::path::Path;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::Message;
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::Sqs;
use crate::clock::Clock;
use crate::template::model;

/// Queues behind a listener, and a client of it. The listener ends with it.
struct Cloud {
    sqs: Sqs,
    clock: Clock,
    client: Client,
    base_url: String,
    listener: AbortHandle,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Cloud {
    async fn start() -> Self {
        Self::open(None).await
    }

    async fn open(file: Option<&Path>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("bound"));
        let clock = Clock::default();
        let sqs = Sqs::open(file, clock.clone(), base_url.clone()).expect("a database");
        let queues = sqs.clone();
        let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
            let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
            let action = target.strip_prefix("AmazonSQS.").unwrap_or_default();
            let (status, body, headers) = queues.handle(action, &body).await;
            (status, headers, body).into_response()
        });
        let listener = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(&base_url)
            .build();
        Self { sqs, clock, client: Client::from_conf(config), base_url, listener }
    }

    /// Makes a queue from template properties and returns its URL.
    async fn queue(&self, name: &str, properties: Value) -> String {
        self.sqs.ensure_queue(&queue(name, properties)).await.expect("valid properties");
        format!("{}/000000000000/{name}", self.base_url)
    }

    async fn fifo(&self, name: &str) -> String {
        self.queue(name, json!({ "FifoQueue": true, "ContentBasedDeduplication": true })).await
    }

    async fn send(&self, url: &str, body: &str) {
        self.client.send_message().queue_url(url).message_body(body).send().await.expect("sent");
    }

    async fn send_to_group(&self, url: &str, group: &str, body: &str) {
        let send = self.client.send_message().queue_url(url).message_body(body).message_group_id(group);
        send.send().await.expect("sent");
    }

    /// Up to 10 of what is visible now.
    async fn receive(&self, url: &str) -> Vec<Message> {
        self.receive_up_to(url, 10).await
    }

    async fn receive_up_to(&self, url: &str, max: i32) -> Vec<Message> {
        let receive = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(max)
            .message_attribute_names("All")
            .message_system_attribute_names("All".into());
        receive.send().await.expect("received").messages.unwrap_or_default()
    }

    async fn delete(&self, url: &str, message: &Message) {
        let handle = message.receipt_handle().expect("a handle");
        self.client.delete_message().queue_url(url).receipt_handle(handle).send().await.expect("deleted");
    }

    /// Moves the clock of the queues on.
    fn pass(&self, seconds: i64) {
        self.clock.set_offset_seconds(self.clock.offset_seconds() + seconds);
    }

    /// Visible, in flight, delayed.
    async fn counts(&self, name: &str) -> (i64, i64, i64) {
        let counts = self.sqs.counts().await.expect("counted");
        let counts = counts.into_iter().find(|counts| counts.queue == name).expect("a queue");
        (counts.visible, counts.in_flight, counts.delayed)
    }
}

fn queue(name: &str, properties: Value) -> model::Queue {
    model::Queue { logical_id: name.to_owned(), name: name.to_owned(), arn: arn(name), properties }
}

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

fn redrive_to(name: &str, receives: u32) -> Value {
    json!({ "deadLetterTargetArn": arn(name), "maxReceiveCount": receives })
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

/// Code and text of a refusal.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(
    result: Result<T, SdkError<E, R>>,
) -> (String, String) {
    let error = result.expect_err("refused");
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);
