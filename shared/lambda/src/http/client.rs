//! What a request tells of the device it comes from.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use domain::Locale;
use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use http::request::Parts;
use lambda_http::request::RequestContext;

/// Address, program and language of a caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientInfo {
    /// The address the gateway saw; empty when it saw none.
    pub ip: String,
    /// At most 300 characters of the header.
    pub user_agent: String,
    /// The language asked for.
    pub locale: Locale,
}

const USER_AGENT_MAX: usize = 300;

impl<S: Send + Sync> FromRequestParts<S> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let ip = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let user_agent = header(USER_AGENT).chars().take(USER_AGENT_MAX).collect();
        Ok(Self { ip, user_agent, locale: language(&parts.headers) })
    }
}

/// The language that the reader asks for.
pub(super) fn language(headers: &HeaderMap) -> Locale {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.map_or_else(Locale::default, Locale::from_accept_language)
}
