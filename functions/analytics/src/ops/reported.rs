//! A report with all that counting it writes.

use std::collections::{BTreeSet, HashSet};

use domain::{EventId, business_day};
use dynamodb::{Key, Row};

use crate::domain::{Report, Session, Tally, Uncountable, Visit};
use crate::table::{ReportRow, Scope, VisitorRow, day_key, hour_of};

/// What a front end reported, to be counted once.
pub struct Reported {
    /// Of the report.
    pub id: EventId,
    /// What it adds by itself.
    pub tally: Tally,
    /// Who came where: each adds a visitor unless they came before.
    pub visits: BTreeSet<VisitorRow>,
    /// What it tells of its session.
    pub session: Option<Session>,
    /// The row that says that it was counted.
    pub record: ReportRow,
}

impl Reported {
    /// A report of that visit.
    pub fn new(report: Report, visit: Visit) -> Result<Self, Uncountable> {
        let Visit { visitor_id, session_id, device } = visit;
        let (id, tally, day) = (report.id, report.tally()?, business_day(report.at));
        let came = |scope: Scope| VisitorRow { scope: scope.partition(), day, visitor_id };
        let visits = report.visited().into_iter().map(came).collect();
        let session = Session::of(visit, &report);
        let record = ReportRow { hour: hour_of(report.at), visitor_id, session_id, device, report };
        Ok(Self { id, tally, visits, session, record })
    }

    /// The rows that counting it writes; a session that began on another day may write that day beside them.
    pub fn keys(&self) -> HashSet<Key> {
        let mut keys: HashSet<_> = self.tally.keys().collect();
        keys.insert(self.record.key());
        keys.extend(self.visits.iter().flat_map(|visit| [visit.key(), day_key(&visit.scope, visit.day)]));
        keys.extend(self.session.as_ref().map(Row::key));
        keys
    }

    /// Equal for those that are likely to write the same rows.
    pub fn neighbourhood(&self) -> String {
        let session = self.session.as_ref().map(|session| session.session_id.to_string());
        let store = self.tally.rows().map(|(scope, ..)| scope).find(|scope| scope.starts_with("STORE#"));
        session.or_else(|| store.map(ToOwned::to_owned)).unwrap_or_default()
    }
}
