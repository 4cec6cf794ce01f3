//! Everything that is found, in one place: opened once, shared by searches and the one indexing loop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use domain::{DocumentId, FileStatus, Source, SourceId};
use serde::{Deserialize, Serialize};
use tokio::sync::{OnceCell, mpsc, watch};

use crate::IndexError;
use crate::catalog::{Catalog, Filter};
use crate::chunk::{self, Draft};
use crate::embed::{Embedder, ModelFiles};
use crate::extract::{ReaderConfig, Readers};
use crate::index::{self, KeywordReader, Keywords, Vectors};
use crate::indexer::Wake;
use crate::search::Mode;
use crate::store::{Counts, Store, Stored};
use crate::watch::{Reach, reach};

/// What a library needs to know of its machine.
#[derive(Clone, Debug)]
pub struct LibraryConfig {
    /// Folder that may be deleted at any time.
    pub folder: PathBuf,
    /// The embedding model; without one, words only.
    pub model: Option<ModelFiles>,
    /// How files are read.
    pub readers: ReaderConfig,
    /// Cores that indexing may use.
    pub threads: usize,
}

/// How far indexing is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progress {
    /// What is done now, as a person would say it; empty when idle.
    pub now: String,
    /// Files handled, of all files.
    pub files_done: u64,
    /// All files.
    pub files: u64,
    /// Passages with an embedding, of all passages.
    pub passages_embedded: u64,
    /// All passages.
    pub passages: u64,
    /// Seconds until keyword search and search by meaning are complete, once a rate is known.
    pub seconds_left: Option<u64>,
    /// Nothing is left to do.
    pub idle: bool,
    /// What a person should know about watching, as sentences.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Folders that can't be reached now.
    #[serde(default)]
    pub away: Vec<SourceId>,
    /// Why nothing can be read now, as a sentence; it is tried again by itself.
    #[serde(default)]
    pub trouble: Option<String>,
}

/// The state of a watched folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SourceStatus {
    /// The folder.
    #[serde(flatten)]
    pub source: Source,
    /// It can be listed now.
    pub reachable: bool,
    /// Its files by state.
    #[serde(flatten)]
    pub counts: Counts,
    /// Folders and files in it that could not be looked at.
    pub unreadable: u64,
    /// Why its changes are not seen at once, as a sentence; `None` where they are, or nothing is watched now.
    pub notice: Option<String>,
}

/// The state of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// Path below its watched folder.
    pub file: String,
    /// The watched folder.
    pub source: String,
    /// Whether it can be found.
    pub status: FileStatus,
    /// Why it was skipped or failed, or what in it could not be read.
    pub reason: Option<String>,
    /// When that was found out, seconds since 1970.
    pub at: Option<i64>,
}

/// The state of the library.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Status {
    /// One entry for each watched folder.
    pub sources: Vec<SourceStatus>,
    /// Passages that can be found by words.
    pub passages: u64,
    /// Of these, passages that can be found by meaning.
    pub embedded: u64,
    /// Id of the embedding model; `None` if there is none.
    pub model: Option<String>,
    /// Why there is no model.
    pub model_problem: Option<String>,
}

/// The library of what was read; cheap to clone.
#[derive(Clone)]
pub struct Library {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub config: LibraryConfig,
    pub epoch: String,
    pub store: Store,
    pub keywords: tokio::sync::Mutex<Keywords>,
    pub keyword_reader: KeywordReader,
    pub vectors: RwLock<Vectors>,
    pub catalog: RwLock<Arc<Catalog>>,
    pub sources: RwLock<Arc<Sources>>,
    pub readers: Readers,
    pub progress: watch::Sender<Progress>,
    pub wakes: mpsc::UnboundedSender<Wake>,
    pub woken: tokio::sync::Mutex<mpsc::UnboundedReceiver<Wake>>,
    pub model: Result<String, String>,
    pub embedded: std::sync::atomic::AtomicU64,
    question_embedder: OnceCell<Arc<Embedder>>,
    /// The index was damaged, and what is read now is read again because of it.
    pub remade: std::sync::atomic::AtomicBool,
}

/// The watched folders and which of them are there.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    pub all: BTreeMap<SourceId, Source>,
    pub away: std::collections::BTreeSet<SourceId>,
    /// Folders of which the system does not tell all changes, with the reason as the end of a sentence.
    pub deaf: BTreeMap<SourceId, String>,
}

impl Sources {
    /// Why changes in a folder are not seen at once.
    fn deaf_notice(&self, id: SourceId) -> Option<String> {
        let (folder, reason) = (self.all.get(&id)?.root.display(), self.deaf.get(&id)?);
        Some(format!(
            "Changes in `{folder}` are seen after a while, not at once: {reason}. Settings, or `attache doctor`, says what can be done."
        ))
    }

    /// The same for every folder of which it is true.
    pub fn deaf_notices(&self) -> Vec<String> {
        self.deaf.keys().filter_map(|id| self.deaf_notice(*id)).collect()
    }
}

/// One moment of the library, for a search from beginning to end.
pub(crate) struct Snapshot {
    pub catalog: Arc<Catalog>,
    sources: Arc<Sources>,
    embedded: bool,
    pub model: Result<String, String>,
}

impl Library {
    /// Opens the library, making again whatever is missing or damaged.
    ///
    /// # Errors
    /// When the folder cannot be written. A missing model is no error: see [`Status::model_problem`].
    pub async fn open(config: LibraryConfig) -> Result<Self, IndexError> {
        std::fs::create_dir_all(&config.folder).map_err(|source| IndexError::Folder {
            path: config.folder.clone(),
            source,
        })?;
        let (store, epoch, remade) = open_store(&config).await?;
        let card = match &config.model {
            Some(files) => files.card().map_err(|error| error.to_string()),
            None => Err("no model is set up".to_owned()),
        };
        let model = card.as_ref().map(|card| card.id.clone()).map_err(Clone::clone);
        let (keywords, empty) = Keywords::open(&config.folder.join("keywords"), &epoch)?;
        if empty {
            store.forget_keyworded().await?;
        }
        if store
            .meta("chunk")
            .await?
            .is_none_or(|version| version != chunk::VERSION.to_string())
        {
            store.make_all_wait().await?;
            store.set_meta("chunk", &chunk::VERSION.to_string()).await?;
        }
        let vectors = match &card {
            Ok(card) => {
                let kind = format!("{} as {}", card.id, index::PACKING);
                if store.meta("model").await?.is_none_or(|stored| stored != kind) {
                    store.forget_embeddings().await?;
                    store.set_meta("model", &kind).await?;
                }
                let vectors = RwLock::new(Vectors::open(&config.folder, &epoch, &kind, card.dimensions));
                load_loose(&store, &vectors).await?;
                vectors
            }
            Err(_) => RwLock::new(Vectors::open(&config.folder, &epoch, "", 1)),
        };
        let catalog = load_catalog(&store).await?;
        let (wakes, woken) = mpsc::unbounded_channel();
        let readers = Readers::new(config.readers.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                keyword_reader: keywords.reader(),
                keywords: tokio::sync::Mutex::new(keywords),
                vectors,
                catalog: RwLock::new(Arc::new(catalog)),
                sources: RwLock::default(),
                progress: watch::Sender::default(),
                woken: tokio::sync::Mutex::new(woken),
                embedded: std::sync::atomic::AtomicU64::new(0),
                question_embedder: OnceCell::new(),
                remade: remade.into(),
                config,
                epoch,
                store,
                readers,
                wakes,
                model,
            }),
        })
    }

    /// Sets the folders to watch. What is stored of folders that are not among them is deleted.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_sources(&self, sources: Vec<Source>) -> Result<(), IndexError> {
        let all: BTreeMap<SourceId, Source> = sources.into_iter().map(|s| (s.id, s)).collect();
        let away = all
            .values()
            .filter(|s| reach(&s.root) == Reach::Away)
            .map(|s| s.id)
            .collect();
        for stored in self.inner.store.sources().await? {
            if !all.contains_key(&stored) {
                let gone = self.inner.store.documents_of(stored).await?;
                self.inner.forget(&gone).await?;
            }
        }
        let ids: Vec<SourceId> = all.keys().copied().collect();
        self.inner.store.keep_unreadable_of(&ids).await?;
        let deaf = self.inner.sources().deaf.clone();
        *self.inner.sources.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Sources { all, away, deaf });
        self.inner.wake(Wake::Sources);
        Ok(())
    }

    /// How far indexing is, with every change.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.inner.progress.subscribe()
    }

    /// The state of everything.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn status(&self) -> Result<Status, IndexError> {
        let counts: BTreeMap<SourceId, Counts> = self.inner.store.counts().await?.into_iter().collect();
        let sources = self.inner.sources();
        let (passages, embedded) = self.inner.store.embedding_counts().await?;
        let unreadable = self.inner.store.unreadable().await?;
        Ok(Status {
            sources: sources
                .all
                .values()
                .map(|source| SourceStatus {
                    source: source.clone(),
                    reachable: !sources.away.contains(&source.id),
                    counts: counts.get(&source.id).copied().unwrap_or_default(),
                    unreadable: unreadable.iter().filter(|one| one.source == source.id).count() as u64,
                    notice: sources.deaf_notice(source.id),
                })
                .collect(),
            passages,
            embedded,
            model: self.inner.model.clone().ok(),
            model_problem: self.inner.model.clone().err(),
        })
    }

    /// The state of every file, by folder and path, then of what could not be looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn files(&self) -> Result<Vec<FileReport>, IndexError> {
        let sources = self.inner.sources();
        let mut documents = self.inner.store.documents().await?;
        documents.sort_by(|a, b| (a.source, &a.path).cmp(&(b.source, &b.path)));
        let source = |id: SourceId| {
            sources
                .all
                .get(&id)
                .map_or(String::new(), |s| s.root.display().to_string())
        };
        let unreadable = self.inner.store.unreadable().await?.into_iter();
        let unreadable = unreadable.map(|one| FileReport {
            file: one.path,
            source: source(one.source),
            status: FileStatus::Failed,
            reason: Some(one.reason),
            at: Some(one.at),
        });
        let documents = documents.into_iter();
        let files = documents.map(|document| report(source(document.source), document));
        Ok(files.chain(unreadable).collect())
    }

    /// How many passages were run through the model since the library was opened.
    pub fn embedded_since_start(&self) -> u64 {
        self.inner.embedded.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Reads a file as indexing would, without storing anything.
    pub async fn extract(&self, path: &std::path::Path) -> (extraction::Reading, Vec<Draft>) {
        let reading = self.inner.readers.read(path).await;
        let drafts = chunk::chunk(&reading.document);
        (reading, drafts)
    }

    /// Where each character of a page of a PDF stands; pages are counted from 1.
    ///
    /// # Errors
    /// Why that cannot be told, in the words of a reading.
    pub async fn boxes(
        &self,
        path: &std::path::Path,
        page: u32,
    ) -> Result<extraction::PageBoxes, extraction::Stop> {
        self.inner.readers.boxes(path, page).await
    }

    /// Waits for what is being written and closes the files.
    pub async fn close(self) {
        self.inner
            .store
            .set_meta("clean", "yes")
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the index will be checked at the next start");
            });
        self.inner.store.close().await;
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let inner = &self.inner;
        let (graph, loose) = inner.vectors.read().unwrap_or_else(PoisonError::into_inner).len();
        Snapshot {
            catalog: inner.catalog(),
            sources: inner.sources(),
            embedded: graph + loose > 0,
            model: inner.model.clone(),
        }
    }

    /// The copy of the model that answers questions, loaded at the first one. Where that fails, the next question tries
    /// again.
    pub(crate) async fn question_embedder(&self) -> Option<Arc<Embedder>> {
        let load = || async {
            let inner = self.inner.clone();
            let loaded =
                tokio::task::spawn_blocking(move || inner.load_embedder(inner.config.threads.max(1))).await;
            loaded.ok().flatten().ok_or(())
        };
        self.inner
            .question_embedder
            .get_or_try_init(load)
            .await
            .ok()
            .cloned()
    }
}

impl Inner {
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn sources(&self) -> Arc<Sources> {
        self.sources
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes the catalog for searches that start from now on.
    pub fn change_catalog(&self, change: impl FnOnce(&mut Catalog)) {
        let mut catalog = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut catalog));
    }

    /// Deletes documents everywhere. They stop being found before anything is written.
    pub async fn forget(&self, documents: &[DocumentId]) -> Result<(), IndexError> {
        if documents.is_empty() {
            return Ok(());
        }
        self.change_catalog(|catalog| documents.iter().for_each(|id| catalog.remove(*id)));
        self.store.delete(documents).await?;
        let keywords = self.keywords.lock().await;
        documents.iter().for_each(|id| keywords.delete_document(*id));
        Ok(())
    }

    pub fn wake(&self, wake: Wake) {
        // Fails only when the library is being dropped.
        if self.wakes.send(wake).is_err() {
            tracing::trace!("woken while shutting down");
        }
    }

    pub fn load_embedder(&self, threads: usize) -> Option<Arc<Embedder>> {
        let files = self.config.model.as_ref()?;
        self.model.as_ref().ok()?;
        match Embedder::load(files, threads) {
            Ok(embedder) => Some(Arc::new(embedder)),
            Err(error) => {
                tracing::warn!(%error, "search by meaning is off");
                None
            }
        }
    }
}

impl Snapshot {
    /// A watched folder.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.all.get(&id)
    }

    /// Which documents a filter lets through; never those of a folder that is away.
    pub fn wanted(&self, filter: &Filter) -> Arc<dyn Fn(DocumentId) -> bool + Send + Sync> {
        let (catalog, sources, filter) = (self.catalog.clone(), self.sources.clone(), filter.clone());
        let sources: std::collections::BTreeSet<SourceId> = sources
            .all
            .values()
            .filter(|source| !sources.away.contains(&source.id))
            .filter(|source| filter.collections.is_empty() || filter.collections.contains(&source.collection))
            .filter(|source| filter.labels.iter().all(|label| source.labels.has(label)))
            .map(|source| source.id)
            .collect();
        Arc::new(move |id| {
            let Some(entry) = catalog.document(id) else {
                return false;
            };
            let document = &entry.stored;
            let seconds = document.stamp.modified / 1_000_000_000;
            sources.contains(&document.source)
                && (filter.formats.is_empty() || document.format.is_some_and(|f| filter.formats.contains(&f)))
                && filter
                    .below
                    .as_ref()
                    .is_none_or(|below| document.path.starts_with(below))
                && filter.modified_from.is_none_or(|from| seconds >= from)
                && filter.modified_to.is_none_or(|to| seconds <= to)
        })
    }

    /// What a person should know about a search made now.
    pub fn notices(&self, mode: Mode) -> Vec<String> {
        let mut notices = Vec::new();
        if mode != Mode::Keyword {
            if let Err(problem) = &self.model {
                notices.push(format!(
                    "Found by words only: {problem}. Settings, or `attache doctor`, says how to get the model."
                ));
            } else if !self.embedded && self.catalog.passages() > 0 {
                notices.push("Found by words only: search by meaning is being prepared.".to_owned());
            }
        }
        for id in &self.sources.away {
            if let Some(source) = self.source(*id) {
                let folder = source.root.display();
                notices.push(format!(
                    "The folder `{folder}` can't be reached now, so its files are left out."
                ));
            }
        }
        notices
    }
}

fn report(source: String, document: Stored) -> FileReport {
    let partly = (!document.notices.is_empty()).then(|| document.notices.join(" "));
    FileReport {
        file: document.path,
        source,
        status: document.status,
        reason: document.reason.or(partly),
        at: document.handled_at,
    }
}

/// Opens the database; one that is damaged is put aside with everything made from it.
/// Third: whether one was put aside.
async fn open_store(config: &LibraryConfig) -> Result<(Store, String, bool), IndexError> {
    let file = config.folder.join("index.sqlite");
    let opened = match Store::open(&file).await {
        Ok(store) => {
            let clean = store
                .meta("clean")
                .await
                .is_ok_and(|value| value.as_deref() == Some("yes"));
            if clean || store.is_sound().await? {
                Ok(store)
            } else {
                Err("its pages do not hold together".to_owned())
            }
        }
        // A full disk empties itself; an index that was thrown away for it does not come back by itself.
        Err(error) if error.is_of_the_machine() => return Err(error),
        Err(error) => Err(error.to_string()),
    };
    let remade = opened.is_err();
    let store = match opened {
        Ok(store) => store,
        Err(reason) => {
            tracing::warn!(reason, "the index database is damaged and is made again");
            for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
                match std::fs::remove_file(config.folder.join(name)) {
                    Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                        return Err(IndexError::Folder {
                            path: config.folder.clone(),
                            source,
                        });
                    }
                    _ => {}
                }
            }
            Store::open(&file).await?
        }
    };
    store.set_meta("clean", "no").await?;
    let epoch = match store.meta("epoch").await? {
        Some(epoch) => epoch,
        None => {
            let epoch = new_epoch();
            store.set_meta("epoch", &epoch).await?;
            epoch
        }
    };
    Ok((store, epoch, remade))
}

/// A name for one life of the database, so that an index made from another one is not taken for its own.
fn new_epoch() -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    format!("{:x}-{:x}", now.as_nanos(), std::process::id())
}

async fn load_catalog(store: &Store) -> Result<Catalog, IndexError> {
    let mut documents = store.documents().await?;
    documents.retain(|document| document.status == FileStatus::Indexed);
    Ok(Catalog::of(documents, &store.findable().await?))
}

/// Reads the vectors that the graph does not hold.
pub(crate) async fn load_loose(store: &Store, vectors: &RwLock<Vectors>) -> Result<(), IndexError> {
    let mut missing = store.embedded_ids().await?;
    {
        let vectors = vectors.read().unwrap_or_else(PoisonError::into_inner);
        missing.retain(|id| !vectors.in_graph(*id));
    }
    for ids in missing.chunks(4096) {
        let found = store.embeddings(ids).await?;
        let mut vectors = vectors.write().unwrap_or_else(PoisonError::into_inner);
        found.iter().for_each(|(id, vector)| vectors.add(*id, vector));
    }
    Ok(())
}
