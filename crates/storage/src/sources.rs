use std::path::{Path, PathBuf};

use domain::{Collection, Labels, Source, SourceId};
use sqlx::Row as _;

use crate::{Ledger, LedgerError};

impl Ledger {
    /// Watches a folder, in a collection that is made if it is new. Labels are added to those the collection has.
    ///
    /// # Errors
    /// [`LedgerError::Watched`] and [`LedgerError::Nested`], and when the ledger cannot be written.
    pub async fn add_source(
        &self,
        path: &Path,
        collection: &str,
        labels: &Labels,
        at: i64,
    ) -> Result<Source, LedgerError> {
        for other in self.sources().await? {
            let (new, old) = (path.display().to_string(), other.root.display().to_string());
            if other.root == path {
                return Err(LedgerError::Watched(new));
            } else if path.starts_with(&other.root) {
                return Err(LedgerError::Nested {
                    inner: new,
                    outer: old,
                });
            } else if other.root.starts_with(path) {
                return Err(LedgerError::Nested {
                    inner: old,
                    outer: new,
                });
            }
        }
        let mut tx = self.pool.begin().await?;
        let stored: Option<String> = sqlx::query_scalar("SELECT labels FROM collections WHERE name = ?")
            .bind(collection)
            .fetch_optional(&mut *tx)
            .await?;
        let mut all: Labels = stored
            .map(|text| serde_json::from_str(&text))
            .transpose()?
            .unwrap_or_default();
        all.0.extend(labels.0.iter().cloned());
        sqlx::query(
            "INSERT INTO collections VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET labels = excluded.labels",
        )
        .bind(collection)
        .bind(serde_json::to_string(&all)?)
        .execute(&mut *tx)
        .await?;
        let id = sqlx::query("INSERT INTO sources (path, collection, added_at) VALUES (?, ?, ?)")
            .bind(path.to_string_lossy())
            .bind(collection)
            .bind(at)
            .execute(&mut *tx)
            .await?
            .last_insert_rowid();
        tx.commit().await?;
        Ok(Source {
            id: SourceId(id),
            root: path.to_owned(),
            collection: collection.to_owned(),
            labels: all,
            system: None,
        })
    }

    /// The watched folders, in the order they were added.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn sources(&self) -> Result<Vec<Source>, LedgerError> {
        let sql = "SELECT s.id, s.path, s.collection, c.labels FROM sources s JOIN collections c ON c.name = s.collection
                   ORDER BY s.id";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(Source {
                    id: SourceId(row.try_get(0)?),
                    root: PathBuf::from(row.try_get::<String, _>(1)?),
                    collection: row.try_get(2)?,
                    labels: serde_json::from_str(row.try_get(3)?)?,
                    system: None,
                })
            })
            .collect()
    }

    /// Stops watching a folder. Its files are not touched; its collection keeps its labels.
    ///
    /// # Errors
    /// [`LedgerError::NotWatched`], and when the ledger cannot be written.
    pub async fn remove_source(&self, path: &Path) -> Result<(), LedgerError> {
        let text = path.to_string_lossy();
        let done = sqlx::query("DELETE FROM sources WHERE path = ?")
            .bind(&*text)
            .execute(&self.pool)
            .await?;
        if done.rows_affected() == 0 {
            Err(LedgerError::NotWatched(text.into_owned()))
        } else {
            Ok(())
        }
    }

    /// Gives a collection these labels and no others; false if there is no such collection.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn label_collection(&self, name: &str, labels: &Labels) -> Result<bool, LedgerError> {
        let done = sqlx::query("UPDATE collections SET labels = ? WHERE name = ?")
            .bind(serde_json::to_string(labels)?)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The collections and their labels, by name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn collections(&self) -> Result<Vec<Collection>, LedgerError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, labels FROM collections ORDER BY name")
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter()
            .map(|(name, labels)| {
                Ok(Collection {
                    name,
                    labels: serde_json::from_str(&labels)?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ledger() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        (folder, ledger)
    }

    fn labels(names: &[&str]) -> Labels {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn folders_of_a_collection_share_its_labels() {
        let (_folder, ledger) = ledger().await;
        ledger
            .add_source(Path::new("/a"), "Contracts", &labels(&["internal"]), 1)
            .await
            .unwrap();
        ledger
            .add_source(
                Path::new("/b"),
                "Contracts",
                &labels(&["never-leaves-this-machine"]),
                2,
            )
            .await
            .unwrap();
        let both = labels(&["internal", "never-leaves-this-machine"]);
        assert!(
            ledger
                .sources()
                .await
                .unwrap()
                .iter()
                .all(|source| source.labels == both)
        );
        assert_eq!(
            ledger.collections().await.unwrap(),
            [Collection {
                name: "Contracts".into(),
                labels: both
            }]
        );
    }

    #[tokio::test]
    async fn labels_that_a_person_sets_replace_the_old_ones() {
        let (_folder, ledger) = ledger().await;
        ledger
            .add_source(Path::new("/a"), "Contracts", &labels(&["internal"]), 1)
            .await
            .unwrap();
        let new = labels(&["never-leaves-this-machine"]);
        assert!(ledger.label_collection("Contracts", &new).await.unwrap());
        assert_eq!(ledger.sources().await.unwrap()[0].labels, new);
        assert!(!ledger.label_collection("Others", &new).await.unwrap());
    }

    #[tokio::test]
    async fn a_folder_is_never_read_twice() {
        let (_folder, ledger) = ledger().await;
        ledger
            .add_source(Path::new("/a/b"), "x", &labels(&[]), 1)
            .await
            .unwrap();
        for (path, problem) in [
            ("/a/b", "watched already"),
            ("/a/b/c", "lies in"),
            ("/a", "lies in"),
        ] {
            let error = ledger
                .add_source(Path::new(path), "x", &labels(&[]), 1)
                .await
                .unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
        }
        ledger
            .add_source(Path::new("/a/bc"), "x", &labels(&[]), 1)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn an_id_is_not_used_again_after_its_folder_was_removed() {
        let (_folder, ledger) = ledger().await;
        let first = ledger
            .add_source(Path::new("/a"), "x", &labels(&[]), 1)
            .await
            .unwrap();
        ledger.remove_source(Path::new("/a")).await.unwrap();
        assert!(ledger.remove_source(Path::new("/a")).await.is_err());
        let second = ledger
            .add_source(Path::new("/a"), "x", &labels(&[]), 1)
            .await
            .unwrap();
        assert_ne!(first.id, second.id);
    }
}
