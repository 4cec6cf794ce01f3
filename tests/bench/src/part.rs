//! Pieces of benchmarks that run in a process of their own: `bench part REQUEST`, which prints what it saw as JSON.

use std::path::PathBuf;
use std::process::Command;

use retrieval::embed::ModelFiles;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::library::{self, Place, Save};
use crate::{Outcome, machine, models};

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
pub enum Part {
    /// Writes the texts of the passages of a folder to `out`, a JSON string a line. Gives their number.
    Passages { place: Place, out: PathBuf },
    /// Indexes a folder.
    Index { place: Place },
    /// Edits a document of an indexed folder.
    Edit {
        place: Place,
        file: PathBuf,
        paragraph: String,
    },
    /// Saves documents while a folder is watched.
    Fresh {
        place: Place,
        large: PathBuf,
        saves: Vec<Save>,
        questions: Vec<String>,
    },
    /// Asks an indexed library.
    Ask { place: Place, questions: Vec<String> },
    /// Compares the vector index with exact search.
    Recall {
        place: Place,
        words: PathBuf,
        texts: PathBuf,
        questions: Vec<String>,
    },
    /// Writes the word model.
    WordModel {
        real: PathBuf,
        library: PathBuf,
        texts: PathBuf,
        out: PathBuf,
    },
    /// The bare loop.
    Bare {
        library: PathBuf,
        model: PathBuf,
        texts: PathBuf,
    },
    /// `fastembed`, naively.
    Naive {
        library: PathBuf,
        model: PathBuf,
        texts: PathBuf,
    },
    /// Counts tokens of texts.
    Tokens { model: PathBuf, texts: PathBuf },
}

/// Runs a part in a process of its own and takes what it prints.
///
/// # Errors
/// What the part says went wrong.
pub fn run<T: DeserializeOwned>(part: &Part) -> Outcome<T> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("part").env(retrieval::embed::NO_TELEMETRY, "1");
    // A request may be longer than an argument can be.
    let request = tempfile::NamedTempFile::new()?;
    std::fs::write(request.path(), serde_json::to_vec(part)?)?;
    command.arg(request.path());
    let cost = machine::run(&mut command)?;
    Ok(serde_json::from_str(&cost.printed)?)
}

/// Does a part in this process. Gives what to print.
///
/// # Errors
/// What went wrong.
pub fn perform(request: &std::path::Path) -> Outcome<serde_json::Value> {
    let part: Part = serde_json::from_slice(&std::fs::read(request)?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let threads = machine::threads();
    Ok(match part {
        Part::Passages { place, out } => {
            let texts = runtime.block_on(library::passages(&place))?;
            write_texts(&out, &texts)?;
            serde_json::to_value(texts.len())?
        }
        Part::Index { place } => serde_json::to_value(runtime.block_on(library::index(&place))?)?,
        Part::Edit {
            place,
            file,
            paragraph,
        } => serde_json::to_value(runtime.block_on(library::edit(&place, &file, &paragraph))?)?,
        Part::Fresh {
            place,
            large,
            saves,
            questions,
        } => serde_json::to_value(runtime.block_on(library::fresh(&place, &large, &saves, &questions))?)?,
        Part::Ask { place, questions } => {
            serde_json::to_value(runtime.block_on(library::ask(&place, &questions))?)?
        }
        Part::Recall {
            place,
            words,
            texts,
            questions,
        } => serde_json::to_value(runtime.block_on(library::recall(&place, &words, &texts, &questions))?)?,
        Part::WordModel {
            real,
            library,
            texts,
            out,
        } => {
            let real = ModelFiles {
                folder: real,
                runtime: library,
            };
            models::write_word_model(&real, threads, &read_texts(&texts)?, &out)?;
            serde_json::Value::Null
        }
        Part::Bare {
            library,
            model,
            texts,
        } => serde_json::to_value(models::bare(&library, &model, threads, &read_texts(&texts)?)?)?,
        Part::Naive {
            library,
            model,
            texts,
        } => serde_json::to_value(models::naive(&library, &model, &read_texts(&texts)?)?)?,
        Part::Tokens { model, texts } => {
            serde_json::to_value(models::count_tokens(&model, &read_texts(&texts)?)?)?
        }
    })
}

/// Writes texts, a JSON string a line.
///
/// # Errors
/// When the file cannot be written.
pub fn write_texts(path: &std::path::Path, texts: &[String]) -> Outcome<()> {
    let mut lines = String::new();
    for text in texts {
        lines.push_str(&serde_json::to_string(text)?);
        lines.push('\n');
    }
    Ok(std::fs::write(path, lines)?)
}

/// Reads what [`write_texts`] wrote.
///
/// # Errors
/// When the file is not of that form.
pub fn read_texts(path: &std::path::Path) -> Outcome<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
