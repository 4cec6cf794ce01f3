use std::io::{BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use governance::audit::{self, Head, Row, SignedHead, Signer, Verifier};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use storage::{Arrow, Ledger, NewAction, Note};

use super::{Bench, Show};
use crate::Outcome;
use crate::figure::{Figure, Goal, median, quantile};

const NAME: &str = "audit";
/// What a transaction of one page adds to SQLite's journal: the page and the head of its frame.
const FRAME: usize = 4096 + 24;
/// Frames after which SQLite takes the journal over into the database and writes over it from its begin. So it is from
/// the first thousand on for good: a file that still grows waits for the file system's own journal too.
const FRAMES: usize = 1_000;

/// Rows that are written to see how many frames one takes.
const ROW: usize = 20;
/// How long everything rests before each write that is measured. A file's time of change moves on in steps of some
/// milliseconds, and a write within the same step as the one before it does not wait for the file system's own journal: in a
/// row one file is in step and the other is not, by chance, and differs by ten times. A person's clicks are never in a row.
const REST: Duration = Duration::from_millis(10);

/// Checking the chain, and what a durable row of it costs.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    verifying(bench, show)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(steps(bench, show))
}

/// What the product writes of a step of an action.
fn details(n: usize) -> Map<String, Value> {
    let digest = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    let details = json!({
        "action": n, "event": "dispatched", "state": "dispatching", "system": "demo",
        "operation": "crm.deals.update", "definition": digest, "request": digest, "policy": digest,
        "attempts": 1, "approval": digest, "by": "Rosa Lindqvist",
    });
    match details {
        Value::Object(details) => details,
        _ => Map::new(),
    }
}

fn verifying(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let count = bench.size(300_000, 10_000);
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    let mut head = Head::default();
    for n in 0..count {
        let row = audit::next(head, 1_700_000_000_000 + n as i64, "action", details(n))?;
        head = row.head();
        rows.push(row);
    }
    // As many as a day of work leaves.
    let signer = Signer::of(&[7; 32]);
    let every = (count / 600).max(1);
    let heads: Vec<SignedHead> = rows
        .iter()
        .step_by(every)
        .map(|row| signer.sign(row.head(), 0))
        .collect();
    let keys = [signer.key()];
    let file = bench.folder(NAME)?.join("audit.jsonl");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file)?);
    for row in &rows {
        writeln!(out, "{}", row.to_line()?)?;
    }
    out.flush()?;
    let bytes = std::fs::metadata(&file)?.len() / count as u64;

    let (mut hashed, mut checked, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.size(5, 2) {
        hashed.push(rate(count, || {
            let mut last = [0; 32];
            for row in &rows {
                let mut hash = Sha256::new();
                hash.update(last);
                hash.update(row.body.as_bytes());
                last = hash.finalize().into();
            }
            Ok(last != [0; 32])
        })?);
        checked.push(rate(count, || {
            let mut verifier = Verifier::with_heads(&heads, &keys);
            for row in &rows {
                verifier.row(row)?;
            }
            Ok(verifier.end()? == head)
        })?);
        read.push(rate(count, || {
            let mut verifier = Verifier::with_heads(&heads, &keys);
            let file = BufReader::with_capacity(1 << 20, std::fs::File::open(&file)?);
            Ok(audit::verify_file(&mut verifier, file)?? == head)
        })?);
    }
    let beside = format!("{:.2} million a second by SHA-256 alone", median(&hashed) / 1e6);
    let held = format!("{count} rows of {bytes} bytes, {} signed heads", heads.len());
    for (what, rates) in [("in memory", checked), ("of an exported file", read)] {
        show(Figure::new(
            NAME,
            format!("checking {held}, {what}"),
            format!("{:.2} million rows/s", median(&rates) / 1e6),
            beside.clone(),
            (median(&rates), "rows/s"),
            Goal::AtLeast(1e6),
        ))?;
    }
    Ok(())
}

fn rate(count: usize, run: impl FnOnce() -> Outcome<bool>) -> Outcome<f64> {
    let started = Instant::now();
    if !run()? {
        return Err("the chain did not hold".into());
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// Steps and the disk's own time in turns, each after a rest, so that both meet the same disk in the same state.
async fn steps(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("audit/ledger")?;
    let ledger = Ledger::open(&folder.join("ledger.sqlite")).await?;
    let action = NewAction {
        batch: None,
        system: "demo",
        operation: "crm.deals.update",
        state: "proposed",
        entry: "{}",
        effect: "{}",
        card: "{}",
        verdict: "{}",
        at: 0,
    };
    let id = ledger.add_action(&action, |_| note(0)).await?;
    // Frames that one row takes, seen while the journal grows; then on until it no longer does.
    let journal = folder.join("ledger.sqlite-wal");
    let before = std::fs::metadata(&journal)?.len();
    for n in 0..ROW {
        ledger.note(note(n)).await?;
    }
    let grown = std::fs::metadata(&journal)?.len().saturating_sub(before);
    let frames = usize::try_from(grown)?.div_ceil(FRAME * ROW).max(1);
    for n in 0..FRAMES / frames + ROW {
        ledger.note(note(n)).await?;
    }
    let mut disk = Disk::new(&folder.join("raw"), frames)?;
    let (mut own, mut noted, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    let mut arrow = Arrow {
        id,
        seen: 0,
        state: "dispatching",
        entry: "{}",
        approval: None,
        outcome: None,
        key: None,
        at: 0,
    };
    for n in 0..bench.size(500, 20) {
        std::thread::sleep(REST);
        own.push(disk.write()?);
        std::thread::sleep(REST);
        let started = Instant::now();
        ledger.note(note(n)).await?;
        noted.push(started.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(REST);
        let started = Instant::now();
        if !ledger.move_action(&arrow, None, note(n)).await? {
            return Err("an arrow was not kept".into());
        }
        moved.push(started.elapsed().as_secs_f64() * 1e3);
        arrow.seen += 1;
    }
    let told = |times: &[f64]| format!("p50 {:.3} ms, p95 {:.3} ms", median(times), quantile(times, 0.95));
    let beside = format!(
        "{} for writing the same {frames} frames of {FRAME} bytes over and one `fsync`, on the same disk",
        told(&own)
    );
    for (what, times) in [
        ("a durable audit row", &noted),
        ("a durable step of an action with its audit row", &moved),
    ] {
        show(Figure::new(
            NAME,
            what,
            told(times),
            beside.clone(),
            (median(times) / median(&own), "×"),
            Goal::AtMost(1.2),
        ))?;
    }
    let head = ledger.head().await?;
    let mut listed = Vec::new();
    for _ in 0..bench.size(200, 20) {
        let started = Instant::now();
        let rows = ledger.audit_after(head.seq.saturating_sub(100), 100).await?;
        listed.push(started.elapsed().as_secs_f64() * 1e3);
        if rows.is_empty() {
            return Err("nothing was listed".into());
        }
    }
    show(Figure::new(
        NAME,
        format!("listing the newest 100 of {} rows", head.seq),
        format!("p50 {:.2} ms", median(&listed)),
        "",
        (quantile(&listed, 0.95), "ms p95"),
        Goal::None,
    ))?;
    let rate = {
        let started = Instant::now();
        let mut verifier = Verifier::default();
        loop {
            let rows = ledger.audit_after(verifier.head().seq, 2_000).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                verifier.row(&row)?;
            }
        }
        head.seq as f64 / started.elapsed().as_secs_f64()
    };
    show(Figure::new(
        NAME,
        format!("checking {} rows out of the ledger", head.seq),
        format!("{:.2} million rows/s", rate / 1e6),
        "",
        (rate, "rows/s"),
        Goal::None,
    ))?;
    ledger.close().await;
    Ok(())
}

fn note(n: usize) -> Note {
    Note {
        at: n as i64,
        kind: "action",
        details: details(n),
    }
}

/// The disk's own time: a file as long as SQLite's journal that is written over from its begin to its end, again and again,
/// as that is. What is written is other at each time, and each frame is a call of its own.
pub(super) struct Disk {
    file: std::fs::File,
    written: usize,
    frames: usize,
    bytes: Vec<u8>,
}

impl Disk {
    /// For steps of so many frames.
    pub(super) fn new(path: &Path, frames: usize) -> Outcome<Self> {
        let mut file = std::fs::File::create(path)?;
        file.write_all(&vec![7; FRAME * (FRAMES + frames)])?;
        file.sync_all()?;
        Ok(Self {
            file,
            written: 0,
            frames,
            bytes: vec![7; FRAME],
        })
    }

    /// Milliseconds until so much as one step takes is on the disk.
    pub(super) fn write(&mut self) -> Outcome<f64> {
        if self.written.is_multiple_of(FRAMES / self.frames) {
            self.file.seek(SeekFrom::Start(0))?;
        }
        self.written += 1;
        self.bytes.fill(self.written as u8);
        let started = Instant::now();
        for _ in 0..self.frames {
            // The head and the page of a frame, as SQLite writes them.
            let (head, page) = self.bytes.split_at(24);
            self.file.write_all(head)?;
            self.file.write_all(page)?;
        }
        self.file.sync_all()?;
        Ok(started.elapsed().as_secs_f64() * 1e3)
    }
}
