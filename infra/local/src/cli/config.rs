//! What the project says of its runs on a laptop: the environment `local` of `samconfig.toml`, and secrets of its own.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Deserialize;
use toml::Table;

use super::project::Paths;
use super::{Error, Up};
use crate::template::Template;

/// The file of a state that keeps what was drawn for secret parameters.
const SECRETS: &str = "secrets.json";

/// A program of the project's that `local` delegates to: commands that it does not know itself, and what is loaded after
/// a start.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Extension {
    /// The binary's name.
    pub(super) program: String,
    /// Binaries that it calls.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// Its commands, each with a line about what it does.
    #[serde(default)]
    pub(super) commands: BTreeMap<String, String>,
    /// Its command that loads what a first start begins with; loaded again it must change nothing.
    pub(super) seed: Option<String>,
}

/// Reads the section of a command of the environment `local`.
fn section(root: &Path, command: &str) -> Result<Option<Table>, Error> {
    let file = root.join("samconfig.toml");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(cause.into()),
    };
    let wrong = |cause: &dyn std::fmt::Display| Error::usage(format!("{}: {cause}", file.display()));
    let config: Table = text.parse().map_err(|cause| wrong(&cause))?;
    let parameters = config.get("local").and_then(|local| local.get(command)?.get("parameters")?.as_table().cloned());
    Ok(parameters)
}

/// The program that the project adds, if it adds one.
pub(super) fn extension(root: &Path) -> Result<Option<Extension>, Error> {
    let Some(section) = section(root, "extension")? else { return Ok(None) };
    section.try_into().map(Some).map_err(|cause: toml::de::Error| Error::usage(format!("samconfig.toml: {cause}")))
}

/// The parameters of a run: those of the command line, over those of `samconfig.toml`, over secrets that were drawn once.
pub(super) fn parameters(up: &Up, paths: &Paths) -> Result<BTreeMap<String, String>, Error> {
    let mut parameters = BTreeMap::new();
    let overrides = section(&paths.root, "global")?;
    let overrides = overrides.as_ref().and_then(|section| section.get("parameter_overrides")?.as_str());
    for pair in overrides.unwrap_or_default().split_whitespace() {
        let (name, value) = super::key_value(pair).map_err(Error::usage)?;
        parameters.insert(name, value);
    }
    parameters.extend(up.parameters.iter().cloned());
    let secrets = Template::load(&paths.template, &parameters)?.secrets();
    let kept = if up.project.memory { None } else { Some(paths.state.join(SECRETS)) };
    let mut known = kept.as_deref().map(read).transpose()?.unwrap_or_default();
    let before = known.len();
    for name in secrets {
        let value = known.entry(name.clone()).or_insert_with(drawn);
        parameters.entry(name).or_insert_with(|| value.clone());
    }
    if let Some(file) = kept.filter(|_| known.len() > before) {
        write(&file, &known)?;
    }
    Ok(parameters)
}

#[expect(clippy::disallowed_methods, reason = "a secret of this laptop; nothing depends on its value")]
fn drawn() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn read(file: &Path) -> Result<BTreeMap<String, String>, Error> {
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|cause| Error::usage(format!("{}: {cause}", file.display()))),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(cause) => Err(cause.into()),
    }
}

/// Readable for its owner alone.
fn write(file: &Path, secrets: &BTreeMap<String, String>) -> Result<(), Error> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(secrets).map_err(|cause| Error::usage(cause.to_string()))?;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    Ok(file.write_all(text.as_bytes())?)
}
