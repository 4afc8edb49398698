//! The OpenAPI 3.1 document that people and programs read.

use contracts::Permission;
use lambda::http::reference::{NameTaken, Operation, Schemas};
use lambda::http::{Access, Route};
use serde_json::{Map, Value, json};

use crate::examples::{Examples, Known};
use crate::{Gateway, answers, groups};

/// What is the same for all operations, for whoever calls them the first time.
const GUIDE: &str = include_str!("guide.md");

/// The document of the public routes among `routes`.
///
/// # Errors
/// When two types of requests or answers have one name.
pub fn document(routes: &[Route], examples: &Examples) -> Result<Value, NameTaken> {
    let (mut schemas, mut problems) = (Schemas::default(), Map::new());
    let mut paths = Map::new();
    let mut credentials = Map::new();
    for route in routes.iter().filter(|route| Gateway::of(route) == Gateway::Public) {
        let operation = route.operation(&mut schemas);
        let kinds = answers::kinds(route, &operation.problems);
        problems.extend(kinds.into_iter().map(|kind| (kind.code.to_owned(), json!({"value": answers::example(kind)}))));
        credentials.extend(operation.credential.map(|header| (header.to_owned(), in_header(header))));
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = describe(route, operation, examples);
    }
    let mut shared = schemas.into_shared()?;
    shared.insert("Problem".to_owned(), answers::problem());
    credentials.insert("token".to_owned(), bearer());
    credentials.insert("payme".to_owned(), basic());
    Ok(json!({
        "openapi": "3.1.0",
        "info": {"title": "UltraMarket API", "version": env!("CARGO_PKG_VERSION"), "description": GUIDE},
        "servers": [{"url": "/", "description": "Where this document came from"}],
        "tags": groups::tags(),
        "paths": paths,
        "components": {"schemas": shared, "examples": problems, "securitySchemes": credentials},
    }))
}

fn bearer() -> Value {
    json!({
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "`access_token` of `POST /v1/auth/login`; on a laptop, what `cargo local token shopper` prints.",
    })
}

fn basic() -> Value {
    json!({"type": "http", "scheme": "basic", "description": "Payme's user and the key of its cash desk."})
}

fn in_header(name: &str) -> Value {
    json!({
        "type": "apiKey", "in": "header", "name": name,
        "description": "`session` of `POST /v1/cart/session`: a guest's cart. Not looked at when there is a token.",
    })
}

fn describe(route: &Route, operation: Operation, examples: &Examples) -> Value {
    let Operation { parameters, body, answers, credential, problems } = operation;
    let mut all: Vec<Value> = path_parameters(route.path);
    all.extend(parameters);
    let known = examples.of(route.method.as_str(), route.path);
    let about = if route.about.is_empty() { String::new() } else { format!("{}\n\n", route.about) };
    let mut described = json!({
        "tags": [groups::tag(route)],
        "summary": route.summary,
        "description": format!("{about}{}", access(route.access, credential)),
        "operationId": operation_id(route),
        "responses": answers::responses(route, answers, &problems, known),
    });
    if !all.is_empty() {
        described["parameters"] = all.into();
    }
    if let Some(mut body) = body {
        show_requests(&mut body, known);
        described["requestBody"] = body;
    }
    if let Some(security) = security(route.access, credential) {
        described["security"] = security;
    }
    described
}

fn show_requests(body: &mut Value, known: Option<&Known>) {
    for call in known.into_iter().flat_map(|known| &known.calls) {
        let content = call.media_type.as_ref().and_then(|media_type| body["content"].get_mut(media_type));
        if let Some(media) = content.and_then(Value::as_object_mut) {
            media.entry("example").or_insert_with(|| call.request.clone());
        }
    }
}

/// What opens the operation; nothing for what is open to all.
fn security(access: Access, credential: Option<&str>) -> Option<Value> {
    match (access, credential) {
        (Access::Public | Access::Internal, _) => None,
        (Access::Guest, None) => Some(json!([{}, {"token": []}])),
        (Access::Guest, Some(header)) => Some(json!([{"token": []}, {header: []}])),
        (Access::Provider, _) => Some(json!([{"payme": []}])),
        _ => Some(json!([{"token": []}])),
    }
}

fn access(access: Access, credential: Option<&str>) -> String {
    match access {
        Access::Public => "**Who:** everybody.".to_owned(),
        Access::Guest => credential.map_or_else(
            || "**Who:** everybody; a token, if there is one, says who.".to_owned(),
            |header| format!("**Who:** whoever signed in, and guests by the header `{header}`."),
        ),
        Access::Shopper => "**Who:** whoever signed in.".to_owned(),
        Access::Vendor => "**Who:** accounts that registered as vendors.".to_owned(),
        Access::Staff(permission) => {
            format!("**Who:** members of the store with the permission `{}`.", name(permission))
        }
        Access::StaffOf(permission) => {
            format!("**Who:** members, with the permission `{}`, of the store that it belongs to.", name(permission))
        }
        Access::Admin => "**Who:** platform staff.".to_owned(),
        Access::Internal => "**Who:** functions of ours.".to_owned(),
        Access::Provider => "**Who:** the payment provider, by its key.".to_owned(),
    }
}

fn name(permission: Permission) -> String {
    json!(permission).as_str().unwrap_or_default().to_owned()
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let schema = match name.strip_suffix("_id") {
            Some(_) => json!({"type": "string", "format": "uuid"}),
            None => json!({"type": "string"}),
        };
        json!({"name": name, "in": "path", "required": true, "schema": schema, "description": meaning(name)})
    };
    names.map(parameter).collect()
}

/// What a parameter of a path stands for.
fn meaning(name: &str) -> String {
    match name.strip_suffix("_id") {
        Some(thing) => format!("The id of the {}.", thing.replace('_', " ")),
        None => match name {
            "category" | "brand" => {
                format!("The slug of the {name}, such as `{}`.", if name == "brand" { "amd" } else { "cpu" })
            }
            name => format!("The {}.", name.replace('_', " ")),
        },
    }
}

/// Such as `post_stores_store_id_products`.
fn operation_id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/v1").split('/').filter(|part| !part.is_empty());
    let words = words.map(|part| part.trim_matches(['{', '}']).replace(['-', '.'], "_"));
    [route.method.as_str().to_lowercase()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}
