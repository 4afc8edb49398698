use std::collections::BTreeMap;

use domain::{Change as Said, Localized};
use serde_json::json;

use super::products::new;
use crate::domain::{Fault, FiscalDefaults, Patch, Product, SpecField, SpecTemplate, SpecValue, Status};
use crate::ops::ProductError;
use crate::ops::categories::{self, CategoryChange, CategoryError, NewCategory};
use crate::ops::change_product::{Change, change, publish};
use crate::ops::create_product::{NewProduct, create};
use crate::table::product_key;
use crate::testbed::{World, by, catalogue, cpu};

const CATEGORIES: [&str; 9] = ["cpu", "motherboard", "memory", "gpu", "psu", "case", "storage", "cpu-cooler", "laptop"];

#[test]
fn every_template_of_the_catalogue_can_be_kept_and_says_what_receipts_need() {
    for name in CATEGORIES {
        let file = catalogue(name);
        let fields: Vec<SpecField> = serde_json::from_value(file["spec_template"].clone()).unwrap();
        let fiscal = serde_json::from_value(file["fiscal"].clone()).unwrap();
        let template = SpecTemplate { category: name.parse().unwrap(), fields, fiscal };
        assert_eq!(template.check(), Ok(()), "{name}");
        assert!(template.fiscal.ikpu.is_some(), "{name}");
        for field in &template.fields {
            assert!(field.label.ru.is_some() && field.label.en.is_some(), "{name}.{}", field.name);
        }
    }
}

#[tokio::test]
async fn nothing_is_published_without_a_number_for_its_receipts() {
    let w = World::with_catalogue().await;
    let none = CategoryChange { fiscal: Some(FiscalDefaults::default()), ..CategoryChange::default() };
    categories::change(&w.ctx, &"cpu".parse().unwrap(), none, by()).await.unwrap();
    let product = create(&w.intake, new("A-1", "AMD")).await.unwrap();
    let stored = w.get::<Product>(product_key(product.product_id)).await.unwrap();
    let refused = publish(&w.intake, stored.clone(), by()).await;
    assert!(matches!(refused, Err(ProductError::Faults(f)) if f.len() == 1 && f[0].field == "ikpu"));
    let ikpu = "08542031001000123".to_owned();
    let patch = Patch { ikpu: Said::Set(ikpu.clone()), ..Patch::default() };
    let stored = change(&w.ctx, stored, Change { patch, ..Change::default() }, by()).await.unwrap();
    let published = publish(&w.intake, stored, by()).await.unwrap();
    assert_eq!((published.status, published.fiscal.ikpu.clone()), (Status::Active, Some(ikpu)));
    assert_eq!(w.stock("A-1").await.fiscal, published.fiscal);
}

#[tokio::test]
async fn specifications_said_anew_replace_all_that_were_there() {
    let w = World::with_catalogue().await;
    let product = create(&w.intake, new("A-1", "AMD")).await.unwrap();
    let stored = w.get::<Product>(product_key(product.product_id)).await.unwrap();
    let specs = BTreeMap::from([("cores".to_owned(), json!(16))]);
    let said = Change { specs, all_specs: true, ..Change::default() };
    let after = change(&w.ctx, stored, said, by()).await.unwrap();
    let names: Vec<_> = after.details.specs.iter().map(|s| (s.name.as_str(), &s.value)).collect();
    assert_eq!(names, [("cores", &SpecValue::Number(16.0))]);
}

#[tokio::test]
async fn a_category_is_retired_when_it_is_empty_and_takes_nothing_new() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 1)]).await;
    let (cpu, board) = ("cpu".parse().unwrap(), "motherboard".parse().unwrap());
    assert!(matches!(categories::retire(&w.ctx, &cpu, by()).await, Err(CategoryError::InUse)));
    for _ in 0..2 {
        categories::retire(&w.ctx, &board, by()).await.unwrap();
    }
    let made =
        create(&w.intake, NewProduct { category: board.clone(), specs: BTreeMap::new(), ..new("B-1", "AMD") }).await;
    assert!(matches!(made, Err(ProductError::NoCategory)));
    let changed = categories::change(&w.ctx, &board, CategoryChange::default(), by()).await;
    assert!(matches!(changed, Err(CategoryError::NotFound)));
    w.clock.advance(jiff::SignedDuration::from_secs(61));
    let tree = w.ctx.tree.tree(&w.ctx.table, w.ctx.clock.now(), None).await.unwrap();
    assert_eq!(tree.below(None), [cpu]);
    assert!(!categories::get(&w.ctx, &board).await.unwrap().unwrap().is_shown());
}

#[tokio::test]
async fn a_new_category_is_found_at_once_and_below_its_parent_within_a_minute() {
    let w = World::with_catalogue().await;
    let tree = async |wanted: Option<&str>| {
        let wanted = wanted.map(|slug| slug.parse().unwrap());
        let tree = w.ctx.tree.tree(&w.ctx.table, w.ctx.clock.now(), wanted.as_ref()).await.unwrap();
        tree.below(wanted.as_ref()).len()
    };
    assert_eq!((tree(None).await, tree(Some("cpu")).await), (2, 1));
    let new = NewCategory {
        slug: "am5".parse().unwrap(),
        names: Localized::same("AM5"),
        parent: Some("cpu".parse().unwrap()),
        position: 0,
        visible: true,
        fields: Vec::new(),
        fiscal: FiscalDefaults::default(),
    };
    categories::create(&w.ctx, new, by()).await.unwrap();
    assert_eq!(tree(None).await, 2, "as it was remembered");
    assert_eq!(tree(Some("am5")).await, 1);
    assert_eq!((tree(None).await, tree(Some("cpu")).await), (3, 2));
    let orphan = categories::retire(&w.ctx, &"cpu".parse().unwrap(), by()).await;
    assert!(matches!(orphan, Err(CategoryError::InUse)));
}

#[tokio::test]
async fn a_template_that_is_none_names_the_field() {
    let w = World::with_catalogue().await;
    let wrong = serde_json::from_value(json!({"ikpu": "123"})).unwrap();
    let change = CategoryChange { fiscal: Some(wrong), ..CategoryChange::default() };
    let refused = categories::change(&w.ctx, &"cpu".parse().unwrap(), change, by()).await;
    assert!(matches!(refused, Err(CategoryError::Template(e)) if e.field == "fiscal.ikpu"));
    assert_eq!(Fault::Ikpu.code(), "not-an-ikpu");
}
