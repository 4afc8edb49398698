//! What `cargo local` delegates to: a market to look at, and the commands of people who try it.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use demo::{Failure, Place, Role, import, seed, token};

#[derive(Debug, Parser)]
#[command(name = "demo", about = "Demo people, stores and catalogue for a running `cargo local`")]
struct Cli {
    /// The state of the running stack
    #[arg(long, env = "LOCAL_STATE", default_value = ".local")]
    state: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load the demo people, stores and catalogue; what is there already stays
    Seed,
    /// Print an access token
    Token {
        /// Who signs in
        role: Role,
    },
    /// Put a file of products on sale, with progress
    ///
    /// Lines of JSON or CSV, gzip or not. The same file again changes nothing.
    Import(import::Arguments),
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let cli = Cli::parse();
    let place = Place::of(&cli.state)?;
    match cli.command {
        Command::Seed => seed::seed(&place).await,
        Command::Token { role } => token::print(&place, role).await,
        Command::Import(arguments) => import::import(&place, &arguments).await,
    }
}
