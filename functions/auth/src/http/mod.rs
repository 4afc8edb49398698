//! The routes: nothing else knows HTTP.

mod account;
mod admin;
mod problem;
mod public;
#[cfg(test)]
mod tests;

use lambda::http::{Access, Route, Routes};

use self::problem::{SESSION_OVER, WRONG_CODE, WRONG_CREDENTIALS};
use crate::{Ctx, IdentityCtx};

/// The routes of `auth-public`: making accounts and sessions.
pub fn public() -> Routes<IdentityCtx> {
    Routes::new("auth-public")
        .post("/v1/auth/register", Access::Public, "Register with an email and a password", public::register)
        .post("/v1/auth/verify-email", Access::Public, "Prove the email with the code", public::verify_email)
        .refuses(&[&WRONG_CODE])
        .post("/v1/auth/resend-verification", Access::Public, "Send another code", public::resend_verification)
        .post("/v1/auth/login", Access::Public, "Sign in", public::login)
        .refuses(&[&WRONG_CREDENTIALS])
        .post("/v1/auth/refresh", Access::Public, "Continue a session", public::refresh)
        .refuses(&[&SESSION_OVER])
}

/// The routes of `auth-account`: seeing and ending what is there.
pub fn account() -> Routes<Ctx> {
    Routes::new("auth-account")
        .get("/v1/auth/me", Access::Shopper, "The own account", account::me)
        .post("/v1/auth/logout", Access::Shopper, "End this session", account::logout)
        .get("/v1/auth/sessions", Access::Shopper, "The own sessions", account::sessions)
        .delete("/v1/auth/sessions", Access::Shopper, "End all other sessions", account::revoke_others)
        .delete("/v1/auth/sessions/{session_id}", Access::Shopper, "End a session", account::revoke)
        .get("/v1/auth/login-history", Access::Shopper, "The own attempts to sign in", account::login_history)
        .get("/v1/admin/audit-logs", Access::Admin, "What was done to a resource or by an actor", admin::audit_logs)
}

/// Every route of the service.
pub fn routes() -> Vec<Route> {
    [public().list(), account().list()].concat()
}
