//! The catalogue as everybody sees it.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(tech_product::http::read(), tech_product::Reading::new(&base)?).await
}
