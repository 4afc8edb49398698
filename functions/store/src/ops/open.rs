//! Opening a store.

use contracts::{Fact, StoreFact};
use domain::{Slug, StoreId, UserId};
use dynamodb::{Error, Tx};

use super::Telling;
use crate::ctx::Ctx;
use crate::domain::{Details, StaffMember, Store};
use crate::table::Claim;

/// Who opens what.
#[derive(Debug, Clone)]
pub struct Open {
    /// Becomes the owner.
    pub owner: UserId,
    /// What the store tells about itself.
    pub details: Details,
    /// Made from the name when there is none.
    pub slug: Option<Slug>,
}

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The name makes no slug.
    #[error("the name makes no slug")]
    NoSlug,
    /// Another store has the slug: `own` when the same person opened it, as when a request is repeated.
    #[error("the slug {slug} is taken")]
    SlugTaken {
        /// The slug.
        slug: Slug,
        /// The person's own store of that slug.
        own: Option<StoreId>,
    },
    /// The table.
    #[error(transparent)]
    Table(Error),
}

/// Opens a store with its slug and its owner as the first of its staff, all in one transaction: there is never a store
/// without an owner. A repeated request meets its own slug and opens no second store.
pub async fn open(ctx: &Ctx, command: Open) -> Result<Store, OpenError> {
    let Open { owner, details, slug } = command;
    let slug = slug.or_else(|| Slug::from_title(&details.name.to_string())).ok_or(OpenError::NoSlug)?;
    let at = ctx.clock.now();
    let store = Store::open(StoreId::generate(at, &*ctx.entropy), slug.clone(), owner, details, at);
    let opened = Fact::StoreOpened(StoreFact { store_id: store.store_id, owner_id: owner });
    let tx = Tx::new()
        .create("slug", &Claim { slug: slug.clone(), store_id: store.store_id, owner_id: owner })
        .create("store", &store)
        .create("owner", &StaffMember::owner(store.store_id, owner, at))
        .tell(Telling::new(ctx, store.store_id, owner).event("opened", 1, opened));
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(store),
        Err(Error::Refused(refusal)) if refusal.operation == "slug" => {
            let holder = refusal.existing::<Claim>();
            let own = holder.filter(|claim| claim.owner_id == owner).map(|claim| claim.store_id);
            Err(OpenError::SlugTaken { slug, own })
        }
        Err(error) => Err(OpenError::Table(error)),
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::ops::{member, mine};
    use crate::tests::{details, world};

    #[tokio::test]
    async fn of_many_who_open_a_store_of_one_name_at_once_one_does() {
        let w = world().await;
        let vendors: Vec<_> = (0..12).map(|n| UserId::derived(&n.to_string())).collect();
        let command = |owner: UserId| Open { owner, details: details("Texno Do'kon"), slug: None };
        let results = join_all(vendors.iter().map(|v| open(&w.ctx, command(*v)))).await;
        let opened: Vec<_> = results.iter().filter_map(|r| r.as_ref().ok()).collect();
        let [store] = opened[..] else { panic!("{} stores", opened.len()) };
        assert_eq!(store.slug.as_str(), "texno-dokon");
        let taken = |r: &&Result<Store, OpenError>| matches!(r, Err(OpenError::SlugTaken { own: None, .. }));
        assert_eq!(results.iter().filter(taken).count(), 11);
        for vendor in vendors {
            let stores = mine(&w.ctx, vendor, Ok::<_, Error>).await.unwrap().0;
            assert_eq!(stores.len(), usize::from(vendor == store.owner_id), "nothing is left of the others");
        }
    }

    #[tokio::test]
    async fn a_repeated_request_is_led_to_the_store_it_opened() {
        let w = world().await;
        let owner = UserId::derived("vendor");
        let command = Open { owner, details: details("Texno"), slug: None };
        let first = open(&w.ctx, command.clone()).await.unwrap();
        let again = open(&w.ctx, command).await;
        let Err(OpenError::SlugTaken { own, .. }) = again else { panic!("{again:?}") };
        assert_eq!(own, Some(first.store_id));
        assert!(member(&w.ctx.table, first.store_id, owner).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_name_without_letters_needs_a_slug() {
        let w = world().await;
        let command = Open { owner: UserId::derived("v"), details: details("!!!"), slug: None };
        assert!(matches!(open(&w.ctx, command.clone()).await, Err(OpenError::NoSlug)));
        let slug = Some("undov".parse().unwrap());
        assert_eq!(open(&w.ctx, Open { slug, ..command }).await.unwrap().slug.as_str(), "undov");
    }
}
