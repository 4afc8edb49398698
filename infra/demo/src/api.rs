//! Calls of the public API; what it refuses becomes a failure that says why.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use crate::Failure;

/// How often something is asked for that is not available.
const ATTEMPTS_MAX: u32 = 10;
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// The API as one caller sees it.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Api {
    /// The API at `base`, as nobody.
    pub fn new(base: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().no_proxy().build().map_err(|error| Failure::Other(error.to_string()))?;
        Ok(Self { http, base: base.to_owned(), token: None })
    }

    /// The same with an access token.
    pub fn with(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json(self.request(Method::GET, path)).await
    }

    /// Reads what may not be there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>, Failure> {
        let response = self.send(self.request(Method::GET, path)).await?;
        if response.status() == 404 { Ok(None) } else { self.read(response).await.map(Some) }
    }

    /// Creates or acts.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json(self.request(Method::POST, path).json(body)).await
    }

    /// Sets.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json(self.request(Method::PUT, path).json(body)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json(self.request(Method::PATCH, path).json(body)).await
    }

    /// Sends a file.
    pub async fn upload(&self, path: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Result<Value, Failure> {
        let request = headers.iter().fold(self.request(Method::POST, path), |r, (name, value)| r.header(*name, *value));
        self.json(request.body(bytes)).await
    }

    /// Puts a file where an address that carries its own right says: no token goes with it.
    pub async fn put_file(&self, url: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Result<(), Failure> {
        let request = headers.iter().fold(self.http.put(url), |r, (name, value)| r.header(*name, *value));
        let response = self.send(request.body(bytes)).await?;
        let (status, path) = (response.status(), response.url().path().to_owned());
        if status.is_success() {
            return Ok(());
        }
        let said = response.text().await.unwrap_or_default();
        Err(Failure::Refused(format!("{path} answered {status}: {said}")))
    }

    /// Creates or acts, under an idempotency key: what is not available for a moment may be asked for again.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Value, Failure> {
        for _ in 1..ATTEMPTS_MAX {
            let request = self.request(Method::POST, path).header("idempotency-key", key).json(body);
            let answer = Answer::of(self.send(request).await?).await?;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                return answer.read();
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
        self.json(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// Creates or acts; `None` when the API refuses it by that code.
    pub async fn post_unless(&self, path: &str, code: &str, body: &Value) -> Result<Option<Value>, Failure> {
        let response = self.send(self.request(Method::POST, path).json(body)).await?;
        let answer = Answer::of(response).await?;
        if answer.body["code"] == code { Ok(None) } else { answer.read().map(Some) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base)).header("accept-language", "en");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn json(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let response = self.send(request).await?;
        self.read(response).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        request.send().await.map_err(|_| Failure::NotRunning(self.base.clone()))
    }

    async fn read(&self, response: Response) -> Result<Value, Failure> {
        Answer::of(response).await?.read()
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    path: String,
    body: Value,
}

impl Answer {
    async fn of(response: Response) -> Result<Self, Failure> {
        let (status, path) = (response.status(), response.url().path().to_owned());
        let text = response.text().await.map_err(|error| Failure::Other(error.to_string()))?;
        Ok(Self { status, path, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    fn read(self) -> Result<Value, Failure> {
        let Self { status, path, body } = self;
        match status.as_u16() {
            200..=299 => Ok(body),
            401 => Err(Failure::SignedOut(format!("{path} answered {status}: {body}"))),
            _ => Err(Failure::Refused(format!("{path} answered {status}: {body}"))),
        }
    }
}
