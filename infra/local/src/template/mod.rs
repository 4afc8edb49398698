//! `template.yaml` to a [`model::Stack`].
//!
//! A resource type, a property or an intrinsic that is not known stops the load and is named: what the
//! laptop cannot run must not look as if it ran.

mod error;
mod function;
mod intrinsics;
pub mod model;
mod parameters;
mod physical;
mod policy;
mod resources;
mod yaml;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use error::{At, TemplateError};
pub use physical::PhysicalIds;
pub(crate) use physical::{STREAM_LABEL, table_arn};

use error::Result;

/// Sections a template may have; anything else is refused.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Globals",
    "Resources",
    "Outputs",
];

/// A template with its parameters, before the ids that only exist after creation are known.
#[derive(Debug, Clone)]
pub struct Template {
    file: PathBuf,
    document: Value,
    parameters: BTreeMap<String, String>,
}

impl Template {
    /// Parameters that are not to be shown, and were given no value but an empty one.
    pub fn secrets(&self) -> Vec<String> {
        let declared = self.document["Parameters"].as_object().into_iter().flatten();
        let secret = declared.filter(|(name, declaration)| {
            declaration["NoEcho"] == true && self.parameters.get(*name).is_none_or(String::is_empty)
        });
        secret.map(|(name, _)| name.clone()).collect()
    }

    /// Reads a template and settles its parameters: `parameters` over the defaults.
    pub fn load(file: &Path, parameters: &BTreeMap<String, String>) -> Result<Self> {
        let root = At::file(file);
        let text = std::fs::read_to_string(file).map_err(|cause| root.error(cause.to_string()))?;
        let document = yaml::parse(&text, &root)?;
        let sections = document.as_object().ok_or_else(|| root.error("must be a mapping"))?;
        if let Some(unknown) = sections.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
            return Err(root.key(unknown).error("is not a section that is known here"));
        }
        let parameters = parameters::resolve(&document["Parameters"], parameters, &root.key("Parameters"))?;
        Ok(Self { file: file.to_owned(), document, parameters })
    }

    /// The stack the template describes, with `ids` for what creation gives a name.
    pub fn resolve(&self, ids: &PhysicalIds) -> Result<model::Stack> {
        Scope { template: self, ids, depth: Cell::new(0) }.stack()
    }

    fn root(&self) -> At {
        At::file(&self.file)
    }

    fn section(&self, name: &str) -> &Value {
        &self.document[name]
    }
}

/// One resolution of a template.
struct Scope<'a> {
    template: &'a Template,
    ids: &'a PhysicalIds,
    /// How many references deep the resolution is: a template that goes round in circles ends with an error.
    depth: Cell<u32>,
}

impl Scope<'_> {
    fn stack(&self) -> Result<model::Stack> {
        let mut stack = model::Stack {
            region: self.ids.region.clone(),
            account: self.ids.account.clone(),
            parameters: self.template.parameters.clone(),
            ..model::Stack::default()
        };
        let resources = self.template.section("Resources").as_object().cloned().unwrap_or_default();
        for (logical_id, resource) in &resources {
            self.add(&mut stack, logical_id, resource)?;
        }
        resources::attach_clients(&mut stack, self, &resources)?;
        let at = self.template.root().key("Outputs");
        for (name, output) in self.template.section("Outputs").as_object().unwrap_or(&Map::new()) {
            if self.wanted(output, &at.key(name))? {
                stack.outputs.insert(name.clone(), self.text(&output["Value"], &at.key(name))?);
            }
        }
        Ok(stack)
    }

    /// Whether an entry's `Condition` holds; an entry without one is wanted.
    fn wanted(&self, entry: &Value, at: &At) -> Result<bool> {
        match entry.get("Condition").and_then(Value::as_str) {
            Some(condition) => self.condition(condition, at),
            None => Ok(true),
        }
    }

    /// What `AWS::Include` puts in its place: a file beside the template, with its own intrinsics resolved.
    fn include(&self, transform: &Value, at: &At) -> Result<Value> {
        if transform["Name"] != "AWS::Include" {
            return Err(at.error(format!("the transform {} is not known here", transform["Name"])));
        }
        let location = self.text(&transform["Parameters"]["Location"], at)?;
        let file = self.template.file.parent().unwrap_or(Path::new("")).join(&location);
        let included = At::file(&file);
        let text = std::fs::read_to_string(&file).map_err(|cause| at.error(format!("{location}: {cause}")))?;
        Ok(self.resolve(&yaml::parse(&text, &included)?, &included)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
