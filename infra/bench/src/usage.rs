//! What the laptop cloud counted: calls, units, invocations.

use e2e::Cloud;
use serde_json::{Value, json};

/// Everything since the last [`reset`].
pub(crate) struct Usage {
    /// Calls of functions to AWS and to each other.
    pub(crate) calls: Vec<Call>,
    /// What the functions themselves took.
    pub(crate) functions: Vec<Function>,
}

/// One operation of one function on one resource.
pub(crate) struct Call {
    pub(crate) function: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) resource: String,
    pub(crate) calls: u64,
    pub(crate) refused: u64,
    pub(crate) reads: f64,
    pub(crate) writes: f64,
}

/// One function.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) invocations: u64,
    pub(crate) cpu_ms: f64,
}

/// Counts from here.
pub(crate) async fn reset(cloud: &Cloud) {
    cloud.control().post("/usage/reset", &json!({})).await.expect_status(204);
}

impl Usage {
    pub(crate) async fn of(cloud: &Cloud) -> Self {
        let usage = cloud.control().get("/usage").await.expect_status(200).body;
        let list = |member: &str| usage[member].as_array().expect("usage has lists").clone();
        let functions = list("functions").into_iter().map(|f| Function {
            name: short(&f["function"]),
            invocations: f["invocations"].as_u64().unwrap_or_default(),
            cpu_ms: f["cpu_ms"].as_f64().unwrap_or_default(),
        });
        let calls = list("calls").into_iter().map(|call| Call {
            function: short(&call["principal"]),
            service: short(&call["service"]),
            operation: short(&call["operation"]),
            resource: short(&call["resource"]),
            calls: call["calls"].as_u64().unwrap_or_default(),
            refused: call["errors"].as_u64().unwrap_or_default(),
            reads: call["read_units"].as_f64().unwrap_or_default(),
            writes: call["write_units"].as_f64().unwrap_or_default(),
        });
        Self { functions: functions.collect(), calls: calls.collect() }
    }

    /// Read units of all.
    pub(crate) fn reads(&self) -> f64 {
        self.calls.iter().map(|call| call.reads).sum()
    }

    /// Write units of all.
    pub(crate) fn writes(&self) -> f64 {
        self.calls.iter().map(|call| call.writes).sum()
    }

    /// CPU-milliseconds of the functions while they served.
    pub(crate) fn cpu_ms(&self) -> f64 {
        self.functions.iter().map(|function| function.cpu_ms).sum()
    }
}

fn short(name: &Value) -> String {
    name.as_str().unwrap_or_default().trim_start_matches("um-dev-").to_owned()
}
