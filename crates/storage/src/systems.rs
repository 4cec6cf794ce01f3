use crate::audit::append;
use crate::{Ledger, LedgerError, Note};

/// A connected system as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SystemRow {
    /// Name of the connection.
    pub id: String,
    /// How it is reached.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// The account that the person chose.
    pub account: String,
    /// Whose it is.
    pub person: String,
    /// Digests of definitions, JSON.
    pub pins: String,
    /// It was set apart.
    pub quarantined: bool,
    /// Milliseconds since 1970.
    pub added: i64,
    /// How it is reached, JSON; no secret stands in it.
    pub setup: String,
}

impl Ledger {
    /// The connected systems, by name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn systems(&self) -> Result<Vec<SystemRow>, LedgerError> {
        Ok(sqlx::query_as("SELECT * FROM systems ORDER BY id")
            .fetch_all(&self.pool)
            .await?)
    }

    /// Stores a system, with the audit row about it. One that is there stays as it is, and nothing is written.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_system(&self, system: &SystemRow, note: Note) -> Result<bool, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let sql = "INSERT INTO systems (id, kind, title, account, person, pins, quarantined, added, setup)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let added = sqlx::query(sql)
            .bind(&system.id)
            .bind(&system.kind)
            .bind(&system.title)
            .bind(&system.account)
            .bind(&system.person)
            .bind(&system.pins)
            .bind(system.quarantined)
            .bind(system.added)
            .bind(&system.setup)
            .execute(&mut *tx)
            .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Sets a system apart or back, with the audit row about it; false if there is none.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_quarantined(&self, id: &str, on: bool, note: Note) -> Result<bool, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let set = sqlx::query("UPDATE systems SET quarantined = ? WHERE id = ?")
            .bind(on)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if set.rows_affected() == 0 {
            return Ok(false);
        }
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets a system, with the audit row about it; false if there is none. What was allowed in it beforehand counts no
    /// more. With `everything`, what was proposed in it, what was allowed in it and which hosts were contacted for it are
    /// forgotten too; the audit stays.
    ///
    /// # Errors
    /// When the ledger cannot be written; then nothing was forgotten.
    pub async fn remove_system(&self, id: &str, everything: bool, note: Note) -> Result<bool, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let removed = sqlx::query("DELETE FROM systems WHERE id = ?")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        // Whoever connects another system under this name has allowed nothing in it.
        sqlx::query("UPDATE grants SET revoked = ? WHERE system = ? AND revoked IS NULL")
            .bind(note.at)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if everything {
            for sql in [
                "DELETE FROM actions WHERE system = ?",
                "DELETE FROM grants WHERE system = ?",
                "DELETE FROM hosts WHERE system = ?",
            ] {
                sqlx::query(sql).bind(id).execute(&mut *tx).await?;
            }
        }
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Sets a setting, with the audit row about it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_noted(&self, key: &str, value: &str, note: Note) -> Result<(), LedgerError> {
        let mut tx = self.pool.begin().await?;
        let sql = "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        sqlx::query(sql).bind(key).bind(value).execute(&mut *tx).await?;
        append(&mut tx, note).await?;
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::{Contact, NewAction};

    fn note() -> Note {
        Note {
            at: 1,
            kind: "system",
            details: Map::new(),
        }
    }

    fn system() -> SystemRow {
        SystemRow {
            id: "demo".into(),
            kind: "demo".into(),
            title: "Demo company".into(),
            account: "ines@example.org".into(),
            person: "Ines".into(),
            pins: "{}".into(),
            quarantined: false,
            added: 1,
            setup: "{}".into(),
        }
    }

    #[tokio::test]
    async fn what_was_allowed_in_a_system_counts_no_more_once_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        ledger.add_system(&system(), note()).await.unwrap();
        let grant = crate::GrantRow {
            id: "g1".into(),
            system: "demo".into(),
            body: "{}".into(),
            words: "One.".into(),
            action: 1,
            used_count: 0,
            used_amount: 0,
            revoked: None,
            made: 1,
        };
        ledger.add_grant(&grant, note()).await.unwrap();
        ledger.remove_system("demo", false, note()).await.unwrap();
        let grants = ledger.grants().await.unwrap();
        assert!(
            grants.iter().all(|grant| grant.revoked.is_some()) && grants.len() == 1,
            "{grants:?}"
        );
    }

    #[tokio::test]
    async fn leaving_a_playground_leaves_nothing_but_the_audit() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        assert!(ledger.add_system(&system(), note()).await.unwrap());
        assert!(!ledger.add_system(&system(), note()).await.unwrap());
        let action = NewAction {
            batch: None,
            system: "demo",
            operation: "crm.deals.update",
            state: "awaiting",
            entry: "{}",
            effect: "{}",
            card: "{}",
            verdict: "{}",
            at: 1,
        };
        ledger.add_action(&action, |_| note()).await.unwrap();
        let contact = Contact {
            host: "http://127.0.0.1:1",
            system: "demo",
            purpose: "read",
            sent: 1,
            received: 1,
            refused: false,
            at: 1,
        };
        ledger.add_contact(contact).await.unwrap();
        assert!(ledger.set_quarantined("demo", true, note()).await.unwrap());
        assert!(ledger.systems().await.unwrap()[0].quarantined);
        assert!(ledger.remove_system("demo", true, note()).await.unwrap());
        assert!(ledger.systems().await.unwrap().is_empty());
        assert!(ledger.actions(None, 10).await.unwrap().is_empty());
        assert!(ledger.hosts().await.unwrap().is_empty());
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), 4);
        assert!(!ledger.remove_system("demo", true, note()).await.unwrap());
    }
}
