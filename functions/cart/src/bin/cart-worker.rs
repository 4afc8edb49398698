//! Takes what was bought out of carts, and ends those that nobody came back to.

use cart::consume::CartWorker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::worker::run(CartWorker::new(base.table()?, base.clock.clone(), base.entropy)).await
}
