use domain::{DocumentId, PassageId, Place};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::documents::text_of;
use super::squeezed::{Squeezer, expand};
use super::{Finished, Store};
use crate::IndexError;

/// A passage as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageRow {
    /// Its id.
    pub id: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Position in the document.
    pub seq: u32,
    /// Where it stands.
    pub place: Place,
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// First line holds the column headings.
    pub tabular: bool,
    /// The text.
    pub text: String,
    /// Key of its embedding.
    pub hash: i64,
    /// The embedding is stored already.
    pub embedded: bool,
}

/// A passage that waits for its embedding.
#[derive(Clone, Debug)]
pub struct Unembedded {
    /// Key of its embedding.
    pub hash: i64,
    /// Its headings.
    pub headings: Vec<String>,
    /// Its text.
    pub text: String,
    /// The document's title, if it has one.
    pub title: Option<String>,
    /// The document's path.
    pub path: String,
    /// Its document was changed while Attaché ran: somebody may look for it now.
    pub urgent: bool,
}

const COLUMNS: &str = "id, document, seq, place, headings, tabular, text, hash, embedded";

impl Store {
    /// The passages of a document in reading order.
    pub async fn passages_of(&self, document: DocumentId) -> Result<Vec<PassageRow>, IndexError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM passages WHERE document = ? ORDER BY seq"
        ));
        sqlx::query(sql)
            .bind(document.0)
            .fetch_all(&self.write)
            .await?
            .iter()
            .map(passage)
            .collect()
    }

    /// Some passages by id, in no order.
    pub async fn passages(&self, ids: &[PassageId]) -> Result<Vec<PassageRow>, IndexError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        ));
        sqlx::query(sql)
            .bind(serde_json::to_string(ids)?)
            .fetch_all(&self.read)
            .await?
            .iter()
            .map(passage)
            .collect()
    }

    /// Passage and document ids of everything that may be found.
    pub async fn findable(&self) -> Result<Vec<(PassageId, DocumentId)>, IndexError> {
        let sql = "SELECT p.id, p.document FROM passages p JOIN documents d ON d.id = p.document
                   WHERE d.status = 'indexed' ORDER BY p.id";
        let rows: Vec<(i64, i64)> = sqlx::query_as(sql).fetch_all(&self.read).await?;
        Ok(rows
            .into_iter()
            .map(|(p, d)| (PassageId(p), DocumentId(d)))
            .collect())
    }

    /// The highest passage id that was ever given.
    pub async fn last_passage_id(&self) -> Result<i64, IndexError> {
        let stored: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM passages")
            .fetch_one(&self.write)
            .await?;
        let given = self
            .meta("last_passage_id")
            .await?
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        Ok(stored.max(given))
    }

    /// Ends the handling of files in one transaction: each one's row, and its passages replaced by `passages`.
    /// `last_id` is the highest passage id given so far.
    pub async fn finish(
        &self,
        batch: &[(Finished, Vec<PassageRow>)],
        urgent: bool,
        last_id: i64,
    ) -> Result<(), IndexError> {
        let mut tx = self.write.begin().await?;
        let ids: Vec<i64> = batch.iter().map(|(finished, _)| finished.id.0).collect();
        let kept: Vec<i64> = batch
            .iter()
            .flat_map(|(_, rows)| rows.iter().map(|row| row.id.0))
            .collect();
        sqlx::query(
            "DELETE FROM passages WHERE document IN (SELECT value FROM json_each(?1))
             AND id NOT IN (SELECT value FROM json_each(?2))",
        )
        .bind(serde_json::to_string(&ids)?)
        .bind(serde_json::to_string(&kept)?)
        .execute(&mut *tx)
        .await?;
        for (f, _) in batch {
            sqlx::query(
                "UPDATE documents SET size = ?, modified = ?, changed = ?, hash = ?, status = ?, read_status = ?, reason = ?,
                 format = ?, title = ?, author = ?, written = ?, parts = ?, notices = ?, handled_at = ?, urgent = 0,
                 keyworded = 0 WHERE id = ?",
            )
            .bind(f.stamp.size as i64)
            .bind(f.stamp.modified)
            .bind(f.stamp.changed)
            .bind(&f.hash)
            .bind(text_of(&f.status)?)
            .bind(text_of(&f.read_status)?)
            .bind(&f.reason)
            .bind(f.format.as_ref().map(text_of).transpose()?)
            .bind(&f.title)
            .bind(&f.author)
            .bind(&f.written)
            .bind(f.parts)
            .bind(serde_json::to_string(&f.notices)?)
            .bind(f.at)
            .bind(f.id.0)
            .execute(&mut *tx)
            .await?;
        }
        let mut squeezer = Squeezer::new();
        let rows: Vec<&PassageRow> = batch.iter().flat_map(|(_, rows)| rows).collect();
        // Many rows a statement: a statement each would cost more than the rest of keyword indexing.
        for rows in rows.chunks(ROWS) {
            insert(rows, urgent, &mut squeezer)?
                .build()
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("INSERT INTO meta VALUES ('last_passage_id', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(last_id.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Passages that wait for an embedding, urgent ones first, then in the order they were read.
    pub async fn unembedded(&self, most: usize) -> Result<Vec<Unembedded>, IndexError> {
        let sql = "SELECT p.hash, p.headings, p.text, d.title, d.path, p.urgent FROM passages p JOIN documents d ON d.id = p.document
                   WHERE p.embedded = 0 AND d.status = 'indexed' ORDER BY p.urgent DESC, p.id LIMIT ?";
        let rows = sqlx::query(sql).bind(most as i64).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(Unembedded {
                    hash: row.try_get(0)?,
                    headings: serde_json::from_str(row.try_get(1)?)?,
                    text: expand(row.try_get(2)?)?,
                    title: row.try_get(3)?,
                    path: row.try_get(4)?,
                    urgent: row.try_get(5)?,
                })
            })
            .collect()
    }

    /// Passages with and without an embedding, among those that may be found.
    pub async fn embedding_counts(&self) -> Result<(u64, u64), IndexError> {
        let sql = "SELECT COUNT(*), COALESCE(SUM(p.embedded), 0) FROM passages p JOIN documents d ON d.id = p.document
                   WHERE d.status = 'indexed'";
        let (all, done): (i64, i64) = sqlx::query_as(sql).fetch_one(&self.read).await?;
        Ok((all as u64, done as u64))
    }

    /// Stores packed embeddings by content key and marks every passage with that content. Returns the ids of those passages.
    pub async fn embedded(&self, vectors: &[(i64, Vec<i8>)]) -> Result<Vec<(PassageId, i64)>, IndexError> {
        let mut tx = self.write.begin().await?;
        for (hash, vector) in vectors {
            sqlx::query(
                "INSERT INTO embeddings (hash, vector) VALUES (?, ?)
                 ON CONFLICT (hash) DO UPDATE SET vector = excluded.vector",
            )
            .bind(hash)
            .bind(bytes(vector))
            .execute(&mut *tx)
            .await?;
        }
        let hashes: Vec<i64> = vectors.iter().map(|(hash, _)| *hash).collect();
        let sql = "UPDATE passages SET embedded = 1 WHERE hash IN (SELECT value FROM json_each(?)) RETURNING id, hash";
        let ids: Vec<(i64, i64)> = sqlx::query_as(sql)
            .bind(serde_json::to_string(&hashes)?)
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(ids.into_iter().map(|(id, hash)| (PassageId(id), hash)).collect())
    }

    /// Ids of all passages that have an embedding.
    pub async fn embedded_ids(&self) -> Result<Vec<PassageId>, IndexError> {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM passages WHERE embedded = 1 ORDER BY id")
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().map(PassageId).collect())
    }

    /// The packed embeddings of some passages, in no order; those without one are left out.
    pub async fn embeddings(&self, ids: &[PassageId]) -> Result<Vec<(PassageId, Vec<i8>)>, IndexError> {
        let sql = "SELECT p.id, e.vector FROM passages p JOIN embeddings e ON e.hash = p.hash
                   WHERE p.id IN (SELECT value FROM json_each(?))";
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql)
            .bind(serde_json::to_string(ids)?)
            .fetch_all(&self.read)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, bytes)| (PassageId(id), integers(&bytes)))
            .collect())
    }

    /// Another model: no embedding is valid any more.
    pub async fn forget_embeddings(&self) -> Result<(), IndexError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("DELETE FROM embeddings").execute(&mut *tx).await?;
        sqlx::query("UPDATE passages SET embedded = 0")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes embeddings that no passage uses any more.
    pub async fn drop_orphans(&self) -> Result<(), IndexError> {
        sqlx::query("DELETE FROM embeddings WHERE hash NOT IN (SELECT hash FROM passages)")
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

/// Rows of one statement.
const ROWS: usize = 500;

fn insert(
    rows: &[&PassageRow],
    urgent: bool,
    squeezer: &mut Squeezer,
) -> Result<QueryBuilder<Sqlite>, IndexError> {
    let packed = |row: &PassageRow| -> Result<_, IndexError> {
        let (place, headings) = (
            serde_json::to_string(&row.place)?,
            serde_json::to_string(&row.headings)?,
        );
        Ok((place, headings, squeezer.squeeze(&row.text)?))
    };
    let packed: Vec<_> = rows.iter().copied().map(packed).collect::<Result<_, _>>()?;
    let mut insert = QueryBuilder::new(
        "INSERT INTO passages (id, document, seq, page, place, headings, tabular, text, hash, embedded, urgent) ",
    );
    insert.push_values(
        rows.iter().zip(packed),
        |mut values, (row, (place, headings, text))| {
            values
                .push_bind(row.id.0)
                .push_bind(row.document.0)
                .push_bind(row.seq);
            values
                .push_bind(row.place.page())
                .push_bind(place)
                .push_bind(headings);
            values.push_bind(row.tabular).push_bind(text).push_bind(row.hash);
            values
                .push("EXISTS (SELECT 1 FROM embeddings e WHERE e.hash = ")
                .push_bind_unseparated(row.hash);
            values.push_unseparated(")").push_bind(urgent);
        },
    );
    insert.push(
        " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, page = excluded.page, place = excluded.place,
          headings = excluded.headings",
    );
    Ok(insert)
}

fn passage(row: &sqlx::sqlite::SqliteRow) -> Result<PassageRow, IndexError> {
    Ok(PassageRow {
        id: PassageId(row.try_get(0)?),
        document: DocumentId(row.try_get(1)?),
        seq: row.try_get::<i64, _>(2)? as u32,
        place: serde_json::from_str(row.try_get(3)?)?,
        headings: serde_json::from_str(row.try_get(4)?)?,
        tabular: row.try_get(5)?,
        text: expand(row.try_get(6)?)?,
        hash: row.try_get(7)?,
        embedded: row.try_get(8)?,
    })
}

fn bytes(packed: &[i8]) -> Vec<u8> {
    packed.iter().map(|x| x.cast_unsigned()).collect()
}

fn integers(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|x| x.cast_signed()).collect()
}
