//! The command against an API that answers what each test says.

use serde_json::Value;
use tempfile::TempDir;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const IMPORTS: &str = "/v1/stores/s/imports";

/// A running stack with demo people, whose API answers what is mounted.
struct World {
    api: MockServer,
    state: TempDir,
}

impl World {
    async fn new() -> Self {
        let world = Self { api: MockServer::start().await, state: tempfile::tempdir().unwrap() };
        let endpoints = json!({"public_url": world.api.uri()});
        std::fs::write(world.state.path().join("endpoints.json"), endpoints.to_string()).unwrap();
        std::fs::write(world.file(), "{\"sku\": \"1\"}\n").unwrap();
        People::known_or_drawn(&world.place()).unwrap();
        world.answers("POST", "/v1/auth/login", 200, json!({"access_token": "t"})).await;
        world.answers("GET", "/v1/categories/cpu", 200, json!({"slug": "cpu"})).await;
        world
    }

    fn place(&self) -> Place {
        Place::of(self.state.path()).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.state.path().join("cpu.jsonl")
    }

    async fn answers(&self, verb: &str, route: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb)).and(path(route)).respond_with(answer).mount(&self.api).await;
    }

    /// `cargo local import cpu.jsonl --store s`, by the bucket or not.
    async fn import(&self, by_upload: bool) -> Result<(), Failure> {
        let (file, store) = (Some(self.file()), Some("s".to_owned()));
        let mapping = Vec::new();
        import(&self.place(), &Arguments { file, store, by_upload, mapping, category: None, watch: None, cancel: None })
            .await
    }

    /// How often something was asked for.
    async fn asked(&self, verb: &str, route: &str) -> usize {
        let requests = self.api.received_requests().await.unwrap();
        requests.iter().filter(|request| request.method.as_str() == verb && request.url.path() == route).count()
    }
}

fn over(status: &str) -> Value {
    json!({"import_id": "i", "status": status, "done": 2, "total": 5, "refused": 0, "failure": "stalled"})
}

#[test]
fn an_import_whose_file_is_bad_says_what_is_wrong_with_it() {
    let fault = json!({"code": "bad-file", "row": 3, "detail": "row 3: 1 cell, the header has 2"});
    let import = json!({"status": "FAILED", "done": 0, "total": 0, "failure": "bad-file", "fault": fault});
    let why = completed(&import).unwrap_err().to_string();
    assert_eq!(why, "given up after 0 of 0 rows: bad-file: row 3: 1 cell, the header has 2");
}

#[tokio::test]
async fn an_import_that_was_given_up_is_a_failed_command() {
    for (status, said) in [
        ("COMPLETED", None),
        ("FAILED", Some("given up after 2 of 5 rows: stalled")),
        ("CANCELLED", Some("stopped by hand after 2 of 5 rows")),
    ] {
        let world = World::new().await;
        world.answers("POST", IMPORTS, 202, over("PENDING")).await;
        world.answers("GET", &format!("{IMPORTS}/i"), 200, over(status)).await;
        assert_eq!(world.import(false).await.err().map(|why| why.to_string()).as_deref(), said, "{status}");
    }
}

/// An announced import whose bucket takes no file.
async fn cut_off() -> World {
    let world = World::new().await;
    let to = json!({"url": format!("{}/bucket", world.api.uri()), "headers": {}});
    world.answers("POST", IMPORTS, 201, json!({"import_id": "i", "upload": to})).await;
    world.answers("GET", &format!("{IMPORTS}/i"), 200, over("UPLOADING")).await;
    assert!(world.import(true).await.is_err(), "the bucket answers 404");
    world
}

#[tokio::test]
async fn a_file_that_arrived_before_the_command_was_killed_is_not_sent_again() {
    let world = cut_off().await;
    world.answers("POST", &format!("{IMPORTS}/i/start"), 202, over("PENDING")).await;
    // What this API says of the import stays as it is.
    assert!(world.import(true).await.unwrap_err().to_string().contains("has not arrived"));
    assert_eq!((world.asked("POST", IMPORTS).await, world.asked("PUT", "/bucket").await), (1, 1));
}

#[tokio::test]
async fn an_announcement_whose_file_never_arrived_is_withdrawn_before_the_file_is_sent_again() {
    let world = cut_off().await;
    world.answers("POST", &format!("{IMPORTS}/i/start"), 409, json!({"code": "not-uploaded"})).await;
    world.answers("POST", &format!("{IMPORTS}/i/cancel"), 200, over("CANCELLED")).await;
    assert!(world.import(true).await.is_err(), "the bucket answers 404");
    assert_eq!(world.asked("POST", &format!("{IMPORTS}/i/cancel")).await, 1);
    assert_eq!((world.asked("POST", IMPORTS).await, world.asked("PUT", "/bucket").await), (2, 2));
}

#[tokio::test]
async fn an_upload_that_was_cut_off_is_not_waited_for() {
    let world = cut_off().await;
    let seen = finished(&world.place().api().unwrap(), "s", "i").await.unwrap();
    assert!(completed(&seen).unwrap_err().to_string().contains("has not arrived"));
}
