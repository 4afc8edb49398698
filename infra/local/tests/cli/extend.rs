//! Commands that the project adds.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use super::{Project, alive, until};

/// A project whose program writes down its process id and waits, and whose cargo writes down that it was asked to build.
fn project() -> Project {
    let project = Project::new();
    let folder = project.folder.path();
    let extension = "[local.extension.parameters]\nprogram = \"waits\"\ncommands = { wait = \"Waits\" }\n";
    std::fs::write(folder.join("samconfig.toml"), extension).unwrap();
    script(&folder.join("waits"), "echo $$ > \"$2/waits.pid\"; exec sleep 40");
    script(&folder.join("cargo"), "touch \"${0%/*}/built\"; printf '{\"executable\": \"%s/waits\"}\\n' \"${0%/*}\"");
    project
}

fn script(file: &Path, text: &str) {
    std::fs::write(file, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o700)).unwrap();
}

fn wait(project: &Project) -> std::process::Command {
    let mut command = project.command(&["wait"]);
    command.env("CARGO", project.folder.path().join("cargo")).stderr(Stdio::piped());
    command
}

#[test]
fn a_project_command_says_at_once_that_nothing_runs() {
    let project = project();
    let refused = |when: &str| {
        let output = wait(&project).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("no laptop cloud runs on"), "{when}: {said}");
        assert!(!project.folder.path().join("built").exists(), "{when}: built first");
    };
    refused("before the first start");
    project.up(&[]).end_by("-KILL");
    assert!(project.state().join("endpoints.json").exists(), "what a kill leaves");
    refused("after a kill");
}

#[test]
fn a_terminated_command_leaves_no_process() {
    let project = project();
    let _up = project.up(&[]);
    for signal in ["-TERM", "-HUP"] {
        let file = project.state().join("waits.pid");
        let mut command = wait(&project).spawn().unwrap();
        let program: u32 = until("the program starts", || std::fs::read_to_string(&file).ok()?.trim().parse().ok());
        assert!(alive(program));
        let sent = std::process::Command::new("kill").args([signal, &command.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let ended = until("the command ends", || command.try_wait().unwrap());
        assert!(!ended.success(), "{signal}: it was not done");
        until("its program ends", || (!alive(program)).then_some(()));
        std::fs::remove_file(file).unwrap();
    }
}
