//! What faces list: files by state and name, one page at a time, and all that is known of one.

use domain::{DocumentId, FileStatus, Format, SourceId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::documents::{text_of, word};
use super::{Counts, Store};
use crate::IndexError;
use crate::watch::Stamp;

/// Which files to list.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of one folder only.
    pub source: Option<SourceId>,
    /// In one of these states; in any if empty.
    pub states: Vec<FileStatus>,
    /// Part of the path, whatever its case.
    pub name: String,
    /// Files to pass over.
    pub offset: u64,
    /// Most files to return.
    pub limit: u64,
}

/// A file as it is listed; without an id where the file could not be looked at.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its id.
    pub id: Option<DocumentId>,
    /// The watched folder it is in.
    pub source: SourceId,
    /// Path below the folder, parted by `/`.
    pub path: String,
    /// Its state.
    pub status: FileStatus,
    /// Why it was skipped or failed.
    pub reason: Option<String>,
    /// What in it could not be read.
    pub notices: Vec<String>,
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
#[derive(Clone, Debug)]
pub struct Known {
    /// The watched folder it is in.
    pub source: SourceId,
    /// Path below the folder, parted by `/`.
    pub path: String,
    /// Size and times of the file as it was read.
    pub stamp: Stamp,
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
}

/// Documents, and what could not be looked at. Both tables have an index by folder and path, so that the first pages of
/// the list are read in order and nothing is sorted.
const FILES: &str = "(SELECT id, source, path, status, reason, notices, handled_at AS at, modified, size, format FROM documents
    UNION ALL SELECT NULL, source, path, 'failed', reason, '[]', at, NULL, NULL, NULL FROM unreadable)
    WHERE (?1 IS NULL OR source = ?1) AND (?2 = '' OR path LIKE ?2 ESCAPE '\\')";

impl Store {
    /// The files that fit, by folder and path, and how many of every state fit apart from their state.
    pub async fn list_files(&self, wanted: &Wanted) -> Result<(Vec<Listed>, Counts), IndexError> {
        let name = match wanted.name.trim() {
            "" => String::new(),
            name => format!(
                "%{}%",
                name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
            ),
        };
        let source = wanted.source.map(|id| id.0);
        let mut read = self.read.begin().await?;
        let counting = sqlx::AssertSqlSafe(format!("SELECT status, COUNT(*) FROM {FILES} GROUP BY status"));
        let counted: Vec<(String, i64)> = sqlx::query_as(counting)
            .bind(source)
            .bind(&name)
            .fetch_all(&mut *read)
            .await?;
        let mut counts = Counts::default();
        for (status, count) in counted {
            let count = count as u64;
            match word(Some(status))?.unwrap_or(FileStatus::Waiting) {
                FileStatus::Indexed => counts.indexed += count,
                FileStatus::Waiting => counts.waiting += count,
                FileStatus::Skipped => counts.skipped += count,
                FileStatus::Failed => counts.failed += count,
            }
        }
        let states: Result<Vec<String>, _> = wanted.states.iter().map(text_of).collect();
        let listing = sqlx::AssertSqlSafe(format!(
            "SELECT * FROM {FILES} AND (?3 = '[]' OR status IN (SELECT value FROM json_each(?3)))
             ORDER BY source, path LIMIT ?4 OFFSET ?5"
        ));
        let rows = sqlx::query(listing)
            .bind(source)
            .bind(&name)
            .bind(serde_json::to_string(&states?)?)
            .bind(i64::try_from(wanted.limit).unwrap_or(i64::MAX))
            .bind(i64::try_from(wanted.offset).unwrap_or(i64::MAX))
            .fetch_all(&mut *read)
            .await?;
        let files: Result<Vec<Listed>, IndexError> = rows.iter().map(listed).collect();
        Ok((files?, counts))
    }

    /// The ids of the files at these places, in the same order; `None` where there is no such file.
    pub async fn ids_at(&self, places: &[(SourceId, String)]) -> Result<Vec<Option<DocumentId>>, IndexError> {
        let places: Vec<(i64, &str)> = places
            .iter()
            .map(|(source, path)| (source.0, path.as_str()))
            .collect();
        let sql = "SELECT (SELECT id FROM documents WHERE source = value ->> 0 AND path = value ->> 1)
                   FROM json_each(?) ORDER BY key";
        let ids: Vec<Option<i64>> = sqlx::query_scalar(sql)
            .bind(serde_json::to_string(&places)?)
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().map(|id| id.map(DocumentId)).collect())
    }

    /// All that is known of a file; `None` if there is no such file.
    pub async fn file(&self, id: DocumentId) -> Result<Option<Known>, IndexError> {
        let sql = "SELECT source, path, size, modified, changed, status, reason, format, title, author, written, parts
                   FROM documents WHERE id = ?";
        let row = sqlx::query(sql).bind(id.0).fetch_optional(&self.read).await?;
        row.map(|row| {
            Ok(Known {
                source: SourceId(row.try_get(0)?),
                path: row.try_get(1)?,
                stamp: Stamp {
                    size: row.try_get::<i64, _>(2)? as u64,
                    modified: row.try_get(3)?,
                    changed: row.try_get(4)?,
                },
                status: word(Some(row.try_get(5)?))?.unwrap_or(FileStatus::Waiting),
                reason: row.try_get(6)?,
                format: word(row.try_get(7)?)?,
                title: row.try_get(8)?,
                author: row.try_get(9)?,
                written: row.try_get(10)?,
                parts: row.try_get(11)?,
            })
        })
        .transpose()
    }

    /// Forgets which state of a file was read, so that it is read again when it is looked at next. Returns where it is.
    pub async fn forget_reading(&self, id: DocumentId) -> Result<Option<(SourceId, String)>, IndexError> {
        let sql =
            "UPDATE documents SET modified = 0, changed = 0, hash = NULL WHERE id = ? RETURNING source, path";
        let found: Option<(i64, String)> = sqlx::query_as(sql).bind(id.0).fetch_optional(&self.write).await?;
        Ok(found.map(|(source, path)| (SourceId(source), path)))
    }
}

fn listed(row: &SqliteRow) -> Result<Listed, IndexError> {
    let modified: Option<i64> = row.try_get(7)?;
    Ok(Listed {
        id: row.try_get::<Option<i64>, _>(0)?.map(DocumentId),
        source: SourceId(row.try_get(1)?),
        path: row.try_get(2)?,
        status: word(Some(row.try_get(3)?))?.unwrap_or(FileStatus::Waiting),
        reason: row.try_get(4)?,
        notices: serde_json::from_str(row.try_get(5)?)?,
        at: row.try_get(6)?,
        // 0 where the file is to be read again whatever its date.
        modified: modified
            .filter(|nanos| *nanos != 0)
            .map(|nanos| nanos / 1_000_000_000),
        size: row.try_get::<Option<i64>, _>(8)?.map(|size| size as u64),
        format: word(row.try_get(9)?)?,
    })
}
