//! Profiles, notifications, regions.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(user::http::api(), user::ctx::Ctx::api(&base)?).await
}
