//! Who calls.

use axum::extract::FromRequestParts;
use contracts::{Actor, Member, Permission, PlatformRole};
use domain::{StoreId, UserId};
use http::request::Parts;
use serde_json::{Map, Value};

use super::{Gated, Problem, kinds};

/// Who calls a route, as its access rule established.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody who signed in.
    Guest,
    /// A person with a valid access token.
    User(Claims),
    /// A function of ours, by the ARN that signed the call.
    Function(String),
}

impl Caller {
    /// The person, if one signed in.
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(claims) => Some(claims.user_id),
            Self::Guest | Self::Function(_) => None,
        }
    }

    /// The actor of events.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::User(claims) => Actor::User { id: claims.user_id },
            Self::Guest | Self::Function(_) => Actor::Guest,
        }
    }
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whose token it is.
    pub user_id: UserId,
    /// What they are on the platform.
    pub role: PlatformRole,
    /// The sign-in that the token descends from.
    pub origin: String,
}

/// The scope that every access token of ours carries.
const SCOPE: &str = "um/api";

impl Claims {
    /// Reads verified claims. `None` for anything but an access token of ours.
    pub fn read(claims: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| claims.get(name)?.as_str();
        let ours = text("token_use") == Some("access") && text("scope")?.split(' ').any(|scope| scope == SCOPE);
        if !ours {
            return None;
        }
        Some(Self {
            user_id: text("username")?.parse().ok()?,
            role: PlatformRole::parse(text("um_role")?)?,
            origin: text("origin_jti").unwrap_or_default().to_owned(),
        })
    }

    /// The actor of events.
    pub const fn actor(&self) -> Actor {
        Actor::User { id: self.user_id }
    }
}

/// The signed-in person: an extractor for routes whose access asks for one.
#[derive(Debug, Clone)]
pub struct User(pub Claims);

impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::User(claims)) => Ok(Self(claims.clone())),
            _ => Err(Problem::of(&kinds::UNAUTHENTICATED)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self::Guest))
    }
}

/// For routes whose store is known only after a row was read ([`super::Access::StaffOf`]): the permission the route
/// declares, to be checked with [`StaffGuard::check`] as soon as it is.
#[derive(Debug, Clone)]
pub struct StaffGuard {
    pub(crate) permission: Permission,
    pub(crate) claims: Claims,
}

impl StaffGuard {
    /// The person.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The member, if the person may do in `store` what the route declares; 403 otherwise.
    pub async fn check(&self, ctx: &impl Gated, store: StoreId) -> Result<Member, Problem> {
        ctx.gate().require(&self.claims, store, self.permission).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for StaffGuard {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let guard = parts.extensions.get::<Self>().cloned();
        guard.ok_or_else(|| Problem::internal("a route takes a StaffGuard but declares another access"))
    }
}
