//! The shape of a table: what the template creates, what tests create, and what a test compares.

use serde_json::{Value, json};

use crate::Index;

/// A service's table.
#[derive(Debug, Clone, Copy)]
pub struct TableSchema {
    /// The secondary indexes beside `due`.
    pub indexes: &'static [IndexSchema],
}

/// A secondary index.
#[derive(Debug, Clone, Copy)]
pub struct IndexSchema {
    /// Which.
    pub index: Index,
    /// What it copies.
    pub projection: Projection,
}

/// What an index copies of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// Everything: rows are read from the index.
    All,
    /// Keys alone: rows are read from the table afterwards.
    KeysOnly,
}

impl TableSchema {
    /// The properties of `AWS::DynamoDB::Table`, and of `CreateTable`, that make up the shape: key schema, attributes,
    /// indexes, stream.
    pub fn properties(&self) -> Value {
        let key = |pk: &str, sk: &str| json!([{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]);
        let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
        let mut attributes = vec![attribute("PK", "S"), attribute("SK", "S")];
        let mut indexes = Vec::new();
        for IndexSchema { index, projection } in self.indexes {
            let (pk, sk) = index.attributes();
            attributes.extend([attribute(pk, "S"), attribute(sk, "S")]);
            let projection = match projection {
                Projection::All => "ALL",
                Projection::KeysOnly => "KEYS_ONLY",
            };
            let projection = json!({"ProjectionType": projection});
            indexes.push(json!({"IndexName": index.name(), "KeySchema": key(pk, sk), "Projection": projection}));
        }
        attributes.extend([attribute("due", "S"), attribute("due_at", "N")]);
        indexes.push(json!({
            "IndexName": crate::due::INDEX,
            "KeySchema": key("due", "due_at"),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }));
        json!({
            "KeySchema": key("PK", "SK"),
            "AttributeDefinitions": attributes,
            "GlobalSecondaryIndexes": indexes,
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        })
    }
}
