//! Speaks to the laptop cloud that runs.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Error, Project, names, project, throw_away};
use crate::endpoint::sign;
use crate::iam::Credentials;
use crate::stack::{ENDPOINTS_FILE, Endpoints};

/// The addresses and keys of the running laptop cloud.
pub(super) struct Client {
    pub(super) endpoints: Endpoints,
    http: reqwest::Client,
}

impl Client {
    /// The stack on the project's durable state, or else the throw-away one beside it; only the latter when that is asked
    /// for.
    pub(super) async fn of(project: &Project) -> Result<Self, Error> {
        let state = project::find(project)?.state;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let throw_away = throw_away::find(&state)?;
        for directory in [(!project.memory).then(|| state.clone()), throw_away].into_iter().flatten() {
            if let Some(endpoints) = running(&http, &directory).await? {
                return Ok(Self { endpoints, http });
            }
        }
        let (what, start) = if project.memory { ("throw-away ", " --memory") } else { ("", "") };
        let state = state.display();
        Err(Error::usage(format!("no {what}laptop cloud runs on {state}; start one with `cargo local{start}`")))
    }

    /// A page of the control listener.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, Error> {
        let query = serde_urlencoded::to_string(query).map_err(Error::usage)?;
        let url = format!("{}{path}?{query}", self.endpoints.control_url);
        self.answer(self.http.get(url)).await
    }

    /// A change through the control listener.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.answer(self.http.post(format!("{}{path}", self.endpoints.control_url)).json(body)).await
    }

    /// A call of DynamoDB as the operator.
    pub(super) async fn dynamodb(&self, operation: &str, body: &Value) -> Result<Value, Error> {
        self.call("dynamodb", &format!("DynamoDB_20120810.{operation}"), body).await
    }

    /// A call of SQS as the operator.
    pub(super) async fn sqs(&self, operation: &str, body: &Value) -> Result<Value, Error> {
        self.call("sqs", &format!("AmazonSQS.{operation}"), body).await
    }

    /// A function by what a person calls it.
    pub(super) fn function(&self, wanted: &str) -> Result<&str, Error> {
        function(&self.endpoints, wanted)
    }

    async fn call(&self, service: &str, target: &str, body: &Value) -> Result<Value, Error> {
        let keys = Credentials {
            access_key_id: self.endpoints.access_key_id.clone(),
            secret_access_key: self.endpoints.secret_access_key.clone(),
        };
        let request = http::Request::post(format!("{}/", self.endpoints.endpoint_url))
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string().into_bytes())
            .map_err(Error::usage)?;
        let request = sign(request, &keys, &self.endpoints.region, service).map_err(Error::usage)?;
        let request = reqwest::Request::try_from(request)?;
        self.answer(reqwest::RequestBuilder::from_parts(self.http.clone(), request)).await
    }

    async fn answer<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Error> {
        let answer = request.send().await?;
        if answer.status().is_success() {
            return Ok(answer.json().await?);
        }
        let body: Value = answer.json().await?;
        Err(Error::usage(body["message"].as_str().unwrap_or("the laptop cloud refused without a reason")))
    }
}

/// A function by what a person calls it.
pub(super) fn function<'a>(endpoints: &'a Endpoints, wanted: &str) -> Result<&'a str, Error> {
    let resources = endpoints.resources.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    names::find("function", wanted, resources.filter(|(_, name)| endpoints.functions.contains_key(*name)))
}

/// The stack on a state directory, if it answers: a file may be left of one that was killed, and its port be another's.
async fn running(http: &reqwest::Client, state: &Path) -> Result<Option<Endpoints>, Error> {
    let file = state.join(ENDPOINTS_FILE);
    let Ok(text) = fs::read(&file) else { return Ok(None) };
    let endpoints: Endpoints = serde_json::from_slice(&text).map_err(|cause| {
        let file = file.display();
        Error::usage(format!("{file} is of another version of the laptop cloud ({cause}): start that one anew"))
    })?;
    let answer = match http.get(format!("{}/outputs", endpoints.control_url)).send().await {
        Ok(answer) => answer.json::<Endpoints>().await,
        Err(cause) => Err(cause),
    };
    Ok(answer.is_ok_and(|found| found == endpoints).then_some(endpoints))
}
