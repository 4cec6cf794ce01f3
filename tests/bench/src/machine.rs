//! Clocks, memory and other programs. Linux only: everything is read from `/proc`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, set_child_subreaper};
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Clock ticks a second in `/proc`, the same on every architecture that Rust's Linux targets have.
const TICKS: f64 = 100.0;

/// What a program cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds from start to end.
    pub seconds: f64,
    /// CPU seconds, in user and system mode, of it and of every process it started.
    pub cpu: f64,
    /// What it printed.
    #[serde(default)]
    pub printed: String,
}

/// Makes this process the parent of every process whose own parent ends, so that the CPU time of none is lost.
///
/// # Errors
/// When the system refuses.
pub fn adopt_orphans() -> Outcome<()> {
    Ok(set_child_subreaper(Some(rustix::process::getpid()))?)
}

/// Runs a program to its end and the end of everything it started.
///
/// # Errors
/// When it cannot be started or fails; with what it said.
pub fn run(command: &mut Command) -> Outcome<Cost> {
    let (started, before) = (Instant::now(), children_cpu()?);
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{:?} could not be started: {error}", command.get_program()))?;
    let seconds = started.elapsed().as_secs_f64();
    reap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} ended with {}: {}", output.status, said.trim()).into());
    }
    Ok(Cost {
        seconds,
        cpu: children_cpu()? - before,
        printed: String::from_utf8_lossy(&output.stdout).into_owned(),
    })
}

/// Waits for processes that outlived the one that started them, so that their time is counted; at most ten seconds.
pub fn reap() {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => return, // no child is left
        }
    }
}

/// CPU seconds of this process with all its threads, without its children.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn own_cpu() -> Outcome<f64> {
    let fields = stat(std::process::id())?;
    Ok((fields[11] + fields[12]) / TICKS)
}

/// CPU seconds of another process and of those below it that run.
///
/// # Errors
/// When it is gone.
pub fn tree_cpu(process: u32) -> Outcome<f64> {
    let fields = stat(process)?;
    let mut cpu = (fields[11] + fields[12] + fields[13] + fields[14]) / TICKS;
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"))?;
    for task in tasks.flatten() {
        // A thread that ends meanwhile has no children any more.
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|id| id.parse().ok()) {
            cpu += tree_cpu(child).unwrap_or(0.0);
        }
    }
    Ok(cpu)
}

fn children_cpu() -> Outcome<f64> {
    let fields = stat(std::process::id())?;
    Ok((fields[13] + fields[14]) / TICKS)
}

/// The fields of `/proc/PID/stat` from the third on, see proc(5); those that are no numbers are 0.
fn stat(process: u32) -> Outcome<Vec<f64>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name in brackets and may hold anything.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<f64> = fields
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    if fields.len() < 15 {
        return Err(format!("`/proc/{process}/stat` has only {} fields", fields.len()).into());
    }
    Ok(fields)
}

/// Memory of this process, in bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Memory {
    /// In use at this moment, with pages of files that are mapped.
    pub resident: u64,
    /// Of these, memory of its own, which the system cannot drop.
    pub own: u64,
    /// Most that was ever resident.
    pub most: u64,
}

/// Memory of this process.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn memory() -> Outcome<Memory> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        number.map_or(0, |kib| kib << 10)
    };
    Ok(Memory {
        resident: of("VmRSS:"),
        own: of("RssAnon:"),
        most: of("VmHWM:"),
    })
}

/// Bytes of all files below a folder.
pub fn size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return std::fs::metadata(folder).map_or(0, |meta| meta.len());
    };
    entries.flatten().map(|entry| size(&entry.path())).sum()
}

/// The processor, its cores and how busy the machine is.
pub fn describe() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, name)| name.trim());
    format!("{model}, {} cores, load {}", threads(), load())
}

/// Average number of processes that ran in the last minute.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("unknown").to_owned()
}

/// Cores that programs use by themselves.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_grandchild_that_outlives_its_parent_is_counted() {
        adopt_orphans().unwrap();
        let busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        let cost = run(Command::new("sh").arg("-c").arg(format!("({busy}) >&- 2>&- &"))).unwrap();
        assert!(cost.cpu > 0.02, "{cost:?}");
    }
}
