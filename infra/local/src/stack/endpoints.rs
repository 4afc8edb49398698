//! Addresses, keys and ids of a running stack, for clients, operators and tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use super::listeners::{Listeners, first_api, url};
use crate::iam::{Credentials, KeyRing};
use crate::template::PhysicalIds;
use crate::template::model::Stack;

/// Where a running stack is, and what its resources are called.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The directory of its state; gone after a throw-away run.
    pub state: PathBuf,
    /// The HTTP APIs, by logical id.
    pub apis: BTreeMap<String, String>,
    /// The API for clients without AWS keys.
    pub public_url: Option<String>,
    /// `AWS_ENDPOINT_URL`.
    pub endpoint_url: String,
    /// Lambda's Invoke API.
    pub invoke_url: String,
    /// The control listener.
    pub control_url: String,
    /// `AWS_REGION`.
    pub region: String,
    /// The operator's key id.
    pub access_key_id: String,
    /// The operator's secret.
    pub secret_access_key: String,
    /// Names, URLs and ids of tables, queues, buckets, functions, user pools, clients and APIs, by logical id.
    pub resources: BTreeMap<String, String>,
    /// The environment of each function, by its name.
    pub functions: BTreeMap<String, BTreeMap<String, String>>,
    /// The access keys of each function, by its name: to call as it does.
    pub function_keys: BTreeMap<String, Credentials>,
    /// The template's outputs.
    pub outputs: BTreeMap<String, String>,
}

impl Endpoints {
    pub(super) fn new(
        stack: &Stack,
        ids: &PhysicalIds,
        apis: BTreeMap<String, String>,
        listeners: &Listeners,
        keys: &KeyRing,
        state: &Path,
    ) -> Result<Self, Error> {
        let mut resources = ids.created.clone();
        resources.extend(stack.tables.iter().map(|one| (one.logical_id.clone(), one.name.clone())));
        resources.extend(stack.buckets.iter().map(|one| (one.logical_id.clone(), one.name.clone())));
        resources.extend(stack.functions.iter().map(|one| (one.logical_id.clone(), one.name.clone())));
        let queue_url = |name: &str| format!("{}/{}/{name}", ids.queue_url_base, stack.account);
        resources.extend(stack.queues.iter().map(|one| (one.logical_id.clone(), queue_url(&one.name))));
        Ok(Self {
            state: state.to_owned(),
            public_url: first_api(stack).and_then(|api| apis.get(api).cloned()),
            apis,
            endpoint_url: url(&listeners.endpoint)?,
            invoke_url: url(&listeners.invoke)?,
            control_url: url(&listeners.control)?,
            region: stack.region.clone(),
            access_key_id: keys.admin().access_key_id.clone(),
            secret_access_key: keys.admin().secret_access_key.clone(),
            resources,
            functions: stack.functions.iter().map(|one| (one.name.clone(), one.environment.clone())).collect(),
            function_keys: keys.functions().collect(),
            outputs: stack.outputs.clone(),
        })
    }
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoints")
            .field("apis", &self.apis)
            .field("control_url", &self.control_url)
            .finish_non_exhaustive()
    }
}
