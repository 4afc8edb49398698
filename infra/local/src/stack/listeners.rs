//! The ports of a stack, all bound before anything is told an address.

use std::collections::BTreeMap;

use tokio::net::TcpListener;

use super::port::{self, listen};
use super::{Error, Ports};
use crate::apigateway::is_open;
use crate::template::model::{HttpApi, Stack};

/// Bound, not yet served.
pub(super) struct Listeners {
    pub(super) endpoint: TcpListener,
    pub(super) invoke: TcpListener,
    /// The same port of `::1`, where `cargo lambda invoke` looks; `None` without IPv6.
    pub(super) invoke_v6: Option<TcpListener>,
    pub(super) control: TcpListener,
    /// By logical id.
    pub(super) apis: BTreeMap<String, TcpListener>,
}

/// Whether every port can be had now.
pub(crate) async fn check_ports(ports: &Ports, apis: &[HttpApi]) -> Result<(), Error> {
    Listeners::bind(ports).await?.bind_apis(apis, ports).await
}

impl Listeners {
    pub(super) async fn bind(ports: &Ports) -> Result<Self, Error> {
        let endpoint = listen(ports.endpoint, port::ENDPOINT).await?;
        let invoke = listen(ports.invoke, port::INVOKE).await?;
        Ok(Self {
            endpoint,
            invoke_v6: port::listen_v6(ports.invoke, &invoke, port::INVOKE).await?,
            invoke,
            control: listen(ports.control, port::CONTROL).await?,
            apis: BTreeMap::new(),
        })
    }

    pub(super) async fn bind_apis(&mut self, apis: &[HttpApi], ports: &Ports) -> Result<(), Error> {
        let ports = ports.apis.iter().copied().chain(std::iter::repeat(0));
        for (api, port) in in_order(apis).into_iter().zip(ports) {
            self.apis.insert(api.logical_id.clone(), listen(port, port::API).await?);
        }
        Ok(())
    }

    /// Where each API listens, by logical id.
    pub(super) fn api_urls(&self) -> Result<BTreeMap<String, String>, Error> {
        self.apis.iter().map(|(api, listener)| Ok((api.clone(), url(listener)?))).collect()
    }
}

/// The API that clients without AWS keys begin with.
pub(super) fn first_api(stack: &Stack) -> Option<&str> {
    in_order(&stack.http_apis).first().map(|api| api.logical_id.as_str())
}

/// Those open to clients without AWS keys first, then by logical id.
fn in_order(apis: &[HttpApi]) -> Vec<&HttpApi> {
    let mut apis: Vec<&HttpApi> = apis.iter().collect();
    apis.sort_by_key(|api| (!is_open(&api.definition), api.logical_id.clone()));
    apis
}

/// `http://127.0.0.1:PORT`.
pub(super) fn url(listener: &TcpListener) -> Result<String, Error> {
    Ok(format!("http://{}", listener.local_addr().map_err(Error::State)?))
}
