//! The files of the library one by one: listed, looked at again, read again.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use domain::{DocumentId, FileStatus, Format, ReadStatus, Source, SourceId};
use extraction::{Stop, over};
use serde::{Deserialize, Serialize};

use crate::IndexError;
use crate::extract::open_regular;
use crate::indexer::Wake;
use crate::library::Library;
use crate::store::{Counts, Listed, Wanted};
use crate::watch::Stamp;

/// Most files of one page of the list.
pub const MOST_FILES: u64 = 1_000;

/// Which files to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct FileQuery {
    /// Of one watched folder only.
    pub source: Option<SourceId>,
    /// In one of these states; in any if absent or empty.
    pub states: Option<Vec<FileStatus>>,
    /// Part of the name or folder, whatever its case.
    pub name: Option<String>,
    /// Files to pass over.
    pub offset: u64,
    /// Most files to return, at most [`MOST_FILES`].
    pub limit: u64,
}

/// One page of a list of files.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FileList {
    /// Files that fit.
    pub total: u64,
    /// One page of them, by folder and path.
    pub files: Vec<FileRow>,
    /// How many files of each state fit the folder and the name.
    pub by_state: Counts,
}

/// A file of the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FileRow {
    /// Its id; absent for what could not be looked at.
    pub document: Option<DocumentId>,
    /// Path below its watched folder.
    pub file: String,
    /// Path of the watched folder.
    pub source: String,
    /// Id of the watched folder.
    pub source_id: SourceId,
    /// Its state.
    pub status: FileStatus,
    /// Why it was skipped or failed, or what in it could not be read.
    pub reason: Option<String>,
    /// When that was found out, seconds since 1970.
    pub at: Option<i64>,
    /// File date, seconds since 1970.
    pub modified: Option<i64>,
    /// Bytes.
    pub size: Option<u64>,
    /// What it is.
    pub format: Option<Format>,
}

/// All that is known of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    /// Its id.
    pub id: DocumentId,
    /// Path below its watched folder, parted by `/`.
    pub file: String,
    /// The watched folder.
    pub source: Source,
    /// Where it is on this machine.
    pub path: PathBuf,
    /// Its state.
    pub status: FileStatus,
    /// Why it was skipped or failed.
    pub reason: Option<String>,
    /// What it is.
    pub format: Option<Format>,
    /// The title it gives itself.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it says it was written.
    pub written: Option<String>,
    /// Pages, slides, sheets, messages.
    pub parts: Option<u32>,
    /// Date of the file as it was read, seconds since 1970.
    pub modified: i64,
    /// The file on disk is there.
    pub there: bool,
    /// The file on disk is not the one that was read.
    pub changed_since: bool,
}

impl Library {
    /// One page of the list of files.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn file_list(&self, query: &FileQuery) -> Result<FileList, IndexError> {
        let states = query.states.clone().unwrap_or_default();
        let wanted = Wanted {
            source: query.source,
            states: states.clone(),
            name: query.name.clone().unwrap_or_default(),
            offset: query.offset,
            limit: query.limit.min(MOST_FILES),
        };
        let (files, by_state) = self.inner.store.list_files(&wanted).await?;
        let counted = [
            (FileStatus::Indexed, by_state.indexed),
            (FileStatus::Waiting, by_state.waiting),
            (FileStatus::Skipped, by_state.skipped),
            (FileStatus::Failed, by_state.failed),
        ];
        let fit = |status: &FileStatus| states.is_empty() || states.contains(status);
        let total = counted
            .iter()
            .filter(|(status, _)| fit(status))
            .map(|(_, count)| count);
        let sources = self.inner.sources();
        let row = |file: Listed| FileRow {
            source: sources
                .all
                .get(&file.source)
                .map_or_else(String::new, |source| source.root.display().to_string()),
            document: file.id,
            file: file.path,
            source_id: file.source,
            status: file.status,
            reason: file
                .reason
                .or_else(|| (!file.notices.is_empty()).then(|| file.notices.join(" "))),
            at: file.at,
            modified: file.modified,
            size: file.size,
            format: file.format,
        };
        Ok(FileList {
            total: total.sum(),
            files: files.into_iter().map(row).collect(),
            by_state,
        })
    }

    /// All that is known of a file; `None` if it is no more in the library.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn file(&self, id: DocumentId) -> Result<Option<FileFacts>, IndexError> {
        let Some(known) = self.inner.store.file(id).await? else {
            return Ok(None);
        };
        let Some(source) = self.inner.sources().all.get(&known.source).cloned() else {
            return Ok(None);
        };
        let path = source.root.join(&known.path);
        let looked_at = path.clone();
        // A folder on a network that hangs must not hold up anything else.
        let now =
            tokio::task::spawn_blocking(move || std::fs::metadata(looked_at).map(|meta| Stamp::of(&meta)))
                .await
                .map_err(|_| IndexError::Stopped)?;
        Ok(Some(FileFacts {
            id,
            file: known.path,
            source,
            path,
            status: known.status,
            reason: known.reason,
            format: known.format,
            title: known.title,
            author: known.author,
            written: known.written,
            parts: known.parts,
            modified: known.stamp.modified / 1_000_000_000,
            there: now.is_ok(),
            changed_since: now.is_ok_and(|now| now != known.stamp),
        }))
    }

    /// The ids that these files have now, in the same order, each given by the path of its watched folder and its own below
    /// it; `None` for one that is no more in the library.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ids_of(&self, files: &[(String, String)]) -> Result<Vec<Option<DocumentId>>, IndexError> {
        let roots: HashMap<String, SourceId> = (self.inner.sources().all.iter())
            .map(|(id, source)| (source.root.display().to_string(), *id))
            .collect();
        // No folder has the id 0.
        let places: Vec<_> = (files.iter())
            .map(|(root, path)| (roots.get(root).copied().unwrap_or(SourceId(0)), path.clone()))
            .collect();
        self.inner.store.ids_at(&places).await
    }

    /// Has a file read again, whatever its date; false if it is no more in the library.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn retry(&self, id: DocumentId) -> Result<bool, IndexError> {
        let Some((source, path)) = self.inner.store.forget_reading(id).await? else {
            return Ok(false);
        };
        self.inner.wake(Wake::Stale(source, path));
        Ok(true)
    }

    /// The whole content of a PDF file, for drawing its pages.
    ///
    /// # Errors
    /// Why it cannot be read, in the words of a reading.
    pub async fn pdf(&self, facts: &FileFacts) -> Result<Vec<u8>, Stop> {
        let (path, limits) = (facts.path.clone(), self.inner.config.readers.limits);
        let read = tokio::task::spawn_blocking(move || {
            let (file, about) = open_regular(&path)?;
            if about.len() > limits.input_bytes {
                return Err(Stop::new(ReadStatus::TooLarge, over(about.len(), &limits)));
            }
            let mut bytes = Vec::with_capacity(about.len() as usize);
            file.take(limits.input_bytes)
                .read_to_end(&mut bytes)
                .map_err(|error| {
                    Stop::new(ReadStatus::Error, format!("The file could not be read: {error}."))
                })?;
            // The file may be another one by now: only a PDF is handed out as one.
            let head = bytes.get(..1024).unwrap_or(&bytes);
            if head.windows(5).any(|window| window == b"%PDF-") {
                Ok(bytes)
            } else {
                Err(Stop::new(
                    ReadStatus::Unsupported,
                    "The file is not a PDF file any more.",
                ))
            }
        });
        read.await
            .unwrap_or_else(|_| Err(Stop::new(ReadStatus::Error, "Reading was stopped.")))
    }
}
