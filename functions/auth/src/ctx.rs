use std::ops::Deref;
use std::sync::Arc;

use aws_config::SdkConfig;
use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::http::{Gate, Gated};
use lambda::{Base, Failure, MissingSetting, Settings};

use crate::credentials::{Cognito, Credentials};
use crate::mail::{Mailer, Ses};

/// What reading and ending sessions needs: the table alone.
#[derive(Clone)]
pub struct Ctx {
    /// The service's table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    gate: Gate,
}

/// What making accounts and sessions needs besides: the keeper of credentials, and mail.
#[derive(Clone)]
pub struct IdentityCtx {
    base: Ctx,
    /// Who keeps passwords and signs tokens.
    pub credentials: Arc<dyn Credentials>,
    /// Who delivers mail.
    pub mailer: Arc<dyn Mailer>,
}

impl Ctx {
    /// From what the start of a function finds: `TABLE_NAME`.
    pub fn new(base: &Base) -> Result<Self, MissingSetting> {
        Ok(Self::of(base.table()?, base.clock.clone(), base.entropy.clone()))
    }

    /// From its parts.
    pub fn of(table: Table, clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self { table, clock, entropy, gate: Gate::new() }
    }
}

impl IdentityCtx {
    /// From what the start of a function finds: besides [`Ctx::new`], `USER_POOL_ID`, `TOKEN_CLIENT_ID`, `MAIL_FROM`.
    pub fn new(base: &Base) -> Result<Self, Failure> {
        let mailer = Ses::new(base.aws_calls("ses", "SESV2", "email")?, base.settings.require("MAIL_FROM")?);
        Ok(Self::of(Ctx::new(base)?, Arc::new(Cognito::of(base)?), Arc::new(mailer)))
    }

    /// Outside a function: for an operator's command. `settings` are those of [`IdentityCtx::new`].
    pub fn outside(settings: Settings, aws: SdkConfig) -> Result<Self, Failure> {
        Self::new(&Base::new(settings, aws)?)
    }

    /// From its parts.
    pub fn of(base: Ctx, credentials: Arc<dyn Credentials>, mailer: Arc<dyn Mailer>) -> Self {
        Self { base, credentials, mailer }
    }
}

impl Deref for IdentityCtx {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.base
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl Gated for IdentityCtx {
    fn gate(&self) -> &Gate {
        &self.base.gate
    }
}
