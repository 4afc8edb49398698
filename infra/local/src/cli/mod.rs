//! What `cargo local` says and does.

mod arguments;
mod build;
mod checks;
mod client;
mod columns;
mod config;
mod console;
mod environment;
mod error;
mod extend;
mod logs;
mod mailbox;
mod names;
mod project;
mod queue;
mod status;
mod table;
mod throw_away;
mod up;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::stack;
use arguments::{Cli, Command, Project, Up};
use client::Client;
use error::Error;

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("{text} is not Name=value"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::from_arg_matches(&Cli::command().after_help(extend::help()).get_matches()) {
        Ok(cli) => cli,
        Err(cause) => cause.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return failed(&cause.into()),
    };
    let done = runtime.block_on(run(cli.command.unwrap_or(Command::Up(cli.up))));
    // A blocked read of standard input must not hold the process back.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => failed(&cause),
    }
}

async fn run(command: Command) -> Result<(), Error> {
    print(&match command {
        Command::Up(up) => return up::up(up).await,
        Command::Other(arguments) => return extend::run(&arguments).await,
        Command::Reset(project) => {
            let project = project::find(&project)?;
            stack::reset(&project.state)?;
            format!("{} is empty", project.state.display())
        }
        Command::Status(project) => status::status(&Client::of(&project).await?).await?,
        Command::Logs { function, follow, project } => {
            return logs::logs(&Client::of(&project).await?, &function, follow).await;
        }
        Command::Mailbox { to, limit, project } => {
            mailbox::mailbox(&Client::of(&project).await?, to.as_deref(), limit).await?
        }
        Command::Queue { name: None, project, .. } => queue::queues(&Client::of(&project).await?).await?,
        Command::Queue { name: Some(name), redrive: true, project, .. } => {
            queue::redrive(&Client::of(&project).await?, &name).await?
        }
        Command::Queue { name: Some(name), limit, project, .. } => {
            queue::messages(&Client::of(&project).await?, &name, limit).await?
        }
        Command::Table { name, key, limit, json, project } => {
            table::table(&Client::of(&project).await?, &name, &key, limit, json).await?
        }
        Command::Clock { offset, project } => environment::move_clock(&Client::of(&project).await?, &offset).await?,
        Command::Env { function, as_function, project } => {
            let client = Client::of(&project).await?;
            environment::script(&client.endpoints, function.as_deref(), as_function)?
        }
    })
}

/// To standard output; a reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), Error> {
    match writeln!(io::stdout(), "{text}") {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause.into()),
        _ => Ok(()),
    }
}

fn failed(cause: &Error) -> ExitCode {
    eprintln!("error: {cause}");
    if let Some(remedy) = cause.remedy() {
        eprintln!("{remedy}");
    }
    ExitCode::FAILURE
}
