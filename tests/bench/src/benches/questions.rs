use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde::Deserialize;

use super::{Bench, Show, checkout};
use crate::Outcome;
use crate::corpus::Author;
use crate::figure::{Figure, Goal, median, quantile};
use crate::library::{Asked, Indexed};
use crate::machine::{self, size};
use crate::part::{self, Part};

const NAME: &str = "questions";
const MIB: f64 = (1 << 20) as f64;

/// Passages of a document of 4,000 words, a little fewer than there are, so that there are enough.
const PASSAGES_A_DOCUMENT: usize = 44;

/// Questions over many passages. Texts are made up, and so are their vectors: each is the mean of its words' vectors.
/// Questions go through the real model.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let small = at(bench, show, bench.size(100_000, 2_000), None)?;
    if bench.million {
        at(bench, show, 1_000_000, Some(small))?;
    } else {
        show(Figure::not_run(
            NAME,
            "the same at 1,000,000 passages",
            "`bench --million` runs it too, about an hour",
        ))?;
    }
    Ok(())
}

/// Measures at one size. `smaller` is the p50 and p95 of the smaller size in milliseconds; gives those of this one.
fn at(
    bench: &Bench,
    show: &mut Show<'_>,
    passages: usize,
    smaller: Option<(f64, f64)>,
) -> Outcome<(f64, f64)> {
    let name = format!("questions/{passages}");
    let Collection {
        folder,
        bytes: text,
        mut author,
        texts,
        all,
        words,
    } = collection(bench, &name, passages)?;
    let quick = bench.place(&name, &folder, Some(words.clone()));
    let started = Instant::now();
    let indexed: Indexed = part::run(&Part::Index { place: quick.clone() })?;
    let took = started.elapsed().as_secs_f64();
    eprintln!(
        "bench: {} passages indexed in {took:.0} s, by words in {:.0} s",
        indexed.passages, indexed.worded
    );
    let questions = author.questions(&all, bench.size(330, 40));
    drop(all);
    let place = bench.place(&name, &folder, Some(bench.model()?));
    let asked: Asked = part::run(&Part::Ask {
        place: place.clone(),
        questions: questions.clone(),
    })?;
    let count = asked.passages;
    let times = (quantile(&asked.hybrid, 0.5), quantile(&asked.hybrid, 0.95));
    let factor =
        |of: fn(&(f64, f64)) -> f64, goal: f64| smaller.as_ref().map_or(goal, |smaller| 3.0 * of(smaller));
    for (what, value, goal) in [
        ("p50", times.0, factor(|times| times.0, 20.0)),
        ("p95", times.1, factor(|times| times.1, 60.0)),
    ] {
        let beside = if smaller.is_some() {
            "3 × the smaller size"
        } else {
            ""
        };
        show(Figure::new(
            NAME,
            format!(
                "a question over {count} made-up passages with made-up vectors, embedding it included, {what}"
            ),
            format!("of {} questions", asked.hybrid.len()),
            beside,
            (value, "ms"),
            Goal::AtMost(goal),
        ))?;
    }
    words_only(bench, show, &asked, &texts, &questions)?;
    let sample = questions.iter().take(bench.size(100, 20)).cloned().collect();
    let recall: f64 = part::run(&Part::Recall {
        place,
        words,
        texts,
        questions: sample,
    })?;
    show(Figure::new(
        NAME,
        format!("recall@10 of the vector index, {count} passages"),
        "made-up vectors, questions through the real model",
        "exact search over the same vectors before they are packed",
        (recall, "of 1"),
        Goal::AtLeast(0.99),
    ))?;
    let most = if passages > 100_000 { 1.2 * 1024.0 } else { 400.0 };
    show(Figure::new(
        NAME,
        format!("resident memory after the questions, {count} passages"),
        format!(
            "most ever {:.0} MiB; opening took {:.1} s",
            asked.memory.most as f64 / MIB,
            asked.open
        ),
        format!(
            "{:.0} MiB of its own, the rest is mapped files",
            asked.memory.own as f64 / MIB
        ),
        (asked.memory.resident as f64 / MIB, "MiB"),
        Goal::AtMost(most),
    ))?;
    sizes(show, &quick.index, text)?;
    Ok(times)
}

/// Made-up documents and the model that makes vectors up for them.
pub(super) struct Collection {
    /// Where the documents are.
    pub folder: PathBuf,
    /// Their size.
    pub bytes: u64,
    /// Who wrote them.
    pub author: Author,
    /// The file with the texts of their passages.
    pub texts: PathBuf,
    /// These texts.
    pub all: Vec<String>,
    /// Folder of the model, which bears the name of the real one.
    pub words: PathBuf,
}

/// Writes documents of about so many passages below the folder `name`.
pub(super) fn collection(bench: &Bench, name: &str, passages: usize) -> Outcome<Collection> {
    let folder = bench.folder(&format!("{name}/documents"))?;
    let mut author = bench.author(7)?;
    let bytes = author.fill(&folder, passages / PASSAGES_A_DOCUMENT, 4_000)?;
    let texts = bench.text_file(&bench.place(name, &folder, None))?;
    let all = part::read_texts(&texts)?;
    let words = word_model(bench, &bench.model()?, &bench.onnxruntime()?, &all)?;
    Ok(Collection {
        folder,
        bytes,
        author,
        texts,
        all,
        words,
    })
}

/// The word model, made once for all sizes from the words of some of the texts.
fn word_model(bench: &Bench, real: &Path, library: &Path, texts: &[String]) -> Outcome<PathBuf> {
    let below = bench.folder("questions")?;
    let out = below.join("words");
    if !out.join("model.onnx").exists() {
        let step = (texts.len() / 5_000).max(1);
        let sample: Vec<String> = texts.iter().step_by(step).cloned().collect();
        let file = below.join("sample.jsonl");
        part::write_texts(&file, &sample)?;
        part::run::<()>(&Part::WordModel {
            real: real.to_owned(),
            library: library.to_owned(),
            texts: file,
            out: out.clone(),
        })?;
    }
    Ok(out)
}

/// What `scripts/bench/bm25s_questions.py` prints.
#[derive(Deserialize)]
struct Theirs {
    milliseconds: Vec<f64>,
    version: String,
}

fn words_only(
    bench: &Bench,
    show: &mut Show<'_>,
    asked: &Asked,
    texts: &Path,
    questions: &[String],
) -> Outcome<()> {
    let what = format!("the keyword part alone, {} passages, p50", asked.passages);
    let python = checkout().join("target/bench-venv/bin/python");
    if !python.exists() {
        let why = "`bm25s` is not installed; `scripts/bench-setup.sh` installs it";
        return show(Figure::not_run(NAME, what, why));
    }
    let file = bench.work.join("questions/questions.jsonl");
    part::write_texts(&file, &questions[questions.len() / 10..])?;
    let script = checkout().join("scripts/bench/bm25s_questions.py");
    let run = machine::run(Command::new(python).arg(script).arg(texts).arg(&file))?;
    let theirs: Theirs = serde_json::from_str(&run.printed)?;
    let (ours, other) = (median(&asked.keyword), median(&theirs.milliseconds));
    show(Figure::new(
        NAME,
        what,
        format!("{ours:.2} ms (p95 {:.2})", quantile(&asked.keyword, 0.95)),
        format!(
            "{other:.2} ms (p95 {:.2}): bm25s {} on the same passages and questions",
            quantile(&theirs.milliseconds, 0.95),
            theirs.version
        ),
        (ours / other, "×"),
        Goal::AtMost(1.0),
    ))
}

fn sizes(show: &mut Show<'_>, index: &Path, text: u64) -> Outcome<()> {
    let mib = |bytes: u64| bytes as f64 / MIB;
    let files = |begin: &str| -> u64 {
        let entries = std::fs::read_dir(index).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(begin));
        named.map(|entry| size(&entry.path())).sum()
    };
    let (keywords, vectors, database) = (files("keywords"), files("vectors"), files("index.sqlite"));
    show(Figure::new(
        NAME,
        "index files beside the text: keyword and vector index and the database with texts and embeddings",
        format!(
            "{:.0} MiB: words {:.0}, vectors {:.0}, database {:.0}",
            mib(size(index)),
            mib(keywords),
            mib(vectors),
            mib(database)
        ),
        format!("{:.0} MiB of text", mib(text)),
        (size(index) as f64 / text as f64, "×"),
        Goal::AtMost(2.5),
    ))
}
