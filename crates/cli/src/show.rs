//! Values as text for people: the one place that writes to the terminal.
//!
//! Whoever reads may stop before the end (`attache … | head`). Then nothing more is printed, what goes on until it is stopped
//! is stopped, and the program ends in its usual order with the status that such an end has.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

use app::doctor::Check;
use domain::{FileStatus, ReadStatus, Source};
use experience::Failure;
use experience::commands::{Anchoring, Evaluated, SearchResponse, Verified};
use experience::wire::{Answered, Extracted, PageOfBoxes};
use orchestration::AskEvent;
use retrieval::eval::Scores;
use retrieval::search::Why;
use retrieval::{Counts, FileReport, Status};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// The status of a program whose output nobody reads any more: 128 and the number of the signal SIGPIPE, by which such a
/// program usually ends. That signal is never let loose here: a worker that dies would end everything by it.
const UNREAD: u8 = 141;

/// Cancelled once nothing can be printed any more.
static SILENT: LazyLock<CancellationToken> = LazyLock::new(CancellationToken::new);
/// Why that is.
static TROUBLE: OnceLock<io::Error> = OnceLock::new();

/// Prints a line.
macro_rules! out {
    () => { $crate::show::print(format_args!("\n")) };
    ($($words:tt)*) => { $crate::show::print(format_args!("{}\n", format_args!($($words)*))) };
}
pub(crate) use out;

/// A line on standard error. Where that is closed nobody can be told anything, and nothing depends on it.
macro_rules! tell {
    ($($words:tt)*) => {{ let _ = writeln!(io::stderr(), $($words)*); }};
}

/// Prints this on standard output.
pub fn print(words: fmt::Arguments<'_>) {
    if SILENT.is_cancelled() {
        return;
    }
    if let Err(error) = io::stdout().write_fmt(words) {
        let _ = TROUBLE.set(error);
        SILENT.cancel();
    }
}

/// Cancelled once nothing can be printed any more.
pub fn silent() -> &'static CancellationToken {
    &SILENT
}

/// The status to end with: this one, or what says that not everything could be printed.
pub fn end(done: ExitCode) -> ExitCode {
    match TROUBLE.get() {
        None => done,
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(UNREAD),
        Some(error) => {
            tell!("Not everything could be printed: {error}.");
            ExitCode::from(2)
        }
    }
}

/// As JSON on one line, or as text.
pub fn value<T: Serialize>(value: &T, json: bool, text: impl FnOnce(&T)) {
    if !json {
        return text(value);
    }
    match serde_json::to_string(value) {
        Ok(line) => out!("{line}"),
        Err(error) => tell!("The result can't be written as JSON: {error}."),
    }
}

/// A line of text. What comes from other systems and files can't move the cursor or turn the direction of the text.
pub fn line(text: &str) {
    out!("{}", printable(text));
}

/// A line of text that a person reads before they decide, wherever the output goes.
pub fn to_terminal(text: &str) {
    tell!("{}", printable(text));
}

/// A question, with the cursor behind it.
pub fn ask(text: &str) {
    let _ = write!(io::stderr(), "{}: ", printable(text));
}

fn printable(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |letter: char| {
        if letter.is_control() || turns(letter) {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(shown).collect()
}

/// A failure, on standard error; with `json` as a value on standard output.
pub fn failure(failure: &Failure, json: bool) {
    if json {
        value(&serde_json::json!({ "failure": failure }), true, |_| {});
    } else {
        tell!("{failure}");
    }
}

/// Seconds in words.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

pub fn verified(verified: &Verified) {
    match (&verified.broken, &verified.head) {
        (Some(broken), _) => {
            out!("{broken}");
            out!("{} rows before it hold.", verified.rows);
        }
        (None, Some(head)) => {
            out!("All {} rows hold. The last one is {head}.", verified.rows);
            out!("Kept elsewhere, this value shows later whether rows were cut off at the end.");
        }
        (None, None) => out!("The audit has no rows yet."),
    }
    if verified.signed > 0 {
        out!(
            "Signed heads: {}, by {}.",
            verified.signed,
            verified.keys.join(", ")
        );
    }
    for note in &verified.notes {
        out!("{note}");
    }
}

pub fn anchoring(anchoring: &Anchoring) {
    let file = anchoring.file.as_ref().map(|file| file.display().to_string());
    match file.as_ref().or(anchoring.webhook.as_ref()) {
        Some(place) if anchoring.row > 0 => {
            line(&format!(
                "Signed heads go to `{place}`, up to row {} so far.",
                anchoring.row
            ));
        }
        Some(place) => line(&format!(
            "Signed heads go to `{place}`; it has none yet. `attache doctor` says whether there is a keyring."
        )),
        None => out!("There is no anchor: signed heads are kept in the ledger only."),
    }
    if let Some(trouble) = &anchoring.trouble {
        line(&format!(
            "{trouble} It is tried again by itself, less often each time."
        ));
    }
}

pub fn added(source: &Source) {
    out!(
        "Watching `{}` in the collection {}{}.",
        source.root.display(),
        source.collection,
        labels(source)
    );
    out!("`attache index` reads it now; `attache index --watch` also keeps it up to date.");
}

pub fn sources(sources: &Vec<Source>) {
    if sources.is_empty() {
        out!("No folder is watched. Add one with `attache source add FOLDER`.");
    }
    for source in sources {
        out!(
            "{}  ({}{})",
            source.root.display(),
            source.collection,
            labels(source)
        );
    }
}

fn labels(source: &Source) -> String {
    source.labels.0.iter().map(|label| format!(", {label}")).collect()
}

pub fn status(status: &Status) {
    if status.sources.is_empty() {
        out!("No folder is watched. Add one with `attache source add FOLDER`.");
        return;
    }
    for source in &status.sources {
        let away = if source.reachable {
            ""
        } else {
            "  can't be reached now, its files are left out"
        };
        out!(
            "{}  ({}){away}",
            source.source.root.display(),
            source.source.collection
        );
        let Counts {
            indexed,
            waiting,
            skipped,
            failed,
        } = source.counts;
        let closed = match source.unreadable {
            0 => String::new(),
            n => format!(", {n} can't be looked at"),
        };
        out!("  {indexed} indexed, {waiting} waiting, {skipped} skipped, {failed} failed{closed}");
        if let Some(notice) = &source.notice {
            out!("  {notice}");
        }
    }
    match (&status.model, &status.model_problem) {
        (Some(model), _) => out!(
            "{} of {} passages found by meaning too ({model})",
            status.embedded,
            status.passages
        ),
        (None, problem) => out!(
            "{} passages, found by words only: {}. `attache doctor` says how to get the model.",
            status.passages,
            problem.as_deref().unwrap_or("there is no model")
        ),
    }
    if status
        .sources
        .iter()
        .any(|source| source.counts.skipped + source.counts.failed + source.unreadable > 0)
    {
        out!("`attache status --files` says why files were skipped or failed.");
    }
}

pub fn files(files: &Vec<FileReport>) {
    for file in files {
        let word = match file.status {
            FileStatus::Indexed => "indexed",
            FileStatus::Waiting => "waiting",
            FileStatus::Skipped => "skipped",
            FileStatus::Failed => "failed",
        };
        out!("{word:8} {}  {}", file.file, file.reason.as_deref().unwrap_or(""));
    }
}

pub fn why(why: &Why) {
    out!("{}", why.verdict);
    for detail in &why.details {
        out!("{detail}");
    }
    let Some(found) = &why.found else { return };
    out!("Best passage: {}", place(&found.place));
    out!("{}", indented(&short(&found.passage, 400)));
    if !found.matched.is_empty() {
        out!("Words of the question in it: {}", found.matched.join(", "));
    }
    if !found.missing.is_empty() {
        out!("Words of the question not in it: {}", found.missing.join(", "));
    }
    if let Some(similarity) = found.similarity {
        out!("Nearness in meaning: {similarity:.2} of 1");
    }
}

pub fn extracted(extracted: &Extracted) {
    if extracted.status != ReadStatus::Ok {
        out!(
            "{}",
            extracted.reason.as_deref().unwrap_or("This file can't be read.")
        );
        return;
    }
    for notice in &extracted.notices {
        out!("{notice}");
    }
    for passage in &extracted.passages {
        out!("── {} {}", passage.place_text, passage.headings.join(" > "));
        out!("{}", passage.text);
    }
}

pub fn boxes(boxes: &PageOfBoxes) {
    out!(
        "Page {}, {:.1} wide and {:.1} high; each character with its left, upper, right and lower edge in {}",
        boxes.page,
        boxes.width,
        boxes.height,
        boxes.unit
    );
    for boxed in &boxes.chars {
        out!(
            "{}  {:.1} {:.1} {:.1} {:.1}",
            boxed.char,
            boxed.left,
            boxed.top,
            boxed.right,
            boxed.bottom
        );
    }
}

pub fn found(response: &SearchResponse) {
    for notice in &response.notices {
        out!("{notice}");
    }
    if response.results.is_empty() {
        out!("Nothing found.");
    }
    for (at, hit) in response.results.iter().enumerate() {
        let heading = if hit.heading.is_empty() {
            String::new()
        } else {
            format!("  {}", hit.heading)
        };
        out!("{:2}  {}{}{heading}", at + 1, hit.file, comma(&hit.place_text));
        out!("{}", indented(&short(&hit.passage, 300)));
    }
}

pub fn evaluated(evaluated: &Evaluated) {
    out!(
        "{:10} {:>8} {:>10} {:>8}   {} questions",
        "",
        "nDCG@10",
        "recall@10",
        "MRR",
        evaluated.hybrid.questions
    );
    let row = |name: &str, scores: &Scores| {
        out!(
            "{name:10} {:8.4} {:10.4} {:8.4}",
            scores.ndcg,
            scores.recall,
            scores.mrr
        );
    };
    row("hybrid", &evaluated.hybrid);
    row("keyword", &evaluated.keyword);
    if let (Some(vector), Some(rrf)) = (&evaluated.vector, &evaluated.rrf) {
        row("vector", vector);
        row("rrf", rrf);
    }
}

pub fn doctor(checks: &Vec<Check>) {
    for check in checks {
        out!(
            "{:4} {}: {}",
            if check.ok { "ok" } else { "no" },
            check.name,
            check.found
        );
        if let Some(fix) = &check.fix {
            out!("     {fix}");
        }
    }
}

/// An answer as it grows.
#[derive(Default)]
pub struct Growing {
    sentences: usize,
}

impl Growing {
    pub fn event(&mut self, event: &AskEvent) {
        match event {
            AskEvent::Gathered(gathered) => {
                for notice in &gathered.notices {
                    out!("{notice}");
                }
                out!(
                    "Read {} passages in {} files",
                    gathered.evidence.len(),
                    gathered.files
                );
                out!();
            }
            AskEvent::Sentence(sentence) => {
                self.sentences += 1;
                out!("{} [{}]", sentence.text, self.sentences);
            }
            AskEvent::Finished(_) => {}
        }
    }

    pub fn end(&self, answered: &Answered) {
        if let Some(reason) = &answered.reason {
            out!("{reason}");
        }
        if answered.cancelled {
            out!("Stopped.");
        }
        if !answered.answer.is_empty() {
            out!();
        }
        for (at, sentence) in answered.answer.iter().enumerate() {
            for citation in &sentence.citations {
                out!(
                    "[{}] {}{}  {}",
                    at + 1,
                    citation.file,
                    comma(&citation.place_text),
                    citation.dated
                );
                out!("{}", indented(&format!("“{}”", short(&citation.quote, 300))));
            }
        }
        for conflict in &answered.conflicts {
            out!();
            out!("Two sources disagree on {}:", conflict.about);
            for side in &conflict.sides {
                out!(
                    "  {}  {}{}  {}",
                    side.value,
                    side.citation.file,
                    comma(&side.citation.place.to_string()),
                    side.dated
                );
                out!("{}", indented(&format!("“{}”", short(&side.citation.quote, 300))));
            }
        }
        if !answered.answer.is_empty() {
            out!();
            out!("{}", answered.engine);
        }
    }
}

fn comma(place: &str) -> String {
    if place.is_empty() {
        String::new()
    } else {
        format!(", {place}")
    }
}

fn place(place: &str) -> &str {
    if place.is_empty() {
        "the whole document"
    } else {
        place
    }
}

fn short(text: &str, most: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &flat[..end]),
        None => flat,
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rules that would be in force.
pub fn checked(checked: &app::policy::Checked) {
    for rule in &checked.rules {
        out!("{}  ({})\n  {}", rule.id, rule.file, rule.why);
    }
    out!("{} rules, {}", checked.rules.len(), checked.digest);
}

/// How stories went.
pub fn tested(tested: &app::policy::Tested) {
    for wrong in &tested.wrong {
        out!("{}: {}\n  {}", wrong.file, wrong.story, wrong.wrong);
    }
    out!(
        "{} stories, {} of them go otherwise",
        tested.stories,
        tested.wrong.len()
    );
}

/// What the rules say to a request, and why.
pub fn explained(explained: &app::policy::Explained) {
    out!("{}", explained.explanation);
}
