use std::collections::{HashMap, VecDeque};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{DocumentId, FileStatus, PassageId, ReadStatus};
use tokio::task::JoinSet;

use super::Loop;
use crate::IndexError;
use crate::chunk::{self, Draft};
use crate::index::Entry;
use crate::library::Inner;
use crate::search::{embedded_text, title_for_embedding};
use crate::store::{Finished, PassageRow, Stored, Waiting};
use crate::text::content_key;
use crate::watch::Stamp;

/// Files that are fetched from the list at a time.
const FETCH: usize = 256;
/// A batch is written when it holds this many files or passages, or is this old, or nothing more is being read.
const BATCH_FILES: usize = 256;
const BATCH_PASSAGES: usize = 2_000;
const BATCH_AGE: Duration = Duration::from_millis(400);
/// The keyword index commits at most this often while much is read.
const COMMIT_AGE: Duration = Duration::from_secs(2);
/// How often a file is read in one go if it is changed each time while it is read.
const TRIES: u32 = 3;

/// Files on their way from waiting to indexed.
pub struct Reading {
    most: usize,
    tasks: JoinSet<Option<Done>>,
    busy: Vec<(DocumentId, String)>,
    queue: VecDeque<Waiting>,
    /// The list in the database may hold files that are not in `queue`.
    more: bool,
    urgent: bool,
    batch: Vec<Done>,
    batch_passages: usize,
    batch_since: Option<Instant>,
    /// Given to the keyword index and not committed yet.
    uncommitted: Vec<DocumentId>,
    deletions: bool,
    committed: Instant,
    stopped: bool,
}

/// A file whose handling ended.
pub struct Done {
    waiting: Waiting,
    stamp: Stamp,
    what: What,
}

impl Done {
    fn passages(&self) -> usize {
        match &self.what {
            What::Read { drafts, .. } => drafts.len(),
            What::Gone | What::Unchanged(_) => 0,
        }
    }
}

enum What {
    Gone,
    Unchanged(FileStatus),
    Read {
        hash: Option<Vec<u8>>,
        reading: Box<extraction::Reading>,
        drafts: Vec<Draft>,
    },
}

impl Reading {
    pub fn new(workers: usize) -> Self {
        Self {
            // One more than there are workers, so that none waits for the next file.
            most: workers + 1,
            tasks: JoinSet::new(),
            busy: Vec::new(),
            queue: VecDeque::new(),
            more: true,
            urgent: false,
            batch: Vec::new(),
            batch_passages: 0,
            batch_since: None,
            uncommitted: Vec::new(),
            deletions: false,
            committed: Instant::now(),
            stopped: false,
        }
    }

    pub fn is_idle(&self) -> bool {
        !self.more
            && self.tasks.is_empty()
            && self.queue.is_empty()
            && self.batch.is_empty()
            && self.uncommitted.is_empty()
            && !self.deletions
    }

    /// More files wait in the database.
    pub fn more(&mut self, urgent: bool) {
        self.more = true;
        if urgent {
            // What changed just now goes before what was fetched earlier.
            self.urgent = true;
            self.queue.clear();
        }
    }

    /// Passages were taken out of the keyword index: it must commit.
    pub fn mind_deletions(&mut self) {
        self.deletions = true;
    }

    /// What is read now.
    pub fn what(&self) -> Option<String> {
        self.busy.first().map(|(_, path)| format!("Reading `{path}`"))
    }

    pub fn stop(&mut self) {
        self.stopped = true;
        self.tasks.abort_all();
    }

    /// Starts reading as many files as there are workers for.
    pub async fn fill(&mut self, inner: &Arc<Inner>) -> Result<(), IndexError> {
        while self.tasks.len() < self.most && !self.stopped {
            if self.queue.is_empty() && self.more {
                let busy: Vec<DocumentId> = self.busy.iter().map(|(id, _)| *id).collect();
                // What is in the batch is still waiting in the database.
                let busy: Vec<DocumentId> = busy
                    .into_iter()
                    .chain(self.batch.iter().map(|d| d.waiting.id))
                    .collect();
                self.queue = inner.store.waiting(FETCH, &busy).await?.into();
                self.more = self.queue.len() == FETCH;
            }
            let Some(waiting) = self.queue.pop_front() else {
                break;
            };
            self.busy.push((waiting.id, waiting.path.clone()));
            let inner = inner.clone();
            self.tasks.spawn(async move { handle(&inner, waiting).await });
        }
        Ok(())
    }

    /// The next file whose handling ended, or `None` when the batch must be written. Never returns while there is
    /// nothing to do.
    pub async fn next(&mut self) -> Option<Done> {
        if self.tasks.is_empty() {
            if self.batch.is_empty() && self.uncommitted.is_empty() && !self.deletions {
                std::future::pending::<()>().await;
            }
            return None;
        }
        let end = self
            .batch_since
            .map_or(Instant::now() + Duration::from_secs(3600), |since| {
                since + BATCH_AGE
            });
        match tokio::time::timeout_at(end.into(), self.tasks.join_next()).await {
            Ok(Some(Ok(done))) => done,
            // A task that was aborted or failed leaves its file waiting.
            Ok(_) | Err(_) => None,
        }
    }
}

impl Loop {
    /// Takes the end of a file's handling; writes the batch when it is time.
    pub async fn read(&mut self, done: Option<Done>) -> Result<(), IndexError> {
        let flush_now = done.is_none();
        if let Some(done) = done {
            self.reading.busy.retain(|(id, _)| *id != done.waiting.id);
            self.handled += 1;
            self.reading.batch_passages += done.passages();
            self.reading.batch.push(done);
            self.reading.batch_since.get_or_insert_with(Instant::now);
        }
        // What somebody saved just now does not wait for all that was read beside it.
        if self.reading.batch.iter().any(|done| done.waiting.urgent) {
            self.flush(|done| done.waiting.urgent).await?;
            self.commit().await?;
        }
        let reading = &self.reading;
        let last = reading.tasks.is_empty() && reading.queue.is_empty() && !reading.more;
        let full = reading.batch.len() >= BATCH_FILES || reading.batch_passages >= BATCH_PASSAGES;
        if flush_now || last || full {
            self.flush(|_| true).await?;
            if last || self.reading.committed.elapsed() >= COMMIT_AGE {
                self.commit().await?;
            }
        }
        Ok(())
    }

    /// Writes those of the batch: database first, then the keyword index, which commits later.
    pub async fn flush(&mut self, which: impl Fn(&Done) -> bool) -> Result<(), IndexError> {
        let reading = &mut self.reading;
        let (mut batch, rest): (Vec<Done>, Vec<Done>) =
            std::mem::take(&mut reading.batch).into_iter().partition(which);
        reading.batch_passages = rest.iter().map(Done::passages).sum();
        reading.batch_since = reading.batch_since.filter(|_| !rest.is_empty());
        reading.batch = rest;
        if batch.is_empty() {
            return Ok(());
        }
        let inner = self.inner.clone();
        // A file that was deleted or changed again while it was read: what was read of it is no longer true.
        let ids: Vec<DocumentId> = batch.iter().map(|done| done.waiting.id).collect();
        let waiting = inner.store.still_waiting(&ids).await?;
        batch.retain(|done| waiting.get(&done.waiting.id) == Some(&done.waiting.stamp));
        self.reading.more |= batch.len() < ids.len();
        let mut last_id = inner.store.last_passage_id().await?;
        let urgent = batch.iter().any(|done| done.waiting.urgent);
        let (mut gone, mut write, mut indexed) = (Vec::new(), Vec::new(), Vec::new());
        for done in batch {
            match done.what {
                What::Gone => gone.push(done.waiting.id),
                What::Unchanged(status) => {
                    inner.store.unchanged(done.waiting.id, done.stamp, status).await?;
                    if status == FileStatus::Indexed {
                        indexed.push(done.waiting.id);
                    }
                }
                What::Read {
                    hash,
                    reading,
                    drafts,
                } => {
                    let old = match &done.waiting.read_status {
                        Some(_) => inner.store.passages_of(done.waiting.id).await?,
                        None => Vec::new(),
                    };
                    let id = done.waiting.id;
                    let finished = finished(done.waiting, done.stamp, hash, *reading);
                    let rows = rows(id, &finished, drafts, old, &mut last_id);
                    if finished.0.status == FileStatus::Indexed {
                        indexed.push(id);
                    }
                    write.push((finished.0, rows));
                }
            }
        }
        inner.forget(&gone).await?;
        self.reading.deletions |= !gone.is_empty();
        inner.store.finish(&write, urgent, last_id).await?;
        self.put(&indexed, &write).await?;
        self.embedding.more(urgent);
        Ok(())
    }

    /// Makes written documents findable: catalog, stored vectors, keyword index.
    async fn put(
        &mut self,
        indexed: &[DocumentId],
        write: &[(Finished, Vec<PassageRow>)],
    ) -> Result<(), IndexError> {
        let inner = &self.inner;
        let documents = inner.store.documents_by_id(indexed).await?;
        let mut passages: Vec<(PassageId, DocumentId)> = write
            .iter()
            .flat_map(|(_, rows)| rows.iter().map(|row| (row.id, row.document)))
            .collect();
        let written: std::collections::HashSet<DocumentId> = write.iter().map(|(f, _)| f.id).collect();
        for id in indexed.iter().filter(|id| !written.contains(id)) {
            passages.extend(
                inner
                    .store
                    .passages_of(*id)
                    .await?
                    .iter()
                    .map(|row| (row.id, row.document)),
            );
        }
        let new: Vec<PassageId> = passages.iter().map(|(id, _)| *id).collect();
        let vectors = inner.store.embeddings(&new).await?;
        {
            let mut index = inner
                .vectors
                .write()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            vectors.iter().for_each(|(id, vector)| index.add(*id, vector));
        }
        let by_id: HashMap<DocumentId, &Stored> = documents.iter().map(|d| (d.id, d)).collect();
        let keywords = inner.keywords.lock().await;
        for (finished, rows) in write {
            keywords.delete_document(finished.id);
            if let Some(document) = by_id.get(&finished.id) {
                add_to_keywords(&keywords, document, rows)?;
            }
        }
        drop(keywords);
        self.reading
            .uncommitted
            .extend(write.iter().map(|(finished, _)| finished.id));
        self.inner
            .change_catalog(|catalog| catalog.put(documents, &passages));
        Ok(())
    }

    /// Makes the keyword index durable and visible.
    pub async fn commit(&mut self) -> Result<(), IndexError> {
        if self.reading.uncommitted.is_empty() && !self.reading.deletions {
            return Ok(());
        }
        let inner = self.inner.clone();
        let mut keywords = inner.keywords.lock().await;
        tokio::task::block_in_place(|| keywords.commit(&inner.epoch))?;
        drop(keywords);
        self.inner
            .store
            .mark_keyworded(&std::mem::take(&mut self.reading.uncommitted))
            .await?;
        self.reading.deletions = false;
        self.reading.committed = Instant::now();
        Ok(())
    }

    /// Gives the keyword index what it has not committed, from the database, without reading a file.
    pub async fn give_to_keywords_again(&mut self) -> Result<(), IndexError> {
        for ids in self.inner.store.unkeyworded().await?.chunks(BATCH_FILES) {
            let documents = self.inner.store.documents_by_id(ids).await?;
            for document in &documents {
                let rows = self.inner.store.passages_of(document.id).await?;
                let keywords = self.inner.keywords.lock().await;
                keywords.delete_document(document.id);
                add_to_keywords(&keywords, document, &rows)?;
            }
            self.reading.uncommitted.extend(ids);
        }
        self.commit().await
    }
}

fn add_to_keywords(
    keywords: &crate::index::Keywords,
    document: &Stored,
    rows: &[PassageRow],
) -> Result<(), IndexError> {
    let title = title_for_embedding(document.title.as_deref(), &document.path);
    for row in rows {
        keywords.add(&Entry {
            passage: row.id,
            document: document.id,
            title: &title,
            headings: &row.headings,
            text: &row.text,
        })?;
    }
    keywords.add_whole(document.id, &title, rows.iter().map(|row| row.text.as_str()))
}

/// Reads one file, if it is not what is stored already.
async fn handle(inner: &Inner, waiting: Waiting) -> Option<Done> {
    let sources = inner.sources();
    let root = sources.all.get(&waiting.source)?.root.clone();
    let path = root.join(&waiting.path);
    let mut tries = TRIES;
    loop {
        let Ok(meta) = tokio::fs::metadata(&path).await else {
            // Not deleted if the whole folder went away meanwhile: then it waits.
            let here = crate::watch::reach(&root) == crate::watch::Reach::Here;
            return here.then_some(Done {
                stamp: waiting.stamp,
                waiting,
                what: What::Gone,
            });
        };
        let stamp = Stamp::of(&meta);
        let small = meta.len() <= inner.config.readers.limits.input_bytes;
        let hash = if small && meta.is_file() {
            content_hash(path.clone()).await
        } else {
            None
        };
        if let (Some(new), Some(old), Some(status)) = (&hash, &waiting.hash, waiting.read_status)
            && new == old
            && !matches!(status, ReadStatus::Timeout | ReadStatus::Error)
        {
            let what = What::Unchanged(status.file_status());
            return Some(Done { waiting, stamp, what });
        }
        let reading = inner.readers.read(&path).await;
        tries -= 1;
        // The text may be half of the old and half of the new file, and not what was hashed.
        let same = tokio::fs::metadata(&path)
            .await
            .is_ok_and(|meta| Stamp::of(&meta) == stamp);
        if !same && tries > 0 {
            continue;
        }
        // A file that is written all the time is kept as it was read. Its stamp is the one from before, so it is not
        // cited, and read again when it is looked at next; without a hash that reading is never taken for the same.
        let drafts = chunk::chunk(&reading.document);
        return Some(Done {
            waiting,
            stamp,
            what: What::Read {
                hash: hash.filter(|_| same),
                reading: Box::new(reading),
                drafts,
            },
        });
    }
}

async fn content_hash(path: PathBuf) -> Option<Vec<u8>> {
    tokio::task::spawn_blocking(move || hash_file(&path).ok())
        .await
        .ok()
        .flatten()
}

fn hash_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut hasher = blake3::Hasher::new();
    let (mut file, _) = crate::extract::open_regular(path).map_err(std::io::Error::other)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hasher.finalize().as_bytes().to_vec());
        }
        hasher.update(&buffer[..n]);
    }
}

fn finished(
    waiting: Waiting,
    stamp: Stamp,
    hash: Option<Vec<u8>>,
    reading: extraction::Reading,
) -> (Finished, String) {
    let document = reading.document;
    let finished = Finished {
        id: waiting.id,
        stamp,
        hash,
        status: reading.status.file_status(),
        read_status: reading.status,
        reason: reading.reason,
        format: reading.format,
        title: document.title,
        author: document.author,
        written: document.written,
        parts: document.parts,
        notices: document.notices,
        at: super::now(),
    };
    (finished, waiting.path)
}

/// Rows for a document's passages. A passage whose text was there before keeps its id and so its place in the indexes.
fn rows(
    document: DocumentId,
    finished: &(Finished, String),
    drafts: Vec<Draft>,
    old: Vec<PassageRow>,
    last_id: &mut i64,
) -> Vec<PassageRow> {
    let (finished, path) = finished;
    if finished.status != FileStatus::Indexed {
        return Vec::new();
    }
    let mut old_ids: HashMap<i64, Vec<PassageRow>> = HashMap::new();
    for row in old.into_iter().rev() {
        old_ids.entry(row.hash).or_default().push(row);
    }
    let row = |(seq, draft): (usize, Draft)| {
        let text = embedded_text(finished.title.as_deref(), path, &draft.headings, &draft.text);
        let hash = content_key(&[&text]);
        let same = |old: &mut Vec<PassageRow>| {
            let at = old
                .iter()
                .rposition(|row| row.text == draft.text && row.tabular == draft.tabular)?;
            Some(old.remove(at))
        };
        let kept = old_ids.get_mut(&hash).and_then(same);
        let embedded = kept.as_ref().is_some_and(|row| row.embedded);
        let id = kept.map_or_else(
            || {
                *last_id += 1;
                PassageId(*last_id)
            },
            |row| row.id,
        );
        let Draft {
            headings,
            text,
            place,
            tabular,
        } = draft;
        PassageRow {
            id,
            document,
            seq: seq as u32,
            place,
            headings,
            tabular,
            text,
            hash,
            embedded,
        }
    };
    drafts.into_iter().enumerate().map(row).collect()
}
