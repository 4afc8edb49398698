use domain::{CorrelationId, ProductId, ReservationId, VariantId};
use futures::future::join_all;
use jiff::SignedDuration;

use crate::ops::reserve::reserve;
use crate::ops::settle::{commit, release};
use crate::ops::stock::{MoveStock, Pieces, StockError, move_stock, set_low_stock};
use crate::table::{Movement, MovementCause, Stock, movements_of};
use crate::testbed::{World, by_owner, cpu, id_of, owner};

async fn world(pieces: i64) -> World {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, pieces)]).await;
    w
}

pub(super) async fn command(w: &World, pieces: Pieces, key: &str) -> MoveStock {
    let Stock { product_id, variant_id, .. } = w.stock("a").await;
    MoveStock { product_id, variant_id, ..command_of(pieces, key) }
}

/// A change of nobody's pieces.
pub(super) fn command_of(pieces: Pieces, key: &str) -> MoveStock {
    let (product_id, variant_id) = (ProductId::derived("-"), VariantId::derived("-"));
    let (by, correlation) = (owner(), CorrelationId::derived("c"));
    MoveStock { product_id, variant_id, pieces, note: None, key: key.into(), by, correlation }
}

#[tokio::test]
async fn a_change_sent_ten_times_moves_pieces_once() {
    let w = world(5).await;
    let receive = command(&w, Pieces::Adjust(3), "delivery-1").await;
    let answers = join_all((0..10).map(|_| move_stock(&w.ctx, &receive))).await;
    assert!(answers.iter().all(|a| a.as_ref().unwrap().on_hand == 8));
    let other = command(&w, Pieces::Adjust(4), "delivery-1").await;
    assert!(matches!(move_stock(&w.ctx, &other).await, Err(StockError::OtherRequest)));
    assert_eq!(w.stock("a").await.available, 8);
}

#[tokio::test]
async fn pieces_that_are_promised_cannot_be_written_off() {
    let w = world(5).await;
    reserve(&w.ctx, ReservationId::derived("r"), &w.request(&[("a", 3)]).await).await.unwrap();
    for (pieces, key) in [(Pieces::Set(2), "k1"), (Pieces::Adjust(-3), "k2")] {
        let refused = move_stock(&w.ctx, &command(&w, pieces, key).await).await;
        assert!(matches!(refused, Err(StockError::Reserved { on_hand: 5, reserved: 3 })), "{pieces:?}");
    }
    let stock = move_stock(&w.ctx, &command(&w, Pieces::Set(3), "k3").await).await.unwrap();
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (3, 3, 0));
}

#[tokio::test]
async fn a_sale_does_not_get_in_the_way_of_a_count() {
    let w = world(5).await;
    let request = w.request(&[("a", 1)]).await;
    let count = command(&w, Pieces::Set(20), "count").await;
    let (counted, held) =
        futures::join!(move_stock(&w.ctx, &count), reserve(&w.ctx, ReservationId::derived("r"), &request));
    counted.unwrap();
    held.unwrap();
    let stock = w.stock("a").await;
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (20, 1, 19));
}

#[tokio::test]
async fn movements_add_up_to_what_is_on_hand() {
    let w = world(5).await;
    for (pieces, key) in [(Pieces::Adjust(7), "k1"), (Pieces::Set(4), "k2"), (Pieces::Adjust(-1), "k3")] {
        move_stock(&w.ctx, &command(&w, pieces, key).await).await.unwrap();
    }
    w.import(&[cpu("a", 1_000_000, 9)]).await;
    let moved = w.ctx.table.query_all::<Movement>(movements_of(id_of("a")), 100).await.unwrap();
    assert_eq!(moved.len(), 5);
    assert_eq!(moved.iter().map(|m| m.delta).sum::<i64>(), w.stock("a").await.on_hand);
    assert_eq!(w.stock("a").await.on_hand, 9);
}

#[tokio::test]
async fn few_pieces_are_marked_as_the_store_says() {
    let w = world(5).await;
    let Stock { product_id, variant_id, low_stock, .. } = w.stock("a").await;
    assert_eq!(low_stock, 0);
    for _ in 0..2 {
        let stock = set_low_stock(&w.ctx, (product_id, variant_id), 4, by_owner()).await.unwrap();
        assert_eq!((stock.low_stock, stock.available), (4, 5));
    }
    w.import(&[cpu("a", 2_000_000, 9)]).await;
    assert_eq!(w.stock("a").await.low_stock, 4, "an import leaves it");
}

#[tokio::test]
async fn what_leaves_with_an_order_stands_in_the_log() {
    let w = world(5).await;
    let id = ReservationId::derived("r");
    reserve(&w.ctx, id, &w.request(&[("a", 2)]).await).await.unwrap();
    assert_eq!(movements(&w).await.len(), 1, "pieces that are held have not moved");
    for _ in 0..2 {
        commit(&w.ctx, id, None).await.unwrap();
    }
    let moved = movements(&w).await;
    assert_eq!((moved[0].delta, &moved[0].cause), (-2, &MovementCause::Sale { reservation_id: id }));
    assert_eq!(moved.iter().map(|m| m.delta).sum::<i64>(), w.stock("a").await.on_hand);
    reserve(&w.ctx, ReservationId::derived("s"), &w.request(&[("a", 1)]).await).await.unwrap();
    release(&w.ctx, ReservationId::derived("s"), None).await.unwrap();
    assert_eq!(movements(&w).await.len(), 2);
}

async fn movements(w: &World) -> Vec<Movement> {
    w.clock.advance(SignedDuration::from_millis(1));
    let moved = w.ctx.table.query_all::<Movement>(movements_of(id_of("a")), 100).await.unwrap();
    moved.into_iter().map(dynamodb::Stored::into_row).collect()
}
