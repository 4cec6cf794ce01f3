use std::collections::BTreeMap;

use domain::SourceId;

use super::Store;
use crate::IndexError;

/// A folder or file that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The watched folder it is in.
    pub source: SourceId,
    /// Path below the watched folder.
    pub path: String,
    /// Why, as a sentence.
    pub reason: String,
    /// When that was found out, seconds since 1970.
    pub at: i64,
}

impl Store {
    /// Everything that could not be looked at, by folder and path.
    pub async fn unreadable(&self) -> Result<Vec<Unreadable>, IndexError> {
        let sql = "SELECT source, path, reason, at FROM unreadable ORDER BY source, path";
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(sql).fetch_all(&self.read).await?;
        let row = |(source, path, reason, at)| Unreadable {
            source: SourceId(source),
            path,
            reason,
            at,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Keeps what a walk at and below a path could not look at, and forgets what an earlier one could not. What is
    /// known already keeps its time.
    pub async fn set_unreadable(
        &self,
        source: SourceId,
        below: &str,
        found: &[(String, String)],
        at: i64,
    ) -> Result<(), IndexError> {
        let sql = "SELECT path, reason FROM unreadable
                   WHERE source = ?1 AND (?2 = '' OR path = ?2 OR (path > ?2 || '/' AND path < ?2 || '0'))";
        let known: BTreeMap<String, String> = sqlx::query_as(sql)
            .bind(source.0)
            .bind(below)
            .fetch_all(&self.write)
            .await?
            .into_iter()
            .collect();
        let found: BTreeMap<String, String> = found.iter().cloned().collect();
        if known == found {
            return Ok(());
        }
        let mut tx = self.write.begin().await?;
        for path in known.keys().filter(|path| known.get(*path) != found.get(*path)) {
            sqlx::query("DELETE FROM unreadable WHERE source = ? AND path = ?")
                .bind(source.0)
                .bind(path)
                .execute(&mut *tx)
                .await?;
        }
        for (path, reason) in found
            .iter()
            .filter(|(path, reason)| known.get(*path) != Some(reason))
        {
            sqlx::query("INSERT INTO unreadable VALUES (?, ?, ?, ?)")
                .bind(source.0)
                .bind(path)
                .bind(reason)
                .bind(at)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what is known of folders other than these.
    pub async fn keep_unreadable_of(&self, sources: &[SourceId]) -> Result<(), IndexError> {
        sqlx::query("DELETE FROM unreadable WHERE source NOT IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(sources)?)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}
