//! What is wrong with a template, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a template: the file and the keys that lead there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    file: PathBuf,
    keys: Vec<String>,
}

impl At {
    /// The root of a file.
    pub fn file(file: &Path) -> Self {
        Self { file: file.to_owned(), keys: Vec::new() }
    }

    /// One key deeper.
    pub fn key(&self, key: &str) -> Self {
        let mut deeper = self.clone();
        deeper.keys.push(key.to_owned());
        deeper
    }

    /// An error at this place.
    pub fn error(&self, message: impl Into<String>) -> TemplateError {
        TemplateError { at: self.clone(), message: message.into() }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if !self.keys.is_empty() {
            write!(f, ": {}", self.keys.join("."))?;
        }
        Ok(())
    }
}

/// A template that cannot be run, with the file, the resource and the property that are to blame.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{at}: {message}")]
pub struct TemplateError {
    at: At,
    message: String,
}

pub(crate) type Result<T> = std::result::Result<T, TemplateError>;
