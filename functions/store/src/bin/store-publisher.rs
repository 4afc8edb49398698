//! Sends the facts of the store table's outbox to their subscribers.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    lambda::publish().await
}
