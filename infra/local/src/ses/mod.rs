//! SES: takes mail by the API of SES version 2 and keeps it in a mailbox instead of sending it.

mod mailbox;
mod send_email;
#[cfg(test)]
mod tests;

use std::path::Path;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::json;

pub use mailbox::{Mail, Mailbox};

use crate::clock::Clock;
use send_email::{BadRequest, parse};

/// The path of `SendEmail`; the method is POST.
pub const SEND_EMAIL_PATH: &str = "/v2/email/outbound-emails";

/// SES with its mailbox. Clones are the same mailbox.
#[derive(Debug, Clone)]
pub struct Ses {
    mailbox: Mailbox,
    clock: Clock,
}

impl Ses {
    /// A mailbox in `file`, or in memory without one.
    pub fn open(file: Option<&Path>, clock: Clock) -> rusqlite::Result<Self> {
        Ok(Self { mailbox: Mailbox::open(file)?, clock })
    }

    /// Answers `SendEmail`: the mail is in the mailbox when the answer has a `MessageId`.
    pub fn send_email(&self, body: &[u8]) -> Response<Bytes> {
        let mail = match parse(body, self.clock.now()) {
            Ok(mail) => mail,
            Err(BadRequest(message)) => return error(StatusCode::BAD_REQUEST, "BadRequestException", &message),
        };
        match self.mailbox.keep(&mail) {
            Ok(()) => answer(StatusCode::OK, &json!({ "MessageId": mail.id })),
            Err(cause) => {
                tracing::error!(%cause, "a mail could not be kept");
                error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", "The mail could not be kept.")
            }
        }
    }

    /// The mails, the newest first; only those to, cc or bcc `to` when that is given.
    pub fn mails(&self, to: Option<&str>, limit: u32) -> rusqlite::Result<Vec<Mail>> {
        self.mailbox.mails(to, limit)
    }
}

/// The bare address of `Name <address>`.
pub fn address(mailbox: &str) -> &str {
    let inner = mailbox.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(mailbox, |(address, _)| address).trim()
}

fn error(status: StatusCode, code: &'static str, message: &str) -> Response<Bytes> {
    let mut response = answer(status, &json!({ "message": message }));
    response.headers_mut().insert("x-amzn-errortype", header::HeaderValue::from_static(code));
    response
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
