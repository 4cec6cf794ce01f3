//! Reading files through worker processes.
//!
//! Files are hostile until proven otherwise: their content is taken apart in `attache-extract`, never here. This side
//! opens the file and streams its bytes; the worker can open nothing. A worker that dies, hangs or grows costs one
//! file, which is told why, and a new one takes its place.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ReadStatus;
use extraction::worker::protocol::{Op, Request, What};
use extraction::{Limits, PageBoxes, Reading, Stop};
use tokio::sync::Semaphore;

mod file;
mod worker;

pub(crate) use file::open_regular;
use worker::{Broken, Worker};

/// Files after which a worker is replaced, so that nothing a file leaves behind in its memory lasts.
const FILES: u32 = 500;

/// What readers need to know.
#[derive(Clone, Debug)]
pub struct ReaderConfig {
    /// The program `attache-extract`.
    pub program: PathBuf,
    /// The PDFium library; without it PDF files are not read.
    pub pdfium: Option<PathBuf>,
    /// What one file may cost.
    pub limits: Limits,
    /// Worker processes at the same time, at least one.
    pub workers: usize,
}

/// A few worker processes that read one file after another. Workers start when they are first needed.
pub struct Readers {
    config: ReaderConfig,
    turns: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Readers {
    /// Readers without a worker yet.
    pub fn new(config: ReaderConfig) -> Self {
        let turns = Semaphore::new(config.workers.max(1));
        Self {
            config,
            turns,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Reads a file. Always ends, at the latest shortly after the time limit; a future that is dropped ends its worker.
    pub async fn read(&self, path: &Path) -> Reading {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match self.ask(path, Op::Read { name }).await {
            Ok(What::Read(reading)) => *reading,
            Ok(What::Boxes(_)) => Reading::stopped(confused(), None),
            Err(stop) => Reading::stopped(stop, None),
        }
    }

    /// Where each character of a page of a PDF stands; pages are counted from 1.
    ///
    /// # Errors
    /// Why that cannot be told, in the words of a reading.
    pub async fn boxes(&self, path: &Path, page: u32) -> Result<PageBoxes, Stop> {
        match self.ask(path, Op::Boxes { page }).await? {
            What::Boxes(boxes) => boxes,
            What::Read(_) => Err(confused()),
        }
    }

    async fn ask(&self, path: &Path, op: Op) -> Result<What, Stop> {
        // Never closed, so there is always a turn.
        let _turn = self.turns.acquire().await;
        let limits = &self.config.limits;
        loop {
            let mut content = file::open(path, limits).await?;
            let request = Request {
                op: op.clone(),
                len: content.len,
            };
            let mut worker = self.worker().await?;
            let limit = Duration::from_millis(limits.millis);
            match tokio::time::timeout(limit, worker.exchange(&request, &mut content, limits)).await {
                Ok(Ok(answer)) => {
                    if worker.files < FILES && !answer.spent {
                        self.idle().push(worker);
                    }
                    return Ok(answer.what);
                }
                Ok(Err(Broken::File(stop))) => return Err(stop),
                Ok(Err(Broken::Worker(error))) => {
                    let used = worker.files > 0;
                    let stop = worker.fate(limits, &error).await;
                    tracing::debug!(%error, status = ?stop.status, used, "a reader process died");
                    // What earlier files left behind may have killed it: only a fresh worker's death counts.
                    if !used {
                        return Err(stop);
                    }
                    self.idle().clear();
                }
                Err(_) => {
                    let reason = format!(
                        "Reading took longer than {} seconds.",
                        limits.millis.div_ceil(1000)
                    );
                    return Err(Stop::new(ReadStatus::Timeout, reason));
                }
            }
        }
    }

    /// An idle worker that still lives, or a new one.
    async fn worker(&self) -> Result<Worker, Stop> {
        loop {
            let Some(mut worker) = self.idle().pop() else {
                break;
            };
            if worker.lives() {
                return Ok(worker);
            }
        }
        Worker::start(&self.config).await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn confused() -> Stop {
    Stop::new(
        ReadStatus::Error,
        "The reader process gave an answer to another question.",
    )
}

#[cfg(test)]
mod tests;
