use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, PoisonError, mpsc};
use std::time::Instant;

use tokio::sync::mpsc as unbounded;

use super::Loop;
use crate::IndexError;
use crate::embed::Embedder;
use crate::index::pack;
use crate::library::Inner;
use crate::search::embedded_text;
use crate::store::Unembedded;
use crate::text::estimated_tokens;

/// Passages that are fetched and sorted by length at a time: the more, the less padding.
const FETCH: usize = 1_024;
/// Tokens of one model run, padding included: small enough that a file saved meanwhile gets its turn within a second.
const RUN_TOKENS: usize = 4_096;

/// Model runs on their way at a time: one more than the model works on, so that it never waits for vectors to be stored.
const RUNS: usize = 2;

type Run = Vec<(i64, String)>;
type Vector = (i64, Vec<i8>);
type Done = Result<Vec<Vector>, IndexError>;

/// Passages on their way to their vectors.
pub struct Embedding {
    threads: usize,
    model: Option<ModelThread>,
    /// There is no model, or it failed: nothing to do until the next start.
    off: bool,
    more: bool,
    urgent: bool,
    runs: VecDeque<Run>,
    running: usize,
    started: Option<Instant>,
}

impl Embedding {
    pub fn new(threads: usize, model: bool) -> Self {
        let (model, off, runs, started) = (None, !model, VecDeque::new(), None);
        Self {
            threads,
            model,
            off,
            more: true,
            urgent: false,
            runs,
            running: 0,
            started,
        }
    }

    pub fn is_idle(&self) -> bool {
        self.off || (self.running == 0 && !self.more && self.runs.is_empty())
    }

    /// Something that changed just now waits for its vector.
    pub fn has_urgent(&self) -> bool {
        self.urgent
    }

    pub fn started(&self) -> Option<Instant> {
        self.started
    }

    /// More passages wait in the database.
    pub fn more(&mut self, urgent: bool) {
        self.more = true;
        if urgent {
            self.urgent = true;
            self.runs.clear();
        }
    }

    /// Gives the model its next runs.
    pub async fn fill(&mut self, inner: &Arc<Inner>) -> Result<(), IndexError> {
        // What a run on its way holds is still without an embedding in the database and would be fetched twice.
        if self.runs.is_empty() && self.more && self.running == 0 && !self.off {
            let mut waiting = inner.store.unembedded(FETCH).await?;
            self.more = waiting.len() == FETCH;
            // Sorted by length among all others, the last of what is urgent would wait for most of them.
            if waiting.first().is_some_and(|passage| passage.urgent) {
                let all = waiting.len();
                waiting.retain(|passage| passage.urgent);
                self.more |= waiting.len() < all;
            }
            self.urgent = false;
            self.runs = runs(waiting);
        }
        while self.running < RUNS
            && !self.off
            && let Some(run) = self.runs.pop_front()
        {
            let model = self
                .model
                .get_or_insert_with(|| ModelThread::start(inner.clone(), self.threads));
            self.started.get_or_insert_with(Instant::now);
            self.off = model.jobs.send(run).is_err();
            self.running += usize::from(!self.off);
        }
        Ok(())
    }

    /// The end of the next model run; never returns while none is on its way.
    pub async fn next(&mut self) -> Done {
        match &mut self.model {
            Some(model) if self.running > 0 => {
                let done = model.done.recv().await.unwrap_or(Err(IndexError::Stopped));
                self.running -= 1;
                done
            }
            _ => std::future::pending().await,
        }
    }
}

/// The thread that runs the model for indexing. It and the threads the model starts yield to everything else on the
/// machine: on Linux niceness belongs to a thread and is inherited by those it starts.
struct ModelThread {
    jobs: mpsc::Sender<Run>,
    done: unbounded::UnboundedReceiver<Done>,
}

impl ModelThread {
    fn start(inner: Arc<Inner>, threads: usize) -> Self {
        let (jobs, waiting) = mpsc::channel::<Run>();
        let (tell, done) = unbounded::unbounded_channel();
        std::thread::spawn(move || {
            lower_priority();
            let model = inner.load_embedder(threads);
            drop(inner);
            for run in waiting {
                let done = match &model {
                    Some(model) => embed(model, run),
                    None => Err(IndexError::Stopped),
                };
                if tell.send(done).is_err() {
                    return;
                }
            }
        });
        Self { jobs, done }
    }
}

fn embed(model: &Embedder, run: Run) -> Done {
    let (keys, texts): (Vec<i64>, Vec<String>) = run.into_iter().unzip();
    let vectors = model.embed(&texts)?;
    Ok(keys.into_iter().zip(vectors.iter().map(|v| pack(v))).collect())
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 10) {
        tracing::debug!(%error, "indexing runs at normal priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

impl Loop {
    /// Stores the vectors of a model run and makes them findable.
    pub async fn embedded(&mut self, done: Done) -> Result<(), IndexError> {
        let vectors = match done {
            Ok(vectors) => vectors,
            Err(error) => {
                // Words still work; the next start tries again.
                tracing::warn!(%error, "embedding stopped");
                self.embedding.off = true;
                return Ok(());
            }
        };
        self.embedded_now += vectors.len() as u64;
        self.inner
            .embedded
            .fetch_add(vectors.len() as u64, std::sync::atomic::Ordering::Relaxed);
        let passages = self.inner.store.embedded(&vectors).await?;
        let by_key: std::collections::HashMap<i64, &Vec<i8>> =
            vectors.iter().map(|(key, v)| (*key, v)).collect();
        let mut index = self.inner.vectors.write().unwrap_or_else(PoisonError::into_inner);
        for (id, key) in passages {
            if let Some(vector) = by_key.get(&key) {
                index.add(id, vector);
            }
        }
        Ok(())
    }
}

/// Model runs of passages of similar length, each content once. Runs keep the order of the passages as far as the
/// window allows: what is urgent comes in a window of its own.
fn runs(waiting: Vec<Unembedded>) -> VecDeque<Run> {
    let mut seen = HashSet::new();
    let mut texts: Vec<(usize, i64, String)> = waiting
        .into_iter()
        .filter(|passage| seen.insert(passage.hash))
        .map(|p| {
            let text = embedded_text(p.title.as_deref(), &p.path, &p.headings, &p.text);
            (estimated_tokens(&text), p.hash, text)
        })
        .collect();
    texts.sort_by_key(|(tokens, ..)| *tokens);
    let mut runs = VecDeque::new();
    let mut run: Run = Vec::new();
    for (tokens, key, text) in texts {
        // All are padded to the longest, which is the last.
        if !run.is_empty() && (run.len() + 1) * tokens > RUN_TOKENS {
            runs.push_back(std::mem::take(&mut run));
        }
        run.push((key, text));
    }
    runs.extend((!run.is_empty()).then_some(run));
    runs
}
