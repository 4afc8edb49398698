//! Why a command failed, for the one who typed it.

use std::{fmt, io};

use rusqlite::ErrorCode;

use crate::dynamodb::TableError;
use crate::stack;
use crate::template::TemplateError;

const DISK_FULL: &str =
    "The disk is full or fails. `cargo local reset` empties the state, `cargo clean` what was built.";
const STATE_UNREADABLE: &str =
    "The state cannot be read, perhaps it is of another version: `cargo local reset` empties it.";

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
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
    Io(#[from] io::Error),
}

impl Error {
    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// What helps, where the message itself does not say so.
    pub(super) fn remedy(&self) -> Option<&'static str> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(current) = cause {
            if matches!(current.downcast_ref(), Some(stack::Error::QueuesFile(_))) {
                return Some(STATE_UNREADABLE);
            }
            if let Some(io) = current.downcast_ref::<io::Error>()
                && matches!(io.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            {
                return Some(DISK_FULL);
            }
            if let Some(sqlite) = current.downcast_ref::<rusqlite::Error>() {
                return match sqlite.sqlite_error_code() {
                    Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => Some(DISK_FULL),
                    _ => Some(STATE_UNREADABLE),
                };
            }
            cause = match current.downcast_ref::<Self>() {
                // Transparent variants would skip the very error they hold.
                Some(Self::Stack(stack)) => Some(stack),
                Some(Self::Table(table)) => Some(table),
                Some(Self::Io(io)) => Some(io),
                _ => current.source(),
            };
        }
        None
    }
}
