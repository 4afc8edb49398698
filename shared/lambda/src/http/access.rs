//! Who may call a route: declared with the route, enforced here and nowhere else.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contracts::{Member, Permission, PlatformRole};
use domain::StoreId;
use http::header::AUTHORIZATION;
use lambda_http::request::RequestContext;
use serde_json::{Map, Value};

use super::{Caller, Claims, Problem, StaffGuard, kinds};
use crate::{Membership, TokenError, Tokens};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody; a token is not looked at.
    Public,
    /// Everybody; a token that is there must be valid and makes the caller a user.
    Guest,
    /// Whoever signed in.
    Shopper,
    /// Vendors.
    Vendor,
    /// Members of the store `{store_id}` of the path with that permission.
    Staff(Permission),
    /// Members, with that permission, of the store that the addressed row belongs to: the handler takes a
    /// [`StaffGuard`] and checks it as soon as the row is read.
    StaffOf(Permission),
    /// Platform staff.
    Admin,
    /// Functions of ours, by IAM.
    Internal,
    /// A payment provider, by its own signature, which the handler verifies.
    Provider,
}

impl Access {
    /// Whether the gateway's JWT authoriser stands before the route.
    pub const fn needs_token(self) -> bool {
        matches!(self, Self::Shopper | Self::Vendor | Self::Staff(_) | Self::StaffOf(_) | Self::Admin)
    }
}

/// What deciding needs.
#[derive(Clone)]
pub struct Gate {
    tokens: Option<Tokens>,
    membership: Option<Arc<dyn Membership>>,
}

/// A context of routes that has a gate.
pub trait Gated: Clone + Send + Sync + 'static {
    /// The gate.
    fn gate(&self) -> &Gate;
}

impl Gate {
    /// A gate for routes that need neither tokens verified in process nor staff: those need the other constructors.
    pub const fn new() -> Self {
        Self { tokens: None, membership: None }
    }

    /// Verifies tokens on [`Access::Guest`] routes.
    pub fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens: Some(tokens), ..self }
    }

    /// Decides on [`Access::Staff`] and [`Access::StaffOf`] routes.
    pub fn with_membership(self, membership: impl Membership + 'static) -> Self {
        Self { membership: Some(Arc::new(membership)), ..self }
    }

    /// The member, if the person has the permission in the store.
    pub async fn require(&self, claims: &Claims, store: StoreId, permission: Permission) -> Result<Member, Problem> {
        let membership = self.membership.as_ref();
        let membership = membership.ok_or_else(|| Problem::internal("a staff route without a membership"))?;
        let member = membership.member(store, claims.user_id).await?;
        let allowed = member.filter(|m| m.store_id == store && m.permissions.contains(&permission));
        allowed.ok_or_else(|| Problem::of(&kinds::FORBIDDEN))
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// The layer in front of one route.
pub(crate) async fn enforce<S: Gated>(
    State((access, ctx)): State<(Access, S)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = match access {
        Access::Public | Access::Provider => Caller::Guest,
        Access::Guest => optional(&parts, ctx.gate()).await?,
        Access::Shopper => Caller::User(from_gateway(&parts)?),
        Access::Vendor => with_role(&parts, |role| role == PlatformRole::Vendor)?,
        Access::Admin => with_role(&parts, PlatformRole::is_admin)?,
        Access::Staff(permission) => {
            let claims = from_gateway(&parts)?;
            let path = RawPathParams::from_request_parts(&mut parts, &()).await.map_err(Problem::internal)?;
            let store = path.iter().find(|(name, _)| *name == "store_id").map(|(_, value)| value.parse::<StoreId>());
            let Some(store) = store else {
                return Err(Problem::internal("a staff route without {store_id} in its path"));
            };
            let store = store.map_err(|_| Problem::of(&kinds::NOT_FOUND))?;
            parts.extensions.insert(ctx.gate().require(&claims, store, permission).await?);
            Caller::User(claims)
        }
        Access::StaffOf(permission) => {
            let claims = from_gateway(&parts)?;
            parts.extensions.insert(StaffGuard { permission, claims: claims.clone() });
            Caller::User(claims)
        }
        Access::Internal => Caller::Function(iam_arn(&parts).ok_or_else(|| Problem::of(&kinds::FORBIDDEN))?),
    };
    parts.extensions.insert(caller);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

fn with_role(parts: &http::request::Parts, fits: impl Fn(PlatformRole) -> bool) -> Result<Caller, Problem> {
    let claims = from_gateway(parts)?;
    if fits(claims.role) { Ok(Caller::User(claims)) } else { Err(Problem::of(&kinds::FORBIDDEN)) }
}

/// The claims that the gateway's authoriser verified; what it does not look at is checked here.
fn from_gateway(parts: &http::request::Parts) -> Result<Claims, Problem> {
    let RequestContext::ApiGatewayV2(context) = parts.extensions.get().ok_or_else(unauthenticated)? else {
        return Err(unauthenticated());
    };
    let jwt = context.authorizer.as_ref().and_then(|a| a.jwt.as_ref()).ok_or_else(unauthenticated)?;
    let claims: Map<String, Value> = jwt.claims.iter().map(|(k, v)| (k.clone(), v.clone().into())).collect();
    Claims::read(&claims).ok_or_else(unauthenticated)
}

fn iam_arn(parts: &http::request::Parts) -> Option<String> {
    let RequestContext::ApiGatewayV2(context) = parts.extensions.get()? else { return None };
    context.authorizer.as_ref()?.iam.as_ref()?.user_arn.clone()
}

async fn optional(parts: &http::request::Parts, gate: &Gate) -> Result<Caller, Problem> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(Caller::Guest) };
    let token = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
    let tokens = gate.tokens.as_ref().ok_or_else(|| Problem::internal("a guest route without tokens"))?;
    let claims = tokens.verify(token).await.map_err(|error| match error {
        TokenError::Invalid(_) => unauthenticated(),
        TokenError::Keys(..) => Problem::unavailable(error),
    })?;
    Ok(Caller::User(Claims::read(&claims).ok_or_else(unauthenticated)?))
}

fn unauthenticated() -> Problem {
    Problem::of(&kinds::UNAUTHENTICATED)
}
