//! What stands in the way is told with its remedy.

use std::net::TcpListener;

use super::{Project, functions};

#[test]
fn a_busy_port_is_told_with_its_holder_and_the_option_that_moves_it() {
    let project = Project::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let bin_dir = functions();
    let with = |option: &str| {
        let bin_dir = bin_dir.to_str().unwrap();
        project.refuses(&["up", "--port", "0", "--bin-dir", bin_dir, option, &port])
    };
    for option in ["--endpoint-port", "--invoke-port"] {
        let refused = with(option);
        assert!(refused.contains(&format!("port {port}")) && refused.contains(option), "{refused}");
        if cfg!(target_os = "linux") {
            assert!(refused.contains(&format!("(process {})", std::process::id())), "{refused}");
        }
    }
}

#[test]
fn a_command_that_looks_inside_says_when_nothing_runs() {
    let project = Project::new();
    for arguments in [
        &["status"][..],
        &["logs", "things-api"],
        &["mailbox"],
        &["queue"],
        &["queue", "work", "--redrive"],
        &["table", "things"],
        &["clock", "30m"],
        &["env"],
        &["status", "--memory"],
    ] {
        let refused = project.refuses(arguments);
        assert!(
            refused.contains("laptop cloud runs on") && refused.contains("`cargo local"),
            "{arguments:?}: {refused}"
        );
    }
}

#[test]
fn who_mistypes_is_told_what_was_perhaps_meant() {
    let project = Project::new();
    assert!(project.refuses(&["statsu"]).contains("did you mean status?"));
    let _up = project.up(&[]);
    assert!(project.refuses(&["logs", "thing-api"]).contains("did you mean shop-things-api?"));
    assert!(project.refuses(&["queue", "wrok"]).contains("did you mean shop-work?"));
    assert!(project.refuses(&["table", "stuff"]).contains("there is shop-things"));
}

#[test]
fn a_second_one_on_the_same_state_is_told_of_the_first() {
    let project = Project::new();
    let up = project.up(&[]);
    let bin_dir = functions();
    let refused = project.refuses(&["up", "--port", "0", "--bin-dir", bin_dir.to_str().unwrap()]);
    assert!(refused.contains(&format!("(process {})", up.child.id())), "{refused}");
    assert!(refused.contains("--memory"), "{refused}");
    assert!(project.refuses(&["reset"]).contains("in use"));
}

#[test]
fn a_state_of_another_version_is_refused_until_it_is_emptied() {
    let project = Project::new();
    project.up(&[]).end_by("-INT");
    std::fs::write(project.state().join("data/layout"), "0").unwrap();
    let bin_dir = functions();
    let refused = project.refuses(&["up", "--port", "0", "--bin-dir", bin_dir.to_str().unwrap()]);
    assert!(refused.contains("another version") && refused.contains("local reset"), "{refused}");
    project.says(&["reset"]);
    project.up(&[]).end_by("-INT");
}

#[test]
fn a_file_of_the_state_that_cannot_be_read_is_told_with_the_remedy() {
    let project = Project::new();
    project.up(&[]).end_by("-INT");
    std::fs::write(project.state().join("data/sqs.sqlite"), "no database, whatever its name says").unwrap();
    let bin_dir = functions();
    let refused = project.refuses(&["up", "--port", "0", "--bin-dir", bin_dir.to_str().unwrap()]);
    assert!(refused.contains("local reset"), "{refused}");
}

#[test]
fn functions_that_are_not_built_are_named() {
    let project = Project::new();
    let refused = project.refuses(&["up", "--port", "0", "--bin-dir", "nowhere"]);
    assert!(refused.contains("misbehaving"), "{refused}");
}
