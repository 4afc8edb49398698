//! Cognito: the template's user pools and their clients, in ministack.
//!
//! Tokens carry `https://cognito-idp.<region>.amazonaws.com/<pool id>` as issuer; their keys are at
//! [`Ministack::jwks_url`]. The pre-token trigger (V2) is invoked through the Invoke API, and a log-in whose trigger fails
//! gets no token. A client's secret is asked for with `DescribeUserPoolClient`, as in AWS.

mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ministack::{Error, Ministack};
use crate::template::model::UserPool;
use properties::{client_request, pool_request};

/// As many as the lists give at once.
const PAGE: u32 = 60;

/// Creates what does not exist and brings what does up to the template. Returns the ids of pools and clients by logical
/// id; they are the same after a restart, because a pool is known by its name and a client by its name in the pool.
pub async fn ensure_user_pools(ministack: &Ministack, pools: &[UserPool]) -> Result<BTreeMap<String, String>, Error> {
    let mut ids = BTreeMap::new();
    for pool in pools {
        let pool_id = ensure_pool(ministack, pool).await?;
        for (logical_id, properties) in &pool.clients {
            let client_id = ensure_client(ministack, &pool_id, logical_id, properties).await?;
            ids.insert(logical_id.clone(), client_id);
        }
        ids.insert(pool.logical_id.clone(), pool_id);
    }
    Ok(ids)
}

async fn ensure_pool(ministack: &Ministack, pool: &UserPool) -> Result<String, Error> {
    let mut request = pool_request(pool)?;
    let name = request["PoolName"].clone();
    let found = find(ministack, "ListUserPools", json!({}), "UserPools", |listed| listed["Name"] == name).await?;
    let Some(found) = found else {
        let created = ministack.cognito("CreateUserPool", &request).await?;
        return Ok(text(&created["UserPool"]["Id"]));
    };
    request["UserPoolId"] = found["Id"].clone();
    for only_at_creation in ["Schema", "AliasAttributes", "UsernameAttributes", "UsernameConfiguration"] {
        if let Some(request) = request.as_object_mut() {
            request.remove(only_at_creation);
        }
    }
    ministack.cognito("UpdateUserPool", &request).await?;
    Ok(text(&found["Id"]))
}

async fn ensure_client(
    ministack: &Ministack,
    pool_id: &str,
    logical_id: &str,
    properties: &Value,
) -> Result<String, Error> {
    let mut request = client_request(pool_id, logical_id, properties)?;
    let name = request["ClientName"].clone();
    let in_pool = json!({ "UserPoolId": pool_id });
    let found =
        find(ministack, "ListUserPoolClients", in_pool, "UserPoolClients", |listed| listed["ClientName"] == name)
            .await?;
    let Some(found) = found else {
        let created = ministack.cognito("CreateUserPoolClient", &request).await?;
        return Ok(text(&created["UserPoolClient"]["ClientId"]));
    };
    request["ClientId"] = found["ClientId"].clone();
    if let Some(request) = request.as_object_mut() {
        request.remove("GenerateSecret");
    }
    ministack.cognito("UpdateUserPoolClient", &request).await?;
    Ok(text(&found["ClientId"]))
}

/// The first of a list, over all its pages, that is the one.
async fn find(
    ministack: &Ministack,
    operation: &str,
    mut request: Value,
    list: &str,
    is_it: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, Error> {
    request["MaxResults"] = json!(PAGE);
    loop {
        let mut page = ministack.cognito(operation, &request).await?;
        if let Some(found) =
            page[list].as_array_mut().and_then(|listed| listed.iter().position(&is_it).map(|at| listed.swap_remove(at)))
        {
            return Ok(Some(found));
        }
        match page["NextToken"].take() {
            Value::Null => return Ok(None),
            next => request["NextToken"] = next,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
