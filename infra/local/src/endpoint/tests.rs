use std::net::SocketAddr;
use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials as SdkCredentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::clock::Clock;
use crate::iam::{Credentials, KeyRing, Policies};
use crate::lambda::{self, Logs};
use crate::template::model::{Function, Stack, Statement, Table};

const TABLE: &str = "things-table";
const OTHER: &str = "other-table-x";

struct Running {
    address: SocketAddr,
    counters: Counters,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<io::Result<()>>,
    _folder: TempDir,
}

impl Running {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::default();
        let stack = stack();
        let dynamodb = DynamoDb::open(None, &stack.region, &stack.account, clock.clone()).unwrap();
        for table in &stack.tables {
            dynamodb.ensure_table(table).unwrap();
        }
        let logs = Logs::open(folder.path(), clock.clone(), Arc::new(|_: &str| {}), None).unwrap();
        let lambda =
            Lambda::start(lambda::Options::new(PathBuf::new(), folder.path().join("tmp"), logs, clock.clone()));
        let services = Services {
            dynamodb,
            sqs: Sqs::open(None, clock.clone(), "http://127.0.0.1:1".to_owned()).unwrap(),
            ses: Ses::open(None, clock.clone()).unwrap(),
            lambda: lambda.await.unwrap(),
            ministack: None,
        };
        let gatekeeper = Gatekeeper::new(key_ring(), Policies::of(&stack), &stack.account, clock);
        let counters = Counters::default();
        let faults = Faults::new(services.lambda.clone());
        let endpoint = Endpoint::new(services, Arc::new(gatekeeper), counters.clone(), faults);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(endpoint.serve(listener, async { drop(stopped.await) }));
        Self { address, counters, stop, served, _folder: folder }
    }

    fn client(&self, keys: &Credentials) -> Client {
        let credentials = SdkCredentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test");
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(credentials)
            .endpoint_url(format!("http://{}", self.address))
            .build();
        Client::from_conf(config)
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

fn keys(name: &str) -> Credentials {
    match name {
        "admin" => key_ring().admin().clone(),
        name => key_ring().of(name, 0),
    }
}

fn key_ring() -> KeyRing {
    KeyRing::new(b"seed", ["reader".to_owned()])
}

fn stack() -> Stack {
    let table = |name: &str| Table {
        logical_id: name.to_owned(),
        name: name.to_owned(),
        arn: crate::template::table_arn("eu-west-1", "123456789012", name),
        create: json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}]}),
        ttl_attribute: None,
    };
    let allowed = Statement {
        allow: true,
        actions: vec!["dynamodb:GetItem".to_owned(), "dynamodb:PutItem".to_owned()],
        resources: vec![table(TABLE).arn],
        from_address: None,
    };
    let reader = Function {
        logical_id: "Reader".to_owned(),
        name: "reader".to_owned(),
        arn: String::new(),
        binary: "reader".to_owned(),
        memory_mib: 128,
        timeout: std::time::Duration::from_secs(3),
        environment: std::collections::BTreeMap::default(),
        policies: vec![allowed],
        has_own_role: false,
        event_retries: 2,
        event_age_max: std::time::Duration::from_hours(6),
    };
    Stack {
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        functions: vec![reader],
        tables: vec![table(TABLE), table(OTHER)],
        ..Stack::default()
    }
}

#[tokio::test]
async fn a_function_does_what_its_policies_allow_and_is_counted() {
    let running = Running::start().await;
    let client = running.client(&keys("reader"));
    let key = || AttributeValue::S("a".to_owned());
    client.put_item().table_name(TABLE).item("PK", key()).send().await.unwrap();
    let read = client.get_item().table_name(TABLE).key("PK", key());
    let read = read.return_consumed_capacity(ReturnConsumedCapacity::Total).consistent_read(true).send().await.unwrap();
    assert_eq!(read.item().unwrap()["PK"], key());
    assert_eq!(read.consumed_capacity().unwrap().capacity_units(), Some(1.0));
    let counts = running.counters.list();
    let count = |operation: &str| Count {
        principal: "reader".to_owned(),
        service: "dynamodb".to_owned(),
        operation: operation.to_owned(),
        resource: TABLE.to_owned(),
        calls: 1,
        errors: 0,
        capacity_units: 1.0,
        read_units: f64::from(u8::from(operation == "GetItem")),
        write_units: f64::from(u8::from(operation == "PutItem")),
    };
    assert_eq!(counts, [count("GetItem"), count("PutItem")]);
    running.counters.reset();
    assert!(running.counters.list().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn another_table_and_another_action_are_denied() {
    let running = Running::start().await;
    let client = running.client(&keys("reader"));
    let key = || AttributeValue::S("a".to_owned());
    let denied = client.get_item().table_name(OTHER).key("PK", key()).send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    let message = denied.message().unwrap();
    assert!(
        message.contains("is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb"),
        "{message}"
    );
    let denied = client.delete_item().table_name(TABLE).key("PK", key()).send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    running.client(&keys("admin")).delete_item().table_name(OTHER).key("PK", key()).send().await.unwrap();
    let refused: u64 = running.counters.list().iter().map(|count| count.errors).sum();
    assert_eq!(refused, 2);
    running.stop().await;
}

#[tokio::test]
async fn strangers_and_wrong_secrets_are_refused_in_awss_words() {
    let running = Running::start().await;
    let wrong = Credentials { secret_access_key: "wrong".to_owned(), ..keys("admin") };
    let cases = [(keys("stranger"), "UnrecognizedClientException"), (wrong, "InvalidSignatureException")];
    for (keys, code) in cases {
        let refused = running.client(&keys).list_tables().send().await.unwrap_err();
        assert_eq!(refused.code(), Some(code));
    }
    let url = format!("http://{}/bucket/key", running.address);
    let unsigned = reqwest::get(url).await.unwrap();
    assert_eq!(unsigned.status(), 403);
    assert!(unsigned.text().await.unwrap().contains("<Code>AccessDenied</Code>"));
    running.stop().await;
}

#[tokio::test]
async fn a_service_without_a_body_says_so() {
    let running = Running::start().await;
    let url = format!("http://{}/", running.address);
    let request =
        reqwest::Client::new().post(url).header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");
    let answer = request.body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 501);
    running.stop().await;
}
