//! How much memory a process uses, from `/proc`. Elsewhere than on Linux nothing is known.

/// Now and at its height, in KiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resident {
    pub(super) now_kib: u64,
    pub(super) peak_kib: u64,
}

/// The resident memory of a process; `None` once it is gone.
pub(super) fn resident(process: u32) -> Option<Resident> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()
    };
    Some(Resident { now_kib: field("VmRSS")?, peak_kib: field("VmHWM")? })
}
