//! Receipt handles: which message of which queue, and which of its receives.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Store;
use crate::sqs::SqsError;

/// A receipt handle, opened.
pub(super) struct Receipt {
    pub(super) row: i64,
    /// Differs for every receive, of this run and of any other.
    pub(super) nonce: String,
}

impl Store {
    pub(super) fn new_receipt(&self, row: i64) -> Receipt {
        let number = self.next_receipt.get();
        self.next_receipt.set(number + 1);
        Receipt { row, nonce: format!("{:x}-{number:x}", self.clock.machine_now().as_microsecond()) }
    }
}

impl Receipt {
    pub(super) fn handle(&self, queue: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{queue}/{}/{}", self.row, self.nonce))
    }

    /// Opens a handle that `queue` issued.
    pub(super) fn open(handle: &str, queue: &str) -> Result<Self, SqsError> {
        let invalid = || SqsError::ReceiptHandleIsInvalid;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).map_err(|_| invalid())?).map_err(|_| invalid())?;
        let mut parts = text.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(row), Some(nonce)) if name == queue => {
                Ok(Self { row: row.parse().map_err(|_| invalid())?, nonce: nonce.to_owned() })
            }
            _ => Err(invalid()),
        }
    }
}
