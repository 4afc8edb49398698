//! Kept mail, in SQLite: an answered mail is still there after kill -9.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// One mail as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The `MessageId` of the answer.
    pub id: String,
    /// When it was sent, by the clock of the laptop cloud.
    pub at: Timestamp,
    /// `FromEmailAddress`.
    pub from: String,
    /// `ToAddresses`.
    pub to: Vec<String>,
    /// `CcAddresses`.
    pub cc: Vec<String>,
    /// `BccAddresses`.
    pub bcc: Vec<String>,
    /// The subject's text.
    pub subject: String,
    /// The plain text, when there is one.
    pub text: Option<String>,
    /// The HTML, when there is one.
    pub html: Option<String>,
}

/// All mail of the laptop cloud. Clones are the same mailbox.
#[derive(Debug, Clone)]
pub struct Mailbox {
    database: Arc<Mutex<Connection>>,
}

impl Mailbox {
    /// The mailbox in `file`, or one in memory.
    pub(super) fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let database = file.map_or_else(Connection::open_in_memory, Connection::open)?;
        // In-memory databases answer `memory`; the row is of no interest.
        let _: Option<String> = database.query_row("pragma journal_mode = wal", [], |row| row.get(0)).optional()?;
        database.execute_batch(
            "pragma synchronous = normal;
             create table if not exists mail (number integer primary key, mail text not null);
             create table if not exists recipient (
                 address text not null collate nocase, number integer not null, primary key (address, number)
             ) without rowid;",
        )?;
        Ok(Self { database: Arc::new(Mutex::new(database)) })
    }

    pub(super) fn keep(&self, mail: &Mail) -> rusqlite::Result<()> {
        let json =
            serde_json::to_string(mail).map_err(|cause| rusqlite::Error::ToSqlConversionFailure(cause.into()))?;
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = database.transaction()?;
        transaction.execute("insert into mail (mail) values (?)", [json])?;
        let number = transaction.last_insert_rowid();
        for recipient in mail.to.iter().chain(&mail.cc).chain(&mail.bcc) {
            let address = super::address(recipient);
            transaction.execute("insert or ignore into recipient values (?, ?)", params![address, number])?;
        }
        transaction.commit()
    }

    pub(super) fn mails(&self, to: Option<&str>, limit: u32) -> rusqlite::Result<Vec<Mail>> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let mut query = database.prepare_cached(
            "select mail from mail
             where ?1 is null or number in (select number from recipient where address = ?1)
             order by number desc limit ?2",
        )?;
        let rows = query.query_map(params![to, limit], |row| row.get::<_, String>(0))?;
        rows.map(|json| {
            serde_json::from_str(&json?).map_err(|cause| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, cause.into())
            })
        })
        .collect()
    }
}
