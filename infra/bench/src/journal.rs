//! What the laptop cloud wrote down: invocations in the functions' logs, requests in the host's.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use e2e::Cloud;

/// A place in the logs. What is asked of it is what came after.
pub(crate) struct Journal {
    state: PathBuf,
    starts: BTreeMap<String, u64>,
    internal: BTreeMap<String, u64>,
}

impl Journal {
    pub(crate) fn from_here(cloud: &Cloud) -> Self {
        let mut here =
            Self { state: cloud.state().to_owned(), starts: BTreeMap::default(), internal: BTreeMap::default() };
        (here.starts, here.internal) = (here.all_starts(), here.all_internal());
        here
    }

    /// How often each function was invoked.
    pub(crate) fn invocations(&self) -> BTreeMap<String, u64> {
        since(&self.starts, self.all_starts())
    }

    /// Requests that functions sent to functions, by method, route and function that answered.
    pub(crate) fn internal_calls(&self) -> BTreeMap<String, u64> {
        since(&self.internal, self.all_internal())
    }

    fn all_starts(&self) -> BTreeMap<String, u64> {
        let logs = fs::read_dir(self.state.join("data/logs")).expect("the functions' logs are there");
        let paths = logs.flatten().map(|log| log.path());
        let logs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
        let starts = logs.filter_map(|path| {
            let function = path.file_stem()?.to_str()?.trim_start_matches("um-dev-").to_owned();
            let starts = fs::read_to_string(&path).ok()?.matches(" START RequestId: ").count() as u64;
            Some((function, starts))
        });
        starts.collect()
    }

    /// From lines such as `GET /internal/stores/0198…/terms 200 3 ms um-dev-store-api`.
    fn all_internal(&self) -> BTreeMap<String, u64> {
        let log = fs::read_to_string(self.state.join("host.log")).expect("the host's log is there");
        let mut calls: BTreeMap<String, u64> = BTreeMap::new();
        for line in log.lines().filter(|line| line.contains(" /internal/")) {
            let words: Vec<&str> = line.split(' ').collect();
            if let [method, path, status, _, "ms", function] = words[..] {
                let function = function.trim_start_matches("um-dev-");
                *calls.entry(format!("{method} {} → {status} by {function}", route(path))).or_default() += 1;
            }
        }
        calls
    }
}

/// A path with its ids left out: they hold digits, names do not.
fn route(path: &str) -> String {
    let part =
        |part: &str| if part.contains(|c: char| c.is_ascii_digit()) { "{id}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn since(before: &BTreeMap<String, u64>, now: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let new = now.into_iter().map(|(key, count)| {
        let new = count - before.get(&key).copied().unwrap_or_default();
        (key, new)
    });
    new.filter(|(_, count)| *count > 0).collect()
}
