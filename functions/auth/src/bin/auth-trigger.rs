//! `auth-trigger`: Cognito asks here before it issues a token.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let table = lambda::Base::start().await?.table()?;
    let table = &table;
    run(service_fn(|event: LambdaEvent<Value>| async move {
        Ok::<_, lambda::Failure>(auth::trigger::pre_token(table, event.payload).await?)
    }))
    .await
}
