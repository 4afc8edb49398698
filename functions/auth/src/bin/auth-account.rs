//! `auth-account`: people see and end their sessions here.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(auth::http::account(), auth::Ctx::new(&base)?).await
}
