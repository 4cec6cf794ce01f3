use crate::{Ledger, LedgerError};

impl Ledger {
    /// A setting, or `None` if it was never set.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, LedgerError> {
        Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), LedgerError> {
        sqlx::query(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&file).await.unwrap();
        assert_eq!(ledger.setting("model").await.unwrap(), None);
        ledger.set_setting("model", "one").await.unwrap();
        ledger.set_setting("model", "two").await.unwrap();
        ledger.close().await;
        let ledger = Ledger::open(&file).await.unwrap();
        assert_eq!(ledger.setting("model").await.unwrap().as_deref(), Some("two"));
    }
}
