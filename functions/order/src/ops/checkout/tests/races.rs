use domain::UserId;
use futures::future::join_all;

use super::{assert_complete, orders, saga};
use crate::ops::{PlaceError, place};
use crate::table::SagaState;
use crate::testkit::{command, line, shopper, som, world};

#[tokio::test]
async fn one_order_sent_twenty_times_at_once_is_one_order_with_one_answer() {
    let w = world().await;
    let command = command(shopper(), "key-0001");
    let answers = join_all((0..20).map(|_| place(&w.ctx, &command))).await;
    let SagaState::Placed(placed) = saga(&w, "key-0001").await.state else { panic!("nothing was placed") };
    for answer in answers {
        match answer {
            Ok(answer) => assert_eq!(answer, placed),
            Err(error) => assert!(matches!(error, PlaceError::InFlight), "{error}"),
        }
    }
    assert_eq!(place(&w.ctx, &command).await.unwrap(), placed, "a late one");
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn a_cart_checked_out_in_many_tabs_is_bought_once() {
    let w = world().await;
    let commands: Vec<_> = (0..5).map(|tab| command(shopper(), &format!("key-of-tab-{tab}"))).collect();
    let answers = join_all(commands.iter().map(|command| place(&w.ctx, command))).await;
    let placed: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(placed.len(), 1, "{answers:?}");
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(error, PlaceError::AlreadyOrdered(id) if *id == placed[0].checkout_id), "{error:?}");
    }
    assert_eq!((orders(&w).await.len(), w.held(), w.available("cpu")), (2, 1, 8), "the others gave their holds back");
}

#[tokio::test]
async fn fifty_shoppers_buy_the_last_ten() {
    let w = world().await;
    let shoppers: Vec<_> = (0..50).map(|n| UserId::derived(&format!("shopper/{n}"))).collect();
    w.stock("cpu", 10, som(100_000));
    for shopper in &shoppers {
        w.cart(*shopper, 1, vec![line("a", "cpu", 1)]);
    }
    let commands: Vec<_> = shoppers.iter().map(|shopper| command(*shopper, "key-0001")).collect();
    let answers = join_all(commands.iter().map(|command| place(&w.ctx, command))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 10);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(PlaceError::StockShort(_)))).count(), 40);
    assert_eq!((w.held(), w.available("cpu")), (10, 0));
}
