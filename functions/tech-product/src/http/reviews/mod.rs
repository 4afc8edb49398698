//! Reviews: everybody reads them, buyers write them, admins decide on them, stores answer them.

mod decide;
mod read;
mod view;
mod write;

use contracts::Permission::ProductsWrite;
use lambda::http::{Access, Kind, Problem, Routes, kinds};

use crate::Intake;
use crate::ops::reviews::ReviewError;

pub(super) use read::of_product;
pub(super) use view::RatingView;

lambda::problems! {
    /// Only who got a product reviews it.
    NOT_DELIVERED = 409, "not-delivered", "Sharhni faqat mahsulotni olgan xaridor yozishi mumkin",
        "Отзыв может оставить только покупатель, получивший товар", "Only a buyer who got the product can review it";
    /// The store has its products not reviewed.
    REVIEWS_OFF = 409, "reviews-off", "Do'kon mahsulotlariga sharh qabul qilinmaydi",
        "Магазин не принимает отзывы о товарах", "The store takes no reviews of its products";
    /// They have a review of it already; `review_id` names it.
    ALREADY_REVIEWED = 409, "already-reviewed", "Siz bu mahsulotga sharh yozgansiz, uni o'zgartirishingiz mumkin",
        "Вы уже оставили отзыв об этом товаре, его можно изменить",
        "You have reviewed this product already; the review can be changed";
    /// Nobody rates or reports a review of their own.
    OWN_REVIEW = 409, "own-review", "Bu sizning sharhingiz", "Это ваш собственный отзыв", "This is your own review";
}

/// `routes` and those of reviews that `tech-product-manage` answers.
pub(super) fn routes(routes: Routes<Intake>) -> Routes<Intake> {
    let (shopper, admin) = (Access::Shopper, Access::Admin);
    let missing: &[&'static Kind] = &[&kinds::NOT_FOUND];
    let changes: &[&'static Kind] = &[&kinds::NOT_FOUND, &kinds::CONFLICT];
    let (all, one) = ("/v1/products/{product_id}/reviews", "/v1/products/{product_id}/reviews/{review_id}");
    let helpful = "/v1/products/{product_id}/reviews/{review_id}/helpful";
    routes
        .post(all, shopper, "Review a product that one got", write::post)
        .about(
            "Once a product, from the moment an order of it was delivered. Everybody sees it when an admin has approved \
             it. The same again answers the review that is there.",
        )
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &NOT_DELIVERED, &REVIEWS_OFF, &ALREADY_REVIEWED])
        .get("/v1/products/{product_id}/reviews/mine", shopper, "One's own review of a product", write::mine)
        .refuses(missing)
        .patch(one, shopper, "Change one's own review", write::edit)
        .about("It waits for an admin again; until then nobody sees it and its stars do not count.")
        .refuses(changes)
        .delete(one, shopper, "Take one's own review back", write::withdraw)
        .refuses(changes)
        .put(helpful, shopper, "Find a review helpful", write::vote)
        .about("Counted once a person, never for a review of one's own.")
        .refuses(&[&kinds::NOT_FOUND, &OWN_REVIEW])
        .delete(helpful, shopper, "Find a review helpful no more", write::unvote)
        .refuses(missing)
        .post("/v1/products/{product_id}/reviews/{review_id}/report", shopper, "Report a review", write::report)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &OWN_REVIEW])
        .put(
            "/v1/products/{product_id}/reviews/{review_id}/reply",
            Access::StaffOf(ProductsWrite),
            "Answer a review",
            write::reply,
        )
        .refuses(changes)
        .get("/v1/admin/reviews", admin, "List reviews by status, or those that were reported", decide::list)
        .get("/v1/admin/reviews/{review_id}/reports", admin, "Why a review was reported", decide::reports)
        .post("/v1/admin/reviews/{review_id}/approve", admin, "Let everybody see a review", decide::approve)
        .about(
            "Its stars count from here on. `revision` is that of the review as it was read: a review that its author \
             changed since is not approved unread. One that was reported is off the list of reported ones.",
        )
        .refuses(changes)
        .post("/v1/admin/reviews/{review_id}/reject", admin, "Turn a review down", decide::reject)
        .refuses(changes)
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NotFound => Self::of(&kinds::NOT_FOUND),
            ReviewError::NotDelivered => Self::of(&NOT_DELIVERED),
            ReviewError::Off => Self::of(&REVIEWS_OFF),
            ReviewError::Known(id) => Self::of(&ALREADY_REVIEWED).with("review_id", id),
            ReviewError::Own => Self::of(&OWN_REVIEW),
            ReviewError::Outdated(now) => Self::of(&kinds::CONFLICT).with("revision", now.0),
            ReviewError::Changed => Self::of(&kinds::CONFLICT),
            ReviewError::Table(error) => error.into(),
            ReviewError::Store(error) => error.into(),
        }
    }
}
