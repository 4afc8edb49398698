//! Whose key signed, and what that principal may do.

use crate::apigateway::{Caller, IamAuthorizer, SignedRequest};
use crate::clock::Clock;
use crate::iam::{Decision, KeyRing, Owner, Policies, Principal};

use super::sigv4::{self, SignatureError, Signed};

/// The keys and policies of a stack.
pub struct Gatekeeper {
    keys: KeyRing,
    policies: Policies,
    account: String,
    clock: Clock,
}

impl Gatekeeper {
    /// Knows the operator and the functions by their keys. Signatures are judged by the machine's clock, which the
    /// SDKs sign by.
    pub fn new(keys: KeyRing, policies: Policies, account: &str, clock: Clock) -> Self {
        Self { keys, policies, account: account.to_owned(), clock }
    }

    /// What the principals may do.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who signed a request.
    pub fn identify(&self, request: &sigv4::Request<'_>) -> Result<(Owner, Signed), SignatureError> {
        let mut owner = None;
        let keys = |id: &str| {
            let (found, keys) = self.keys.owner(id)?;
            owner = Some(found);
            Some(keys)
        };
        let signed = sigv4::verify(request, keys, self.clock.machine_now())?;
        let owner = owner.ok_or_else(|| SignatureError::UnknownKey(signed.access_key_id.clone()))?;
        Ok((owner, signed))
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
        let (Owner { principal, environment }, signed) = self.identify(&seen).map_err(|cause| cause.to_string())?;
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
            name: session.to_owned(),
            environment,
            access_key: signed.access_key_id,
            account_id: self.account.clone(),
            caller_id: id.clone(),
            user_arn: format!("arn:aws:sts::{}:assumed-role/{session}-role/{session}", self.account),
            user_id: id,
        })
    }
}
