//! A request as the function gets it: payload format 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use axum::http::header::{
    CONNECTION, CONTENT_TYPE, COOKIE, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE, USER_AGENT,
};
use axum::http::{HeaderMap, HeaderName, Method, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What concerns one hop only.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Everything a payload is made of.
pub(super) struct Event<'a> {
    pub(super) api_id: &'a str,
    pub(super) account: &'a str,
    pub(super) request_id: &'a str,
    pub(super) route_key: &'a str,
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) method: &'a Method,
    pub(super) version: Version,
    /// Decoded.
    pub(super) path: &'a str,
    /// As it was sent.
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    pub(super) source_ip: String,
    /// The port the gateway listens on.
    pub(super) port: u16,
    pub(super) trace_id: &'a str,
    /// `jwt` or `iam`, when the route has an authoriser.
    pub(super) authorizer: Option<Value>,
    pub(super) now: Timestamp,
}

impl Event<'_> {
    /// The JSON for the function.
    pub(super) fn payload(self) -> Bytes {
        let headers = self.headers();
        let domain = text(self.headers, &HOST).unwrap_or_default();
        let domain = domain.rsplit_once(':').map_or(domain.as_str(), |(name, _port)| name);
        let mut context = json!({
            "accountId": self.account,
            "apiId": self.api_id,
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": self.method.as_str(),
                "path": self.path,
                "protocol": format!("{:?}", self.version),
                "sourceIp": self.source_ip,
                "userAgent": text(self.headers, &USER_AGENT).unwrap_or_default(),
            },
            "requestId": self.request_id,
            "routeKey": self.route_key,
            "stage": "$default",
            "time": self.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": self.now.as_millisecond(),
        });
        if let Some(authorizer) = &self.authorizer {
            context["authorizer"] = authorizer.clone();
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": context,
        });
        let cookies = self.cookies();
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        if !self.query.is_empty() {
            event["queryStringParameters"] = Value::Object(parameters(self.query));
        }
        if !self.variables.is_empty() {
            event["pathParameters"] = json!(self.variables);
        }
        let body = self.text_body();
        event["isBase64Encoded"] = json!(body.is_none() && !self.body.is_empty());
        if !self.body.is_empty() {
            event["body"] = Value::String(body.unwrap_or_else(|| BASE64.encode(self.body)));
        }
        event.to_string().into()
    }

    /// Lower-case names, values of one name joined by commas; cookies are elsewhere, the gateway adds its own.
    fn headers(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        for name in self.headers.keys() {
            if name != COOKIE && !HOP_BY_HOP.contains(name) {
                headers.insert(name.as_str().to_owned(), text(self.headers, name).into());
            }
        }
        let client = text(self.headers, &HeaderName::from_static("x-forwarded-for"));
        let client = client.map_or(self.source_ip.clone(), |sent| format!("{sent}, {}", self.source_ip));
        for (name, value) in [
            ("content-length", self.body.len().to_string()),
            ("x-amzn-trace-id", self.trace_id.to_owned()),
            ("x-forwarded-for", client),
            ("x-forwarded-port", self.port.to_string()),
            ("x-forwarded-proto", "http".to_owned()),
        ] {
            headers.insert(name.to_owned(), Value::String(value));
        }
        headers
    }

    fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all(COOKIE).iter();
        all.flat_map(|value| {
            let line = String::from_utf8_lossy(value.as_bytes()).into_owned();
            line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
    }

    /// The body when AWS passes its type on as text, which its documentation leaves open: forms and bodies without a type
    /// are not among them, nor are other charsets. The type alone decides, so bytes that are no UTF-8 are lost on the way;
    /// AWS's own gateway unpacks some bodies that say `content-encoding: gzip`, this one none.
    fn text_body(&self) -> Option<String> {
        let kind = text(self.headers, &CONTENT_TYPE)?.to_ascii_lowercase();
        let (kind, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
        let (kind, charset) = (kind.trim(), parameters.split(';').find_map(|one| one.trim().strip_prefix("charset=")));
        let is_text = kind.starts_with("text/")
            || matches!(kind, "application/json" | "application/javascript" | "application/xml")
            || kind.ends_with("+json")
            || kind.ends_with("+xml");
        let unicode = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
        (is_text && unicode).then(|| String::from_utf8_lossy(self.body).into_owned())
    }
}

/// All values of a header, joined by commas.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let values: Vec<_> = values.collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Decoded parameters, values of one name joined by commas.
fn parameters(query: &str) -> Map<String, Value> {
    // Never fails: what is no valid pair is a name without a value, what is no UTF-8 becomes U+FFFD.
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let mut joined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        joined.entry(name).or_default().push(value);
    }
    joined.into_iter().map(|(name, values)| (name, Value::String(values.join(",")))).collect()
}
