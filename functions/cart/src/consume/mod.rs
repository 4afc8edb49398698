//! What arrives by queue.

use std::sync::Arc;

use contracts::{Event, Fact};
use domain::{Clock, Entropy};
use dynamodb::Table;
use lambda::worker::{ConsumeError, Worker};

use crate::ops::{convert, sweep};

/// Keeps carts in step with what the other services tell.
pub struct CartWorker {
    table: Table,
    clock: Clock,
    entropy: Arc<dyn Entropy>,
}

impl CartWorker {
    /// Works on the service's table.
    pub const fn new(table: Table, clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self { table, clock, entropy }
    }
}

impl Worker for CartWorker {
    async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
        match event.fact {
            Fact::CheckoutCompleted(checkout) => {
                convert(&self.table, &*self.entropy, &checkout, event.at).await?;
                Ok(())
            }
            other => Err(format!("the cart service does not listen to {}", other.name()).into()),
        }
    }

    /// Carts that may be over.
    async fn sweep(&self) -> Result<(), ConsumeError> {
        Ok(sweep(&self.table, self.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests {
    use contracts::Offer;
    use futures::future::join_all;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{Cart, Status};
    use crate::ops::{Add, Visitor, add, look};
    use crate::table::cart_key;
    use crate::testkit::{World, offer, sample, world};

    /// The sample checkout: two pieces of one variant, bought at version 7.
    fn batch() -> (Value, contracts::CheckoutCompleted) {
        let batch = sample("cart-worker.checkout-completed");
        let event: Event = serde_json::from_str(batch["Records"][0]["body"].as_str().unwrap()).unwrap();
        let Fact::CheckoutCompleted(checkout) = event.fact else { panic!("another fact") };
        (batch, checkout)
    }

    fn worker(w: &World) -> CartWorker {
        CartWorker::new(w.ctx.table.clone(), w.ctx.clock.clone(), Arc::clone(&w.ctx.entropy))
    }

    fn buyer() -> Visitor {
        Visitor::User(batch().1.user_id)
    }

    async fn deliver(w: &World) -> Value {
        lambda::worker::handle(&worker(w), batch().0).await.unwrap()
    }

    async fn put(w: &World, offer: &Offer, quantity: u32) {
        let (product_id, variant_id) = (offer.product_id, offer.variant_id);
        w.shelf.put(offer);
        add(&w.ctx, Add { visitor: buyer(), product_id, variant_id, quantity, key: None }).await.unwrap();
    }

    async fn cart(w: &World) -> Cart {
        look(&w.ctx.table, &buyer(), w.ctx.clock.now()).await.unwrap().cart
    }

    fn bought() -> Offer {
        let line = batch().1.orders[0].lines[0].clone();
        Offer { product_id: line.product_id, variant_id: line.variant_id, ..offer("bought") }
    }

    #[tokio::test]
    async fn what_was_bought_leaves_once_however_often_it_is_told() {
        let w = world().await;
        put(&w, &bought(), 2).await;
        for _ in 1..7 {
            put(&w, &bought(), 1).await;
        }
        // Version 7 held eight pieces; the checkout bought two of them; one more is added since.
        put(&w, &bought(), 1).await;
        for _ in 0..3 {
            assert_eq!(deliver(&w).await, json!({"batchItemFailures": []}));
        }
        let cart = cart(&w).await;
        assert_eq!((cart.lines[0].quantity, cart.converted_version()), (7, 7));
    }

    #[tokio::test]
    async fn deliveries_and_additions_at_the_same_moment_both_count() {
        let w = world().await;
        put(&w, &bought(), 2).await;
        let other = offer("other");
        let deliveries = join_all((0..4).map(|_| deliver(&w)));
        let additions = join_all((0..4).map(|_| put(&w, &other, 1)));
        let (told, _) = futures::future::join(deliveries, additions).await;
        assert!(told.iter().all(|answer| *answer == json!({"batchItemFailures": []})));
        // The other lines came at versions up to 7, yet the checkout did not name them.
        let cart = cart(&w).await;
        assert_eq!(cart.lines.iter().map(|l| (l.variant_id, l.quantity)).collect::<Vec<_>>(), [(other.variant_id, 4)]);
        assert_eq!(cart.status, Status::Active);
    }

    #[tokio::test]
    async fn an_event_for_another_service_goes_to_the_dead_letters() {
        let w = world().await;
        let mut batch = batch().0;
        let event = include_str!("../../../../shared/contracts/golden/store.opened.v1.json");
        batch["Records"][0]["body"] = event.into();
        let answer = lambda::worker::handle(&worker(&w), batch).await.unwrap();
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    }

    fn shopper() -> Visitor {
        Visitor::User(crate::testkit::shopper())
    }

    async fn tick(w: &World) {
        assert_eq!(lambda::worker::handle(&worker(w), sample("cart-worker.sweep")).await.unwrap(), Value::Null);
    }

    /// The row as it is stored, whatever time it is.
    async fn stored(w: &World) -> Cart {
        w.ctx.table.get_consistent::<Cart>(cart_key(shopper().owner())).await.unwrap().unwrap().into_row()
    }

    async fn add_one(w: &World) {
        let Offer { product_id, variant_id, .. } = offer("a");
        w.shelf.put(&offer("a"));
        add(&w.ctx, Add { visitor: shopper(), product_id, variant_id, quantity: 1, key: None }).await.unwrap();
    }

    fn days(w: &World, days: i64) {
        w.ctx.clock.advance(jiff::SignedDuration::from_hours(24 * days));
    }

    #[tokio::test]
    async fn the_sweep_ends_a_cart_thirty_days_after_its_last_change() {
        let w = world().await;
        add_one(&w).await;
        days(&w, 29);
        add_one(&w).await;
        for _ in 0..29 {
            days(&w, 1);
            tick(&w).await;
            assert_eq!((stored(&w).await.status, stored(&w).await.lines[0].quantity), (Status::Active, 2));
        }
        days(&w, 1);
        tick(&w).await;
        let ended = stored(&w).await;
        assert_eq!((ended.status, ended.lines.len()), (Status::Expired, 0));
        tick(&w).await;
        assert_eq!(stored(&w).await, ended);
        assert_eq!(w.ctx.table.due(w.ctx.clock.now(), 25).await.unwrap(), [], "nobody looks at it again");
    }

    #[tokio::test]
    async fn a_shopper_who_comes_back_while_the_sweep_runs_keeps_what_they_add() {
        let w = world().await;
        add_one(&w).await;
        days(&w, 30);
        futures::future::join(join_all((0..4).map(|_| tick(&w))), join_all((0..4).map(|_| add_one(&w)))).await;
        tick(&w).await;
        let cart = stored(&w).await;
        assert_eq!((cart.status, cart.lines[0].quantity), (Status::Active, 4));
        days(&w, 30);
        tick(&w).await;
        assert_eq!(stored(&w).await.status, Status::Expired);
    }
}
