//! `local mailbox`.

use super::Error;
use super::client::Client;
use crate::ses::Mail;

/// The mails, the newest last: where a terminal ends.
pub(super) async fn mailbox(client: &Client, to: Option<&str>, limit: u32) -> Result<String, Error> {
    let limit = limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(to.map(|to| ("to", to)));
    let mails: Vec<Mail> = client.get("/mailbox", &query).await?;
    if mails.is_empty() {
        return Ok(to.map_or("no mail was sent yet".to_owned(), |to| format!("no mail was sent to {to} yet")));
    }
    let each = mails.iter().rev().map(|mail| {
        let text = mail.text.as_deref().or(mail.html.as_deref()).unwrap_or_default();
        format!("{:.0}  to {}  {}\n{text}\n", mail.at, mail.to.join(", "), mail.subject)
    });
    Ok(each.collect::<Vec<_>>().join("\n"))
}
