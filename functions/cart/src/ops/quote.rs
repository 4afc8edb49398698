use std::collections::HashMap;

use contracts::{CHECKOUT_STORES_MAX, Offer, PaymentMethod, StoreTerms, VariantRef};
use domain::{Region, StoreId};
use dynamodb::Error;
use futures::future::try_join;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::change::pause;
use super::{CartError, Visitor};
use crate::Ctx;
use crate::domain::{Cart, Quote};

/// How often a quote is worked out again because the cart changed meanwhile.
const ATTEMPTS_MAX: u32 = 5;

/// Stores asked at once: what one checkout may hold.
const STORES_TOGETHER: usize = CHECKOUT_STORES_MAX;

/// Ask what a cart costs today.
#[derive(Debug, Clone)]
pub struct AskQuote {
    /// Whose.
    pub visitor: Visitor,
    /// Where it would go.
    pub region: Region,
    /// How it would be paid.
    pub payment_method: Option<PaymentMethod>,
}

/// A quote, and the version of the cart that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The quote.
    pub quote: Quote,
    /// What `POST /v1/orders` is to be told.
    pub cart_version: u64,
}

/// Prices the cart by today's offers and terms. Prices that changed are taken over into the cart: the shopper sees them
/// in the answer, and orders at them.
pub async fn quote(ctx: &Ctx, command: AskQuote) -> Result<Quoted, CartError> {
    let AskQuote { visitor, region, payment_method } = command;
    for _ in 0..ATTEMPTS_MAX {
        let now = ctx.clock.now();
        let (read, cart) = visitor.cart(&ctx.table, now).await?;
        let (offers, terms) = try_join(offers(ctx, &cart), terms(ctx, &cart)).await?;
        let quote = Quote::of(&cart, &offers, &terms, region, payment_method, now)?;
        let mut seen = cart;
        let (Some(read), true) = (&read, seen.requote(&offers, now)) else {
            return Ok(Quoted { quote, cart_version: read.map_or(0, |read| read.version()) });
        };
        match ctx.table.replace(read, seen).await {
            Ok(written) => return Ok(Quoted { quote, cart_version: written.version() }),
            Err(Error::Refused(_)) => pause(&*ctx.entropy).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(CartError::Contended)
}

async fn offers(ctx: &Ctx, cart: &Cart) -> Result<HashMap<VariantRef, Offer>, CartError> {
    if cart.lines.is_empty() {
        return Ok(HashMap::new());
    }
    let offers = ctx.neighbours.offers(cart.lines.iter().map(crate::domain::Line::variant).collect()).await?;
    let variant = |offer: &Offer| VariantRef { product_id: offer.product_id, variant_id: offer.variant_id };
    Ok(offers.into_iter().map(|offer| (variant(&offer), offer)).collect())
}

async fn terms(ctx: &Ctx, cart: &Cart) -> Result<HashMap<StoreId, StoreTerms>, CartError> {
    let asked = stream::iter(cart.stores()).map(|store| ctx.neighbours.terms(store)).buffered(STORES_TOGETHER);
    let known: Vec<Option<StoreTerms>> = asked.try_collect().await?;
    Ok(known.into_iter().flatten().map(|terms| (terms.store_id, terms)).collect())
}
