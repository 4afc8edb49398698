//! The operator's commands: what no route may do.
//!
//! They run with the operator's own AWS credentials and the settings of the function they stand in for; on a laptop
//! `eval "$(cargo local env --function auth-public)"` provides both.

mod republish;
mod super_admin;

use aws_config::BehaviorVersion;
use clap::{Parser, Subcommand};
use domain::Date;
use lambda::{Failure, Settings};

#[derive(Debug, Parser)]
#[command(name = "operator", about = "The operator's commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an account an active super admin; the settings are those of `auth-public`
    ///
    /// The password is read from `SUPER_ADMIN_PASSWORD`, or from the terminal.
    SuperAdmin {
        /// The address to sign in with
        #[arg(long)]
        email: String,
    },
    /// Send the events of a service's outbox again; the settings are its publisher's and `TABLE_NAME`
    ///
    /// Subscribers are safe against a second delivery: sending too much changes nothing. Events that rows carry
    /// themselves (what went into and out of carts) are not in the outbox and cannot be sent again.
    Republish {
        /// First business day, such as 2026-11-23
        #[arg(long)]
        from: Date,
        /// Last business day
        #[arg(long)]
        to: Date,
    },
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let cli = Cli::parse();
    let settings = Settings::from_environment();
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    match cli.command {
        Command::SuperAdmin { email } => super_admin::run(settings, aws, &email).await,
        Command::Republish { from, to } => republish::run(&settings, &aws, from, to).await,
    }
}
