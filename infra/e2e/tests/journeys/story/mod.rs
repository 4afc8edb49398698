//! One purchase through all seven services, to the tiyin.

mod market;
mod review;

use e2e::{Client, Cloud, Payme, Person, Reply};
use serde_json::{Value, json};

use self::market::{Market, STOCK, Stall, Thing};

/// As the API writes money.
fn tiyin(amount: i64) -> Value {
    json!({"amount": amount, "currency": "UZS"})
}

/// What the first purchase comes to. The processor and three kits; delivery; VAT of 12 % in both; 5 % of the goods and
/// the VAT in that.
const CHILONZOR: Sum = Sum {
    subtotal: 806_650_182,
    shipping: 2_500_001,
    vat: 86_694_662,
    total: 809_150_183,
    commission: 40_332_509,
    commission_vat: 4_321_340,
};
/// Two modules; delivery to Tashkent; a seller without VAT.
const REGISTON: Sum = Sum {
    subtotal: 30_000_066,
    shipping: 1_500_000,
    vat: 0,
    total: 31_500_066,
    commission: 1_500_003,
    commission_vat: 160_715,
};
const FIRST_PAYMENT: i64 = CHILONZOR.total + REGISTON.total;

struct Sum {
    subtotal: i64,
    shipping: i64,
    vat: i64,
    total: i64,
    commission: i64,
    commission_vat: i64,
}

/// Moments of the clock in milliseconds, as Payme's.
fn millis(of: &Reply) -> i64 {
    let placed: jiff::Timestamp = of.text("placed_at").parse().unwrap();
    placed.as_millisecond()
}

async fn put(cart: &Client, thing: &Thing, quantity: i64) {
    let item = json!({"product_id": thing.product_id, "variant_id": thing.variant_id, "quantity": quantity});
    cart.post("/v1/cart/items", &item).await.expect_status(201);
}

/// The quote, and the checkout that must cost what it says.
async fn check_out(shopper: &Person, address_id: &str, key: &str) -> Reply {
    let asked = json!({"region": "UZ-TK", "payment_method": "PAYME"});
    let quote = shopper.client.post("/v1/cart/quote", &asked).await.expect_status(200).body;
    assert_eq!((&quote["acceptable"], &quote["changes"], &quote["obstacles"]), (&json!(true), &json!([]), &json!([])));
    let order = json!({
        "payment_method": "PAYME", "address_id": address_id,
        "cart_version": quote["cart_version"], "expected_total": quote["expected_total"],
    });
    let client = shopper.client.with("idempotency-key", key);
    let placed = client.post("/v1/orders", &order).await.expect_status(201);
    assert_eq!(client.post("/v1/orders", &order).await.expect_status(201).body, placed.body, "again is the same");
    assert_eq!(placed.body["total"], quote["total"]);
    for store in quote["stores"].as_array().unwrap() {
        let order = order_at(&placed, store["store_id"].as_str().unwrap());
        for member in ["subtotal", "shipping", "vat", "total"] {
            assert_eq!(order[member], store[member], "{member}");
        }
        assert_eq!(order["fulfilment"], "PENDING_PAYMENT");
    }
    placed
}

fn order_at(placed: &Reply, store_id: &str) -> Value {
    let orders = placed.body["orders"].as_array().unwrap();
    orders.iter().find(|order| order["store_id"] == store_id).unwrap().clone()
}

fn id(order: &Value) -> &str {
    order["order_id"].as_str().unwrap()
}

/// Payme's three calls, each also repeated.
async fn pay(payme: &Payme, shopper: &Person, placed: &Reply, transaction: &str) {
    let (checkout_id, amount) = (placed.text("checkout_id"), placed.body["total"]["amount"].as_i64().unwrap());
    let checkout = format!("/v1/checkouts/{checkout_id}");
    let waiting = shopper.client.get(&checkout).await.expect_status(200);
    assert!(waiting.text("pay_at").starts_with("https://checkout.paycom.uz/"), "{}", waiting.body);
    assert_eq!((&waiting.body["payment"], &waiting.body["paid"]), (&json!("PENDING"), &tiyin(0)));
    let (first, again) =
        (payme.check_perform(&checkout_id, amount).await, payme.check_perform(&checkout_id, amount).await);
    assert_eq!((&first["result"]["allow"], &first), (&json!(true), &again));
    let time = millis(placed);
    let created = payme.create(transaction, time, &checkout_id, amount).await;
    assert_eq!(created["result"]["state"], 1, "{created}");
    assert_eq!(payme.create(transaction, time, &checkout_id, amount).await, created);
    let performed = payme.perform(transaction).await;
    assert_eq!(performed["result"]["state"], 2, "{performed}");
    assert_eq!(payme.perform(transaction).await, performed);
    let paid = shopper.client.get(&checkout).await.expect_status(200).body;
    assert_eq!((&paid["payment"], &paid["paid"]), (&json!("COMPLETED"), &tiyin(amount)));
    assert!(paid["pay_at"].is_null());
}

async fn walk(stall: &Stall, by: &Person, order: &Value, way: &[&str]) {
    for to in way {
        let path = format!("/v1/stores/{}/orders/{}/transitions", stall.store_id, id(order));
        let moved = by.client.post(&path, &json!({"to": to})).await.expect_status(200);
        assert_eq!(moved.body["fulfilment"], *to);
    }
}

/// A colleague who may move orders and nothing of the money.
async fn colleague(cloud: &Cloud, stall: &Stall) -> Person {
    let person = Person::join(cloud, "omborchi", "CUSTOMER").await;
    let path = format!("/v1/stores/{}/staff", stall.store_id);
    let invitation = json!({"user_id": person.id, "role": "EMPLOYEE"});
    stall.owner.client.post(&path, &invitation).await.expect_status(201);
    person.client.post(&format!("{path}/accept"), &json!({})).await.expect_status(200);
    let books = person.client.get(&format!("/v1/stores/{}/ledger", stall.store_id)).await;
    assert_eq!(books.status, 403);
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_of_two_stores_is_right_in_every_table_to_the_tiyin() {
    let cloud = Cloud::start().await;
    let market = Market::open(&cloud).await;
    let payme = Payme::of(&cloud);

    // A guest fills a cart, joins, and takes it along.
    let session = cloud.client().post("/v1/cart/session", &json!({})).await.expect_status(201).text("session");
    let guest = cloud.client().with("cart-session", &session);
    put(&guest, &market.processor, 1).await;
    put(&guest, &market.kit, 2).await;
    put(&guest, &market.kit, 1).await;
    put(&guest, &market.module, 2).await;
    let shopper = Person::join(&cloud, "aziza", "CUSTOMER").await;
    let merged = shopper.client.post("/v1/cart/merge", &json!({"session": session})).await.expect_status(200);
    assert_eq!(merged.body["cart"]["subtotal"], tiyin(CHILONZOR.subtotal + REGISTON.subtotal), "{}", merged.body);
    assert_eq!(guest.get("/v1/cart").await.code(), "cart-session-over");

    // She has it sent to a saved address, and pays.
    let address = json!({
        "recipient": "Aziza Karimova", "phone": "+998901234567", "region": "UZ-TK", "district": "Yunusobod tumani",
        "street": "Amir Temur shoh ko'chasi", "house": "107B", "postal_code": "100084",
    });
    let address = shopper.client.post("/v1/users/me/addresses", &address).await.expect_status(201).text("address_id");
    let first = check_out(&shopper, &address, "the-first-purchase").await;
    let (of_chilonzor, of_registon) =
        (order_at(&first, &market.chilonzor.store_id), order_at(&first, &market.registon.store_id));
    for (order, sum) in [(&of_chilonzor, &CHILONZOR), (&of_registon, &REGISTON)] {
        let sums = [sum.subtotal, sum.shipping, sum.vat, sum.total].map(tiyin);
        assert_eq!(["subtotal", "shipping", "vat", "total"].map(|member| order[member].clone()), sums);
    }
    assert_eq!(market.chilonzor.stock(&market.kit).await, (STOCK, 3, STOCK - 3), "held until it is shipped");
    pay(&payme, &shopper, &first, "5f7a2b1c9d8e4f3a2b1c0001").await;
    emptied(&shopper).await;

    // Both stores deliver; a colleague hands over at the first.
    let colleague = colleague(&cloud, &market.chilonzor).await;
    walk(&market.chilonzor, &market.chilonzor.owner, &of_chilonzor, &["CONFIRMED", "PROCESSING", "PACKED"]).await;
    walk(&market.chilonzor, &colleague, &of_chilonzor, &["SHIPPED"]).await;
    told(&shopper, 5).await;
    walk(&market.chilonzor, &colleague, &of_chilonzor, &["OUT_FOR_DELIVERY", "DELIVERED"]).await;
    told(&shopper, 7).await;
    let whole_way = ["CONFIRMED", "PROCESSING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"];
    walk(&market.registon, &market.registon.owner, &of_registon, &whole_way).await;
    told(&shopper, 11).await;

    // A second purchase is paid, confirmed, and given up before it was packed.
    put(&shopper.client, &market.second_processor, 1).await;
    let second = check_out(&shopper, &address, "the-second-purchase").await;
    pay(&payme, &shopper, &second, "5f7a2b1c9d8e4f3a2b1c0002").await;
    let given_up = order_at(&second, &market.registon.store_id);
    walk(&market.registon, &market.registon.owner, &given_up, &["CONFIRMED"]).await;
    assert_eq!(market.registon.stock(&market.second_processor).await, (STOCK, 1, STOCK - 1));
    let cancel = format!("/v1/orders/{}/cancel", id(&given_up));
    let cancelled = shopper.client.post(&cancel, &json!({"note": "Boshqasini topdim"})).await.expect_status(200).body;
    assert_eq!((&cancelled["fulfilment"], &cancelled["cancelled"]), (&json!("CANCELLED"), &json!("SHOPPER")));
    assert_eq!(shopper.client.post(&cancel, &json!({})).await.expect_status(200).body, cancelled, "again is the same");

    paid_back(&market, &shopper, &second, &given_up).await;

    stock_is_what_was_sold(&market).await;
    history_tells_each_move(&shopper, &of_chilonzor, &colleague).await;
    books_are_even(&market, [id(&of_chilonzor), id(&of_registon), id(&given_up)]).await;
    review::is_written_approved_and_seen(&cloud, &market, &shopper, &colleague).await;
    notifications_tell_the_story(&shopper, [&of_chilonzor, &of_registon, &given_up]).await;
    numbers_are_counted_once(&cloud, &market, &first).await;
    cloud.stop().await;
}

async fn emptied(shopper: &Person) {
    e2e::until("the cart was converted", || async {
        let cart = shopper.client.get("/v1/cart").await.expect_status(200);
        cart.body["lines"].as_array()?.is_empty().then_some(())
    })
    .await;
}

/// The notifications, oldest first, once there are so many.
async fn told(shopper: &Person, count: usize) -> Vec<Value> {
    e2e::until("the shopper is told", || async {
        let told = shopper.client.get("/v1/users/me/notifications?limit=50").await.expect_status(200);
        let items = told.body["items"].as_array()?;
        (items.len() >= count).then(|| items.iter().rev().cloned().collect())
    })
    .await
}

async fn stock_is_what_was_sold(market: &Market) {
    let gone = |pieces| (STOCK - pieces, 0, STOCK - pieces);
    let (chilonzor, registon) = (&market.chilonzor, &market.registon);
    for (stall, thing, pieces) in [
        (chilonzor, &market.processor, 1),
        (chilonzor, &market.kit, 3),
        (registon, &market.module, 2),
        (registon, &market.second_processor, 0),
    ] {
        let promise = format!("{pieces} are gone, none is held");
        e2e::until(&promise, || async { (stall.stock(thing).await == gone(pieces)).then_some(()) }).await;
    }
}

/// The only order of its checkout was given up: an operator transfers the money and says so.
async fn paid_back(market: &Market, shopper: &Person, checkout: &Reply, given_up: &Value) {
    let admin = &market.admin.client;
    let due = e2e::until("the refund waits in the queue", || async {
        let due = admin.get("/v1/admin/refunds?status=PENDING").await.expect_status(200).body;
        due["items"].as_array()?.first().cloned()
    })
    .await;
    assert_eq!((&due["order_id"], &due["amount"]), (&given_up["order_id"], &given_up["total"]));
    let complete = format!("/v1/admin/refunds/{}/complete", due["refund_id"].as_str().unwrap());
    let transfer = json!({"reference": "MT103-2026-11-23-0007"});
    let done = admin.post(&complete, &transfer).await.expect_status(200).body;
    assert_eq!((&done["status"], &done["reference"]), (&json!("COMPLETED"), &transfer["reference"]));
    assert_eq!(admin.post(&complete, &transfer).await.expect_status(200).body, done, "again is the same");
    let other = admin.post(&complete, &json!({"reference": "MT103-2026-11-23-0008"})).await;
    assert_eq!((other.status, other.code()), (409, "refund-completed"));
    let seen = shopper.client.get(&format!("/v1/checkouts/{}", checkout.text("checkout_id"))).await.body;
    assert_eq!((&seen["payment"], &seen["refunded"]), (&json!("REFUNDED"), &seen["total"]));
}

async fn history_tells_each_move(shopper: &Person, order: &Value, colleague: &Person) {
    let history = shopper.client.get(&format!("/v1/orders/{}/history", id(order))).await.expect_status(200).body;
    let moves = history["items"].as_array().unwrap();
    let way: Vec<_> = moves.iter().map(|step| step["to"].as_str().unwrap()).collect();
    let whole =
        ["PENDING_PAYMENT", "PENDING", "CONFIRMED", "PROCESSING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"];
    assert_eq!(way, whole);
    // Which of the store's people handed it over is the store's business.
    let store = &order["store_id"];
    assert_eq!(moves[5]["by"], json!({"role": "STORE", "store_id": store}));
    assert!(!history.to_string().contains(&colleague.id), "{history}");
    let of_store = format!("/v1/stores/{}/orders/{}/history", store.as_str().unwrap(), id(order));
    let read = colleague.client.get(&of_store).await.expect_status(200).body;
    assert_eq!(read["items"][5]["by"], json!({"role": "STORE", "store_id": store, "user_id": colleague.id}));
    let order = shopper.client.get(&format!("/v1/orders/{}", id(order))).await.expect_status(200).body;
    assert_eq!((&order["fulfilment"], &order["payment"]), (&json!("DELIVERED"), &json!("COMPLETED")));
    assert_eq!(order["address"]["recipient"], "Aziza Karimova");
}

/// What a store's books must hold.
fn sale(order: &str, stall: &Stall, sum: &Sum) -> Vec<(String, i64)> {
    let (buyer, seller) = (format!("BUYER:{order}"), format!("SELLER_PENDING:{}", stall.store_id));
    vec![
        ("PSP:payme".to_owned(), sum.total),
        (buyer.clone(), -sum.total),
        (buyer, sum.total),
        (seller.clone(), -sum.total),
        (seller, sum.commission),
        ("COMMISSION".to_owned(), sum.commission_vat - sum.commission),
        ("VAT_OUT".to_owned(), -sum.commission_vat),
    ]
}

fn entries(books: &[Value]) -> Vec<(String, i64)> {
    let entries = books.iter().flat_map(|transaction| transaction["entries"].as_array().unwrap());
    let entry = |e: &Value| (e["account"].as_str().unwrap().to_owned(), e["amount"]["amount"].as_i64().unwrap());
    let mut all: Vec<_> = entries.map(entry).collect();
    all.sort();
    all
}

async fn books_are_even(market: &Market, [of_chilonzor, of_registon, given_up]: [&str; 3]) {
    let due = 289_999_999;
    let buyer = format!("BUYER:{given_up}");
    let owed = format!("REFUND_DUE:{given_up}");
    let refund = [
        ("PSP:payme".to_owned(), due),
        (buyer.clone(), -due),
        (buyer, due),
        (owed.clone(), -due),
        (owed, due),
        ("BANK".to_owned(), -due),
    ];
    let mut of_stores = [
        (&market.chilonzor, sale(of_chilonzor, &market.chilonzor, &CHILONZOR), CHILONZOR.total - CHILONZOR.commission),
        (&market.registon, sale(of_registon, &market.registon, &REGISTON), REGISTON.total - REGISTON.commission),
    ];
    of_stores[1].1.extend(refund);
    for (stall, mut expected, owed) in of_stores {
        expected.sort();
        let books = stall.books().await;
        for transaction in &books {
            assert_eq!(entries(std::slice::from_ref(transaction)).iter().map(|e| e.1).sum::<i64>(), 0, "{transaction}");
        }
        assert_eq!(entries(&books), expected);
        let path = format!("/v1/admin/ledger?store_id={}", stall.store_id);
        assert_eq!(market.admin.client.get(&path).await.expect_status(200).body["items"], json!(books));
        let path = format!("/v1/stores/{}/balance", stall.store_id);
        let balance = stall.owner.client.get(&path).await.expect_status(200).body;
        assert_eq!(balance, json!({"pending": tiyin(owed), "available": tiyin(0)}));
    }
}

async fn notifications_tell_the_story(shopper: &Person, [chilonzor, registon, given_up]: [&Value; 3]) {
    let told = told(shopper, 16).await;
    let titles: Vec<_> = told.iter().map(|n| n["title"].as_str().unwrap()).collect();
    let way = ["Order confirmed", "Order shipped", "Order out for delivery", "Order delivered"];
    let waits = "Order waits for its payment";
    let mut expected = vec![waits, waits, "Payment received"];
    expected.extend(way);
    expected.extend(way);
    expected.extend([waits, "Payment received", "Order confirmed", "Order cancelled", "Money returned"]);
    assert_eq!(titles, expected);
    for (at, order) in [(6, chilonzor), (10, registon), (14, given_up), (15, given_up)] {
        let number = order["number"].as_str().unwrap();
        assert!(told[at]["text"].as_str().unwrap().contains(number), "{}", told[at]);
    }
    assert_eq!(told[14]["data"]["refund"], tiyin(289_999_999));
    // The same, as a reader of Uzbek has it.
    let uzbek = shopper.client.with("accept-language", "uz").get("/v1/users/me/notifications?limit=1").await;
    assert_eq!(uzbek.expect_status(200).body["items"][0]["title"], "Pul qaytarildi");
}

async fn numbers_are_counted_once(cloud: &Cloud, market: &Market, first: &Reply) {
    let (processor, chilonzor, registon) = (&market.processor, &market.chilonzor, &market.registon);
    let view = json!({
        "id": "0198e4c2-0000-7000-8000-000000000001", "type": "PRODUCT_VIEW", "at": first.body["placed_at"],
        "product_id": processor.product_id, "store_id": chilonzor.store_id,
    });
    let reports = json!({"visitor_id": "0198e4c2-0000-4000-8000-000000000001", "events": [view, view]});
    for _ in 0..2 {
        cloud.client().post("/v1/analytics/events", &reports).await.expect_status(202);
    }
    let days = e2e::days_around_today();
    let sales = |orders: u32, items: u32, revenue: i64, cancelled: i64| {
        json!({
            "orders": orders, "items": items, "revenue": tiyin(revenue), "delivered": 1,
            "cancelled": u8::from(cancelled > 0), "cancelled_revenue": tiyin(cancelled),
        })
    };
    let mut product = sales(1, 1, processor.price, 0);
    product["views"] = 1.into();
    product["cart_adds"] = 1.into();
    product["reviews"] = 1.into();
    let funnel = |seen: u32, carts: u32, checkouts: u32, purchases: u32| {
        let mut steps = json!({
            "visitors": seen, "product_views": seen, "carts": carts, "checkouts": checkouts, "purchases": purchases,
        });
        // Nobody came: there is no share of nobody.
        if let Some(share) = (purchases * 10_000).checked_div(seen) {
            steps["conversion_basis_points"] = share.into();
        }
        steps
    };
    let (a, b) = (&chilonzor.owner.client, &registon.owner.client);
    let (of_a, of_b) = (&chilonzor.store_id, &registon.store_id);
    for (client, path, total) in [
        (a, format!("stores/{of_a}"), sales(1, 4, CHILONZOR.total, 0)),
        (b, format!("stores/{of_b}"), sales(2, 3, REGISTON.total + 289_999_999, 289_999_999)),
        (a, format!("products/{}", processor.product_id), product),
        (a, format!("stores/{of_a}/funnel"), funnel(1, 1, 1, 1)),
        (b, format!("stores/{of_b}/funnel"), funnel(0, 2, 2, 2)),
    ] {
        counted(client, &format!("/v1/analytics/{path}?{days}"), &total).await;
    }
    let mut platform = sales(3, 7, FIRST_PAYMENT + 289_999_999, 289_999_999);
    platform["delivered"] = 2.into();
    counted(&market.admin.client, &format!("/v1/admin/analytics/days?{days}"), &platform).await;
    counted(&market.admin.client, &format!("/v1/admin/analytics/funnel?{days}"), &funnel(1, 3, 2, 3)).await;
}

/// Waits for a total; what it was instead is named.
async fn counted(client: &Client, path: &str, total: &Value) {
    let mut last = Value::Null;
    for _ in 0..200 {
        last = client.get(path).await.expect_status(200).body["total"].take();
        if last == *total {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(last, *total, "{path}");
}
