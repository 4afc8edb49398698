use lambda::http::{Access, Route};
use serde_json::{Map, Value, json};

use crate::Gateway;

/// The security scheme of routes that need a token.
const TOKENS: &str = "tokens";
/// The security scheme of routes that services sign their calls to.
const SIGNATURES: &str = "signatures";

/// How long the gateway waits for a function: a second more than a function may take.
const INTEGRATION_TIMEOUT_MS: u32 = 11_000;

/// The definition of `gateway` with those of `routes` that are its own.
pub fn definition(gateway: Gateway, routes: &[Route]) -> Value {
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| Gateway::of(route) == gateway) {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route);
    }
    let mut definition = json!({
        "openapi": "3.0.1",
        "info": {"title": sub(&format!("um-${{Stage}}-{}", gateway.name())), "version": "1"},
        "paths": paths,
    });
    let schemes = match gateway {
        Gateway::Public => json!({TOKENS: authorizer()}),
        Gateway::Internal => json!({SIGNATURES: signature()}),
    };
    definition["components"] = json!({ "securitySchemes": schemes });
    if gateway == Gateway::Public {
        definition["x-amazon-apigateway-cors"] = json!({
            "allowOrigins": ["*"],
            "allowMethods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            "allowHeaders": ["authorization", "content-type", "content-encoding", "accept-language", "idempotency-key", "if-none-match", "cart-session"],
            "exposeHeaders": ["etag", "retry-after", "location"],
            "maxAge": 3600,
        });
    }
    definition
}

fn operation(route: &Route) -> Value {
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/\
         arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:um-${{Stage}}-{}/invocations",
        route.function
    );
    let mut operation = json!({
        "summary": route.summary,
        "responses": {"default": {"description": "See the reference"}},
        "x-amazon-apigateway-integration": {
            "type": "AWS_PROXY",
            "httpMethod": "POST",
            "payloadFormatVersion": "2.0",
            "timeoutInMillis": INTEGRATION_TIMEOUT_MS,
            "uri": sub(&uri),
        },
    });
    let parameters: Vec<Value> = path_parameters(route.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if route.access.needs_token() {
        operation["security"] = json!([{TOKENS: ["um/api"]}]);
    }
    if route.access == Access::Internal {
        operation["security"] = json!([{SIGNATURES: []}]);
    }
    operation
}

fn authorizer() -> Value {
    json!({
        "type": "oauth2",
        "x-amazon-apigateway-authorizer": {
            "type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {
                "issuer": sub("https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}"),
                "audience": [{"Ref": "UserPoolClient"}],
            },
        },
    })
}

/// What HTTP APIs take for IAM; `x-amazon-apigateway-auth` is for methods of REST APIs.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html>
fn signature() -> Value {
    json!({"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"})
}

/// Intrinsics inside an include are written in their long form.
fn sub(text: &str) -> Value {
    json!({"Fn::Sub": text})
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use lambda::http::{NoContent, Routes};

    use super::*;

    fn route(access: Access) -> Route {
        let routes = Routes::<reference::Ctx>::new("store-api");
        let routes = routes.get("/v1/stores/{store_id}", access, "One store", || async { NoContent });
        routes.list()[0].clone()
    }

    #[test]
    fn a_route_that_needs_a_token_has_the_authoriser_and_our_scope() {
        let routes = [route(Access::Shopper)];
        let operation = &definition(Gateway::Public, &routes)["paths"]["/v1/stores/{store_id}"]["get"];
        assert_eq!(operation["security"], json!([{"tokens": ["um/api"]}]));
        assert_eq!(operation["parameters"][0]["name"], "store_id");
    }

    #[test]
    fn an_open_route_has_none_and_an_internal_one_asks_iam() {
        let public = definition(Gateway::Public, &[route(Access::Public)]);
        assert_eq!(public["paths"]["/v1/stores/{store_id}"]["get"]["security"], Value::Null);
        let internal = definition(Gateway::Internal, &[route(Access::Internal), route(Access::Public)]);
        assert_eq!(internal["paths"]["/v1/stores/{store_id}"]["get"]["security"], json!([{"signatures": []}]));
        let scheme = &internal["components"]["securitySchemes"]["signatures"];
        assert_eq!(scheme["x-amazon-apigateway-authtype"], "awsSigv4");
        assert_eq!(internal["paths"].as_object().unwrap().len(), 1);
    }
}
