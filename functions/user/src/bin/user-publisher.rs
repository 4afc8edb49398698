//! Sends the facts of the user table's outbox to their subscribers.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    lambda::publish().await
}
