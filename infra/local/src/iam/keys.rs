//! The access keys of a stack: one pair for the operator, one for each execution environment of each function.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{Credentials, Principal};

/// `AKIA`, and what names the function. Six hexadecimal digits follow: the environment's number.
const OWNER_CHARACTERS: usize = 14;

/// An execution environment of a function, by a number that no other of this run has; 0 is nobody's, for calls as a
/// function from outside of any.
pub type EnvironmentNumber = u32;

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Whose policies count.
    pub principal: Principal,
    /// Which of the function's environments.
    pub environment: EnvironmentNumber,
}

/// Makes and recognises keys. They are computed from a seed, so that they mean the same after a restart and none has to
/// be remembered. Clones are the same ring.
#[derive(Clone)]
pub struct KeyRing {
    inner: Arc<Inner>,
}

struct Inner {
    seed: Vec<u8>,
    admin: Credentials,
    /// By the first characters of its key ids.
    functions: HashMap<String, String>,
}

impl KeyRing {
    /// The keys of an operator and of functions. `seed` should be random and kept in the state directory.
    pub fn new(seed: &[u8], functions: impl IntoIterator<Item = String>) -> Self {
        let functions = functions.into_iter().map(|name| (owner_characters(seed, &name), name)).collect();
        let admin = Credentials::derive(seed, "admin");
        Self { inner: Arc::new(Inner { seed: seed.to_vec(), admin, functions }) }
    }

    /// The operator's.
    pub fn admin(&self) -> &Credentials {
        &self.inner.admin
    }

    /// Those of an environment of a function.
    pub fn of(&self, function: &str, environment: EnvironmentNumber) -> Credentials {
        let id = format!("{}{environment:06X}", owner_characters(&self.inner.seed, function));
        let secret = Credentials::derive(&self.inner.seed, &format!("function/{function}/{id}")).secret_access_key;
        Credentials { access_key_id: id, secret_access_key: secret }
    }

    /// Those of all functions, outside of any environment.
    pub fn functions(&self) -> impl Iterator<Item = (String, Credentials)> + '_ {
        self.inner.functions.values().map(|name| (name.clone(), self.of(name, 0)))
    }

    /// Whose key this is, and the whole pair.
    pub fn owner(&self, access_key_id: &str) -> Option<(Owner, Credentials)> {
        if access_key_id == self.inner.admin.access_key_id {
            return Some((Owner { principal: Principal::Admin, environment: 0 }, self.inner.admin.clone()));
        }
        let (owner, number) = access_key_id.split_at_checked(OWNER_CHARACTERS)?;
        let function = self.inner.functions.get(owner)?;
        let environment = EnvironmentNumber::from_str_radix(number, 16).ok()?;
        let keys = self.of(function, environment);
        // One way to write it only.
        let is_whole = keys.access_key_id == access_key_id;
        is_whole.then(|| (Owner { principal: Principal::Function(function.clone()), environment }, keys))
    }
}

fn owner_characters(seed: &[u8], function: &str) -> String {
    Credentials::derive(seed, &format!("function/{function}")).access_key_id[..OWNER_CHARACTERS].to_owned()
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("functions", &self.inner.functions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_function_and_its_environment_also_after_a_restart() {
        let ring = KeyRing::new(b"seed", ["reader".to_owned(), "writer".to_owned()]);
        let keys = ring.of("writer", 77);
        assert_eq!(keys.access_key_id.len(), 20);
        let again = KeyRing::new(b"seed", ["writer".to_owned(), "reader".to_owned()]);
        let owner = Owner { principal: Principal::Function("writer".to_owned()), environment: 77 };
        assert_eq!(again.owner(&keys.access_key_id), Some((owner, keys.clone())));
        assert_eq!(again.owner(&again.admin().access_key_id).unwrap().0.principal, Principal::Admin);

        assert_ne!(ring.of("writer", 78).secret_access_key, keys.secret_access_key);
        assert_eq!(KeyRing::new(b"other", ["writer".to_owned()]).owner(&keys.access_key_id), None);
        for stranger in ["", "AKIA", "AKIA0123456789ABCDEF", &keys.access_key_id.to_lowercase()] {
            assert_eq!(ring.owner(stranger), None, "{stranger}");
        }
    }
}
