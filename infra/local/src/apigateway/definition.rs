//! The OpenAPI definition of an HTTP API, read into routes.
//!
//! What is not understood is an error and not ignored: a route must not be open here and closed in AWS.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value};

use super::cors::{Cors, number};
use super::jwt::{IdentitySource, JwtAuthorizer};
use super::path::PathTemplate;
use super::route::{Authorization, Route, Routes};
use super::throttle::{Bucket, Throttle};

/// An integration answers within this when it says nothing else.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

const AUTH_TYPE: &str = "x-amazon-apigateway-authtype";
const SIGNATURE: &str = "awsSigv4";

/// The definition, or a property of the API, is not one this laptop cloud can serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HTTP API {api}: {problem}")]
pub struct DefinitionError {
    /// The logical id of the API.
    pub api: String,
    /// What is wrong, and where.
    pub problem: String,
}

/// Routes and CORS of an API.
pub(super) fn read(definition: &Value, properties: &Value) -> Result<(Routes, Option<Cors>), String> {
    let cors = match properties.get("CorsConfiguration") {
        Some(cors) => Cors::parse(cors)?,
        None => Cors::parse(definition.get("x-amazon-apigateway-cors").unwrap_or(&Value::Null))?,
    };
    let schemes = schemes(definition)?;
    let throttles = Throttles::read(properties)?;
    let mut routes = Vec::new();
    for (path, item) in object(definition, "paths")? {
        let item = item.as_object().ok_or_else(|| format!("the path {path} is no object"))?;
        for (name, operation) in item {
            let method = match name.as_str() {
                "x-amazon-apigateway-any-method" => None,
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => {
                    Some(Method::from_bytes(name.to_uppercase().as_bytes()).map_err(|cause| cause.to_string())?)
                }
                "summary" | "description" | "parameters" | "servers" => continue,
                other => return Err(format!("{path}: unknown operation {other}")),
            };
            let key = match (&method, path.as_str()) {
                (_, "/$default") => "$default".to_owned(),
                (Some(method), _) => format!("{method} {path}"),
                (None, _) => format!("ANY {path}"),
            };
            let template = if key == "$default" { None } else { Some(PathTemplate::parse(path)?) };
            let reader = Reader { definition, schemes: &schemes, key: &key, operation };
            let (function, timeout) = reader.integration()?;
            let authorization = reader.authorization()?;
            let bucket = throttles.of(&key).map(Bucket::full);
            routes.push(Route { key, method, path: template, function, timeout, authorization, bucket });
        }
    }
    throttles.check(&routes)?;
    Ok((Routes::new(routes), cors))
}

/// One operation and what it refers to.
struct Reader<'a> {
    definition: &'a Value,
    schemes: &'a BTreeMap<String, Scheme>,
    key: &'a str,
    operation: &'a Value,
}

impl Reader<'_> {
    /// The function's name and the time it has.
    fn integration(&self) -> Result<(String, Duration), String> {
        let problem = |text: &str| format!("{}: {text}", self.key);
        let integration = self
            .operation
            .get("x-amazon-apigateway-integration")
            .ok_or_else(|| problem("no x-amazon-apigateway-integration"))?;
        let integration = match integration.get("$ref").and_then(Value::as_str) {
            Some(reference) => reference
                .strip_prefix('#')
                .and_then(|pointer| self.definition.pointer(pointer))
                .ok_or_else(|| problem(&format!("nothing is at {reference}")))?,
            None => integration,
        };
        let text = |name: &str| integration.get(name).and_then(Value::as_str).unwrap_or_default();
        if !text("type").eq_ignore_ascii_case("aws_proxy") {
            return Err(problem("only integrations of type AWS_PROXY are served"));
        }
        if text("payloadFormatVersion") != "2.0" {
            return Err(problem("only payloadFormatVersion \"2.0\" is served"));
        }
        let uri = text("uri");
        let function = uri
            .rsplit_once(":function:")
            .map(|(_, name)| name.split(['/', ':']).next().unwrap_or_default())
            .filter(|name| !name.is_empty())
            .ok_or_else(|| problem(&format!("no function in the uri {uri:?}")))?;
        let timeout = match integration.get("timeoutInMillis") {
            None => TIMEOUT_DEFAULT,
            Some(value) => match number(value) {
                Some(ms @ 50..=30_000) => Duration::from_millis(ms),
                _ => return Err(problem("timeoutInMillis is from 50 to 30000")),
            },
        };
        Ok((function.to_owned(), timeout))
    }

    fn authorization(&self) -> Result<Authorization, String> {
        let problem = |text: &str| format!("{}: {text}", self.key);
        if self.operation.get("x-amazon-apigateway-auth").is_some() {
            return Err(problem("x-amazon-apigateway-auth is for REST APIs; name a security scheme of awsSigv4"));
        }
        let requirements = self.operation.get("security").or_else(|| self.definition.get("security"));
        let requirements = match requirements {
            None => return Ok(Authorization::None),
            Some(value) => value.as_array().ok_or_else(|| problem("security is no list"))?,
        };
        let mut schemes = requirements.iter().filter_map(Value::as_object).flatten();
        let Some((name, scopes)) = schemes.next() else { return Ok(Authorization::None) };
        if schemes.next().is_some() {
            return Err(problem("an HTTP API allows one security scheme a route"));
        }
        match self.schemes.get(name) {
            None => Err(problem(&format!("no authorizer is named {name}"))),
            Some(Scheme::Signature) => Ok(Authorization::Iam),
            Some(Scheme::Token(authorizer)) => {
                let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
                Ok(Authorization::Jwt { authorizer: Arc::clone(authorizer), scopes: scopes.collect() })
            }
        }
    }
}

/// What a security scheme asks for.
enum Scheme {
    Token(Arc<JwtAuthorizer>),
    /// IAM. <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html>
    Signature,
}

/// Whether some route of a definition can be called without AWS keys.
pub(crate) fn is_open(definition: &Value) -> bool {
    let schemes = definition.pointer("/components/securitySchemes").and_then(Value::as_object);
    let signatures = schemes.into_iter().flatten().filter(|(_, scheme)| scheme[AUTH_TYPE] == SIGNATURE);
    let signatures: Vec<&str> = signatures.map(|(name, _)| name.as_str()).collect();
    let operations = definition["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let mut operations = operations.filter_map(|path| path.as_object()).flat_map(|path| path.values());
    operations.any(|operation| {
        let named = operation["security"].as_array().into_iter().flatten().filter_map(Value::as_object);
        !named.flat_map(|one| one.keys()).any(|name| signatures.contains(&name.as_str()))
    })
}

/// `components.securitySchemes` that the gateway enforces.
fn schemes(definition: &Value) -> Result<BTreeMap<String, Scheme>, String> {
    let declared = definition.pointer("/components/securitySchemes").and_then(Value::as_object);
    let mut schemes = BTreeMap::new();
    for (name, scheme) in declared.into_iter().flatten() {
        if let Some(kind) = scheme.get(AUTH_TYPE) {
            if kind != SIGNATURE || scheme["type"] != "apiKey" || scheme["in"] != "header" {
                return Err(format!("security scheme {name}: only awsSigv4 of an apiKey in a header is served"));
            }
            schemes.insert(name.clone(), Scheme::Signature);
            continue;
        }
        let Some(settings) = scheme.get("x-amazon-apigateway-authorizer") else { continue };
        let problem = |text: &str| format!("authorizer {name}: {text}");
        if settings.get("type").and_then(Value::as_str) != Some("jwt") {
            return Err(problem("only type jwt is served"));
        }
        let source = settings.get("identitySource");
        let source = source.and_then(Value::as_str).unwrap_or("$request.header.Authorization");
        let jwt = settings.get("jwtConfiguration").ok_or_else(|| problem("no jwtConfiguration"))?;
        let issuer = jwt.get("issuer").and_then(Value::as_str).ok_or_else(|| problem("no issuer"))?;
        let audience = jwt.get("audience").and_then(Value::as_array);
        let audience: Vec<_> = audience.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        if audience.is_empty() {
            return Err(problem("no audience"));
        }
        let source = IdentitySource::parse(source).map_err(|cause| problem(&cause))?;
        let authorizer = JwtAuthorizer { source, issuer: issuer.to_owned(), audience };
        schemes.insert(name.clone(), Scheme::Token(Arc::new(authorizer)));
    }
    Ok(schemes)
}

/// `DefaultRouteSettings` and `RouteSettings`.
struct Throttles {
    default: Option<Throttle>,
    routes: BTreeMap<String, Option<Throttle>>,
}

impl Throttles {
    fn read(properties: &Value) -> Result<Self, String> {
        let read = |settings: &Value| -> Result<Option<Throttle>, String> {
            let limit = |name: &str| match settings.get(name) {
                None => Ok(None),
                Some(value) => {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    text.parse::<f64>().map(Some).map_err(|_| format!("{name} is no number: {value}"))
                }
            };
            let (burst, rate) = (limit("ThrottlingBurstLimit")?, limit("ThrottlingRateLimit")?);
            Ok(match (burst, rate) {
                (None, None) => None,
                // AWS's account defaults for the one that is not given.
                (burst, rate) => {
                    Some(Throttle { burst: burst.unwrap_or(5_000.0), rate_per_second: rate.unwrap_or(10_000.0) })
                }
            })
        };
        let default = properties.get("DefaultRouteSettings").map(read).transpose()?.flatten();
        let mut routes = BTreeMap::new();
        for (key, settings) in properties.get("RouteSettings").and_then(Value::as_object).into_iter().flatten() {
            routes.insert(key.clone(), read(settings)?);
        }
        Ok(Self { default, routes })
    }

    fn of(&self, key: &str) -> Option<Throttle> {
        self.routes.get(key).copied().flatten().or(self.default)
    }

    fn check(&self, routes: &[Route]) -> Result<(), String> {
        let unknown = self.routes.keys().find(|key| routes.iter().all(|route| route.key != **key));
        unknown.map_or(Ok(()), |key| Err(format!("RouteSettings names no route: {key}")))
    }
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, String> {
    value.get(name).and_then(Value::as_object).ok_or_else(|| format!("the definition has no {name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(operation: &Value) -> Value {
        json!({ "paths": { "/x": { "get": operation } } })
    }

    fn integration() -> Value {
        json!({ "type": "aws_proxy", "payloadFormatVersion": "2.0",
            "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations" })
    }

    #[test]
    fn what_cannot_be_served_is_named() {
        let check = |operation: Value, properties: Value, expected: &str| {
            let problem = read(&definition(&operation), &properties).err().unwrap_or_default();
            assert!(problem.contains(expected), "{expected:?} in {problem:?}");
        };
        let served = |extra: Value| {
            let mut operation = json!({ "x-amazon-apigateway-integration": integration() });
            operation.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            operation
        };
        let changed = |name: &str, value: Value| {
            let mut integration = integration();
            integration[name] = value;
            json!({ "x-amazon-apigateway-integration": integration })
        };
        check(json!({}), json!({}), "GET /x: no x-amazon-apigateway-integration");
        check(changed("type", json!("http_proxy")), json!({}), "AWS_PROXY");
        check(changed("payloadFormatVersion", json!("1.0")), json!({}), "2.0");
        check(changed("uri", json!("http://x")), json!({}), "no function in the uri");
        check(changed("timeoutInMillis", json!(31_000)), json!({}), "timeoutInMillis");
        check(served(json!({ "security": [{ "nobody": [] }] })), json!({}), "no authorizer is named nobody");
        check(served(json!({ "x-amazon-apigateway-auth": { "type": "AWS_IAM" } })), json!({}), "awsSigv4");
        let settings = json!({ "RouteSettings": { "GET /y": { "ThrottlingRateLimit": 1 } } });
        check(served(json!({})), settings, "RouteSettings names no route: GET /y");
        check(served(json!({})), json!({ "CorsConfiguration": { "AllowOrigin": [] } }), "unknown CORS setting");
    }
}
