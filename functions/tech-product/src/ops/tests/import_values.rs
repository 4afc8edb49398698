//! Values of a row that nobody can sell by, or that no table keeps.

use serde_json::json;

use super::imports::{counts, refusals};
use crate::domain::{Fault, ImportStatus};
use crate::testbed::{World, cpu};

#[tokio::test]
async fn a_number_that_no_table_keeps_is_refused_by_its_row() {
    let w = World::with_catalogue().await;
    let mut rows: Vec<_> = (0..6).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    rows[0]["specifications"]["tdp"] = json!(1e200);
    rows[1]["cache"]["l3"] = json!(1e-200);
    rows[2]["specifications"]["tdp"] = json!("-1e200");
    rows[3]["price"] = json!("850,000");
    rows[4]["opendb_id"] = json!("cpu-5\u{200b}");
    let import = w.import(&rows).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 6, 1, 0, 5));
    assert_eq!(
        refusals(&w, &import).await,
        [
            (1, "specs.tdp".to_owned(), Fault::NumberRange),
            (2, "specs.l3_cache".to_owned(), Fault::NumberRange),
            (3, "specs.tdp".to_owned(), Fault::NumberRange),
            (4, "price".to_owned(), Fault::PriceThousands),
            (5, "sku".to_owned(), Fault::Sku),
        ]
    );
}
