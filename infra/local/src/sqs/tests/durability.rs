//! What was answered is there after the end of the process, orderly or not.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::{Cloud, bodies, queue};
use crate::clock::Clock;
use crate::sqs::{NewMessage, Sqs};

/// Set in the child that is killed: the database's file.
const FILE: &str = "SQS_DURABILITY_FILE";

#[tokio::test]
async fn messages_handles_and_duplicates_outlive_the_database_being_closed() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("sqs.db");
    let cloud = Cloud::open(Some(&file)).await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "a", "one").await;
    cloud.send_to_group(&url, "b", "two").await;
    let held = cloud.receive_up_to(&url, 1).await.remove(0);
    drop(cloud);
    let cloud = Cloud::open(Some(&file)).await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "b", "two").await;
    assert_eq!(cloud.counts("orders.fifo").await, (1, 1, 0));
    cloud.delete(&url, &held).await;
    cloud.pass(31);
    assert_eq!(bodies(&cloud.receive(&url).await), ["two"]);
}

#[tokio::test]
async fn every_send_that_was_answered_survives_kill_9() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("sqs.db");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "sqs::tests::durability::sends_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FILE, &file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut answered = 0;
    while answered < 500 {
        let line = lines.next_line().await.expect("read").expect("it goes on until it is killed");
        answered += usize::from(line.contains("answered"));
    }
    child.kill().await.expect("killed");
    while let Some(line) = lines.next_line().await.expect("read") {
        answered += usize::from(line.contains("answered"));
    }
    let sqs = Sqs::open(Some(&file), Clock::default(), String::new()).expect("opened again");
    let stored = sqs.counts().await.expect("counted")[0].visible;
    let answered = i64::try_from(answered).expect("a small number");
    // One send may have been stored and not answered.
    assert!((answered..=answered + 1).contains(&stored), "{stored} stored, {answered} answered");
}

/// Not a test: what the test above kills. It ends by itself when its parent is gone.
#[tokio::test]
#[ignore = "the child process of another test"]
async fn sends_until_it_is_killed() {
    let Some(file) = std::env::vars_os().find_map(|(name, value)| (name == FILE).then_some(value)) else { return };
    std::thread::spawn(|| {
        let _eof = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let sqs = Sqs::open(Some(file.as_ref()), Clock::default(), String::new()).expect("opened");
    sqs.ensure_queue(&queue("orders", json!({}))).await.expect("valid");
    loop {
        sqs.send("orders", NewMessage::of("x")).await.expect("sent");
        println!("answered");
    }
}
