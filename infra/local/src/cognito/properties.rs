//! The template's properties of pools and clients as the bodies of Cognito's calls.

use serde_json::{Map, Value, json};

use crate::ministack::Error;
use crate::template::model::UserPool;

/// Same name and shape in `AWS::Cognito::UserPool` and in `CreateUserPool`.
const POOL: [&str; 16] = [
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AliasAttributes",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "DeviceConfiguration",
    "LambdaConfig",
    "MfaConfiguration",
    "Policies",
    "Schema",
    "UserAttributeUpdateSettings",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
    "UsernameAttributes",
    "UsernameConfiguration",
];

/// Same name and shape in `AWS::Cognito::UserPoolClient` and in `CreateUserPoolClient`.
const CLIENT: [&str; 11] = [
    "AccessTokenValidity",
    "AuthSessionValidity",
    "EnablePropagateAdditionalUserContextData",
    "EnableTokenRevocation",
    "ExplicitAuthFlows",
    "GenerateSecret",
    "IdTokenValidity",
    "PreventUserExistenceErrors",
    "ReadAttributes",
    "RefreshTokenValidity",
    "TokenValidityUnits",
];

/// The body of `CreateUserPool`; a pool without a name is called by its logical id.
pub(super) fn pool_request(pool: &UserPool) -> Result<Value, Error> {
    let given = pool.properties.as_object().cloned().unwrap_or_default();
    let mut request = Map::from_iter([("PoolName".to_owned(), json!(pool.logical_id))]);
    for (name, value) in given {
        match name.as_str() {
            "UserPoolName" => request.insert("PoolName".to_owned(), value),
            same if POOL.contains(&same) => request.insert(name, value),
            _ => return Err(Error::Unsupported { resource: pool.logical_id.clone(), property: name }),
        };
    }
    Ok(request.into())
}

/// The body of `CreateUserPoolClient`; a client without a name is called by its logical id.
pub(super) fn client_request(pool_id: &str, logical_id: &str, properties: &Value) -> Result<Value, Error> {
    let given = properties.as_object().cloned().unwrap_or_default();
    let mut request = Map::from_iter([("ClientName".to_owned(), json!(logical_id))]);
    for (name, value) in given {
        match name.as_str() {
            "ClientName" | "WriteAttributes" => request.insert(name, value),
            "UserPoolId" => None,
            same if CLIENT.contains(&same) => request.insert(name, value),
            _ => return Err(Error::Unsupported { resource: logical_id.to_owned(), property: name }),
        };
    }
    request.insert("UserPoolId".to_owned(), json!(pool_id));
    Ok(request.into())
}
