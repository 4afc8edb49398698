//! So many requests by so many clients.

use std::time::{Duration, Instant};

use e2e::Cloud;
use futures::StreamExt;

use crate::cpu;
use crate::quiet::quiet;
use crate::usage::{Usage, reset};

/// How long the cloud is watched doing nothing.
const IDLE: Duration = Duration::from_secs(5);

/// Runs loads against one cloud.
pub(crate) struct Load<'a> {
    cloud: &'a Cloud,
    host: u32,
    /// CPU-milliseconds a second that the cloud takes for nothing.
    idle: f64,
}

impl<'a> Load<'a> {
    /// Watches the cloud idle, prints that and the head of the table.
    pub(crate) async fn of(cloud: &'a Cloud) -> Self {
        let host = cloud.pid().expect("the host runs");
        quiet(cloud).await;
        let cpu = cpu::milliseconds(host);
        tokio::time::sleep(IDLE).await;
        let idle = count(cpu::milliseconds(host) - cpu) / IDLE.as_secs_f64();
        println!("\nIdle, the cloud takes {idle:.0} CPU-ms a second, which are subtracted below.\n");
        println!(
            "| request | clients | a second | p50 ms | p99 ms | CPU-ms | of functions | write units | read units |"
        );
        println!("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
        Self { cloud, host, idle }
    }

    /// Warms up with a tenth, then measures the rest of `requests` by `clients` at a time and prints a row: CPU and units
    /// are those of one request, with what follows from it. `request` is given how many came before.
    ///
    /// # Panics
    /// When an answer is not 2xx: a load of errors measures nothing.
    pub(crate) async fn run<F: Future<Output = u16>>(
        &self,
        what: &str,
        clients: usize,
        requests: usize,
        request: impl Fn(usize) -> F,
    ) {
        eprintln!("{requests} × {what}, {clients} at a time");
        let one = |n| {
            let answer = request(n);
            async {
                let begun = Instant::now();
                let status = answer.await;
                assert!((200..300).contains(&status), "{what} answered {status}");
                begun.elapsed()
            }
        };
        let warm_up = requests / 10;
        futures::stream::iter(0..warm_up).map(&one).buffer_unordered(clients).collect::<Vec<_>>().await;
        quiet(self.cloud).await;
        reset(self.cloud).await;
        let (cpu, begun) = (cpu::milliseconds(self.host), Instant::now());
        let mut times: Vec<Duration> =
            futures::stream::iter(warm_up..requests).map(&one).buffer_unordered(clients).collect().await;
        let elapsed = begun.elapsed();
        quiet(self.cloud).await;
        let used = count(cpu::milliseconds(self.host) - cpu) - self.idle * begun.elapsed().as_secs_f64();
        let usage = Usage::of(self.cloud).await;
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        let measured = count(times.len() as u64);
        println!(
            "| {what} | {clients} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            measured / elapsed.as_secs_f64(),
            at(50),
            at(99),
            used / measured,
            usage.cpu_ms() / measured,
            usage.writes() / measured,
            usage.reads() / measured
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
pub(crate) fn count(number: u64) -> f64 {
    number as f64
}
