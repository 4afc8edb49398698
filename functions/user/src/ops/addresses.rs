//! A person's addresses. Each change is one write of the whole book under its version: whoever loses a race reads again.

use domain::{AddressId, UserId};
use dynamodb::{Error, Stored, Tx};
use uuid::Uuid;

use super::ATTEMPTS_MAX;
use crate::ctx::Ctx;
use crate::domain::{Address, AddressBook, BookError, Details, DetailsChange};
use crate::table;

/// Why an address was not added, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// The rules do not allow it.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Other changes of the same person's addresses kept winning.
    #[error("the addresses keep changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// An address to be added.
#[derive(Debug, Clone)]
pub struct Add {
    /// Checked already.
    pub details: Details,
    /// Whether it becomes the default. The first address does in any case.
    pub default: bool,
    /// What makes a repeated request add nothing, as long as its address is there.
    pub key: Option<String>,
}

/// A person's addresses with every change that was answered before.
pub async fn addresses(ctx: &Ctx, user: UserId) -> Result<AddressBook, Error> {
    Ok(read(ctx, user).await?.map_or_else(|| AddressBook::of(user), Stored::into_row))
}

/// Adds an address and answers it with the book it stands in.
pub async fn add_address(ctx: &Ctx, user: UserId, add: Add) -> Result<(AddressBook, Address), AddressError> {
    let at = ctx.clock.now();
    let Add { details, default, key } = add;
    let (address_id, asked) = match key {
        Some(key) => {
            let asked = format!("{default}/{details:?}");
            let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_OID, asked.as_bytes());
            (AddressId::derived(&format!("address/{user}/{key}")), Some(fingerprint.to_string()))
        }
        None => (AddressId::generate(at, &*ctx.entropy), None),
    };
    let address = Address { address_id, details, added_at: at, changed_at: at, asked };
    rewrite(ctx, user, |book| book.add(address.clone(), default)).await
}

/// Changes an address and answers it with the book it stands in.
pub async fn change_address(
    ctx: &Ctx,
    user: UserId,
    id: AddressId,
    change: &DetailsChange,
) -> Result<(AddressBook, Address), AddressError> {
    let at = ctx.clock.now();
    rewrite(ctx, user, |book| book.change(id, change.clone(), at)).await
}

/// Makes an address the default and answers it with the book it stands in.
pub async fn make_default(ctx: &Ctx, user: UserId, id: AddressId) -> Result<(AddressBook, Address), AddressError> {
    rewrite(ctx, user, |book| book.make_default(id)).await
}

/// Removes an address. Orders keep what they froze of it.
pub async fn remove_address(ctx: &Ctx, user: UserId, id: AddressId) -> Result<(), AddressError> {
    rewrite(ctx, user, |book| book.remove(id)).await.map(|_| ())
}

async fn rewrite<T>(
    ctx: &Ctx,
    user: UserId,
    apply: impl Fn(&mut AddressBook) -> Result<T, BookError>,
) -> Result<(AddressBook, T), AddressError> {
    for _ in 0..ATTEMPTS_MAX {
        let there = read(ctx, user).await?;
        let now = there.as_deref().cloned().unwrap_or_else(|| AddressBook::of(user));
        let mut next = now.clone();
        let outcome = apply(&mut next)?;
        if next == now {
            return Ok((next, outcome));
        }
        let tx = match &there {
            Some(there) => Tx::new().replace("addresses", there, &next),
            None => Tx::new().create("addresses", &next),
        };
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok((next, outcome)),
            Err(error) if error.refused() == Some("addresses") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AddressError::Busy)
}

async fn read(ctx: &Ctx, user: UserId) -> Result<Option<Stored<AddressBook>>, Error> {
    ctx.table.get_consistent(table::addresses(user)).await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::domain::ADDRESSES_MAX;
    use crate::domain::address::tests::details;
    use crate::tests::world;

    fn house(n: usize) -> Add {
        Add { details: details(&n.to_string()), default: false, key: None }
    }

    fn defaults(book: &AddressBook) -> usize {
        book.addresses().iter().filter(|a| book.is_default(a.address_id)).count()
    }

    #[tokio::test]
    async fn of_many_added_at_once_there_is_one_default_and_none_is_lost() {
        let w = world().await;
        let user = UserId::derived("u");
        let results = join_all((0..8).map(|n| add_address(&w.ctx, user, house(n)))).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        let book = addresses(&w.ctx, user).await.unwrap();
        assert_eq!((book.addresses().len(), defaults(&book)), (8, 1));
    }

    #[tokio::test]
    async fn races_for_the_last_place_leave_twenty() {
        let w = world().await;
        let user = UserId::derived("u");
        for n in 0..ADDRESSES_MAX - 1 {
            add_address(&w.ctx, user, house(n)).await.unwrap();
        }
        let results = join_all((0..6).map(|n| add_address(&w.ctx, user, house(100 + n)))).await;
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        let full = |r: &&Result<_, AddressError>| matches!(r, Err(AddressError::Book(BookError::Full)));
        assert_eq!(results.iter().filter(full).count(), 5);
        assert_eq!(addresses(&w.ctx, user).await.unwrap().addresses().len(), ADDRESSES_MAX);
    }

    #[tokio::test]
    async fn one_key_adds_one_address_however_often_it_comes() {
        let w = world().await;
        let user = UserId::derived("u");
        let keyed = Add { key: Some("first-address".into()), ..house(1) };
        let results = join_all((0..8).map(|_| add_address(&w.ctx, user, keyed.clone()))).await;
        let ids: Vec<_> = results.into_iter().map(|r| r.unwrap().1.address_id).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(addresses(&w.ctx, user).await.unwrap().addresses().len(), 1);
        let other = Add { key: keyed.key, ..house(2) };
        let reused = add_address(&w.ctx, user, other).await;
        assert!(matches!(reused, Err(AddressError::Book(BookError::KeyReused))));
        let somebody_else = Add { key: Some("first-address".into()), ..house(2) };
        assert!(add_address(&w.ctx, UserId::derived("v"), somebody_else).await.is_ok(), "keys are a person's own");
    }

    #[tokio::test]
    async fn defaults_made_and_removed_at_once_leave_exactly_one() {
        let w = world().await;
        let user = UserId::derived("u");
        let mut ids = Vec::new();
        for n in 0..6 {
            ids.push(add_address(&w.ctx, user, house(n)).await.unwrap().1.address_id);
        }
        let (made, removed) = futures::future::join(
            join_all(ids[1..4].iter().map(|id| make_default(&w.ctx, user, *id))),
            join_all(ids[..3].iter().map(|id| remove_address(&w.ctx, user, *id))),
        )
        .await;
        assert!(removed.iter().all(Result::is_ok), "{removed:?}");
        let gone = |r: &Result<_, AddressError>| matches!(r, Ok(_) | Err(AddressError::Book(BookError::NotFound)));
        assert!(made.iter().all(gone), "{made:?}");
        let book = addresses(&w.ctx, user).await.unwrap();
        assert_eq!((book.addresses().len(), defaults(&book)), (3, 1));
    }
}
