//! What the tests of a service start: a DynamoDB in this process, empty and gone with the test.

mod contention;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use dynoxide::Database;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// An in-memory DynamoDB on a free port of 127.0.0.1. Dropping it stops it.
#[derive(Debug)]
pub struct DynamoDb {
    client: Client,
    address: String,
    stop: Vec<oneshot::Sender<()>>,
}

impl DynamoDb {
    /// Starts one; must be called within the test's runtime, with which it ends.
    ///
    /// # Panics
    /// When no port is free: a test cannot go on without it.
    pub async fn start() -> Self {
        let database = Database::memory().expect("SQLite opens in memory");
        let (listener, address) = listener().await;
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            // Resolves as well when the sender is dropped.
            let _ = stopped.await;
        }));
        Self { client: client(&address).await, address, stop: vec![stop] }
    }

    /// The same, but transactions in flight that touch the same item meet `TransactionConflict`, as they do in AWS.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn contended() -> Self {
        let mut behind = Self::start().await;
        let (listener, address) = listener().await;
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(contention::serve(listener, behind.address, stopped));
        behind.stop.push(stop);
        Self { client: client(&address).await, address, stop: behind.stop }
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Creates a table of that shape (`TableSchema::properties`) and answers its name.
    ///
    /// # Panics
    /// When the shape is refused.
    pub async fn create_table(&self, properties: &Value) -> String {
        let name = "a-table-for-tests";
        create(&self.client, name, properties).await;
        name.to_owned()
    }
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("a bound listener has an address");
    (listener, format!("http://{address}"))
}

async fn client(address: &str) -> Client {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::for_tests())
        .endpoint_url(address)
        .load()
        .await;
    Client::new(&config)
}

async fn create(client: &Client, name: &str, properties: &Value) {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType,
    };
    let text = |v: &Value, member: &str| v[member].as_str().expect("the member is text").to_owned();
    let list = |v: &Value| v.as_array().expect("the member is a list").clone();
    let keys = |v: &Value| -> Vec<_> {
        let element = |k: &Value| {
            let kind = KeyType::from(text(k, "KeyType").as_str());
            KeySchemaElement::builder().attribute_name(text(k, "AttributeName")).key_type(kind).build()
        };
        list(v).iter().map(|k| element(k).expect("a key has a name and a type")).collect()
    };
    let mut call = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    call = call.set_key_schema(Some(keys(&properties["KeySchema"])));
    for a in list(&properties["AttributeDefinitions"]) {
        let kind = ScalarAttributeType::from(text(&a, "AttributeType").as_str());
        let definition = AttributeDefinition::builder().attribute_name(text(&a, "AttributeName")).attribute_type(kind);
        call = call.attribute_definitions(definition.build().expect("an attribute has a name and a type"));
    }
    for index in list(&properties["GlobalSecondaryIndexes"]) {
        let kind = ProjectionType::from(text(&index["Projection"], "ProjectionType").as_str());
        let index = GlobalSecondaryIndex::builder()
            .index_name(text(&index, "IndexName"))
            .set_key_schema(Some(keys(&index["KeySchema"])))
            .projection(Projection::builder().projection_type(kind).build());
        call = call.global_secondary_indexes(index.build().expect("an index has a name and keys"));
    }
    call.send().await.expect("the table is created");
}
