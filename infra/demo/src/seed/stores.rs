use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Seeding, say, text};
use crate::Failure;

/// The demo stores: key, then what they say of themselves.
const STORES: &str = include_str!("../../catalogue/stores.json");

/// Store ids by key.
pub(super) type Stores = BTreeMap<String, String>;

/// Opens and approves every store that is not open yet.
pub(super) async fn open(seeding: &Seeding) -> Result<Stores, Failure> {
    let wanted: BTreeMap<String, Value> =
        serde_json::from_str(STORES).map_err(|error| Failure::Content("stores.json".to_owned(), error))?;
    say(&format!("{} stores", wanted.len()));
    let mine = seeding.vendor.get("/v1/stores/mine?limit=100").await?;
    let mut stores = Stores::new();
    for (key, wanted) in wanted {
        let there = mine["items"].as_array().into_iter().flatten().find(|store| store["name"] == wanted["name"]);
        let store = match there {
            Some(store) => store.clone(),
            None => seeding.vendor.post("/v1/stores", &wanted["store"]).await?,
        };
        let id = text(&store, "store_id")?.to_owned();
        approve(seeding, &store).await?;
        seeding.vendor.patch(&format!("/v1/stores/{id}/settings"), &wanted["settings"]).await?;
        stores.insert(key, id);
    }
    Ok(stores)
}

/// From where a store is to where it may sell whole catalogues; a seeding that was killed half way goes on.
async fn approve(seeding: &Seeding, store: &Value) -> Result<(), Failure> {
    let (id, status) = (text(store, "store_id")?, text(store, "status")?);
    if status == "PENDING" {
        seeding.vendor.post(&format!("/v1/stores/{id}/submit"), &json!({})).await?;
    }
    if status != "ACTIVE" {
        seeding.admin.post(&format!("/v1/admin/stores/{id}/approve"), &json!({})).await?;
    }
    if text(store, "plan")? == "FREE" {
        // The largest, so that catalogues of any size can be imported.
        seeding.admin.post(&format!("/v1/admin/stores/{id}/plan"), &json!({"plan": "ENTERPRISE"})).await?;
    }
    Ok(())
}
