//! Token buckets: `ThrottlingBurstLimit` tokens, refilled by `ThrottlingRateLimit` a second.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// The limits of a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Throttle {
    pub(super) burst: f64,
    pub(super) rate_per_second: f64,
}

#[derive(Debug)]
pub(super) struct Bucket {
    throttle: Throttle,
    state: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(super) fn full(throttle: Throttle) -> Self {
        Self { throttle, state: Mutex::new((throttle.burst, Instant::now())) }
    }

    /// Takes a token at `now`; `false` when there is none.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, filled) = &mut *state;
        let gained = now.duration_since(*filled).as_secs_f64() * self.throttle.rate_per_second;
        *tokens = (*tokens + gained).min(self.throttle.burst);
        *filled = now;
        if *tokens < 1.0 {
            return false;
        }
        *tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let bucket = Bucket::full(Throttle { burst: 3.0, rate_per_second: 2.0 });
        let start = Instant::now();
        let taken = |after: u64| (0..5).filter(|_| bucket.take(start + Duration::from_secs(after))).count();
        assert_eq!(taken(0), 3);
        assert_eq!(taken(1), 2);
        assert_eq!(taken(60), 3, "no more than the burst is saved up");
    }
}
