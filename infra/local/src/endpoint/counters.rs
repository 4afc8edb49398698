//! How often who called what on which resource, and what it cost.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::target::Target;
use crate::dynamodb::{self, Used};

/// Counts since the start or the last reset. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    counts: Arc<Mutex<BTreeMap<Key, Tally>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    principal: String,
    service: String,
    operation: String,
    resource: String,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    calls: u64,
    errors: u64,
    read_units: f64,
    write_units: f64,
}

/// One line of the counters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Count {
    /// The function's name, `admin`, or `anyone` for what needs no signature.
    pub principal: String,
    /// Such as `dynamodb`.
    pub service: String,
    /// Such as `GetItem`, of an API the route; empty where the protocol does not name it.
    pub operation: String,
    /// Table or queue; of an API the function that served; empty elsewhere.
    pub resource: String,
    /// Requests, whatever came of them. A request on several tables counts once for each.
    pub calls: u64,
    /// Those that were refused or failed.
    pub errors: u64,
    /// Both of the following.
    pub capacity_units: f64,
    /// Capacity that reads of `DynamoDB` consumed. Refused requests add none.
    pub read_units: f64,
    /// Capacity that its writes consumed. Refused requests add none, unlike in AWS, where a failed condition costs a write.
    pub write_units: f64,
}

impl Counters {
    /// All counts, sorted.
    pub fn list(&self) -> Vec<Count> {
        let counts = self.lock();
        let each = counts.iter().map(|(key, tally)| Count {
            principal: key.principal.clone(),
            service: key.service.clone(),
            operation: key.operation.clone(),
            resource: key.resource.clone(),
            calls: tally.calls,
            errors: tally.errors,
            capacity_units: tally.read_units + tally.write_units,
            read_units: tally.read_units,
            write_units: tally.write_units,
        });
        each.collect()
    }

    /// Starts over.
    pub fn reset(&self) {
        self.lock().clear();
    }

    /// A request that was not let in.
    pub(super) fn refused(&self, principal: &str, target: &Target, body: &[u8]) {
        self.answered(principal, target, body, StatusCode::FORBIDDEN, &[]);
    }

    /// A request and its answer.
    pub(super) fn answered(&self, principal: &str, target: &Target, body: &[u8], status: StatusCode, used: &[Used]) {
        let errors = u64::from(!status.is_success());
        let key = |resource: String| Key {
            principal: principal.to_owned(),
            service: target.service().to_owned(),
            operation: target.operation().to_owned(),
            resource,
        };
        if used.is_empty() {
            self.add(key(resource(target, body)), errors, 0.0, 0.0);
        }
        for used in used {
            let writes = dynamodb::writes(target.operation());
            let (read_units, write_units) = if writes { (0.0, used.units) } else { (used.units, 0.0) };
            self.add(key(used.table.clone()), errors, read_units, write_units);
        }
    }

    /// A signed request to an API and whether it failed: the route is the operation, the function behind it the resource.
    pub(crate) fn invoked(&self, principal: &str, route: &str, function: &str, failed: bool) {
        let key = Key {
            principal: principal.to_owned(),
            service: "execute-api".to_owned(),
            operation: route.to_owned(),
            resource: function.to_owned(),
        };
        self.add(key, u64::from(failed), 0.0, 0.0);
    }

    fn add(&self, key: Key, errors: u64, read_units: f64, write_units: f64) {
        let mut counts = self.lock();
        let tally = match counts.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Tally::default()),
        };
        tally.calls += 1;
        tally.errors += errors;
        tally.read_units += read_units;
        tally.write_units += write_units;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Tally>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The table or queue a request names.
fn resource(target: &Target, body: &[u8]) -> String {
    let field = match target {
        Target::DynamoDb(_) => "TableName",
        Target::Sqs(_) => "QueueUrl",
        Target::Cognito(_) => "UserPoolId",
        _ => return String::new(),
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = body[field].as_str().unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}
