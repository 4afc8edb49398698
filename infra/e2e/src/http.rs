//! A front end's view: requests and JSON answers.

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::reference::{self, Exchange};

/// Calls one API, with a token or without. Follows no redirects: those are answers.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The JSON body; `null` for none, text for what is not JSON.
    pub body: Value,
    asked: String,
}

impl Client {
    /// A client of the API at `base`.
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("an HTTP client");
        Self { http, base: base.to_owned(), headers: Vec::new() }
    }

    /// The same with a header on every request.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same with an access token.
    pub fn token(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    /// Creates or acts.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call("PATCH", path, Some(body)).await
    }

    /// Removes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, None).await
    }

    /// Any method with a JSON body or none.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send(method, path, body).await
    }

    /// Any method with a body of any type.
    ///
    /// # Panics
    /// When nobody answers: a journey cannot go on.
    pub async fn send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Reply {
        self.try_send(method, path, body).await.unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// Like [`Client::send`], for those who expect that nobody may answer.
    pub async fn try_send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> reqwest::Result<Reply> {
        let (name, sent) = (method, body.clone());
        let method: Method = method.parse().expect("a method");
        let asked = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((content_type, bytes)) = body {
            request = request.header("content-type", content_type).body(bytes);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = |v: &reqwest::header::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let bytes = response.bytes().await?;
        let body = match serde_json::from_slice(&bytes) {
            Ok(json) => json,
            Err(_) if bytes.is_empty() => Value::Null,
            Err(_) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
        };
        let reply = Reply { status, headers, body, asked };
        reply.is_as_the_reference_says(name, path, sent.as_ref().map(|(media_type, bytes)| (*media_type, &**bytes)));
        Ok(reply)
    }
}

impl Reply {
    /// The answer itself, if its status is that.
    ///
    /// # Panics
    /// When it is another; the message shows the answer.
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.body);
        self
    }

    fn is_as_the_reference_says(&self, method: &str, target: &str, sent: Option<(&str, &[u8])>) {
        let media_type = self.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let exchange = Exchange { method, target, sent, status: self.status, media_type, answer: &self.body };
        reference::record(&exchange);
        if let Err(wrong) = reference::check(&exchange) {
            panic!("{} answered what the reference does not say: {wrong}\n{}", self.asked, self.body);
        }
    }

    /// A text member of the body.
    ///
    /// # Panics
    /// When there is none.
    pub fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("{}: no {member} in {}", self.asked, self.body)).to_owned()
    }

    /// Where the file goes that was announced.
    ///
    /// # Panics
    /// When the answer says of none.
    pub fn upload_url(&self) -> String {
        self.body["upload"]["url"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no upload in {}", self.asked, self.body))
            .to_owned()
    }

    /// The `code` of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
