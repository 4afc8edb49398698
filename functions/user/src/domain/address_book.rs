//! A person's addresses: one row, so that there is exactly one default whenever there is an address at all.

use domain::{AddressId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Address, DetailsChange, ForeignPostalCode};

/// How many addresses somebody may have.
pub const ADDRESSES_MAX: usize = 20;

/// A person's addresses in the order they were added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddressBook {
    /// Whose.
    pub user_id: UserId,
    addresses: Vec<Address>,
    /// One of `addresses`; none only when there are none.
    default_id: Option<AddressId>,
}

/// Why the book does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// There is no such address in the book.
    #[error("there is no such address")]
    NotFound,
    /// There is no room for another one.
    #[error("there are {ADDRESSES_MAX} addresses already")]
    Full,
    /// The same request id came with another request.
    #[error("the key was used for another address")]
    KeyReused,
    /// The parts of the address do not fit together.
    #[error(transparent)]
    PostalCode(#[from] ForeignPostalCode),
}

impl AddressBook {
    /// The book of somebody who has told no address.
    pub const fn of(user_id: UserId) -> Self {
        Self { user_id, addresses: Vec::new(), default_id: None }
    }

    /// The addresses in the order they were added.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// One of the addresses.
    pub fn get(&self, id: AddressId) -> Option<&Address> {
        self.addresses.iter().find(|address| address.address_id == id)
    }

    /// Whether that is the default.
    pub fn is_default(&self, id: AddressId) -> bool {
        self.default_id == Some(id)
    }

    /// Adds an address and answers it; the first one is the default whatever is asked. A repeated request (the same id,
    /// the same `asked`) is answered with the address it added.
    pub fn add(&mut self, address: Address, default: bool) -> Result<Address, BookError> {
        if let Some(there) = self.get(address.address_id) {
            return if there.asked == address.asked { Ok(there.clone()) } else { Err(BookError::KeyReused) };
        }
        if self.addresses.len() >= ADDRESSES_MAX {
            return Err(BookError::Full);
        }
        if default || self.default_id.is_none() {
            self.default_id = Some(address.address_id);
        }
        self.addresses.push(address.clone());
        Ok(address)
    }

    /// Changes an address and answers it.
    pub fn change(&mut self, id: AddressId, change: DetailsChange, at: Timestamp) -> Result<Address, BookError> {
        let address = self.addresses.iter_mut().find(|a| a.address_id == id).ok_or(BookError::NotFound)?;
        let details = address.details.clone().changed(change)?;
        if details != address.details {
            (address.details, address.changed_at) = (details, at);
        }
        Ok(address.clone())
    }

    /// Removes an address; when it was the default, the one added last is the default.
    pub fn remove(&mut self, id: AddressId) -> Result<(), BookError> {
        let place = self.addresses.iter().position(|a| a.address_id == id).ok_or(BookError::NotFound)?;
        self.addresses.remove(place);
        if self.is_default(id) {
            self.default_id = self.addresses.last().map(|address| address.address_id);
        }
        Ok(())
    }

    /// Makes an address the default and answers it.
    pub fn make_default(&mut self, id: AddressId) -> Result<Address, BookError> {
        let address = self.get(id).ok_or(BookError::NotFound)?.clone();
        self.default_id = Some(id);
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::address::tests::details;

    fn address(n: usize) -> Address {
        let at = Timestamp::UNIX_EPOCH;
        let address_id = AddressId::derived(&n.to_string());
        Address { address_id, details: details("1"), added_at: at, changed_at: at, asked: None }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Add(usize, bool),
        Remove(usize),
        Default(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => (0..30_usize, any::<bool>()).prop_map(|(n, default)| Step::Add(n, default)),
            2 => (0..30_usize).prop_map(Step::Remove),
            1 => (0..30_usize).prop_map(Step::Default),
        ];
        prop::collection::vec(step, 0..120)
    }

    proptest! {
        #[test]
        fn whatever_is_done_there_is_exactly_one_default_and_never_too_many(steps in steps()) {
            let mut book = AddressBook::of(UserId::derived("u"));
            for step in steps {
                let before = book.clone();
                let result = match step {
                    Step::Add(n, default) => book.add(address(n), default).map(drop),
                    Step::Remove(n) => book.remove(address(n).address_id),
                    Step::Default(n) => book.make_default(address(n).address_id).map(drop),
                };
                if result.is_err() {
                    prop_assert_eq!(&book, &before, "what is refused changes nothing");
                }
                let defaults = book.addresses().iter().filter(|a| book.is_default(a.address_id)).count();
                prop_assert_eq!(defaults, usize::from(!book.addresses().is_empty()));
                prop_assert!(book.addresses().len() <= ADDRESSES_MAX);
            }
        }
    }

    #[test]
    fn a_key_that_comes_with_another_request_is_refused() {
        let mut book = AddressBook::of(UserId::derived("u"));
        let asked = |what: &str| Address { asked: Some(what.into()), ..address(1) };
        book.add(asked("a"), false).unwrap();
        assert!(book.add(asked("a"), false).is_ok());
        assert_eq!(book.addresses().len(), 1);
        assert_eq!(book.add(asked("b"), false), Err(BookError::KeyReused));
    }
}
