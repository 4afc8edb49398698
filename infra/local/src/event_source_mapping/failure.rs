//! What Lambda writes to the on-failure destination of a stream's mapping: where the records are, not the records.
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::StreamRecord;
use super::stream::created;

/// Why records are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

/// The last invocation with these records, when there was one.
#[derive(Debug, Clone, Default)]
pub(super) struct LastInvocation {
    pub(super) request_id: String,
    /// The function failed, rather than naming failed records.
    pub(super) is_function_error: bool,
    pub(super) count: u32,
}

/// Where the records come from, and whose they were.
pub(super) struct Origin<'a> {
    pub(super) function_arn: &'a str,
    pub(super) stream_arn: &'a str,
    pub(super) shard_id: &'a str,
}

/// The body of the destination's message. `records` holds at least one.
pub(super) fn document(
    origin: &Origin<'_>,
    records: &[StreamRecord],
    condition: Condition,
    last: &LastInvocation,
    now: Timestamp,
) -> Value {
    let edge = |record: Option<&StreamRecord>| {
        let number = record.map(|record| record.sequence_number.clone());
        (number, record.map(|record| format!("{:.0}", created(record))))
    };
    let ((start, first_arrival), (end, last_arrival)) = (edge(records.first()), edge(records.last()));
    let mut document = json!({
        "requestContext": {
            "requestId": last.request_id,
            "functionArn": origin.function_arn,
            "condition": format!("{condition:?}"),
            "approximateInvokeCount": last.count,
        },
        "version": "1.0",
        "timestamp": format!("{now:.3}"),
        "DDBStreamBatchInfo": {
            "shardId": origin.shard_id,
            "startSequenceNumber": start,
            "endSequenceNumber": end,
            "approximateArrivalOfFirstRecord": first_arrival,
            "approximateArrivalOfLastRecord": last_arrival,
            "batchSize": records.len(),
            "streamArn": origin.stream_arn,
        },
    });
    if last.count > 0 {
        let mut response = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
        if last.is_function_error {
            response["functionError"] = "Unhandled".into();
        }
        document["responseContext"] = response;
    }
    document
}
