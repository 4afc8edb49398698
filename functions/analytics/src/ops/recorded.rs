//! Which events this process knows to have their raw rows.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::table::Mark;

/// Events that are remembered: those of some minutes.
const EVENTS_MAX: usize = 4_096;

/// Spares the question for a raw row that this process wrote or saw itself. It knows of no raw row that is missing: what
/// is not in it has to be read. Clones share it.
#[derive(Clone, Default)]
pub struct Recorded(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    marks: HashSet<Mark>,
    /// The same, the oldest first.
    order: VecDeque<Mark>,
}

impl Recorded {
    /// Whether the event's raw row is known to be there.
    pub fn has(&self, mark: &Mark) -> bool {
        self.lock().marks.contains(mark)
    }

    /// The event's raw row is there.
    pub fn remember(&self, mark: &Mark) {
        let mut known = self.lock();
        if known.marks.insert(mark.clone()) {
            known.order.push_back(mark.clone());
        }
        if known.order.len() > EVENTS_MAX
            && let Some(oldest) = known.order.pop_front()
        {
            known.marks.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
