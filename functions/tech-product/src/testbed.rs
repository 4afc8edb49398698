//! What the tests stand on: an embedded DynamoDB, and the other services, the bucket and the queue in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contracts::{Actor, Member, Reservation, Reserve, ReserveLine, StaffRole, StoreStatus, StoreTerms};
use domain::{
    Clock, CorrelationId, Currency, ImportId, Money, ProductId, ReservationId, SeededEntropy, StoreId, UserId,
};
use dynamodb::{Key, Stored, Table};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use lambda::Membership;
use lambda::calls::CallError;
use lambda::http::Gate;
use serde_json::Value;
use testing::DynamoDb;

use crate::domain::{Format, Hold, Import, Mapping, MediaType, SpecField, product_id};
use crate::files::FileError;
use crate::ops::categories::{self, NewCategory};
use crate::ops::upload::{File, Plan, take};
use crate::ops::work_off::work_off;
use crate::queue::QueueError;
use crate::table::{SCHEMA, Stock, hold_key, import_key, stock_of};
use crate::{Ctx, Files, ImageFiles, ImportFiles, ImportQueue, Intake, Reading, Stores, UploadTo};

pub(crate) struct World {
    db: DynamoDb,
    pub(crate) ctx: Ctx,
    pub(crate) intake: Intake,
    pub(crate) clock: Clock,
    pub(crate) stores: Arc<OneStore>,
    pub(crate) files: Arc<MemoryFiles>,
    pub(crate) queue: Arc<MemoryQueue>,
}

/// One active store with one owner.
pub(crate) struct OneStore {
    pub(crate) terms: Mutex<StoreTerms>,
}

#[derive(Default)]
pub(crate) struct MemoryFiles(pub(crate) Mutex<HashMap<String, Vec<u8>>>);

#[derive(Default)]
pub(crate) struct MemoryQueue {
    pub(crate) sent: Mutex<Vec<ImportId>>,
    pub(crate) broken: Mutex<bool>,
}

pub(crate) fn store() -> StoreId {
    "0198e4c2-0000-7000-8000-000000000003".parse().unwrap()
}

pub(crate) fn owner() -> UserId {
    "0198e4c2-0000-7000-8000-000000000001".parse().unwrap()
}

pub(crate) fn shopper() -> UserId {
    "0198e4c2-0000-7000-8000-000000000002".parse().unwrap()
}

/// The owner, in a request.
pub(crate) fn by() -> (Actor, CorrelationId) {
    (Actor::User { id: owner() }, CorrelationId::derived("request"))
}

/// The owner, in a request of the store.
pub(crate) fn by_owner() -> (UserId, CorrelationId) {
    (owner(), CorrelationId::derived("request"))
}

/// A category's file of the catalogue, as an admin posts it.
pub(crate) fn catalogue(name: &str) -> Value {
    let file = format!("{}/catalogue/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

pub(crate) fn cpu_fields() -> Vec<SpecField> {
    serde_json::from_value(catalogue("cpu")["spec_template"].clone()).unwrap()
}

impl World {
    /// A reservation as it is now.
    pub(crate) async fn reservation(&self, id: ReservationId) -> Option<Reservation> {
        let hold = self.ctx.table.get_consistent::<Hold>(hold_key(id)).await.unwrap();
        hold.map(|hold| hold.answer())
    }

    pub(crate) async fn start() -> Self {
        Self::on(DynamoDb::start().await).await
    }

    async fn on(db: DynamoDb) -> Self {
        let name = db.create_table(&SCHEMA.properties()).await;
        let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
        let ctx = Ctx {
            table: Table::new(db.client(), name),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            gate: Gate::new().with_membership(OneOwner),
            tree: crate::tree::TreeMemory::default(),
            standings: crate::standings::StandingMemory::default(),
        };
        let (files, queue) = (Arc::new(MemoryFiles::default()), Arc::new(MemoryQueue::default()));
        let stores = Arc::new(OneStore { terms: Mutex::new(terms()) });
        let intake = Intake {
            ctx: ctx.clone(),
            stores: stores.clone(),
            files: files.clone(),
            queue: queue.clone(),
            images: files.clone(),
        };
        Self { db, ctx, intake, clock, stores, files, queue }
    }

    /// A world with the two categories of the catalogue.
    pub(crate) async fn with_catalogue() -> Self {
        Self::start().await.and_catalogue().await
    }

    /// The same, where transactions in flight conflict as they do in AWS.
    pub(crate) async fn contended() -> Self {
        Self::on(DynamoDb::contended().await).await.and_catalogue().await
    }

    async fn and_catalogue(self) -> Self {
        let world = self;
        for name in ["cpu", "motherboard"] {
            let file = catalogue(name);
            let new = NewCategory {
                slug: name.parse().unwrap(),
                names: serde_json::from_value(file["names"].clone()).unwrap(),
                parent: None,
                position: 0,
                visible: true,
                fields: serde_json::from_value(file["spec_template"].clone()).unwrap(),
                fiscal: serde_json::from_value(file["fiscal"].clone()).unwrap(),
            };
            categories::create(&world.ctx, new, by()).await.unwrap();
        }
        world
    }

    /// What the reading function stands on.
    pub(crate) fn reading(&self) -> Reading {
        Reading { ctx: self.ctx.clone(), images: self.files.clone() }
    }

    /// A client of the table's DynamoDB, for what the kit does not tell.
    pub(crate) fn client(&self) -> aws_sdk_dynamodb::Client {
        self.db.client()
    }

    pub(crate) fn products_max(&self, max: u32) {
        self.stores.terms.lock().unwrap().products_max = max;
    }

    /// Takes an import of processors.
    pub(crate) async fn take(&self, rows: &[Value]) -> Import {
        let lines = rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        self.take_text(&lines, Format::Ndjson).await
    }

    /// Takes an import that is newer than every one before it.
    pub(crate) async fn take_text(&self, text: &str, format: Format) -> Import {
        self.take_as("cpu", mapping(), text, format).await
    }

    /// Takes an import of lines into a category.
    pub(crate) async fn take_into(&self, category: &str, mapping: Mapping, lines: &str) -> Import {
        self.take_as(category, mapping, lines, Format::Ndjson).await
    }

    async fn take_as(&self, category: &str, mapping: Mapping, text: &str, format: Format) -> Import {
        self.clock.advance(SignedDuration::from_millis(1));
        let plan = Plan { category: category.parse().unwrap(), mapping, ..plan() };
        take(&self.intake, plan, File { format, bytes: text.into() }).await.unwrap()
    }

    /// Works off messages of the queue until there is none.
    pub(crate) async fn settle_queue(&self) {
        loop {
            let next = self.queue.sent.lock().unwrap().pop();
            let Some(import) = next else { return };
            Box::pin(work_off(&self.intake, import)).await.unwrap();
        }
    }

    /// Imports rows to the end.
    pub(crate) async fn import(&self, rows: &[Value]) -> Import {
        let import = self.take(rows).await;
        self.settle_queue().await;
        self.reload(&import).await
    }

    pub(crate) async fn reload(&self, import: &Import) -> Import {
        self.get::<Import>(import_key(import.import_id)).await.unwrap().into_row()
    }

    pub(crate) async fn get<R: dynamodb::Row>(&self, key: Key) -> Option<Stored<R>> {
        self.ctx.table.get_consistent(key).await.unwrap()
    }

    /// The only variant's stock of the product that is called `sku`.
    pub(crate) async fn stock(&self, sku: &str) -> Stock {
        let query = stock_of(product_id(store(), sku)).consistent();
        self.ctx.table.query::<Stock>(query).await.unwrap().rows.remove(0).into_row()
    }

    /// A request for pieces of products by their SKUs, at today's price.
    pub(crate) async fn request(&self, lines: &[(&str, u32)]) -> Reserve {
        let mut reserve =
            Reserve { user_id: shopper(), hold_for_seconds: 1_800, currency: Currency::UZS, lines: Vec::new() };
        for (sku, quantity) in lines {
            let stock = self.stock(sku).await;
            let Stock { product_id, variant_id, unit_price, .. } = stock;
            reserve.lines.push(ReserveLine { product_id, variant_id, quantity: *quantity, unit_price });
        }
        reserve
    }
}

/// An import of processors by the owner.
pub(crate) fn plan() -> Plan {
    Plan {
        store_id: store(),
        category: "cpu".parse().unwrap(),
        mapping: mapping(),
        by: owner(),
        correlation: CorrelationId::derived("request"),
    }
}

pub(crate) fn mapping() -> Mapping {
    let pairs = [
        ("title", "metadata.name"),
        ("brand", "metadata.manufacturer"),
        ("sku", "opendb_id"),
        ("mpn", "metadata.part_numbers.0"),
        ("year", "metadata.releaseYear"),
    ];
    Mapping::parse(pairs).unwrap()
}

/// A processor as an import has it; price in so'm.
pub(crate) fn cpu(sku: &str, som: u64, stock: i64) -> Value {
    serde_json::json!({
        "opendb_id": sku,
        "metadata": {"name": format!("AMD Ryzen {sku}"), "manufacturer": "AMD", "part_numbers": [], "releaseYear": 2024},
        "socket": "AM5", "cores": {"total": 8, "threads": 16},
        "clocks": {"performance": {"base": 4.7, "boost": 5.2}}, "cache": {"l3": 96},
        "specifications": {
            "tdp": 120, "eccSupport": true, "includesCooler": false, "packaging": "Boxed",
            "memory": {"types": ["DDR5"], "maxSupport": 192}, "integratedGraphics": {"model": "AMD Radeon Graphics"},
        },
        "microarchitecture": "Zen 5", "price": som, "stock": stock,
    })
}

pub(crate) fn id_of(sku: &str) -> ProductId {
    product_id(store(), sku)
}

fn terms() -> StoreTerms {
    StoreTerms {
        store_id: store(),
        name: "Texno".into(),
        status: StoreStatus::Active,
        vat_registered: true,
        commission_basis_points: 500,
        products_max: 1_000,
        shipping_fees: Vec::new(),
        free_shipping_from: Money::tiyin(50_000_000),
        payment_methods: contracts::PaymentMethod::ALL.to_vec(),
        auto_accept: false,
        reviews: true,
    }
}

impl Stores for OneStore {
    fn terms(&self, id: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>> {
        let terms = self.terms.lock().unwrap().clone();
        Box::pin(async move { Ok((id == store()).then_some(terms)) })
    }
}

struct OneOwner;

impl Membership for OneOwner {
    fn member(&self, store_id: StoreId, user_id: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let permissions = StaffRole::Owner.permissions().to_vec();
        let member = Member { store_id, user_id, role: StaffRole::Owner, permissions };
        Box::pin(async move { Ok((store_id == store() && user_id == owner()).then_some(member)) })
    }
}

impl Files for MemoryFiles {
    fn address<'a>(
        &'a self,
        name: &'a str,
        length: u64,
        media_type: &'a str,
        _: Duration,
    ) -> BoxFuture<'a, Result<UploadTo, FileError>> {
        let headers =
            vec![("content-length".to_owned(), length.to_string()), ("content-type".to_owned(), media_type.to_owned())];
        Box::pin(async move { Ok(UploadTo { url: format!("https://bucket.example/{name}"), headers }) })
    }

    fn part<'a>(&'a self, name: &'a str, offset: u64, limit: u64) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        let files = self.0.lock().unwrap();
        let (from, to) = (usize::try_from(offset).unwrap(), usize::try_from(offset + limit).unwrap());
        // As S3: a range that begins beyond the end is refused.
        let part = files.get(name).filter(|bytes| from < bytes.len());
        let part = part.map(|bytes| bytes[from..to.min(bytes.len())].to_vec());
        Box::pin(async move { part.ok_or_else(|| FileError::Gone(name.to_owned())) })
    }
}

impl ImportFiles for MemoryFiles {
    fn keep<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), FileError>> {
        self.0.lock().unwrap().insert(name.to_owned(), bytes);
        Box::pin(async { Ok(()) })
    }

    fn length<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<u64>, FileError>> {
        let length = self.0.lock().unwrap().get(name).map(|bytes| bytes.len() as u64);
        Box::pin(async move { Ok(length) })
    }
}

impl ImageFiles for MemoryFiles {
    fn publish<'a>(&'a self, name: &'a str, bytes: Vec<u8>, _: MediaType) -> BoxFuture<'a, Result<(), FileError>> {
        self.keep(name, bytes)
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), FileError>> {
        self.0.lock().unwrap().remove(name);
        Box::pin(async { Ok(()) })
    }

    fn link<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, FileError>> {
        Box::pin(async move { Ok(format!("https://bucket.example/{name}?signed")) })
    }
}

impl ImportQueue for MemoryQueue {
    fn send(&self, import: ImportId) -> BoxFuture<'_, Result<(), QueueError>> {
        let broken = *self.broken.lock().unwrap();
        if !broken {
            self.sent.lock().unwrap().push(import);
        }
        Box::pin(async move { if broken { Err(QueueError("the test's queue is broken".into())) } else { Ok(()) } })
    }
}
