//! What stores and shoppers do, and what is not paid or accepted in time.

use super::*;

#[tokio::test]
async fn an_order_in_cash_goes_its_way_and_is_booked_when_it_arrives() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &WAY).await;
    let (delivered, checkout) = (order(&w, &placed).await, whole(&w, &placed).await);
    assert_eq!((delivered.payment, delivered.moves), (PaymentStatus::Completed, 7));
    assert_eq!((w.gone("cpu"), w.available("cpu"), settlements(&w, &placed).await), (2, 8, 0));
    assert_eq!((open_cash(&w).await, checkout.payment.live_orders, checkout.payment.paid), (1, 1, som(215_000)));
    let accounts = accounts(&w).await;
    assert_eq!(accounts[&format!("BUYER:{}", delivered.order_id)], 0);
    // 5% of 200,000; the store took 215,000 in cash.
    assert_eq!(accounts[&format!("SELLER_PENDING:{}", a())], som(10_000 - 215_000).minor());
    assert_eq!(accounts[&format!("SELLER:{}", a())], som(215_000).minor());
    let balance = crate::ops::store_balance(&w.ctx.table, a()).await.unwrap();
    assert_eq!(balance, Balance { seller_pending: som(-205_000).minor(), seller: som(215_000).minor() });
    let facts = told(&w).await;
    let moved: Vec<_> =
        facts.iter().filter_map(|f| if let Fact::OrderMoved(m) = f { Some(m.to) } else { None }).collect();
    assert_eq!(moved.len(), 5);
    assert_eq!(facts.iter().filter(|fact| matches!(fact, Fact::OrderDelivered(_))).count(), 1);
}

#[tokio::test]
async fn the_same_move_again_is_the_same_answer_and_no_move_skips() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    let id = of_a(&placed);
    assert!(matches!(advance(&w.ctx, a(), id, Shipped, &doer(&w)).await, Err(MoveError::Forbidden(_))));
    let moves = join_all((0..5).map(|_| async { advance(&w.ctx, a(), id, Confirmed, &doer(&w)).await })).await;
    assert!(moves.iter().all(|moved| moved.as_ref().is_ok_and(|order| order.fulfilment == Confirmed)), "{moves:?}");
    assert_eq!(order(&w, &placed).await.moves, 2);
    assert!(matches!(advance(&w.ctx, a(), id, Pending, &doer(&w)).await, Err(MoveError::Forbidden(_))));
    let b = StoreId::derived("b");
    assert!(matches!(advance(&w.ctx, b, id, Processing, &doer(&w)).await, Err(MoveError::NotFound)));
}

#[tokio::test]
async fn a_shopper_cancels_until_it_is_packed() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed, Processing]).await;
    for _ in 0..2 {
        let cancelled = cancel(&w.ctx, shopper(), of_a(&placed), &doer(&w)).await.unwrap();
        assert_eq!((cancelled.fulfilment, cancelled.cancelled), (Cancelled, Some(CancelReason::Shopper)));
    }
    assert_eq!((w.available("cpu"), w.available("case"), w.held()), (10, 9, 1), "the other store's part stays");
    assert_eq!((open_cash(&w).await, books(&w).await.len(), settlements(&w, &placed).await), (1, 0, 0));
    let b = placed.orders.iter().find(|order| order.store_id != a()).unwrap();
    for to in [Confirmed, Processing, Packed] {
        advance(&w.ctx, b.store_id, b.order_id, to, &doer(&w)).await.unwrap();
    }
    let late = cancel(&w.ctx, shopper(), b.order_id, &doer(&w)).await;
    assert!(matches!(late, Err(MoveError::TooLate(Packed))), "{late:?}");
    advance(&w.ctx, b.store_id, b.order_id, Cancelled, &doer(&w)).await.unwrap();
    let checkout = whole(&w, &placed).await;
    assert_eq!((checkout.payment.status, open_cash(&w).await, w.held()), (PaymentStatus::Cancelled, 0, 0));
    assert_eq!(checkout.payment.look_at, None);
}

#[tokio::test]
async fn what_is_not_paid_in_time_ends_whole() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    w.ctx.clock.advance(SignedDuration::from_mins(29));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(w.held(), 1);
    w.ctx.clock.advance(SignedDuration::from_mins(2));
    sweep(&w.ctx).await.unwrap();
    let checkout = whole(&w, &placed).await;
    assert!(checkout.orders.iter().all(|o| o.fulfilment == Cancelled && o.cancelled == Some(CancelReason::NotPaid)));
    assert_eq!((w.held(), w.available("cpu"), w.available("case")), (0, 10, 10));
    assert_eq!((checkout.payment.status, books(&w).await.len()), (PaymentStatus::Cancelled, 0));
    sweep(&w.ctx).await.unwrap();
    let ends =
        told(&w).await.into_iter().filter(|fact| matches!(fact, Fact::OrderCancelled(c) if !c.purchased)).count();
    assert_eq!(ends, 2);
}

#[tokio::test]
async fn a_store_that_does_not_accept_in_time_loses_the_order() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed]).await;
    w.ctx.clock.advance(SignedDuration::from_hours(25));
    sweep(&w.ctx).await.unwrap();
    let checkout = whole(&w, &placed).await;
    let states: Vec<_> = checkout.orders.iter().map(|o| (o.store_id == a(), o.fulfilment, o.cancelled)).collect();
    assert!(states.contains(&(true, Confirmed, None)), "{states:?}");
    assert!(states.contains(&(false, Cancelled, Some(CancelReason::NotAccepted))), "{states:?}");
    assert_eq!((w.available("cpu"), w.available("case")), (8, 10));
    assert!(checkout.payment.look_at.is_some_and(|at| at > w.ctx.clock.now()));
}

#[tokio::test]
async fn before_it_is_paid_cancelling_one_order_ends_all_of_the_checkout() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    cancel(&w.ctx, shopper(), of_a(&placed), &doer(&w)).await.unwrap();
    let checkout = whole(&w, &placed).await;
    assert!(checkout.orders.iter().all(|order| order.fulfilment == Cancelled));
    assert_eq!((w.held(), checkout.payment.status, checkout.payment.look_at), (0, PaymentStatus::Cancelled, None));
}

#[tokio::test]
async fn a_crash_before_or_after_tech_product_is_told_is_made_good_by_the_sweep() {
    for (to, at) in [
        (Shipped, At::BeforeCommit),
        (Shipped, At::AfterCommit),
        (Cancelled, At::BeforeRelease),
        (Cancelled, At::AfterRelease),
    ] {
        let w = world().await;
        let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
        walk(&w, &placed, &[Confirmed, Processing, Packed]).await;
        w.fail(at, Fault::Hang);
        let who = doer(&w);
        w.kill(Box::pin(advance(&w.ctx, a(), of_a(&placed), to, &who))).await;
        w.heal();
        assert_eq!((order(&w, &placed).await.fulfilment, settlements(&w, &placed).await), (to, 1));
        w.ctx.clock.advance(SignedDuration::from_secs(31));
        sweep(&w.ctx).await.unwrap();
        sweep(&w.ctx).await.unwrap();
        let expected = if to == Shipped { (2, 8) } else { (0, 10) };
        assert_eq!(
            ((w.gone("cpu"), w.available("cpu")), settlements(&w, &placed).await),
            (expected, 0),
            "{to:?} {at:?}"
        );
    }
}

#[tokio::test]
async fn tech_product_that_does_not_answer_stops_no_order() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed, Processing, Packed]).await;
    w.fail(At::BeforeCommit, Fault::Unavailable);
    walk(&w, &placed, &[Shipped]).await;
    w.ctx.clock.advance(SignedDuration::from_secs(31));
    assert!(sweep(&w.ctx).await.is_err());
    w.heal();
    w.ctx.clock.advance(SignedDuration::from_mins(3));
    sweep(&w.ctx).await.unwrap();
    assert_eq!((w.gone("cpu"), settlements(&w, &placed).await), (2, 0));
    let key = settlement_key(placed.checkout_id, Some(a()));
    assert!(w.ctx.table.get_consistent::<Settlement>(key).await.unwrap().is_none());
}

#[tokio::test]
async fn cancelling_and_shipping_exclude_each_other() {
    for _ in 0..5 {
        let w = world().await;
        let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
        walk(&w, &placed, &[Confirmed, Processing, Packed]).await;
        let (id, who) = (of_a(&placed), doer(&w));
        let ship = advance(&w.ctx, a(), id, Shipped, &who);
        let cancel = advance(&w.ctx, a(), id, Cancelled, &who);
        let (shipped, cancelled) = Box::pin(futures::future::join(ship, cancel)).await;
        assert!(shipped.is_ok() != cancelled.is_ok(), "{shipped:?} {cancelled:?}");
        let expected = if shipped.is_ok() { (2, 8) } else { (0, 10) };
        assert_eq!((w.gone("cpu"), w.available("cpu")), expected);
    }
}

#[tokio::test]
async fn what_was_paid_in_advance_is_booked_at_payment_and_at_delivery() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    pay(&w, &placed).await;
    walk(&w, &placed, &WAY).await;
    let (order, accounts) = (order(&w, &placed).await, accounts(&w).await);
    // 5% of 200,000 is 10,000, of which 12/112 is VAT: 1,071.43.
    let expected = [
        ("PSP:payme".to_owned(), som(330_000).minor()),
        (format!("BUYER:{}", order.order_id), 0),
        (format!("SELLER_PENDING:{}", a()), som(10_000 - 215_000).minor()),
        ("COMMISSION".to_owned(), -(som(10_000).minor() - 107_143)),
        ("VAT_OUT".to_owned(), -107_143),
    ];
    for (account, minor) in expected {
        assert_eq!(accounts[&account], minor, "{account}");
    }
    let balance = crate::ops::store_balance(&w.ctx.table, a()).await.unwrap();
    assert_eq!(balance, Balance { seller_pending: som(-205_000).minor(), seller: 0 });
    assert_eq!(w.ctx.table.get_consistent::<Buyer>(buyer_key(shopper())).await.unwrap().unwrap().open_cash_orders, 0);
}

#[tokio::test]
async fn what_was_paid_and_not_accepted_in_time_is_owed_to_the_buyer() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    pay(&w, &placed).await;
    w.ctx.clock.advance(SignedDuration::from_hours(25));
    sweep(&w.ctx).await.unwrap();
    let (order, accounts) = (order(&w, &placed).await, accounts(&w).await);
    assert_eq!((order.fulfilment, order.cancelled), (Cancelled, Some(CancelReason::NotAccepted)));
    assert_eq!(accounts[&format!("BUYER:{}", order.order_id)], 0);
    assert_eq!(accounts[&format!("REFUND_DUE:{}", order.order_id)], -order.total.minor());
    assert_eq!((w.held(), w.available("cpu"), w.available("case")), (0, 10, 10));
    let ends = told(&w).await;
    let refunds: Vec<_> =
        ends.iter().filter_map(|f| if let Fact::OrderCancelled(c) = f { c.refund } else { None }).collect();
    assert_eq!(refunds.len(), 2);
}

#[tokio::test]
async fn paid_in_time_or_ended_by_the_sweep_never_both() {
    for _ in 0..5 {
        let w = world().await;
        let placed = placed(&w, PaymentMethod::Payme).await;
        let checkout = whole(&w, &placed).await;
        w.ctx.clock.advance(SignedDuration::from_mins(31));
        // A provider that read the checkout in time and is late to write.
        let payment = w.ctx.table.commit(book::paid(Tx::new(), &checkout, &doer(&w)).unwrap());
        let (paid, swept) = Box::pin(futures::future::join(payment, sweep(&w.ctx))).await;
        swept.unwrap();
        let states: Vec<_> = whole(&w, &placed).await.orders.iter().map(|order| order.fulfilment).collect();
        let (expected, held) = if paid.is_ok() { (Pending, 1) } else { (Cancelled, 0) };
        assert_eq!((states, w.held()), (vec![expected; 2], held));
        assert_eq!(books(&w).await.len(), if paid.is_ok() { 2 } else { 0 });
    }
}

#[tokio::test]
async fn an_order_that_is_lost_on_its_way_is_no_sale() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed, Processing, Packed, Shipped, Failed]).await;
    assert_eq!((w.gone("cpu"), open_cash(&w).await, books(&w).await.len()), (2, 1, 0));
    assert!(told(&w).await.iter().any(|f| matches!(f, Fact::OrderCancelled(c) if c.reason == CancelReason::Lost)));
}

#[tokio::test]
async fn a_store_that_accepts_beforehand_has_its_orders_confirmed_at_once() {
    let w = world().await;
    w.store(StoreTerms { auto_accept: true, ..terms("a") });
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    assert_eq!(order(&w, &placed).await.fulfilment, Confirmed);
}
