//! Routes, declared once.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use http::Method;

use super::access::enforce;
use super::reference::{Documented, Operation, Schemas};
use super::{Access, Gated, Kind};

/// One route, as the API definitions, the reference and the access tests see it.
#[derive(Clone)]
pub struct Route {
    /// The function that answers.
    pub function: &'static str,
    /// The method.
    pub method: Method,
    /// Such as `/v1/stores/{store_id}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What a caller has to know beside that: Markdown, empty for what the summary says in full.
    pub about: &'static str,
    /// Problems that it may answer beside those that follow from its access and from what it takes.
    pub refuses: Vec<&'static Kind>,
    describe: fn(&mut Operation, &mut Schemas),
}

impl Route {
    /// What it takes and answers.
    pub fn operation(&self, schemas: &mut Schemas) -> Operation {
        let mut operation = Operation::default();
        (self.describe)(&mut operation, schemas);
        operation.refuses(self.refuses.iter().copied());
        operation
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} of {} for {:?}", self.method, self.path, self.function, self.access)
    }
}

/// The routes of one function.
pub struct Routes<S> {
    function: &'static str,
    list: Vec<Route>,
    mounts: Vec<Mount<S>>,
}

type Mount<S> = Box<dyn FnOnce(Router<S>, &S) -> Router<S> + Send>;

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $method:ident;)+) => {$(
        $(#[$doc])*
        pub fn $name<H, T>(self, path: &'static str, access: Access, summary: &'static str, handler: H) -> Self
        where
            H: Handler<T, S> + Documented<T>,
            T: 'static,
        {
            let (function, method, refuses) = (self.function, Method::$method, Vec::new());
            let route = Route { function, method, path, access, summary, about: "", refuses, describe: H::describe };
            self.route(MethodFilter::$method, route, handler)
        }
    )+};
}

impl<S: Gated> Routes<S> {
    /// No routes yet, of the function called `function` (without stage).
    pub const fn new(function: &'static str) -> Self {
        Self { function, list: Vec::new(), mounts: Vec::new() }
    }

    methods! {
        /// Adds a route that reads.
        get GET;
        /// Adds a route that creates or acts.
        post POST;
        /// Adds a route that sets.
        put PUT;
        /// Adds a route that changes some fields.
        patch PATCH;
        /// Adds a route that removes.
        delete DELETE;
    }

    /// Problems that the route added last may answer, beside those that follow from its access and from what it takes:
    /// the reference lists them, and journeys fail on one that it does not.
    pub fn refuses(mut self, kinds: &[&'static Kind]) -> Self {
        if let Some(route) = self.list.last_mut() {
            route.refuses.extend_from_slice(kinds);
        }
        self
    }

    /// What a caller of the route added last has to know beside its summary: limits, units, what follows from the call.
    /// Markdown; shown in the reference.
    pub fn about(mut self, text: &'static str) -> Self {
        if let Some(route) = self.list.last_mut() {
            route.about = text;
        }
        self
    }

    /// The routes as data.
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    pub(crate) fn into_router(self, ctx: S) -> Router {
        let router = self.mounts.into_iter().fold(Router::new(), |router, mount| mount(router, &ctx));
        router.with_state(ctx)
    }

    fn route<H, T>(mut self, filter: MethodFilter, route: Route, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let (path, access) = (route.path, route.access);
        self.list.push(route);
        self.mounts.push(Box::new(move |router, ctx| {
            let layer = from_fn_with_state((access, ctx.clone()), enforce::<S>);
            router.route(path, on(filter, handler).route_layer(layer))
        }));
        self
    }
}
