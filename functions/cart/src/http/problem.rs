use domain::Localized;
use http::{HeaderValue, header};
use lambda::http::{Problem, kinds};

use crate::domain::{LINES_MAX, QUANTITY_MAX, Refusal, SAVED_MAX};
use crate::ops::CartError;

lambda::problems! {
    /// The cart holds as many lines as it can.
    CART_FULL = 409, "cart-full", "Savatcha to'la", "Корзина заполнена", "The cart is full";
    /// As many lines as possible are saved for later.
    SAVED_FULL = 409, "saved-full", "Saqlanganlar ro'yxati to'la", "Список отложенного заполнен",
        "No more can be saved for later";
    /// Fewer pieces are left than asked for; `requested` and `available` say how many.
    STOCK_SHORT = 409, "stock-short", "Omborda yetarli emas", "Недостаточно на складе", "Not enough in stock";
    /// The product is not published.
    NOT_FOR_SALE = 409, "not-for-sale", "Mahsulot sotuvda emas", "Товар не продаётся", "The product is not for sale";
    /// There is no such variant.
    UNKNOWN_VARIANT = 404, "unknown-variant", "Bunday mahsulot yo'q", "Такого товара нет", "There is no such product";
    /// Neither a token nor a session: `open` says where a session is opened.
    SESSION_REQUIRED = 401, "cart-session-required", "Tizimga kiring yoki mehmon savatchasini oching",
        "Войдите в систему или откройте гостевую корзину", "Sign in, or open a cart session";
    /// The session is forged, over, or its cart went into a shopper's: `open` says where a new one is opened.
    SESSION_OVER = 401, "cart-session-over", "Mehmon savatchasi yopilgan, yangisini oching",
        "Гостевая корзина закрыта, откройте новую", "The cart session is over, open a new one";
    /// The address opened many sessions: `Retry-After`.
    TOO_MANY_SESSIONS = 429, "too-many-cart-sessions", "Bu manzildan juda ko'p savatcha ochildi",
        "С этого адреса открыто слишком много корзин", "Too many cart sessions were opened from this address";
}

impl From<CartError> for Problem {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Refused(refusal) => refused(refusal),
            CartError::NoSession => Self::of(&SESSION_OVER).with("open", "/v1/cart/session"),
            CartError::TooManySessions { seconds } => {
                Self::of(&TOO_MANY_SESSIONS).header(header::RETRY_AFTER, HeaderValue::from(seconds))
            }
            CartError::UnknownVariant => Self::of(&UNKNOWN_VARIANT),
            CartError::Contended => Self::of(&kinds::CONFLICT),
            CartError::Money(error) => error.into(),
            CartError::Call(error) => error.into(),
            CartError::Table(error) => error.into(),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Full => Problem::of(&CART_FULL).with("lines_max", LINES_MAX),
        Refusal::SavedFull => Problem::of(&SAVED_FULL).with("lines_max", SAVED_MAX),
        Refusal::Short { requested, available } => {
            Problem::of(&STOCK_SHORT).with("requested", requested).with("available", available)
        }
        Refusal::NotForSale => Problem::of(&NOT_FOR_SALE),
        Refusal::KeyReused => Problem::of(&kinds::IDEMPOTENCY_MISMATCH),
        Refusal::UnknownItem => Problem::of(&kinds::NOT_FOUND),
        Refusal::Quantity => {
            let why = Localized::new(
                format!("1 dan {QUANTITY_MAX} gacha bo'lishi kerak"),
                format!("должно быть от 1 до {QUANTITY_MAX}"),
                format!("must be 1 to {QUANTITY_MAX}"),
            );
            Problem::field("quantity", why)
        }
    }
}
