//! The laptop cloud, started as a person starts it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, OnceCell};

use crate::{Client, Person};

/// How long a start may take once everything is built; the first one makes the Python environment.
const START_MAX: Duration = Duration::from_mins(4);

/// How long an orderly stop may take.
const STOP_MAX: Duration = Duration::from_secs(20);

/// A running laptop cloud with a state of its own. Dropping it ends it.
pub struct Cloud {
    child: Child,
    state: Option<TempDir>,
    /// What `endpoints.json` says.
    pub endpoints: Value,
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").components().collect()
}

/// Where cargo puts binaries: beside this one, or above it for a test (`target/<profile>/deps/<test>`).
fn binaries() -> PathBuf {
    let this = std::env::current_exe().expect("a program knows its file");
    let folder = this.parent().expect("a program is in a folder");
    if folder.ends_with("deps") { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() }
}

/// Builds every binary once a test process: cargo builds those of other packages for nobody.
async fn built() {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    BUILT
        .get_or_init(|| async {
            let cargo = option_env!("CARGO").unwrap_or("cargo");
            let mut build = Command::new(cargo);
            build.args(["build", "--quiet", "--workspace", "--bins", "--locked"]).current_dir(root());
            if binaries().ends_with("release") {
                build.arg("--release");
            } else {
                // With the targets that `cargo test` builds, cargo takes the same features and compiles nothing twice.
                build.args(["--tests", "--examples"]);
            }
            let status = build.status().await.expect("cargo runs");
            assert!(status.success(), "the binaries are built");
        })
        .await;
}

impl Cloud {
    /// Starts one with an empty state.
    pub async fn start() -> Self {
        let state = TempDir::new().expect("a temporary folder");
        let (child, endpoints) = spawn(state.path(), &[]).await;
        Self { child, state: Some(state), endpoints }
    }

    /// Starts one that keeps its tables and queues in memory, as measurements want it.
    pub async fn in_memory() -> Self {
        let state = TempDir::new().expect("a temporary folder");
        let (child, endpoints) = spawn(state.path(), &["--memory"]).await;
        Self { child, state: Some(state), endpoints }
    }

    /// The one that tests share which disturb nobody: it ends with the last of those that hold it.
    pub async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Cloud>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(cloud) = shared.upgrade() {
            return cloud;
        }
        let cloud = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&cloud);
        cloud
    }

    /// A client of the public API, signed in as nobody.
    pub fn client(&self) -> Client {
        Client::new(self.text("public_url"))
    }

    /// A member of `endpoints.json`.
    pub fn text(&self, member: &str) -> &str {
        self.endpoints[member].as_str().unwrap_or_else(|| panic!("endpoints.json has no {member}"))
    }

    /// What a resource is called, by its logical id.
    pub fn resource(&self, logical_id: &str) -> &str {
        self.endpoints["resources"][logical_id].as_str().unwrap_or_else(|| panic!("no resource {logical_id}"))
    }

    /// The folder of the state.
    pub fn state(&self) -> &Path {
        self.state.as_ref().expect("the state lives as long as the cloud").path()
    }

    /// The control listener.
    pub fn control(&self) -> Client {
        Client::new(self.text("control_url"))
    }

    /// Moves the clock of everything.
    pub async fn clock(&self, offset_seconds: i64) {
        let body = serde_json::json!({"offset_seconds": offset_seconds});
        self.control().post("/clock", &body).await.expect_status(200);
    }

    /// The access keys of a function, by its name with stage.
    pub fn keys_of(&self, function: &str) -> (&str, &str) {
        let key =
            |member: &str| self.endpoints["function_keys"][function][member].as_str().expect("every function has keys");
        (key("access_key_id"), key("secret_access_key"))
    }

    /// The text of the newest mail to `address`, waiting for it.
    pub async fn mail(&self, address: &str) -> String {
        let path = format!("/mailbox?limit=1&to={}", address.replace('+', "%2B").replace('@', "%40"));
        crate::until("a mail arrives", || async {
            let mails = self.control().get(&path).await.body;
            Some(mails.as_array()?.first()?["text"].as_str()?.to_owned())
        })
        .await
    }

    /// Makes the super admin as an operator does, and signs in.
    pub async fn super_admin(&self) -> Person {
        let email = "root@ultramarket.example";
        let auth = self.endpoints["functions"]["um-dev-auth-public"].as_object().expect("auth-public has settings");
        let status = Command::new(binaries().join("operator"))
            .args(["super-admin", "--email", email])
            .env("SUPER_ADMIN_PASSWORD", crate::PASSWORD)
            .envs(auth.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default())))
            .env("AWS_ENDPOINT_URL", self.text("endpoint_url"))
            .env("AWS_REGION", self.text("region"))
            .env("AWS_ACCESS_KEY_ID", self.text("access_key_id"))
            .env("AWS_SECRET_ACCESS_KEY", self.text("secret_access_key"))
            .status()
            .await
            .expect("the operator's command runs");
        assert!(status.success(), "the super admin is made");
        Person::sign_in(self, email, crate::PASSWORD).await
    }

    /// Kills the host, Cognito and every function with one `kill -9`, and starts again on the same state.
    pub async fn kill_and_start_again(mut self) -> Self {
        let all = crate::processes_of(&self).into_iter().map(|pid| pid.to_string());
        let killed = Command::new("kill").arg("-9").args(all).status().await;
        assert!(killed.is_ok(), "kill runs");
        self.child.wait().await.expect("the host is gone");
        let state = self.state.take().expect("the state lives as long as the cloud");
        let (child, endpoints) = spawn(state.path(), &[]).await;
        Self { child, state: Some(state), endpoints }
    }

    /// Stops it in order, as Ctrl-C does.
    pub async fn stop(mut self) {
        drop(self.child.stdin.take());
        let ended = self.child.wait().await.expect("the host ends");
        assert!(ended.success(), "the host stops in order: {ended}");
    }

    /// The host's process id.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}

impl Drop for Cloud {
    /// Ends in order also when a test fails: what still wrote would keep the folder of the state from going.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let patience = Instant::now() + STOP_MAX;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

async fn spawn(state: &Path, options: &[&str]) -> (Child, Value) {
    built().await;
    let binaries = binaries();
    let mut child = Command::new(binaries.join("local"))
        .args(["up", "--port", "0", "--no-seed", "--exit-with-stdin", "--template"])
        .arg(root().join("template.yaml"))
        .arg("--state")
        .arg(state)
        .arg("--bin-dir")
        .arg(&binaries)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log(state))
        .kill_on_drop(true)
        .spawn()
        .expect("the laptop cloud starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await.expect("stdout is read") {
            if line.starts_with("ready ") {
                return;
            }
        }
        panic!("the laptop cloud ended before it was ready:\n{}", said(state));
    };
    let in_time = tokio::time::timeout(START_MAX, ready).await.is_ok();
    assert!(in_time, "the laptop cloud is not ready:\n{}", said(state));
    // A run in memory keeps its files elsewhere, and says so here.
    let files = std::fs::read_to_string(state.join("throw-away")).map_or_else(|_| state.to_owned(), PathBuf::from);
    let endpoints = std::fs::read(files.join("endpoints.json")).expect("endpoints.json is written");
    (child, serde_json::from_slice(&endpoints).expect("endpoints.json is JSON"))
}

fn log(state: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(state.join("host.log"));
    file.expect("the host's log is opened").into()
}

fn said(state: &Path) -> String {
    std::fs::read_to_string(state.join("host.log")).unwrap_or_default()
}
