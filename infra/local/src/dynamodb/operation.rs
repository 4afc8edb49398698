//! From an operation's name and JSON to dynoxide's typed action, with the capacity it used.

use std::sync::PoisonError;

use bytes::Bytes;
use dynoxide::actions;
use dynoxide::types::ConsumedCapacity;
use futures::executor::block_on;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DynamoDb;
use super::error::Refusal;

/// Capacity that a call used on one table, its indexes included.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    /// The table's name.
    pub table: String,
    /// Read or write units, as the operation reads or writes.
    pub units: f64,
}

type Ran = Result<(Bytes, Vec<Used>), Refusal>;

/// Whether an operation can change items, and so feed a stream.
pub(crate) fn writes(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
            | "ExecuteStatement"
            | "ExecuteTransaction"
            | "BatchExecuteStatement"
    )
}

/// An action that reports its capacity: the caller's wish is raised to `TOTAL`, and what it did not ask for is
/// taken out of its answer again.
macro_rules! metered {
    ($database:ident, $operation:ident, $body:ident, $action:ident, $Request:ident) => {
        metered!($operation, $body, actions::$action::$Request, |request| {
            block_on(actions::$action::execute(&*$database.storage(), request))
        })
    };
    ($operation:ident, $body:ident, $Request:ty, |$request:ident| $execute:expr) => {{
        let mut $request: $Request = decode($operation, $body)?;
        let asked = raise(&mut $request.return_consumed_capacity);
        let mut response = $execute?;
        let used = response.consumed_capacity.clone().used();
        if !asked {
            response.consumed_capacity = None;
        }
        Ok((encode(&response)?, used))
    }};
}

/// An action about tables, tags or streams: its answer, with our region and account in its ARNs.
macro_rules! plain {
    ($database:ident, $operation:ident, $body:ident, $action:ident, $($lifecycle:expr)?) => {{
        let request = decode($operation, $body)?;
        let response = block_on(actions::$action::execute(&*$database.storage(), request $(, $lifecycle)?))?;
        let body = encode(&response)?;
        Ok((with_our_arns($database, &body), Vec::new()))
    }};
}

pub(super) fn run(database: &DynamoDb, operation: &str, body: &[u8]) -> Ran {
    let inner = &database.inner;
    match operation {
        "GetItem" => metered!(database, operation, body, get_item, GetItemRequest),
        "PutItem" => metered!(database, operation, body, put_item, PutItemRequest),
        "UpdateItem" => metered!(database, operation, body, update_item, UpdateItemRequest),
        "DeleteItem" => metered!(database, operation, body, delete_item, DeleteItemRequest),
        "Query" => metered!(database, operation, body, query, QueryRequest),
        "Scan" => metered!(database, operation, body, scan, ScanRequest),
        "BatchGetItem" => metered!(database, operation, body, batch_get_item, BatchGetItemRequest),
        "BatchWriteItem" => metered!(database, operation, body, batch_write_item, BatchWriteItemRequest),
        "TransactGetItems" => metered!(database, operation, body, transact_get_items, TransactGetItemsRequest),
        "TransactWriteItems" => {
            use actions::transact_write_items::{TransactWriteItemsRequest, execute};
            metered!(operation, body, TransactWriteItemsRequest, |request| {
                let run = || block_on(execute(&*database.storage(), request.clone()));
                if request.client_request_token.is_none() {
                    run()
                } else {
                    let mut tokens = inner.tokens.lock().unwrap_or_else(PoisonError::into_inner);
                    tokens.once(&request, inner.clock.now(), run)
                }
            })
        }
        "ExecuteStatement" => plain!(database, operation, body, execute_statement,),
        "ExecuteTransaction" => plain!(database, operation, body, execute_transaction,),
        "BatchExecuteStatement" => plain!(database, operation, body, batch_execute_statement,),
        "CreateTable" => plain!(database, operation, body, create_table,),
        "DescribeTable" => plain!(database, operation, body, describe_table, &inner.vectors),
        "UpdateTable" => plain!(database, operation, body, update_table, &inner.vectors),
        "DeleteTable" => plain!(database, operation, body, delete_table, &inner.vectors),
        "ListTables" => plain!(database, operation, body, list_tables,),
        "UpdateTimeToLive" => plain!(database, operation, body, update_time_to_live,),
        "DescribeTimeToLive" => plain!(database, operation, body, describe_time_to_live,),
        "ListStreams" => plain!(database, operation, body, list_streams,),
        "DescribeStream" => plain!(database, operation, body, describe_stream,),
        "GetShardIterator" => plain!(database, operation, body, get_shard_iterator,),
        "GetRecords" => plain!(database, operation, body, get_records,),
        _ => Err(Refusal::unknown_operation()),
    }
}

fn decode<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|cause| Refusal::undecodable(operation, &cause))
}

fn encode(response: &impl Serialize) -> Result<Bytes, Refusal> {
    serde_json::to_vec(response).map(Bytes::from).map_err(|cause| Refusal::internal(&cause.to_string()))
}

/// Asks for the total when nothing was asked for. Answers whether the caller asked.
fn raise(wish: &mut Option<String>) -> bool {
    match wish.as_deref() {
        None | Some("NONE") => {
            *wish = Some("TOTAL".to_owned());
            false
        }
        Some(_) => true,
    }
}

fn with_our_arns(database: &DynamoDb, body: &[u8]) -> Bytes {
    let theirs = format!("arn:aws:dynamodb:{}:{}:", dynoxide::streams::LOCAL_REGION, dynoxide::streams::LOCAL_ACCOUNT);
    let ours = format!("arn:aws:dynamodb:{}:{}:", database.inner.region, database.inner.account);
    Bytes::from(String::from_utf8_lossy(body).replace(&theirs, &ours))
}

/// One table's capacity or several.
trait Capacity {
    fn used(self) -> Vec<Used>;
}

impl Capacity for Option<ConsumedCapacity> {
    fn used(self) -> Vec<Used> {
        self.map(|one| vec![one]).used()
    }
}

impl Capacity for Option<Vec<ConsumedCapacity>> {
    fn used(self) -> Vec<Used> {
        let each = self.into_iter().flatten();
        each.map(|one| Used { table: one.table_name, units: one.capacity_units }).collect()
    }
}
