//! Sends the facts of the cart service to their subscribers.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    lambda::publish().await
}
