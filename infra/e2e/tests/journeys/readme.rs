//! The README's first screen is a transcript. Its commands are run as they stand there, in one shell, and answer what
//! stands below them; ids are others each time. The longer tour is run as well.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::Cloud;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// For how long a question is asked again: what follows by events takes some seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a command may take.
const COMMAND_MAX: Duration = Duration::from_mins(2);
/// What the shell prints after each command.
const END: &str = "-- end of the command --";
/// Where the README's commands expect the API.
const ADDRESS: &str = "http://127.0.0.1:3000";

/// A command and what stands below it.
struct Step {
    command: String,
    printed: Vec<String>,
}

impl Step {
    /// Whether it can be asked again without doing anything twice.
    fn only_asks(&self) -> bool {
        self.command.contains("curl") && !self.command.contains(" -d ") && !self.command.contains("() {")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The blocks of a kind in a document, in order.
fn blocks(document: &str, kind: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let begin = format!("```{kind}\n");
    text.split(&begin).skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// The commands of the README's console blocks, but the start itself.
fn transcript() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in blocks("README.md", "console") {
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), printed: Vec::new() });
            } else {
                let step = steps.last_mut().expect("a block begins with a command");
                match line.strip_prefix("> ") {
                    Some(rest) if step.printed.is_empty() => step.command = format!("{}\n{rest}", step.command),
                    _ => step.printed.push(line.to_owned()),
                }
            }
        }
    }
    steps.retain(|step| step.command != "cargo local");
    steps
}

/// Text without what is another each time: ids and numbers of orders.
fn masked(line: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let mask = |word: &str| if is_id(word) || word.starts_with("UM-") { "…".to_owned() } else { word.to_owned() };
    let mut text = String::new();
    let mut word = String::new();
    for c in line.trim_end().chars() {
        if c.is_alphanumeric() || c == '-' {
            word.push(c);
        } else {
            text.push_str(&mask(&std::mem::take(&mut word)));
            text.push(c);
        }
    }
    text + &mask(&word)
}

/// One `bash` for all commands: what they set stays.
struct Shell {
    _child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    /// In which `cargo` runs what is built, on the state of this cloud.
    async fn of(cloud: &Cloud) -> Self {
        let mut child = Command::new("bash")
            .env("BINARIES", binaries())
            .env("STATE", cloud.state())
            .env("TEMPLATE", root().join("template.yaml"))
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut shell = Self { _child: child, stdin, lines: BufReader::new(stdout).lines() };
        shell.run(CARGO).await;
        shell
    }

    async fn run(&mut self, command: &str) -> Vec<String> {
        // What answers without a line feed does not swallow the end.
        self.stdin.write_all(format!("{command}\nprintf '\\n%s\\n' '{END}'\n").as_bytes()).await.unwrap();
        let mut printed = Vec::new();
        let read = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if line == END {
                    return true;
                }
                printed.push(line);
            }
            false
        };
        let ended = tokio::time::timeout(COMMAND_MAX, read).await;
        assert_eq!(ended, Ok(true), "$ {command}\ndid not end: {printed:#?}");
        printed.pop_if(|line| line.is_empty());
        printed
    }
}

/// Of the commands that documents use: the demo's, those of `cargo local` itself, the operator's.
const CARGO: &str = r#"exec 2>&1
cargo() {
  case "$1 $2" in
    "local token" | "local import") shift; "$BINARIES/demo" --state "$STATE" "$@" ;;
    "local "*) shift; "$BINARIES/local" "$@" --template "$TEMPLATE" --state "$STATE" ;;
    "run "*) shift 5; "$BINARIES/operator" "$@" ;;
  esac
}"#;

/// Where this test's own file is built, and those of the programs one above.
fn binaries() -> PathBuf {
    std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned()
}

/// Whether this machine has the programs that the documents' commands call.
///
/// # Panics
/// When they are required (`REQUIRE_PROGRAMS`, as for the page of the reference) and one is missing.
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of a function")]
async fn has_programs() -> bool {
    for program in ["curl", "jq", "python3"] {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await;
        if found.is_err() {
            assert!(std::env::var_os("REQUIRE_PROGRAMS").is_none(), "{program} does not start, and it is required");
            eprintln!("SKIPPED: no {program} on this machine, which the documents' commands call");
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_first_screen_is_true() {
    if !has_programs().await {
        return;
    }
    let cloud = Cloud::start().await;
    let mut seed = Command::new(binaries().join("demo"));
    let seeded = seed.arg("--state").arg(cloud.state()).arg("seed").stdout(Stdio::null()).status().await;
    assert!(seeded.unwrap().success(), "the demo market is loaded");
    let steps = transcript();
    assert!(steps.iter().any(|step| step.command.contains("/orders")), "the transcript buys something");
    let mut shell = Shell::of(&cloud).await;
    for step in steps {
        let command = step.command.replace(ADDRESS, cloud.text("public_url"));
        let wanted: Vec<String> = step.printed.iter().map(|line| masked(line)).collect();
        let begun = Instant::now();
        loop {
            let printed = shell.run(&command).await;
            let same = printed.iter().map(|line| masked(line)).eq(wanted.iter().cloned());
            if same {
                break;
            }
            let again = step.only_asks() && begun.elapsed() < PATIENCE;
            assert!(again, "$ {command}\nshould print {wanted:#?}\nand prints {printed:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    drop(shell);
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_made_from_nothing_as_the_longer_tour_says() {
    if !has_programs().await {
        return;
    }
    let cloud = Cloud::start().await;
    let mut shell = Shell::of(&cloud).await;
    let mut printed = Vec::new();
    for block in blocks("docs/store.md", "sh") {
        printed.extend(shell.run(&block.replace(ADDRESS, cloud.text("public_url"))).await);
    }
    let placed = shell.run(r#"mine /orders "$buyer""#).await.concat();
    assert!(placed.contains("PENDING"), "{placed}\n{printed:#?}");
    let refused = printed.iter().any(|line| line.contains("not-a-price"));
    assert!(refused, "the row without a price is refused: {printed:#?}");
    drop(shell);
    cloud.stop().await;
}
