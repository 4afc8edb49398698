//! A store with stock, and what shoppers do with it.

use serde_json::{Value, json};

use crate::{Client, Cloud, Person, Reply};

/// An approved store with one product of one variant.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Platform staff.
    pub admin: Person,
    /// The store's owner.
    pub owner: Person,
    /// The store.
    pub store_id: String,
    /// The product.
    pub product_id: String,
    /// Its variant.
    pub variant_id: String,
    client: Client,
}

/// A processor as real catalogues have it, with price in so'm and stock added.
pub fn cpu_row(sku: &str, price_som: u64, stock: u64) -> Value {
    json!({
        "opendb_id": sku,
        "socket": "AM5",
        "cores": {"total": 8, "threads": 16},
        "clocks": {"performance": {"base": 4.7, "boost": 5.2}},
        "specifications": {"tdp": 120, "memory": {"types": ["DDR5"]}},
        "metadata": {"name": format!("AMD Ryzen 7 {sku}"), "manufacturer": "AMD", "part_numbers": [sku]},
        "price": price_som,
        "stock": stock,
    })
}

/// A board of the same kind of catalogue.
pub fn board_row(sku: &str, price_som: u64, stock: u64) -> Value {
    json!({
        "opendb_id": sku,
        "socket": "AM5",
        "form_factor": "ATX",
        "chipset": "AMD B650",
        "memory": {"max": 192, "ram_type": "DDR5", "slots": 4},
        "metadata": {"name": format!("ASUS PRIME {sku}"), "manufacturer": "ASUS", "part_numbers": [sku]},
        "price": price_som,
        "stock": stock,
    })
}

/// Rows as a file of JSON lines.
pub fn ndjson(rows: &[Value]) -> Vec<u8> {
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    lines.join("\n").into_bytes()
}

/// Which paths of a row the fields of a product come from.
const MAPPING: &str = "map=title=metadata.name&map=brand=metadata.manufacturer&map=sku=opendb_id";

impl Shop {
    /// Opens a store, has it approved, and puts one processor on sale, `stock` pieces of it.
    pub async fn open(cloud: &Cloud, stock: u64) -> Self {
        let admin = cloud.super_admin().await;
        let owner = Person::join(cloud, "owner", "VENDOR").await;
        let store_id = Self::open_store(&owner, &admin, "Texno Do'kon").await;
        for category in ["cpu", "motherboard"] {
            Self::make_category(&admin, category).await;
        }
        let import = Self::import(&owner, &store_id, "cpu", &[cpu_row("ryzen-9800x3d", 4_500_000, stock)]).await;
        assert_eq!(import["accepted"], 1, "{import}");
        let client = cloud.client();
        let list = client.get("/v1/products?category=cpu").await.expect_status(200);
        let product = &list.body["items"][0];
        let text = |member: &str| product[member].as_str().expect("a product has ids").to_owned();
        let (product_id, variant_id) = (text("product_id"), text("variant_id"));

        Self { admin, owner, store_id, product_id, variant_id, client }
    }

    /// A store that an admin approved.
    pub async fn open_store(owner: &Person, admin: &Person, name: &str) -> String {
        let store = json!({
            "name": name, "type": "BUSINESS", "stir": "301234567", "region": "UZ-TK",
            "contacts": {"phone": "+998901234567", "email": "info@texno.example"},
        });
        let store = owner.client.post("/v1/stores", &store).await.expect_status(201);
        let id = store.text("store_id");
        owner.client.post(&format!("/v1/stores/{id}/submit"), &json!({})).await.expect_status(200);
        admin.client.post(&format!("/v1/admin/stores/{id}/approve"), &json!({})).await.expect_status(200);
        let plan = json!({"plan": "ENTERPRISE"});
        admin.client.post(&format!("/v1/admin/stores/{id}/plan"), &plan).await.expect_status(200);
        id
    }

    /// A category with its specification template, as the catalogue of the repository has it.
    pub async fn make_category(admin: &Person, slug: &str) {
        let file = format!("{}/../../functions/tech-product/catalogue/{slug}.json", env!("CARGO_MANIFEST_DIR"));
        let category = std::fs::read_to_string(file).expect("the catalogue has the category");
        let category: Value = serde_json::from_str(&category).expect("the category is JSON");
        admin.client.post("/v1/admin/categories", &category).await.expect_status(201);
    }

    /// Uploads rows, waits until each was looked at, and answers the import.
    pub async fn import(owner: &Person, store_id: &str, category: &str, rows: &[Value]) -> Value {
        let path = format!("/v1/stores/{store_id}/imports?category={category}&{MAPPING}");
        let sent = owner.client.send("POST", &path, Some(("application/x-ndjson", ndjson(rows)))).await;
        let id = sent.expect_status(202).text("import_id");
        crate::within_two_minutes("the import is complete", || async {
            let import = owner.client.get(&format!("/v1/stores/{store_id}/imports/{id}")).await.expect_status(200);
            (import.body["status"] == "COMPLETED").then_some(import.body)
        })
        .await
    }

    /// Shows a drawing on a product of the store, and answers its id.
    pub async fn show_image(&self, product_id: &str) -> String {
        const DRAWING: &[u8] =
            b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'><rect width='4' height='3'/></svg>";
        let path = format!("/v1/products/{product_id}/images");
        let new = json!({"content_type": "image/svg+xml", "content_length": DRAWING.len(), "alt": {"uz": "Oldidan"}});
        let announced = self.owner.client.post(&path, &new).await.expect_status(201);
        let put = Client::new("").send("PUT", &announced.upload_url(), Some(("image/svg+xml", DRAWING.to_vec()))).await;
        put.expect_status(200);
        let id = announced.text("image_id");
        self.owner.client.post(&format!("{path}/{id}/confirm"), &json!({})).await.expect_status(200);
        id
    }

    /// The same shop after the cloud was started again; its people have to sign in again.
    pub fn moved_to(mut self, cloud: &Cloud) -> Self {
        self.client = cloud.client();
        self.owner.client = cloud.client().token(&self.owner.access_token);
        self.admin.client = cloud.client().token(&self.admin.access_token);
        self
    }

    /// Puts pieces into a shopper's cart.
    pub async fn add_to_cart(&self, shopper: &Person, quantity: u32) -> Reply {
        let item = json!({"product_id": self.product_id, "variant_id": self.variant_id, "quantity": quantity});
        shopper.client.post("/v1/cart/items", &item).await.expect_status(201)
    }

    /// Orders what is in the cart, to be paid in cash.
    pub async fn order(&self, shopper: &Person, key: &str) -> Reply {
        self.order_by(shopper, key, "CASH_ON_DELIVERY").await
    }

    /// Orders what is in the cart, to be paid by that method.
    pub async fn order_by(&self, shopper: &Person, key: &str, method: &str) -> Reply {
        let client = shopper.client.with("idempotency-key", key);
        client.post("/v1/orders", &Self::order_body(method)).await
    }

    /// Fills the cart and orders.
    pub async fn buy(&self, shopper: &Person, quantity: u32, key: &str) -> Reply {
        self.add_to_cart(shopper, quantity).await;
        self.order(shopper, key).await
    }

    /// How many pieces can be bought.
    pub async fn available(&self) -> i64 {
        let path = format!("/v1/products/{}/availability", self.product_id);
        let reply = self.client.get(&path).await.expect_status(200);
        reply.body["variants"][0]["available"].as_i64().expect("a number of pieces")
    }

    /// The store's sales of the last days, as analytics has counted them.
    pub async fn sold_today(&self) -> Value {
        let path = format!("/v1/analytics/stores/{}?{}", self.store_id, crate::days_around_today());
        self.owner.client.get(&path).await.body["total"].clone()
    }

    /// The sales once at least `orders` were counted.
    pub async fn sold_today_after(&self, orders: i64) -> Value {
        crate::until("the sales are counted", || async {
            let total = self.sold_today().await;
            (total["orders"].as_i64()? >= orders).then_some(total)
        })
        .await
    }

    /// What is sent to order whatever is in the cart.
    pub fn order_body(method: &str) -> Value {
        json!({
            "payment_method": method,
            "address": {
                "recipient": "Dilnoza Karimova", "phone": "+998901234567", "region": "UZ-TK",
                "district": "Chilonzor tumani", "street": "Bunyodkor shoh ko'chasi", "house": "12",
            },
        })
    }
}
