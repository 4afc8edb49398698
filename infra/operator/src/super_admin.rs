use std::io::{BufRead, Write};

use auth::IdentityCtx;
use auth::domain::{Email, Password};
use aws_config::SdkConfig;
use lambda::{Failure, Settings};

/// Makes or repairs the super admin.
pub(crate) async fn run(settings: Settings, aws: SdkConfig, email: &str) -> Result<(), Failure> {
    let password = match settings.get("SUPER_ADMIN_PASSWORD") {
        Some(password) => password.to_owned(),
        None => ask()?,
    };
    let email: Email = email.parse()?;
    let password = Password::parse(&password, &email)?;
    let ctx = IdentityCtx::outside(settings, aws)?;
    let id = auth::ops::super_admin::create(&ctx, &email, &password).await?;
    println!("{id} is an active super admin");
    Ok(())
}

fn ask() -> std::io::Result<String> {
    eprint!("Password (shown as you type): ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
