use contracts::{CartItem, CartLine, CartOwner, Offer, VariantRef};
use domain::{CartItemId, Localized, Money, MoneyError, ProductId, StoreId, VariantId};
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
}

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

    /// Takes over what the shopper is shown now; whether that is something else.
    pub(super) fn refresh(&mut self, offer: &Offer) -> bool {
        let same = self.store_id == offer.store_id && self.title == offer.title && self.unit_price == offer.unit_price;
        if !same {
            self.store_id = offer.store_id;
            self.title = offer.title.clone();
            self.unit_price = offer.unit_price;
        }
        !same
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
