//! Works off imports, and sweeps what is due.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Failure> {
    let base = lambda::Base::start().await?;
    tech_product::consume::run(tech_product::Intake::new(&base)?).await
}
