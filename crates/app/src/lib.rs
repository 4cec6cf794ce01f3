//! Composition: the only place that names every concrete type.
//!
//! Finds the home folder, takes the lock that keeps a second process out, finds the parts that come with the program
//! (the reader program, the libraries, the model), opens the ledger and the library and hands a
//! [`experience::Copilot`] to whatever face asked. It decides nothing.

pub mod doctor;
mod home;
mod parts;
mod shelf;

use std::sync::Arc;

use experience::{Copilot, Failure};
use retrieval::extract::ReaderConfig;
use retrieval::{Library, LibraryConfig};
use storage::Ledger;

pub use home::{Home, Lock};
pub use parts::{DEFAULT_MODEL, MODEL_VARIABLE, Parts};

/// An open workspace. It is this process's alone until [`Workspace::close`].
pub struct Workspace {
    /// What faces work with.
    pub copilot: Copilot,
    ledger: Ledger,
    _lock: Lock,
}

/// Opens the workspace in `home`. `doing` is what other processes are told that this one does.
///
/// # Errors
/// When another process has it (code `workspace_in_use`), or a part is missing or damaged.
pub async fn open(home: &Home, doing: &str) -> Result<Workspace, Failure> {
    let lock = home.lock(doing)?;
    let parts = Parts::find();
    let program = parts.reader.clone().ok_or_else(|| {
        Failure::environment(
            "The program `attache-extract`, which reads your files, is missing.",
            "It belongs beside `attache`. Install Attaché again, or run `make run` in its source folder.",
        )
    })?;
    let ledger = Ledger::open(&home.ledger())
        .await
        .map_err(|error| shelf::failure(&error))?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let config = LibraryConfig {
        folder: home.index(),
        model: parts.model().ok(),
        readers: ReaderConfig {
            program,
            pdfium: parts.pdfium.clone(),
            limits: extraction::Limits::default(),
            workers: threads.clamp(1, 4),
        },
        threads,
    };
    let library = Library::open(config).await?;
    let copilot = Copilot {
        library,
        shelf: Arc::new(shelf::LedgerShelf(ledger.clone())),
        clock: || jiff::Timestamp::now().as_second(),
        today: || jiff::Zoned::now().date(),
    };
    copilot.sync_sources().await?;
    Ok(Workspace {
        copilot,
        ledger,
        _lock: lock,
    })
}

impl Workspace {
    /// Finishes what is being written and lets other processes in.
    pub async fn close(self) {
        self.copilot.library.close().await;
        self.ledger.close().await;
    }
}
