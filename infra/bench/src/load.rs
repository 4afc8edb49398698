//! So many requests by so many clients.

use std::time::{Duration, Instant};

use e2e::Cloud;
use futures::StreamExt;

use crate::cpu;

/// Runs loads against one cloud.
pub(crate) struct Load {
    host: u32,
}

impl Load {
    pub(crate) fn new(cloud: &Cloud) -> Self {
        Self { host: cloud.pid().expect("the host runs") }
    }

    /// Warms up with a tenth, then measures `requests` by `clients` at a time and prints a row.
    ///
    /// # Panics
    /// When an answer is not 2xx: a load of errors measures nothing.
    pub(crate) async fn run<F: Future<Output = u16>>(
        &self,
        what: &str,
        clients: usize,
        requests: usize,
        request: impl Fn() -> F,
    ) {
        let one = |_| async {
            let begun = Instant::now();
            let status = request().await;
            assert!((200..300).contains(&status), "{what} answered {status}");
            begun.elapsed()
        };
        let warm_up = requests / 10;
        futures::stream::iter(0..warm_up).map(one).buffer_unordered(clients).collect::<Vec<_>>().await;
        let (cpu, begun) = (cpu::milliseconds(self.host), Instant::now());
        let measured = requests - warm_up;
        let mut times: Vec<Duration> =
            futures::stream::iter(0..measured).map(one).buffer_unordered(clients).collect().await;
        let (elapsed, cpu) = (begun.elapsed(), cpu::milliseconds(self.host) - cpu);
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
        let (count, cpu) = (measured as f64, cpu as f64);
        let rate = count / elapsed.as_secs_f64();
        println!("| {what} | {clients} | {rate:.0} | {:.1} | {:.1} | {:.1} |", at(50), at(99), cpu / count);
    }
}
