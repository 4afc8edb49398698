//! Whose key signed, and what that principal may do.

use std::collections::HashMap;

use crate::apigateway::{Caller, IamAuthorizer, SignedRequest};
use crate::clock::Clock;
use crate::iam::{Credentials, Decision, Policies, Principal};

use super::sigv4::{self, SignatureError, Signed};

/// The keys and policies of a stack.
pub struct Gatekeeper {
    principals: HashMap<String, (Credentials, Principal)>,
    policies: Policies,
    account: String,
    clock: Clock,
}

impl Gatekeeper {
    /// Knows the operator and the functions by their keys. Signatures are judged by the machine's clock, which the
    /// SDKs sign by.
    pub fn new(
        keys: impl IntoIterator<Item = (Credentials, Principal)>,
        policies: Policies,
        account: &str,
        clock: Clock,
    ) -> Self {
        let principals =
            keys.into_iter().map(|(keys, principal)| (keys.access_key_id.clone(), (keys, principal))).collect();
        Self { principals, policies, account: account.to_owned(), clock }
    }

    /// What the principals may do.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who signed a request.
    pub fn identify(&self, request: &sigv4::Request<'_>) -> Result<(Principal, Signed), SignatureError> {
        let keys = |id: &str| self.principals.get(id).map(|(keys, _)| keys.clone());
        let signed = sigv4::verify(request, keys, self.clock.machine_now())?;
        let unknown = || SignatureError::UnknownKey(signed.access_key_id.clone());
        let (_, principal) = self.principals.get(&signed.access_key_id).ok_or_else(unknown)?;
        Ok((principal.clone(), signed))
    }
}

impl IamAuthorizer for Gatekeeper {
    fn authorize(&self, request: &SignedRequest<'_>) -> Result<Caller, String> {
        let seen = sigv4::Request {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers,
            body: request.body,
        };
        let (principal, signed) = self.identify(&seen).map_err(|cause| cause.to_string())?;
        if signed.service != "execute-api" {
            return Err(format!("signed for {} instead of execute-api", signed.service));
        }
        match self.policies.allows(&principal, "execute-api:Invoke", request.resource_arn) {
            Decision::Allow => {}
            _ => return Err(format!("{principal:?} may not execute-api:Invoke on {}", request.resource_arn)),
        }
        let session = match &principal {
            Principal::Admin => "admin",
            Principal::Function(name) => name,
        };
        // AWS's role ids start with AROA; ours are made from the key, which belongs to one principal.
        let id = format!("AROA{}:{session}", signed.access_key_id.trim_start_matches("AKIA"));
        Ok(Caller {
            access_key: signed.access_key_id,
            account_id: self.account.clone(),
            caller_id: id.clone(),
            user_arn: format!("arn:aws:sts::{}:assumed-role/{session}-role/{session}", self.account),
            user_id: id,
        })
    }
}
