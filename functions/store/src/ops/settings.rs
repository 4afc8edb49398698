//! How a store sells, as its staff set it.

use contracts::StoreStatus;
use domain::{StoreId, UserId};
use dynamodb::{Error, Stored, Tx};
use serde_json::{Map, Value, json};

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{Presentation, Settings, SettingsChange, Store};
use crate::table;

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no such store.
    #[error("there is no such store")]
    NotFound,
    /// A closed store sells no more.
    #[error("the store is closed")]
    Closed,
    /// Other changes of the same store kept winning.
    #[error("the settings keep changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// The settings of a store with every change that was answered before.
pub async fn settings(ctx: &Ctx, id: StoreId) -> Result<Option<Settings>, Error> {
    let Some(store) = super::store(ctx, id).await? else { return Ok(None) };
    let page = read(ctx, id).await?.map_or_else(|| Presentation::of(id), Stored::into_row);
    Ok(Some(Settings::of(&store.selling, &page)))
}

/// Applies `change`, which was checked, and records who did it, with the members that changed before and after.
/// A change made meanwhile by another request is kept, member by member.
pub async fn change_settings(
    ctx: &Ctx,
    id: StoreId,
    by: UserId,
    change: &SettingsChange,
) -> Result<Settings, SettingsError> {
    for _ in 0..ATTEMPTS_MAX {
        let store = super::store(ctx, id).await?.ok_or(SettingsError::NotFound)?;
        if store.status == StoreStatus::Closed {
            return Err(SettingsError::Closed);
        }
        let row = read(ctx, id).await?;
        let page = row.as_deref().cloned().unwrap_or_else(|| Presentation::of(id));
        let (selling, next_page) = change.apply(&store.selling, &page);
        let (before, after) = (Settings::of(&store.selling, &page), Settings::of(&selling, &next_page));
        let (mut tx, mut cause) = (Tx::new(), vec!["settings".to_owned()]);
        // A row's version is written over once, so what is written over names the write.
        if selling != store.selling {
            cause.push(format!("store/{}", store.version()));
            tx = tx.replace("store", &store, &Store { selling, ..Store::clone(&store) });
        }
        if next_page != page {
            cause.push(format!("page/{}", row.as_ref().map_or(0, Stored::version)));
            tx = match &row {
                Some(row) => tx.replace("page", row, &next_page),
                None => tx.create("page", &next_page),
            };
        }
        if tx.is_empty() {
            return Ok(after);
        }
        let (was, is) = differences(&json!(before), &json!(after));
        let audit = Telling::new(ctx, id, by).audit_of(&cause.join("/"), "settings", was, is);
        match ctx.table.commit(tx.tell(audit)).await {
            Ok(()) => return Ok(after),
            Err(error) if matches!(error.refused(), Some("store" | "page")) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SettingsError::Busy)
}

/// The members in which two objects differ: as they were, as they are.
fn differences(before: &Value, after: &Value) -> (Value, Value) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (name, now) in after.as_object().into_iter().flatten() {
        if before[name] != *now {
            was.insert(name.clone(), before[name].clone());
            is.insert(name.clone(), now.clone());
        }
    }
    (was.into(), is.into())
}

async fn read(ctx: &Ctx, id: StoreId) -> Result<Option<Stored<Presentation>>, Error> {
    ctx.table.get_consistent(table::presentation(id)).await
}

#[cfg(test)]
mod tests {
    use contracts::{Fact, PaymentMethod};
    use futures::future::join_all;

    use super::*;
    use crate::tests::world;

    #[tokio::test]
    async fn changes_of_different_members_at_once_are_all_kept_and_recorded() {
        let w = world().await;
        let store = w.opened("Texno").await;
        let none = SettingsChange::default;
        let changes = [
            SettingsChange { reviews: Some(false), ..none() },
            SettingsChange { auto_accept: Some(true), ..none() },
            SettingsChange { payment_methods: Some(vec![PaymentMethod::Payme]), ..none() },
        ];
        let (id, by) = (store.store_id, store.owner_id);
        for result in join_all(changes.iter().map(|change| change_settings(&w.ctx, id, by, change))).await {
            result.unwrap();
        }
        let settings = settings(&w.ctx, id).await.unwrap().unwrap();
        assert!(!settings.reviews && settings.auto_accept);
        assert_eq!(settings.payment_methods, [PaymentMethod::Payme]);
        assert_eq!(w.told().await, ["store.opened", "audit.recorded", "audit.recorded", "audit.recorded"]);
        let ids: std::collections::HashSet<_> = w.outbox().await.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), 4, "each change has a record of its own");
    }

    #[tokio::test]
    async fn a_record_names_what_changed_before_and_after() {
        let w = world().await;
        let store = w.opened("Texno").await;
        let change = SettingsChange { auto_accept: Some(true), reviews: Some(true), ..SettingsChange::default() };
        for _ in 0..2 {
            change_settings(&w.ctx, store.store_id, store.owner_id, &change).await.unwrap();
        }
        let audits = w.outbox().await.into_iter().filter_map(|event| match event.fact {
            Fact::AuditRecorded(audit) => Some(audit),
            _ => None,
        });
        let audits: Vec<_> = audits.collect();
        let [audit] = &audits[..] else { panic!("{audits:?}") };
        assert_eq!(audit.action, "store.settings");
        assert_eq!((&audit.before, &audit.after), (&json!({"auto_accept": false}), &json!({"auto_accept": true})));
    }
}
