use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

/// The longest name of a file that is made of an id, in bytes; longer ids are shortened.
const LONGEST: usize = 120;

/// Copies of a system's records: one file for each, and a database of what was brought and how far. All of it can be deleted
/// and is brought again.
#[derive(Clone, Debug)]
pub struct Mirror {
    folder: PathBuf,
    pool: SqlitePool,
}

/// Why copies can't be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The disk.
    #[error("`{path}` can't be written: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The database.
    #[error("what was brought from a system can't be read: {0}")]
    Statement(#[from] sqlx::Error),
}

/// A record to be kept.
#[derive(Clone, Debug)]
pub struct MirroredPage {
    /// Its id.
    pub id: String,
    /// What its file holds.
    pub html: String,
    /// What tells that it changed.
    pub listed: String,
    /// When it was changed, in milliseconds since 1970; its file gets this date.
    pub changed: Option<i64>,
}

impl Mirror {
    /// Opens the copies in a folder, or begins them. A damaged database is begun anew, and so brought again.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub async fn open(folder: &Path) -> Result<Self, MirrorError> {
        let records = folder.join("records");
        std::fs::create_dir_all(&records).map_err(|source| MirrorError::File {
            path: records,
            source,
        })?;
        let pool = match connect(folder).await {
            Ok(pool) => pool,
            Err(_) => {
                for name in ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
                    let path = folder.join(name);
                    match std::fs::remove_file(&path) {
                        Err(source) if source.kind() != ErrorKind::NotFound => {
                            return Err(MirrorError::File { path, source });
                        }
                        _ => {}
                    }
                }
                connect(folder).await?
            }
        };
        Ok(Self {
            folder: folder.to_owned(),
            pool,
        })
    }

    /// Where the files are.
    pub fn records(&self) -> PathBuf {
        self.folder.join("records")
    }

    /// How far a kind is, as it was kept.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn state(&self, kind: &str) -> Result<Option<String>, MirrorError> {
        let found = sqlx::query_scalar("SELECT state FROM kinds WHERE kind = ?")
            .bind(kind)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// How many records of a kind are kept.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn count(&self, kind: &str) -> Result<u64, MirrorError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM items WHERE kind = ?")
            .bind(kind)
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// What was kept of these records to tell that they changed. A record without its file counts as not kept.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn listed(&self, kind: &str, ids: &[String]) -> Result<Vec<(String, String)>, MirrorError> {
        let mut out = Vec::new();
        for id in ids {
            let listed: Option<String> =
                sqlx::query_scalar("SELECT listed FROM items WHERE kind = ? AND id = ?")
                    .bind(kind)
                    .bind(id)
                    .fetch_optional(&self.pool)
                    .await?;
            if let Some(listed) = listed.filter(|_| self.file(kind, id).exists()) {
                out.push((id.clone(), listed));
            }
        }
        Ok(out)
    }

    /// Keeps records and forgets others, and how far it is: all or nothing. Files come first, so that a row never stands for
    /// a file that is not there; what was written and has no row is written again.
    ///
    /// # Errors
    /// When the disk or the database takes nothing.
    pub async fn keep(
        &self,
        kind: &str,
        (pages, seen, gone): (Vec<MirroredPage>, Vec<String>, Vec<String>),
        (sweep, state): (i64, &str),
    ) -> Result<(), MirrorError> {
        let rows: Vec<(String, String)> = (pages.iter())
            .map(|page| (page.id.clone(), page.listed.clone()))
            .collect();
        let (own, at) = (self.clone(), kind.to_owned());
        let written = tokio::task::spawn_blocking(move || own.write(&at, &pages)).await;
        written.map_err(|error| MirrorError::File {
            path: self.records(),
            source: std::io::Error::other(error),
        })??;
        let mut tx = self.pool.begin().await?;
        for (id, listed) in &rows {
            let sql = "INSERT INTO items (kind, id, listed, sweep) VALUES (?, ?, ?, ?)
                       ON CONFLICT (kind, id) DO UPDATE SET listed = excluded.listed, sweep = excluded.sweep";
            let row = sqlx::query(sql).bind(kind).bind(id).bind(listed).bind(sweep);
            row.execute(&mut *tx).await?;
        }
        for id in &seen {
            let row = sqlx::query("UPDATE items SET sweep = ? WHERE kind = ? AND id = ?");
            row.bind(sweep).bind(kind).bind(id).execute(&mut *tx).await?;
        }
        for id in &gone {
            let row = sqlx::query("DELETE FROM items WHERE kind = ? AND id = ?");
            row.bind(kind).bind(id).execute(&mut *tx).await?;
        }
        let sql = "INSERT INTO kinds (kind, state) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET state = excluded.state";
        sqlx::query(sql).bind(kind).bind(state).execute(&mut *tx).await?;
        // A file that is not there any more is not found any more; its row must not come back without it.
        for id in &gone {
            self.remove(&self.file(kind, id))?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ids of records that were not listed since a sweep of this number began, in order, after an id.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn unseen(
        &self,
        kind: &str,
        sweep: i64,
        after: &str,
        most: usize,
    ) -> Result<Vec<String>, MirrorError> {
        let sql = "SELECT id FROM items WHERE kind = ? AND sweep < ? AND id > ? ORDER BY id LIMIT ?";
        let rows = sqlx::query(sql)
            .bind(kind)
            .bind(sweep)
            .bind(after)
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Forgets all records of a kind.
    ///
    /// # Errors
    /// When the disk or the database takes nothing.
    pub async fn forget(&self, kind: &str) -> Result<(), MirrorError> {
        let mut tx = self.pool.begin().await?;
        for sql in [
            "DELETE FROM items WHERE kind = ?",
            "DELETE FROM kinds WHERE kind = ?",
        ] {
            sqlx::query(sql).bind(kind).execute(&mut *tx).await?;
        }
        let folder = self.kind_folder(kind);
        match std::fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(MirrorError::File { path: folder, source });
            }
            _ => {}
        }
        tx.commit().await?;
        Ok(())
    }

    /// The id of the record in a file, by its path below [`Mirror::records`]: kind and id.
    pub fn record_of(path: &str) -> Option<(String, String)> {
        let (kind, name) = path.split_once('/')?;
        let (_, name) = name.strip_suffix(".html")?.split_once(' ')?;
        // What was shortened can't be told from its name alone.
        let id = (!name.contains('~')).then(|| unescaped(name))??;
        Some((unescaped(kind)?, id))
    }

    /// Closes the database.
    pub async fn close(self) {
        self.pool.close().await;
    }

    fn kind_folder(&self, kind: &str) -> PathBuf {
        self.records().join(file_name(kind))
    }

    fn file(&self, kind: &str, id: &str) -> PathBuf {
        // People see it beside what is cited: `ticket 4790.html`.
        let word = kind.rsplit('.').next().unwrap_or(kind);
        let name = format!("{} {}.html", file_name(word), file_name(id));
        self.kind_folder(kind).join(name)
    }

    fn write(&self, kind: &str, pages: &[MirroredPage]) -> Result<(), MirrorError> {
        if pages.is_empty() {
            return Ok(());
        }
        let folder = self.kind_folder(kind);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| MirrorError::File { path, source }
        };
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
        // In another folder: a half-written file is never taken for a record.
        let half = self.folder.join("half");
        for page in pages {
            let path = self.file(kind, &page.id);
            let mut file = std::fs::File::create(&half).map_err(failed(&half))?;
            file.write_all(page.html.as_bytes()).map_err(failed(&half))?;
            file.set_modified(dated(page)).map_err(failed(&half))?;
            file.sync_all().map_err(failed(&half))?;
            std::fs::rename(&half, &path).map_err(failed(&path))?;
        }
        #[cfg(unix)]
        std::fs::File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed(&folder))?;
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), MirrorError> {
        match std::fs::remove_file(path) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(MirrorError::File {
                path: path.to_owned(),
                source,
            }),
            _ => Ok(()),
        }
    }
}

async fn connect(folder: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("state.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let sound: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&pool)
        .await?;
    if sound != "ok" {
        return Err(sqlx::Error::Protocol(sound));
    }
    for sql in [
        "CREATE TABLE IF NOT EXISTS kinds (kind TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT",
        "CREATE TABLE IF NOT EXISTS items (kind TEXT NOT NULL, id TEXT NOT NULL, listed TEXT NOT NULL,
         sweep INTEGER NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID",
    ] {
        sqlx::query(sql).execute(&pool).await?;
    }
    Ok(pool)
}

/// The date of a record's file: when the record was changed. Two contents of the same date differ in its last digits, so that
/// a change is seen where the system's clock counts in seconds.
fn dated(page: &MirroredPage) -> SystemTime {
    let digest = Sha256::digest(page.html.as_bytes());
    let digits = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 1_000_000;
    let since = page.changed.and_then(|changed| u64::try_from(changed).ok());
    match since {
        Some(since) => {
            SystemTime::UNIX_EPOCH + Duration::from_millis(since) + Duration::from_nanos(digits.into())
        }
        None => SystemTime::now(),
    }
}

/// An id as the name of a file, on every system: letters that are not plain stand as their bytes in hex.
fn file_name(id: &str) -> String {
    let mut out = String::new();
    for byte in id.bytes() {
        // Capitals too: some systems do not tell them from small letters.
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => out.push(char::from(byte)),
            b'.' if !out.is_empty() => out.push('.'),
            byte => out.push_str(&format!("%{byte:02x}")),
        }
    }
    // Windows keeps these names to itself, and no dot at the end.
    let stem = out.split('.').next().unwrap_or_default();
    let kept = ["con", "prn", "aux", "nul"].contains(&stem)
        || (stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")));
    if out.len() > LONGEST || kept || out.is_empty() || out.ends_with('.') {
        let digest = HEXLOWER.encode(&Sha256::digest(id.as_bytes())[..16]);
        out.truncate(out.floor_char_boundary(40));
        return format!("{}~{digest}", out.trim_end_matches('.'));
    }
    out
}

fn unescaped(name: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let hex = [bytes.next()?, bytes.next()?];
                out.extend(HEXLOWER.decode(&hex).ok()?);
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_again_and_never_leaves_its_folder() {
        for id in [
            "4790",
            "DEAL-7",
            "a/../../b",
            "..",
            ".",
            "é",
            "a b",
            "CON",
            "x".repeat(300).as_str(),
            "",
        ] {
            let name = file_name(id);
            assert!(
                !name.contains(['/', '\\', ' ']) && !name.starts_with('.') && !name.is_empty(),
                "{name}"
            );
            assert!(name.len() <= LONGEST + 40, "{name}");
            let read = Mirror::record_of(&format!("ticket/ticket {name}.html"));
            if name.contains('~') {
                assert_eq!(read, None);
            } else {
                assert_eq!(read, Some(("ticket".to_owned(), id.to_owned())));
            }
        }
        assert_ne!(file_name("a"), file_name("A"));
    }

    #[tokio::test]
    async fn what_is_kept_is_there_after_a_restart_and_what_is_gone_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let page = |id: &str, html: &str| MirroredPage {
            id: id.to_owned(),
            html: html.to_owned(),
            listed: format!("digest of {html}"),
            changed: Some(1_700_000_000_000),
        };
        let mirror = Mirror::open(folder.path()).await.unwrap();
        let pages = vec![page("1", "one"), page("2", "two")];
        mirror
            .keep("ticket", (pages, Vec::new(), Vec::new()), (1, "far"))
            .await
            .unwrap();
        let date = || {
            std::fs::metadata(folder.path().join("records/ticket/ticket 1.html"))
                .unwrap()
                .modified()
                .unwrap()
        };
        let before = date();
        mirror
            .keep(
                "ticket",
                (vec![page("1", "eno")], Vec::new(), vec!["2".to_owned()]),
                (2, "further"),
            )
            .await
            .unwrap();
        assert_ne!(date(), before, "a change of the same second is a change");
        mirror.close().await;
        let mirror = Mirror::open(folder.path()).await.unwrap();
        assert_eq!(mirror.state("ticket").await.unwrap().as_deref(), Some("further"));
        assert_eq!(mirror.count("ticket").await.unwrap(), 1);
        let ids = ["1".to_owned(), "2".to_owned()];
        let listed = mirror.listed("ticket", &ids).await.unwrap();
        assert_eq!(listed, [("1".to_owned(), "digest of eno".to_owned())]);
        assert!(!folder.path().join("records/ticket/ticket 2.html").exists());
        // Without its file it is brought again.
        std::fs::remove_file(folder.path().join("records/ticket/ticket 1.html")).unwrap();
        assert_eq!(mirror.listed("ticket", &ids).await.unwrap(), []);
        assert_eq!(mirror.unseen("ticket", 3, "", 9).await.unwrap(), ["1"]);
        mirror.forget("ticket").await.unwrap();
        assert_eq!(mirror.count("ticket").await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_damaged_database_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("state.sqlite"),
            "no database at all, but long enough".repeat(99),
        )
        .unwrap();
        let mirror = Mirror::open(folder.path()).await.unwrap();
        assert_eq!(mirror.state("ticket").await.unwrap(), None);
    }
}
