//! `auth-public`: accounts and sessions are made here.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(auth::http::public(), auth::IdentityCtx::new(&base)?).await
}
