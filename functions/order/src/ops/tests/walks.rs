//! Any of what may happen to an order, in any order.

use proptest::prelude::*;

use super::refunds::repay;
use super::times::platform;
use super::*;
use crate::ops::{RefundError, advance_any};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever staff and shopper do in whatever order: the books sum to zero, what is over is even, and every piece is on
    /// the shelf, held, or gone.
    #[test]
    fn no_walk_loses_a_piece_or_a_tiyin(
        steps in prop::collection::vec(0_usize..14, 1..16), in_advance in any::<bool>(), pays_at in 0_usize..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let w = world().await;
            let method = if in_advance { PaymentMethod::Payme } else { PaymentMethod::CashOnDelivery };
            let placed = placed(&w, method).await;
            for (at, step) in steps.into_iter().enumerate() {
                let who = doer(&w);
                if at == pays_at {
                    pay(&w, &placed).await;
                }
                let done = match step {
                    0..=5 => advance(&w.ctx, a(), of_a(&placed), WAY[step], &who).await.map(|_| ()),
                    6 => advance(&w.ctx, a(), of_a(&placed), Failed, &who).await.map(|_| ()),
                    7 => cancel(&w.ctx, shopper(), of_a(&placed), &who).await.map(|_| ()),
                    8 => advance(&w.ctx, a(), of_a(&placed), Cancelled, &who).await.map(|_| ()),
                    9 => advance_any(&w.ctx, of_a(&placed), Cancelled, &platform(&w)).await.map(|_| ()),
                    10 => advance_any(&w.ctx, of_a(&placed), Delivered, &platform(&w)).await.map(|_| ()),
                    11 => {
                        let done = repay(&w, of_a(&placed), "transfer").await;
                        assert!(done.is_ok() || matches!(done, Err(RefundError::NotFound)), "{done:?}");
                        Ok(())
                    }
                    _ => {
                        w.ctx.clock.advance(SignedDuration::from_hours(if step == 12 { 7 } else { 50 }));
                        // tech-product's own sweep is first.
                        w.expire_holds();
                        sweep(&w.ctx).await.unwrap();
                        Ok(())
                    }
                };
                // A store does not find what waits for its payment.
                let refused = matches!(
                    done, Err(MoveError::Forbidden(_) | MoveError::TooLate(_) | MoveError::NotFound)
                );
                assert!(done.is_ok() || refused, "{done:?}");
            }
            let (order, checkout) = (order(&w, &placed).await, whole(&w, &placed).await);
            let over = |order: &&dynamodb::Stored<Order>| crate::domain::is_over(order.fulfilment);
            let open = checkout.orders.len() - checkout.orders.iter().filter(over).count();
            assert_eq!(checkout.payment.live_orders as usize, open);
            for order in &checkout.orders {
                let lines = domain::Money::sum(order.lines.iter().map(|line| line.total)).unwrap();
                assert_eq!(lines.checked_add(order.shipping), Ok(order.total));
            }
            let held = if crate::domain::is_held(order.fulfilment) { 2 } else { 0 };
            assert_eq!(w.available("cpu") + w.gone("cpu") + held, 10);
            let accounts = accounts(&w).await;
            let balance = |account: &str| accounts.get(account).copied().unwrap_or_default();
            let paid_ahead = in_advance && checkout.payment.paid_at.is_some();
            let owes_goods = paid_ahead && !crate::domain::is_over(order.fulfilment);
            let paid = if owes_goods { order.total.minor() } else { 0 };
            assert_eq!(balance(&format!("BUYER:{}", order.order_id)), -paid);
            let given_up = paid_ahead && order.cancelled.is_some();
            assert_eq!(order.refund.is_some(), given_up);
            let owed = if order.is_owed() { order.total.minor() } else { 0 };
            assert_eq!(balance(&format!("REFUND_DUE:{}", order.order_id)), -owed);
            let back = if given_up && !order.is_owed() { order.total } else { som(0) };
            assert_eq!((checkout.payment.refunded, balance("BANK")), (back, -back.minor()));
            let kept = crate::ops::store_balance(&w.ctx.table, a()).await.unwrap();
            assert_eq!(balance(&format!("SELLER_PENDING:{}", a())), kept.seller_pending);
            assert_eq!(balance(&format!("SELLER:{}", a())), kept.seller);
        });
    }
}
