//! Checkout and orders.

use order::{Ctx, http};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(http::api(), Ctx::new(&base)?).await
}
