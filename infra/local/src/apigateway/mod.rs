//! API Gateway HTTP APIs with Lambda proxy integrations, payload format 2.0.
//!
//! What the gateway itself says is what AWS's says, byte for byte; good errors are the functions' work.
//!
//! Not as in AWS: no request smuggling defences, TLS or custom domains; `x-forwarded-proto` is `http`; one stage, `$default`.
//! AWS publishes one of its `error_description`s only ("the token does not have a valid audience"); the others are ours.

mod answer;
mod claims;
mod cors;
mod definition;
mod event;
mod gateway;
mod iam;
mod jwks;
mod jwt;
mod path;
mod route;
#[cfg(test)]
mod tests;
mod throttle;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

pub use definition::DefinitionError;
pub(crate) use definition::is_open;
pub use gateway::Options;
pub use iam::{Caller, IamAuthorizer, SignedRequest};
pub use jwks::JwksSource;

use crate::template::model;
use gateway::Gateway;

/// An HTTP API, ready to be served.
pub struct HttpApi {
    gateway: Arc<Gateway>,
}

impl HttpApi {
    /// Reads the API's definition. What cannot be served is an error here, not a surprise later.
    pub fn new(api: &model::HttpApi, options: Options) -> Result<Self, DefinitionError> {
        let (routes, cors) = definition::read(&api.definition, &api.properties)
            .map_err(|problem| DefinitionError { api: api.logical_id.clone(), problem })?;
        Ok(Self { gateway: Arc::new(Gateway { routes, cors, options }) })
    }

    /// Serves until `shutdown` completes and the requests in flight are answered.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let port = listener.local_addr()?.port();
        let gateway = self.gateway;
        let listener = listener.tap_io(|stream| {
            if let Err(cause) = stream.set_nodelay(true) {
                tracing::debug!(%cause, "set_nodelay");
            }
        });
        let router =
            Router::new().fallback(move |ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request<Body>| {
                let gateway = Arc::clone(&gateway);
                async move { gateway.handle(request, peer, port).await }
            });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(shutdown).await
    }
}
