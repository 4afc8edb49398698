//! Counts a batch of events.
//!
//! One transaction creates the raw rows of many events and adds their summed numbers. A row that is already there says
//! that its event was counted: it is dropped and the rest tried again. So every event counts once, however often and in
//! whatever company it is delivered, and a crash loses nothing: either the row and its numbers are there or neither.

use std::collections::HashSet;

use contracts::Event;
use domain::EventId;
use dynamodb::{Adjust, Error, Key, TRANSACT_OPERATIONS_MAX, Tx};

use crate::ctx::Ctx;
use crate::domain::{Tally, Uncountable, tally};
use crate::table::EventRow;

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

/// Some events that fit one transaction.
#[derive(Default)]
struct Group {
    events: Vec<Event>,
    tally: Tally,
}

impl Group {
    fn operations(&self) -> usize {
        self.events.len() + self.tally.len()
    }
}

/// Counts each of `events` unless it was counted before. Answers those that failed; all others are done.
pub async fn count(ctx: &Ctx, events: Vec<Event>) -> Vec<(EventId, CountError)> {
    let mut failed = Vec::new();
    let mut groups = vec![Group::default()];
    let mut seen = HashSet::new();
    for event in events.into_iter().filter(|event| seen.insert(event.id)) {
        let id = event.id;
        if let Err(error) = place(&mut groups, event) {
            failed.push((id, error));
        }
    }
    for group in groups {
        let ids: Vec<_> = group.events.iter().map(|event| event.id).collect();
        if let Err(error) = commit(ctx, group).await {
            let detail = error.to_string();
            failed.extend(ids.into_iter().map(|id| {
                (id, CountError::Table(Error::Call { operation: "TransactWriteItems", detail: detail.clone() }))
            }));
        }
    }
    failed
}

/// Puts `event` into the last group, or into a new one when that is full.
fn place(groups: &mut Vec<Group>, event: Event) -> Result<(), CountError> {
    let own = tally(&event)?;
    if own.len() + 1 > TRANSACT_OPERATIONS_MAX {
        return Err(CountError::TooMany(own.len() + 1));
    }
    if let Some(last) = groups.last_mut() {
        let merged = last.tally.clone().merge(&own)?;
        if last.events.len() + 1 + merged.len() <= TRANSACT_OPERATIONS_MAX {
            last.events.push(event);
            last.tally = merged;
            return Ok(());
        }
    }
    groups.push(Group { events: vec![event], tally: own });
    Ok(())
}

async fn commit(ctx: &Ctx, mut group: Group) -> Result<(), CountError> {
    while group.operations() > 0 {
        let tx = group.events.iter().fold(Tx::new(), |tx, event| tx.create("event", &EventRow::new(event.clone())));
        match ctx.table.commit(group.tally.rows().fold(tx, add)).await {
            Ok(()) => return Ok(()),
            Err(Error::Refused(refusal)) => {
                let counted: HashSet<_> = refusal.failed().map(|(_, at)| at).collect();
                let kept = group.events.into_iter().enumerate().filter(|(at, _)| !counted.contains(at));
                group = Group::default();
                for (_, event) in kept {
                    group.tally = group.tally.merge(&tally(&event)?)?;
                    group.events.push(event);
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn add(tx: Tx, row: (&str, domain::Date, &std::collections::BTreeMap<crate::domain::Counter, i64>)) -> Tx {
    let (scope, day, adds) = row;
    let adjust = Adjust::upsert("day").set_once("scope", scope).set_once("day", day);
    let adjust = adds.iter().fold(adjust, |adjust, (counter, n)| adjust.add(counter.attribute(), *n));
    tx.adjust("day", Key::new(scope, format!("DAY#{day}")), adjust)
}
