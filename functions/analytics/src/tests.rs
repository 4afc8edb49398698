//! The service against an embedded DynamoDB.

mod batches;
mod interleaving;
mod marks;
mod reports;

use aws_lambda_events::sqs::SqsEvent;
use contracts::{
    Actor, CheckoutCompleted, Event, Fact, Member, OrderPlaced, OrderedLine, PaymentMethod, PlatformRole, StaffRole,
};
use domain::{CheckoutId, Clock, CorrelationId, EventId, Money, OrderId, ProductId, StoreId, UserId, VariantId};
use dynamodb::Table;
use futures::future::{BoxFuture, join_all};
use lambda::Membership;
use lambda::calls::CallError;
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};
use testing::DynamoDb;

use self::reports::{reports, view};
use crate::ctx::Ctx;
use crate::ops::count::count;
use crate::table::SCHEMA;
use crate::{consume, http};

const DAY: &str = "2026-11-23";

pub(crate) fn line(product_id: ProductId, variant: &str, quantity: u32, total: i64) -> OrderedLine {
    OrderedLine { product_id, variant_id: VariantId::derived(variant), quantity, total: Money::tiyin(total) }
}

pub(crate) fn order(store_id: StoreId, lines: Vec<OrderedLine>, shipping: i64) -> OrderPlaced {
    let total = lines.iter().map(|l| l.total.minor()).sum::<i64>() + shipping;
    let (order_id, number) = (OrderId::derived("o"), "UM-20261123-000000".to_owned());
    OrderPlaced { order_id, number, store_id, lines, shipping: Money::tiyin(shipping), total: Money::tiyin(total) }
}

pub(crate) fn checkout(id: &str, orders: Vec<OrderPlaced>) -> Event {
    let user_id = UserId::derived("buyer");
    let checkout_id = CheckoutId::derived(id);
    let payment_method = PaymentMethod::CashOnDelivery;
    let fact = CheckoutCompleted { checkout_id, user_id, payment_method, cart_version: 1, orders };
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    let (id, correlation) = (EventId::derived(id), CorrelationId::derived(id));
    Event::new(id, at, Actor::User { id: user_id }, correlation, Fact::CheckoutCompleted(fact))
}

/// One store with one member of its staff.
struct OneStore(StoreId, UserId);

fn store() -> StoreId {
    StoreId::derived("store")
}

fn owner() -> UserId {
    UserId::derived("owner")
}

impl Membership for OneStore {
    fn member(&self, store_id: StoreId, user_id: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let permissions = StaffRole::Owner.permissions().to_vec();
        let member = Member { store_id, user_id, role: StaffRole::Owner, permissions };
        Box::pin(async move { Ok((store_id == self.0 && user_id == self.1).then_some(member)) })
    }
}

struct World {
    db: DynamoDb,
    ctx: Ctx,
}

async fn world() -> World {
    world_of(OneStore(store(), owner())).await
}

async fn world_of(membership: OneStore) -> World {
    let db = DynamoDb::start().await;
    let table = Table::new(db.client(), db.create_table(&SCHEMA.properties()).await);
    let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
    World { db, ctx: Ctx::new(table, clock, membership) }
}

impl World {
    async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(http::api(), self.ctx.clone())).await
    }

    async fn admin(&self, path: &str) -> Value {
        let reply = self.send(Call::new("GET", path).user(owner(), PlatformRole::Admin)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    async fn sales(&self) -> Value {
        let path = format!("/v1/analytics/stores/{}?from={DAY}&to={DAY}", store());
        let reply = self.send(Call::new("GET", &path).user(owner(), PlatformRole::Vendor)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["total"].clone()
    }
}

fn sale(id: &str) -> Event {
    checkout(id, vec![order(store(), vec![line(ProductId::derived("p"), "v", 2, 1_000)], 50)])
}

fn sales(orders: i64) -> Value {
    json!({
        "orders": orders, "items": orders * 2, "revenue": {"amount": orders * 1_050, "currency": "UZS"},
        "delivered": 0, "cancelled": 0, "cancelled_revenue": {"amount": 0, "currency": "UZS"},
    })
}

fn batch(bodies: &[(&str, String)]) -> SqsEvent {
    let record = |(id, body): &(&str, String)| json!({"messageId": id, "body": body, "eventSource": "aws:sqs"});
    serde_json::from_value(json!({"Records": bodies.iter().map(record).collect::<Vec<_>>()})).unwrap()
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_is_delivered() {
    let w = world().await;
    let twice = vec![sale("a"), sale("a"), sale("b")];
    assert!(count(&w.ctx, twice).await.is_empty());
    assert!(count(&w.ctx, vec![sale("b"), sale("c")]).await.is_empty());
    assert_eq!(w.sales().await, sales(3));
}

#[tokio::test]
async fn batches_that_overlap_at_the_same_moment_count_each_event_once() {
    let w = world().await;
    let names: Vec<_> = (0..30).map(|n| n.to_string()).collect();
    let part = |from: usize| names[from..from + 10].iter().map(|n| sale(n)).collect::<Vec<_>>();
    let failed = join_all([0, 5, 10, 15, 20].map(|from| count(&w.ctx, part(from)))).await;
    // What met another transaction too often comes again, as from the queue.
    for (from, failed) in [0, 5, 10, 15, 20].into_iter().zip(failed) {
        if !failed.is_empty() {
            assert!(count(&w.ctx, part(from)).await.is_empty());
        }
    }
    assert_eq!(w.sales().await, sales(30));
}

#[tokio::test]
async fn more_events_than_a_transaction_holds_are_all_counted() {
    let w = world().await;
    let many = (0..250).map(|n| sale(&n.to_string())).collect();
    assert!(count(&w.ctx, many).await.is_empty());
    assert_eq!(w.sales().await, sales(250));
}

#[tokio::test]
async fn one_poison_message_fails_alone() {
    let w = world().await;
    let body = |event: &Event| serde_json::to_string(event).unwrap();
    let mut wrong = sale("usd");
    let Fact::CheckoutCompleted(fact) = &mut wrong.fact else { unreachable!() };
    fact.orders[0].total = Money::new(1, domain::Currency::USD);
    let batch = batch(&[
        ("good", body(&sale("a"))),
        ("poison", "not an event".into()),
        ("foreign", body(&wrong)),
        ("last", body(&sale("b"))),
    ]);
    let failed = consume::handle(&w.ctx, batch).await.batch_item_failures;
    let failed: Vec<_> = failed.iter().map(|f| f.item_identifier.as_str()).collect();
    assert_eq!(failed, ["poison", "foreign"]);
    assert_eq!(w.sales().await, sales(2));
}

#[tokio::test]
async fn the_platforms_day_and_its_raw_events_are_for_admins() {
    let w = world().await;
    assert!(count(&w.ctx, vec![sale("a")]).await.is_empty());
    let days = format!("/v1/admin/analytics/days?from={DAY}&to={DAY}");
    let reply = w.send(Call::new("GET", &days).user(owner(), PlatformRole::Admin)).await;
    assert_eq!(reply.body["days"][0]["checkouts"], 1);
    let events = Call::new("GET", "/v1/admin/analytics/events?hour=2026-11-23T11");
    let reply = w.send(events.clone().user(owner(), PlatformRole::Admin)).await;
    assert_eq!(reply.body["items"][0]["type"], "checkout.completed");
    assert_eq!(w.send(events.user(owner(), PlatformRole::Vendor)).await.status, 403);
}

#[tokio::test]
async fn a_wrong_question_is_told_so() {
    let w = world().await;
    for (query, status) in [
        ("from=2026-11-23&to=2026-11-22", 422),
        ("from=2020-01-01&to=2026-11-22", 422),
        ("from=yesterday&to=2026-11-22", 400),
        ("to=2026-11-22", 400),
    ] {
        let path = format!("/v1/analytics/stores/{}?{query}", store());
        assert_eq!(w.send(Call::new("GET", &path).user(owner(), PlatformRole::Vendor)).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn the_sample_events_are_dealt_with() {
    let id = |n: u8| format!("0198e4c2-0000-7000-8000-00000000000{n}");
    let w = world_of(OneStore(id(3).parse().unwrap(), id(1).parse().unwrap())).await;
    let sample = |name: &str| -> Value {
        let file = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    };
    // The second batch repeats a checkout of the first.
    for name in ["analytics-worker.events", "analytics-worker.duplicates"] {
        let batch = serde_json::from_value(sample(name)).unwrap();
        assert!(consume::handle(&w.ctx, batch).await.batch_item_failures.is_empty(), "{name}");
    }
    for name in ["days", "store"] {
        let reply = w.send(Call::recorded(sample(&format!("analytics-api.{name}")))).await;
        assert_eq!((reply.status, reply.body["total"]["orders"].as_i64()), (200, Some(1)), "{name}");
    }
    let reply = w.send(Call::recorded(sample("analytics-api.reports"))).await;
    assert_eq!((reply.status, &reply.body["accepted"]), (202, &json!(3)), "{}", reply.body);
    for (name, list) in [("reports", "items"), ("sessions", "items"), ("search", "terms")] {
        let reply = w.send(Call::recorded(sample(&format!("analytics-api.{name}-read")))).await;
        let found = reply.body[list].as_array().is_some_and(|list| !list.is_empty());
        assert!(reply.status == 200 && found, "{name}: {}", reply.body);
    }
    for name in ["funnel", "product"] {
        let reply = w.send(Call::recorded(sample(&format!("analytics-api.{name}")))).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
    }
    let reply = w.send(Call::recorded(sample("analytics-api.events"))).await;
    assert_eq!((reply.status, reply.body["items"].as_array().map(Vec::len)), (200, Some(5)));
    let batch = serde_json::from_value(sample("analytics-worker.purchase")).unwrap();
    assert!(consume::handle(&w.ctx, batch).await.batch_item_failures.is_empty());
    let total = w.send(Call::recorded(sample("analytics-api.store"))).await.body["total"].clone();
    assert_eq!((&total["delivered"], &total["cancelled"]), (&json!(1), &json!(1)));
    let days = w.send(Call::recorded(sample("analytics-api.days"))).await.body["days"].clone();
    assert_eq!(days.as_array().unwrap().iter().map(|day| day["reviews"].as_i64().unwrap()).sum::<i64>(), 1);
}

fn told(id: &str, fact: Fact) -> Event {
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    Event::new(EventId::derived(id), at, Actor::Guest, CorrelationId::derived(id), fact)
}

fn advance_sale(id: &str) -> (Event, Event) {
    let mut placed = sale(id);
    let Fact::CheckoutCompleted(checkout) = &mut placed.fact else { unreachable!() };
    checkout.payment_method = PaymentMethod::Payme;
    let (checkout_id, user_id, orders) = (checkout.checkout_id, checkout.user_id, checkout.orders.clone());
    let (payment_method, amount) = (PaymentMethod::Payme, orders[0].total);
    let paid = contracts::PaymentCompleted { checkout_id, user_id, payment_method, amount, orders };
    (placed, told(&format!("{id}/paid"), Fact::PaymentCompleted(paid)))
}

async fn funnel(w: &World) -> Value {
    let path = format!("/v1/analytics/stores/{}/funnel?from={DAY}&to={DAY}", store());
    let reply = w.send(Call::new("GET", &path).user(owner(), PlatformRole::Vendor)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["total"].clone()
}

#[tokio::test]
async fn what_is_to_be_paid_in_advance_is_a_purchase_once_it_is_paid() {
    let w = world().await;
    let (placed, paid) = advance_sale("a");
    assert!(count(&w.ctx, vec![placed.clone()]).await.is_empty());
    assert_eq!(w.sales().await, sales(0));
    assert!(count(&w.ctx, vec![paid.clone(), placed, paid]).await.is_empty());
    assert_eq!(w.sales().await, sales(1));
    assert_eq!((&funnel(&w).await["checkouts"], &funnel(&w).await["purchases"]), (&json!(1), &json!(1)));
    // Cash was a purchase when it was placed.
    let (placed, mut paid) = (sale("b"), advance_sale("b").1);
    let Fact::PaymentCompleted(payment) = &mut paid.fact else { unreachable!() };
    payment.payment_method = PaymentMethod::CashOnDelivery;
    assert!(count(&w.ctx, vec![placed, paid]).await.is_empty());
    assert_eq!(w.sales().await, sales(2));
}

#[tokio::test]
async fn a_cancelled_purchase_is_told_apart_and_one_that_was_none_is_not_counted() {
    let w = world().await;
    let order = order(store(), vec![line(ProductId::derived("p"), "v", 2, 1_000)], 50);
    let cancelled = |id: &str, purchased: bool| {
        let (checkout_id, user_id) = (CheckoutId::derived(id), UserId::derived("buyer"));
        let (reason, refund, order) = (contracts::CancelReason::Shopper, None, order.clone());
        let fact = contracts::OrderCancelled { checkout_id, user_id, order, reason, purchased, refund };
        told(id, Fact::OrderCancelled(fact))
    };
    assert!(count(&w.ctx, vec![sale("a"), cancelled("b", true), cancelled("c", false)]).await.is_empty());
    let sales = w.sales().await;
    assert_eq!((&sales["orders"], &sales["cancelled"]), (&json!(1), &json!(1)));
    assert_eq!((&sales["revenue"]["amount"], &sales["cancelled_revenue"]["amount"]), (&json!(1_050), &json!(1_050)));
}

#[tokio::test]
async fn a_products_numbers_are_its_stores_alone() {
    let w = world().await;
    let product = ProductId::derived("p");
    let path = format!("/v1/analytics/products/{product}?from={DAY}&to={DAY}");
    let ask = |who: UserId| Call::new("GET", &path).user(who, PlatformRole::Vendor);
    // What a client reports makes nobody its owner.
    w.send(reports(&[view("1")])).await;
    assert_eq!(w.send(ask(owner())).await.status, 404);
    assert!(count(&w.ctx, vec![sale("a")]).await.is_empty());
    let reply = w.send(ask(owner())).await;
    assert_eq!(
        (&reply.body["total"]["views"], &reply.body["total"]["items"]),
        (&json!(1), &json!(2)),
        "{}",
        reply.body
    );
    assert_eq!(w.send(ask(UserId::derived("stranger"))).await.status, 403);
    // Nor does it matter on which days it sold.
    let path = format!("/v1/analytics/products/{product}?from=2026-10-01&to=2026-10-02");
    let reply = w.send(Call::new("GET", &path).user(owner(), PlatformRole::Vendor)).await;
    assert_eq!((reply.status, &reply.body["days"]), (200, &json!([])), "{}", reply.body);
}

#[tokio::test]
async fn carts_are_counted_by_what_goes_in_first() {
    let w = world().await;
    let item = |id: &str, first_of_store: bool| {
        let fact = contracts::CartItem {
            owner: contracts::CartOwner::User(UserId::derived("buyer")),
            product_id: ProductId::derived("p"),
            variant_id: VariantId::derived("v"),
            store_id: store(),
            quantity: 1,
            first_of_store,
        };
        told(id, Fact::CartItemAdded(fact))
    };
    assert!(count(&w.ctx, vec![item("a", true), item("b", false), item("a", true)]).await.is_empty());
    assert_eq!(funnel(&w).await["carts"], 1);
}
