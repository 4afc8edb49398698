//! The routes of an API and which of them takes a request.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;

use super::jwt::JwtAuthorizer;
use super::path::PathTemplate;
use super::throttle::Bucket;

/// A route and all that is asked before its function runs.
#[derive(Debug)]
pub(super) struct Route {
    /// `GET /pets/{id}`, `ANY /pets`, `$default`.
    pub(super) key: String,
    /// `None` is ANY.
    pub(super) method: Option<Method>,
    /// `None` is `$default`.
    pub(super) path: Option<PathTemplate>,
    /// The function's name.
    pub(super) function: String,
    /// How long the gateway waits for it.
    pub(super) timeout: Duration,
    pub(super) authorization: Authorization,
    pub(super) bucket: Option<Bucket>,
}

/// Who may use a route.
#[derive(Debug)]
pub(super) enum Authorization {
    None,
    Jwt { authorizer: Arc<JwtAuthorizer>, scopes: Vec<String> },
    Iam,
}

/// In the order in which they are tried.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation>
#[derive(Debug)]
pub(super) struct Routes(Vec<Route>);

impl Routes {
    pub(super) fn new(mut routes: Vec<Route>) -> Self {
        routes.sort_by(|a, b| match (&a.path, &b.path) {
            (Some(a_path), Some(b_path)) => a_path.precedence(b_path).then(a.method.is_none().cmp(&b.method.is_none())),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        Self(routes)
    }

    /// The route of a request, by its decoded path, and the path's variables.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<(&Route, BTreeMap<String, String>)> {
        self.0.iter().find_map(|route| {
            if route.method.as_ref().is_some_and(|only| only != method) {
                return None;
            }
            match &route.path {
                None => Some((route, BTreeMap::new())),
                Some(template) => Some((route, template.matches(path)?)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let route = |key: &&str| {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", ""));
            Route {
                key: (*key).to_owned(),
                method: (method != "ANY").then(|| method.parse().unwrap()),
                path: (!path.is_empty()).then(|| PathTemplate::parse(path).unwrap()),
                function: "f".to_owned(),
                timeout: Duration::from_secs(1),
                authorization: Authorization::None,
                bucket: None,
            }
        };
        Routes::new(keys.iter().map(route).collect())
    }

    /// The example of AWS's documentation, in an order that helps nobody.
    #[test]
    fn routes_are_tried_in_the_order_of_aws() {
        let routes = routes(&[
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "ANY /pets/dog/1",
            "GET /pets/dog/1",
        ]);
        for (method, path, expected) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("POST", "/pets/dog/1", "ANY /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/pets/cat/1", "ANY /{proxy+}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("HEAD", "/pets/dog/2", "ANY /{proxy+}"),
            ("GET", "/", "$default"),
        ] {
            let found = routes.find(&method.parse().unwrap(), path).map(|(route, _)| route.key.as_str());
            assert_eq!(found, Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn without_a_default_route_nothing_catches_the_rest() {
        let routes = routes(&["GET /pets/{id}"]);
        assert!(routes.find(&Method::HEAD, "/pets/1").is_none());
        assert!(routes.find(&Method::GET, "/pets").is_none());
        assert!(routes.find(&Method::GET, "/pets/1/toys").is_none());
    }
}
