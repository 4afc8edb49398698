//! The laptop cloud: reads `template.yaml` and gives each resource a local body.
//!
//! Modules are named after what AWS calls the thing; none of them knows what the functions do.

pub mod apigateway;
pub mod cli;
pub mod clock;
pub mod cognito;
pub mod dynamodb;
pub mod endpoint;
pub mod event_source_mapping;
pub mod faults;
pub mod iam;
pub mod lambda;
pub mod ministack;
pub mod s3;
pub mod scheduler;
pub mod ses;
pub mod sqs;
pub mod stack;
pub mod template;
