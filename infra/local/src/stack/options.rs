//! What a stack is started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Error;
use crate::lambda::Sink;
use crate::template::model::Stack;

/// What a stack is started with.
#[derive(Clone)]
pub struct Options {
    /// `template.yaml`.
    pub template: PathBuf,
    /// Parameters over the template's defaults.
    pub parameters: BTreeMap<String, String>,
    /// Where what is durable lives.
    pub state: State,
    /// Where the Python environment for Cognito and S3 is, or will be made. Shared by all stacks of a machine.
    pub python: PathBuf,
    /// Where the functions' binaries are.
    pub binaries: PathBuf,
    /// Where to listen.
    pub ports: Ports,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// Takes a line per request to an HTTP API.
    pub requests: Sink,
    /// Takes a line per failure: of a function, or of the gateway.
    pub console: Sink,
    /// Takes each line that a function logs, after the function's name; `None` leaves them to the log files.
    pub function_logs: Option<Sink>,
    /// Takes a line per step of the start.
    pub progress: Sink,
}

/// Where what is durable lives.
#[derive(Debug, Clone)]
pub enum State {
    /// Nowhere: gone when the stack stops.
    Memory,
    /// In a directory, which one stack at a time may use.
    Directory(PathBuf),
}

/// Ports on 127.0.0.1; 0 is any free one.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    /// The HTTP APIs, those open to clients without AWS keys first, then by logical id. Those beyond the list get free ones.
    pub apis: Vec<u16>,
    /// The control listener.
    pub control: u16,
    /// The AWS endpoint.
    pub endpoint: u16,
    /// Lambda's Invoke API.
    pub invoke: u16,
}

impl Ports {
    /// The fixed ports of a laptop, with the first API on `port`: its successors are the next API and the control
    /// listener. 0 takes free ports for everything.
    pub fn from(port: u16) -> Self {
        match port {
            0 => Self::default(),
            port => Self {
                apis: vec![port, port.saturating_add(1)],
                control: port.saturating_add(2),
                endpoint: 4566,
                // Where `cargo lambda invoke` looks.
                invoke: 9000,
            },
        }
    }
}

impl Options {
    /// Free ports, nothing durable, no console: what a test wants.
    pub fn throw_away(template: PathBuf, binaries: PathBuf, python: PathBuf) -> Self {
        Self {
            template,
            parameters: BTreeMap::new(),
            state: State::Memory,
            python,
            binaries,
            ports: Ports::default(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            stack_name: "local".to_owned(),
            requests: Arc::new(|_: &str| {}),
            console: Arc::new(|_: &str| {}),
            function_logs: None,
            progress: Arc::new(|_: &str| {}),
        }
    }

    pub(super) fn check_binaries(&self, stack: &Stack) -> Result<(), Error> {
        let missing: Vec<String> = stack
            .functions
            .iter()
            .filter(|function| !self.binaries.join(&function.binary).is_file())
            .map(|function| function.binary.clone())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::Binaries { directory: self.binaries.clone(), missing: missing.join(", ") })
    }
}
