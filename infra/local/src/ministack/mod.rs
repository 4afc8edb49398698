//! ministack, the child process behind Cognito and S3.
//!
//! It listens on a port of its own that only this process may use: requests come through [`Ministack::forward`], which
//! the endpoint calls after it has verified the signature and asked IAM. The child ends with this process, also when that
//! is killed, and what it has answered with success is on disk (see `ministack/` beside `src/`).

mod environment;
mod process;
#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use serde_json::Value;

pub use environment::{Environment, EnvironmentError};

use crate::clock::Clock;
use process::Process;

/// Those that concern one connection only, or that the next one computes anew.
const NOT_FORWARDED: [HeaderName; 7] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    // ministack would take a bucket's name out of it, IAM does not.
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The launcher closes idle connections after 75 s; one must not be taken up in that moment.
const IDLE_FOR: Duration = Duration::from_secs(30);

/// What a ministack is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The Python it runs in.
    pub environment: Environment,
    /// Where users, keys, buckets and objects are kept.
    pub state: PathBuf,
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The Invoke API through which Cognito reaches its triggers: `http://127.0.0.1:PORT`.
    pub invoke_url: String,
    /// Tokens are issued and expire by it.
    pub clock: Clock,
}

/// Why ministack could not be started or did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process could not be started.
    #[error("ministack could not be started: {0}")]
    Start(#[source] std::io::Error),
    /// The process ended before it listened; the log has its last words.
    #[error("ministack ended before it listened")]
    Ended,
    /// The process does not answer.
    #[error("ministack does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// What came back is not HTTP as it should be.
    #[error("ministack answered something that is not HTTP: {0}")]
    Answer(#[from] http::Error),
    /// It answered with an error.
    #[error("{call} was refused with {status}: {body}")]
    Refused {
        /// Operation or path.
        call: String,
        /// The HTTP status.
        status: StatusCode,
        /// AWS's error document.
        body: String,
    },
    /// A path with dot segments would reach another object than the one IAM was asked about.
    #[error("the path {0} is not in its normal form")]
    Path(String),
    /// The template asks for something that has no body here.
    #[error("{resource}: {property} is not supported by the laptop cloud")]
    Unsupported {
        /// The logical id.
        resource: String,
        /// The property's name.
        property: String,
    },
}

/// The running child. Clones are the same child; it is killed when the last of them is dropped.
#[derive(Debug, Clone)]
pub struct Ministack {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    process: Process,
    url: String,
    token: HeaderValue,
    http: reqwest::Client,
    clock: Clock,
    region: String,
}

impl Ministack {
    /// Starts the child and returns once it accepts requests, with the state of its last run.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(IDLE_FOR)
            .build()?;
        let token = process_token();
        let (process, port) = Process::start(&options, &token).await?;
        let shared = Shared {
            process,
            url: format!("http://127.0.0.1:{port}"),
            token: HeaderValue::try_from(token).map_err(http::Error::from)?,
            http,
            clock: options.clock,
            region: options.region,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Ends the child and waits for its end. Requests in flight get half a second.
    pub async fn stop(&self) {
        self.shared.process.stop().await;
    }

    /// Where a pool's signing keys are; readable without a signature.
    pub fn jwks_url(&self, pool_id: &str) -> String {
        format!("{}/{pool_id}/.well-known/jwks.json", self.shared.url)
    }

    /// Answers a request to Cognito or S3 that is verified and allowed. The body of the answer is streamed.
    pub async fn forward(&self, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let answer = self.send(request).await?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.extend(
                answer
                    .headers()
                    .iter()
                    .filter(|(name, _)| **name != header::TRANSFER_ENCODING && **name != header::CONNECTION)
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        Ok(response.body(Body::from_stream(answer.bytes_stream()))?)
    }

    /// Calls a Cognito operation as the operator.
    pub(crate) async fn cognito(&self, operation: &str, body: &Value) -> Result<Value, Error> {
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header(header::AUTHORIZATION, self.operator("cognito-idp"))
            .body(Bytes::from(body.to_string()))?;
        let answer = accepted(operation, self.send(request).await?).await?;
        Ok(answer.json().await?)
    }

    /// Calls S3 as the operator; an answer that is not a success is an error.
    pub(crate) async fn s3(&self, request: Request<Bytes>) -> Result<(), Error> {
        let call = format!("{} {}", request.method(), request.uri());
        let (mut parts, body) = request.into_parts();
        parts
            .headers
            .insert(header::AUTHORIZATION, HeaderValue::try_from(self.operator("s3")).map_err(http::Error::from)?);
        accepted(&call, self.send(Request::from_parts(parts, body)).await?).await?;
        Ok(())
    }

    async fn send(&self, request: Request<Bytes>) -> Result<reqwest::Response, Error> {
        let (parts, body) = request.into_parts();
        let shared = &*self.shared;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers: HeaderMap = parts.headers;
        for name in NOT_FORWARDED {
            headers.remove(name);
        }
        headers.insert("x-host-token", shared.token.clone());
        headers.insert("x-clock-offset", HeaderValue::from(shared.clock.offset_seconds()));
        let request =
            shared.http.request(parts.method, format!("{}{path}", shared.url)).headers(headers).body(body).build()?;
        if request.url().path() != parts.uri.path() {
            return Err(Error::Path(path.to_owned()));
        }
        Ok(shared.http.execute(request).await?)
    }

    /// ministack finds service and region in the credential scope; it verifies no signatures here.
    fn operator(&self, service: &str) -> String {
        let scope = format!("AKIAOPERATOROPERATOR/20250101/{}/{service}/aws4_request", self.shared.region);
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none")
    }

    /// The region its resources are in.
    pub(crate) fn region(&self) -> &str {
        &self.shared.region
    }

    /// The child's process id, until it is stopped.
    #[cfg(test)]
    pub(crate) fn pid(&self) -> Option<u32> {
        self.shared.process.pid()
    }
}

async fn accepted(call: &str, answer: reqwest::Response) -> Result<reqwest::Response, Error> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(Error::Refused { call: call.to_owned(), status: answer.status(), body: answer.text().await? })
}

#[expect(clippy::disallowed_methods, reason = "a secret of this run; nothing depends on its value")]
fn process_token() -> String {
    URL_SAFE_NO_PAD.encode([uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes()].concat())
}
