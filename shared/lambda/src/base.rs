use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use contracts::Service;
use domain::{Clock, Entropy};
use dynamodb::Table;
use jiff::SignedDuration;

use crate::calls::Calls;
use crate::{MissingSetting, RemoteMembership, Settings, SystemEntropy, Tokens, telemetry};

/// What the start of a function finds: its settings, the clock, AWS.
#[derive(Clone)]
pub struct Base {
    /// The environment.
    pub settings: Settings,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Region, credentials and connections for the AWS clients.
    pub aws: SdkConfig,
    http: reqwest::Client,
}

impl Base {
    /// Reads the environment, begins to log, loads the AWS configuration.
    ///
    /// `CLOCK_OFFSET_SECONDS` moves the clock; nothing that is deployed sets it.
    pub async fn start() -> Result<Self, crate::Failure> {
        let settings = Settings::from_environment();
        telemetry::start(&settings);
        Self::new(settings, aws_config::load_defaults(BehaviorVersion::latest()).await)
    }

    /// From settings and an AWS configuration at hand: for what runs outside a function.
    pub fn new(settings: Settings, aws: SdkConfig) -> Result<Self, crate::Failure> {
        let offset = settings.get("CLOCK_OFFSET_SECONDS").map_or(Ok(0), str::parse)?;
        Ok(Self {
            settings,
            clock: Clock::system(SignedDuration::from_secs(offset)),
            entropy: Arc::new(SystemEntropy),
            aws,
            http: crate::calls::http_client()?,
        })
    }

    /// The service's own table: `TABLE_NAME`.
    pub fn table(&self) -> Result<Table, MissingSetting> {
        Ok(Table::new(aws_sdk_dynamodb::Client::new(&self.aws), self.settings.require("TABLE_NAME")?))
    }

    /// Signed calls to the internal API of `service`.
    pub fn calls(&self, service: Service) -> Result<Calls, crate::Failure> {
        Ok(Calls::signed(self.http.clone(), self.settings.service_url(service)?, &self.aws)?)
    }

    /// Signed calls to an AWS API that has no SDK here, signed as `service`.
    ///
    /// They go where the SDKs would go: `AWS_ENDPOINT_URL_<sdk_id>`, `AWS_ENDPOINT_URL`, or `<host>` of the region.
    pub fn aws_calls(&self, service: &'static str, sdk_id: &str, host: &str) -> Result<Calls, crate::Failure> {
        let own = self.settings.get(&format!("AWS_ENDPOINT_URL_{sdk_id}"));
        let region = self.aws.region().map(ToString::to_string).unwrap_or_default();
        let public = format!("https://{host}.{region}.amazonaws.com");
        let endpoint = own.or_else(|| self.settings.get("AWS_ENDPOINT_URL")).unwrap_or(&public);
        Ok(Calls::for_aws(self.http.clone(), endpoint, service, &self.aws)?)
    }

    /// Asks the store service who works for a store.
    pub fn membership(&self) -> Result<RemoteMembership, crate::Failure> {
        Ok(RemoteMembership::new(self.calls(Service::Store)?))
    }

    /// Verifies access tokens where the gateway does not: `TOKEN_ISSUER`, `TOKEN_CLIENT_ID`.
    ///
    /// The keys come from the issuer, or from the endpoint that the AWS SDKs are pointed to
    /// (`AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`, `AWS_ENDPOINT_URL`).
    pub fn tokens(&self) -> Result<Tokens, MissingSetting> {
        let issuer = self.settings.require("TOKEN_ISSUER")?;
        let endpoint = self.settings.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
        let keys_at = match endpoint.or_else(|| self.settings.get("AWS_ENDPOINT_URL")) {
            Some(endpoint) => {
                let pool = issuer.rsplit('/').next().unwrap_or_default();
                format!("{}/{pool}/.well-known/jwks.json", endpoint.trim_end_matches('/'))
            }
            None => format!("{issuer}/.well-known/jwks.json"),
        };
        let client_id = self.settings.require("TOKEN_CLIENT_ID")?;
        Ok(Tokens::new(self.http.clone(), self.clock.clone(), issuer, client_id, keys_at))
    }
}
