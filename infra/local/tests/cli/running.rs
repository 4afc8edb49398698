//! What a stack says while it runs, and what is left of it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::{Project, Up, alive, until};

#[tokio::test(flavor = "multi_thread")]
async fn each_request_and_each_failure_is_one_line() {
    let project = Project::new();
    let up = project.up(&[]);
    assert_eq!(up.post(json!({"answer": {"statusCode": 201}})).await, 201);
    let line = up.line(|line| line.contains("POST /things 201"));
    assert!(line.ends_with(" ms shop-things-api"), "{line}");
    assert_eq!(line.split(':').count(), 3, "begins with the time of day: {line}");

    assert_eq!(up.post(json!({"exit": 1})).await, 500);
    up.line(|line| line.contains("shop-things-api failed: Runtime.ExitError"));
    assert!(!up.said().contains("START RequestId"), "what functions log is not on the console: {}", up.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_functions_log_is_shown_when_asked() {
    let project = Project::new();
    let up = project.up(&["--verbose"]);
    up.post(json!({"answer": {"statusCode": 200}})).await;
    up.line(|line| line.contains("shop-things-api | REPORT RequestId"));
}

#[test]
fn the_steps_of_a_start_come_with_their_times() {
    let project = Project::new();
    let up = project.up(&[]);
    let line = up.line(|line| line.contains("starting 1 tables, 2 queues, 1 functions"));
    assert!(line.trim_start().split(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_after_ctrl_c_and_sigterm() {
    for signal in ["-INT", "-TERM"] {
        for memory in [&[][..], &["--memory"]] {
            let project = Project::new();
            let mut up = project.up(memory);
            if memory.is_empty() {
                up.post(json!({"answer": {"statusCode": 200}})).await;
            }
            let processes = descendants(&up);
            assert!(!processes.is_empty(), "the functions' process group at least");
            up.end_by(signal);
            until("every process ends", || processes.iter().all(|process| !alive(*process)).then_some(()));
            let left: Vec<PathBuf> = files(&project.folder.path().join("tmp"));
            assert!(left.is_empty(), "{signal} {memory:?}: {left:?}");
            for gone in ["endpoints.json", "throw-away"] {
                assert!(!project.state().join(gone).exists(), "{signal} {memory:?}: {gone}");
            }
        }
    }
}

#[test]
fn a_throw_away_run_is_found_by_the_other_commands_and_cleared_up_when_it_was_killed() {
    let project = Project::new();
    let mut up = project.up(&["--memory"]);
    assert!(project.says(&["status"]).contains("shop-things-api"));
    assert!(project.says(&["status", "--memory"]).contains("shop-things-api"));
    up.end_by("-KILL");
    assert!(project.refuses(&["status"]).contains("no laptop cloud runs"));
    assert_eq!(files(&project.folder.path().join("tmp")).len(), 1, "what a kill leaves");

    let mut again = project.up(&["--memory"]);
    assert_eq!(files(&project.folder.path().join("tmp")).len(), 1, "only that of the one that runs");
    again.end_by("-INT");
    assert!(files(&project.folder.path().join("tmp")).is_empty());
}

#[test]
fn the_durable_one_is_looked_at_before_the_throw_away_one() {
    let project = Project::new();
    let _durable = project.up(&[]);
    let _throw_away = project.up(&["--memory"]);
    let state = |arguments: &[&str]| {
        let said = project.says(arguments);
        said.lines().find(|line| line.starts_with("state ")).unwrap().to_owned()
    };
    assert!(state(&["status"]).contains(".local"));
    assert!(state(&["status", "--memory"]).contains("laptop-cloud-"));
}

fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The processes that a stack has started, theirs included.
fn descendants(up: &Up<'_>) -> Vec<u32> {
    let listed = Command::new("ps").args(["-e", "-o", "pid=,ppid="]).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let pairs: Vec<(u32, u32)> = listed
        .lines()
        .filter_map(|line| {
            let mut ids = line.split_whitespace().map(|id| id.parse().ok());
            Some((ids.next()??, ids.next()??))
        })
        .collect();
    let mut found = vec![up.child.id()];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        at += 1;
    }
    found.split_off(1)
}
