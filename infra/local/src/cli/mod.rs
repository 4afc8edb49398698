//! What `cargo local` says and does.

mod build;
mod client;
mod config;
mod extend;
mod look;
mod project;
mod up;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::dynamodb::TableError;
use crate::stack;
use crate::template::TemplateError;

/// The laptop cloud: runs template.yaml on this machine, with DynamoDB, SQS, Cognito, S3, Lambda and API Gateway.
#[derive(Debug, Parser)]
#[command(name = "local", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: Up,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the functions, start everything, and serve until Ctrl-C (the default)
    Up(Up),
    /// Tell whether a laptop cloud runs, and where
    Status(Project),
    /// Empty the state: tables, queues, users, objects, mail
    Reset(Project),
    /// Print what a function logged lately
    Logs {
        /// Its name, or its logical id in the template
        function: String,
        #[command(flatten)]
        project: Project,
    },
    /// Print the mails that were sent
    Mailbox {
        /// Only those to this address
        #[arg(long)]
        to: Option<String>,
        /// The newest so many
        #[arg(long, default_value_t = 10)]
        limit: u32,
        #[command(flatten)]
        project: Project,
    },
    /// Print how many messages each queue holds
    Queue(Project),
    /// Print the rows of a table
    Table {
        /// Its name, or its logical id in the template
        name: String,
        /// Only this partition
        pk: Option<String>,
        /// The first so many
        #[arg(long, default_value_t = 25)]
        limit: u32,
        #[command(flatten)]
        project: Project,
    },
    /// Move the clock of the running laptop cloud, as in `local clock 30m`; `0s` sets it right
    Clock {
        /// Ahead of this machine's clock: seconds, or 30m, 12h, 7d
        offset: String,
        #[command(flatten)]
        project: Project,
    },
    /// Print the environment of an operator's command, for `eval "$(local env)"`
    Env {
        /// With the variables of this function (name or logical id)
        #[arg(long)]
        function: Option<String>,
        /// With the access keys of that function in place of the operator's
        #[arg(long, requires = "function")]
        as_function: bool,
        #[command(flatten)]
        project: Project,
    },
    /// A command of the project's own program, which samconfig.toml names
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Where the project is.
#[derive(Debug, Clone, Args)]
struct Project {
    /// The template; by default template.yaml here or in a directory above
    #[arg(long)]
    template: Option<PathBuf>,
    /// Where the state lives; by default .local beside the template
    #[arg(long)]
    state: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
struct Up {
    #[command(flatten)]
    project: Project,
    /// The port of the public API; the next ones are the other APIs' and the control listener's. 0 takes free ones
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keep nothing: a throw-away run beside the durable state
    #[arg(long)]
    memory: bool,
    /// Build the functions in release mode
    #[arg(long)]
    release: bool,
    /// Take the functions' binaries from this directory and build nothing
    #[arg(long)]
    bin_dir: Option<PathBuf>,
    /// A template parameter, as Name=value
    #[arg(long = "parameter", value_parser = key_value)]
    parameters: Vec<(String, String)>,
    /// Load nothing after the start
    #[arg(long)]
    no_seed: bool,
    /// Stop when standard input ends
    #[arg(long)]
    exit_with_stdin: bool,
    /// Tell what happens inside
    #[arg(long, short)]
    verbose: bool,
}

/// Why a command failed, for the one who typed it.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Stack(#[from] stack::Error),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{0}")]
    Usage(String),
    #[error("the running laptop cloud does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("{text} is not Name=value"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return failed(&cause),
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
        Command::Other(arguments) => {
            let project = Project { template: None, state: None };
            return extend::run(&project::find(&project)?, &arguments).await;
        }
        Command::Reset(project) => {
            let project = project::find(&project)?;
            stack::reset(&project.state)?;
            format!("{} is empty", project.state.display())
        }
        Command::Status(project) => look::status(&project).await?,
        Command::Logs { function, project } => look::logs(&project, &function).await?,
        Command::Mailbox { to, limit, project } => look::mailbox(&project, to.as_deref(), limit).await?,
        Command::Queue(project) => look::queues(&project).await?,
        Command::Table { name, pk, limit, project } => look::table(&project, &name, pk.as_deref(), limit).await?,
        Command::Clock { offset, project } => look::move_clock(&project, &offset).await?,
        Command::Env { function, as_function, project } => {
            let client = client::Client::of(&project)?;
            look::env(&client.endpoints, function.as_deref(), as_function)?
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

fn failed(cause: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {cause}");
    ExitCode::FAILURE
}
