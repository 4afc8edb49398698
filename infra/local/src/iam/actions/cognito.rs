//! Cognito: the user pool a request names.

use serde_json::Value;

use super::{Needed, Scope, needed, text};

/// Operations of the user, whose authorization is a password, a session or a token and not a signature.
const UNSIGNED: [&str; 18] = [
    "AssociateSoftwareToken",
    "ChangePassword",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "DeleteUser",
    "ForgotPassword",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GlobalSignOut",
    "InitiateAuth",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "SetUserMFAPreference",
    "SignUp",
    "UpdateAuthEventFeedback",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
];

/// Whether Cognito takes this operation (`InitiateAuth`) without a signature.
pub fn is_unsigned(operation: &str) -> bool {
    UNSIGNED.contains(&operation)
}

pub(super) fn needs(operation: &str, body: &Value, scope: &Scope) -> Vec<Needed> {
    if is_unsigned(operation) {
        return Vec::new();
    }
    let pool = text(body, "UserPoolId").map(|id| scope.arn("cognito-idp", &format!("userpool/{id}")));
    let resource = pool.or_else(|| text(body, "ResourceArn").map(str::to_owned));
    vec![needed(&format!("cognito-idp:{operation}"), resource.unwrap_or_else(|| "*".to_owned()))]
}
