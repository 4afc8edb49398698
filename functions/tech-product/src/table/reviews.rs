//! Reviews, and what others say of them.

use domain::{ProductId, ReviewId, Timestamp, UserId};
use dynamodb::{Index, Key, Query, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::keys::sortable;
use crate::domain::{Review, ReviewStatus};

/// Approved reviews that were reported since.
const REPORTED: &str = "REVIEWS#REPORTED";

/// That somebody found a review helpful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpfulVote {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub review_id: ReviewId,
    /// When.
    pub at: Timestamp,
}

/// That somebody reported a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReport {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub review_id: ReviewId,
    /// Why.
    pub reason: ReportReason,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is wrong with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportReason {
    /// It advertises something.
    Spam,
    /// It insults.
    Offensive,
    /// It is about something else.
    OffTopic,
    /// It tells somebody's name, number or address.
    PersonalData,
    /// Something else.
    Other,
}

/// Key of a review.
pub fn review_key(id: ReviewId) -> Key {
    Key::new(format!("REVIEW#{id}"), "REVIEW")
}

/// Key of the row that says that somebody found a review helpful.
pub fn helpful_key(user: UserId, review: ReviewId) -> Key {
    Key::new(format!("BUYER#{user}"), format!("HELPFUL#{review}"))
}

/// What everybody sees of a product's reviews, newest first.
pub fn reviews_of(product: ProductId) -> Query {
    Query::partition(format!("REVIEWS#{product}")).on(Index::Gsi1).descending()
}

/// Reviews of that status, the oldest first.
pub fn reviews(status: ReviewStatus) -> Query {
    Query::partition(list(status)).on(Index::Gsi2)
}

/// Approved reviews that were reported since, the oldest first.
pub fn reported_reviews() -> Query {
    Query::partition(REPORTED).on(Index::Gsi3)
}

/// Why a review was reported, newest first.
pub fn reports_of(review: ReviewId) -> Query {
    Query::partition(format!("REPORTS#{review}")).on(Index::Gsi1).descending()
}

const fn list(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Pending => "REVIEWS#PENDING",
        ReviewStatus::Approved => "REVIEWS#APPROVED",
        ReviewStatus::Rejected => "REVIEWS#REJECTED",
    }
}

impl Row for Review {
    const KIND: &'static str = "review";

    fn key(&self) -> Key {
        review_key(self.review_id)
    }

    /// Ids sort by the time of writing.
    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = self.review_id.to_string();
        let mut places = vec![(Index::Gsi2, Key::new(list(self.status), &place))];
        if self.counted().is_some() {
            places.push((Index::Gsi1, Key::new(format!("REVIEWS#{}", self.product_id), &place)));
            if self.reports > 0 {
                places.push((Index::Gsi3, Key::new(REPORTED, &place)));
            }
        }
        places
    }
}

impl Row for HelpfulVote {
    const KIND: &'static str = "helpful-vote";

    fn key(&self) -> Key {
        helpful_key(self.user_id, self.review_id)
    }
}

impl Row for ReviewReport {
    const KIND: &'static str = "review-report";

    fn key(&self) -> Key {
        Key::new(format!("BUYER#{}", self.user_id), format!("REPORTED#{}", self.review_id))
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", sortable(self.at), self.user_id);
        vec![(Index::Gsi1, Key::new(format!("REPORTS#{}", self.review_id), place))]
    }
}
