//! Counts a batch.
//!
//! One transaction creates the raw rows of many events, the rows of visitors who are new on a day, and adds the summed
//! numbers. A row that is already there says that its event was counted, or its visitor: it is dropped and the rest tried
//! again. So everything counts once, however often and in whatever company it is delivered, and a crash loses nothing:
//! either the rows and their numbers are there or neither.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use contracts::Event;
use domain::{Date, EventId, business_day};
use dynamodb::{Adjust, Error, Key, TRANSACT_OPERATIONS_MAX, Tx};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::domain::{Counter, Report, Tally, Uncountable, tally};
use crate::table::{EventRow, ReportRow, VisitorRow, hour_of};

/// Why some events of a batch were not counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The event itself cannot be counted.
    #[error(transparent)]
    Uncountable(#[from] Uncountable),
    /// One event changes more rows than a transaction holds.
    #[error("the event changes {0} rows, more than a transaction holds")]
    TooMany(usize),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// What is counted once.
#[derive(Clone)]
pub struct Countable {
    id: EventId,
    raw: Raw,
    tally: Tally,
    visits: BTreeSet<VisitorRow>,
}

/// The record that it was counted.
#[derive(Clone)]
enum Raw {
    Told(Box<EventRow>),
    Reported(Box<ReportRow>),
}

impl Countable {
    /// A fact that a service told.
    pub fn told(event: Event) -> Result<Self, Uncountable> {
        let tally = tally(&event)?;
        Ok(Self { id: event.id, raw: Raw::Told(Box::new(EventRow::new(event))), tally, visits: BTreeSet::new() })
    }

    /// What a front end reported of a visitor.
    pub fn reported(report: Report, visitor_id: Uuid) -> Result<Self, Uncountable> {
        let (tally, day) = (report.tally()?, business_day(report.at));
        let visit = |scope: crate::table::Scope| VisitorRow { scope: scope.partition(), day, visitor_id };
        let visits = report.visited().into_iter().map(visit).collect();
        let (id, hour) = (report.id, hour_of(report.at));
        Ok(Self { id, raw: Raw::Reported(Box::new(ReportRow { hour, visitor_id, report })), tally, visits })
    }
}

/// Some that fit one transaction.
#[derive(Clone, Default)]
struct Group {
    items: Vec<Countable>,
    /// Visitors who were counted before.
    known: BTreeSet<VisitorRow>,
}

impl Group {
    /// Visitors who may be new.
    fn visits(&self) -> BTreeSet<VisitorRow> {
        let all = self.items.iter().flat_map(|item| &item.visits);
        all.filter(|visit| !self.known.contains(visit)).cloned().collect()
    }

    /// What all of them add.
    fn tally(&self) -> Result<Tally, Uncountable> {
        let mut sum = self.items.iter().try_fold(Tally::default(), |sum, item| sum.merge(&item.tally))?;
        for visit in self.visits() {
            sum.add_visitor(&visit.scope, visit.day)?;
        }
        Ok(sum)
    }

    fn operations(&self) -> Result<usize, Uncountable> {
        Ok(self.items.len() + self.visits().len() + self.tally()?.len())
    }
}

/// Counts each event that a service told unless it was counted before. Answers those that failed; all others are done.
pub async fn count(ctx: &Ctx, events: Vec<Event>) -> Vec<(EventId, CountError)> {
    let mut failed = Vec::new();
    let mut items = Vec::new();
    for event in events {
        let id = event.id;
        match Countable::told(event) {
            Ok(item) => items.push(item),
            Err(error) => failed.push((id, error.into())),
        }
    }
    failed.extend(count_all(ctx, items).await);
    failed
}

/// Counts each of `items` unless it was counted before.
pub async fn count_all(ctx: &Ctx, items: Vec<Countable>) -> Vec<(EventId, CountError)> {
    let mut failed = Vec::new();
    let mut groups = vec![Group::default()];
    let mut seen = HashSet::new();
    for item in items.into_iter().filter(|item| seen.insert(item.id)) {
        let id = item.id;
        if let Err(error) = place(&mut groups, item) {
            failed.push((id, error));
        }
    }
    for group in groups {
        let ids: Vec<_> = group.items.iter().map(|item| item.id).collect();
        if let Err(error) = commit(ctx, group).await {
            let detail = error.to_string();
            failed.extend(ids.into_iter().map(|id| {
                (id, CountError::Table(Error::Call { operation: "TransactWriteItems", detail: detail.clone() }))
            }));
        }
    }
    failed
}

/// Puts an item into the last group, or into a new one when that is full.
fn place(groups: &mut Vec<Group>, item: Countable) -> Result<(), CountError> {
    let alone = Group { items: vec![item.clone()], known: BTreeSet::new() };
    let operations = alone.operations()?;
    if operations > TRANSACT_OPERATIONS_MAX {
        return Err(CountError::TooMany(operations));
    }
    if let Some(last) = groups.last_mut() {
        last.items.push(item);
        if last.operations().is_ok_and(|operations| operations <= TRANSACT_OPERATIONS_MAX) {
            return Ok(());
        }
        last.items.pop();
    }
    groups.push(alone);
    Ok(())
}

async fn commit(ctx: &Ctx, mut group: Group) -> Result<(), CountError> {
    while !group.items.is_empty() {
        let (visits, sum) = (Vec::from_iter(group.visits()), group.tally()?);
        let mut tx = group.items.iter().fold(Tx::new(), |tx, item| match &item.raw {
            Raw::Told(row) => tx.create("event", &**row),
            Raw::Reported(row) => tx.create("report", &**row),
        });
        tx = visits.iter().fold(tx, |tx, visit| tx.create("visitor", visit));
        tx = sum.rows().fold(tx, |tx, row| add(tx, row, &sum));
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(()),
            Err(Error::Refused(refusal)) => {
                let known: HashSet<_> = refusal.failed().map(|(_, at)| at).collect();
                let items = group.items.len();
                let met = visits.into_iter().enumerate().filter(|(at, _)| known.contains(&(items + at)));
                group.known.extend(met.map(|(_, visit)| visit));
                let kept = group.items.into_iter().enumerate().filter(|(at, _)| !known.contains(at));
                group.items = kept.map(|(_, item)| item).collect();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn add(tx: Tx, (scope, day, adds): (&str, Date, &BTreeMap<Counter, i64>), sum: &Tally) -> Tx {
    let mut adjust = Adjust::upsert("day").set_once("scope", scope).set_once("day", day);
    if let Some(store) = sum.owner(scope) {
        adjust = adjust.set_once("store_id", store);
    }
    let adjust = adds.iter().fold(adjust, |adjust, (counter, n)| adjust.add(counter.attribute(), *n));
    tx.adjust("day", Key::new(scope, format!("DAY#{day}")), adjust)
}
