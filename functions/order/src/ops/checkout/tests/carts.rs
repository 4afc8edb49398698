//! Carts as they come.

use contracts::{CartLine, PaymentMethod};
use domain::Money;
use proptest::prelude::*;

use super::orders;
use crate::ops::whole::Checkout;
use crate::ops::{Doer, Place, book, place};
use crate::table::{LedgerRow, store_partition};
use crate::testkit::{command, line, shopper, world};

fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    Money::sum(amounts).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is bought from however many stores: each part sums to its total, the totals to what is paid, and what is paid
    /// stands in the books.
    #[test]
    fn every_part_of_every_order_sums_to_its_total(
        things in prop::collection::vec((0_usize..3, 1_u32..=10, 1_i64..200_000_000), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let w = world().await;
            w.store(crate::testkit::terms("c"));
            let bought = |(n, (store, quantity, tiyin)): (usize, &(usize, u32, i64))| {
                let (name, unit_price) = (format!("thing-{n}"), Money::tiyin(*tiyin));
                w.stock(&name, 10, unit_price);
                CartLine { unit_price, ..line(["a", "b", "c"][*store], &name, *quantity) }
            };
            w.cart(shopper(), 7, things.iter().enumerate().map(bought).collect());
            let payme = Place { method: PaymentMethod::Payme, ..command(shopper(), "key-0001") };
            let placed = place(&w.ctx, &payme).await.unwrap();
            let orders = orders(&w).await;
            for order in &orders {
                assert_eq!(sum(order.lines.iter().map(|line| line.total)), order.subtotal);
                assert_eq!(sum([order.subtotal, order.shipping]).checked_sub(order.discount), Ok(order.total));
                let vat = sum(order.lines.iter().map(|line| line.vat).chain([order.shipping_vat]));
                assert_eq!((vat, sum(order.vat_by_rate.iter().map(|share| share.vat))), (order.vat, order.vat));
            }
            assert_eq!(sum(orders.iter().map(|order| order.total)), placed.total);
            let checkout = Checkout::load(&w.ctx.table, placed.checkout_id).await.unwrap().unwrap();
            assert_eq!(checkout.payment.amount, placed.total);
            let doer = Doer::itself(&w.ctx, placed.checkout_id);
            w.ctx.table.commit(book::paid(dynamodb::Tx::new(), &checkout, &doer).unwrap()).await.unwrap();
            let mut taken = Vec::new();
            for order in &orders {
                for row in w.rows::<LedgerRow>(store_partition(order.store_id), "LEDGER#").await {
                    assert_eq!(sum(row.entries.iter().map(|entry| entry.amount)).minor(), 0);
                    taken.extend(row.entries.iter().filter(|e| e.account == "PSP:payme").map(|e| e.amount));
                }
            }
            assert_eq!(sum(taken), placed.total);
        });
    }
}
