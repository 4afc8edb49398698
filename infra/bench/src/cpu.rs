//! CPU time of a process and all its descendants, from `/proc`.

/// Clock ticks a second: fixed by Linux's user interface, whatever the kernel ticks at.
const TICKS_PER_SECOND: u64 = 100;

struct Process {
    pid: u32,
    parent: u32,
    group: u32,
    ticks: u64,
}

/// Milliseconds that the processes below `pid`, and those in the process groups they lead, have used, with children
/// that ended and were waited for.
pub(crate) fn milliseconds(pid: u32) -> u64 {
    let all = processes();
    let mut family = vec![pid];
    let mut at = 0;
    while let Some(&member) = family.get(at) {
        let new = all.iter().filter(|p| (p.parent == member || p.group == member) && !family.contains(&p.pid));
        family.extend(new.map(|p| p.pid).collect::<Vec<_>>());
        at += 1;
    }
    let ticks: u64 = all.iter().filter(|p| family.contains(&p.pid)).map(|p| p.ticks).sum();
    ticks * 1_000 / TICKS_PER_SECOND
}

fn processes() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| read(pid, &std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)).collect()
}

/// Fields after the command's name, which may hold spaces: state, parent, group, …; 11 to 14 are the times.
fn read(pid: u32, stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let ticks = (11..=14).filter_map(number).sum();
    Some(Process { pid, parent: u32::try_from(number(1)?).ok()?, group: u32::try_from(number(2)?).ok()?, ticks })
}
