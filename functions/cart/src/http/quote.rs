use contracts::PaymentMethod;
use domain::{CartItemId, Locale, Money, ProductId, Region, StoreId, VariantId};
use pricing::VatShare;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Change, Obstacle, QuotedLine, StoreQuote};
use crate::ops::Quoted;

/// What the cart costs today.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Quote")]
pub(super) struct QuoteAnswer {
    /// Whether `POST /v1/orders` takes the cart as it is.
    acceptable: bool,
    /// What to send to `POST /v1/orders`: any change of the cart since is a 409.
    cart_version: u64,
    /// What to send to `POST /v1/orders`; none while the cart is not acceptable.
    expected_total: Option<Money>,
    /// Where the shipping is to.
    region: Region,
    /// One order each.
    stores: Vec<StoreAnswer>,
    /// Lines that are not as the shopper saw them last. Lines that cannot be bought as they are count nowhere.
    changes: Vec<Change>,
    /// Why the cart as a whole cannot be ordered.
    obstacles: Vec<Obstacle>,
    /// What every store takes.
    payment_methods: Vec<PaymentMethod>,
    subtotal: Money,
    shipping: Money,
    /// Contained in `total`.
    vat: Money,
    total: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoreQuote")]
struct StoreAnswer {
    store_id: StoreId,
    name: String,
    lines: Vec<QuotedLineAnswer>,
    subtotal: Money,
    shipping: Money,
    /// Contained in `shipping`, and in `vat`.
    shipping_vat: Money,
    /// Contained in `total`.
    vat: Money,
    vat_by_rate: Vec<VatShare>,
    total: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "QuotedLine")]
struct QuotedLineAnswer {
    item_id: CartItemId,
    product_id: ProductId,
    variant_id: VariantId,
    title: String,
    quantity: u32,
    unit_price: Money,
    /// Percent; none when no VAT is charged.
    vat_percent: Option<u32>,
    /// Contained in `total`.
    vat: Money,
    total: Money,
}

impl QuoteAnswer {
    pub(super) fn new(quoted: Quoted, locale: Locale) -> Self {
        let Quoted { quote, cart_version } = quoted;
        let acceptable = quote.acceptable();
        Self {
            acceptable,
            cart_version,
            expected_total: acceptable.then_some(quote.total),
            region: quote.region,
            stores: quote.stores.into_iter().map(|store| StoreAnswer::new(store, locale)).collect(),
            changes: quote.changes,
            obstacles: quote.obstacles,
            payment_methods: quote.payment_methods,
            subtotal: quote.subtotal,
            shipping: quote.shipping,
            vat: quote.vat,
            total: quote.total,
        }
    }
}

impl StoreAnswer {
    fn new(store: StoreQuote, locale: Locale) -> Self {
        let priced = store.priced;
        Self {
            store_id: store.store_id,
            name: store.name,
            lines: store.lines.iter().map(|line| QuotedLineAnswer::new(line, locale)).collect(),
            subtotal: priced.subtotal,
            shipping: priced.shipping,
            shipping_vat: priced.shipping_vat,
            vat: priced.vat,
            vat_by_rate: priced.vat_by_rate,
            total: priced.total,
        }
    }
}

impl QuotedLineAnswer {
    fn new(line: &QuotedLine, locale: Locale) -> Self {
        Self {
            item_id: line.item_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            title: line.title.get(locale).to_owned(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            vat_percent: line.priced.vat_percent,
            vat: line.priced.vat,
            total: line.priced.total,
        }
    }
}
