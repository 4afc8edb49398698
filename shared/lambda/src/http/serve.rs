//! The service around the routes: language, panics, deadline, correlation.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use domain::Locale;
use futures::FutureExt;
use http::{HeaderValue, StatusCode, header};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use tower::{Service, ServiceExt, service_fn};
use tracing::{Instrument, info_span};

use super::client::language;
use super::{Gated, Problem, Routes, kinds};
use crate::Failure;

/// Answers this long before the function's deadline, so that nobody waits for a function that is killed.
const RESERVE: Duration = Duration::from_secs(1);

/// Serves `routes` until the runtime ends the function.
pub async fn serve<S: Gated>(routes: Routes<S>, ctx: S) -> Result<(), Failure> {
    lambda_http::run(service(routes, ctx)).await
}

/// The service behind [`serve`]: what a replayed sample event is given to.
pub fn service<S: Gated>(
    routes: Routes<S>,
    ctx: S,
) -> impl Service<lambda_http::Request, Response = Response, Error = Infallible, Future: Send> + Clone {
    let app = routes
        .into_router(ctx)
        .fallback(|| async { Problem::of(&kinds::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::of(&kinds::METHOD) });
    service_fn(move |request: lambda_http::Request| answer(app.clone(), request))
}

async fn answer(router: Router, request: lambda_http::Request) -> Result<Response, Infallible> {
    let locale = language(request.headers());
    let request_id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    };
    // The gateway decodes paths: what follows such a sign would be read as a query, and what is left as another route.
    if request.raw_http_path().contains(['?', '#']) {
        return Ok(Problem::of(&kinds::NOT_FOUND).render(locale, &request_id));
    }
    let left = request.lambda_context_ref().map_or(RESERVE, time_left);
    let span = info_span!("request", request.id = request_id, http.method = %request.method(), http.path = request.uri().path());
    let work = route(router, request.map(axum::body::Body::new)).instrument(span.clone());
    let outcome = AssertUnwindSafe(tokio::time::timeout(left, work)).catch_unwind().await;
    let _entered = span.entered();
    Ok(match outcome {
        Ok(Ok(mut response)) => match response.extensions_mut().remove::<Problem>() {
            Some(problem) => problem.render(locale, &request_id),
            None => safe(response, locale, &request_id),
        },
        Ok(Err(_)) => Problem::unavailable("the deadline").render(locale, &request_id),
        Err(_) => Problem::internal("a panic").render(locale, &request_id),
    })
}

async fn route(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The framework's own refusals (a path that is not UTF-8, say) become problems too; nothing is stored by caches
/// unless a handler says so.
fn safe(mut response: Response, locale: Locale, request_id: &str) -> Response {
    let status = response.status();
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/"));
    if status.is_client_error() && !ours {
        return Problem::of(&kinds::PARAMETER).render(locale, request_id);
    }
    if status == StatusCode::OK || status == StatusCode::CREATED {
        let cache = HeaderValue::from_static("no-store");
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(cache);
    }
    response.into_response()
}

#[expect(clippy::disallowed_methods, reason = "the runtime's deadline is in the machine's time")]
fn time_left(context: &lambda_http::Context) -> Duration {
    context.deadline().duration_since(std::time::SystemTime::now()).unwrap_or_default().saturating_sub(RESERVE)
}
