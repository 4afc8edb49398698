//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The laptop cloud: runs template.yaml on this machine, with DynamoDB, SQS, Cognito, S3, Lambda and API Gateway.
#[derive(Debug, Parser)]
#[command(name = "local", args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) up: Up,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the functions, start everything, and serve until Ctrl-C (the default)
    Up(Up),
    /// Tell how everything is: addresses, functions, queues, tables, streams
    Status(Project),
    /// Empty the state: tables, queues, users, objects, mail
    Reset(Project),
    /// Print what a function logged
    Logs {
        /// Its name, the end of its name, or its logical id in the template
        function: String,
        /// Go on with what it logs from now on, until Ctrl-C
        #[arg(long, short)]
        follow: bool,
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
    /// Print how many messages the queues hold, or what waits in one of them
    Queue {
        /// Its name, the end of its name, or its logical id in the template
        name: Option<String>,
        /// Send its dead letters back to where they came from
        #[arg(long, requires = "name")]
        redrive: bool,
        /// The first so many messages
        #[arg(long, default_value_t = 25)]
        limit: u32,
        #[command(flatten)]
        project: Project,
    },
    /// Print the items of a table
    Table {
        /// Its name, the end of its name, or its logical id in the template
        name: String,
        /// Only this partition, or of it what begins with this sort key
        #[arg(long, num_args = 1..=2, value_names = ["PK", "SK"])]
        key: Vec<String>,
        /// The first so many
        #[arg(long, default_value_t = 25)]
        limit: u32,
        /// A line of JSON for each
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        project: Project,
    },
    /// Move the clock of the running laptop cloud, as in `local clock 30m`; `0s` sets it right
    Clock {
        /// Ahead of this machine's clock: seconds, or 30m, 12h, 7d
        #[arg(allow_hyphen_values = true)]
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

/// Where the project is, and which of its stacks is meant.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Project {
    /// The template; by default template.yaml here or in a directory above
    #[arg(long)]
    pub(super) template: Option<PathBuf>,
    /// Where the state lives; by default .local beside the template
    #[arg(long)]
    pub(super) state: Option<PathBuf>,
    /// The throw-away run, which keeps nothing, beside the durable state
    #[arg(long)]
    pub(super) memory: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Up {
    #[command(flatten)]
    pub(super) project: Project,
    /// The port of the public API; the next ones are the other APIs' and the control listener's. 0 takes free ones
    #[arg(long, default_value_t = 3000)]
    pub(super) port: u16,
    /// The port of the AWS endpoint [default: 4566, or a free one with --port 0]
    #[arg(long)]
    pub(super) endpoint_port: Option<u16>,
    /// The port of Lambda's Invoke API [default: 9000, or a free one with --port 0]
    #[arg(long)]
    pub(super) invoke_port: Option<u16>,
    /// Build the functions in release mode
    #[arg(long)]
    pub(super) release: bool,
    /// Take the functions' binaries from this directory and build nothing
    #[arg(long)]
    pub(super) bin_dir: Option<PathBuf>,
    /// A template parameter, as Name=value
    #[arg(long = "parameter", value_parser = super::key_value)]
    pub(super) parameters: Vec<(String, String)>,
    /// Load nothing after the start
    #[arg(long)]
    pub(super) no_seed: bool,
    /// Stop when standard input ends
    #[arg(long)]
    pub(super) exit_with_stdin: bool,
    /// Show what every function logs, and what happens inside
    #[arg(long, short)]
    pub(super) verbose: bool,
}
