use std::collections::HashMap;

use domain::{DocumentId, FileStatus, Format, ReadStatus, SourceId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::IndexError;
use crate::watch::Stamp;

/// A document's row as search and status need it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id.
    pub id: DocumentId,
    /// The watched folder it is in.
    pub source: SourceId,
    /// Path below the folder, parted by `/`.
    pub path: String,
    /// Size and times of the file as it was read.
    pub stamp: Stamp,
    /// Whether it can be found.
    pub status: FileStatus,
    /// Why it was skipped or failed.
    pub reason: Option<String>,
    /// What it is.
    pub format: Option<Format>,
    /// The title it gives itself.
    pub title: Option<String>,
    /// When it says it was written.
    pub written: Option<String>,
    /// What could not be read in it.
    pub notices: Vec<String>,
    /// When it was last looked at, seconds since 1970.
    pub handled_at: Option<i64>,
}

/// What is known of a file before it is read, to tell whether it changed.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id.
    pub id: DocumentId,
    /// Path below the folder.
    pub path: String,
    /// Size and times when it was last looked at.
    pub stamp: Stamp,
}

/// A file that waits to be read.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: DocumentId,
    /// The watched folder it is in.
    pub source: SourceId,
    /// Path below the folder.
    pub path: String,
    /// Size and times that made it wait.
    pub stamp: Stamp,
    /// Content hash of the reading that is still stored, if any.
    pub hash: Option<Vec<u8>>,
    /// How that reading ended.
    pub read_status: Option<ReadStatus>,
    /// Changed while the program ran.
    pub urgent: bool,
}

/// The end of handling a file.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The row to finish.
    pub id: DocumentId,
    /// Size and times of what was read.
    pub stamp: Stamp,
    /// Content hash; `None` if the content was not read.
    pub hash: Option<Vec<u8>>,
    /// Whether it can be found now.
    pub status: FileStatus,
    /// How reading ended.
    pub read_status: ReadStatus,
    /// Why not, for a person.
    pub reason: Option<String>,
    /// What it is.
    pub format: Option<Format>,
    /// Title, author, date, number of parts, notices as the document says.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub written: Option<String>,
    /// Pages, slides, sheets.
    pub parts: Option<u32>,
    /// What could not be read in it.
    pub notices: Vec<String>,
    /// Seconds since 1970.
    pub at: i64,
}

/// How many files of a folder are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Counts {
    /// Can be found.
    pub indexed: u64,
    /// Not read yet.
    pub waiting: u64,
    /// Left out on purpose.
    pub skipped: u64,
    /// Could not be read.
    pub failed: u64,
}

const COLUMNS: &str = "id, source, path, size, modified, changed, status, read_status, reason, format, title, written, notices, handled_at";

impl Store {
    /// All documents.
    pub async fn documents(&self) -> Result<Vec<Stored>, IndexError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM documents"));
        sqlx::query(sql)
            .fetch_all(&self.read)
            .await?
            .iter()
            .map(stored)
            .collect()
    }

    /// Some documents by id.
    pub async fn documents_by_id(&self, ids: &[DocumentId]) -> Result<Vec<Stored>, IndexError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM documents WHERE id IN (SELECT value FROM json_each(?))"
        ));
        sqlx::query(sql)
            .bind(serde_json::to_string(ids)?)
            .fetch_all(&self.read)
            .await?
            .iter()
            .map(stored)
            .collect()
    }

    /// A document by its place.
    pub async fn document_at(&self, source: SourceId, path: &str) -> Result<Option<Stored>, IndexError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM documents WHERE source = ? AND path = ?"
        ));
        sqlx::query(sql)
            .bind(source.0)
            .bind(path)
            .fetch_optional(&self.read)
            .await?
            .as_ref()
            .map(stored)
            .transpose()
    }

    /// What is known below a path of a folder; all of it for an empty path.
    pub async fn known(&self, source: SourceId, below: &str) -> Result<Vec<Known>, IndexError> {
        let sql = "SELECT id, path, size, modified, changed FROM documents
                   WHERE source = ?1 AND (?2 = '' OR path = ?2 OR (path > ?2 || '/' AND path < ?2 || '0'))";
        let rows = sqlx::query(sql)
            .bind(source.0)
            .bind(below)
            .fetch_all(&self.write)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Known {
                    id: DocumentId(row.try_get(0)?),
                    path: row.try_get(1)?,
                    stamp: stamp(row, 2)?,
                })
            })
            .collect()
    }

    /// Ids of all documents of a folder.
    pub async fn documents_of(&self, source: SourceId) -> Result<Vec<DocumentId>, IndexError> {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM documents WHERE source = ?")
            .bind(source.0)
            .fetch_all(&self.write)
            .await?;
        Ok(ids.into_iter().map(DocumentId).collect())
    }

    /// Folders that documents are stored for.
    pub async fn sources(&self) -> Result<Vec<SourceId>, IndexError> {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT source FROM documents")
            .fetch_all(&self.write)
            .await?;
        Ok(ids.into_iter().map(SourceId).collect())
    }

    /// Makes files wait to be read: new ones get a row, known ones keep their old passages until they were read,
    /// but are not found meanwhile. Returns the ids of the known ones.
    pub async fn make_wait(
        &self,
        source: SourceId,
        files: &[(String, Stamp)],
        urgent: bool,
    ) -> Result<Vec<DocumentId>, IndexError> {
        let rows: Vec<_> = files
            .iter()
            .map(|(path, s)| (path, s.size, s.modified, s.changed))
            .collect();
        let sql = "INSERT INTO documents (source, path, size, modified, changed, status, urgent)
                   SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 'waiting', ?2 FROM json_each(?3) WHERE true
                   ON CONFLICT (source, path) DO UPDATE SET
                     size = excluded.size, modified = excluded.modified, changed = excluded.changed,
                     status = 'waiting', urgent = excluded.urgent
                   RETURNING id";
        let ids: Vec<i64> = sqlx::query_scalar(sql)
            .bind(source.0)
            .bind(urgent)
            .bind(serde_json::to_string(&rows)?)
            .fetch_all(&self.write)
            .await?;
        Ok(ids.into_iter().map(DocumentId).collect())
    }

    /// Makes every document wait, for example because passages are cut differently now.
    pub async fn make_all_wait(&self) -> Result<(), IndexError> {
        sqlx::query("UPDATE documents SET status = 'waiting', hash = NULL")
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Files whose reading failed for no reason of their own, for example because the reader program was missing, get
    /// another try.
    pub async fn retry_errors(&self) -> Result<(), IndexError> {
        let sql = "UPDATE documents SET status = 'waiting', hash = NULL WHERE read_status = 'error'";
        sqlx::query(sql).execute(&self.write).await?;
        Ok(())
    }

    /// The next files to read: changed ones first, then newest first. Those in `busy` are left out.
    pub async fn waiting(&self, most: usize, busy: &[DocumentId]) -> Result<Vec<Waiting>, IndexError> {
        let sql = "SELECT id, source, path, size, modified, changed, hash, read_status, urgent FROM documents
                   WHERE status = 'waiting' AND id NOT IN (SELECT value FROM json_each(?))
                   ORDER BY urgent DESC, modified DESC LIMIT ?";
        let rows = sqlx::query(sql)
            .bind(serde_json::to_string(busy)?)
            .bind(most as i64)
            .fetch_all(&self.write)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    id: DocumentId(row.try_get(0)?),
                    source: SourceId(row.try_get(1)?),
                    path: row.try_get(2)?,
                    stamp: stamp(row, 3)?,
                    hash: row.try_get(6)?,
                    read_status: word(row.try_get(7)?)?,
                    urgent: row.try_get(8)?,
                })
            })
            .collect()
    }

    /// Which of these documents still wait, and for which state of their file.
    pub async fn still_waiting(&self, ids: &[DocumentId]) -> Result<HashMap<DocumentId, Stamp>, IndexError> {
        let sql = "SELECT id, size, modified, changed FROM documents
                   WHERE status = 'waiting' AND id IN (SELECT value FROM json_each(?))";
        let rows = sqlx::query(sql)
            .bind(serde_json::to_string(ids)?)
            .fetch_all(&self.write)
            .await?;
        rows.iter()
            .map(|row| Ok((DocumentId(row.try_get(0)?), stamp(row, 1)?)))
            .collect()
    }

    /// A waiting file turned out to have the content that is stored: only its times are new.
    pub async fn unchanged(
        &self,
        id: DocumentId,
        stamp: Stamp,
        status: FileStatus,
    ) -> Result<(), IndexError> {
        sqlx::query(
            "UPDATE documents SET status = ?, size = ?, modified = ?, changed = ?, urgent = 0 WHERE id = ?",
        )
        .bind(text_of(&status)?)
        .bind(stamp.size as i64)
        .bind(stamp.modified)
        .bind(stamp.changed)
        .bind(id.0)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Documents that the keyword index has not committed yet.
    pub async fn unkeyworded(&self) -> Result<Vec<DocumentId>, IndexError> {
        let sql = "SELECT id FROM documents WHERE keyworded = 0 AND status = 'indexed'";
        let ids: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&self.write).await?;
        Ok(ids.into_iter().map(DocumentId).collect())
    }

    /// The keyword index has committed these.
    pub async fn mark_keyworded(&self, ids: &[DocumentId]) -> Result<(), IndexError> {
        sqlx::query("UPDATE documents SET keyworded = 1 WHERE id IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(ids)?)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// The keyword index is gone: every document must be given to it again.
    pub async fn forget_keyworded(&self) -> Result<(), IndexError> {
        sqlx::query("UPDATE documents SET keyworded = 0")
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Deletes documents and their passages; embeddings stay until [`Store::drop_orphans`].
    pub async fn delete(&self, ids: &[DocumentId]) -> Result<(), IndexError> {
        sqlx::query("DELETE FROM documents WHERE id IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(ids)?)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// How many files are in each state, by folder.
    pub async fn counts(&self) -> Result<Vec<(SourceId, Counts)>, IndexError> {
        let sql = "SELECT source, SUM(status = 'indexed'), SUM(status = 'waiting'), SUM(status = 'skipped'), SUM(status = 'failed')
                   FROM documents GROUP BY source ORDER BY source";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let count = |at: usize| row.try_get::<i64, _>(at).map(|n| n as u64);
                let counts = Counts {
                    indexed: count(1)?,
                    waiting: count(2)?,
                    skipped: count(3)?,
                    failed: count(4)?,
                };
                Ok((SourceId(row.try_get(0)?), counts))
            })
            .collect()
    }
}

fn stored(row: &SqliteRow) -> Result<Stored, IndexError> {
    Ok(Stored {
        id: DocumentId(row.try_get(0)?),
        source: SourceId(row.try_get(1)?),
        path: row.try_get(2)?,
        stamp: stamp(row, 3)?,
        status: word(Some(row.try_get(6)?))?.unwrap_or(FileStatus::Waiting),
        reason: row.try_get(8)?,
        format: word(row.try_get(9)?)?,
        title: row.try_get(10)?,
        written: row.try_get(11)?,
        notices: serde_json::from_str(row.try_get(12)?)?,
        handled_at: row.try_get(13)?,
    })
}

fn stamp(row: &SqliteRow, at: usize) -> Result<Stamp, sqlx::Error> {
    Ok(Stamp {
        size: row.try_get::<i64, _>(at)? as u64,
        modified: row.try_get(at + 1)?,
        changed: row.try_get(at + 2)?,
    })
}

/// A unit variant of an enum from the word that stands for it.
pub(super) fn word<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, IndexError> {
    text.map(|text| serde_json::from_value(serde_json::Value::String(text)))
        .transpose()
        .map_err(IndexError::from)
}

/// The word that stands for a unit variant.
pub(super) fn text_of<T: Serialize>(value: &T) -> Result<String, IndexError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(text) => Ok(text),
        other => Ok(other.to_string()),
    }
}
