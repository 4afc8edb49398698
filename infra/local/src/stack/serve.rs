//! What a running stack serves: listeners, mappings, schedules.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::control::Control;
use super::listeners::Listeners;
use super::{Error, Options, Running};
use crate::apigateway::{self, HttpApi, JwksSource};
use crate::dynamodb;
use crate::endpoint::{Endpoint, Gatekeeper, Services};
use crate::event_source_mapping::{self, Mapping, Positions};
use crate::faults::Deliveries;
use crate::lambda::invoke_api;
use crate::scheduler::Job;
use crate::template::PhysicalIds;
use crate::template::model::Source;

impl Running {
    /// Lets work in, once everything it needs answers.
    pub(super) async fn serve(
        &mut self,
        options: &Options,
        listeners: Listeners,
        ids: &PhysicalIds,
        gatekeeper: Arc<Gatekeeper>,
        positions: Positions,
    ) -> Result<(), Error> {
        let services = Services {
            dynamodb: self.dynamodb.clone(),
            sqs: self.sqs.clone(),
            ses: self.ses.clone(),
            lambda: self.lambda.clone(),
            ministack: self.ministack.clone(),
        };
        let endpoint = Endpoint::new(services, Arc::clone(&gatekeeper), self.counters.clone(), self.faults.clone());
        let control = Control::of(self, positions.clone());
        spawn_server(&mut self.back, "AWS endpoint", endpoint.serve(listeners.endpoint, stop_of(&self.back_shutdown)));
        for listener in [Some(listeners.invoke), listeners.invoke_v6].into_iter().flatten() {
            let invoke = invoke_api::serve(self.lambda.clone(), listener, stop_of(&self.back_shutdown));
            spawn_server(&mut self.back, "Invoke API", invoke);
        }
        spawn_server(
            &mut self.back,
            "control listener",
            control.serve(listeners.control, stop_of(&self.back_shutdown)),
        );
        self.sweeper = tokio::spawn(dynamodb::keep_sweeping(self.dynamodb.clone())).abort_handle();

        let jwks = self.jwks(ids)?;
        for (api, listener) in listeners.apis {
            let Some(api) = self.stack.http_apis.iter().find(|one| one.logical_id == api) else { continue };
            let gateway = apigateway::Options {
                id: ids.id(&api.logical_id),
                account: self.stack.account.clone(),
                region: self.stack.region.clone(),
                lambda: self.lambda.clone(),
                clock: self.clock.clone(),
                jwks: jwks.clone(),
                iam: gatekeeper.clone(),
                counters: self.counters.clone(),
                faults: self.faults.clone(),
                requests: options.requests.clone(),
                console: options.console.clone(),
            };
            let api = HttpApi::new(api, gateway)?;
            spawn_server(&mut self.front, "HTTP API", api.serve(listener, stop_of(&self.shutdown)));
        }
        let services = event_source_mapping::Services {
            lambda: Arc::new(self.lambda.clone()),
            sqs: self.sqs.clone(),
            streams: Arc::new(self.dynamodb.clone()),
            positions,
            clock: self.clock.clone(),
            region: self.stack.region.clone(),
            account: self.stack.account.clone(),
        };
        for mapping in self.stack.mappings.clone() {
            let (Source::Queue(source) | Source::Stream(source)) = mapping.source.clone();
            let lambda = Arc::new(Deliveries::new(self.lambda.clone(), self.faults.clone(), source));
            let services = event_source_mapping::Services { lambda, ..services.clone() };
            let mapping = Mapping::new(mapping, services).await?;
            self.front.spawn(mapping.run(self.shutdown.subscribe()));
        }
        for schedule in self.stack.schedules.clone() {
            let (account, region) = (services.account.clone(), services.region.clone());
            let job = Job::new(schedule, services.lambda.clone(), self.clock.clone(), account, region)?;
            self.front.spawn(job.run(self.shutdown.subscribe()));
        }
        Ok(())
    }

    /// The keys of the template's own user pools, by the issuer in their tokens.
    fn jwks(&self, ids: &PhysicalIds) -> Result<JwksSource, Error> {
        let mut urls = BTreeMap::new();
        for pool in &self.stack.user_pools {
            let id = ids.id(&pool.logical_id);
            if let Some(ministack) = &self.ministack {
                let issuer = format!("https://cognito-idp.{}.amazonaws.com/{id}", self.stack.region);
                urls.insert(issuer, ministack.jwks_url(&id));
            }
        }
        JwksSource::new(urls).map_err(Error::Http)
    }
}

/// Completes when it is time to stop.
fn stop_of(shutdown: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = shutdown.subscribe();
    async move {
        // An error means the stack was dropped: stop as well.
        drop(stop.wait_for(|stop| *stop).await);
    }
}

fn spawn_server(
    tasks: &mut JoinSet<()>,
    name: &'static str,
    server: impl Future<Output = std::io::Result<()>> + Send + 'static,
) {
    tasks.spawn(async move {
        if let Err(cause) = server.await {
            tracing::error!(%cause, "{name} ended");
        }
    });
}
