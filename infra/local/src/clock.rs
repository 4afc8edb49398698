//! The time of the laptop cloud: the machine's, moved by an offset that tests set.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock that every part of the cloud shares. Clones move together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_seconds: Arc<watch::Sender<i64>>,
}

impl Clock {
    /// Now, offset included.
    pub fn now(&self) -> Timestamp {
        self.machine_now() + SignedDuration::from_secs(self.offset_seconds())
    }

    /// Now as milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Now without the offset: for what is about this machine, such as how long a failure has lasted.
    #[expect(clippy::disallowed_methods, reason = "this is where the machine's clock is read")]
    pub fn machine_now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// How far ahead of the machine's clock this one is.
    pub fn offset_seconds(&self) -> i64 {
        *self.offset_seconds.borrow()
    }

    /// Moves the clock of everything that holds a clone, and wakes those who wait on it.
    pub fn set_offset_seconds(&self, seconds: i64) {
        self.offset_seconds.send_replace(seconds);
    }

    /// Tells when the offset moves.
    pub fn moves(&self) -> watch::Receiver<i64> {
        self.offset_seconds.subscribe()
    }

    /// Returns once this clock shows `at`, whether time passed or the clock was moved there.
    pub async fn sleep_until(&self, at: Timestamp) {
        let mut moves = self.moves();
        loop {
            let Ok(left) = Duration::try_from(self.now().duration_until(at)) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives in `self`, so this only ends when the offset moved.
                _ = moves.changed() => {}
            }
        }
    }
}
