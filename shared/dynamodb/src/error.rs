//! What can go wrong with a table.

use std::error::Error as StdError;
use std::fmt::Display;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;

use crate::{Item, Key, Row, Stored};

/// A failed call. Only [`Error::Refused`] is about the caller's data; the others are the operator's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A condition did not hold; nothing was written.
    #[error("the condition of `{}` does not hold", .0.operation)]
    Refused(Refusal),
    /// The call failed after every retry. Whether it took effect is unknown.
    #[error("{operation} failed: {detail}")]
    Call {
        /// The DynamoDB operation.
        operation: &'static str,
        /// For operators.
        detail: String,
    },
    /// DynamoDB takes no such request, today or later: a row over 400 KB, a number out of bounds. Nothing was written.
    #[error("{operation} is not possible: {detail}")]
    Invalid {
        /// The DynamoDB operation.
        operation: &'static str,
        /// For operators.
        detail: String,
    },
    /// A row does not read or write as its type.
    #[error("row {kind} at {pk} / {sk}: {detail}")]
    Row {
        /// [`Row::KIND`].
        kind: &'static str,
        /// Partition key.
        pk: String,
        /// Sort key.
        sk: String,
        /// For operators.
        detail: String,
    },
}

/// Which condition failed, and what stood there.
#[derive(Debug)]
pub struct Refusal {
    /// The name that the operation was given.
    pub operation: &'static str,
    /// Its place in the transaction, from 0.
    pub position: usize,
    /// The other operations of the transaction whose conditions failed too: name and place.
    pub others: Vec<(&'static str, usize)>,
    pub(crate) existing: Vec<(usize, Item)>,
}

impl Refusal {
    /// The row that stood at the key of the operation at `position`, if it was of kind `R`.
    pub fn existing_at<R: Row>(&self, position: usize) -> Option<Stored<R>> {
        let (_, item) = self.existing.iter().find(|(at, _)| *at == position)?;
        crate::row::decode(item.clone()).ok()
    }

    /// The row that stood at the key of the first failed operation, if it was of kind `R`.
    pub fn existing<R: Row>(&self) -> Option<Stored<R>> {
        self.existing_at(self.position)
    }

    /// Name and place of every failed operation.
    pub fn failed(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        std::iter::once((self.operation, self.position)).chain(self.others.iter().copied())
    }
}

impl Error {
    /// The name of the operation whose condition failed (the first, if several did).
    pub const fn refused(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.operation),
            Self::Call { .. } | Self::Invalid { .. } | Self::Row { .. } => None,
        }
    }

    pub(crate) fn call<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: StdError + ProvideErrorMetadata + 'static,
    {
        let detail = match (error.code(), error.message()) {
            (Some(code), message) => format!("{code}: {}", message.unwrap_or_default()),
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        if error.code() == Some("ValidationException") {
            return Self::Invalid { operation, detail };
        }
        Self::Call { operation, detail }
    }

    /// What cancelled a transaction other than a condition or another transaction.
    pub(crate) fn cancelled<E>(error: &SdkError<E>, reasons: &[CancellationReason]) -> Self
    where
        E: StdError + ProvideErrorMetadata + 'static,
    {
        let operation = "TransactWriteItems";
        match reasons.iter().find(|reason| reason.code() == Some("ValidationError")) {
            Some(reason) => Self::Invalid { operation, detail: reason.message().unwrap_or_default().to_owned() },
            None => Self::call(operation, error),
        }
    }

    pub(crate) fn row(kind: &'static str, key: &Key, detail: impl Display) -> Self {
        Self::Row { kind, pk: key.pk.clone(), sk: key.sk.clone(), detail: detail.to_string() }
    }
}
