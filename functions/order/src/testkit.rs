//! What the tests of this crate stand on: a world of other services that can be told to fail and to hang.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use contracts::{
    CartLine, CartSnapshot, LineRefusal, Member, PlatformRole, Reservation, ReservationStatus, Reserve, ReservedLine,
    StaffRole, StoreStatus, StoreTerms,
};
use domain::{
    Clock, CorrelationId, Localized, Money, ProductId, Region, ReservationId, SeededEntropy, StoreId, UserId, VariantId,
};
use dynamodb::{Query, Row, Stored, Table};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use lambda::Membership;
use lambda::calls::CallError;
use lambda::http::Gate;
use lambda::testing::{Call, Reply};
use testing::DynamoDb;
use tokio::sync::Notify;

use crate::Ctx;
use crate::domain::{Address, PaymentMethod};
use crate::neighbours::{Asked, Neighbours, Reserved};
use crate::ops::Place;
use crate::table::SCHEMA;

/// A call to a neighbour, before or after it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Cart,
    Terms,
    BeforeReserve,
    AfterReserve,
    BeforeRelease,
    AfterRelease,
    Extend,
}

/// What a call does there instead of going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Never answers: whoever waits is killed.
    Hang,
    /// Answers when [`World::resume`] says so.
    Pause,
    /// Is not answering.
    Unavailable,
}

#[derive(Default)]
struct Town {
    carts: HashMap<UserId, CartSnapshot>,
    stores: HashMap<StoreId, StoreTerms>,
    shelf: HashMap<VariantId, (u32, Money)>,
    holds: HashMap<ReservationId, Reservation>,
    faults: Vec<(At, Fault)>,
}

/// The other services, in memory.
pub(crate) struct Neighbourhood {
    town: Mutex<Town>,
    clock: Clock,
    reached: Notify,
    resumed: Notify,
}

impl Neighbourhood {
    async fn pass(&self, at: At) -> Result<(), CallError> {
        let fault = self.town.lock().unwrap().faults.iter().find(|(place, _)| *place == at).map(|(_, fault)| *fault);
        match fault {
            None => Ok(()),
            Some(Fault::Hang) => {
                self.reached.notify_one();
                std::future::pending().await
            }
            Some(Fault::Pause) => {
                self.reached.notify_one();
                self.resumed.notified().await;
                Ok(())
            }
            Some(Fault::Unavailable) => Err(CallError::Unavailable("a neighbour".into(), "the test's fault".into())),
        }
    }

    fn hold(&self, id: ReservationId, request: Reserve) -> Reserved {
        let mut town = self.town.lock().unwrap();
        if let Some(hold) = town.holds.get(&id) {
            let held = hold.status == ReservationStatus::Held;
            return if held { Reserved::Held(hold.clone()) } else { Reserved::Ended };
        }
        let (mut short, mut dearer) = (Vec::new(), Vec::new());
        for line in &request.lines {
            let (available, price) = town.shelf[&line.variant_id];
            let refusal = LineRefusal {
                product_id: line.product_id,
                variant_id: line.variant_id,
                requested: line.quantity,
                available,
                unit_price: Some(price),
            };
            if available < line.quantity {
                short.push(refusal);
            } else if price != line.unit_price {
                dearer.push(refusal);
            }
        }
        if !short.is_empty() {
            return Reserved::Short(short);
        }
        if !dearer.is_empty() {
            return Reserved::PriceChanged(dearer);
        }
        let carts: Vec<CartLine> = town.carts[&request.user_id].lines.clone();
        let line = |line: contracts::ReserveLine| ReservedLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            store_id: carts.iter().find(|l| l.variant_id == line.variant_id).unwrap().store_id,
            title: Localized::new("uz", "ru", "en"),
            sku: "sku".into(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            vat_rate: Some(12),
        };
        let expires_at = self.clock.now() + SignedDuration::from_secs(request.hold_for_seconds.into());
        let lines: Vec<_> = request.lines.into_iter().map(line).collect();
        for line in &lines {
            town.shelf.get_mut(&line.variant_id).unwrap().0 -= line.quantity;
        }
        let hold = Reservation { reservation_id: id, status: ReservationStatus::Held, expires_at, lines };
        town.holds.insert(id, hold.clone());
        Reserved::Held(hold)
    }

    fn let_go(&self, id: ReservationId) {
        let mut town = self.town.lock().unwrap();
        let Some(hold) = town.holds.get_mut(&id).filter(|hold| hold.status == ReservationStatus::Held) else { return };
        hold.status = ReservationStatus::Released;
        for line in hold.lines.clone() {
            town.shelf.get_mut(&line.variant_id).unwrap().0 += line.quantity;
        }
    }
}

impl Neighbours for Neighbourhood {
    fn cart(&self, user_id: UserId) -> Asked<'_, CartSnapshot> {
        Box::pin(async move {
            self.pass(At::Cart).await?;
            let empty = CartSnapshot { user_id, version: 0, converted_version: 0, lines: Vec::new() };
            Ok(self.town.lock().unwrap().carts.get(&user_id).cloned().unwrap_or(empty))
        })
    }

    fn terms(&self, store: StoreId) -> Asked<'_, Option<StoreTerms>> {
        Box::pin(async move {
            self.pass(At::Terms).await?;
            Ok(self.town.lock().unwrap().stores.get(&store).cloned())
        })
    }

    fn reserve(&self, id: ReservationId, request: Reserve) -> Asked<'_, Reserved> {
        Box::pin(async move {
            self.pass(At::BeforeReserve).await?;
            let reserved = self.hold(id, request);
            self.pass(At::AfterReserve).await?;
            Ok(reserved)
        })
    }

    fn release(&self, id: ReservationId) -> Asked<'_, ()> {
        Box::pin(async move {
            self.pass(At::BeforeRelease).await?;
            self.let_go(id);
            self.pass(At::AfterRelease).await
        })
    }

    fn extend(&self, id: ReservationId, hold_for_seconds: u32) -> Asked<'_, Option<Reservation>> {
        Box::pin(async move {
            self.pass(At::Extend).await?;
            let until = self.clock.now() + SignedDuration::from_secs(hold_for_seconds.into());
            let mut town = self.town.lock().unwrap();
            let hold = town.holds.get_mut(&id).filter(|hold| hold.status == ReservationStatus::Held);
            Ok(hold.map(|hold| {
                hold.expires_at = hold.expires_at.max(until);
                hold.clone()
            }))
        })
    }
}

/// One member of one store.
struct Staff;

impl Membership for Staff {
    fn member(&self, store_id: StoreId, user_id: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let role = StaffRole::Viewer;
        let member = Member { store_id, user_id, role, permissions: role.permissions().to_vec() };
        let works_there = user_id == clerk() && store_id == StoreId::derived("a");
        Box::pin(async move { Ok(works_there.then_some(member)) })
    }
}

pub(crate) fn clerk() -> UserId {
    UserId::derived("clerk")
}

pub(crate) fn shopper() -> UserId {
    UserId::derived("shopper")
}

pub(crate) fn som(amount: i64) -> Money {
    Money::tiyin(amount * 100)
}

pub(crate) fn terms(name: &str) -> StoreTerms {
    StoreTerms {
        store_id: StoreId::derived(name),
        name: name.to_owned(),
        status: StoreStatus::Active,
        vat_registered: true,
        commission_basis_points: 500,
        products_max: 50,
        shipping_fees: Vec::new(),
        free_shipping_from: som(500_000),
    }
}

/// `quantity` of what the store called `store` sells under `name`, for 100,000 so'm each.
pub(crate) fn line(store: &str, name: &str, quantity: u32) -> CartLine {
    CartLine {
        product_id: ProductId::derived(name),
        variant_id: VariantId::derived(name),
        store_id: StoreId::derived(store),
        quantity,
        unit_price: som(100_000),
    }
}

pub(crate) fn command(user_id: UserId, key: &str) -> Place {
    Place {
        user_id,
        key: key.to_owned(),
        correlation_id: CorrelationId::derived(key),
        method: PaymentMethod::CashOnDelivery,
        address: Address {
            recipient: "Dilnoza Karimova".into(),
            phone: "+998901234567".parse().unwrap(),
            region: Region::TashkentCity,
            district: "Chilonzor".into(),
            street: "Bunyodkor".into(),
            house: "12".into(),
            apartment: None,
            landmark: None,
            postal_code: Some("100115".into()),
        },
        cart_version: None,
        expected_total: None,
    }
}

pub(crate) struct World {
    pub(crate) ctx: Ctx,
    pub(crate) others: Arc<Neighbourhood>,
    _db: DynamoDb,
}

/// Stores `a` and `b`; ten pieces of each of `cpu`, `ram` (store a) and `case` (store b); a cart of 2 cpu and 1 case.
pub(crate) async fn world() -> World {
    let db = DynamoDb::start().await;
    let name = db.create_table(&SCHEMA.properties()).await;
    let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
    let others = Arc::new(Neighbourhood {
        town: Mutex::default(),
        clock: clock.clone(),
        reached: Notify::new(),
        resumed: Notify::new(),
    });
    let ctx = Ctx {
        table: Table::new(db.client(), name),
        clock,
        entropy: Arc::new(SeededEntropy::new(1)),
        neighbours: others.clone(),
        gate: Gate::new().with_membership(Staff),
    };
    let w = World { ctx, others, _db: db };
    for store in ["a", "b"] {
        w.store(terms(store));
    }
    for item in ["cpu", "ram", "case"] {
        w.stock(item, 10, som(100_000));
    }
    w.cart(shopper(), 7, vec![line("a", "cpu", 2), line("b", "case", 1)]);
    w
}

impl World {
    pub(crate) fn store(&self, terms: StoreTerms) {
        self.others.town.lock().unwrap().stores.insert(terms.store_id, terms);
    }

    pub(crate) fn stock(&self, item: &str, available: u32, price: Money) {
        self.others.town.lock().unwrap().shelf.insert(VariantId::derived(item), (available, price));
    }

    pub(crate) fn available(&self, item: &str) -> u32 {
        self.others.town.lock().unwrap().shelf[&VariantId::derived(item)].0
    }

    /// A cart that has seen every checkout before.
    pub(crate) fn cart(&self, user_id: UserId, version: u64, lines: Vec<CartLine>) {
        self.cart_converted(user_id, version, version.saturating_sub(1), lines);
    }

    pub(crate) fn cart_converted(&self, user_id: UserId, version: u64, converted_version: u64, lines: Vec<CartLine>) {
        let snapshot = CartSnapshot { user_id, version, converted_version, lines };
        self.others.town.lock().unwrap().carts.insert(user_id, snapshot);
    }

    pub(crate) fn fail(&self, at: At, fault: Fault) {
        self.others.town.lock().unwrap().faults.push((at, fault));
    }

    pub(crate) fn heal(&self) {
        self.others.town.lock().unwrap().faults.clear();
    }

    /// Waits until somebody meets a fault that does not answer.
    pub(crate) async fn reached(&self) {
        self.others.reached.notified().await;
    }

    pub(crate) fn resume(&self) {
        self.others.resumed.notify_one();
    }

    /// Runs `work` until it meets a fault that does not answer, and drops it there, as a kill does.
    pub(crate) async fn kill<T>(&self, work: impl Future<Output = T>) {
        tokio::select! {
            _ = work => panic!("it came to its end"),
            () = self.reached() => {}
        }
    }

    /// How many holds are live.
    pub(crate) fn held(&self) -> usize {
        let town = self.others.town.lock().unwrap();
        town.holds.values().filter(|hold| hold.status == ReservationStatus::Held).count()
    }

    pub(crate) fn end_holds(&self) {
        let ids: Vec<_> = self.others.town.lock().unwrap().holds.keys().copied().collect();
        ids.into_iter().for_each(|id| self.others.let_go(id));
    }

    /// Every row under a key prefix.
    pub(crate) async fn rows<R: Row>(&self, pk: String, prefix: &str) -> Vec<Stored<R>> {
        self.ctx.table.query_all(Query::partition(pk).prefix(prefix), 100).await.unwrap()
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(crate::http::api(), self.ctx.clone())).await
    }

    pub(crate) async fn by(&self, user: UserId, call: Call) -> Reply {
        self.send(call.user(user, PlatformRole::Customer)).await
    }
}

/// A sample event of `events/`.
pub(crate) fn sample(name: &str) -> serde_json::Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
