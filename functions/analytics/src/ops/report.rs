//! Counts what front ends report.
//!
//! One transaction creates the rows of many reports, the rows of visitors who are new on a day, puts sessions on, and
//! adds the summed numbers. A report's row that is already there says that it was counted: it is dropped and the rest
//! tried again. So everything counts once, however often and in whatever company it is sent, and a crash loses
//! nothing: either the rows and their numbers are there or neither.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use dynamodb::{Adjust, Error, Key, Row, Stored, TRANSACT_OPERATIONS_MAX, Tx};
use tokio::time::Instant;

use super::reported::Reported;
use super::{CountError, Failed};
use crate::ctx::Ctx;
use crate::domain::{Adds, Session, Tally};
use crate::table::{SearchRow, VisitorRow, day_key};

/// Rows of one transaction; a single report has at most nine. The rest of its room is for days on which sessions began:
/// reports reach back seven days.
const ROWS_MAX: usize = TRANSACT_OPERATIONS_MAX - 10;

/// How often a group is tried that meets others who count the same visitors and sessions.
const ROUNDS_MAX: u32 = 12;

/// Counts each of `items` unless it was counted before. What is not begun within that time fails as [`CountError::Late`].
pub async fn report(ctx: &Ctx, mut items: Vec<Reported>, within: Duration) -> Failed {
    let deadline = Instant::now() + within;
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.record.key()));
    // What writes the same rows shares a transaction, and so pays for them once.
    items.sort_by_cached_key(Reported::neighbourhood);
    let mut failed = Failed::new();
    for group in grouped(items) {
        let ids: Vec<_> = group.iter().map(|item| item.id).collect();
        let done = if Instant::now() < deadline { commit(ctx, group).await } else { Err(CountError::Late) };
        if let Err(error) = done {
            let error = Arc::new(error);
            failed.extend(ids.into_iter().map(|id| (id, Arc::clone(&error))));
        }
    }
    failed
}

/// Groups that fit one transaction each.
fn grouped(items: Vec<Reported>) -> Vec<Vec<Reported>> {
    let mut groups = Vec::<Vec<Reported>>::new();
    let mut written = HashSet::new();
    for item in items {
        let own = item.keys();
        let fits = written.len() + own.difference(&written).count() <= ROWS_MAX;
        if let Some(last) = groups.last_mut().filter(|_| fits) {
            written.extend(own);
            last.push(item);
        } else {
            written = own;
            groups.push(vec![item]);
        }
    }
    groups
}

async fn commit(ctx: &Ctx, mut items: Vec<Reported>) -> Result<(), CountError> {
    for _ in 0..ROUNDS_MAX {
        if items.is_empty() {
            return Ok(());
        }
        match ctx.table.commit(transaction(ctx, &items).await?).await {
            Ok(()) => return Ok(()),
            // The reports' rows come first in it. Visitors and sessions that moved on are read again.
            Err(Error::Refused(refusal)) => {
                let refused: HashSet<_> = refusal.failed().map(|(_, at)| at).collect();
                let mut at = 0..;
                items.retain(|_| at.next().is_some_and(|at| !refused.contains(&at)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(CountError::Contended)
}

/// What counts `items` as the table is now.
async fn transaction(ctx: &Ctx, items: &[Reported]) -> Result<Tx, CountError> {
    let mut sum = Tally::default();
    let mut visits = BTreeSet::new();
    let mut sessions: HashMap<Key, Session> = HashMap::new();
    for item in items {
        sum.merge(&item.tally)?;
        visits.extend(item.visits.iter().cloned());
        if let Some(session) = &item.session {
            let told = sessions.remove(&session.key());
            sessions.insert(session.key(), told.map_or_else(|| session.clone(), |told| told.with(session)));
        }
    }
    // Reading who is known costs a fraction of a transaction that is refused for them.
    for known in ctx.table.get_many::<VisitorRow>(visits.iter().map(Row::key)).await? {
        visits.remove(&*known);
    }
    let before = ctx.table.get_many::<Session>(sessions.keys().cloned()).await?;
    let before: HashMap<Key, Stored<Session>> = before.into_iter().map(|stored| (stored.key(), stored)).collect();

    let mut tx = items.iter().fold(Tx::new(), |tx, item| tx.create("report", &item.record));
    for visit in &visits {
        sum.add_visitor(&visit.scope, visit.day)?;
        tx = tx.create("visitor", visit);
    }
    for (key, told) in sessions {
        if let Some(stored) = before.get(&key) {
            let now = Session::clone(stored).with(&told);
            stored.count(-1, &mut sum)?;
            now.count(1, &mut sum)?;
            tx = tx.replace("session", stored, &now);
        } else {
            told.count(1, &mut sum)?;
            tx = tx.create("session", &told);
        }
    }
    Ok(add(tx, &sum))
}

/// Adds the numbers.
fn add(mut tx: Tx, sum: &Tally) -> Tx {
    for (scope, day, adds) in sum.rows() {
        let adjust = Adjust::upsert("day").set_once("scope", scope).set_once("day", day);
        tx = adjusted(tx, "day", day_key(scope, day), adjust, adds);
    }
    for (day, term, adds) in sum.terms() {
        let adjust = Adjust::upsert("search").set_once("day", day).set_once("term", term);
        tx = adjusted(tx, "search", SearchRow::key_of(day, term), adjust, adds);
    }
    tx
}

/// A session that told nothing new adds zeros to its day, which nobody has to write.
fn adjusted(tx: Tx, name: &'static str, key: Key, adjust: Adjust, adds: &Adds) -> Tx {
    let adds: BTreeMap<_, _> = adds.iter().filter(|(_, n)| **n != 0).collect();
    if adds.is_empty() {
        return tx;
    }
    let adjust = adds.into_iter().fold(adjust, |adjust, (counter, n)| adjust.add(counter.attribute(), *n));
    tx.adjust(name, key, adjust)
}
