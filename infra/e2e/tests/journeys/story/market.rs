//! Two stores with five products of two categories.

use e2e::{Cloud, Person, Shop};
use serde_json::{Value, json};

use super::tiyin;

/// A store and who owns it.
pub(super) struct Stall {
    pub(super) owner: Person,
    pub(super) store_id: String,
}

/// A variant on sale.
#[derive(Clone)]
pub(super) struct Thing {
    pub(super) product_id: String,
    pub(super) variant_id: String,
    pub(super) price: i64,
}

/// What the story needs of the market.
pub(super) struct Market {
    pub(super) admin: Person,
    /// Registered for VAT, with delivery at its own price.
    pub(super) chilonzor: Stall,
    /// Not registered, with the platform's delivery.
    pub(super) registon: Stall,
    /// Of `chilonzor`.
    pub(super) processor: Thing,
    /// The larger of two kits of one product, of `chilonzor`.
    pub(super) kit: Thing,
    /// Of `registon`.
    pub(super) module: Thing,
    /// Of `registon`.
    pub(super) second_processor: Thing,
}

/// How many there are of everything.
pub(super) const STOCK: i64 = 10;

impl Market {
    pub(super) async fn open(cloud: &Cloud) -> Self {
        let admin = cloud.super_admin().await;
        for category in ["cpu", "memory"] {
            Shop::make_category(&admin, category).await;
        }
        let chilonzor = Stall::open(cloud, &admin, "Chilonzor Kompyuter", true).await;
        let registon = Stall::open(cloud, &admin, "Registon Texno", false).await;
        let settings = json!({
            "shipping_fees": [{"region": "UZ-TK", "fee": tiyin(2_500_001)}],
            "free_shipping_from": tiyin(1_000_000_000),
        });
        let path = format!("/v1/stores/{}/settings", chilonzor.store_id);
        chilonzor.owner.client.patch(&path, &settings).await.expect_status(200);
        let processor = chilonzor.publish("R7-9700X", 339_999_951, &cpu(8)).await;
        chilonzor.publish("R9-9900X", 610_000_000, &cpu(12)).await;
        let kit = chilonzor.publish("FURY-32", 89_000_033, &memory(32)).await;
        let kit = chilonzor.add_variant(&kit, "FURY-64", 155_550_077).await;
        let module = registon.publish("VALUE-8", 15_000_033, &memory(8)).await;
        let second_processor = registon.publish("R5-8600G", 289_999_999, &cpu(6)).await;
        let listed = cloud.client().get("/v1/products?category=cpu").await.expect_status(200);
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 3, "of both stores");
        Self { admin, chilonzor, registon, processor, kit, module, second_processor }
    }
}

fn cpu(cores: u32) -> Value {
    let specs = json!({"socket": "AM5", "cores": cores, "threads": cores * 2, "base_clock": 3.8});
    json!({"category": "cpu", "brand": "AMD", "specs": specs})
}

fn memory(capacity: u32) -> Value {
    let specs = json!({"memory_type": "DDR5", "capacity": capacity, "modules": 2, "speed": 6000});
    json!({"category": "memory", "brand": "Kingston", "specs": specs})
}

impl Stall {
    async fn open(cloud: &Cloud, admin: &Person, name: &str, vat: bool) -> Self {
        let mailbox = name.split(' ').next().unwrap_or(name).to_lowercase();
        let owner = Person::join(cloud, &mailbox, "VENDOR").await;
        let store = json!({
            "name": name, "type": "BUSINESS", "stir": "301234567", "region": "UZ-TK", "vat_registered": vat,
            "contacts": {"phone": "+998901234567", "email": "info@texno.example"},
        });
        let store_id = owner.client.post("/v1/stores", &store).await.expect_status(201).text("store_id");
        let path = format!("/v1/stores/{store_id}");
        let hidden = cloud.client().get(&path).await;
        assert_eq!(hidden.status, 404, "nobody sees a store that was not approved");
        owner.client.post(&format!("{path}/submit"), &json!({})).await.expect_status(200);
        admin.client.post(&format!("/v1/admin/stores/{store_id}/approve"), &json!({})).await.expect_status(200);
        cloud.client().get(&path).await.expect_status(200);
        Self { owner, store_id }
    }

    async fn publish(&self, sku: &str, price: i64, details: &Value) -> Thing {
        let mut product = details.clone();
        for (member, value) in [("sku", json!(sku)), ("price", tiyin(price)), ("stock", json!(STOCK))] {
            product[member] = value;
        }
        product["title"] =
            json!({"uz": format!("{sku} nomli"), "ru": format!("{sku} по имени"), "en": format!("The {sku}")});
        let path = format!("/v1/stores/{}/products", self.store_id);
        let draft = self.owner.client.post(&path, &product).await.expect_status(201);
        let product_id = draft.text("product_id");
        let publish = format!("/v1/products/{product_id}/publish");
        let page = self.owner.client.post(&publish, &json!({})).await.expect_status(200);
        assert_eq!(page.body["status"], "ACTIVE");
        let variant_id = page.body["variants"][0]["variant_id"].as_str().unwrap().to_owned();
        Thing { product_id, variant_id, price }
    }

    async fn add_variant(&self, of: &Thing, sku: &str, price: i64) -> Thing {
        let variant = json!({"sku": sku, "options": {"Hajmi": "64 GB"}, "price": tiyin(price), "stock": STOCK});
        let path = format!("/v1/products/{}/variants", of.product_id);
        let page = self.owner.client.post(&path, &variant).await.expect_status(201);
        let made = page.body["variants"].as_array().unwrap().iter().find(|variant| variant["sku"] == sku).unwrap();
        let variant_id = made["variant_id"].as_str().unwrap().to_owned();
        Thing { product_id: of.product_id.clone(), variant_id, price }
    }

    /// Pieces of a variant: there, held for orders, free.
    pub(super) async fn stock(&self, thing: &Thing) -> (i64, i64, i64) {
        let path = format!("/v1/products/{}/inventory", thing.product_id);
        let stock = self.owner.client.get(&path).await.expect_status(200).body;
        let of = |row: &&Value| row["variant_id"] == thing.variant_id.as_str();
        let row = stock["variants"].as_array().unwrap().iter().find(of).unwrap().clone();
        let pieces = |member: &str| row[member].as_i64().unwrap_or_else(|| panic!("no {member} in {row}"));
        (pieces("on_hand"), pieces("reserved"), pieces("available"))
    }

    /// The store's books: what each account has, by its name.
    pub(super) async fn books(&self) -> Vec<Value> {
        let path = format!("/v1/stores/{}/ledger", self.store_id);
        self.owner.client.get(&path).await.expect_status(200).body["items"].as_array().unwrap().clone()
    }
}
