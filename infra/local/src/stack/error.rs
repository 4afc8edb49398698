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
        "port {port} for the {what} cannot be had: {cause}. Another laptop cloud may be running (`local status`); \
         stop it, or choose other ports (`local --port 0` takes free ones)"
    )]
    Port { port: u16, what: &'static str, cause: io::Error },
    #[error("{} is in use by another laptop cloud: stop it, or start this one with --memory", .0.display())]
    StateInUse(PathBuf),
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
