//! The processes of a cloud.

use crate::Cloud;

/// The host, everything that descends from it, and the process groups that those lead.
///
/// # Panics
/// When the host has ended, or this system has no `/proc`.
pub fn processes_of(cloud: &Cloud) -> Vec<u32> {
    let all = stats();
    let mut found = vec![cloud.pid().expect("the host runs")];
    let mut at = 0;
    while let Some(&member) = found.get(at) {
        let new =
            all.iter().filter(|(pid, parent, group)| (*parent == member || *group == member) && !found.contains(pid));
        found.extend(new.map(|(pid, ..)| *pid).collect::<Vec<_>>());
        at += 1;
    }
    found
}

/// Process, parent and group of every process.
fn stats() -> Vec<(u32, u32, u32)> {
    let entries = std::fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // After the command's name, which may hold spaces: state, parent, group.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
        Some((pid, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
    .collect()
}
