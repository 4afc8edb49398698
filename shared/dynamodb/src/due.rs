//! Rows that somebody has to look at when their time has come.

use std::hash::{DefaultHasher, Hash, Hasher};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;

use crate::{Error, Key, Table};

/// Partitions of the index of due rows.
const SHARDS: u64 = 8;

/// The name of the index.
pub(crate) const INDEX: &str = "due";

pub(crate) fn shard_of(key: &Key) -> String {
    // Only spread matters: a row keeps the shard it was written with, whatever a later version hashes.
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    format!("due#{}", hasher.finish() % SHARDS)
}

impl Table {
    /// The keys of rows whose due time is at or before `now`, the longest due first within a shard, at most
    /// `limit_per_shard` of each of eight shards. The index lags: read each row again and act under its condition.
    pub async fn due(&self, now: Timestamp, limit_per_shard: i32) -> Result<Vec<Key>, Error> {
        let shards = (0..SHARDS).map(|shard| self.due_in(format!("due#{shard}"), now, limit_per_shard));
        let found = futures::future::try_join_all(shards).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn due_in(&self, shard: String, now: Timestamp, limit: i32) -> Result<Vec<Key>, Error> {
        let answer = self
            .client()
            .query()
            .table_name(self.name())
            .index_name(INDEX)
            .key_condition_expression("due = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard))
            .expression_attribute_values(":now", AttributeValue::N(now.as_millisecond().to_string()))
            .limit(limit)
            .send()
            .await
            .map_err(|e| Error::call("Query", &e))?;
        Ok(answer.items().iter().filter_map(Key::of).collect())
    }
}
