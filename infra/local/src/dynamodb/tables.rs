//! Tables as the template wants them.

use dynoxide::DynoxideError;
use serde_json::{Value, json};

use super::DynamoDb;
use crate::template::model::Table;

/// Why a table could not be brought up or read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// dynoxide said no.
    #[error("DynamoDB: {0}")]
    Dynoxide(#[from] DynoxideError),
    /// SQLite said no.
    #[error("DynamoDB's file: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A record that is not JSON.
    #[error("DynamoDB's stream: {0}")]
    Json(#[from] serde_json::Error),
    /// An operation needed to bring a table up was refused.
    #[error("table {table}: {operation}: {answer}")]
    Refused {
        /// The table.
        table: String,
        /// Such as `CreateTable`.
        operation: &'static str,
        /// DynamoDB's answer.
        answer: String,
    },
    /// The key of a table that exists is not the template's: AWS would replace the table.
    #[error(
        "table {0} exists with another key; AWS would replace it and lose its items. Start over with `local reset`"
    )]
    OtherKey(String),
}

impl DynamoDb {
    /// Creates the table unless it exists, and gives it the template's indexes, stream and TTL.
    pub fn ensure_table(&self, table: &Table) -> Result<(), TableError> {
        let name = json!({"TableName": table.name});
        let found = self.handle_blocking("DescribeTable", name.to_string().as_bytes());
        if found.status.is_success() {
            let found: Value = serde_json::from_slice(&found.body)?;
            self.update(table, &found["Table"])?;
        } else {
            self.ask(table, "CreateTable", &table.create)?;
        }
        self.set_ttl(table)?;
        self.index_ttl(table)
    }

    fn update(&self, table: &Table, found: &Value) -> Result<(), TableError> {
        let wanted = &table.create;
        if found["KeySchema"] != wanted["KeySchema"] {
            return Err(TableError::OtherKey(table.name.clone()));
        }
        let names = |indexes: &Value| -> Vec<Value> {
            indexes.as_array().into_iter().flatten().map(|index| index["IndexName"].clone()).collect()
        };
        let indexes = &wanted["GlobalSecondaryIndexes"];
        let (have, want) = (names(&found["GlobalSecondaryIndexes"]), names(indexes));
        for index in have.iter().filter(|name| !want.contains(name)) {
            let update = json!({"TableName": table.name,
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": index}}]});
            self.ask(table, "UpdateTable", &update)?;
        }
        for index in indexes.as_array().into_iter().flatten() {
            if !have.contains(&index["IndexName"]) {
                let update = json!({"TableName": table.name, "AttributeDefinitions": wanted["AttributeDefinitions"],
                    "GlobalSecondaryIndexUpdates": [{"Create": index}]});
                self.ask(table, "UpdateTable", &update)?;
            }
        }
        let streams = found["StreamSpecification"]["StreamEnabled"] == true;
        if !streams && !wanted["StreamSpecification"].is_null() {
            let update = json!({"TableName": table.name, "StreamSpecification": wanted["StreamSpecification"]});
            self.ask(table, "UpdateTable", &update)?;
        }
        Ok(())
    }

    fn set_ttl(&self, table: &Table) -> Result<(), TableError> {
        let found = self.ask(table, "DescribeTimeToLive", &json!({"TableName": table.name}))?;
        let found = &found["TimeToLiveDescription"];
        let enabled = found["TimeToLiveStatus"] == "ENABLED";
        let same = found["AttributeName"].as_str() == table.ttl_attribute.as_deref();
        let specify = |attribute: &Value, enabled: bool| {
            json!({"TableName": table.name,
                "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": enabled}})
        };
        if enabled && !same {
            self.ask(table, "UpdateTimeToLive", &specify(&found["AttributeName"], false))?;
        }
        if let Some(attribute) = table.ttl_attribute.as_deref()
            && !(enabled && same)
        {
            self.ask(table, "UpdateTimeToLive", &specify(&attribute.into(), true))?;
        }
        Ok(())
    }

    fn ask(&self, table: &Table, operation: &'static str, body: &Value) -> Result<Value, TableError> {
        let answer = self.handle_blocking(operation, body.to_string().as_bytes());
        if !answer.status.is_success() {
            return Err(TableError::Refused {
                table: table.name.clone(),
                operation,
                answer: String::from_utf8_lossy(&answer.body).into_owned(),
            });
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }
}
