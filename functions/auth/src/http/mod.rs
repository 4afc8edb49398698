//! The routes: nothing else knows HTTP.

mod account;
mod admin;
mod field;
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
        .about(
            "Mails a code of six digits, good for ten minutes and five tries. Answers 202 whether or not the \
             address has an account, so that nobody learns who has one. A password has 8 to 128 characters with \
             upper and lower case, a digit and a sign, and is not a common one.",
        )
        .post("/v1/auth/verify-email", Access::Public, "Prove the email with the code", public::verify_email)
        .about("The account begins here, with the password that comes with the code; sign in with it afterwards.")
        .refuses(&[&WRONG_CODE])
        .post("/v1/auth/resend-verification", Access::Public, "Send another code", public::resend_verification)
        .about("At most one mail a minute goes out, whatever this answers.")
        .post("/v1/auth/login", Access::Public, "Sign in", public::login)
        .about(
            "`wrong-credentials` also stands for an account that is not proven, stopped, or locked: five wrong \
             passwords lock it for half an hour. `device` is the name under which the session is listed.",
        )
        .refuses(&[&WRONG_CREDENTIALS])
        .post("/v1/auth/refresh", Access::Public, "Continue a session", public::refresh)
        .about(
            "Gives a new access token and a new refresh token; the old one is spent, and using it again ends the \
             session. With an `Idempotency-Key` a lost answer can be asked for again for a minute.",
        )
        .refuses(&[&SESSION_OVER])
}

/// The routes of `auth-account`: seeing and ending what is there.
pub fn account() -> Routes<Ctx> {
    Routes::new("auth-account")
        .get("/v1/auth/me", Access::Shopper, "The own account", account::me)
        .about("How somebody signs in and as what. Their name and language are at `GET /v1/users/me`.")
        .post("/v1/auth/logout", Access::Shopper, "End this session", account::logout)
        .about(
            "The refresh token ends at once. The access token is not looked up anywhere: it counts until its 15 \
             minutes are over, so forget it.",
        )
        .get("/v1/auth/sessions", Access::Shopper, "The own sessions", account::sessions)
        .about("One for each sign-in, with the device it came from; those that are over say what ended them.")
        .delete("/v1/auth/sessions", Access::Shopper, "End all other sessions", account::revoke_others)
        .about("All but the session of this token; their refresh tokens end at once.")
        .delete("/v1/auth/sessions/{session_id}", Access::Shopper, "End a session", account::revoke)
        .about("Its refresh token ends at once.")
        .get("/v1/auth/login-history", Access::Shopper, "The own attempts to sign in", account::login_history)
        .about("Every attempt of the last 90 days, newest first, also those that failed.")
        .get("/v1/admin/audit-logs", Access::Admin, "What was done to a resource or by an actor", admin::audit_logs)
        .about("Newest first. Name one of `resource` (such as `store/<id>`) and `actor`.")
}

/// Every route of the service.
pub fn routes() -> Vec<Route> {
    [public().list(), account().list()].concat()
}
