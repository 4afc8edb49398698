//! Why something was not counted.

use std::sync::Arc;

use domain::EventId;
use dynamodb::Error;

use crate::domain::Uncountable;

/// Why some of a batch were not counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// It cannot be counted at all.
    #[error(transparent)]
    Uncountable(#[from] Uncountable),
    /// Others counted in the same rows at the same moment, again and again.
    #[error("others count in the same rows")]
    Contended,
    /// The batch took too long.
    #[error("the batch took too long")]
    Late,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Those that were not counted, and why.
pub type Failed = Vec<(EventId, Arc<CountError>)>;
