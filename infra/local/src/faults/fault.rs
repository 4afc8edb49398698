//! What can be ordered.

use serde::{Deserialize, Serialize};

use super::Call;

/// The service of a batch that an event source mapping delivers.
pub(super) const DELIVERY: &str = "event-source-mapping";
/// Where a fault can strike.
const SERVICES: [&str; 8] = ["dynamodb", "sqs", "execute-api", "cognito-idp", "s3", "ses", "lambda", DELIVERY];
/// The longest delay: past every timeout of a function.
const DELAY_MS_MAX: u64 = 900_000;

/// A fault: on which calls, at which of them, what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Calls of this function, by its name; of any when absent. Of a delivery, the one that gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Which of its calls.
    #[serde(default)]
    pub call: Pattern,
    /// The first call that is struck, from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many calls are struck from there on.
    #[serde(default = "one")]
    pub times: u64,
    /// On which side of the call's effect.
    #[serde(default)]
    pub when: When,
    /// What happens.
    #[serde(default)]
    pub effect: Effect,
}

/// Which calls: those that agree with all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// As in a credential scope, or `event-source-mapping` for deliveries, which nothing else stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// `TransactWriteItems`; of an API the route, `POST /internal/things/{id}`; of a delivery the queue or the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

/// On which side of the call's effect a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The call has no effect.
    #[default]
    Before,
    /// It took effect, and its caller does not hear so.
    After,
}

/// What happens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The process that called gets SIGKILL and is gone before anything else happens.
    #[default]
    Kill,
    /// What the service says when it is busy: throttling or a transaction conflict before, an internal error after.
    Error,
    /// This error; of an API this status.
    ErrorCode(String),
    /// It takes so much longer.
    DelayMs(u64),
    /// The batch is delivered twice.
    Duplicate,
}

/// Why a fault cannot be ordered: it could never strike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No function of that name.
    #[error("there is no function {0}")]
    NoSuchFunction(String),
    /// No service of that name.
    #[error("{0} is not one of {list}", list = SERVICES.join(", "))]
    NoSuchService(String),
    /// Calls are counted from 1.
    #[error("nth and times are from 1")]
    Never,
    /// Longer than any function lives.
    #[error("delay_ms is at most {DELAY_MS_MAX}")]
    TooLong,
    /// Only deliveries come twice; clients repeat calls by themselves.
    #[error("only a delivery can be duplicated: call.service is {DELIVERY}")]
    NotADelivery,
    /// A delivery is no process.
    #[error("a delivery cannot be killed: order the death of the function at one of its calls")]
    NoProcess,
    /// An API's errors are statuses.
    #[error("error_code of execute-api is a status from 400 to 599")]
    NoStatus,
}

impl Fault {
    pub(super) fn check(&self) -> Result<(), FaultError> {
        let service = self.call.service.as_deref();
        if let Some(unknown) = service.filter(|service| !SERVICES.contains(service)) {
            return Err(FaultError::NoSuchService(unknown.to_owned()));
        }
        if self.nth == 0 || self.times == 0 {
            return Err(FaultError::Never);
        }
        match &self.effect {
            Effect::DelayMs(ms) if *ms > DELAY_MS_MAX => Err(FaultError::TooLong),
            Effect::Duplicate if service != Some(DELIVERY) => Err(FaultError::NotADelivery),
            Effect::Kill if service == Some(DELIVERY) => Err(FaultError::NoProcess),
            Effect::ErrorCode(code) if service == Some("execute-api") && status(code).is_none() => {
                Err(FaultError::NoStatus)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_about(&self, call: &Call<'_>) -> bool {
        let service = match &self.call.service {
            Some(service) => service == call.service,
            None => call.service != DELIVERY,
        };
        let agrees = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        service && agrees(&self.function, call.function) && agrees(&self.call.operation, call.operation)
    }
}

/// The status of an error code such as `503`.
pub(crate) fn status(code: &str) -> Option<http::StatusCode> {
    let status = http::StatusCode::from_bytes(code.as_bytes()).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

fn one() -> u64 {
    1
}
