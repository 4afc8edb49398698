//! What a front end reports: what people look at. Nothing with money or state in it.

use domain::{EventId, ProductId, StoreId, Timestamp, business_day};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// What was searched for.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// In the future, or too old.
    #[error("at must be within the last seven days")]
    Time,
    /// A view of a product that is not named, a search for nothing.
    #[error("{0} is required for this type")]
    Missing(&'static str),
    /// A text is too long.
    #[error("{0} is too long")]
    TooLong(&'static str),
}

/// The longest text of a report.
const TEXT_MAX: usize = 300;

impl Report {
    /// Whether it counts.
    pub fn check(&self, now: Timestamp) -> Result<(), ReportError> {
        if self.at > now + AHEAD_BY_MAX || self.at < now - LATE_BY_MAX {
            return Err(ReportError::Time);
        }
        let texts = [
            ("path", &self.path),
            ("referrer", &self.referrer),
            ("campaign", &self.campaign),
            ("term", &self.term),
            ("name", &self.name),
        ];
        if let Some((name, _)) = texts.iter().find(|(_, text)| text.as_ref().is_some_and(|text| text.len() > TEXT_MAX))
        {
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
            ReportKind::ProductView => {
                for scope in self.visited().into_iter().chain(self.product_id.map(Scope::Product)) {
                    tally.add(scope, day, Counter::ProductViews, 1)?;
                }
            }
            ReportKind::ProductSearch => {
                tally.add(Scope::Platform, day, Counter::Searches, 1)?;
                if self.results == Some(0) {
                    tally.add(Scope::Platform, day, Counter::SearchesWithoutResult, 1)?;
                }
            }
            _ => {}
        }
        Ok(tally)
    }
}
