//! Speaks to the laptop cloud that runs.

use std::fs;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Error, Project, project};
use crate::endpoint::sign;
use crate::iam::Credentials;
use crate::stack::{ENDPOINTS_FILE, Endpoints};

const NOT_RUNNING: &str = "no laptop cloud runs here; start one with `cargo local`";

/// The addresses and keys of the running laptop cloud.
pub(super) struct Client {
    pub(super) endpoints: Endpoints,
    http: reqwest::Client,
}

impl Client {
    pub(super) fn of(project: &Project) -> Result<Self, Error> {
        let file = project::find(project)?.state.join(ENDPOINTS_FILE);
        let text = fs::read(&file).map_err(|_| Error::usage(NOT_RUNNING))?;
        let endpoints =
            serde_json::from_slice(&text).map_err(|cause| Error::usage(format!("{}: {cause}", file.display())))?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { endpoints, http })
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
        let keys = Credentials {
            access_key_id: self.endpoints.access_key_id.clone(),
            secret_access_key: self.endpoints.secret_access_key.clone(),
        };
        let request = http::Request::post(format!("{}/", self.endpoints.endpoint_url))
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string().into_bytes())
            .map_err(Error::usage)?;
        let request = sign(request, &keys, &self.endpoints.region, "dynamodb").map_err(Error::usage)?;
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
