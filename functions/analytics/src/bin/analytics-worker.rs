//! Counts every event once.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    analytics::consume::run(analytics::ctx::Ctx::worker(&base)?).await
}
