use std::collections::BTreeMap;

use contracts::StoreStatus;
use domain::{Change as Said, CorrelationId, Localized, Money};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::domain::{Fault, Patch, Product, Refusal, Status, brand_slug};
use crate::ops::ProductError;
use crate::ops::change_product::{Change, change, publish};
use crate::ops::create_product::{NewProduct, create};
use crate::table::{Brand, Card, PriceChange, brand_key, on_sale_in, product_key};
use crate::testbed::{World, by, cpu, id_of, owner, store};

pub(super) fn new(sku: &str, brand: &str) -> NewProduct {
    let specs = [
        ("socket", json!("AM5")),
        ("cores", json!(8)),
        ("threads", json!(16)),
        ("base_clock", json!("4,7")),
        ("ecc", json!(true)),
    ];
    NewProduct {
        store_id: store(),
        sku: sku.into(),
        category: "cpu".parse().unwrap(),
        price: Money::tiyin(685_000_000),
        stock: 4,
        patch: Patch {
            title: Some(Localized::new("Protsessor Ryzen", "Процессор Ryzen", "Ryzen processor")),
            brand: Said::Set(brand_slug(brand).unwrap()),
            ..Patch::default()
        },
        specs: specs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        by: owner(),
        correlation: CorrelationId::derived("c"),
    }
}

async fn on_sale(w: &World) -> Vec<String> {
    let query = on_sale_in(&"cpu".parse().unwrap());
    w.ctx.table.query::<Card>(query).await.unwrap().rows.into_iter().map(|c| c.sku.clone()).collect()
}

#[tokio::test]
async fn a_draft_goes_on_sale_when_it_is_published() {
    let w = World::with_catalogue().await;
    let product = create(&w.intake, new("A-1", "AMD")).await.unwrap();
    assert_eq!((product.status, on_sale(&w).await.len()), (Status::Draft, 0));
    assert!(!w.stock("A-1").await.active);
    let stored = w.get::<Product>(product_key(product.product_id)).await.unwrap();
    let published = publish(&w.intake, stored, by()).await.unwrap();
    assert_eq!((published.status, on_sale(&w).await), (Status::Active, vec!["A-1".to_owned()]));
    assert!(w.stock("A-1").await.active);
    let again = publish(&w.intake, published.clone(), by()).await.unwrap();
    assert_eq!(again.version(), published.version(), "nothing is written twice");
}

#[tokio::test]
async fn a_form_takes_nothing_that_an_import_refuses() {
    let w = World::with_catalogue().await;
    let price = NewProduct { price: Money::tiyin(10_000_000_000_001), ..new("A-1", "AMD") };
    let mut title = new("A-1", "AMD");
    title.patch.title = Some(Localized::same("Ryzen\u{202e}5"));
    let mut specs = new("A-1", "AMD");
    specs.specs.insert("tdp".to_owned(), json!(1e200));
    let sku = new("A-1\u{200b}", "AMD");
    for (form, field, fault) in [
        (price, "price", Fault::PriceRange),
        (title, "title", Fault::Invisible),
        (specs, "specs.tdp", Fault::NumberRange),
        (sku, "sku", Fault::Sku),
    ] {
        let Err(ProductError::Faults(faults)) = create(&w.intake, form).await else { panic!("{field} was taken") };
        assert_eq!(faults, [Refusal::new(field, fault)]);
    }
}

#[tokio::test]
async fn what_is_incomplete_is_not_published_and_told_what_it_lacks() {
    let w = World::with_catalogue().await;
    let bare = NewProduct {
        specs: BTreeMap::new(),
        patch: Patch { brand: Said::Keep, ..new("A-1", "AMD").patch },
        ..new("A-1", "AMD")
    };
    let product = create(&w.intake, bare).await.unwrap();
    let stored = w.get::<Product>(product_key(product.product_id)).await.unwrap();
    let Err(ProductError::Faults(missing)) = publish(&w.intake, stored, by()).await else { panic!("published") };
    let fields: Vec<_> = missing.iter().map(|r| r.field.as_str()).collect();
    assert_eq!(fields, ["brand", "specs.socket", "specs.cores", "specs.base_clock"]);
}

#[tokio::test]
async fn a_store_that_is_not_active_publishes_nothing() {
    let w = World::with_catalogue().await;
    let product = create(&w.intake, new("A-1", "AMD")).await.unwrap();
    w.stores.terms.lock().unwrap().status = StoreStatus::Suspended;
    let stored = w.get::<Product>(product_key(product.product_id)).await.unwrap();
    assert!(matches!(publish(&w.intake, stored, by()).await, Err(ProductError::StoreNotActive)));
}

#[tokio::test]
async fn one_sku_made_ten_times_at_once_is_one_product() {
    let w = World::with_catalogue().await;
    let answers = join_all((0..10).map(|_| create(&w.intake, new("A-1", "AMD")))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    let taken = |e: &ProductError| matches!(e, ProductError::SkuTaken(id) if *id == id_of("A-1"));
    assert!(answers.iter().filter_map(|a| a.as_ref().err()).all(taken));
    assert_eq!(w.stock("A-1").await.on_hand, 4);
}

#[tokio::test]
async fn the_plans_limit_holds_however_many_are_made_at_once() {
    let w = World::with_catalogue().await;
    w.products_max(3);
    let skus: Vec<_> = (0..10).map(|n| format!("A-{n}")).collect();
    let answers = join_all(skus.iter().map(|sku| create(&w.intake, new(sku, "AMD")))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 3);
    assert!(answers.iter().filter_map(|a| a.as_ref().err()).all(|e| matches!(e, ProductError::ProductsMax(3))));
    w.products_max(0);
    let fresh = World::with_catalogue().await;
    fresh.products_max(0);
    assert!(matches!(create(&fresh.intake, new("A-1", "AMD")).await, Err(ProductError::ProductsMax(0))));
}

#[tokio::test]
async fn two_products_of_one_title_have_two_slugs() {
    let w = World::with_catalogue().await;
    let first = create(&w.intake, new("A-1", "AMD")).await.unwrap();
    let second = create(&w.intake, new("A-2", "AMD")).await.unwrap();
    assert_eq!(first.slug.as_str(), "protsessor-ryzen");
    assert!(second.slug.as_str().starts_with("protsessor-ryzen-"));
}

#[tokio::test]
async fn a_brand_keeps_its_first_spelling() {
    let w = World::with_catalogue().await;
    create(&w.intake, new("A-1", "ASRock")).await.unwrap();
    let second = create(&w.intake, new("A-2", "ASROCK")).await.unwrap();
    assert_eq!(second.details.brand.unwrap().name, "ASRock");
    assert!(w.get::<Brand>(brand_key(&"asrock".parse().unwrap())).await.is_some());
}

#[tokio::test]
async fn a_change_of_price_reaches_card_and_stock_and_leaves_its_history() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 5)]).await;
    let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
    let to = Money::tiyin(90_000_000);
    let changed = change(&w.ctx, product.clone(), Change { price: Some(to), ..Change::default() }, by()).await.unwrap();
    assert_eq!((changed.price(), w.stock("a").await.unit_price), (Some(to), to));
    let query = dynamodb::Query::partition(format!("PRODUCT#{}", id_of("a"))).prefix("PRICE#");
    let history = w.ctx.table.query::<PriceChange>(query).await.unwrap().rows;
    assert_eq!((history.len(), history[0].from, history[0].to), (1, Money::tiyin(100_000_000), to));
    let stale = change(&w.ctx, product, Change { price: Some(Money::tiyin(1)), ..Change::default() }, by()).await;
    assert!(matches!(stale, Err(ProductError::Changed)), "a second writer is told it is stale");
}

#[tokio::test]
async fn what_is_on_sale_stays_complete() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 5)]).await;
    let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
    let specs = BTreeMap::from([("socket".to_owned(), Value::Null)]);
    let refused = change(&w.ctx, product.clone(), Change { specs, ..Change::default() }, by()).await;
    assert!(matches!(refused, Err(ProductError::Faults(f)) if f[0].field == "specs.socket"));
    let specs = BTreeMap::from([("colour".to_owned(), json!("red")), ("cores".to_owned(), json!("many"))]);
    let Err(ProductError::Faults(faults)) = change(&w.ctx, product, Change { specs, ..Change::default() }, by()).await
    else {
        panic!("changed")
    };
    assert_eq!(faults.iter().map(|f| f.fault.code()).collect::<Vec<_>>(), ["unknown-specification", "not-a-number"]);
}
