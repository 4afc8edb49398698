use axum::Json;
use axum::extract::State;
use contracts::PlatformRole;
use domain::{Locale, SessionId};
use garde::Validate;
use lambda::http::{Accepted, Body, ClientInfo, IdempotencyKey, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{code, email, password, role};
use super::problem::SESSION_OVER;
use crate::IdentityCtx;
use crate::domain::user_token::CODE_LIFE;
use crate::domain::{RefreshToken, Status};
use crate::ops;
use crate::ops::login::{Login, SignedIn};
use crate::ops::refresh::Refresh;
use crate::ops::register::Register;
use crate::ops::verify_email::VerifyEmail;

#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(rename = "Registration")]
pub(super) struct RegisterBody {
    #[garde(length(max = 300))]
    email: String,
    #[garde(length(max = 1_000))]
    password: String,
    #[garde(skip)]
    role: PlatformRole,
    #[garde(skip)]
    locale: Option<Locale>,
}

/// The same whether or not anything was sent.
#[derive(Serialize, JsonSchema)]
pub(super) struct CodeSent {
    code_expires_in_seconds: i64,
}

const CODE_SENT: CodeSent = CodeSent { code_expires_in_seconds: CODE_LIFE.as_secs() };

pub(super) async fn register(
    State(ctx): State<IdentityCtx>,
    client: ClientInfo,
    Body(body): Body<RegisterBody>,
) -> Result<Accepted<CodeSent>, Problem> {
    let email = email(&body.email)?;
    // For the form alone: the password that counts comes with the code.
    password(&body.password, &email)?;
    if body.role.is_admin() {
        return Err(role());
    }
    let locale = body.locale.unwrap_or(client.locale);
    ops::register::register(&ctx, &Register { email, role: body.role, locale }).await?;
    Ok(Accepted(CODE_SENT))
}

#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(rename = "EmailProof")]
pub(super) struct VerifyBody {
    #[garde(length(max = 300))]
    email: String,
    #[garde(length(max = 20))]
    code: String,
    #[garde(length(max = 1_000))]
    password: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Verified {
    status: Status,
}

pub(super) async fn verify_email(
    State(ctx): State<IdentityCtx>,
    Body(body): Body<VerifyBody>,
) -> Result<Json<Verified>, Problem> {
    let code = code(&body.code)?;
    let email = email(&body.email)?;
    let password = password(&body.password, &email)?;
    ops::verify_email::verify_email(&ctx, &VerifyEmail { email, code, password }).await?;
    Ok(Json(Verified { status: Status::Active }))
}

#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(rename = "CodeRequest")]
pub(super) struct ResendBody {
    #[garde(length(max = 300))]
    email: String,
}

pub(super) async fn resend_verification(
    State(ctx): State<IdentityCtx>,
    Body(body): Body<ResendBody>,
) -> Result<Accepted<CodeSent>, Problem> {
    ops::resend_verification::resend_verification(&ctx, &email(&body.email)?).await?;
    Ok(Accepted(CODE_SENT))
}

#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(rename = "Login")]
pub(super) struct LoginBody {
    #[garde(length(max = 300))]
    email: String,
    #[garde(length(min = 1, max = 256))]
    password: String,
    #[garde(length(max = 100))]
    device: Option<String>,
}

/// Tokens as RFC 6749 names them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tokens")]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i32,
    refresh_token: String,
    session_id: SessionId,
}

impl From<SignedIn> for TokenAnswer {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access,
            token_type: "Bearer",
            expires_in: signed_in.expires_in_seconds,
            refresh_token: signed_in.refresh.to_text(),
            session_id: signed_in.refresh.session,
        }
    }
}

pub(super) async fn login(
    State(ctx): State<IdentityCtx>,
    client: ClientInfo,
    Body(body): Body<LoginBody>,
) -> Result<Json<TokenAnswer>, Problem> {
    let email = email(&body.email)?;
    let command = Login { email, password: body.password, device: body.device, client };
    Ok(Json(ops::login::login(&ctx, &command).await?.into()))
}

#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(rename = "SessionRefresh")]
pub(super) struct RefreshBody {
    #[garde(length(max = 300))]
    refresh_token: String,
}

pub(super) async fn refresh(
    State(ctx): State<IdentityCtx>,
    client: ClientInfo,
    key: Option<IdempotencyKey>,
    Body(body): Body<RefreshBody>,
) -> Result<Json<TokenAnswer>, Problem> {
    let token = RefreshToken::parse(&body.refresh_token).map_err(|_| Problem::of(&SESSION_OVER))?;
    let command = Refresh { token, idempotency_key: key.map(|key| key.0), client };
    Ok(Json(ops::refresh::refresh(&ctx, &command).await?.into()))
}
