use std::collections::BTreeMap;

use serde_json::Value;

use super::stores::Stores;
use super::{Seeding, say, text};
use crate::import::File;
use crate::{Failure, import};

/// Categories, parents before their children, with the products of each. Categories themselves are the catalogue
/// service's files.
macro_rules! categories {
    ($($slug:literal),+ $(,)?) => {
        [$((
            $slug,
            include_str!(concat!("../../../../functions/tech-product/catalogue/", $slug, ".json")),
            include_str!(concat!("../../catalogue/", $slug, ".ndjson")),
        )),+]
    };
}

const CATEGORIES: [(&str, &str, &str); 8] =
    categories!["cpu", "motherboard", "memory", "gpu", "psu", "case", "storage", "laptop"];

/// Makes the categories that are missing.
pub(super) async fn categories(seeding: &Seeding) -> Result<(), Failure> {
    say(&format!("{} categories", CATEGORIES.len()));
    for (slug, definition, _) in CATEGORIES {
        if seeding.admin.find(&format!("/v1/categories/{slug}")).await?.is_none() {
            let definition: Value =
                serde_json::from_str(definition).map_err(|error| Failure::Content(slug.to_owned(), error))?;
            seeding.admin.post("/v1/admin/categories", &definition).await?;
        }
    }
    Ok(())
}

/// Imports every store's products. An import sent again changes nothing.
pub(super) async fn products(seeding: &Seeding, stores: &Stores) -> Result<(), Failure> {
    let mut total = 0;
    for (category, _, rows) in CATEGORIES {
        for (store, rows) in by_store(category, rows)? {
            let id = stores.get(&store).ok_or_else(|| Failure::Other(format!("{category}: no store {store}")))?;
            let target = import::Target { store: id, category, mapping: &[] };
            let file = File::of(rows.join("\n").into_bytes())
                .map_err(|error| Failure::File(format!("{category}.ndjson"), error))?;
            let started = import::send(&seeding.vendor, &target, &file, false).await?;
            let done = import::finished(&seeding.vendor, id, text(&started, "import_id")?).await?;
            if done["refused"] != 0 {
                let refusals = import::refusals(&seeding.vendor, id, text(&started, "import_id")?).await?;
                return Err(Failure::Other(format!("{category} of {store}: {}", Value::Array(refusals))));
            }
            total += rows.len();
            say(&format!("{total} products: {category} at {store}"));
        }
    }
    Ok(())
}

/// Lines by the store they name.
fn by_store(category: &str, rows: &str) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut stores: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in rows.lines().filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_str(line).map_err(|error| Failure::Content(category.to_owned(), error))?;
        stores.entry(text(&row, "store")?.to_owned()).or_default().push(line.to_owned());
    }
    Ok(stores)
}
