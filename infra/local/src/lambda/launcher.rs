//! Starts environments of one function, with the variables AWS gives it and nothing of this process's own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::environment::Environment;
use super::logs::Stream;
use super::process::Process;
use super::process_group::ProcessGroup;
use super::roster::Roster;
use super::runtime_api::RuntimeApi;
use super::{Options, identifier};
use crate::iam::EnvironmentNumber;
use crate::template::model::Function;

/// How often a binary that is being replaced by a build is tried again.
const BUSY_RETRIES: u32 = 20;

pub(super) struct Launcher {
    pub(super) function: Function,
    options: Options,
    group: Arc<ProcessGroup>,
    roster: Roster,
}

impl Launcher {
    pub(super) fn new(function: Function, options: &Options, group: Arc<ProcessGroup>, roster: Roster) -> Self {
        let options = Options { functions: Vec::new(), ..options.clone() };
        Self { function, options, group, roster }
    }

    /// A log stream for an environment or for what happens before there is one.
    pub(super) fn log(&self) -> Stream {
        Stream::new(self.options.logs.clone(), &self.function.name)
    }

    /// Starts the process. It has not asked for an event yet.
    pub(super) async fn launch(&self, generation: u64) -> io::Result<Environment> {
        let api = RuntimeApi::listen().await?;
        let log = self.log();
        let number = self.roster.number();
        let mut attempt = 0;
        let process = loop {
            let scratch = tempfile::tempdir_in(&self.options.scratch)?;
            let command = self.command(number, &api, scratch.path());
            match Process::spawn(command, &log, scratch) {
                Err(cause) if cause.kind() == io::ErrorKind::ExecutableFileBusy && attempt < BUSY_RETRIES => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                started => break started?,
            }
        };
        self.roster.add(number, process.killer());
        Ok(Environment {
            process,
            api,
            log,
            generation,
            idle_since: Instant::now(),
            init_duration: None,
            next: None,
            peak_kib: 0,
            cpu: Duration::ZERO,
        })
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
    fn command(&self, number: EnvironmentNumber, api: &RuntimeApi, scratch: &std::path::Path) -> Command {
        let Options { binaries, region, clock, .. } = &self.options;
        let function = &self.function;
        let now = clock.now();
        let stream = format!("{}/[$LATEST]{}", now.strftime("%Y/%m/%d"), identifier::random().simple());
        let mut command = Command::new(binaries.join(&function.binary));
        command
            .env_clear()
            .envs(&function.environment)
            .envs(&self.options.extra_environment)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin")
            .env("LANG", "en_US.UTF-8")
            .env("TZ", ":UTC")
            .env("TMPDIR", scratch)
            .env("LAMBDA_TASK_ROOT", binaries)
            .env("_HANDLER", "bootstrap")
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mib.to_string())
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", stream)
            .env("AWS_REGION", region)
            .env("AWS_DEFAULT_REGION", region)
            .env("AWS_ENDPOINT_URL", &self.options.endpoint_url)
            .current_dir(scratch)
            .process_group(self.group.id());
        if let Some(keys) = &self.options.keys {
            let keys = keys.of(&function.name, number);
            command.env("AWS_ACCESS_KEY_ID", &keys.access_key_id).env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        }
        if clock.offset_seconds() != 0 {
            command.env("CLOCK_OFFSET_SECONDS", clock.offset_seconds().to_string());
        }
        command
    }
}
