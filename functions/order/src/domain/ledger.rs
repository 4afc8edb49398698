//! The platform's books: signed integers, debit positive; the entries of one transaction sum to zero.

use std::fmt;

use contracts::PaymentMethod;
use domain::{Money, MoneyError, OrderId, StoreId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Order, PaidFrom};

/// VAT on the platform's own commission, percent.
const COMMISSION_VAT_PERCENT: u32 = 12;

/// Whose money, or what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// With Payme, not settled yet.
    PspPayme,
    /// At the platform's bank.
    Bank,
    /// What a buyer of an order owes.
    Buyer(OrderId),
    /// What is to be paid back of an order.
    RefundDue(OrderId),
    /// A seller's, while the return window is open.
    SellerPending(StoreId),
    /// A seller's, to be paid out.
    Seller(StoreId),
    /// Cash that a store took.
    CashStore(StoreId),
    /// The platform's earning.
    Commission,
    /// VAT that the platform owes.
    VatOut,
}

/// As the books write it: `SELLER_PENDING:<store>`.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PspPayme => f.write_str("PSP:payme"),
            Self::Bank => f.write_str("BANK"),
            Self::Buyer(order) => write!(f, "BUYER:{order}"),
            Self::RefundDue(order) => write!(f, "REFUND_DUE:{order}"),
            Self::SellerPending(store) => write!(f, "SELLER_PENDING:{store}"),
            Self::Seller(store) => write!(f, "SELLER:{store}"),
            Self::CashStore(store) => write!(f, "CASH:store:{store}"),
            Self::Commission => f.write_str("COMMISSION"),
            Self::VatOut => f.write_str("VAT_OUT"),
        }
    }
}

/// One side of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LedgerEntry")]
pub struct Entry {
    /// Such as `COMMISSION` or `BUYER:<order>`.
    pub account: String,
    /// Debit positive.
    pub amount: Money,
}

/// What a transaction books. One of each kind an order: that is its idempotency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LedgerKind {
    /// The buyer paid in advance.
    Payment,
    /// The order reached its shopper: the sale and the commission; in cash also its payment.
    Delivery,
    /// Cancelled after it was paid: the buyer is owed.
    Cancellation,
    /// The buyer got it back.
    Refund,
}

impl LedgerKind {
    /// The name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "PAYMENT",
            Self::Delivery => "DELIVERY",
            Self::Cancellation => "CANCELLATION",
            Self::Refund => "REFUND",
        }
    }
}

fn entry(account: Account, amount: Money) -> Entry {
    Entry { account: account.to_string(), amount }
}

fn minus(amount: Money) -> Result<Money, MoneyError> {
    Money::new(0, amount.currency()).checked_sub(amount)
}

/// The sum of a transaction: zero, or it must not be written.
pub fn entries_sum(entries: &[Entry]) -> Result<Money, MoneyError> {
    Money::sum(entries.iter().map(|entry| entry.amount))
}

/// The commission on an order, and the VAT contained in it.
pub fn commission(order: &Order) -> Result<(Money, Money), MoneyError> {
    let commission = order.subtotal.checked_sub(order.discount)?.share(order.commission_basis_points)?;
    Ok((commission, commission.contained_tax(COMMISSION_VAT_PERCENT)?))
}

/// The buyer paid in advance, through Payme.
pub fn paid_in_advance(order: &Order) -> Result<Vec<Entry>, MoneyError> {
    Ok(vec![entry(Account::PspPayme, order.total), entry(Account::Buyer(order.order_id), minus(order.total)?)])
}

/// The order reached its shopper. The store delivers by itself, so shipping is its own; cash it took stays with it and is
/// set off against what it is owed.
pub fn delivered(order: &Order) -> Result<Vec<Entry>, MoneyError> {
    let (commission, vat) = commission(order)?;
    let (store, buyer) = (order.store_id, Account::Buyer(order.order_id));
    let mut entries = vec![
        entry(buyer, order.total),
        entry(Account::SellerPending(store), minus(order.total)?),
        entry(Account::SellerPending(store), commission),
        entry(Account::Commission, minus(commission.checked_sub(vat)?)?),
        entry(Account::VatOut, minus(vat)?),
    ];
    if order.payment_method == PaymentMethod::CashOnDelivery {
        entries.extend([
            entry(Account::CashStore(store), order.total),
            entry(buyer, minus(order.total)?),
            entry(Account::Seller(store), order.total),
            entry(Account::CashStore(store), minus(order.total)?),
        ]);
    }
    Ok(entries)
}

/// Cancelled before delivery, after it was paid.
pub fn refund_due(order: &Order) -> Result<Vec<Entry>, MoneyError> {
    let (buyer, due) = (Account::Buyer(order.order_id), Account::RefundDue(order.order_id));
    Ok(vec![entry(buyer, order.total), entry(due, minus(order.total)?)])
}

/// The buyer got it back.
pub fn refunded(order: &Order, from: PaidFrom) -> Result<Vec<Entry>, MoneyError> {
    let from = match from {
        PaidFrom::Bank => Account::Bank,
        PaidFrom::Provider => Account::PspPayme,
    };
    Ok(vec![entry(Account::RefundDue(order.order_id), order.total), entry(from, minus(order.total)?)])
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::testkit::{order_of, som};

    fn balance(transactions: &[Vec<Entry>], account: Account) -> i64 {
        let entries = transactions.iter().flatten().filter(|entry| entry.account == account.to_string());
        entries.map(|entry| entry.amount.minor()).sum()
    }

    #[test]
    fn a_sale_is_booked_as_the_rules_say() {
        // G 1,000,000 with delivery of 20,000 at 5%: commission 50,000, VAT in it 5,357.14.
        let order = order_of(PaymentMethod::Payme, som(1_000_000), som(20_000));
        assert_eq!(commission(&order), Ok((som(50_000), Money::tiyin(535_714))));
        let all = [paid_in_advance(&order).unwrap(), delivered(&order).unwrap()];
        assert_eq!(balance(&all, Account::Buyer(order.order_id)), 0);
        assert_eq!(balance(&all, Account::PspPayme), som(1_020_000).minor());
        assert_eq!(balance(&all, Account::SellerPending(order.store_id)), -som(970_000).minor());
        assert_eq!(balance(&all, Account::Commission), -(som(50_000).minor() - 535_714));
        assert_eq!(balance(&all, Account::VatOut), -535_714);
    }

    #[test]
    fn cash_stays_with_the_store_and_is_set_off() {
        let order = order_of(PaymentMethod::CashOnDelivery, som(1_000_000), som(20_000));
        let all = [delivered(&order).unwrap()];
        assert_eq!(balance(&all, Account::Buyer(order.order_id)), 0);
        assert_eq!(balance(&all, Account::CashStore(order.store_id)), 0);
        // What the platform is owed by the seller is the commission.
        let seller =
            balance(&all, Account::Seller(order.store_id)) + balance(&all, Account::SellerPending(order.store_id));
        assert_eq!(seller, som(50_000).minor());
    }

    proptest! {
        #[test]
        fn every_transaction_sums_to_zero_and_the_buyer_is_even_at_the_end(
            goods in 1..1_000_000_000_000_i64, shipping in 0..10_000_000_i64, rate in 0..3_000_u32, cash in any::<bool>(),
            cancelled in any::<bool>(), by_bank in any::<bool>(),
        ) {
            let method = if cash { PaymentMethod::CashOnDelivery } else { PaymentMethod::Payme };
            let mut order = order_of(method, Money::tiyin(goods), Money::tiyin(shipping));
            order.commission_basis_points = rate;
            let from = if by_bank { PaidFrom::Bank } else { PaidFrom::Provider };
            let mut all = Vec::new();
            if !cash {
                all.push(paid_in_advance(&order).unwrap());
            }
            match (cancelled, cash) {
                (true, true) => {}
                (true, false) => all.extend([refund_due(&order).unwrap(), refunded(&order, from).unwrap()]),
                (false, _) => all.push(delivered(&order).unwrap()),
            }
            for transaction in &all {
                prop_assert_eq!(entries_sum(transaction).unwrap().minor(), 0);
            }
            prop_assert_eq!(balance(&all, Account::Buyer(order.order_id)), 0);
            prop_assert_eq!(balance(&all, Account::RefundDue(order.order_id)), 0);
            let accounts: HashMap<_, i64> = all.iter().flatten().fold(HashMap::new(), |mut sums, entry| {
                *sums.entry(entry.account.clone()).or_default() += entry.amount.minor();
                sums
            });
            prop_assert_eq!(accounts.values().sum::<i64>(), 0);
        }
    }
}
