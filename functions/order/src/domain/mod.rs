//! The rules of checkouts and orders. Pure.

mod address;
mod cash;
mod fulfilment;
mod number;
mod order;
mod payment;
mod placed;

pub use address::{Address, AddressError};
pub use cash::{CASH_ORDER_MAX, CashRefusal, OPEN_CASH_ORDERS_MAX, allow_cash};
pub use fulfilment::{ForbiddenMove, Fulfilment, Move, Return};
pub use number::{OrderNumber, OrderNumberError};
pub(crate) use order::Placing;
pub use order::{Order, OrderLine};
pub use payment::{PaymentMethod, PaymentStatus};
pub use placed::{PlacedCheckout, PlacedOrder};
pub use ::pricing::{Item, Priced, PricedLine, VatShare, price, shipping_fee};
