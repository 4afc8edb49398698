use std::collections::HashMap;

use contracts::Service;

/// A function's environment, read once at its start.
#[derive(Debug, Clone, Default)]
pub struct Settings(HashMap<String, String>);

/// The function was deployed without a setting it needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct MissingSetting(pub String);

impl Settings {
    /// The environment of this process.
    pub fn from_environment() -> Self {
        Self(std::env::vars().collect())
    }

    /// Settings given in code: for tests.
    pub fn of<const N: usize>(settings: [(&str, &str); N]) -> Self {
        Self(settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The value, if it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value; a function that lacks it must not start.
    pub fn require(&self, name: &str) -> Result<&str, MissingSetting> {
        self.get(name).ok_or_else(|| MissingSetting(name.to_owned()))
    }

    /// Where `service` answers internal calls, such as `ORDER_SERVICE_URL`.
    pub fn service_url(&self, service: Service) -> Result<&str, MissingSetting> {
        self.require(&format!("{}_SERVICE_URL", service.env_prefix()))
    }

    /// The URL of the queue of events for `service`, such as `ORDER_QUEUE_URL`.
    pub fn queue_url(&self, service: Service) -> Result<&str, MissingSetting> {
        self.require(&format!("{}_QUEUE_URL", service.env_prefix()))
    }
}
