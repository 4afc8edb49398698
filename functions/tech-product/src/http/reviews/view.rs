//! What the routes of reviews answer.

use domain::{ProductId, ReviewId, StoreId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Rating, Reply, Review, ReviewStatus, STARS_MAX};
use crate::table::{ReportReason, ReviewReport};

/// What a product's approved reviews say together.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "Rating")]
pub(in crate::http) struct RatingView {
    /// All stars: over `count` it is the average.
    sum: u64,
    /// How many reviews there are.
    count: u64,
    /// How many of them gave one star, two … five.
    stars: [u32; STARS_MAX as usize],
}

impl From<Rating> for RatingView {
    fn from(rating: Rating) -> Self {
        Self { sum: rating.sum(), count: rating.count(), stars: rating.counts() }
    }
}

/// A review as everybody sees it, by somebody who got the product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub(super) struct ReviewView {
    review_id: ReviewId,
    user_id: UserId,
    /// Stars, 1 to 5.
    rating: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    text: String,
    /// How many found it helpful.
    helpful: u32,
    /// What the store answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Timestamp>,
}

impl From<Review> for ReviewView {
    fn from(review: Review) -> Self {
        let Review { review_id, user_id, opinion, helpful, reply, created_at, edited_at, .. } = review;
        let (rating, title, text) = (opinion.stars.into(), opinion.title, opinion.text);
        Self { review_id, user_id, rating, title, text, helpful, reply, created_at, edited_at }
    }
}

/// Reviews of a product, and what all of them say together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductReviews")]
pub(in crate::http) struct ReviewsView {
    pub(super) product_id: ProductId,
    pub(super) rating: RatingView,
    /// The newest first.
    pub(super) items: Vec<ReviewView>,
    /// What to pass as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// A review as its author sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnReview")]
pub(super) struct OwnReviewView {
    product_id: ProductId,
    status: ReviewStatus,
    /// Why it was turned down.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<String>,
    #[serde(flatten)]
    review: ReviewView,
}

impl From<Review> for OwnReviewView {
    fn from(review: Review) -> Self {
        let rejection = review.rejection.clone();
        Self { product_id: review.product_id, status: review.status, rejection, review: review.into() }
    }
}

/// A review as admins see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReviewToDecide")]
pub(super) struct AdminReviewView {
    store_id: StoreId,
    /// What a decision is on: grows with what it says, and with each decision.
    revision: u32,
    /// How many reported it since it was decided on last.
    reports: u32,
    #[serde(flatten)]
    review: OwnReviewView,
}

impl From<Review> for AdminReviewView {
    fn from(review: Review) -> Self {
        let Review { store_id, revision, reports, .. } = review;
        Self { store_id, revision, reports, review: review.into() }
    }
}

/// Why somebody reported a review.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReviewReport")]
pub(super) struct ReportView {
    user_id: UserId,
    reason: ReportReason,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    at: Timestamp,
}

impl From<ReviewReport> for ReportView {
    fn from(ReviewReport { user_id, reason, note, at, .. }: ReviewReport) -> Self {
        Self { user_id, reason, note, at }
    }
}
