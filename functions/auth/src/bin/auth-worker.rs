//! `auth-worker`: the audit log, and rows whose time has come.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::worker::run(auth::consume::AuthWorker::new(&base)?).await
}
