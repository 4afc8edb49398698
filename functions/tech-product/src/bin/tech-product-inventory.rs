//! Stock and reservations.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(tech_product::http::inventory(), tech_product::Ctx::staffed(&base)?).await
}
