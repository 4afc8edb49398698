//! A real browser, by WebDriver: Chromium without a window.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What starts the browser; Debian's package is `chromium-driver`.
const DRIVER: &str = "chromedriver";

/// How long a window may take to close.
const CLOSING_MAX: Duration = Duration::from_secs(10);

/// One window. Dropping it ends the browser.
pub struct Browser {
    http: reqwest::Client,
    session: String,
    // Ended in this order: the driver, then what the browser kept.
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window of that size; none on a machine without a browser, unless `REQUIRE_PROGRAMS` is set.
    ///
    /// # Panics
    /// When a browser is required and there is none, or it does not start.
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of a function")]
    pub async fn open(width: u32, height: u32) -> Option<Self> {
        let started = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let Ok(mut driver) = started else {
            assert!(
                std::env::var_os("REQUIRE_PROGRAMS").is_none(),
                "{DRIVER} does not start, and a browser is required"
            );
            eprintln!("SKIPPED: no {DRIVER} on this machine; Debian's packages are chromium and chromium-driver");
            return None;
        };
        let base = address(&mut driver).await;
        let profile = TempDir::new().expect("a temporary folder");
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().expect("a client");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let phone = json!({"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0, "touch": false}});
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments, "mobileEmulation": phone},
        }}});
        let answer = send(&http, Method::POST, &format!("{base}/session"), Some(&capabilities)).await;
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no window: {answer}"));
        let session = format!("{base}/session/{id}");
        Some(Self { http, session, _driver: driver, _profile: profile })
    }

    /// Loads a page.
    pub async fn go(&self, url: &str) {
        self.post("url", &json!({"url": url})).await;
    }

    /// What a script returns.
    pub async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []})).await
    }

    /// What the page complained of: errors of scripts and of loading.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({"type": "browser"})).await;
        let severe = log.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    async fn post(&self, command: &str, body: &Value) -> Value {
        send(&self.http, Method::POST, &format!("{}/{command}", self.session), Some(body)).await
    }
}

/// Closes the window, which ends the browser; a driver that is only killed leaves it behind.
impl Drop for Browser {
    fn drop(&mut self) {
        let Some((address, path)) = self.session.trim_start_matches("http://").split_once('/') else { return };
        let closed = TcpStream::connect(address).and_then(|mut driver| {
            driver.set_read_timeout(Some(CLOSING_MAX))?;
            write!(driver, "DELETE /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
            driver.read(&mut [0; 1024])
        });
        if let Err(error) = closed {
            eprintln!("the browser was not closed: {error}");
        }
    }
}

async fn send(http: &reqwest::Client, method: Method, url: &str, body: Option<&Value>) -> Value {
    let mut request = http.request(method, url);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer: Value = request.send().await.expect("the driver answers").json().await.expect("it answers JSON");
    assert!(answer["value"]["error"].is_null(), "{url}: {}", answer["value"]);
    answer["value"].clone()
}

/// Where the driver listens: it says so in its first lines.
async fn address(driver: &mut Child) -> String {
    let mut lines = BufReader::new(driver.stdout.take().expect("stdout is a pipe")).lines();
    while let Some(line) = lines.next_line().await.expect("stdout is read") {
        if let Some(port) = line.rsplit("on port ").next().filter(|_| line.contains("started successfully")) {
            // Whatever it says later has to go somewhere.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
        }
    }
    panic!("{DRIVER} ended at its start")
}
