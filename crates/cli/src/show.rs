//! Values as text for people.
#![allow(clippy::print_stdout, clippy::print_stderr)] // the one place that writes to the terminal

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

/// As JSON on one line, or as text.
pub fn value<T: Serialize>(value: &T, json: bool, text: impl FnOnce(&T)) {
    if !json {
        return text(value);
    }
    match serde_json::to_string(value) {
        Ok(line) => println!("{line}"),
        Err(error) => eprintln!("The result can't be written as JSON: {error}."),
    }
}

/// A line of text. What comes from other systems and files can't move the cursor or turn the direction of the text.
pub fn line(text: &str) {
    println!("{}", printable(text));
}

/// A line of text that a person reads before they decide, wherever the output goes.
pub fn to_terminal(text: &str) {
    eprintln!("{}", printable(text));
}

/// A question, with the cursor behind it.
pub fn ask(text: &str) {
    eprint!("{}: ", printable(text));
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
        eprintln!("{failure}");
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
            println!("{broken}");
            println!("{} rows before it hold.", verified.rows);
        }
        (None, Some(head)) => {
            println!("All {} rows hold. The last one is {head}.", verified.rows);
            println!("Kept elsewhere, this value shows later whether rows were cut off at the end.");
        }
        (None, None) => println!("The audit has no rows yet."),
    }
    if verified.signed > 0 {
        println!(
            "Signed heads: {}, by {}.",
            verified.signed,
            verified.keys.join(", ")
        );
    }
    for note in &verified.notes {
        println!("{note}");
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
        None => println!("There is no anchor: signed heads are kept in the ledger only."),
    }
    if let Some(trouble) = &anchoring.trouble {
        line(&format!(
            "{trouble} It is tried again by itself, less often each time."
        ));
    }
}

pub fn added(source: &Source) {
    println!(
        "Watching `{}` in the collection {}{}.",
        source.root.display(),
        source.collection,
        labels(source)
    );
    println!("`attache index` reads it now; `attache index --watch` also keeps it up to date.");
}

pub fn sources(sources: &Vec<Source>) {
    if sources.is_empty() {
        println!("No folder is watched. Add one with `attache source add FOLDER`.");
    }
    for source in sources {
        println!(
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
        println!("No folder is watched. Add one with `attache source add FOLDER`.");
        return;
    }
    for source in &status.sources {
        let away = if source.reachable {
            ""
        } else {
            "  can't be reached now, its files are left out"
        };
        println!(
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
        println!("  {indexed} indexed, {waiting} waiting, {skipped} skipped, {failed} failed{closed}");
        if let Some(notice) = &source.notice {
            println!("  {notice}");
        }
    }
    match (&status.model, &status.model_problem) {
        (Some(model), _) => println!(
            "{} of {} passages found by meaning too ({model})",
            status.embedded, status.passages
        ),
        (None, problem) => println!(
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
        println!("`attache status --files` says why files were skipped or failed.");
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
        println!("{word:8} {}  {}", file.file, file.reason.as_deref().unwrap_or(""));
    }
}

pub fn why(why: &Why) {
    println!("{}", why.verdict);
    for detail in &why.details {
        println!("{detail}");
    }
    let Some(found) = &why.found else { return };
    println!("Best passage: {}", place(&found.place));
    println!("{}", indented(&short(&found.passage, 400)));
    if !found.matched.is_empty() {
        println!("Words of the question in it: {}", found.matched.join(", "));
    }
    if !found.missing.is_empty() {
        println!("Words of the question not in it: {}", found.missing.join(", "));
    }
    if let Some(similarity) = found.similarity {
        println!("Nearness in meaning: {similarity:.2} of 1");
    }
}

pub fn extracted(extracted: &Extracted) {
    if extracted.status != ReadStatus::Ok {
        println!(
            "{}",
            extracted.reason.as_deref().unwrap_or("This file can't be read.")
        );
        return;
    }
    for notice in &extracted.notices {
        println!("{notice}");
    }
    for passage in &extracted.passages {
        println!("── {} {}", passage.place_text, passage.headings.join(" > "));
        println!("{}", passage.text);
    }
}

pub fn boxes(boxes: &PageOfBoxes) {
    println!(
        "Page {}, {:.1} wide and {:.1} high; each character with its left, upper, right and lower edge in {}",
        boxes.page, boxes.width, boxes.height, boxes.unit
    );
    for boxed in &boxes.chars {
        println!(
            "{}  {:.1} {:.1} {:.1} {:.1}",
            boxed.char, boxed.left, boxed.top, boxed.right, boxed.bottom
        );
    }
}

pub fn found(response: &SearchResponse) {
    for notice in &response.notices {
        println!("{notice}");
    }
    if response.results.is_empty() {
        println!("Nothing found.");
    }
    for (at, hit) in response.results.iter().enumerate() {
        let heading = if hit.heading.is_empty() {
            String::new()
        } else {
            format!("  {}", hit.heading)
        };
        println!("{:2}  {}{}{heading}", at + 1, hit.file, comma(&hit.place_text));
        println!("{}", indented(&short(&hit.passage, 300)));
    }
}

pub fn evaluated(evaluated: &Evaluated) {
    println!(
        "{:10} {:>8} {:>10} {:>8}   {} questions",
        "", "nDCG@10", "recall@10", "MRR", evaluated.hybrid.questions
    );
    let row = |name: &str, scores: &Scores| {
        println!(
            "{name:10} {:8.4} {:10.4} {:8.4}",
            scores.ndcg, scores.recall, scores.mrr
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
        println!(
            "{:4} {}: {}",
            if check.ok { "ok" } else { "no" },
            check.name,
            check.found
        );
        if let Some(fix) = &check.fix {
            println!("     {fix}");
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
                    println!("{notice}");
                }
                println!(
                    "Read {} passages in {} files",
                    gathered.evidence.len(),
                    gathered.files
                );
                println!();
            }
            AskEvent::Sentence(sentence) => {
                self.sentences += 1;
                println!("{} [{}]", sentence.text, self.sentences);
            }
            AskEvent::Finished(_) => {}
        }
    }

    pub fn end(&self, answered: &Answered) {
        if let Some(reason) = &answered.reason {
            println!("{reason}");
        }
        if answered.cancelled {
            println!("Stopped.");
        }
        if !answered.answer.is_empty() {
            println!();
        }
        for (at, sentence) in answered.answer.iter().enumerate() {
            for citation in &sentence.citations {
                println!(
                    "[{}] {}{}  {}",
                    at + 1,
                    citation.file,
                    comma(&citation.place_text),
                    citation.dated
                );
                println!("{}", indented(&format!("“{}”", short(&citation.quote, 300))));
            }
        }
        for conflict in &answered.conflicts {
            println!();
            println!("Two sources disagree on {}:", conflict.about);
            for side in &conflict.sides {
                println!(
                    "  {}  {}{}  {}",
                    side.value,
                    side.citation.file,
                    comma(&side.citation.place.to_string()),
                    side.dated
                );
                println!("{}", indented(&format!("“{}”", short(&side.citation.quote, 300))));
            }
        }
        if !answered.answer.is_empty() {
            println!();
            println!("{}", answered.engine);
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
        println!("{}  ({})\n  {}", rule.id, rule.file, rule.why);
    }
    println!("{} rules, {}", checked.rules.len(), checked.digest);
}

/// How stories went.
pub fn tested(tested: &app::policy::Tested) {
    for wrong in &tested.wrong {
        println!("{}: {}\n  {}", wrong.file, wrong.story, wrong.wrong);
    }
    println!(
        "{} stories, {} of them go otherwise",
        tested.stories,
        tested.wrong.len()
    );
}

/// What the rules say to a request, and why.
pub fn explained(explained: &app::policy::Explained) {
    println!("{}", explained.explanation);
}
