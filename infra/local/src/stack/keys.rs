//! The access keys of a stack: one pair for the operator, one for each function.

use std::collections::HashMap;

use crate::iam::{Credentials, Principal};
use crate::template::model::Stack;

/// Derived from the seed in the state directory, so that they stay the same over a restart.
pub(super) struct Keys {
    pub(super) admin: Credentials,
    pub(super) functions: HashMap<String, Credentials>,
}

impl Keys {
    pub(super) fn of(stack: &Stack, seed: &[u8]) -> Self {
        let keys = |name: &str| Credentials::derive(seed, &format!("function/{name}"));
        Self {
            admin: Credentials::derive(seed, "admin"),
            functions: stack.functions.iter().map(|one| (one.name.clone(), keys(&one.name))).collect(),
        }
    }

    pub(super) fn principals(&self) -> Vec<(Credentials, Principal)> {
        let functions = self.functions.iter().map(|(name, keys)| (keys.clone(), Principal::Function(name.clone())));
        functions.chain([(self.admin.clone(), Principal::Admin)]).collect()
    }
}
