//! A service with a table, credentials and a mailbox of its own, all in this process.

use std::sync::Arc;

use contracts::PlatformRole;
use domain::{Clock, Locale, SeededEntropy, UserId};
use dynamodb::{OutboxRow, Query, Table};
use lambda::http::ClientInfo;

use super::Error;
use super::login::{Login, SignedIn, login};
use super::lookup::account_of;
use super::refresh::{Refresh, refresh};
use super::register::{Register, register};
use super::sweep::sweep;
use super::verify_email::{VerifyEmail, verify_email};
use crate::credentials::Tokens;
use crate::credentials::fake::FakeCredentials;
use crate::domain::{Code, Password, RefreshToken};
use crate::mail::fake::Mailbox;
use crate::{Ctx, IdentityCtx};

pub(crate) const EMAIL: &str = "aziza@example.uz";
pub(crate) const PASSWORD: &str = "Olma7!anor";

pub(crate) struct World {
    pub(crate) ctx: IdentityCtx,
    pub(crate) clock: Clock,
    pub(crate) credentials: Arc<FakeCredentials>,
    pub(crate) mailbox: Arc<Mailbox>,
    _db: testing::DynamoDb,
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = testing::DynamoDb::start().await;
        let table = Table::new(db.client(), db.create_table(&crate::table::SCHEMA.properties()).await);
        let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
        let credentials = Arc::new(FakeCredentials::new(table.clone()));
        let mailbox = Arc::new(Mailbox::default());
        let base = Ctx::of(table, clock.clone(), Arc::new(SeededEntropy::new(1)));
        let ctx = IdentityCtx::of(base, credentials.clone(), mailbox.clone());
        Self { ctx, clock, credentials, mailbox, _db: db }
    }

    pub(crate) fn command(email: &str) -> Register {
        Register { email: email.parse().unwrap(), role: PlatformRole::Customer, locale: Locale::Uz }
    }

    pub(crate) async fn register(&self, email: &str) -> Result<(), Error> {
        register(&self.ctx, &Self::command(email)).await
    }

    /// With the code that was mailed last.
    pub(crate) async fn verify(&self, email: &str, password: &str) -> Result<(), Error> {
        self.verify_with(email, &self.mailbox.code(email), password).await
    }

    pub(crate) async fn verify_with(&self, email: &str, code: &Code, password: &str) -> Result<(), Error> {
        let email = email.parse().unwrap();
        let password = Password::parse(password, &email).unwrap();
        verify_email(&self.ctx, &VerifyEmail { email, code: code.clone(), password }).await
    }

    /// How many events of that name wait to be told.
    pub(crate) async fn told(&self, name: &str) -> usize {
        let name = format!("\"type\":\"{name}\"");
        let mut count = 0;
        for partition in OutboxRow::partitions(domain::business_day(self.clock.now())) {
            let rows = self.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 1_000).await.unwrap();
            count += rows.iter().filter(|row| row.event.contains(&name)).count();
        }
        count
    }

    /// An account that may sign in.
    pub(crate) async fn active(&self, email: &str, password: &str) -> UserId {
        self.register(email).await.unwrap();
        self.verify(email, password).await.unwrap();
        account_of(&self.ctx, &email.parse().unwrap()).await.unwrap().unwrap().id
    }

    /// A tick of the schedule.
    pub(crate) async fn sweep(&self) -> Result<(), Error> {
        sweep(&self.ctx, &*self.credentials).await
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> Result<SignedIn, Error> {
        let (email, password) = (email.parse().unwrap(), password.to_owned());
        login(&self.ctx, &Login { email, password, device: None, client: ClientInfo::default() }).await
    }

    pub(crate) async fn refresh(&self, token: &RefreshToken, key: Option<&str>) -> Result<SignedIn, Error> {
        let idempotency_key = key.map(str::to_owned);
        refresh(&self.ctx, &Refresh { token: token.clone(), idempotency_key, client: ClientInfo::default() }).await
    }
}

/// `origin_jti` of an access token.
pub(crate) fn origin(access: &str) -> String {
    Tokens { access: access.to_owned(), expires_in_seconds: 0, refresh: None }.origin().unwrap()
}
