//! Two stores, a catalogue and the shoppers who buy there.

use std::time::{Duration, Instant};

use e2e::{Cloud, PASSWORD, Person, Shop, board_row, cpu_row};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::caller::{Answer, Caller};

/// Shoppers: as many as race for the last pieces.
pub(crate) const SHOPPERS: usize = 50;
/// Boards on the shelf: more than a list of 20 shows.
const BOARDS: usize = 25;
/// What a board costs, in so'm.
pub(crate) const BOARD_PRICE: i64 = 1_200_000;
/// Enough for everything but the race.
const STOCK: u64 = 1_000_000;
/// Looks at an import under way.
const LOOK: Duration = Duration::from_millis(500);

/// A variant that can be bought.
#[derive(Debug, Clone)]
pub(crate) struct Goods {
    pub(crate) product_id: String,
    pub(crate) variant_id: String,
}

/// What loads act on.
pub(crate) struct Market {
    pub(crate) caller: Caller,
    /// Three variants: one of the first store, two of the second.
    pub(crate) lines: [Goods; 3],
    pub(crate) shoppers: Vec<Person>,
    shop: Shop,
    /// Who sells the boards.
    other: Person,
    other_store: String,
}

impl Market {
    pub(crate) async fn open(cloud: &Cloud, shoppers: usize) -> Self {
        eprintln!("two stores open");
        let caller = Caller::of(cloud);
        let shop = Shop::open(cloud, STOCK).await;
        let processor = Goods { product_id: shop.product_id.clone(), variant_id: shop.variant_id.clone() };
        let other = Person::join(cloud, "other-owner", "VENDOR").await;
        let other_store = Shop::open_store(&other, &shop.admin, "Boshqa Do'kon").await;
        let price = u64::try_from(BOARD_PRICE).expect("a price is positive");
        let boards: Vec<Value> = (0..BOARDS).map(|n| board_row(&format!("board-{n}"), price, STOCK)).collect();
        Shop::import(&other, &other_store, "motherboard", &boards).await;
        let mut shelf = caller.shelf("motherboard").await.into_iter();
        let mut board = || shelf.next().expect("boards are on sale");
        let lines = [processor, board(), board()];
        eprintln!("{shoppers} shoppers register");
        let join = |n: usize| async move { Person::join(cloud, &format!("bench-{n}"), "CUSTOMER").await };
        let shoppers = futures::stream::iter(0..shoppers).map(join).buffered(4).collect().await;
        Self { caller, lines, shoppers, shop, other, other_store }
    }

    /// A processor of which there are only so many.
    pub(crate) async fn scarce(&self, pieces: u64) -> Goods {
        let known = &self.lines[0].product_id;
        let row = cpu_row("the-last-pieces", 4_500_000, pieces);
        Shop::import(&self.shop.owner, &self.shop.store_id, "cpu", &[row]).await;
        let on_sale = self.caller.shelf("cpu").await;
        on_sale.into_iter().find(|goods| goods.product_id != *known).expect("the new processor is on sale")
    }

    /// Uploads rows as JSON lines to the store that sells boards, and answers the import once it is complete.
    ///
    /// # Panics
    /// When it is not within `patience`.
    pub(crate) async fn upload(&self, cloud: &Cloud, category: &str, rows: String, patience: Duration) -> Value {
        // A token lasts a quarter of an hour.
        let owner = Person::sign_in(cloud, &self.other.email, PASSWORD).await;
        let imports = format!("/v1/stores/{}/imports", self.other_store);
        let mapping = "map=title=metadata.name&map=brand=metadata.manufacturer&map=sku=opendb_id";
        let path = format!("{imports}?category={category}&{mapping}");
        let sent = owner.client.send("POST", &path, Some(("application/x-ndjson", rows.into_bytes()))).await;
        let id = sent.expect_status(202).text("import_id");
        let begun = Instant::now();
        loop {
            let import = owner.client.get(&format!("{imports}/{id}")).await.expect_status(200).body;
            if import["status"] == "COMPLETED" {
                return import;
            }
            assert!(begun.elapsed() < patience, "the import is complete: {import}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Pieces of a variant that can be bought.
    pub(crate) async fn available(&self, goods: &Goods) -> i64 {
        let answer = self.caller.get(&format!("/v1/products/{}/availability", goods.product_id), None).await.body;
        let variants = answer["variants"].as_array().expect("a product has variants");
        let variant = variants.iter().find(|variant| variant["variant_id"] == goods.variant_id.as_str());
        variant.and_then(|variant| variant["available"].as_i64()).expect("a number of pieces")
    }

    /// The same of several, summed.
    pub(crate) async fn pieces(&self, goods: &[Goods]) -> i64 {
        futures::stream::iter(goods).then(|goods| self.available(goods)).fold(0, |sum, n| async move { sum + n }).await
    }

    /// Puts one piece into a shopper's cart.
    pub(crate) async fn add(&self, shopper: &Person, goods: &Goods) -> u16 {
        let item = json!({"product_id": goods.product_id, "variant_id": goods.variant_id, "quantity": 1});
        self.caller.post("/v1/cart/items", Some(shopper), &item).await.status
    }

    /// Every shopper's cart holds exactly one piece of each of these.
    pub(crate) async fn fill_carts(&self, goods: &[Goods]) {
        let fill = |shopper| async move {
            self.caller.delete("/v1/cart", shopper).await;
            for goods in goods {
                assert_eq!(self.add(shopper, goods).await, 201, "the cart takes it");
            }
        };
        futures::stream::iter(&self.shoppers).map(fill).buffer_unordered(4).collect::<()>().await;
    }

    /// Every shopper's cart is empty.
    pub(crate) async fn empty_carts(&self) {
        self.fill_carts(&[]).await;
    }

    /// Checks a shopper's cart out.
    pub(crate) async fn order(&self, shopper: &Person, method: &str, key: &str) -> Answer {
        let body = json!({
            "payment_method": method,
            "address": {
                "recipient": "Dilnoza Karimova", "phone": "+998901234567", "region": "UZ-TK",
                "district": "Chilonzor tumani", "street": "Bunyodkor shoh ko'chasi", "house": "12",
            },
        });
        self.caller.post_once("/v1/orders", shopper, &body, key).await
    }

    /// Cancels what every shopper has open, so that they may order again.
    pub(crate) async fn cancel_orders(&self) {
        let cancel = |shopper| async move {
            let orders = self.caller.get("/v1/orders", Some(shopper)).await.body;
            for order in orders["items"].as_array().into_iter().flatten() {
                let id = order["order_id"].as_str().expect("an order has an id");
                if order["fulfilment"] != "CANCELLED" {
                    self.caller.post(&format!("/v1/orders/{id}/cancel"), Some(shopper), &json!({})).await;
                }
            }
            let left = self.caller.get("/v1/orders", Some(shopper)).await.body;
            let all = left["items"].as_array().expect("a list of orders");
            assert!(all.iter().all(|order| order["fulfilment"] == "CANCELLED"), "all are cancelled: {left}");
        };
        futures::stream::iter(&self.shoppers).map(cancel).buffer_unordered(4).collect::<()>().await;
    }
}
