use lambda::http::{Problem, kinds};

use crate::domain::{LINES_MAX, Refusal};
use crate::ops::ChangeError;

lambda::problems! {
    /// The cart holds as many lines as it can.
    CART_FULL = 409, "cart-full", "Savatcha to'la", "Корзина заполнена", "The cart is full";
    /// Fewer pieces are left than asked for; `requested` and `available` say how many.
    STOCK_SHORT = 409, "stock-short", "Omborda yetarli emas", "Недостаточно на складе", "Not enough in stock";
    /// The product is not published.
    NOT_FOR_SALE = 409, "not-for-sale", "Mahsulot sotuvda emas", "Товар не продаётся", "The product is not for sale";
    /// There is no such variant.
    UNKNOWN_VARIANT = 404, "unknown-variant", "Bunday mahsulot yo'q", "Такого товара нет", "There is no such product";
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(Refusal::Full) => Self::of(&CART_FULL).with("lines_max", LINES_MAX),
            ChangeError::Refused(Refusal::Short { requested, available }) => {
                Self::of(&STOCK_SHORT).with("requested", requested).with("available", available)
            }
            ChangeError::Refused(Refusal::NotForSale) => Self::of(&NOT_FOR_SALE),
            ChangeError::Refused(Refusal::KeyReused) => Self::of(&kinds::IDEMPOTENCY_MISMATCH),
            ChangeError::Refused(Refusal::UnknownItem) => Self::of(&kinds::NOT_FOUND),
            ChangeError::Refused(refusal @ Refusal::Quantity) => Self::field("quantity", refusal),
            ChangeError::UnknownVariant => Self::of(&UNKNOWN_VARIANT),
            ChangeError::Contended => Self::of(&kinds::CONFLICT),
            ChangeError::Catalogue(error) => error.into(),
            ChangeError::Table(error) => error.into(),
        }
    }
}
