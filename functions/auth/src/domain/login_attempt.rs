use domain::{Timestamp, TokenId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One try to sign in, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// Distinguishes tries of one millisecond.
    pub id: TokenId,
    /// The account, or the id that stands for an address without one: both cost the same.
    pub user_id: UserId,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub ip: String,
    /// With what program.
    pub user_agent: String,
    /// On what device.
    pub device: Option<String>,
    /// Why it failed; absent when it succeeded.
    pub failure: Option<LoginFailure>,
}

/// Why a try failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LoginFailure {
    /// Nobody has the address.
    UnknownAccount,
    /// The password is wrong.
    WrongPassword,
    /// The account is locked.
    Locked,
    /// The password is right, the account not proven or stopped.
    NotActive,
}
