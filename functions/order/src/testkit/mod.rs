//! What the tests of this crate stand on: a world of other services that can be told to fail and to hang.

mod neighbourhood;

use std::sync::{Arc, Mutex};

use contracts::{
    CartLine, CartSnapshot, DeliveryAddress, Member, PaymentMethod, PlatformRole, ReservationStatus, StaffRole,
    StoreStatus, StoreTerms,
};
use domain::{
    AddressId, CheckoutId, Clock, CorrelationId, Money, OrderId, ProductId, Region, SeededEntropy, StoreId, Timestamp,
    UserId, VariantId,
};
use dynamodb::{Query, Row, Stored, Table};
use futures::future::BoxFuture;
use lambda::Membership;
use lambda::calls::CallError;
use lambda::http::Gate;
use lambda::testing::{Call, Reply};
use testing::DynamoDb;
use tokio::sync::Notify;

use crate::Ctx;
use crate::domain::{Clocks, Order, Placing, Priced};
use crate::ops::{DeliverTo, Place};
use crate::payme::PaymeAccount;
use crate::table::SCHEMA;

use neighbourhood::Neighbourhood;
pub(crate) use neighbourhood::{At, Fault};

/// One member of one store.
struct Staff;

impl Membership for Staff {
    fn member(&self, store_id: StoreId, user_id: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let role = if user_id == owner() { StaffRole::Owner } else { StaffRole::Viewer };
        let member = Member { store_id, user_id, role, permissions: role.permissions().to_vec() };
        let works_there = (user_id == clerk() || user_id == owner()) && store_id == StoreId::derived("a");
        Box::pin(async move { Ok(works_there.then_some(member)) })
    }
}

pub(crate) fn clerk() -> UserId {
    UserId::derived("clerk")
}

pub(crate) fn owner() -> UserId {
    UserId::derived("owner")
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
        payment_methods: PaymentMethod::ALL.to_vec(),
        auto_accept: false,
        reviews: true,
    }
}

pub(crate) fn address() -> DeliveryAddress {
    DeliveryAddress {
        recipient: "Dilnoza Karimova".into(),
        phone: "+998901234567".parse().unwrap(),
        region: Region::TashkentCity,
        district: "Chilonzor".into(),
        street: "Bunyodkor".into(),
        house: "12".into(),
        apartment: None,
        landmark: None,
        postal_code: Some("100115".into()),
    }
}

/// The one address that the shopper has saved.
pub(crate) fn saved_address() -> AddressId {
    AddressId::derived("home")
}

/// An order of `goods`, delivered for `shipping`, at store `a`.
pub(crate) fn order_of(method: PaymentMethod, goods: Money, shipping: Money) -> Order {
    let (at, zero) = (Timestamp::UNIX_EPOCH, Money::tiyin(0));
    let placing = Placing {
        order_id: OrderId::derived("order"),
        checkout_id: CheckoutId::derived("checkout"),
        user_id: shopper(),
        at,
        address: &address(),
        method,
        clocks: Clocks::default(),
    };
    let total = goods.checked_add(shipping).unwrap();
    let priced = Priced {
        lines: Vec::new(),
        subtotal: goods,
        shipping,
        shipping_vat: zero,
        vat: zero,
        vat_by_rate: Vec::new(),
        total,
    };
    Order::place(placing, &terms("a"), &[], priced)
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
        deliver_to: DeliverTo::Given(address()),
        cart_version: None,
        expected_total: None,
    }
}

/// The key that Payme signs in with.
pub(crate) const PAYME_KEY: &str = "payme-test-key";

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
        clocks: Clocks::default(),
        payme: PaymeAccount::new("merchant", PAYME_KEY),
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
    pub(crate) async fn kill<T>(&self, work: BoxFuture<'_, T>) {
        tokio::select! {
            _ = work => panic!("it came to its end"),
            () = self.reached() => {}
        }
    }

    /// Brings every request for a hold once more, as a network does that delayed the first of several sendings.
    pub(crate) fn bring_again(&self) {
        let asked = self.others.town.lock().unwrap().asked.clone();
        for (id, request) in asked {
            self.others.hold(id, request);
        }
    }

    /// How many holds are live.
    pub(crate) fn held(&self) -> usize {
        let town = self.others.town.lock().unwrap();
        town.holds.values().filter(|hold| hold.status == ReservationStatus::Held).count()
    }

    /// Pieces that left for good.
    pub(crate) fn gone(&self, item: &str) -> u32 {
        self.others.town.lock().unwrap().committed.get(&VariantId::derived(item)).copied().unwrap_or_default()
    }

    /// The most releases that were ever under way at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.others.town.lock().unwrap().releasing.1
    }

    /// Ends every live hold, as if its time had been over.
    pub(crate) fn end_holds(&self) {
        let live = |hold: &&contracts::Reservation| hold.status == ReservationStatus::Held;
        let ids: Vec<_> =
            self.others.town.lock().unwrap().holds.values().filter(live).map(|h| h.reservation_id).collect();
        for id in ids {
            self.others.settle(id, None, ReservationStatus::Released).unwrap();
        }
    }

    /// Ends the holds whose time is over, as tech-product's own sweep does.
    pub(crate) fn expire_holds(&self) {
        let now = self.ctx.clock.now();
        let over = |hold: &&contracts::Reservation| hold.status == ReservationStatus::Held && hold.expires_at <= now;
        let ids: Vec<_> =
            self.others.town.lock().unwrap().holds.values().filter(over).map(|h| h.reservation_id).collect();
        for id in ids {
            self.others.settle(id, None, ReservationStatus::Released).unwrap();
        }
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
