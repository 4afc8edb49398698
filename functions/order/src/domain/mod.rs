//! The rules of checkouts and orders. Pure.

mod address;
mod cash;
mod clocks;
mod fulfilment;
mod ledger;
mod number;
mod order;
mod party;
mod payment;
mod placed;
mod refund;

pub use ::pricing::{Item, Priced, PricedLine, VatShare, price, shipping_fee};
pub use address::{AddressError, checked};
pub use cash::{CASH_ORDER_MAX, CashRefusal, OPEN_CASH_ORDERS_MAX, allow_cash};
pub use clocks::Clocks;
pub use fulfilment::{ForbiddenMove, Move, Return, after, enter, is_held, is_on_its_way, is_over};
pub use ledger::{
    Account, Entry, LedgerKind, commission, delivered, entries_sum, paid_in_advance, refund_due, refunded,
};
pub use number::{OrderNumber, OrderNumberError};
pub(crate) use order::Placing;
pub use order::{Order, OrderLine};
pub use party::Party;
pub use payment::{PaymentStatus, accepted, first_fulfilment};
pub use placed::{PlacedCheckout, PlacedOrder};
pub use refund::{PaidFrom, Refund, RefundStatus, Repaid};
