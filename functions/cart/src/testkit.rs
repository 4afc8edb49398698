//! What the tests of this crate stand on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{CartOwner, Fact, Offer, PaymentMethod, PlatformRole, Service, StoreStatus, StoreTerms, VariantRef};
use domain::{CartItemId, Clock, Localized, Money, ProductId, SeededEntropy, StoreId, UserId, VariantId};
use dynamodb::Table;
use futures::future::BoxFuture;
use lambda::calls::CallError;
use lambda::http::Gate;
use lambda::testing::{Call, Issuer, Reply, published};
use serde_json::json;
use testing::DynamoDb;

use crate::Ctx;
use crate::domain::Cart;
use crate::neighbours::Neighbours;
use crate::table::{SCHEMA, cart_key};

/// What is for sale in tests: whatever was put on the shelf, by stores that were opened or sell on usual terms.
#[derive(Default)]
pub(crate) struct Shelf {
    offers: Mutex<HashMap<VariantId, Offer>>,
    terms: Mutex<HashMap<StoreId, Option<StoreTerms>>>,
}

impl Shelf {
    pub(crate) fn put(&self, offer: &Offer) {
        self.offers.lock().unwrap().insert(offer.variant_id, offer.clone());
    }

    pub(crate) fn take(&self, offer: &Offer) {
        self.offers.lock().unwrap().remove(&offer.variant_id);
    }

    pub(crate) fn open(&self, terms: &StoreTerms) {
        self.terms.lock().unwrap().insert(terms.store_id, Some(terms.clone()));
    }

    fn get(&self, product: ProductId, variant: VariantId) -> Option<Offer> {
        self.offers.lock().unwrap().get(&variant).filter(|offer| offer.product_id == product).cloned()
    }
}

impl Neighbours for Shelf {
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>> {
        Box::pin(async move { Ok(self.get(product, variant)) })
    }

    fn offers(&self, variants: Vec<VariantRef>) -> BoxFuture<'_, Result<Vec<Offer>, CallError>> {
        assert!((1..=100).contains(&variants.len()), "tech-product answers 1 to 100");
        Box::pin(async move { Ok(variants.iter().filter_map(|v| self.get(v.product_id, v.variant_id)).collect()) })
    }

    fn terms(&self, store: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>> {
        let known = self.terms.lock().unwrap().get(&store).cloned();
        Box::pin(async move { Ok(known.unwrap_or_else(|| Some(terms(store)))) })
    }
}

pub(crate) fn terms(store_id: StoreId) -> StoreTerms {
    StoreTerms {
        store_id,
        name: "Do'kon".to_owned(),
        status: StoreStatus::Active,
        vat_registered: true,
        commission_basis_points: 500,
        products_max: 50,
        shipping_fees: Vec::new(),
        free_shipping_from: Money::tiyin(100_000_000),
        payment_methods: PaymentMethod::ALL.to_vec(),
        auto_accept: false,
        reviews: true,
    }
}

pub(crate) fn offer(name: &str) -> Offer {
    Offer {
        product_id: ProductId::derived(name),
        variant_id: VariantId::derived(name),
        store_id: StoreId::derived("store"),
        title: Localized::new(format!("{name} uz"), format!("{name} ru"), format!("{name} en")),
        sku: name.to_owned(),
        unit_price: Money::tiyin(15_000_000),
        available: 50,
        active: true,
        vat_rate: Some(12),
    }
}

pub(crate) struct World {
    pub(crate) ctx: Ctx,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) db: DynamoDb,
    issuer: Issuer,
}

pub(crate) async fn world() -> World {
    let db = DynamoDb::start().await;
    let name = db.create_table(&SCHEMA.properties()).await;
    let shelf = Arc::new(Shelf::default());
    let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
    let issuer = Issuer::new(clock.clone());
    let ctx = Ctx {
        table: Table::new(db.client(), name),
        clock,
        entropy: Arc::new(SeededEntropy::new(1)),
        neighbours: shelf.clone(),
        gate: Gate::new().with_tokens(issuer.tokens()),
    };
    World { ctx, shelf, db, issuer }
}

pub(crate) fn shopper() -> UserId {
    UserId::derived("shopper")
}

impl World {
    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(crate::http::api(), self.ctx.clone())).await
    }

    /// By a shopper: with the token for what verifies it itself, and as the gateway lets them through elsewhere.
    pub(crate) async fn by(&self, user: UserId, call: Call) -> Reply {
        let role = PlatformRole::Customer;
        self.send(call.user(user, role).bearer(&self.issuer.token(user, role))).await
    }

    /// By the guest who carries `session`.
    pub(crate) async fn as_guest(&self, session: &str, call: Call) -> Reply {
        self.send(call.header("cart-session", session)).await
    }

    /// The row of that cart as DynamoDB has it.
    pub(crate) async fn item(&self, owner: CartOwner) -> HashMap<String, AttributeValue> {
        let key = cart_key(owner);
        let (pk, sk) = (AttributeValue::S(key.pk), AttributeValue::S(key.sk));
        let answer = self.db.client().get_item().table_name(self.ctx.table.name()).key("PK", pk).key("SK", sk);
        answer.consistent_read(true).send().await.unwrap().item.unwrap_or_default()
    }

    /// What the publisher tells when it sees the row as it is now, by variant: pieces that came, or went (negative).
    pub(crate) async fn told(&self, owner: CartOwner) -> Vec<(VariantId, i64, bool)> {
        let item = self.item(owner).await;
        let text = |name: &str| item.get(name).map(|value| json!({"S": value.as_s().unwrap()}));
        let image = json!({"row": text("row"), "carried": text("carried")});
        let record = json!({"dynamodb": {"SequenceNumber": "1", "NewImage": image}});
        let told = published(json!({"Records": [record]})).into_iter().map(|(to, event)| {
            assert_eq!(to, Service::Analytics);
            match event.fact {
                Fact::CartItemAdded(it) => (it.owner, it.variant_id, i64::from(it.quantity), it.first_of_store),
                Fact::CartItemRemoved(it) => (it.owner, it.variant_id, -i64::from(it.quantity), it.first_of_store),
                other => panic!("a cart does not tell {}", other.name()),
            }
        });
        told.map(|(of, variant, quantity, first)| {
            assert_eq!(of, owner);
            (variant, quantity, first)
        })
        .collect()
    }

    /// Gives the shopper a cart of `count` lines, one piece each, all for sale at `price` tiyin.
    pub(crate) async fn fill(&self, count: u32, price: i64) {
        let mut cart = Cart::new(CartOwner::User(shopper()), self.ctx.clock.now());
        for n in 0..count {
            let offer = Offer { unit_price: Money::tiyin(price), ..offer(&n.to_string()) };
            self.shelf.put(&offer);
            cart.add(&offer, 1, CartItemId::derived(&n.to_string()), 1).unwrap();
        }
        self.ctx.table.create(&cart).await.unwrap();
    }

    /// A guest's new session.
    pub(crate) async fn session(&self) -> String {
        let reply = self.send(Call::new("POST", "/v1/cart/session")).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["session"].as_str().unwrap().to_owned()
    }
}

/// A sample event of `events/`.
pub(crate) fn sample(name: &str) -> serde_json::Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
