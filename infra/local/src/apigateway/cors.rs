//! CORS as HTTP APIs do it: the gateway answers preflights and owns every `access-control-*` header.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// `x-amazon-apigateway-cors` or `CorsConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cors {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
    max_age_seconds: Option<u64>,
    credentials: bool,
}

impl Cors {
    /// Reads either spelling: `allowOrigins` of OpenAPI, `AllowOrigins` of SAM. `true` and a bare origin are SAM's short forms.
    pub(super) fn parse(value: &Value) -> Result<Option<Self>, String> {
        let settings = match value {
            Value::Null | Value::Bool(false) => return Ok(None),
            Value::Bool(true) => return Ok(Some(Self { origins: vec!["*".to_owned()], ..Self::default() })),
            Value::String(origin) => {
                return Ok(Some(Self { origins: vec![origin.clone()], ..Self::default() }));
            }
            Value::Object(settings) => settings,
            other => return Err(format!("CORS settings cannot be {other}")),
        };
        let mut cors = Self::default();
        for (name, value) in settings {
            match name.to_ascii_lowercase().as_str() {
                "alloworigins" => cors.origins = strings(name, value)?,
                "allowmethods" => cors.methods = strings(name, value)?,
                "allowheaders" => cors.headers = strings(name, value)?,
                "exposeheaders" => cors.exposed = strings(name, value)?,
                "maxage" => cors.max_age_seconds = number(value),
                "allowcredentials" => cors.credentials = value == &Value::Bool(true) || value == "true",
                _ => return Err(format!("unknown CORS setting {name}")),
            }
        }
        Ok(Some(cors))
    }

    /// Whether the gateway answers this request itself.
    pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
        method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The headers of a preflight's answer; none when the origin may not.
    pub(super) fn preflight(&self, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.allow(request, &mut headers) {
            set_list(&mut headers, ACCESS_CONTROL_ALLOW_METHODS, &self.methods);
            set_list(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS, &self.headers);
            if let Some(seconds) = self.max_age_seconds {
                headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
            }
        }
        headers
    }

    /// Replaces whatever the function said about CORS.
    pub(super) fn apply(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let theirs: Vec<_> =
            response.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in theirs {
            response.remove(name);
        }
        if self.allow(request, response) {
            set_list(response, ACCESS_CONTROL_EXPOSE_HEADERS, &self.exposed);
        }
    }

    fn allow(&self, request: &HeaderMap, response: &mut HeaderMap) -> bool {
        let Some(origin) = request.get(ORIGIN) else { return false };
        let text = origin.to_str().unwrap_or_default();
        let any = self.origins.iter().any(|allowed| allowed == "*");
        let named = self.origins.iter().any(|allowed| match allowed.strip_suffix('*') {
            // `https://*` allows every origin of that scheme.
            Some(prefix) => text.starts_with(prefix),
            None => allowed.eq_ignore_ascii_case(text),
        });
        if !named {
            return false;
        }
        let allowed = if any { HeaderValue::from_static("*") } else { origin.clone() };
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.credentials {
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        true
    }
}

fn set_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let (false, Ok(value)) = (values.is_empty(), HeaderValue::from_str(&values.join(","))) {
        headers.insert(name, value);
    }
}

fn strings(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let wrong = || format!("the CORS setting {name} is no list of strings");
    let values = value.as_array().ok_or_else(wrong)?;
    values.iter().map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// Templates write numbers as strings as well.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
