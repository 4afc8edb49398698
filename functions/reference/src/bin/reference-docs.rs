//! Serves the API reference.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let _base = lambda::Base::start().await?;
    lambda::http::serve(reference::docs(), reference::Ctx::default()).await
}
