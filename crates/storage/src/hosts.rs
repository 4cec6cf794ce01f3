use crate::{Ledger, LedgerError};

/// Whom the program talked to, for whom and how much, summed up.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HostRow {
    /// Scheme, name and port.
    pub host: String,
    /// The connection on whose behalf.
    pub system: String,
    /// What for.
    pub purpose: String,
    /// How often.
    pub contacts: i64,
    /// Bytes.
    pub sent: i64,
    /// Bytes.
    pub received: i64,
    /// Contacts that were not allowed.
    pub refused: i64,
    /// The first time, in milliseconds since 1970.
    pub first: i64,
    /// The last time.
    pub last: i64,
}

/// One contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// Scheme, name and port.
    pub host: &'a str,
    /// The connection on whose behalf.
    pub system: &'a str,
    /// What for.
    pub purpose: &'a str,
    /// Bytes.
    pub sent: u64,
    /// Bytes.
    pub received: u64,
    /// It was not allowed, and nothing was sent.
    pub refused: bool,
    /// Milliseconds since 1970.
    pub at: i64,
}

impl Ledger {
    /// Counts a contact.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_contact(&self, contact: Contact<'_>) -> Result<(), LedgerError> {
        let sql = "INSERT INTO hosts VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?7)
                   ON CONFLICT DO UPDATE SET contacts = contacts + 1, sent = sent + excluded.sent,
                     received = received + excluded.received, refused = refused + excluded.refused,
                     last = max(last, excluded.last)";
        sqlx::query(sql)
            .bind(contact.host)
            .bind(contact.system)
            .bind(contact.purpose)
            .bind(i64::try_from(contact.sent).unwrap_or(i64::MAX))
            .bind(i64::try_from(contact.received).unwrap_or(i64::MAX))
            .bind(contact.refused)
            .bind(contact.at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// All hosts, the one talked to last first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn hosts(&self) -> Result<Vec<HostRow>, LedgerError> {
        let sql = "SELECT * FROM hosts ORDER BY last DESC, host, system, purpose";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn contacts_of_a_host_are_summed_up_by_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        let contact = Contact {
            host: "http://127.0.0.1:8080",
            system: "demo",
            purpose: "read",
            sent: 10,
            received: 200,
            refused: false,
            at: 5,
        };
        ledger.add_contact(contact).await.unwrap();
        ledger.add_contact(Contact { at: 9, ..contact }).await.unwrap();
        let refused = Contact {
            purpose: "send",
            sent: 0,
            received: 0,
            refused: true,
            at: 7,
            ..contact
        };
        ledger.add_contact(refused).await.unwrap();
        let rows = ledger.hosts().await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (
                rows[0].contacts,
                rows[0].sent,
                rows[0].received,
                rows[0].first,
                rows[0].last
            ),
            (2, 20, 400, 5, 9)
        );
        assert_eq!((rows[1].refused, rows[1].contacts), (1, 1));
    }
}
