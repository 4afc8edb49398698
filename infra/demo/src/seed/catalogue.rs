use std::collections::BTreeMap;

use serde_json::Value;

use super::stores::Stores;
use super::{Seeding, say, text};
use crate::import::File;
use crate::{Failure, import};

/// Slugs with the file of each.
macro_rules! files {
    ($folder:literal, $ending:literal: $($slug:literal),+) => {
        [$(($slug, include_str!(concat!($folder, $slug, $ending)))),+]
    };
}

/// Every category of the catalogue service's folder.
const CATEGORIES: [(&str, &str); 9] = files!["../../../../functions/tech-product/catalogue/", ".json":
    "cpu", "cpu-cooler", "motherboard", "memory", "gpu", "psu", "case", "storage", "laptop"];

/// Products, a category a file.
const PRODUCTS: [(&str, &str); 8] = files!["../../catalogue/", ".ndjson":
    "cpu", "motherboard", "memory", "gpu", "psu", "case", "storage", "laptop"];

/// Makes the categories that are missing.
pub(super) async fn categories(seeding: &Seeding) -> Result<(), Failure> {
    say(&format!("{} categories", CATEGORIES.len()));
    for (slug, definition) in CATEGORIES {
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
    for (category, rows) in PRODUCTS {
        for (store, rows) in by_store(category, rows)? {
            let id = stores.get(&store).ok_or_else(|| Failure::Other(format!("{category}: no store {store}")))?;
            let target = import::Target { store: id, category, mapping: &[] };
            let file = File::of(rows.join("\n").into_bytes())
                .map_err(|error| Failure::File(format!("{category}.ndjson"), error))?;
            let import = import::send(&seeding.vendor, &target, &file, false, |_| Ok(())).await?;
            let done = import::finished(&seeding.vendor, id, &import).await?;
            import::completed(&done).map_err(|why| Failure::Other(format!("{category} of {store}: {why}")))?;
            if done["refused"] != 0 {
                let refusals = import::refusals(&seeding.vendor, id, &import).await?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;
    use wiremock::matchers::{method, path_regex};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::Api;

    async fn answers(api: &MockServer, verb: &str, body: Value) {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method(verb)).and(path_regex("/imports")).respond_with(answer).mount(api).await;
    }

    #[tokio::test]
    async fn a_seed_stops_at_an_import_that_failed() {
        let api = MockServer::start().await;
        answers(&api, "POST", json!({"import_id": "i"})).await;
        let given_up = json!({"status": "FAILED", "failure": "stalled", "done": 1, "total": 9, "refused": 0});
        answers(&api, "GET", given_up).await;
        let anybody = Api::new(&api.uri()).unwrap();
        let seeding = Seeding { admin: anybody.clone(), vendor: anybody };
        let mut stores = Stores::new();
        for (category, rows) in PRODUCTS {
            stores.extend(by_store(category, rows).unwrap().into_keys().map(|store| (store, "s".to_owned())));
        }
        let why = products(&seeding, &stores).await.unwrap_err().to_string();
        assert!(why.contains("given up after 1 of 9 rows: stalled"), "{why}");
    }

    #[test]
    fn every_category_of_the_catalogue_is_there_and_every_product_has_one() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions/tech-product/catalogue");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let files: BTreeSet<String> =
            files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        let categories: BTreeSet<String> = CATEGORIES.iter().map(|(slug, _)| (*slug).to_owned()).collect();
        assert_eq!(categories, files);
        assert!(PRODUCTS.iter().all(|(category, _)| categories.contains(*category)));
    }
}
