//! What a template describes once every parameter, condition and intrinsic is resolved.
//!
//! The emulated services take these and nothing else: none of them reads YAML.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// How often AWS tries an asynchronous event again that failed.
pub const EVENT_RETRIES: u32 = 2;
/// How long AWS keeps an asynchronous event.
pub const EVENT_AGE_MAX: Duration = Duration::from_hours(6);

/// Everything the laptop cloud has to bring up.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    /// For example `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// The resolved parameters and pseudo parameters.
    pub parameters: BTreeMap<String, String>,
    /// `AWS::Serverless::Function`.
    pub functions: Vec<Function>,
    /// `AWS::DynamoDB::Table`.
    pub tables: Vec<Table>,
    /// `AWS::SQS::Queue`.
    pub queues: Vec<Queue>,
    /// `AWS::Cognito::UserPool`, each with its clients.
    pub user_pools: Vec<UserPool>,
    /// `AWS::S3::Bucket`.
    pub buckets: Vec<Bucket>,
    /// `AWS::Serverless::HttpApi`.
    pub http_apis: Vec<HttpApi>,
    /// `SQS` and `DynamoDB` events of functions.
    pub mappings: Vec<EventSourceMapping>,
    /// `ScheduleV2` events of functions.
    pub schedules: Vec<Schedule>,
    /// The template's outputs, resolved.
    pub outputs: BTreeMap<String, String>,
}

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The key under `Resources`.
    pub logical_id: String,
    /// `FunctionName`.
    pub name: String,
    /// `arn:aws:lambda:…:function:<name>`.
    pub arn: String,
    /// The cargo binary: `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// `MemorySize`.
    pub memory_mib: u32,
    /// `Timeout`.
    pub timeout: Duration,
    /// `Environment.Variables`, resolved.
    pub environment: BTreeMap<String, String>,
    /// The statements of its policies, or of the role it names.
    pub policies: Vec<Statement>,
    /// `Role` names a role of the template: SAM makes none and so adds nothing to it for event sources.
    pub has_own_role: bool,
    /// `EventInvokeConfig.MaximumRetryAttempts`: of asynchronous events, 0 to 2.
    pub event_retries: u32,
    /// `EventInvokeConfig.MaximumEventAgeInSeconds`: an asynchronous event that is older is dropped.
    pub event_age_max: Duration,
}

/// One statement of an IAM policy: `Allow` or `Deny`, actions, resources, and of conditions `StringEquals` on
/// [`FROM_ADDRESS`]; others are refused at load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Effect: Allow`.
    pub allow: bool,
    /// Such as `dynamodb:GetItem`; `*` and `?` are wildcards.
    pub actions: Vec<String>,
    /// ARNs; `*` and `?` are wildcards.
    pub resources: Vec<String>,
    /// `Condition.StringEquals` on [`FROM_ADDRESS`]: the addresses that a mail may come from; `None` is any.
    pub from_address: Option<Vec<String>>,
}

/// The condition key that says which address a mail comes from.
pub const FROM_ADDRESS: &str = "ses:FromAddress";

/// A DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The key under `Resources`.
    pub logical_id: String,
    /// `TableName`.
    pub name: String,
    /// `arn:aws:dynamodb:…:table/<name>`.
    pub arn: String,
    /// The body of `CreateTable`: key schema, attribute definitions, indexes, billing mode, stream specification.
    pub create: Value,
    /// `TimeToLiveSpecification.AttributeName` when enabled.
    pub ttl_attribute: Option<String>,
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// The key under `Resources`.
    pub logical_id: String,
    /// `QueueName`; FIFO names end in `.fifo`.
    pub name: String,
    /// `arn:aws:sqs:…:<name>`.
    pub arn: String,
    /// The resolved properties of the template (`VisibilityTimeout`, `RedrivePolicy`, `DelaySeconds`, …).
    pub properties: Value,
}

/// A Cognito user pool.
#[derive(Debug, Clone)]
pub struct UserPool {
    /// The key under `Resources`.
    pub logical_id: String,
    /// The resolved properties.
    pub properties: Value,
    /// The ARN of the function behind `LambdaConfig.PreTokenGenerationConfig`.
    pub pre_token_function_arn: Option<String>,
    /// Its clients: logical id and resolved properties.
    pub clients: Vec<(String, Value)>,
}

/// An S3 bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The key under `Resources`.
    pub logical_id: String,
    /// `BucketName`.
    pub name: String,
    /// The resolved properties (CORS, life cycle).
    pub properties: Value,
}

/// An HTTP API with payload format 2.0.
#[derive(Debug, Clone)]
pub struct HttpApi {
    /// The key under `Resources`.
    pub logical_id: String,
    /// The OpenAPI definition with its intrinsics resolved: paths, security, `x-amazon-apigateway-*`.
    pub definition: Value,
    /// The resolved properties of the resource (`DefaultRouteSettings`, `RouteSettings`, `CorsConfiguration`, …).
    pub properties: Value,
}

/// A queue or a stream that feeds a function.
#[derive(Debug, Clone)]
pub struct EventSourceMapping {
    /// Function logical id and event name, for messages.
    pub id: String,
    /// The function's name.
    pub function: String,
    /// The queue's or the stream's source.
    pub source: Source,
    /// `BatchSize`.
    pub batch_size: u32,
    /// `MaximumBatchingWindowInSeconds`.
    pub window: Duration,
    /// `FilterCriteria.Filters[].Pattern`, parsed.
    pub filters: Vec<Value>,
    /// `FunctionResponseTypes` has `ReportBatchItemFailures`.
    pub report_batch_item_failures: bool,
    /// `MaximumRetryAttempts` (streams); `None` is until the record expires.
    pub maximum_retry_attempts: Option<u32>,
    /// `MaximumRecordAgeInSeconds` (streams).
    pub maximum_record_age: Option<Duration>,
    /// `BisectBatchOnFunctionError` (streams).
    pub bisect_on_error: bool,
    /// `DestinationConfig.OnFailure.Destination`: a queue's ARN (streams).
    pub on_failure_queue_arn: Option<String>,
    /// `ScalingConfig.MaximumConcurrency` (queues).
    pub maximum_concurrency: Option<u32>,
    /// `StartingPosition: TRIM_HORIZON` rather than `LATEST` (streams).
    pub from_trim_horizon: bool,
}

/// Where a mapping takes its records from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A queue, by name.
    Queue(String),
    /// A table's stream, by table name.
    Stream(String),
}

/// A schedule that invokes a function.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The schedule's name.
    pub name: String,
    /// `rate(1 minute)` or `cron(…)`.
    pub expression: String,
    /// IANA time zone of a cron expression, `UTC` when absent.
    pub timezone: String,
    /// The function's name.
    pub function: String,
    /// `Input`, or the Scheduler's own event when absent.
    pub input: Option<String>,
    /// `State: ENABLED`.
    pub enabled: bool,
}
