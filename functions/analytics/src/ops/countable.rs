//! What is counted once: a fact or a report, with all that counting it writes.

use std::collections::{BTreeSet, HashSet};

use contracts::Event;
use domain::{EventId, business_day};
use dynamodb::{Key, Row, Tx};

use crate::domain::{Report, Session, Tally, Uncountable, Visit, tally};
use crate::table::{EventRow, ReportRow, Scope, VisitorRow, day_key, hour_of};

/// What is counted once: a fact that a service told, or a report of a front end.
pub struct Countable {
    /// Of the event or the report.
    pub id: EventId,
    /// What it adds by itself.
    pub tally: Tally,
    /// Who came where: each adds a visitor unless they came before.
    pub visits: BTreeSet<VisitorRow>,
    /// What it tells of its session.
    pub session: Option<Session>,
    record: Record,
}

/// The row that says that it was counted.
enum Record {
    Told(Box<EventRow>),
    Reported(Box<ReportRow>),
}

impl Countable {
    /// A fact that a service told.
    pub fn told(event: Event) -> Result<Self, Uncountable> {
        let (id, tally) = (event.id, tally(&event)?);
        let record = Record::Told(Box::new(EventRow::new(event)));
        Ok(Self { id, tally, visits: BTreeSet::new(), session: None, record })
    }

    /// What a front end reported.
    pub fn reported(report: Report, visit: Visit) -> Result<Self, Uncountable> {
        let Visit { visitor_id, session_id, device } = visit;
        let (id, tally, day) = (report.id, report.tally()?, business_day(report.at));
        let came = |scope: Scope| VisitorRow { scope: scope.partition(), day, visitor_id };
        let visits = report.visited().into_iter().map(came).collect();
        let session = Session::of(visit, &report);
        let row = ReportRow { hour: hour_of(report.at), visitor_id, session_id, device, report };
        Ok(Self { id, tally, visits, session, record: Record::Reported(Box::new(row)) })
    }

    /// The key of the row that says that it was counted.
    pub fn record_key(&self) -> Key {
        match &self.record {
            Record::Told(row) => row.key(),
            Record::Reported(row) => row.key(),
        }
    }

    /// Adds that row.
    pub fn record(&self, tx: Tx) -> Tx {
        match &self.record {
            Record::Told(row) => tx.create("event", row.as_ref()),
            Record::Reported(row) => tx.create("report", row.as_ref()),
        }
    }

    /// The rows that counting it writes; a session that began on another day may write that day beside them.
    pub fn keys(&self) -> HashSet<Key> {
        let mut keys: HashSet<_> = self.tally.keys().collect();
        keys.insert(self.record_key());
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
