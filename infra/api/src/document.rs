//! The OpenAPI 3.1 document that people and programs read.

use std::collections::BTreeMap;

use contracts::Service;
use lambda::http::reference::{Operation, Schemas};
use lambda::http::{Access, Kind, Route, kinds};
use serde_json::{Map, Value, json};

use crate::Gateway;
use crate::examples::Examples;

const DESCRIPTION: &str = "The public API of UltraMarket, a multi-vendor electronics marketplace.\n\n\
    **Money** is an integer in the minor unit (tiyin; 100 tiyin are 1 so'm) with its currency. **Times** are UTC, RFC 3339; \
    business days are Asia/Tashkent. **Errors** are `application/problem+json` (RFC 9457): compare `code`, show `title`, which is \
    in Uzbek, Russian or English by `Accept-Language`. **Lists** come in pages: pass `next_cursor` as `cursor`. \
    **Sign in** with `POST /v1/auth/login` and send `access_token` as a bearer token; guests of the cart send `cart-session`.\n\n\
    Examples are answers that the laptop cloud gave in the journeys of the tests.";

/// The document of the public routes among `routes`.
pub fn document(routes: &[Route], examples: &Examples) -> Value {
    let (mut schemas, mut problems) = (Schemas::default(), Map::new());
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| Gateway::of(route) == Gateway::Public) {
        let operation = route.operation(&mut schemas);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        let kinds = of_access(route).into_iter().chain(operation.problems.iter().copied());
        problems.extend(kinds.map(|kind| (kind.code.to_owned(), example(kind))));
        path[route.method.as_str().to_lowercase()] = describe(route, operation, examples);
    }
    let mut shared = schemas.into_shared();
    shared.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {"title": "UltraMarket", "version": env!("CARGO_PKG_VERSION"), "description": DESCRIPTION},
        "tags": tags(routes),
        "paths": paths,
        "components": {
            "schemas": shared,
            "examples": problems,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "payme": {"type": "http", "scheme": "basic"},
            },
        },
    })
}

fn describe(route: &Route, operation: Operation, examples: &Examples) -> Value {
    let Operation { parameters, body, answers, problems } = operation;
    let mut all: Vec<Value> = path_parameters(route.path);
    all.extend(parameters);
    let known = examples.of(route.method.as_str(), route.path);
    let mut described = json!({
        "tags": [tag(route)],
        "summary": route.summary,
        "description": access(route.access),
        "operationId": operation_id(route),
        "responses": responses(route, answers, &problems, known),
    });
    if !all.is_empty() {
        described["parameters"] = all.into();
    }
    if let Some(mut body) = body {
        if let Some(example) = known.and_then(|known| known.request.as_ref()) {
            body["content"]["application/json"]["example"] = example.clone();
        }
        described["requestBody"] = body;
    }
    match route.access {
        Access::Public | Access::Internal => {}
        Access::Guest => described["security"] = json!([{}, {"token": []}]),
        Access::Provider => described["security"] = json!([{"payme": []}]),
        _ => described["security"] = json!([{"token": []}]),
    }
    described
}

/// Answers by status, problems grouped under theirs.
fn responses(
    route: &Route,
    mut answers: BTreeMap<String, Value>,
    problems: &[&'static Kind],
    known: Option<&crate::examples::Known>,
) -> Value {
    for (status, body) in known.into_iter().flat_map(|known| &known.answers) {
        if let Some(content) = answers.get_mut(&status.to_string()).and_then(|a| a["content"].as_object_mut()) {
            for media in content.values_mut() {
                media["example"] = body.clone();
            }
        }
    }
    let mut by_status: BTreeMap<u16, Vec<&Kind>> = BTreeMap::new();
    for kind in of_access(route).into_iter().chain(problems.iter().copied()) {
        let same = by_status.entry(kind.status).or_default();
        if !same.iter().any(|other| other.code == kind.code) {
            same.push(kind);
        }
    }
    for (status, kinds) in by_status {
        let list: Vec<String> = kinds.iter().map(|kind| format!("- `{}`: {}", kind.code, kind.en)).collect();
        let shared = |kind: &&Kind| json!({"$ref": format!("#/components/examples/{}", kind.code)});
        let examples: Map<String, Value> = kinds.iter().map(|kind| (kind.code.to_owned(), shared(kind))).collect();
        let content = json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples});
        answers.insert(
            status.to_string(),
            json!({"description": list.join("\n"), "content": {"application/problem+json": content}}),
        );
    }
    json!(answers)
}

fn example(kind: &Kind) -> Value {
    json!({"value": {
        "type": format!("/problems/{}", kind.code), "title": kind.uz, "status": kind.status, "code": kind.code,
        "request_id": "JKJaXmPLvHcESHA=",
    }})
}

/// What may be refused because of who calls and what is named in the path.
fn of_access(route: &Route) -> Vec<&'static Kind> {
    let mut may: Vec<&'static Kind> = match route.access {
        Access::Public | Access::Internal | Access::Provider => Vec::new(),
        Access::Guest | Access::Shopper => vec![&kinds::UNAUTHENTICATED],
        Access::Vendor | Access::Staff(_) | Access::StaffOf(_) | Access::Admin => {
            vec![&kinds::UNAUTHENTICATED, &kinds::FORBIDDEN]
        }
    };
    if route.path.contains('{') {
        may.push(&kinds::NOT_FOUND);
    }
    may.extend([&kinds::INTERNAL, &kinds::UNAVAILABLE]);
    may
}

fn access(access: Access) -> String {
    match access {
        Access::Public => "Everybody.".to_owned(),
        Access::Guest => "Everybody; who signed in is known by the token.".to_owned(),
        Access::Shopper => "Whoever signed in.".to_owned(),
        Access::Vendor => "Vendors.".to_owned(),
        Access::Staff(permission) => format!("Members of the store with `{}`.", name(permission)),
        Access::StaffOf(permission) => {
            format!("Members, with `{}`, of the store that it belongs to.", name(permission))
        }
        Access::Admin => "Platform staff.".to_owned(),
        Access::Internal => "Functions of ours.".to_owned(),
        Access::Provider => "The payment provider.".to_owned(),
    }
}

fn name(permission: contracts::Permission) -> String {
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
        None => format!("The {}.", name.replace('_', " ")),
    }
}

/// Such as `post_stores_by_id_products`.
fn operation_id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/v1").split('/').filter(|part| !part.is_empty());
    let words = words.map(|part| part.trim_matches(['{', '}']).replace(['-', '.'], "_"));
    [route.method.as_str().to_lowercase()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn tag(route: &Route) -> &'static str {
    let service = Service::ALL.into_iter().find(|service| route.function.starts_with(service.name()));
    service.map_or("reference", Service::name)
}

fn tags(routes: &[Route]) -> Value {
    let about = |service: Service| match service {
        Service::Auth => "Who somebody is",
        Service::User => "What somebody tells about themselves",
        Service::Store => "Who sells",
        Service::TechProduct => "What is sold",
        Service::Cart => "What somebody is about to buy",
        Service::Order => "What somebody bought",
        Service::Analytics => "What happened",
    };
    let mut tags: Vec<Value> =
        Service::ALL.into_iter().map(|s| json!({"name": s.name(), "description": about(s)})).collect();
    if routes.iter().any(|route| tag(route) == "reference") {
        tags.push(json!({"name": "reference", "description": "This document"}));
    }
    tags.into()
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457; some kinds have members of their own.",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string", "description": "In the reader's language."},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "What programs compare."},
            "request_id": {"type": "string"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "properties": {
                "field": {"type": "string"}, "message": {"type": "string"},
            }}},
        },
    })
}
