use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Api, Failure};

/// A running stack: where it answers and where its state is.
#[derive(Debug, Clone)]
pub struct Place {
    state: PathBuf,
    endpoints: Value,
}

impl Place {
    /// The stack whose state is in `state`.
    pub fn of(state: &Path) -> Result<Self, Failure> {
        let file = state.join("endpoints.json");
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|_| Failure::NotRunning(name.clone()))?;
        let endpoints = serde_json::from_str(&text).map_err(|error| Failure::Content(name, error))?;
        Ok(Self { state: state.to_owned(), endpoints })
    }

    /// The public API, as nobody.
    pub fn api(&self) -> Result<Api, Failure> {
        Api::new(self.text("public_url")?)
    }

    /// The control listener, which holds the mailbox.
    pub fn control(&self) -> Result<Api, Failure> {
        Api::new(self.text("control_url")?)
    }

    /// A file of the state's.
    pub fn file(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// What a member of `endpoints.json` says.
    pub fn text(&self, member: &str) -> Result<&str, Failure> {
        self.endpoints[member].as_str().ok_or_else(|| Failure::Other(format!("endpoints.json has no {member}")))
    }

    /// The settings of a function, by its name with stage.
    pub fn settings(&self, function: &str) -> impl Iterator<Item = (&str, &str)> {
        let settings = self.endpoints["functions"][function].as_object();
        settings.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }
}
