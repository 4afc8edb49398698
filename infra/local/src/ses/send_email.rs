//! The body of `SendEmail`, checked as SES checks it.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{Mail, address};

/// Of one message, over to, cc and bcc.
const RECIPIENTS_MAX: usize = 50;

/// The message of a `BadRequestException`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadRequest(pub(super) String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    subject: Text,
    body: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

/// The mail a request asks to be sent.
pub(super) fn parse(body: &[u8], at: Timestamp) -> Result<Mail, BadRequest> {
    let request: SendEmail = serde_json::from_slice(body).map_err(|cause| BadRequest(cause.to_string()))?;
    let from = request.from_email_address.ok_or_else(|| bad("FromEmailAddress is required."))?;
    let Some(message) = request.content.simple else {
        return Err(bad("Only Content.Simple is supported by the laptop cloud."));
    };
    if message.body.text.is_none() && message.body.html.is_none() {
        return Err(bad("Body must have Text or Html."));
    }
    let Destination { to, cc, bcc } = request.destination;
    let recipients = to.len() + cc.len() + bcc.len();
    if recipients == 0 {
        return Err(bad("Destination must have at least one recipient."));
    }
    if recipients > RECIPIENTS_MAX {
        return Err(bad("Recipient count exceeds 50."));
    }
    for mailbox in to.iter().chain(&cc).chain(&bcc).chain([&from]) {
        check(mailbox)?;
    }
    Ok(Mail {
        id: message_id(at),
        at,
        from,
        to,
        cc,
        bcc,
        subject: message.subject.data,
        text: message.body.text.map(|text| text.data),
        html: message.body.html.map(|html| html.data),
    })
}

fn check(mailbox: &str) -> Result<(), BadRequest> {
    let Some((local, domain)) = address(mailbox).rsplit_once('@') else { return Err(bad("Missing final '@domain'")) };
    let invalid = |part: &str| part.is_empty() || part.contains(|c: char| c.is_whitespace() || c.is_control());
    if invalid(local) {
        return Err(bad("Local address contains control or whitespace"));
    }
    if invalid(domain) {
        return Err(bad("Domain contains control or whitespace"));
    }
    Ok(())
}

/// SES's form: the milliseconds since 1970 in hex, a UUID, six zeros.
#[expect(clippy::disallowed_methods, reason = "a message id that nothing depends on")]
fn message_id(at: Timestamp) -> String {
    format!("{:016x}-{}-000000", at.as_millisecond(), Uuid::new_v4())
}

fn bad(message: &str) -> BadRequest {
    BadRequest(message.to_owned())
}
