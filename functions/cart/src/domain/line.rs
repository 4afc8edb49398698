use contracts::{CartItem, CartLine, CartOwner, Offer, VariantRef};
use domain::{CartItemId, Localized, Money, MoneyError, ProductId, StoreId, Timestamp, VariantId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Pieces of one variant in a cart.
pub const QUANTITY_MAX: u32 = 50;

/// One variant in a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What the shopper calls it by.
    pub item_id: CartItemId,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// As the shopper saw it last.
    pub title: Localized,
    /// 1 to [`QUANTITY_MAX`].
    pub quantity: u32,
    /// The price of one as the shopper saw it last.
    pub unit_price: Money,
    /// The version of the cart that the line came with: a checkout of an earlier version did not buy it.
    pub since_version: u64,
    /// The price before a quote took over another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) earlier: Option<EarlierPrice>,
}

/// A price that a quote replaced: told again for a while, in case its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EarlierPrice {
    unit_price: Money,
    until: Timestamp,
}

/// How long a new price is told again.
const TOLD_AGAIN_FOR: SignedDuration = SignedDuration::from_mins(10);

impl Line {
    /// The price of all pieces.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }

    /// Whether the line is of that variant.
    pub fn is(&self, product: ProductId, variant: VariantId) -> bool {
        self.product_id == product && self.variant_id == variant
    }

    /// The variant.
    pub const fn variant(&self) -> VariantRef {
        VariantRef { product_id: self.product_id, variant_id: self.variant_id }
    }

    /// Takes over what the shopper is shown as they change the line.
    pub(super) fn refresh(&mut self, offer: &Offer) {
        self.store_id = offer.store_id;
        self.title = offer.title.clone();
        self.unit_price = offer.unit_price;
        self.earlier = None;
    }

    /// Takes over what a quote shows; whether that is something else.
    pub(super) fn requote(&mut self, offer: &Offer, now: Timestamp) -> bool {
        let same = self.store_id == offer.store_id && self.title == offer.title && self.unit_price == offer.unit_price;
        if !same {
            let unit_price = self.price_last_told(now);
            self.refresh(offer);
            let until = now.checked_add(TOLD_AGAIN_FOR).unwrap_or(now);
            self.earlier = (unit_price != offer.unit_price).then_some(EarlierPrice { unit_price, until });
        }
        !same
    }

    /// The price that the shopper saw for certain: not one that was taken over a moment ago.
    pub(super) fn price_last_told(&self, now: Timestamp) -> Money {
        self.earlier.filter(|earlier| now < earlier.until).map_or(self.unit_price, |earlier| earlier.unit_price)
    }

    /// What is told of `quantity` of its pieces that come or go.
    pub(super) const fn told(&self, owner: CartOwner, quantity: u32, first_of_store: bool) -> CartItem {
        let Self { product_id, variant_id, store_id, .. } = *self;
        CartItem { owner, product_id, variant_id, store_id, quantity, first_of_store }
    }
}

impl From<&Line> for CartLine {
    fn from(line: &Line) -> Self {
        Self {
            product_id: line.product_id,
            variant_id: line.variant_id,
            store_id: line.store_id,
            quantity: line.quantity,
            unit_price: line.unit_price,
        }
    }
}
