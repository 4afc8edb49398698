use contracts::{Actor, Fact};
use domain::{Change, CorrelationId, OrderId, ProductId, ReviewId, UserId};
use dynamodb::OutboxRow;
use futures::future::join_all;

use super::*;
use crate::domain::{Decision, Opinion, OpinionChange, Product, Rating, ReviewStatus};
use crate::ops::change_product::{self, Change as ProductChange};
use crate::table::{Card, ReportReason, reported_reviews, reports_of, reviews, reviews_of};
use crate::testbed::{World, by, cpu, id_of, store};

const SKU: &str = "9800x3d";

fn product() -> ProductId {
    id_of(SKU)
}

fn person(name: impl std::fmt::Display) -> UserId {
    UserId::derived(&format!("person {name}"))
}

fn opinion(rating: u8) -> Opinion {
    Opinion::read(rating, None, "Sovuq va tez").unwrap()
}

fn rating(stars: u8) -> OpinionChange {
    OpinionChange::read(Some(stars), Change::Keep, None).unwrap()
}

fn admin() -> (Actor, CorrelationId) {
    (Actor::User { id: UserId::derived("admin") }, CorrelationId::derived("decision"))
}

/// One product on sale.
async fn on_sale(world: World) -> World {
    world.import(&[cpu(SKU, 6_850_000, 12)]).await;
    world
}

impl World {
    async fn delivered_to(&self, user: UserId) {
        let row = Delivery {
            user_id: user,
            product_id: product(),
            store_id: store(),
            order_id: OrderId::derived("o"),
            delivered_at: self.clock.now(),
            review_id: None,
        };
        self.ctx.table.create(&row).await.unwrap();
    }

    async fn post(&self, user: UserId, stars: u8) -> Result<Review, ReviewError> {
        post(&self.intake, user, product(), &opinion(stars), CorrelationId::derived("post")).await
    }

    /// A review by somebody who got the product.
    async fn written(&self, user: UserId, stars: u8) -> Review {
        self.delivered_to(user).await;
        self.post(user, stars).await.unwrap()
    }

    async fn approved(&self, user: UserId, stars: u8) -> Review {
        let review = self.written(user, stars).await;
        self.decide(&review, &Decision::Approve).await.unwrap()
    }

    async fn decide(&self, review: &Review, decision: &Decision) -> Result<Review, ReviewError> {
        decide(&self.ctx, review.review_id, decision, review.revision, admin()).await
    }

    /// The rating on the product, which is always that on its card.
    async fn rating(&self) -> Rating {
        let product = self.get::<Product>(product_key(product())).await.unwrap();
        let card = self.get::<Card>(card_key(store(), SKU)).await.unwrap();
        assert_eq!(product.rating, card.rating);
        product.rating
    }

    async fn stars_and_reviews(&self) -> (u64, u64) {
        let rating = self.rating().await;
        (rating.sum(), rating.count())
    }

    async fn shown(&self) -> Vec<ReviewId> {
        let page = self.ctx.table.query::<Review>(reviews_of(product())).await.unwrap();
        page.rows.iter().map(|review| review.review_id).collect()
    }

    /// Names of what the outbox holds, imports left out.
    async fn told(&self, name: &str) -> usize {
        let mut count = 0;
        for partition in OutboxRow::partitions(domain::business_day(self.clock.now())) {
            let rows =
                self.ctx.table.query_all::<OutboxRow>(dynamodb::Query::partition(partition), 1_000).await.unwrap();
            let events = rows.iter().map(|row| contracts::Event::read(&row.event).unwrap());
            count += events
                .filter(|event| match &event.fact {
                    Fact::AuditRecorded(audit) => audit.action == name,
                    fact => fact.name() == name,
                })
                .count();
        }
        count
    }
}

fn mine(user: UserId, review: &Review) -> Mine {
    Mine { user_id: user, product_id: product(), review_id: review.review_id }
}

#[tokio::test]
async fn only_who_got_the_product_reviews_it_and_an_admin_lets_it_be_seen() {
    let w = on_sale(World::with_catalogue().await).await;
    assert!(matches!(w.post(person(1), 5).await, Err(ReviewError::NotDelivered)));
    let written = w.written(person(1), 5).await;
    assert_eq!((w.shown().await, w.stars_and_reviews().await), (vec![], (0, 0)));
    let waiting = w.ctx.table.query::<Review>(reviews(ReviewStatus::Pending)).await.unwrap();
    assert_eq!(waiting.rows.len(), 1);
    w.decide(&written, &Decision::Approve).await.unwrap();
    assert_eq!((w.shown().await, w.stars_and_reviews().await), (vec![written.review_id], (5, 1)));
    assert_eq!((w.told("review.submitted").await, w.told("review.approve").await), (1, 1));
}

#[tokio::test]
async fn a_store_that_takes_no_reviews_gets_none() {
    let w = on_sale(World::with_catalogue().await).await;
    w.stores.terms.lock().unwrap().reviews = false;
    w.delivered_to(person(1)).await;
    assert!(matches!(w.post(person(1), 5).await, Err(ReviewError::Off)));
    w.stores.terms.lock().unwrap().reviews = true;
    assert!(w.post(person(1), 5).await.is_ok());
}

#[tokio::test]
async fn of_reviews_posted_at_once_one_comes_into_being() {
    let w = on_sale(World::contended().await).await;
    w.delivered_to(person(1)).await;
    let posted = join_all((0..10).map(|n| w.post(person(1), 1 + n % 2))).await;
    let made: Vec<&Review> = posted.iter().filter_map(|posted| posted.as_ref().ok()).collect();
    assert!(!made.is_empty() && made.iter().all(|review| **review == *made[0]), "a repetition is the same review");
    for refused in posted.iter().filter_map(|posted| posted.as_ref().err()) {
        assert!(matches!(refused, ReviewError::Known(id) if *id == made[0].review_id), "{refused}");
    }
    assert_eq!(made.len(), 5, "those that say the same");
    assert_eq!(w.told("review.submitted").await, 1);
}

#[tokio::test]
async fn many_approvals_at_once_count_once() {
    let w = on_sale(World::contended().await).await;
    let review = w.written(person(1), 4).await;
    let decided = join_all((0..8).map(|_| w.decide(&review, &Decision::Approve))).await;
    assert!(decided.iter().all(Result::is_ok), "{decided:?}");
    assert_eq!((w.stars_and_reviews().await, w.told("review.approve").await), ((4, 1), 1));
}

#[tokio::test]
async fn reviews_approved_at_once_are_all_counted() {
    let w = on_sale(World::contended().await).await;
    let mut waiting = Vec::new();
    for n in 0..10 {
        waiting.push(w.written(person(n), 1 + u8::try_from(n % 5).unwrap()).await);
    }
    let decided = join_all(waiting.iter().map(|review| w.decide(review, &Decision::Approve))).await;
    assert!(decided.iter().all(Result::is_ok), "{decided:?}");
    assert_eq!(w.rating().await.counts(), [2; 5]);
}

#[tokio::test]
async fn twenty_votes_at_once_count_twenty_and_a_second_one_nothing() {
    let w = on_sale(World::contended().await).await;
    let review = w.approved(person("author"), 5).await;
    let id = review.review_id;
    for _ in 0..2 {
        let votes = join_all((0..20).map(|n| vote(&w.ctx, person(n), product(), id))).await;
        assert!(votes.iter().all(Result::is_ok), "{votes:?}");
        assert_eq!(read(&w.ctx, id).await.unwrap().helpful, 20);
    }
    let back = join_all((0..10).flat_map(|n| [n, n]).map(|n| unvote(&w.ctx, person(n), product(), id))).await;
    assert!(back.iter().all(Result::is_ok), "{back:?}");
    assert_eq!(read(&w.ctx, id).await.unwrap().helpful, 10);
    let own = vote(&w.ctx, person("author"), product(), id).await;
    assert!(matches!(own, Err(ReviewError::Own)));
    let elsewhere = vote(&w.ctx, person(99), ProductId::derived("other"), id).await;
    assert!(matches!(elsewhere, Err(ReviewError::NotFound)));
}

#[tokio::test]
async fn what_is_not_shown_is_neither_helpful_nor_reported_nor_answered() {
    let w = on_sale(World::with_catalogue().await).await;
    let review = w.written(person(1), 5).await;
    let (id, why) = (review.review_id, (ReportReason::Spam, None));
    assert!(matches!(vote(&w.ctx, person(2), product(), id).await, Err(ReviewError::NotFound)));
    assert!(matches!(report(&w.ctx, person(2), product(), id, why).await, Err(ReviewError::NotFound)));
    assert!(matches!(reply(&w.ctx, product(), id, "Rahmat", by()).await, Err(ReviewError::NotFound)));
}

#[tokio::test]
async fn an_edited_review_leaves_the_rating_until_it_is_approved_again() {
    let w = on_sale(World::with_catalogue().await).await;
    w.approved(person(1), 5).await;
    let review = w.approved(person(2), 1).await;
    assert_eq!(w.stars_and_reviews().await, (6, 2));
    let edited = edit(&w.ctx, mine(person(2), &review), &rating(3)).await.unwrap();
    assert_eq!((w.stars_and_reviews().await, w.shown().await.len()), ((5, 1), 1));
    let unread = w.decide(&review, &Decision::Approve).await;
    assert!(matches!(unread, Err(ReviewError::Outdated(_))), "an admin approves what they read");
    w.decide(&edited, &Decision::Approve).await.unwrap();
    assert_eq!(w.rating().await.counts(), [0, 0, 1, 0, 1]);
    let others = edit(&w.ctx, mine(person(3), &review), &rating(1)).await;
    assert!(matches!(others, Err(ReviewError::NotFound)));
}

#[tokio::test]
async fn a_review_that_is_taken_back_makes_room_for_another() {
    let w = on_sale(World::with_catalogue().await).await;
    let review = w.approved(person(1), 2).await;
    vote(&w.ctx, person(2), product(), review.review_id).await.unwrap();
    withdraw(&w.ctx, mine(person(1), &review)).await.unwrap();
    assert_eq!((w.stars_and_reviews().await, w.shown().await), ((0, 0), vec![]));
    assert!(matches!(withdraw(&w.ctx, mine(person(1), &review)).await, Err(ReviewError::NotFound)));
    let again = w.post(person(1), 4).await.unwrap();
    assert_ne!(again.review_id, review.review_id);
    let again = w.decide(&again, &Decision::Approve).await.unwrap();
    vote(&w.ctx, person(2), product(), again.review_id).await.unwrap();
    assert_eq!(read(&w.ctx, again.review_id).await.unwrap().helpful, 1, "votes are of one review");
}

#[tokio::test]
async fn whichever_comes_first_a_withdrawn_review_does_not_count() {
    for round in 0..5 {
        let w = on_sale(World::contended().await).await;
        let review = w.written(person(round), 5).await;
        let (approved, gone) =
            tokio::join!(w.decide(&review, &Decision::Approve), withdraw(&w.ctx, mine(person(round), &review)));
        gone.unwrap();
        assert!(approved.is_ok() || matches!(approved, Err(ReviewError::NotFound)), "{approved:?}");
        assert_eq!((w.stars_and_reviews().await, w.shown().await), ((0, 0), vec![]));
    }
}

#[tokio::test]
async fn a_product_that_is_edited_while_it_is_reviewed_keeps_its_rating() {
    let w = on_sale(World::contended().await).await;
    let review = w.written(person(1), 5).await;
    let product = w.get::<Product>(product_key(product())).await.unwrap();
    let price = Some(domain::Money::tiyin(700_000_000));
    let dearer = ProductChange { price, ..ProductChange::default() };
    let (edited, decided) =
        tokio::join!(change_product::change(&w.ctx, product, dearer, by()), w.decide(&review, &Decision::Approve));
    decided.unwrap();
    assert_eq!(w.stars_and_reviews().await, (5, 1), "whatever became of the edit: {edited:?}");
}

#[tokio::test]
async fn a_report_counts_once_a_person_and_is_answered_by_a_decision() {
    let w = on_sale(World::contended().await).await;
    let review = w.approved(person(1), 1).await;
    let id = review.review_id;
    let report = |n: u8, reason| report(&w.ctx, person(n), product(), id, (reason, None));
    let reported = join_all([2, 3, 3, 2, 4].map(|n| report(n, ReportReason::Offensive))).await;
    assert!(reported.iter().all(Result::is_ok), "{reported:?}");
    assert!(matches!(report(1, ReportReason::Spam).await, Err(ReviewError::Own)));
    let listed = || async { w.ctx.table.query::<Review>(reported_reviews()).await.unwrap().rows };
    assert_eq!(listed().await.iter().map(|review| review.reports).collect::<Vec<_>>(), [3]);
    let reasons = w.ctx.table.query::<crate::table::ReviewReport>(reports_of(id)).await.unwrap().rows;
    assert_eq!(reasons.len(), 3);
    w.decide(&review, &Decision::Reject("haqorat".into())).await.unwrap();
    assert_eq!((listed().await.len(), w.stars_and_reviews().await), (0, (0, 0)));
}

#[tokio::test]
async fn a_store_answers_once_and_may_answer_anew() {
    let w = on_sale(World::with_catalogue().await).await;
    let review = w.approved(person(1), 5).await;
    for text in ["Rahmat!", "Rahmat!", "Katta rahmat!"] {
        let replied = reply(&w.ctx, product(), review.review_id, text, by()).await.unwrap();
        assert_eq!(replied.reply.unwrap().text, text);
    }
    assert_eq!(w.told("review.reply").await, 2);
}

/// Everybody does everything at once; in the end the rating is what the approved reviews say.
#[tokio::test]
async fn the_rating_is_always_that_of_the_approved_reviews() {
    let w = on_sale(World::contended().await).await;
    let people: Vec<UserId> = (0..4).map(person).collect();
    for user in &people {
        w.delivered_to(*user).await;
    }
    for round in 0..6_u8 {
        join_all(people.iter().enumerate().map(|(n, user)| {
            let (w, stars) = (&w, 1 + (round + u8::try_from(n).unwrap()) % 5);
            async move {
                // Each may lose to the others; what it may not do is to miscount.
                let Ok(review) = w.post(*user, stars).await else { return };
                let mine = mine(*user, &review);
                let edited = rating(1 + stars % 5);
                let decided = async { w.decide(&review, &Decision::Approve).await.ok() };
                let (approved, _) = tokio::join!(decided, edit(&w.ctx, mine, &edited));
                if (usize::from(round) + n) % 3 == 0 {
                    let reject = Decision::Reject("yo'q".into());
                    let rejected = async { w.decide(&approved.unwrap_or(review), &reject).await.ok() };
                    let _ = tokio::join!(rejected, withdraw(&w.ctx, mine));
                }
            }
        }))
        .await;
        let approved = w.ctx.table.query_all::<Review>(reviews(ReviewStatus::Approved), 100).await.unwrap();
        let mut counts = [0; 5];
        for review in &approved {
            counts[usize::from(u8::from(review.opinion.stars)) - 1] += 1;
        }
        assert_eq!(w.rating().await.counts(), counts, "round {round}");
    }
}
