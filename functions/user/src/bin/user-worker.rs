//! Turns events into profiles and notifications.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::worker::run(user::consume::Consumer::new(user::ctx::Ctx::worker(&base)?)).await
}
