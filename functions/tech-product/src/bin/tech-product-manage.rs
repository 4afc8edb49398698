//! The catalogue as stores and admins change it.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    lambda::http::serve(tech_product::http::manage(), tech_product::Intake::new(&base)?).await
}
