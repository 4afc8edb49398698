//! Undoes checkouts that a crash left, prolongs the holds of open orders.

use order::Ctx;
use order::consume::OrderWorker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::worker::run(OrderWorker::new(Ctx::new(&base)?)).await
}
