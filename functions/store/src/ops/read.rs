//! Reading stores.

use contracts::{StaffRole, StoreStatus};
use domain::{Slug, StoreId, UserId};
use dynamodb::{Cursor, Error, Query, Stored};

use crate::ctx::Ctx;
use crate::domain::{MemberStatus, Presentation, StaffMember, Store};
use crate::table::{self, Claim};

/// A store with every change that was answered before.
pub async fn store(ctx: &Ctx, id: StoreId) -> Result<Option<Stored<Store>>, Error> {
    ctx.table.get_consistent(table::store(id)).await
}

async fn active(ctx: &Ctx, id: StoreId) -> Result<Option<Store>, Error> {
    let found = ctx.table.get::<Store>(table::store(id)).await?.map(Stored::into_row);
    Ok(found.filter(|store| store.status == StoreStatus::Active))
}

/// A store that the public may see, with what its page says.
pub async fn page(ctx: &Ctx, id: StoreId) -> Result<Option<(Store, Presentation)>, Error> {
    let said = ctx.table.get::<Presentation>(table::presentation(id));
    let (store, said) = futures::try_join!(active(ctx, id), said)?;
    Ok(store.map(|store| (store, said.map_or_else(|| Presentation::of(id), Stored::into_row))))
}

/// The page of the store of a slug, if the public may see it.
pub async fn by_slug(ctx: &Ctx, slug: &Slug) -> Result<Option<(Store, Presentation)>, Error> {
    match ctx.table.get::<Claim>(table::slug(slug)).await? {
        Some(claim) => page(ctx, claim.store_id).await,
        None => Ok(None),
    }
}

/// A store that somebody works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    /// The store.
    pub store: Store,
    /// What they are there.
    pub role: StaffRole,
}

/// A page of the invitations of `user`, and where it ended.
pub async fn invitations<E: From<Error>>(
    ctx: &Ctx,
    user: UserId,
    page: impl FnOnce(Query) -> Result<Query, E>,
) -> Result<(Vec<(Store, StaffMember)>, Option<Cursor>), E> {
    let found = ctx.table.query::<StaffMember>(page(table::memberships(user))?).await?;
    let open = found.rows.into_iter().map(Stored::into_row).filter(|row| row.status == MemberStatus::Invited);
    let open: Vec<_> = open.collect();
    let stores = ctx.table.get_many::<Store>(open.iter().map(|row| table::store(row.store_id))).await?;
    let of = |row: StaffMember| {
        let store = stores.iter().find(|store| store.store_id == row.store_id)?;
        Some((Store::clone(store), row))
    };
    Ok((open.into_iter().filter_map(of).collect(), found.next))
}

/// A page of the stores that `user` works for, in the order of their opening, and where it ended. `page` makes the
/// question one of a page.
pub async fn mine<E: From<Error>>(
    ctx: &Ctx,
    user: UserId,
    page: impl FnOnce(Query) -> Result<Query, E>,
) -> Result<(Vec<Mine>, Option<Cursor>), E> {
    let found = ctx.table.query::<StaffMember>(page(table::memberships(user))?).await?;
    let members: Vec<_> = found.rows.iter().filter_map(|row| row.member()).collect();
    let stores = ctx.table.get_many::<Store>(members.iter().map(|m| table::store(m.store_id))).await?;
    let of = |member: &contracts::Member| {
        let store = stores.iter().find(|store| store.store_id == member.store_id)?;
        Some(Mine { store: Store::clone(store), role: member.role })
    };
    Ok((members.iter().filter_map(of).collect(), found.next))
}
