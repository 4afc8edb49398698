//! Stores, their review, and who works for them.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(store::http::api(), store::ctx::Ctx::of(&base)?).await
}
