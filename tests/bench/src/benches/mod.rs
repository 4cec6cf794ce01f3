//! The benchmarks, in the order of the table.

mod again;
mod audit;
mod desktop;
mod freshness;
mod governing;
mod indexing;
mod questions;
mod window;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus::{self, Author};
use crate::figure::Figure;
use crate::library::Place;
use crate::machine::{self, Cost};
use crate::part::{self, Part};
use crate::{Outcome, figure};

/// Takes each figure as soon as it is there.
pub type Show<'a> = dyn FnMut(Figure) -> Outcome<()> + 'a;

type Run = fn(&Bench, &mut Show<'_>) -> Outcome<()>;

/// Name, what it measures, how it runs.
pub const LIST: &[(&str, &str, Run)] = &[
    (
        "indexing",
        "embedding against bare loops; words before meaning",
        indexing::run,
    ),
    (
        "recoll",
        "CPU time until everything is found by words, beside recoll",
        desktop::run,
    ),
    ("again", "an unchanged folder and an edited document", again::run),
    (
        "freshness",
        "from saving to finding, at rest and while a large folder is indexed; idling",
        freshness::run,
    ),
    (
        "questions",
        "latency, recall, memory and size at 100,000 passages and more",
        questions::run,
    ),
    (
        "audit",
        "checking the chain, and what a durable step costs beside the disk",
        audit::run,
    ),
    (
        "governing",
        "a decision by 500 policies, from the click to the request, lists over 10,000 receipts",
        governing::run,
    ),
    (
        "window",
        "the real window: start, switching views, first words, scrolling, memory",
        window::run,
    ),
];

/// What all benchmarks share.
pub struct Bench {
    /// A folder that vanishes at the end.
    pub work: PathBuf,
    /// Small sizes.
    pub quick: bool,
    /// Also a million passages.
    pub million: bool,
    /// Folders for the comparison with recoll.
    pub markdown: Option<PathBuf>,
    /// The same for PDF.
    pub pdf: Option<PathBuf>,
    /// The product's programs and libraries.
    pub parts: app::Parts,
    sentences: OnceCell<Vec<String>>,
}

impl Bench {
    /// With temporary files in `work`.
    ///
    /// # Errors
    /// When a part of the product is missing.
    pub fn new(
        work: &Path,
        quick: bool,
        million: bool,
        markdown: Option<PathBuf>,
        pdf: Option<PathBuf>,
    ) -> Outcome<Self> {
        Ok(Self {
            work: work.to_owned(),
            quick,
            million,
            markdown,
            pdf,
            parts: app::Parts::find(),
            sentences: OnceCell::new(),
        })
    }

    /// The smaller number when sizes are small.
    pub fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// A new folder for temporary files.
    pub fn folder(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.work.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder.canonicalize()?)
    }

    /// The folder of the shipped model.
    pub fn model(&self) -> Outcome<PathBuf> {
        let folder = self.parts.model_folder.clone();
        Ok(folder.ok_or("the embedding model is missing: run `scripts/setup.sh`")?)
    }

    /// Another model, of those beside the shipped one or of those that `scripts/bench-setup.sh` makes.
    pub fn other_model(&self, name: &str) -> Option<PathBuf> {
        let shipped = self.parts.runtime.as_ref().map(|runtime| runtime.join("models"));
        let folders = [shipped, Some(checkout().join("target/bench-models"))];
        let mut folders = folders.into_iter().flatten().map(|folder| folder.join(name));
        folders.find(|folder| folder.join("model.json").exists())
    }

    /// ONNX Runtime.
    pub fn onnxruntime(&self) -> Outcome<PathBuf> {
        let library = self.parts.onnxruntime.clone();
        Ok(library.ok_or("ONNX Runtime is missing: run `scripts/setup.sh`")?)
    }

    /// A library of its own below `work`.
    pub fn place(&self, name: &str, folder: &Path, model: Option<PathBuf>) -> Place {
        let index = self.work.join(name).join("index");
        let folder = folder.to_owned();
        Place { index, folder, model }
    }

    /// One who writes documents like the demo's; the same for the same seed.
    pub fn author(&self, seed: u64) -> Outcome<Author> {
        if self.sentences.get().is_none() {
            let folder = checkout().join("demo/documents").canonicalize()?;
            let texts = self.texts(&self.place("sentences", &folder, None))?;
            // Fails only if it was set meanwhile, which nobody does.
            let _ = self.sentences.set(corpus::sentences(&texts));
        }
        Author::new(self.sentences.get().map_or(&[], Vec::as_slice), seed)
    }

    /// The texts of the passages of a folder.
    pub fn texts(&self, place: &Place) -> Outcome<Vec<String>> {
        part::read_texts(&self.text_file(place)?)
    }

    /// A file of them, a JSON string a line.
    pub fn text_file(&self, place: &Place) -> Outcome<PathBuf> {
        std::fs::create_dir_all(&place.index)?;
        let out = place.index.with_file_name("passages.jsonl");
        // Another index, so that nothing of the one to be measured is there before.
        let other = Place {
            index: place.index.with_file_name("other-index"),
            model: None,
            ..place.clone()
        };
        part::run::<usize>(&Part::Passages {
            place: other,
            out: out.clone(),
        })?;
        Ok(out)
    }

    /// `attache` with a home below `work`.
    pub fn attache(&self, home: &str, words_only: bool) -> Outcome<Command> {
        let program =
            std::env::current_exe()?.with_file_name(format!("attache{}", std::env::consts::EXE_SUFFIX));
        if !program.exists() {
            return Err(format!("`{}` is missing: run `make bench`", program.display()).into());
        }
        let mut command = Command::new(program);
        command.arg("--home").arg(self.work.join(home));
        if words_only {
            command.env(app::MODEL_VARIABLE, "none");
        }
        Ok(command)
    }

    /// Watches a folder and indexes it with the program. The cost is of both commands.
    pub fn index_with_program(&self, home: &str, folder: &Path, words_only: bool) -> Outcome<Cost> {
        let add = machine::run(
            self.attache(home, words_only)?
                .args(["source", "add"])
                .arg(folder),
        )?;
        let index = machine::run(self.attache(home, words_only)?.arg("index"))?;
        Ok(Cost {
            seconds: add.seconds + index.seconds,
            cpu: add.cpu + index.cpu,
            printed: index.printed,
        })
    }
}

/// The checkout this program was built in.
pub fn checkout() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The median of what each of some runs gives.
fn middle<T>(runs: &[T], of: impl Fn(&T) -> f64) -> f64 {
    figure::median(&runs.iter().map(of).collect::<Vec<f64>>())
}
