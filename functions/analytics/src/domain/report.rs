//! What a front end reports: what people look at. Nothing with money or state in it.

use domain::{EventId, ProductId, StoreId, Timestamp, business_day};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Counter, Tally, Uncountable};
use crate::table::Scope;

/// How late a report may come.
pub const LATE_BY_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far ahead a visitor's clock may be.
const AHEAD_BY_MAX: SignedDuration = SignedDuration::from_mins(5);

/// What can be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportKind {
    /// A page was looked at.
    PageView,
    /// A product's page was looked at.
    ProductView,
    /// Somebody searched.
    ProductSearch,
    /// A category was looked at.
    CategoryView,
    /// A brand was looked at.
    BrandView,
    /// A store was looked at.
    StoreVisit,
    /// A product was shared.
    ShareProduct,
    /// Something was downloaded.
    Download,
    /// Something of the front end's own.
    Custom,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Drawn by the front end: the same id counts once.
    pub id: EventId,
    /// What.
    #[serde(rename = "type")]
    pub kind: ReportKind,
    /// When, by the visitor's clock.
    pub at: Timestamp,
    /// The product it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// The store it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where the visitor came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Where a campaign sent them from: `utm_source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// By what: `utm_medium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// The campaign: `utm_campaign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// What was searched for; with the view of a product, the search that it was opened from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// How much was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<u32>,
    /// The name of a custom report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Why a report does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It does not read as a report.
    #[error("not a report: {0}")]
    Form(String),
    /// What has money or state in it is told by the services, never by a client.
    #[error("{0} is counted from what the services tell, not from reports")]
    OfServices(&'static str),
    /// In the future, or too old.
    #[error("at must be within the last seven days")]
    Time,
    /// A view of a product that is not named, a search for nothing.
    #[error("{0} is required for this type")]
    Missing(&'static str),
    /// A text is too long.
    #[error("{0} is longer than {TEXT_MAX} bytes")]
    TooLong(&'static str),
}

impl ReportError {
    /// What programs compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "malformed",
            Self::OfServices(_) => "of-services",
            Self::Time => "time",
            Self::Missing(_) => "missing",
            Self::TooLong(_) => "too-long",
        }
    }
}

/// The longest text of a report, in bytes.
const TEXT_MAX: usize = 300;

/// Types that front ends know and that are not theirs to report.
const OF_SERVICES: [&str; 11] = [
    "ADD_TO_CART",
    "REMOVE_FROM_CART",
    "CHECKOUT_START",
    "CHECKOUT_COMPLETE",
    "PURCHASE",
    "USER_REGISTER",
    "USER_LOGIN",
    "USER_LOGOUT",
    "REVIEW_SUBMIT",
    "WISHLIST_ADD",
    "COMPARE_ADD",
];

impl Report {
    /// Reads a report that came at `now`. What it keeps is tidied: a page and a referrer without query, a term in lower
    /// case with single spaces.
    pub fn read(report: Value, now: Timestamp) -> Result<Self, ReportError> {
        let kind = report["type"].as_str().unwrap_or_default();
        if let Some(kind) = OF_SERVICES.into_iter().find(|of_services| *of_services == kind) {
            return Err(ReportError::OfServices(kind));
        }
        let read: Self = serde_json::from_value(report).map_err(|error| ReportError::Form(error.to_string()))?;
        let report = read.tidy();
        report.check(now)?;
        Ok(report)
    }

    fn tidy(mut self) -> Self {
        // Queries carry what people typed, and now and then a token.
        for address in [&mut self.path, &mut self.referrer].into_iter().flatten() {
            address.truncate(address.find(['?', '#']).unwrap_or(address.len()));
        }
        let term = self.term.map(|term| term.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "));
        self.term = term.filter(|term| !term.is_empty());
        self
    }

    fn check(&self, now: Timestamp) -> Result<(), ReportError> {
        if self.at > now + AHEAD_BY_MAX || self.at < now - LATE_BY_MAX {
            return Err(ReportError::Time);
        }
        let texts = [
            ("path", &self.path),
            ("referrer", &self.referrer),
            ("source", &self.source),
            ("medium", &self.medium),
            ("campaign", &self.campaign),
            ("term", &self.term),
            ("name", &self.name),
        ];
        let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > TEXT_MAX);
        if let Some((name, _)) = texts.into_iter().find(|(_, text)| long(text)) {
            return Err(ReportError::TooLong(name));
        }
        let missing = match self.kind {
            ReportKind::ProductView | ReportKind::ShareProduct if self.product_id.is_none() => Some("product_id"),
            ReportKind::StoreVisit if self.store_id.is_none() => Some("store_id"),
            ReportKind::ProductSearch if self.term.is_none() => Some("term"),
            ReportKind::Custom if self.name.is_none() => Some("name"),
            _ => None,
        };
        missing.map_or(Ok(()), |field| Err(ReportError::Missing(field)))
    }

    /// The scopes that its visitor came to.
    pub fn visited(&self) -> Vec<Scope> {
        std::iter::once(Scope::Platform).chain(self.store_id.map(Scope::Store)).collect()
    }

    /// What it adds, in its own business day.
    pub fn tally(&self) -> Result<Tally, Uncountable> {
        let (day, mut tally) = (business_day(self.at), Tally::default());
        match self.kind {
            ReportKind::PageView => tally.add(Scope::Platform, day, Counter::PageViews, 1)?,
            ReportKind::ProductView => {
                if let Some(term) = &self.term {
                    tally.add_term(day, term, Counter::SearchClicks)?;
                }
                for scope in self.visited().into_iter().chain(self.product_id.map(Scope::Product)) {
                    tally.add(scope, day, Counter::ProductViews, 1)?;
                }
            }
            ReportKind::ProductSearch => {
                tally.add(Scope::Platform, day, Counter::Searches, 1)?;
                let terms = self.term.iter();
                for term in terms.clone() {
                    tally.add_term(day, term, Counter::Searches)?;
                }
                if self.results == Some(0) {
                    for term in terms {
                        tally.add_term(day, term, Counter::SearchesWithoutResult)?;
                    }
                    tally.add(Scope::Platform, day, Counter::SearchesWithoutResult, 1)?;
                }
            }
            _ => {}
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(report: Value) -> Result<Report, ReportError> {
        Report::read(report, "2026-11-23T06:00:00Z".parse().unwrap())
    }

    fn search(term: &str) -> Value {
        json!({"id": EventId::derived("s"), "type": "PRODUCT_SEARCH", "at": "2026-11-23T05:59:00Z", "term": term})
    }

    #[test]
    fn one_term_has_one_spelling() {
        for term in ["RYZEN  7", " ryzen 7 ", "Ryzen\t7"] {
            assert_eq!(read(search(term)).unwrap().term.as_deref(), Some("ryzen 7"));
        }
        assert_eq!(read(search("Ноутбук")).unwrap().term.as_deref(), Some("ноутбук"));
        assert_eq!(read(search(" \t")), Err(ReportError::Missing("term")));
        assert_eq!(read(search(&"x".repeat(301))), Err(ReportError::TooLong("term")));
    }

    #[test]
    fn a_query_is_not_kept() {
        let mut report = search("x");
        report["path"] = json!("/reset?token=secret");
        report["referrer"] = json!("https://mail.example/inbox#message");
        let report = read(report).unwrap();
        assert_eq!(report.path.as_deref(), Some("/reset"));
        assert_eq!(report.referrer.as_deref(), Some("https://mail.example/inbox"));
    }

    #[test]
    fn a_report_is_of_the_last_seven_days() {
        let at = |at: &str| {
            let mut report = search("x");
            report["at"] = at.into();
            read(report).map(|_| ())
        };
        for good in ["2026-11-23T06:05:00Z", "2026-11-23T06:00:00Z", "2026-11-16T06:00:00Z"] {
            assert_eq!(at(good), Ok(()), "{good}");
        }
        for wrong in ["2026-11-23T06:05:01Z", "2026-11-16T05:59:59Z", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z"] {
            assert_eq!(at(wrong), Err(ReportError::Time), "{wrong}");
        }
    }

    #[test]
    fn what_services_tell_is_not_reported() {
        for kind in OF_SERVICES {
            assert_eq!(read(json!({"type": kind})), Err(ReportError::OfServices(kind)));
        }
    }
}
