use crate::audit::append;
use crate::{Ledger, LedgerError, Note};

/// Something that a person allowed beforehand, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct GrantRow {
    /// Its name.
    pub id: String,
    /// The system.
    pub system: String,
    /// What was allowed, JSON.
    pub body: String,
    /// As it was shown.
    pub words: String,
    /// The proposal it was made from.
    pub action: i64,
    /// So many changes were made on it.
    pub used_count: i64,
    /// For so much.
    pub used_amount: i64,
    /// When it was taken back, in milliseconds since 1970.
    pub revoked: Option<i64>,
    /// When it was given, in milliseconds since 1970.
    pub made: i64,
}

/// What is used of a grant, in one transaction with what uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendRow<'a> {
    /// Its name.
    pub grant: &'a str,
    /// What had been used when this was decided: changes, and the amount.
    pub before: (i64, i64),
    /// What is used with this.
    pub after: (i64, i64),
}

impl Ledger {
    /// All grants, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn grants(&self) -> Result<Vec<GrantRow>, LedgerError> {
        Ok(sqlx::query_as("SELECT * FROM grants ORDER BY made DESC, id")
            .fetch_all(&self.pool)
            .await?)
    }

    /// Stores a grant, with the audit row about it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_grant(&self, grant: &GrantRow, note: Note) -> Result<(), LedgerError> {
        let mut tx = self.pool.begin().await?;
        let sql = "INSERT INTO grants (id, system, body, words, action, made) VALUES (?, ?, ?, ?, ?, ?)";
        sqlx::query(sql)
            .bind(&grant.id)
            .bind(&grant.system)
            .bind(&grant.body)
            .bind(&grant.words)
            .bind(grant.action)
            .bind(grant.made)
            .execute(&mut *tx)
            .await?;
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a grant back, with the audit row about it; false if there is none or it was taken back before.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn revoke_grant(&self, id: &str, note: Note) -> Result<bool, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let revoked = sqlx::query("UPDATE grants SET revoked = ? WHERE id = ? AND revoked IS NULL")
            .bind(note.at)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(true)
    }
}
