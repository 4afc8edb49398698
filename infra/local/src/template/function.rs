//! `AWS::Serverless::Function`, with its policies and events.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::{At, Result};
use super::parameters::scalar;
use super::policy::{list, statements};
use super::{Scope, model};

const FUNCTION: &[&str] = &[
    "FunctionName",
    "Description",
    "CodeUri",
    "Handler",
    "Runtime",
    "Architectures",
    "MemorySize",
    "Timeout",
    "Environment",
    "Policies",
    "Role",
    "PermissionsBoundary",
    "Events",
    "EventInvokeConfig",
    "Tracing",
    "KmsKeyArn",
    "RecursiveLoop",
    "LoggingConfig",
    "EphemeralStorage",
    "ReservedConcurrentExecutions",
    "PropagateTags",
    "Tags",
];
/// Properties that say how AWS builds, logs, meters or keeps a function, and that its loop is meant: a laptop has its own
/// way of each, and looks for no loops.
const NOT_RESOLVED: &[&str] =
    &["CodeUri", "KmsKeyArn", "LoggingConfig", "PermissionsBoundary", "RecursiveLoop", "Tags"];
const EVENT_INVOKE_CONFIG: &[&str] = &["MaximumRetryAttempts", "MaximumEventAgeInSeconds"];
const SQS_EVENT: &[&str] = &[
    "Queue",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FilterCriteria",
    "FunctionResponseTypes",
    "ScalingConfig",
    "Enabled",
];
const STREAM_EVENT: &[&str] = &[
    "Stream",
    "StartingPosition",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "ParallelizationFactor",
    "Enabled",
];
const SCHEDULE_EVENT: &[&str] = &[
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "Name",
    "OmitName",
    "Description",
    "Input",
    "State",
    "FlexibleTimeWindow",
    "RetryPolicy",
    "DeadLetterConfig",
    "PermissionsBoundary",
];

impl Scope<'_> {
    pub(super) fn add_function(
        &self,
        stack: &mut model::Stack,
        logical_id: &str,
        resource: &Value,
        at: &At,
    ) -> Result<()> {
        let resource = self.with_globals(resource, at)?;
        let properties = self.properties(&resource, FUNCTION, at)?;
        let build = &resource["Metadata"];
        if let Some(method) = build["BuildMethod"].as_str().filter(|method| *method != "rust-cargolambda") {
            return Err(at.key("Metadata").error(format!("the build method {method} is not known here")));
        }
        let binary = build["BuildProperties"]["Binary"]
            .as_str()
            .ok_or_else(|| at.key("Metadata").error("BuildProperties.Binary must name the cargo binary"))?;
        let name = self.name(logical_id, "AWS::Serverless::Function", at)?;
        let at = at.key("Properties");
        let environment = self.environment(&properties["Environment"], &at.key("Environment"))?;
        let (policies, has_own_role) = self.policies(&properties, &at)?;
        for (event, declaration) in properties["Events"].as_object().unwrap_or(&serde_json::Map::new()) {
            add_event(stack, &format!("{logical_id}.{event}"), &name, declaration, &at.key("Events").key(event))?;
        }
        let asynchronous = &properties["EventInvokeConfig"];
        let at = at.key("EventInvokeConfig");
        for key in asynchronous.as_object().into_iter().flat_map(|config| config.keys()) {
            if !EVENT_INVOKE_CONFIG.contains(&key.as_str()) {
                return Err(at.key(key).error("this property is not known here"));
            }
        }
        let event_retries = number(asynchronous, "MaximumRetryAttempts", &at)?;
        let event_age_max = seconds(asynchronous, "MaximumEventAgeInSeconds", &at)?;
        stack.functions.push(model::Function {
            logical_id: logical_id.to_owned(),
            arn: self.attribute(logical_id, "Arn", &at)?,
            binary: binary.to_owned(),
            memory_mib: number(&properties, "MemorySize", &at)?.unwrap_or(128),
            timeout: Duration::from_secs(number(&properties, "Timeout", &at)?.unwrap_or(3).into()),
            environment,
            policies,
            has_own_role,
            event_retries: event_retries.unwrap_or(model::EVENT_RETRIES),
            event_age_max: event_age_max.unwrap_or(model::EVENT_AGE_MAX),
            name,
        });
        Ok(())
    }

    /// The resource with `Globals.Function` under its own properties, as SAM merges them: maps deeply, lists by
    /// appending, everything else by replacing.
    fn with_globals(&self, resource: &Value, at: &At) -> Result<Value> {
        let globals = self.template.section("Globals");
        for (section, properties) in globals.as_object().into_iter().flatten() {
            let known = match section.as_str() {
                "Function" => FUNCTION,
                "HttpApi" => &[][..],
                other => return Err(at.error(format!("Globals.{other} is not known here"))),
            };
            for key in properties.as_object().into_iter().flat_map(|properties| properties.keys()) {
                if !known.contains(&key.as_str()) {
                    return Err(self.template.root().key("Globals").key(section).key(key).error("is not known here"));
                }
            }
        }
        let mut resource = resource.clone();
        let own = resource["Properties"].take();
        let mut merged = merge(globals.get("Function").cloned().unwrap_or(json!({})), own);
        if let Some(merged) = merged.as_object_mut() {
            for key in NOT_RESOLVED {
                merged.remove(*key);
            }
        }
        resource["Properties"] = merged;
        Ok(resource)
    }

    /// What the function's role allows, and whether that role is one of the template's.
    fn policies(&self, properties: &Value, at: &At) -> Result<(Vec<model::Statement>, bool)> {
        if let Some(role) = properties.get("Role") {
            let at = at.key("Role");
            if properties.get("Policies").is_some() {
                return Err(at.error("Policies have no effect beside a Role; write them there"));
            }
            let arn = role.as_str().ok_or_else(|| at.error("must be the ARN of a role"))?;
            return Ok((self.role_with_arn(arn, &at)?, true));
        }
        let mut policies = Vec::new();
        for (index, policy) in list(&properties["Policies"]).iter().enumerate() {
            policies.extend(statements(policy, &at.key("Policies").key(&index.to_string()))?);
        }
        Ok((policies, false))
    }

    #[expect(clippy::unused_self, reason = "one of the parts of a function, read beside the others")]
    fn environment(&self, environment: &Value, at: &At) -> Result<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        for (name, value) in environment["Variables"].as_object().into_iter().flatten() {
            let value = scalar(value).ok_or_else(|| at.key(name).error("must be text"))?;
            variables.insert(name.clone(), value);
        }
        Ok(variables)
    }
}

fn merge(under: Value, over: Value) -> Value {
    match (under, over) {
        (under, Value::Null) => under,
        (Value::Object(mut under), Value::Object(over)) => {
            for (key, value) in over {
                let merged = merge(under.remove(&key).unwrap_or_default(), value);
                under.insert(key, merged);
            }
            under.into()
        }
        (Value::Array(mut under), Value::Array(over)) => {
            under.extend(over);
            under.into()
        }
        (_, over) => over,
    }
}

fn add_event(stack: &mut model::Stack, id: &str, function: &str, event: &Value, at: &At) -> Result<()> {
    let properties = &event["Properties"];
    let known = match event["Type"].as_str().unwrap_or_default() {
        "SQS" => SQS_EVENT,
        "DynamoDB" => STREAM_EVENT,
        "ScheduleV2" => SCHEDULE_EVENT,
        "HttpApi" => return Err(at.error("routes belong in the definition of the HTTP API")),
        kind => return Err(at.key("Type").error(format!("the event type {kind:?} is not known here"))),
    };
    let at = at.key("Properties");
    for key in properties.as_object().ok_or_else(|| at.error("must be a mapping"))?.keys() {
        if !known.contains(&key.as_str()) {
            return Err(at.key(key).error("this property is not known here"));
        }
    }
    match event["Type"].as_str() {
        Some("ScheduleV2") => stack.schedules.push(schedule(id, function, properties, &at)?),
        _ if truth(&properties["Enabled"]) == Some(false) => {}
        _ => stack.mappings.push(mapping(id, function, properties, &at)?),
    }
    Ok(())
}

fn mapping(id: &str, function: &str, properties: &Value, at: &At) -> Result<model::EventSourceMapping> {
    let (source, batch_size) = if let Some(arn) = properties["Queue"].as_str() {
        (model::Source::Queue(arn.rsplit(':').next().unwrap_or_default().to_owned()), 10)
    } else if let Some(arn) = properties["Stream"].as_str() {
        let table = arn.split('/').nth(1).ok_or_else(|| at.key("Stream").error("must be a stream's ARN"))?;
        (model::Source::Stream(table.to_owned()), 100)
    } else {
        return Err(at.error("needs a Queue or a Stream"));
    };
    let mut filters = Vec::new();
    for filter in list(&properties["FilterCriteria"]["Filters"]) {
        let at = at.key("FilterCriteria");
        let pattern = filter["Pattern"].as_str().ok_or_else(|| at.error("each filter needs a Pattern of JSON text"))?;
        filters.push(serde_json::from_str(pattern).map_err(|cause| at.error(format!("{pattern}: {cause}")))?);
    }
    let types = list(&properties["FunctionResponseTypes"]);
    let start = properties["StartingPosition"].as_str();
    if let Some(unknown) = start.filter(|start| !["TRIM_HORIZON", "LATEST"].contains(start)) {
        return Err(at.key("StartingPosition").error(format!("{unknown} is not known here")));
    }
    if start.is_none() && matches!(source, model::Source::Stream(_)) {
        return Err(at.error("a stream needs a StartingPosition"));
    }
    Ok(model::EventSourceMapping {
        id: id.to_owned(),
        function: function.to_owned(),
        source,
        batch_size: number(properties, "BatchSize", at)?.unwrap_or(batch_size),
        window: seconds(properties, "MaximumBatchingWindowInSeconds", at)?.unwrap_or_default(),
        filters,
        report_batch_item_failures: types.iter().any(|one| one == "ReportBatchItemFailures"),
        // -1 is AWS's way to say: until the record expires.
        maximum_retry_attempts: optional(properties, "MaximumRetryAttempts", at)?,
        maximum_record_age: optional(properties, "MaximumRecordAgeInSeconds", at)?
            .map(|seconds| Duration::from_secs(seconds.into())),
        bisect_on_error: truth(&properties["BisectBatchOnFunctionError"]).unwrap_or(false),
        on_failure_queue_arn: properties["DestinationConfig"]["OnFailure"]["Destination"].as_str().map(str::to_owned),
        maximum_concurrency: number(&properties["ScalingConfig"], "MaximumConcurrency", at)?,
        from_trim_horizon: start == Some("TRIM_HORIZON"),
    })
}

fn schedule(id: &str, function: &str, properties: &Value, at: &At) -> Result<model::Schedule> {
    let text = |key: &str| properties[key].as_str().map(str::to_owned);
    Ok(model::Schedule {
        name: text("Name").unwrap_or_else(|| id.replace('.', "")),
        expression: text("ScheduleExpression").ok_or_else(|| at.error("needs a ScheduleExpression"))?,
        timezone: text("ScheduleExpressionTimezone").unwrap_or_else(|| "UTC".to_owned()),
        function: function.to_owned(),
        input: text("Input"),
        enabled: text("State").is_none_or(|state| state == "ENABLED"),
    })
}

fn truth(value: &Value) -> Option<bool> {
    scalar(value)?.parse().ok()
}

fn number(properties: &Value, key: &str, at: &At) -> Result<Option<u32>> {
    scalar(&properties[key])
        .map(|text| text.parse().map_err(|_| at.key(key).error(format!("{text:?} is not a whole number"))))
        .transpose()
}

fn optional(properties: &Value, key: &str, at: &At) -> Result<Option<u32>> {
    if scalar(&properties[key]).as_deref() == Some("-1") { Ok(None) } else { number(properties, key, at) }
}

fn seconds(properties: &Value, key: &str, at: &At) -> Result<Option<Duration>> {
    Ok(number(properties, key, at)?.map(|seconds| Duration::from_secs(seconds.into())))
}
