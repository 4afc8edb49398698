//! Where the template and the state of a project are.

use std::path::{Path, PathBuf};

use super::{Error, Project};

/// A project's paths.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) template: PathBuf,
    /// The directory the template is in.
    pub(super) root: PathBuf,
    pub(super) state: PathBuf,
    /// The Python environment: kept by a reset, used by throw-away runs as well.
    pub(super) python: PathBuf,
}

/// The template that was named, or the nearest one from here up.
pub(super) fn find(project: &Project) -> Result<Paths, Error> {
    let template = match &project.template {
        Some(template) if template.is_file() => template.clone(),
        Some(template) => return Err(Error::usage(format!("there is no template {}", template.display()))),
        None => nearest(&std::env::current_dir()?)?,
    };
    let template = std::path::absolute(template)?;
    let root = template.parent().unwrap_or(Path::new("/")).to_owned();
    let state = std::path::absolute(project.state.clone().unwrap_or_else(|| root.join(".local")))?;
    let python = root.join(".local/python");
    Ok(Paths { template, root, state, python })
}

fn nearest(from: &Path) -> Result<PathBuf, Error> {
    let candidates = from.ancestors().map(|directory| directory.join("template.yaml"));
    let found = candidates.into_iter().find(|candidate| candidate.is_file());
    found.ok_or_else(|| Error::usage("there is no template.yaml here or above; name one with --template"))
}
