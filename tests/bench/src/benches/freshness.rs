use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{Bench, Show};
use crate::Outcome;
use crate::corpus::{Author, PAGE_WORDS};
use crate::figure::{Figure, Goal, median, quantile};
use crate::library::{Fresh, Save};
use crate::machine::{reap, tree_cpu};
use crate::part::{self, Part};

const NAME: &str = "freshness";

/// From saving a document to finding it.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let (folder, large) = (bench.folder("fresh/documents")?, bench.folder("fresh/large")?);
    let mut author = bench.author(5)?;
    author.fill(&folder, bench.size(100, 10), 800)?;
    let files = bench.size(1_500, 60);
    author.fill(&large, files, 800)?;
    let saves: Vec<Save> = (0..bench.size(60, 6)).map(|at| save(&mut author, at)).collect();
    let texts = bench.texts(&bench.place("fresh/texts", &folder, None))?;
    let part = Part::Fresh {
        place: bench.place("fresh", &folder, Some(bench.model()?)),
        large,
        saves,
        questions: author.questions(&texts, 50),
    };
    let (rest, busy): (Fresh, Fresh) = part::run(&part)?;
    if !busy.busy && !bench.quick {
        return Err("the large folder was indexed before all documents were saved".into());
    }
    let document = "a saved document of 10 pages is found";
    for (fresh, when, meaning) in [
        (&rest, "at rest", 2.0),
        (&busy, "while 1,500 files are indexed", 5.0),
    ] {
        let many = fresh.keyword.len();
        show(Figure::new(
            NAME,
            format!("{document} by words, {when}, p95 of {many}"),
            format!("p50 {:.0} ms", median(&fresh.keyword)),
            "",
            (quantile(&fresh.keyword, 0.95), "ms"),
            Goal::AtMost(500.0),
        ))?;
        show(Figure::new(
            NAME,
            format!("{document} by meaning, all of it embedded, {when}, p95 of {many}"),
            format!("p50 {:.2} s", median(&fresh.vector) / 1e3),
            "",
            (quantile(&fresh.vector, 0.95) / 1e3, "s"),
            Goal::AtMost(meaning),
        ))?;
    }
    let (quiet, loud) = (median(&rest.questions), median(&busy.questions));
    show(Figure::new(
        NAME,
        format!("a question during indexing, p50 of {}", busy.questions.len()),
        format!("{loud:.1} ms (p95 {:.1})", quantile(&busy.questions, 0.95)),
        format!(
            "{quiet:.1} ms at rest (p95 {:.1})",
            quantile(&rest.questions, 0.95)
        ),
        (loud / quiet, "×"),
        Goal::AtMost(2.0),
    ))?;
    idle(bench, show)
}

/// A document whose last paragraph holds a word that is nowhere else.
fn save(author: &mut Author, at: usize) -> Save {
    let word = format!("{}{}{at:03}", author.name(), author.name());
    let paragraph = format!("{} The word of this document is {word}.", author.paragraph(60));
    let title = format!("Minutes {at:03}");
    let text = author.document(&title, 10 * PAGE_WORDS - 70);
    Save {
        name: format!("{title}.md"),
        text: format!("{text}## Decision {at:03}\n\n{paragraph}\n"),
        word,
        paragraph,
    }
}

/// The program while it watches folders in which nothing happens.
fn idle(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("fresh/idle")?;
    bench.author(6)?.fill(&folder, bench.size(50, 10), 800)?;
    bench.index_with_program("fresh/home", &folder, false)?;
    let program = bench
        .attache("fresh/home", false)?
        .args(["index", "--watch"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut program = Running(program);
    // It is at rest once it used no CPU time for three seconds.
    let mut quiet_since = Instant::now();
    let mut last = tree_cpu(program.0.id())?;
    let started = Instant::now();
    while quiet_since.elapsed() < Duration::from_secs(3) && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(200));
        let now = tree_cpu(program.0.id())?;
        if now > last {
            (quiet_since, last) = (Instant::now(), now);
        }
    }
    let window = Duration::from_secs(bench.size(45, 5) as u64);
    let (before, started) = (tree_cpu(program.0.id())?, Instant::now());
    std::thread::sleep(window);
    let used = tree_cpu(program.0.id())? - before;
    let seconds = started.elapsed().as_secs_f64();
    program.stop();
    show(Figure::new(
        NAME,
        format!("`attache index --watch` when nothing happens, {seconds:.0} s"),
        format!("{used:.2} CPU-s"),
        "",
        (100.0 * used / seconds, "% of a core"),
        Goal::AtMost(0.5),
    ))
}

/// A program that is ended whatever happens.
struct Running(Child);

impl Running {
    fn stop(&mut self) {
        if self.0.kill().is_ok() && self.0.wait().is_ok() {
            reap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
