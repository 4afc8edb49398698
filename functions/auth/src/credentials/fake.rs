//! Credentials in memory, with our real trigger in front of the tokens.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::UserId;
use dynamodb::Table;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::{Credentials, CredentialsError, Tokens};
use crate::domain::CodeKey;

/// Where the next call to [`Credentials::set`] never comes back from, as when the function is killed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    BeforeSet,
    AfterSet,
}

pub(crate) struct FakeCredentials {
    table: Table,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    passwords: HashMap<UserId, String>,
    refresh: HashMap<String, (UserId, String)>,
    issued: u32,
    crash: Option<Crash>,
    is_down: bool,
}

impl FakeCredentials {
    pub(crate) fn new(table: Table) -> Self {
        Self { table, state: Mutex::default() }
    }

    pub(crate) fn crash_at(&self, crash: Crash) {
        self.state.lock().unwrap().crash = Some(crash);
    }

    pub(crate) fn set_down(&self, is_down: bool) {
        self.state.lock().unwrap().is_down = is_down;
    }

    pub(crate) fn knows(&self, user: UserId) -> bool {
        self.state.lock().unwrap().passwords.contains_key(&user)
    }

    pub(crate) fn users(&self) -> usize {
        self.state.lock().unwrap().passwords.len()
    }

    fn check_up(&self) -> Result<(), CredentialsError> {
        let down = self.state.lock().unwrap().is_down;
        if down { Err(CredentialsError::Unavailable("down for the test".into())) } else { Ok(()) }
    }

    async fn issue(&self, user: UserId, origin: Option<String>) -> Result<Tokens, CredentialsError> {
        let role = crate::trigger::role_of(&self.table, user).await;
        let role = role.map_err(|e| CredentialsError::Withheld(e.to_string()))?;
        let mut state = self.state.lock().unwrap();
        state.issued += 1;
        let (serial, is_first) = (state.issued, origin.is_none());
        let origin = origin.unwrap_or_else(|| format!("origin-{serial}"));
        let claims = json!({"username": user, "um_role": role, "origin_jti": origin, "serial": serial});
        let access = format!("header.{}.signature", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let refresh = is_first.then(|| format!("cognito-refresh-{serial}"));
        if let Some(refresh) = &refresh {
            state.refresh.insert(refresh.clone(), (user, origin));
        }
        Ok(Tokens { access, expires_in_seconds: 900, refresh })
    }
}

impl Credentials for FakeCredentials {
    fn set<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<(), CredentialsError>> {
        async move {
            self.check_up()?;
            let crash = self.state.lock().unwrap().crash.take();
            if crash == Some(Crash::BeforeSet) {
                std::future::pending::<()>().await;
            }
            // Other requests get their turn, as over a network.
            tokio::task::yield_now().await;
            self.state.lock().unwrap().passwords.insert(user, password.to_owned());
            if crash == Some(Crash::AfterSet) {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
        .boxed()
    }

    fn remove(&self, user: UserId) -> BoxFuture<'_, Result<(), CredentialsError>> {
        async move {
            self.check_up()?;
            self.state.lock().unwrap().passwords.remove(&user);
            Ok(())
        }
        .boxed()
    }

    fn sign_in<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>> {
        async move {
            self.check_up()?;
            let right = self.state.lock().unwrap().passwords.get(&user).is_some_and(|known| known == password);
            if !right {
                return Err(CredentialsError::Refused);
            }
            self.issue(user, None).await
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, user: UserId, refresh: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>> {
        async move {
            self.check_up()?;
            let known = self.state.lock().unwrap().refresh.get(refresh).cloned();
            match known {
                Some((owner, origin)) if owner == user => self.issue(user, Some(origin)).await,
                _ => Err(CredentialsError::Refused),
            }
        }
        .boxed()
    }

    fn code_key(&self) -> BoxFuture<'_, Result<CodeKey, CredentialsError>> {
        async { Ok(CodeKey::derive("the client's secret")) }.boxed()
    }
}
