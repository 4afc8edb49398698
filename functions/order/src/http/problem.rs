use http::{HeaderValue, header};
use lambda::http::{Problem, kinds};

use crate::domain::{CASH_ORDER_MAX, CashRefusal, OPEN_CASH_ORDERS_MAX};
use crate::ops::checkout::{LINES_MAX, STORES_MAX};
use crate::ops::{MoveError, PlaceError, RefundError};

lambda::problems! {
    /// Nothing to buy.
    CART_EMPTY = 409, "cart-empty", "Savatcha bo'sh", "Корзина пуста", "The cart is empty";
    /// Not the cart that the shopper looked at; `cart_version` and `lines` say what it is now.
    CART_CHANGED = 409, "cart-changed", "Savatcha o'zgargan", "Корзина изменилась", "The cart has changed";
    /// Another checkout bought this cart; `checkout_id` says which.
    ALREADY_ORDERED = 409, "cart-already-ordered", "Bu savatcha allaqachon buyurtma qilingan",
        "Эта корзина уже заказана", "This cart was ordered already";
    /// The last purchase is just leaving the cart.
    CART_SETTLING = 409, "cart-settling", "Oldingi buyurtma savatchadan chiqarilmoqda, qayta urinib ko'ring",
        "Прошлый заказ ещё убирается из корзины, попробуйте снова", "The last order is just leaving the cart, try again";
    /// Too many lines or stores at once.
    TOO_LARGE = 422, "checkout-too-large", "Buyurtma juda katta", "Заказ слишком большой", "The checkout is too large";
    /// Stores that do not sell at the moment; `stores` lists them.
    STORE_NOT_SELLING = 409, "store-not-selling", "Do'kon hozir sotmayapti", "Магазин сейчас не продаёт",
        "A store does not sell at the moment";
    /// Not the total that was agreed to; `total` is today's.
    TOTAL_CHANGED = 409, "total-changed", "Umumiy summa o'zgargan", "Итоговая сумма изменилась", "The total has changed";
    /// Too few are left; `lines` says how many of each.
    STOCK_SHORT = 409, "stock-short", "Omborda yetarli emas", "Недостаточно на складе", "Not enough in stock";
    /// Prices are others today; `lines` says which.
    PRICE_CHANGED = 409, "price-changed", "Narx o'zgargan", "Цена изменилась", "A price has changed";
    /// The country's limit on cash.
    CASH_AMOUNT = 422, "cash-amount-limit", "Bu summani naqd to'lab bo'lmaydi", "Эту сумму нельзя оплатить наличными",
        "This amount cannot be paid in cash";
    /// Too many open cash orders.
    CASH_ORDERS = 422, "cash-orders-limit", "Naqd to'lovli ochiq buyurtmalar juda ko'p",
        "Слишком много открытых заказов с оплатой наличными", "Too many open orders are to be paid in cash";
    /// Stores that do not take the payment; `stores` lists them.
    METHOD_NOT_TAKEN = 409, "payment-method-not-taken", "Do'kon bu to'lov turini qabul qilmaydi",
        "Магазин не принимает этот способ оплаты", "A store does not take this payment";
    /// No such saved address.
    UNKNOWN_ADDRESS = 422, "unknown-address", "Bunday manzil yo'q", "Такого адреса нет", "There is no such address";
    /// The table of moves has no such move; `from` and `to` say which.
    MOVE_FORBIDDEN = 409, "move-forbidden", "Buyurtmani bu holatga o'tkazib bo'lmaydi",
        "Заказ нельзя перевести в это состояние", "The order cannot go there from where it is";
    /// Packed or later: `fulfilment` says where it is.
    TOO_LATE = 409, "too-late-to-cancel", "Endi bekor qilib bo'lmaydi, do'konga murojaat qiling",
        "Отменить уже нельзя, обратитесь в магазин", "It is too late to cancel, ask the store";
    /// A provider's transaction is open.
    PAYMENT_UNDER_WAY = 409, "payment-under-way", "To'lov amalga oshirilmoqda", "Оплата выполняется",
        "The payment is under way";
    /// Nothing is held for the order any more, and `lines` cannot be held anew.
    NOT_HELD = 409, "stock-not-held", "Buyurtma mahsulotlari band qilinmagan: qoldiq va narxni tekshiring yoki bekor qiling",
        "Товары заказа больше не зарезервированы: проверьте остаток и цену или отмените заказ",
        "The order's goods are not held any more: check stock and price, or cancel it";
    /// The buyer has the money already: by the transfer `reference`, since `completed_at`.
    REFUND_COMPLETED = 409, "refund-completed", "Pul allaqachon qaytarilgan", "Деньги уже возвращены",
        "The money was returned already";
}

impl From<MoveError> for Problem {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::NotFound => Self::of(&kinds::NOT_FOUND),
            MoveError::Forbidden(forbidden) => {
                Self::of(&MOVE_FORBIDDEN).with("from", forbidden.from).with("to", forbidden.to)
            }
            MoveError::TooLate(at) => Self::of(&TOO_LATE).with("fulfilment", at),
            MoveError::PaymentUnderWay => Self::of(&PAYMENT_UNDER_WAY),
            MoveError::NotHeld(lines) => Self::of(&NOT_HELD).with("lines", lines),
            MoveError::Contended => Self::of(&kinds::CONFLICT),
            MoveError::Call(error) => error.into(),
            MoveError::Table(error) => error.into(),
            MoveError::Bug(cause) => Self::internal(cause),
        }
    }
}

impl From<RefundError> for Problem {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NotFound => Self::of(&kinds::NOT_FOUND),
            RefundError::Completed { reference, at } => {
                Self::of(&REFUND_COMPLETED).with("reference", reference).with("completed_at", at)
            }
            RefundError::Contended => Self::of(&kinds::CONFLICT),
            RefundError::Table(error) => error.into(),
            RefundError::Bug(cause) => Self::internal(cause),
        }
    }
}

impl From<PlaceError> for Problem {
    fn from(error: PlaceError) -> Self {
        let soon = |problem: Self| problem.header(header::RETRY_AFTER, HeaderValue::from_static("1"));
        match error {
            PlaceError::InFlight => soon(Self::of(&kinds::IDEMPOTENCY_IN_FLIGHT)),
            PlaceError::KeyReused => Self::of(&kinds::IDEMPOTENCY_MISMATCH),
            PlaceError::CartEmpty => Self::of(&CART_EMPTY),
            PlaceError::CartChanged { version, lines } => {
                Self::of(&CART_CHANGED).with("cart_version", version).with("lines", lines)
            }
            PlaceError::AlreadyOrdered(checkout) => Self::of(&ALREADY_ORDERED).with("checkout_id", checkout),
            PlaceError::CartSettling => soon(Self::of(&CART_SETTLING)),
            PlaceError::TooLarge => Self::of(&TOO_LARGE).with("lines_max", LINES_MAX).with("stores_max", STORES_MAX),
            PlaceError::StoresNotSelling(stores) => Self::of(&STORE_NOT_SELLING).with("stores", stores),
            PlaceError::UnknownAddress => Self::of(&UNKNOWN_ADDRESS),
            PlaceError::MethodNotTaken(stores) => Self::of(&METHOD_NOT_TAKEN).with("stores", stores),
            PlaceError::TotalChanged(total) => Self::of(&TOTAL_CHANGED).with("total", total),
            PlaceError::StockShort(lines) => Self::of(&STOCK_SHORT).with("lines", lines),
            PlaceError::PriceChanged(lines) => Self::of(&PRICE_CHANGED).with("lines", lines),
            PlaceError::Cash(CashRefusal::Amount(total)) => {
                Self::of(&CASH_AMOUNT).with("limit", CASH_ORDER_MAX).with("total", total)
            }
            PlaceError::Cash(CashRefusal::TooManyOpen { open }) => {
                Self::of(&CASH_ORDERS).with("limit", OPEN_CASH_ORDERS_MAX).with("open", open)
            }
            PlaceError::Contended => soon(Self::of(&kinds::CONFLICT)),
            PlaceError::Money(error) => error.into(),
            PlaceError::Call(error) => error.into(),
            PlaceError::Table(error) => error.into(),
            PlaceError::Bug(cause) => Self::internal(cause),
        }
    }
}
