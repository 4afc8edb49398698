//! Why a stack could not be started.

use std::io;
use std::path::PathBuf;

use crate::apigateway::DefinitionError;
use crate::dynamodb::TableError;
use crate::event_source_mapping::MappingError;
use crate::iam::RoleLacks;
use crate::ministack::{self, EnvironmentError};
use crate::scheduler::JobError;
use crate::sqs::SqsError;
use crate::template::TemplateError;

/// Why a stack could not be started. Each says what to do about it where that is known.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message is its documentation")]
pub enum Error {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(
        "port {port} for the {what} is taken{by}: end that, or choose another port with {option} (0 takes a free one)"
    )]
    PortTaken { port: u16, what: &'static str, option: &'static str, by: String },
    #[error("port {port} for the {what} cannot be had: {cause}; choose another with {option}")]
    Port { port: u16, what: &'static str, option: &'static str, cause: io::Error },
    #[error(
        "{} is in use by another laptop cloud{}: stop that with Ctrl-C, or start this one with --memory --port 0",
        state.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    StateInUse { state: PathBuf, process: Option<u32> },
    #[error(
        "{} was made by another version of the laptop cloud (layout {found:?}, this one writes {known:?}): empty it with \
         `local reset`, or name another directory with --state",
        state.display()
    )]
    StateOfOtherVersion { state: PathBuf, found: String, known: &'static str },
    #[error("the state directory: {0}")]
    State(#[source] io::Error),
    #[error("{} lacks the binaries of these functions: {missing}", directory.display())]
    Binaries { directory: PathBuf, missing: String },
    #[error(transparent)]
    Python(#[from] EnvironmentError),
    #[error(transparent)]
    Ministack(#[from] ministack::Error),
    #[error(transparent)]
    DynamoDb(#[from] TableError),
    #[error("SQS: {0}")]
    Sqs(#[from] SqsError),
    #[error("the queues' file: {0}")]
    QueuesFile(String),
    #[error("a file of the state directory: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Role(#[from] RoleLacks),
    #[error(transparent)]
    Schedule(#[from] JobError),
    #[error("an HTTP client could not be made: {0}")]
    Http(#[source] reqwest::Error),
}
