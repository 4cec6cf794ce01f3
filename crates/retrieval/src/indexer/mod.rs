//! The one indexing loop.
//!
//! It wakes when a watched folder changes, when the list of folders changes, when a search met a stale file, when a
//! task it started ends, and every [`LOOK_AGAIN`] to see whether a folder that was away is back and to walk those of
//! which the system tells nothing. Between wakes it does nothing.
//!
//! Reading goes before embedding, so that a folder is searchable by words long before it is searchable by meaning.
//! Both take what changed just now first, then the newest files.

mod embedding;
mod reading;
mod reconcile;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use domain::SourceId;
use tokio_util::sync::CancellationToken;

use crate::library::{Inner, Library, Progress};
use crate::watch::{Changes, Reach, Watcher, reach};
use crate::{IndexError, index};
use embedding::Embedding;
use reading::Reading;

/// How often folders are checked for having gone away or come back; a folder of which the system tells nothing is
/// walked no more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Such a folder rests so many times as long as walking it took, so that walking stays below 0.5 % of one core.
const REST: u32 = 200;

/// Told until everything is read again.
const REMADE: &str = "What was read from your files was damaged and is made again from them. Your conversations and settings are kept.";

/// Why the loop wakes, besides changes in folders and the end of its own tasks.
#[derive(Debug)]
pub enum Wake {
    /// The list of folders changed.
    Sources,
    /// A file is not what was read: look at it again.
    Stale(SourceId, String),
}

/// When the loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When everything is read and embedded.
    Idle,
    /// When it is told to stop.
    Stopped,
}

impl Library {
    /// Brings the library up to date with the folders, and with [`Until::Stopped`] keeps it so. Only one call runs at
    /// a time; a second one waits. Stopping or dropping it at any point loses nothing.
    ///
    /// # Errors
    /// When the index itself cannot be written. A file that cannot be read is a status.
    pub async fn index(&self, until: Until, stop: CancellationToken) -> Result<(), IndexError> {
        let mut woken = self.inner.woken.lock().await;
        let mut watcher = Watcher::start();
        let mut work = Loop::new(self.inner.clone());
        work.start(&mut watcher, until).await?;
        let mut look_again = tokio::time::interval(LOOK_AGAIN);
        look_again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            work.fill().await?;
            let idle = work.is_idle();
            work.report(idle).await?;
            if stop.is_cancelled() || (idle && until == Until::Idle) {
                break;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(wake) = woken.recv() => match wake {
                    Wake::Sources => work.watch_sources(&mut watcher, until).await?,
                    Wake::Stale(source, path) => work.look_at(Changes::from([(source, BTreeSet::from([path]))])).await?,
                },
                changes = watcher.next() => work.told(changes, &watcher).await?,
                _ = look_again.tick() => work.look_again(&mut watcher, until).await?,
                done = work.reading.next() => work.read(done).await?,
                done = work.embedding.next() => work.embedded(done).await?,
                done = finished(&mut work.build) => work.built(done).await?,
            }
        }
        work.end().await
    }
}

type BuildTask = tokio::task::JoinHandle<Result<index::Built, IndexError>>;

struct Loop {
    inner: Arc<Inner>,
    reading: Reading,
    embedding: Embedding,
    build: Option<BuildTask>,
    /// Files handled and passages embedded since the start, for the rate.
    started: Instant,
    handled: u64,
    embedded_now: u64,
    reported: Option<Instant>,
    was_idle: bool,
    /// Documents were deleted or changed since the vector index was last tidied.
    untidy: bool,
    /// The last walk through the whole of each folder.
    walked: BTreeMap<SourceId, Walk>,
}

/// A walk through a folder.
#[derive(Clone, Copy)]
struct Walk {
    ended: Instant,
    took: Duration,
}

impl Walk {
    fn since(begun: Instant) -> Self {
        Self {
            ended: Instant::now(),
            took: begun.elapsed(),
        }
    }

    /// Whether the folder has rested long enough.
    fn is_due(&self, now: Instant) -> bool {
        now >= self.ended + self.took * REST
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}

impl Loop {
    fn new(inner: Arc<Inner>) -> Self {
        Self {
            reading: Reading::new(inner.config.readers.workers.max(1)),
            embedding: Embedding::new(inner.config.threads.max(1), inner.model.is_ok()),
            inner,
            build: None,
            started: Instant::now(),
            handled: 0,
            embedded_now: 0,
            reported: None,
            was_idle: false,
            untidy: false,
            walked: BTreeMap::new(),
        }
    }

    async fn start(&mut self, watcher: &mut Watcher, until: Until) -> Result<(), IndexError> {
        // What a crash kept from the keyword index is given to it again.
        self.give_to_keywords_again().await?;
        self.inner.store.retry_errors().await?;
        self.watch_sources(watcher, until).await
    }

    /// Takes over the list of folders: watches them, then walks them all. In this order, so that nothing falls between.
    async fn watch_sources(&mut self, watcher: &mut Watcher, until: Until) -> Result<(), IndexError> {
        let sources = self.inner.sources();
        if until == Until::Stopped {
            let here = sources
                .all
                .values()
                .filter(|source| !sources.away.contains(&source.id));
            watcher.watch(here.map(|s| (s.id, s.root.clone())).collect());
            self.set_deaf(watcher.deaf());
        }
        self.look_at(
            sources
                .all
                .keys()
                .map(|id| (*id, BTreeSet::from([String::new()])))
                .collect(),
        )
        .await
    }

    /// Takes changes that the system told. New folders among them may be more than it watches.
    async fn told(&mut self, changes: Changes, watcher: &Watcher) -> Result<(), IndexError> {
        self.set_deaf(watcher.deaf());
        self.look_at(changes).await
    }

    /// Whether a folder went away or came back; walks those of which the system tells nothing, if they are due.
    async fn look_again(&mut self, watcher: &mut Watcher, until: Until) -> Result<(), IndexError> {
        let sources = self.inner.sources();
        let away: BTreeSet<SourceId> = sources
            .all
            .values()
            .filter(|s| reach(&s.root) == Reach::Away)
            .map(|s| s.id)
            .collect();
        if away != sources.away {
            self.set_away(away);
            return self.watch_sources(watcher, until).await;
        }
        let now = Instant::now();
        let rested = |id: &SourceId| self.walked.get(id).is_none_or(|walk| walk.is_due(now));
        let due: Vec<SourceId> = watcher.deaf().keys().copied().filter(rested).collect();
        for id in due {
            // The reason may be gone: a limit was raised, a folder was removed.
            watcher.try_again(id);
            self.set_deaf(watcher.deaf());
            self.look_at(Changes::from([(id, BTreeSet::from([String::new()]))]))
                .await?;
        }
        Ok(())
    }

    fn set_deaf(&mut self, deaf: &BTreeMap<SourceId, String>) {
        if self.inner.sources().deaf == *deaf {
            return;
        }
        let mut sources = self.inner.sources.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut sources).deaf = deaf.clone();
        drop(sources);
        self.tell_at_once();
    }

    fn set_away(&mut self, away: BTreeSet<SourceId>) {
        let mut sources = self.inner.sources.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut sources).away = away;
        drop(sources);
        self.tell_at_once();
    }

    /// Has the next report told, also while nothing else happens.
    fn tell_at_once(&mut self) {
        self.reported = None;
        self.was_idle = false;
    }

    /// Frees what deleted and changed documents left in the vector index.
    async fn tidy(&mut self) -> Result<(), IndexError> {
        if !std::mem::take(&mut self.untidy) {
            return Ok(());
        }
        self.inner.store.drop_orphans().await?;
        let catalog = self.inner.catalog();
        let there = |id| catalog.document_of(id).is_some();
        let mostly_gone = {
            let mut vectors = self.inner.vectors.write().unwrap_or_else(PoisonError::into_inner);
            vectors.tidy(there);
            let alive = catalog.all_passages().filter(|id| vectors.in_graph(*id)).count();
            let (graph, _) = vectors.len();
            let mostly_gone = graph > alive + alive / 3 + 1_000;
            if mostly_gone {
                vectors.forget_graph();
            }
            mostly_gone
        };
        if mostly_gone {
            crate::library::load_loose(&self.inner.store, &self.inner.vectors).await
        } else {
            Ok(())
        }
    }

    /// Starts whatever can be started.
    async fn fill(&mut self) -> Result<(), IndexError> {
        self.reading.fill(&self.inner).await?;
        if self.reading.is_idle() || self.embedding.has_urgent() {
            self.embedding.fill(&self.inner).await?;
        }
        // A large collection is built into the graph once there is nothing more pressing, or when very many wait.
        if self.is_idle() {
            self.tidy().await?;
        }
        if self.build.is_none() {
            let busy = !self.reading.is_idle() || !self.embedding.is_idle();
            let at_least = if busy { 2 * index::LOOSE } else { index::LOOSE };
            let build = self
                .inner
                .vectors
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .to_build(at_least);
            self.build = build.map(|build| tokio::task::spawn_blocking(move || build.run()));
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.reading.is_idle() && self.embedding.is_idle() && self.build.is_none()
    }

    async fn built(&mut self, done: Result<index::Built, IndexError>) -> Result<(), IndexError> {
        let built = done?;
        self.inner
            .vectors
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .adopt(&built)
    }

    /// Tells how far it is, at most a few times a second.
    async fn report(&mut self, idle: bool) -> Result<(), IndexError> {
        let recent = self
            .reported
            .is_some_and(|at| at.elapsed() < Duration::from_millis(300));
        if idle == self.was_idle && (recent || idle) {
            return Ok(());
        }
        self.was_idle = idle;
        self.reported = Some(Instant::now());
        let mut progress = Progress {
            idle,
            notices: self.inner.sources().deaf_notices(),
            away: self.inner.sources().away.iter().copied().collect(),
            ..Progress::default()
        };
        if idle {
            self.inner.remade.store(false, Ordering::Relaxed);
        } else if self.inner.remade.load(Ordering::Relaxed) {
            progress.notices.push(REMADE.to_owned());
        }
        for (_, counts) in self.inner.store.counts().await? {
            let done = counts.indexed + counts.skipped + counts.failed;
            progress.files_done += done;
            progress.files += done + counts.waiting;
        }
        (progress.passages, progress.passages_embedded) = if idle {
            self.inner.store.embedding_counts().await?
        } else {
            self.about_embedded()
        };
        let seconds = self.started.elapsed().as_secs_f64();
        if !self.reading.is_idle() {
            progress.now = self
                .reading
                .what()
                .unwrap_or_else(|| "Looking through your folders".to_owned());
            progress.seconds_left = left(progress.files - progress.files_done, self.handled, seconds);
        } else if !idle {
            progress.now = "Preparing search by meaning".to_owned();
            let since = self
                .embedding
                .started()
                .map_or(seconds, |at| at.elapsed().as_secs_f64());
            let passages = progress.passages - progress.passages_embedded;
            progress.seconds_left = left(passages, self.embedded_now, since);
        }
        self.inner.progress.send_replace(progress);
        Ok(())
    }

    /// Passages and those of them that are embedded, from memory and about right: counting rows several times a second
    /// would cost more than some of the work that is told of.
    fn about_embedded(&self) -> (u64, u64) {
        let passages = self.inner.catalog().passages();
        let vectors = self.inner.vectors.read().unwrap_or_else(PoisonError::into_inner);
        let (graph, loose) = vectors.len();
        (passages as u64, (graph + loose).min(passages) as u64)
    }

    async fn end(&mut self) -> Result<(), IndexError> {
        self.reading.stop();
        self.flush(|_| true).await?;
        self.commit().await?;
        if let Some(build) = self.build.take() {
            // A graph half built is dropped: the vectors are stored, and it is built at the next start.
            build.abort();
        }
        Ok(())
    }
}

/// Seconds for what is left at the rate so far; `None` before there is one.
fn left(left: u64, done: u64, seconds: f64) -> Option<u64> {
    (done > 0 && seconds > 1.0).then(|| (left as f64 * seconds / done as f64).ceil() as u64)
}

/// The end of a task that may not be there; then never.
async fn finished<T>(
    task: &mut Option<tokio::task::JoinHandle<Result<T, IndexError>>>,
) -> Result<T, IndexError> {
    match task {
        Some(running) => {
            let done = running.await;
            *task = None;
            done.map_err(|_| IndexError::Stopped)?
        }
        None => std::future::pending().await,
    }
}
