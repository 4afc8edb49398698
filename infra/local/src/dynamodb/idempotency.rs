//! `ClientRequestToken` of `TransactWriteItems`: a repeated call within ten minutes answers again and writes nothing.

use std::collections::HashMap;

use dynoxide::DynoxideError;
use dynoxide::actions::transact_write_items::{TransactWriteItemsRequest, TransactWriteItemsResponse};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// How long DynamoDB remembers a token.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// Longest token DynamoDB takes.
const TOKEN_CHARS_MAX: usize = 36;

/// The transactions of the last ten minutes that came with a token.
#[derive(Default)]
pub(super) struct Tokens {
    finished: HashMap<String, Finished>,
}

struct Finished {
    at: Timestamp,
    items: [u8; 32],
    response: TransactWriteItemsResponse,
}

impl Tokens {
    /// Runs a transaction once for its token. The caller holds the only reference meanwhile, so a
    /// concurrent call with the token waits and then gets the first one's answer.
    pub(super) fn once(
        &mut self,
        request: &TransactWriteItemsRequest,
        now: Timestamp,
        execute: impl FnOnce() -> dynoxide::Result<TransactWriteItemsResponse>,
    ) -> dynoxide::Result<TransactWriteItemsResponse> {
        let Some(token) = request.client_request_token.as_deref() else { return execute() };
        if token.chars().count() > TOKEN_CHARS_MAX {
            return Err(DynoxideError::ValidationException(format!(
                "1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy constraint: \
                 Member must have length less than or equal to {TOKEN_CHARS_MAX}"
            )));
        }
        self.finished.retain(|_, finished| now.duration_since(finished.at).abs() < REMEMBERED);
        let items = digest(request)?;
        if let Some(finished) = self.finished.get(token) {
            if finished.items != items {
                return Err(DynoxideError::IdempotentParameterMismatchException(
                    "An error occurred (IdempotentParameterMismatchException)".to_owned(),
                ));
            }
            return Ok(finished.response.clone());
        }
        let response = execute()?;
        self.finished.insert(token.to_owned(), Finished { at: now, items, response: response.clone() });
        Ok(response)
    }
}

/// The same for the same items, whatever order their attributes came in.
fn digest(request: &TransactWriteItemsRequest) -> dynoxide::Result<[u8; 32]> {
    // Through a `Value`, whose maps are sorted.
    let items = serde_json::to_value(&request.transact_items)
        .map_err(|cause| DynoxideError::InternalServerError(cause.to_string()))?;
    Ok(Sha256::digest(items.to_string()).into())
}
