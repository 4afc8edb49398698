//! Answers with numbers.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(analytics::http::api(), analytics::ctx::Ctx::api(&base)?).await
}
