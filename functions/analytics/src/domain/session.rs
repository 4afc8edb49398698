use domain::{EventId, Timestamp, business_day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Counter, Report, ReportKind, Tally, Uncountable};
use crate::table::Scope;

/// What a visitor holds in their hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Device {
    /// A computer.
    Desktop,
    /// A phone.
    Mobile,
    /// A tablet.
    Tablet,
    /// Something else.
    Other,
}

/// Whose reports they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// By an id that the front end drew; it is not a person's.
    pub visitor_id: Uuid,
    /// One sitting of theirs, if the front end tells them apart.
    pub session_id: Option<Uuid>,
    /// On what.
    pub device: Option<Device>,
}

/// One sitting of a visitor, as its reports so far tell it. Sessions of different reports put together
/// ([`Session::with`]) are the same in whatever order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "VisitorSession")]
pub struct Session {
    /// Whose.
    pub visitor_id: Uuid,
    /// Which.
    pub session_id: Uuid,
    /// The first report.
    pub first_at: Timestamp,
    /// The last one.
    pub last_at: Timestamp,
    /// Pages that were looked at.
    pub page_views: u64,
    /// Reports of any type.
    pub reports: u64,
    /// Which report was the first; it tells the rest.
    pub first_id: EventId,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// The first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing: Option<String>,
    /// Where the visitor came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// `utm_source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `utm_medium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// `utm_campaign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
}

impl Session {
    /// What one report tells of its session; none when the front end does not tell sessions apart.
    pub fn of(visit: Visit, report: &Report) -> Option<Self> {
        Some(Self {
            visitor_id: visit.visitor_id,
            session_id: visit.session_id?,
            first_at: report.at,
            last_at: report.at,
            page_views: u64::from(report.kind == ReportKind::PageView),
            reports: 1,
            first_id: report.id,
            device: visit.device,
            landing: report.path.clone(),
            referrer: report.referrer.clone(),
            source: report.source.clone(),
            medium: report.medium.clone(),
            campaign: report.campaign.clone(),
        })
    }

    /// Both together: `other` is of the same session and of other reports.
    pub fn with(self, other: &Self) -> Self {
        let (last_at, page_views) = (self.last_at.max(other.last_at), self.page_views + other.page_views);
        let reports = self.reports + other.reports;
        let other_began = (other.first_at, other.first_id) < (self.first_at, self.first_id);
        let first = if other_began { other.clone() } else { self };
        Self { last_at, page_views, reports, ..first }
    }

    /// Whole seconds from the first report to the last.
    pub fn seconds(&self) -> i64 {
        self.last_at.duration_since(self.first_at).as_secs()
    }

    /// Whether it looked at no more than one page.
    pub const fn bounced(&self) -> bool {
        self.page_views <= 1
    }

    /// Adds what it stands for in the day of its first report, `times` times: once negative for what it was before.
    pub fn count(&self, times: i64, tally: &mut Tally) -> Result<(), Uncountable> {
        let day = business_day(self.first_at);
        tally.add(Scope::Platform, day, Counter::Sessions, times)?;
        tally.add(Scope::Platform, day, Counter::Bounced, times * i64::from(self.bounced()))?;
        tally.add(Scope::Platform, day, Counter::SessionSeconds, times * self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn report(n: u8, second: i64, kind: ReportKind) -> Session {
        let at = Timestamp::from_second(1_795_413_600 + second).unwrap();
        let report = json!({"id": EventId::derived(&n.to_string()), "type": kind, "at": at, "path": format!("/{n}")});
        let visitor_id = Uuid::nil();
        let visit = Visit { visitor_id, session_id: Some(visitor_id), device: None };
        Session::of(visit, &serde_json::from_value(report).unwrap()).unwrap()
    }

    #[test]
    fn a_session_of_one_page_bounced() {
        let one = report(1, 0, ReportKind::PageView).with(&report(2, 30, ReportKind::Custom));
        assert!(one.bounced());
        let two = one.with(&report(3, 45, ReportKind::PageView));
        assert_eq!((two.bounced(), two.seconds(), two.landing.as_deref()), (false, 45, Some("/1")));
    }

    proptest! {
        #[test]
        fn reports_tell_the_same_session_in_any_order(
            reports in prop::collection::vec((0..20_i64, any::<bool>()), 1..8),
            order in any::<prop::sample::Index>(),
        ) {
            let all: Vec<_> = (0..).zip(&reports).map(|(n, (second, page))| {
                report(n, *second, if *page { ReportKind::PageView } else { ReportKind::Custom })
            }).collect();
            let told = |all: &[Session]| all[1..].iter().fold(all[0].clone(), Session::with);
            let mut other = all.clone();
            other.rotate_left(order.index(all.len()));
            other.reverse();
            prop_assert_eq!(told(&all), told(&other));
        }
    }
}
