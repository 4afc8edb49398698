//! `auth-publisher`: sends what the service tells to those who subscribed.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    lambda::publish().await
}
