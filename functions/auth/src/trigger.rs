//! The pre-token generation trigger, event version 2: what stands between right credentials and a token.
//!
//! It takes away the scope by which a token may change its own user in Cognito, adds ours, and says the role. Whoever
//! may not sign in gets an error, and so no token. It reads one row of the table and knows no pool.

use contracts::PlatformRole;
use domain::UserId;
use dynamodb::Table;
use serde_json::{Value, json};

use crate::domain::Account;
use crate::table::account_key;

/// The scope that every route asks for.
const SCOPE: &str = "um/api";
/// The scope by which Cognito lets a token change its own user.
const SELF_SERVICE_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    /// Not an event of version 2 about a user of ours.
    #[error("not a pre-token generation event of version 2 about a user of ours")]
    Event,
    /// Nobody, or somebody whose account is not verified and active.
    #[error("the account may not sign in")]
    MayNotSignIn,
    /// The table.
    #[error(transparent)]
    Table(#[from] dynamodb::Error),
}

/// Answers the event with the claims and scopes of the access token.
pub async fn pre_token(table: &Table, mut event: Value) -> Result<Value, TriggerError> {
    let user = event["userName"].as_str().and_then(|name| name.parse().ok());
    // Version 1 cannot change access tokens: a pool set up for it would hand out tokens without a role.
    let user = user.filter(|_| event["version"] == "2").ok_or(TriggerError::Event)?;
    let role = role_of(table, user).await?;
    event["response"] = json!({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {
        "claimsToAddOrOverride": {"um_role": role.name()},
        "scopesToAdd": [SCOPE],
        "scopesToSuppress": [SELF_SERVICE_SCOPE],
    }}});
    Ok(event)
}

/// The role of somebody who may have a token now.
pub(crate) async fn role_of(table: &Table, user: UserId) -> Result<PlatformRole, TriggerError> {
    let account = table.get_consistent::<Account>(account_key(user)).await?;
    let account = account.filter(|account| account.may_sign_in()).ok_or(TriggerError::MayNotSignIn)?;
    Ok(account.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Status;
    use crate::ops::testing::{EMAIL, PASSWORD, World};
    use crate::samples;

    #[tokio::test]
    async fn a_token_carries_the_role_and_our_scope_only() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let mut event = samples::read("auth-trigger.pre-token");
        event["userName"] = user.to_string().into();
        let answer = pre_token(&w.ctx.table, event.clone()).await.unwrap();
        assert_eq!(answer["request"], event["request"]);
        let details = &answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"];
        assert_eq!(details["claimsToAddOrOverride"], json!({"um_role": "CUSTOMER"}));
        assert_eq!(details["scopesToAdd"], json!(["um/api"]));
        assert_eq!(details["scopesToSuppress"], json!(["aws.cognito.signin.user.admin"]));
    }

    #[tokio::test]
    async fn whoever_may_not_sign_in_gets_no_token() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let mut event = samples::read("auth-trigger.pre-token");
        let unknown = pre_token(&w.ctx.table, event.clone()).await;
        assert!(matches!(unknown, Err(TriggerError::MayNotSignIn)));
        event["userName"] = user.to_string().into();
        for status in [Status::Suspended, Status::Inactive, Status::PendingVerification] {
            let account = crate::ops::account(&w.ctx, user).await.unwrap();
            let stopped = Account { status, ..Account::clone(&account) };
            w.ctx.table.replace(&account, stopped).await.unwrap();
            assert!(matches!(pre_token(&w.ctx.table, event.clone()).await, Err(TriggerError::MayNotSignIn)));
        }
        event["version"] = "1".into();
        assert!(matches!(pre_token(&w.ctx.table, event).await, Err(TriggerError::Event)));
    }
}
