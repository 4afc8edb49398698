//! One service's table.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, KeysAndAttributes, ReturnValuesOnConditionCheckFailure,
};

use crate::adjust::Expressions;
use crate::row::decode;
use crate::tx::{Condition, Kind, Operation};
use crate::{Error, Item, Key, Refusal, Row, Stored, TRANSACT_OPERATIONS_MAX, Tx};

/// How often a transaction that met another one, or a throttle, is tried again.
const ATTEMPTS_MAX: u32 = 10;
/// Keys in one batch read: DynamoDB's limit.
const BATCH_GET_MAX: usize = 100;

/// One service's table; clones share the connection.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table called `name`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// The row at `key`, as of some moments ago: half the price of [`Table::get_consistent`].
    pub async fn get<R: Row>(&self, key: Key) -> Result<Option<Stored<R>>, Error> {
        self.read(key, false).await
    }

    /// The row at `key` with every write that was answered before.
    pub async fn get_consistent<R: Row>(&self, key: Key) -> Result<Option<Stored<R>>, Error> {
        self.read(key, true).await
    }

    async fn read<R: Row>(&self, key: Key, consistent: bool) -> Result<Option<Stored<R>>, Error> {
        let call = self.client.get_item().table_name(&self.name).set_key(Some(key.into_item()));
        let answer = call.consistent_read(consistent).send().await.map_err(|e| Error::call("GetItem", &e))?;
        answer.item.map(decode).transpose()
    }

    /// The rows at `keys` that exist, in no order, consistent. All must be of kind `R`.
    pub async fn get_many<R: Row>(&self, keys: impl IntoIterator<Item = Key>) -> Result<Vec<Stored<R>>, Error> {
        let mut left: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut rows = Vec::with_capacity(left.len());
        let mut attempt = 0;
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(BATCH_GET_MAX));
            let keys = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build();
            let keys = keys.map_err(|e| Error::Call { operation: "BatchGetItem", detail: e.to_string() })?;
            let call = self.client.batch_get_item().request_items(&self.name, keys);
            let answer = call.send().await.map_err(|e| Error::call("BatchGetItem", &e))?;
            for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
                rows.push(decode(item)?);
            }
            left = rest;
            let unread: Vec<Item> =
                answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values).flat_map(|k| k.keys).collect();
            if !unread.is_empty() {
                attempt += 1;
                if attempt > ATTEMPTS_MAX {
                    return Err(Error::Call { operation: "BatchGetItem", detail: "keys stay unprocessed".into() });
                }
                pause(attempt).await;
                left.extend(unread);
            }
        }
        Ok(rows)
    }

    /// Writes one new row; refused as `create` when its key is taken.
    pub async fn create<R: Row>(&self, row: &R) -> Result<(), Error> {
        self.commit(Tx::new().create("create", row)).await
    }

    /// Writes `row` over `read` and answers the row as it is now; refused as `replace` when somebody wrote since.
    pub async fn replace<R: Row>(&self, read: &Stored<R>, row: R) -> Result<Stored<R>, Error> {
        self.commit(Tx::new().replace("replace", read, &row)).await?;
        Ok(Stored { row, version: read.version + 1 })
    }

    /// Carries out all operations of `tx` or none. Meeting another transaction and throttling are tried again with
    /// growing pauses; only a condition that does not hold is [`Error::Refused`].
    pub async fn commit(&self, tx: Tx) -> Result<(), Error> {
        if let Some(error) = tx.failure {
            return Err(error);
        }
        assert!(tx.operations.len() <= TRANSACT_OPERATIONS_MAX, "a transaction holds 100 operations");
        match <[Operation; 1]>::try_from(tx.operations) {
            Ok([Operation { name, kind: Kind::Put { item, condition } }]) => self.put(name, item, condition).await,
            Ok([Operation { name, kind: Kind::Delete { key, condition } }]) => self.delete(name, key, condition).await,
            Ok([Operation { name, kind: Kind::Update { key, expressions } }]) if expressions.guarded => {
                self.update(name, key, expressions).await
            }
            // An update that adds must not be repeated by a retry: the transaction's token sees to that.
            Ok([only]) => self.transact(vec![only]).await,
            Err(operations) if operations.is_empty() => Ok(()),
            Err(operations) => self.transact(operations).await,
        }
    }

    async fn put(&self, name: &'static str, mut item: Item, condition: Condition) -> Result<(), Error> {
        if let Condition::Version(_) = condition {
            // Two writers may want the very same row (a counter read by both): only the mark tells their writes apart.
            item.insert("row_mark".into(), AttributeValue::N(fastrand::u64(..).to_string()));
        }
        let call = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.clone()))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for attempt in 1.. {
            let Err(error) = call.clone().send().await else { break };
            match error.as_service_error() {
                // The first attempt took effect and its answer was lost: the retry met its own row.
                Some(PutItemError::ConditionalCheckFailedException(e)) if e.item.as_ref() == Some(&item) => break,
                Some(PutItemError::ConditionalCheckFailedException(e)) => return Err(refusal(name, e.item.clone())),
                Some(PutItemError::TransactionConflictException(_)) if attempt < ATTEMPTS_MAX => pause(attempt).await,
                _ => return Err(Error::call("PutItem", &error)),
            }
        }
        Ok(())
    }

    async fn update(&self, name: &'static str, key: Key, expressions: Expressions) -> Result<(), Error> {
        let call = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .update_expression(expressions.update)
            .set_condition_expression(expressions.condition)
            .set_expression_attribute_names(Some(expressions.names))
            .set_expression_attribute_values(Some(expressions.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for attempt in 1.. {
            let Err(error) = call.clone().send().await else { break };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(e)) => return Err(refusal(name, e.item.clone())),
                Some(UpdateItemError::TransactionConflictException(_)) if attempt < ATTEMPTS_MAX => {
                    pause(attempt).await;
                }
                _ => return Err(Error::call("UpdateItem", &error)),
            }
        }
        Ok(())
    }

    async fn delete(&self, name: &'static str, key: Key, condition: Condition) -> Result<(), Error> {
        let call = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for attempt in 1.. {
            let Err(error) = call.clone().send().await else { break };
            match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(e)) => return Err(refusal(name, e.item.clone())),
                Some(DeleteItemError::TransactionConflictException(_)) if attempt < ATTEMPTS_MAX => {
                    pause(attempt).await;
                }
                _ => return Err(Error::call("DeleteItem", &error)),
            }
        }
        Ok(())
    }

    async fn transact(&self, operations: Vec<Operation>) -> Result<(), Error> {
        let names: Vec<_> = operations.iter().map(|o| o.name).collect();
        let items = operations.into_iter().map(|o| o.transact(&self.name)).collect::<Result<Vec<_>, _>>();
        let items = items.map_err(|e| Error::Call { operation: "TransactWriteItems", detail: e.to_string() })?;
        let mut attempt = 0;
        let mut token = transaction_token();
        loop {
            attempt += 1;
            let call = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = call.client_request_token(&token).send().await else { return Ok(()) };
            let retry = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                    let reasons = e.cancellation_reasons();
                    if let Some(refusal) = first_refusal(&names, reasons) {
                        return Err(Error::Refused(refusal));
                    }
                    // Cancelled for good: the next attempt is another transaction.
                    token = transaction_token();
                    reasons.iter().any(|r| matches!(r.code(), Some(c) if RETRIED.contains(&c)))
                }
                // The same token: were it another one, the transaction in progress could count twice.
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
                _ => false,
            };
            if !retry || attempt >= ATTEMPTS_MAX {
                return Err(match error.as_service_error() {
                    Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                        Error::cancelled(&error, e.cancellation_reasons())
                    }
                    _ => Error::call("TransactWriteItems", &error),
                });
            }
            pause(attempt).await;
        }
    }
}

/// What makes repeated attempts of one transaction one transaction: up to 36 characters, for ten minutes.
fn transaction_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// Reasons that pass by themselves.
const RETRIED: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

fn first_refusal(names: &[&'static str], reasons: &[CancellationReason]) -> Option<Refusal> {
    let failed = |r: &CancellationReason| r.code() == Some("ConditionalCheckFailed");
    let mut failures = reasons.iter().zip(names).enumerate().filter(|(_, (r, _))| failed(r));
    let (position, (_, operation)) = failures.next()?;
    let others = failures.map(|(at, (_, name))| (*name, at)).collect();
    let existing = reasons.iter().enumerate().filter_map(|(at, r)| Some((at, r.item.clone()?))).collect();
    Some(Refusal { operation, position, others, existing })
}

fn refusal(operation: &'static str, existing: Option<Item>) -> Error {
    let existing = existing.into_iter().map(|item| (0, item)).collect();
    Error::Refused(Refusal { operation, position: 0, others: Vec::new(), existing })
}

/// Full jitter: up to 10 ms, 20 ms, 40 ms … 640 ms.
async fn pause(attempt: u32) {
    let most = 10_u64 << attempt.saturating_sub(1).min(6);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=most))).await;
}
