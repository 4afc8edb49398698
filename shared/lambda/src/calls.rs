//! Asking another service, signed with this function's own credentials.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(2_500);
/// Attempts of what may be repeated.
const ATTEMPTS_MAX: u32 = 3;

/// A client of one service's internal API (or of an AWS API that has no SDK here).
#[derive(Clone)]
pub struct Calls {
    http: reqwest::Client,
    base: String,
    aws_service: &'static str,
    region: String,
    credentials: SharedCredentialsProvider,
}

/// Another service could not answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer, or a 5xx or 429, after every attempt. Whether the call took effect is unknown.
    #[error("{0} is not answering: {1}")]
    Unavailable(String, String),
    /// An answer that the caller did not expect: a bug on one of the two sides.
    #[error("{0} answered {1}: {2}")]
    Unexpected(String, StatusCode, String),
}

/// What came back: the status and the JSON body (`null` when there is none).
#[derive(Debug, Clone)]
pub struct Answer {
    /// 2xx, 3xx or 4xx.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
    url: String,
}

impl Answer {
    /// The body as `T` when the status is 2xx; [`CallError::Unexpected`] otherwise.
    pub fn ok<T: DeserializeOwned>(self) -> Result<T, CallError> {
        let unexpected = |detail: String| CallError::Unexpected(self.url.clone(), self.status, detail);
        if !self.status.is_success() {
            return Err(unexpected(self.body["code"].as_str().unwrap_or_default().to_owned()));
        }
        serde_json::from_value(self.body.clone()).map_err(|e| unexpected(e.to_string()))
    }

    /// Like [`Answer::ok`], with `None` for a 404.
    pub fn found<T: DeserializeOwned>(self) -> Result<Option<T>, CallError> {
        if self.status == StatusCode::NOT_FOUND { Ok(None) } else { self.ok().map(Some) }
    }

    /// The `code` of a problem.
    pub fn problem(&self) -> Option<&str> {
        self.body["code"].as_str()
    }
}

/// The HTTP client that every call shares.
pub(crate) fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(ATTEMPT_TIMEOUT).connect_timeout(Duration::from_secs(1)).no_proxy().build()
}

impl Calls {
    /// Calls to the internal API at `base`.
    pub fn signed(http: reqwest::Client, base: &str, aws: &SdkConfig) -> Result<Self, CallError> {
        Self::for_aws(http, base, "execute-api", aws)
    }

    /// Calls to `aws_service` at `base`, as its SDK would sign them.
    pub fn for_aws(
        http: reqwest::Client,
        base: &str,
        aws_service: &'static str,
        aws: &SdkConfig,
    ) -> Result<Self, CallError> {
        let unconfigured =
            |what: &str| CallError::Unavailable(base.to_owned(), format!("AWS {what} is not configured"));
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            aws_service,
            region: aws.region().ok_or_else(|| unconfigured("region"))?.to_string(),
            credentials: aws.credentials_provider().ok_or_else(|| unconfigured("credentials"))?,
        })
    }

    /// Reads; tried again when there is no answer.
    pub async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.repeated(Method::GET, path, None::<&()>).await
    }

    /// Puts, which may be repeated; tried again when there is no answer.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer, CallError> {
        self.repeated(Method::PUT, path, Some(body)).await
    }

    /// Posts what the other side makes safe to repeat (by an id in the path or body); tried again when there is no answer.
    pub async fn post_idempotent(&self, path: &str, body: &impl Serialize) -> Result<Answer, CallError> {
        self.repeated(Method::POST, path, Some(body)).await
    }

    /// Posts once.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, CallError> {
        self.once(&Method::POST, path, &self.encode(path, Some(body))?).await
    }

    fn encode(&self, path: &str, body: Option<&impl Serialize>) -> Result<Vec<u8>, CallError> {
        let encoded = body.map(serde_json::to_vec).transpose();
        Ok(encoded.map_err(|e| CallError::Unavailable(self.url(path), e.to_string()))?.unwrap_or_default())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn repeated(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Result<Answer, CallError> {
        let body = self.encode(path, body)?;
        let mut attempt = 1;
        loop {
            match self.once(&method, path, &body).await {
                Err(CallError::Unavailable(..)) if attempt < ATTEMPTS_MAX => {
                    tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    async fn once(&self, method: &Method, path: &str, body: &[u8]) -> Result<Answer, CallError> {
        let url = self.url(path);
        let failed = |detail: String| CallError::Unavailable(url.clone(), detail);
        let mut request = http::Request::builder().method(method).uri(&url);
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let mut request = request.body(body.to_vec()).map_err(|e| failed(e.to_string()))?;
        self.sign(&mut request).await.map_err(failed)?;
        let request = reqwest::Request::try_from(request).map_err(|e| failed(e.to_string()))?;
        let response = self.http.execute(request).await.map_err(|e| failed(e.to_string()))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|e| failed(e.to_string()))?;
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(failed(format!("status {status}")));
        }
        let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        let body = body.map_err(|e| CallError::Unexpected(url.clone(), status, e.to_string()))?;
        Ok(Answer { status, body, url })
    }

    async fn sign(&self, request: &mut http::Request<Vec<u8>>) -> Result<(), String> {
        let identity = self.credentials.provide_credentials().await.map_err(|e| e.to_string())?.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.aws_service)
            .time(signing_time())
            .settings(SigningSettings::default())
            .build()
            .map_err(|e| e.to_string())?
            .into();
        let uri = request.uri().to_string();
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let signable = SignableRequest::new(
            request.method().as_str(),
            uri,
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            SignableBody::Bytes(request.body()),
        );
        let signed = sign(signable.map_err(|e| e.to_string())?, &params).map_err(|e| e.to_string())?;
        signed.into_parts().0.apply_to_request_http1x(request);
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a signature carries the real time, whatever a test makes of the clock")]
fn signing_time() -> SystemTime {
    SystemTime::now()
}
