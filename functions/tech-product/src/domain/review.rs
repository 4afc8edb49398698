//! What a buyer says of a product, and whether everybody sees it.

use domain::{Change, ProductId, ReviewId, StoreId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fault, Refusal, Stars};

const TITLE_MAX: usize = 100;
const TEXT_MAX: usize = 2_000;

/// A review of a product by somebody who got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub review_id: ReviewId,
    /// Of what.
    pub product_id: ProductId,
    /// The seller.
    pub store_id: StoreId,
    /// What the seller calls the product: with the store it is where the product's card stands.
    pub sku: String,
    /// By whom.
    pub user_id: UserId,
    /// What it says.
    pub opinion: Opinion,
    /// Who sees it.
    pub status: ReviewStatus,
    /// Grows with every change of what it says and with every decision on it: a decision is on what was read.
    pub revision: u32,
    /// Why it was turned down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<String>,
    /// How many found it helpful; each has a row of their own that says so.
    pub helpful: u32,
    /// How many reported it since it was decided on last.
    pub reports: u32,
    /// What the store answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// Where a review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewStatus {
    /// Waits for an admin.
    Pending,
    /// Everybody sees it, and its stars count.
    Approved,
    /// Turned down: its author alone sees it, with the reason.
    Rejected,
}

/// What a review says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Its stars.
    pub stars: Stars,
    /// In a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// In many.
    pub text: String,
}

/// What is to be said anew; what is not mentioned stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpinionChange {
    stars: Option<Stars>,
    title: Change<String>,
    text: Option<String>,
}

/// What a store answers to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReviewReply")]
pub struct Reply {
    /// Its words.
    pub text: String,
    /// When they were said.
    pub at: Timestamp,
}

/// What an admin makes of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Everybody may see it.
    Approve,
    /// Nobody may, for this reason.
    Reject(String),
}

/// The decision is on something else than what is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the review is at revision {0}")]
pub struct Outdated(pub u32);

impl Opinion {
    /// Reads what somebody says; every broken rule is named.
    pub fn read(rating: u8, title: Option<&str>, text: &str) -> Result<Self, Vec<Refusal>> {
        match (read_stars(rating), title.map(read_title).transpose(), read_text(text)) {
            (Ok(stars), Ok(title), Ok(text)) => Ok(Self { stars, title, text }),
            (stars, title, text) => Err([stars.err(), title.err(), text.err()].into_iter().flatten().collect()),
        }
    }

    fn changed(&self, change: OpinionChange) -> Self {
        Self {
            stars: change.stars.unwrap_or(self.stars),
            title: change.title.apply(self.title.clone()),
            text: change.text.unwrap_or_else(|| self.text.clone()),
        }
    }
}

impl OpinionChange {
    /// Reads what is to be said anew; every broken rule is named.
    pub fn read(rating: Option<u8>, title: Change<String>, text: Option<&str>) -> Result<Self, Vec<Refusal>> {
        let title = title.try_map(|title| read_title(&title));
        match (rating.map(read_stars).transpose(), title, text.map(read_text).transpose()) {
            (Ok(stars), Ok(title), Ok(text)) => Ok(Self { stars, title, text }),
            (stars, title, text) => Err([stars.err(), title.err(), text.err()].into_iter().flatten().collect()),
        }
    }
}

fn read_stars(rating: u8) -> Result<Stars, Refusal> {
    Stars::try_from(rating).map_err(|_| Refusal::new("rating", Fault::Stars).found(&rating.to_string()))
}

/// One line, whatever it was typed as.
fn read_title(title: &str) -> Result<String, Refusal> {
    bounded("title", title.split_whitespace().collect::<Vec<_>>().join(" "), TITLE_MAX)
}

fn read_text(text: &str) -> Result<String, Refusal> {
    bounded("text", text.trim().to_owned(), TEXT_MAX)
}

fn bounded(field: &str, text: String, max: usize) -> Result<String, Refusal> {
    match text.chars().count() {
        0 => Err(Refusal::new(field, Fault::Missing)),
        length if length > max => Err(Refusal::new(field, Fault::TooLong).found(&text)),
        _ => Ok(text),
    }
}

impl Review {
    /// The stars that count in the product's rating.
    pub fn counted(&self) -> Option<Stars> {
        (self.status == ReviewStatus::Approved).then_some(self.opinion.stars)
    }

    /// The review as its author changes it: it waits for an admin again. `None` when it says the same already.
    pub fn edited(&self, change: OpinionChange, at: Timestamp) -> Option<Self> {
        let opinion = self.opinion.changed(change);
        (opinion != self.opinion).then(|| Self {
            opinion,
            status: ReviewStatus::Pending,
            revision: self.revision + 1,
            rejection: None,
            reports: 0,
            edited_at: Some(at),
            ..self.clone()
        })
    }

    /// The review after an admin's decision on its `revision`; `None` when that very decision was carried out before.
    pub fn decided(&self, decision: &Decision, revision: u32) -> Result<Option<Self>, Outdated> {
        let (status, rejection) = match decision {
            Decision::Approve => (ReviewStatus::Approved, None),
            Decision::Reject(reason) => (ReviewStatus::Rejected, Some(reason.clone())),
        };
        let made = (self.status, &self.rejection) == (status, &rejection);
        if made && self.revision == revision + 1 {
            return Ok(None);
        }
        if self.revision != revision {
            return Err(Outdated(self.revision));
        }
        Ok(Some(Self { status, rejection, revision: revision + 1, reports: 0, ..self.clone() }))
    }

    /// The review with the store's answer; `None` when it is that already.
    pub fn replied(&self, text: &str, at: Timestamp) -> Option<Self> {
        let same = self.reply.as_ref().is_some_and(|reply| reply.text == text);
        (!same).then(|| Self { reply: Some(Reply { text: text.to_owned(), at }), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn review() -> Review {
        Review {
            review_id: ReviewId::derived("r"),
            product_id: ProductId::derived("p"),
            store_id: StoreId::derived("s"),
            sku: "A".into(),
            user_id: UserId::derived("u"),
            opinion: Opinion::read(4, Some("Yaxshi"), "Tez va sokin").unwrap(),
            status: ReviewStatus::Pending,
            revision: 1,
            rejection: None,
            helpful: 0,
            reports: 0,
            reply: None,
            created_at: at(1),
            edited_at: None,
        }
    }

    #[test]
    fn every_broken_rule_of_an_opinion_is_named() {
        let fields = |rating, title, text: &str| {
            let refusals = Opinion::read(rating, title, text).err().unwrap_or_default();
            refusals.iter().map(|r| format!("{} {}", r.field, r.fault.code())).collect::<Vec<_>>()
        };
        assert_eq!(fields(6, Some(" "), "\n"), ["rating not-stars", "title missing", "text missing"]);
        assert_eq!(fields(0, None, &"я".repeat(2_001)), ["rating not-stars", "text too-long"]);
        assert_eq!(fields(5, Some(&"я".repeat(100)), &"я".repeat(2_000)), [""; 0]);
        let read = Opinion::read(5, Some(" Zo'r \n narsa "), "  Ikki\nqator ").unwrap();
        assert_eq!((read.title.as_deref(), read.text.as_str()), (Some("Zo'r narsa"), "Ikki\nqator"));
    }

    #[test]
    fn an_edited_review_waits_again_and_counts_no_more() {
        let approved = review().decided(&Decision::Approve, 1).unwrap().unwrap();
        assert_eq!(approved.counted(), Some(approved.opinion.stars));
        let change = |rating| OpinionChange::read(rating, Change::Keep, None).unwrap();
        assert_eq!(approved.edited(change(Some(4)), at(2)), None, "it says so already");
        let edited = approved.edited(change(Some(2)), at(2)).unwrap();
        assert_eq!((edited.status, edited.revision, edited.counted()), (ReviewStatus::Pending, 3, None));
        assert_eq!((edited.opinion.title.as_deref(), edited.edited_at), (Some("Yaxshi"), Some(at(2))));
    }

    #[test]
    fn a_decision_is_on_what_was_read_and_repeats_itself_harmlessly() {
        let waiting = review();
        let approved = waiting.decided(&Decision::Approve, 1).unwrap().unwrap();
        assert_eq!(approved.decided(&Decision::Approve, 1), Ok(None), "its second delivery");
        let reject = Decision::Reject("haqorat".into());
        let rejected = approved.decided(&reject, 2).unwrap().unwrap();
        assert_eq!((rejected.counted(), rejected.rejection.as_deref()), (None, Some("haqorat")));
        assert_eq!(rejected.decided(&Decision::Approve, 1), Err(Outdated(3)), "it comes late");
        let edited = waiting.edited(OpinionChange::read(Some(1), Change::Clear, None).unwrap(), at(2)).unwrap();
        assert_eq!(edited.decided(&Decision::Approve, 1), Err(Outdated(2)), "nobody has read that");
    }

    #[test]
    fn approving_a_reported_review_again_answers_its_reports() {
        let reported = Review { reports: 3, ..review().decided(&Decision::Approve, 1).unwrap().unwrap() };
        let again = reported.decided(&Decision::Approve, 2).unwrap().unwrap();
        assert_eq!((again.reports, again.counted()), (0, reported.counted()));
    }
}
