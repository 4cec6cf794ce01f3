use governance::audit::{Head, SignedHead};

use crate::audit::{digest, last};
use crate::{Ledger, LedgerError};

type Stored = (i64, Vec<u8>, i64, String, String);

impl Ledger {
    /// The last row of the audit.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn head(&self) -> Result<Head, LedgerError> {
        last(&mut *self.pool.acquire().await?).await
    }

    /// Keeps a head that was signed. Its row must come after every one that was signed before.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_head(&self, signed: &SignedHead) -> Result<(), LedgerError> {
        sqlx::query("INSERT INTO heads (seq, hash, at, key, signature) VALUES (?, ?, ?, ?, ?)")
            .bind(i64::try_from(signed.seq).unwrap_or(i64::MAX))
            .bind(&signed.hash.0[..])
            .bind(signed.at)
            .bind(&signed.key)
            .bind(&signed.signature)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The heads that were signed after this row, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn heads_after(&self, seq: u64) -> Result<Vec<SignedHead>, LedgerError> {
        let sql = "SELECT seq, hash, at, key, signature FROM heads WHERE seq > ? ORDER BY seq";
        let rows: Vec<Stored> = sqlx::query_as(sql)
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(signed).collect()
    }

    /// The head that was signed last.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn last_head(&self) -> Result<Option<SignedHead>, LedgerError> {
        let sql = "SELECT seq, hash, at, key, signature FROM heads ORDER BY seq DESC LIMIT 1";
        let row: Option<Stored> = sqlx::query_as(sql).fetch_optional(&self.pool).await?;
        row.map(signed).transpose()
    }
}

fn signed((seq, hash, at, key, signature): Stored) -> Result<SignedHead, LedgerError> {
    Ok(SignedHead {
        seq: seq.unsigned_abs(),
        hash: digest(&hash)?,
        at,
        key,
        signature,
    })
}

#[cfg(test)]
mod tests {
    use governance::audit::Signer;

    use super::*;
    use crate::Note;

    #[tokio::test]
    async fn a_signed_head_can_be_neither_changed_nor_deleted_nor_replaced_nor_put_before_another() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        assert_eq!(ledger.head().await.unwrap(), Head::default());
        assert_eq!(ledger.last_head().await.unwrap(), None);
        let mut signed = Vec::new();
        for at in 0..3 {
            let note = Note {
                at,
                kind: "test",
                details: serde_json::Map::new(),
            };
            let head = ledger.note(note).await.unwrap();
            assert_eq!(ledger.head().await.unwrap(), head);
            signed.push(Signer::of(&[1; 32]).sign(head, at));
            if at > 0 {
                ledger.add_head(&signed[signed.len() - 1]).await.unwrap();
            }
        }
        assert!(ledger.add_head(&signed[0]).await.is_err());
        for sql in [
            "UPDATE heads SET at = 7",
            "DELETE FROM heads",
            "INSERT OR REPLACE INTO heads VALUES (3, zeroblob(32), 0, '', '')",
        ] {
            let refused = sqlx::raw_sql(sql).execute(&ledger.pool).await;
            let told = refused.unwrap_err().to_string();
            assert!(told.contains("signed heads are"), "{sql}: {told}");
        }
        assert_eq!(ledger.heads_after(0).await.unwrap(), signed[1..]);
        assert_eq!(ledger.heads_after(2).await.unwrap(), signed[2..]);
        assert_eq!(ledger.last_head().await.unwrap().as_ref(), signed.last());
    }
}
