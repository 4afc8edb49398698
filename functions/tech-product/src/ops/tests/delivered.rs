use contracts::{Event, Fact, OrderEnded};
use futures::future::join_all;
use jiff::SignedDuration;

use crate::ops::delivered::delivered;
use crate::table::{Delivery, delivery_key};
use crate::testbed::World;

fn told() -> (OrderEnded, Event) {
    let golden = include_str!("../../../../../shared/contracts/golden/order.delivered.v1.json");
    let event = Event::read(golden).unwrap();
    let Fact::OrderDelivered(told) = &event.fact else { panic!("another golden file") };
    (told.clone(), event)
}

#[tokio::test]
async fn a_delivery_is_remembered_once_for_each_buyer_and_product() {
    let w = World::start().await;
    let (mut told, event) = told();
    told.order.lines.push(told.order.lines[0].clone());
    for answer in join_all((0..10).map(|_| delivered(&w.ctx, &told, event.at))).await {
        answer.unwrap();
    }
    let key = delivery_key(told.user_id, told.order.lines[0].product_id);
    let first = w.get::<Delivery>(key.clone()).await.unwrap();
    assert_eq!((first.order_id, first.delivered_at), (told.order.order_id, event.at));
    let later = OrderEnded {
        order: contracts::OrderPlaced { order_id: domain::OrderId::derived("later"), ..told.order },
        ..told
    };
    delivered(&w.ctx, &later, event.at + SignedDuration::from_hours(1)).await.unwrap();
    assert_eq!(w.get::<Delivery>(key).await.unwrap(), first, "the first order stays the one that counts");
}
