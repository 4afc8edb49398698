//! Takes what was bought out of carts.

use cart::consume::CartWorker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::worker::run(CartWorker::new(base.table()?, base.entropy)).await
}
