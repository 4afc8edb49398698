//! Counts what services told.
//!
//! An event adds to several rows: the platform's day, those of stores and of products. Each is one plain conditional
//! write, half the price of its part in a transaction. A write adds an event's numbers together with its mark; once all
//! rows have it the raw event is written, which says for good that it was counted, and its marks may go.
//!
//! | step | what | a crash after it leaves |
//! | --- | --- | --- |
//! | 1 | read the marks of the rows | nothing |
//! | 2 | then read which events have their raw rows: those of the batch, and the marked ones of rows with many marks | nothing |
//! | 3 | add to each row what it has no mark of and what has no raw row, and drop marks of what has one; refused when anything was counted in the row since step 1: from step 1 again | marks in some rows: the next delivery adds to the others |
//! | 4 | write the raw rows of the events that all their rows have | marks in all rows: the next delivery only writes the raw row |
//!
//! So each event counts once, in whatever order, company and number it is delivered: what has no mark in step 3 had none
//! in step 1. Then it was never counted in the row, or its mark is gone; but a mark goes after the raw row is there, and
//! that was not there in step 2, later than step 1. No clock is asked. A worker remembers which raw rows it saw or wrote
//! ([`super::Recorded`]) and reads only of the others.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use contracts::Event;
use domain::Date;
use dynamodb::{Adjust, Error, Row, Tx};
use futures::StreamExt;
use futures::stream::iter;
use tokio::time::Instant;

use super::{CountError, Failed};
use crate::ctx::Ctx;
use crate::domain::{Adds, Tally, Uncountable, add_all, tally};
use crate::table::{DayRow, EventRow, Mark, MarksRow, day_key};

/// What a batch of a queue may take: a worker ends after five seconds.
const BATCH_TIME: Duration = Duration::from_millis(3_500);

/// How often a row is tried that others count in. Each time one of them got on, and there are few.
const ROUNDS_MAX: u32 = 12;

/// Writes under way at once.
const WRITES_MAX: usize = 16;

/// A scope and its day: what one row is about.
type Place = (String, Date);

/// Counts each event unless it was counted before. Answers those that failed; all others are done.
pub async fn count(ctx: &Ctx, events: Vec<Event>) -> Failed {
    count_within(ctx, events, BATCH_TIME).await
}

/// Counts each event unless it was counted before. What is not done within that time fails as [`CountError::Late`].
pub async fn count_within(ctx: &Ctx, events: Vec<Event>, within: Duration) -> Failed {
    let deadline = Instant::now() + within;
    let mut batch = Batch::default();
    for event in events {
        batch.take(event);
    }
    for _ in 0..ROUNDS_MAX {
        if batch.places.is_empty() {
            break;
        }
        if Instant::now() >= deadline {
            batch.give_up(CountError::Late);
        } else if let Err(error) = batch.round(ctx).await {
            batch.give_up(error.into());
        }
    }
    batch.give_up(CountError::Contended);
    batch.record(ctx).await;
    batch.failed
}

/// Events on their way into their rows.
#[derive(Default)]
struct Batch {
    events: BTreeMap<Mark, (Event, Tally)>,
    /// The rows that do not have all of them yet.
    places: BTreeSet<Place>,
    failed: Failed,
}

impl Batch {
    fn take(&mut self, event: Event) {
        match tally(&event) {
            Ok(tally) => {
                self.places.extend(tally.rows().map(|(scope, day, _)| (scope.to_owned(), day)));
                self.events.insert(Mark::of(&event), (event, tally));
            }
            Err(error) => self.failed.push((event.id, Arc::new(error.into()))),
        }
    }

    /// Steps 1 to 3 for the rows that are left.
    async fn round(&mut self, ctx: &Ctx) -> Result<(), Error> {
        let rows = ctx.table.get_many::<MarksRow>(self.places.iter().map(|(scope, day)| day_key(scope, *day))).await?;
        let mut rows: HashMap<Place, MarksRow> =
            rows.into_iter().map(|row| ((row.scope.clone(), row.day), row.into_row())).collect();
        let full = rows.values().filter(|row| row.is_full()).flat_map(|row| &row.marks);
        let (known, asked): (HashSet<&Mark>, HashSet<&Mark>) =
            self.waiting().chain(full).partition(|mark| ctx.recorded.has(mark));
        let mut recorded: HashSet<Mark> = known.into_iter().cloned().collect();
        for row in ctx.table.get_many::<EventRow>(asked.into_iter().map(Mark::record_key)).await? {
            recorded.insert(Mark::of(&row.event));
        }
        for mark in &recorded {
            ctx.recorded.remember(mark);
        }
        self.events.retain(|mark, _| !recorded.contains(mark));

        let places = std::mem::take(&mut self.places);
        let writes = places.into_iter().map(|place| {
            let row = rows.remove(&place).unwrap_or_default();
            let change = self.change(&place, &row, &recorded);
            async move {
                let written = match change {
                    Ok(Some(tx)) => ctx.table.commit(tx).await.map_err(CountError::from),
                    Ok(None) => Ok(()),
                    Err(error) => Err(error.into()),
                };
                (place, written)
            }
        });
        let writes: Vec<_> = writes.collect();
        for (place, written) in iter(writes).buffer_unordered(WRITES_MAX).collect::<Vec<_>>().await {
            match written {
                Ok(()) => {}
                Err(CountError::Table(Error::Refused(_))) => drop(self.places.insert(place)),
                Err(error) => self.fail(&error.into(), |tally| tally.row(&place).is_some()),
            }
        }
        Ok(())
    }

    /// What is to be written to the row of `place`, which was read as `row`; none when it has everything.
    fn change(&self, place: &Place, row: &MarksRow, recorded: &HashSet<Mark>) -> Result<Option<Tx>, Uncountable> {
        let (mut sum, mut owner, mut marks) = (Adds::new(), None, Vec::new());
        for (mark, (_, tally)) in &self.events {
            let Some(adds) = tally.row(place).filter(|_| !row.marks.contains(mark)) else { continue };
            add_all(&mut sum, adds)?;
            owner = owner.or_else(|| tally.owner(&place.0));
            marks.push(mark);
        }
        sum.retain(|_, n| *n != 0);
        if sum.is_empty() {
            return Ok(None);
        }
        marks.extend(row.marks.iter().filter(|mark| !recorded.contains(mark)));
        let mut adjust = Adjust::upsert(DayRow::KIND)
            .set_once("scope", &place.0)
            .set_once("day", place.1)
            .set("marks", marks)
            .add("told", 1)
            // It only grows: nothing was counted in the row since.
            .at_most("told", row.told)
            .guarded();
        if let Some(store) = owner {
            adjust = adjust.set_once("store_id", store);
        }
        let adjust = sum.into_iter().fold(adjust, |adjust, (counter, n)| adjust.add(counter.attribute(), n));
        Ok(Some(Tx::new().adjust("day", day_key(&place.0, place.1), adjust)))
    }

    /// Step 4.
    async fn record(&mut self, ctx: &Ctx) {
        let rows = std::mem::take(&mut self.events).into_iter().map(|(mark, (event, _))| async move {
            let id = event.id;
            (mark, id, ctx.table.create(&EventRow::new(event)).await)
        });
        let rows: Vec<_> = rows.collect();
        for (mark, id, created) in iter(rows).buffer_unordered(WRITES_MAX).collect::<Vec<_>>().await {
            match created {
                // Refused when somebody else was faster.
                Ok(()) | Err(Error::Refused(_)) => ctx.recorded.remember(&mark),
                Err(error) => self.failed.push((id, Arc::new(error.into()))),
            }
        }
    }

    /// The events that some row does not have yet.
    fn waiting(&self) -> impl Iterator<Item = &Mark> {
        let waits = |tally: &Tally| self.places.iter().any(|place| tally.row(place).is_some());
        self.events.iter().filter(move |(_, (_, tally))| waits(tally)).map(|(mark, _)| mark)
    }

    /// Those that are not done yet are not done now.
    fn give_up(&mut self, error: CountError) {
        let places = std::mem::take(&mut self.places);
        self.fail(&error.into(), |tally| places.iter().any(|place| tally.row(place).is_some()));
    }

    fn fail(&mut self, error: &Arc<CountError>, which: impl Fn(&Tally) -> bool) {
        let failed = self.events.extract_if(.., |_, (_, tally)| which(tally));
        self.failed.extend(failed.map(|(_, (event, _))| (event.id, Arc::clone(error))));
    }
}
