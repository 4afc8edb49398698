use domain::Money;

/// The country's limit on cash since April 2026: 25,000,000 so'm an order.
pub const CASH_ORDER_MAX: Money = Money::tiyin(25_000_000 * 100);

/// Open cash orders a user may have, those of the checkout included.
pub const OPEN_CASH_ORDERS_MAX: u32 = 3;

/// Why orders cannot be paid in cash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CashRefusal {
    /// An order costs more than [`CASH_ORDER_MAX`].
    #[error("an order of {0} is above the limit on cash")]
    Amount(Money),
    /// There would be more than [`OPEN_CASH_ORDERS_MAX`].
    #[error("{open} cash orders are open already")]
    TooManyOpen {
        /// Open before this checkout.
        open: u32,
    },
}

/// Whether orders of these totals may be paid in cash by somebody with `open` cash orders.
pub fn allow_cash(totals: &[Money], open: u32) -> Result<(), CashRefusal> {
    let above =
        |total: &&Money| total.currency() != CASH_ORDER_MAX.currency() || total.minor() > CASH_ORDER_MAX.minor();
    if let Some(total) = totals.iter().find(above) {
        return Err(CashRefusal::Amount(*total));
    }
    let more = u32::try_from(totals.len()).unwrap_or(u32::MAX);
    if open.saturating_add(more) > OPEN_CASH_ORDERS_MAX {
        return Err(CashRefusal::TooManyOpen { open });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cash_has_a_limit_an_order_and_a_limit_of_orders() {
        let (max, more) = (CASH_ORDER_MAX, Money::tiyin(CASH_ORDER_MAX.minor() + 1));
        for (totals, open, allowed) in [
            (vec![max], 0, Ok(())),
            (vec![max, more], 0, Err(CashRefusal::Amount(more))),
            (vec![max; 3], 0, Ok(())),
            (vec![max], 2, Ok(())),
            (vec![max], 3, Err(CashRefusal::TooManyOpen { open: 3 })),
            (vec![max; 2], 2, Err(CashRefusal::TooManyOpen { open: 2 })),
            (vec![max; 4], 0, Err(CashRefusal::TooManyOpen { open: 0 })),
        ] {
            assert_eq!(allow_cash(&totals, open), allowed);
        }
    }
}
