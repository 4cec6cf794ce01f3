use async_trait::async_trait;
use domain::ActionId;
use experience::{Audit, Failure};
use governance::audit::Row;
use serde_json::{Map, Value};
use storage::{Ledger, Note};

use crate::shelf::failure;

/// The audit, in the ledger.
pub struct LedgerAudit(pub Ledger);

#[async_trait]
impl Audit for LedgerAudit {
    async fn note(&self, kind: &'static str, at: i64, details: Map<String, Value>) -> Result<(), Failure> {
        let noted = self.0.note(note(kind, at, details)).await;
        noted.map(|_| ()).map_err(|error| failure(&error))
    }

    async fn rows_after(&self, seq: u64, most: u32) -> Result<Vec<Row>, Failure> {
        self.0
            .audit_after(seq, most)
            .await
            .map_err(|error| failure(&error))
    }

    async fn rows_about(&self, action: ActionId) -> Result<Vec<Row>, Failure> {
        let rows = self.0.audit_about(action.0).await;
        rows.map_err(|error| failure(&error))
    }

    async fn beginnings_before(&self, seq: Option<u64>, most: u32) -> Result<Vec<Row>, Failure> {
        let rows = self.0.audit_beginnings(seq, most).await;
        rows.map_err(|error| failure(&error))
    }
}

/// A row about something that happened so many seconds after 1970.
pub fn note(kind: &'static str, at: i64, details: Map<String, Value>) -> Note {
    Note {
        at: at.saturating_mul(1_000),
        kind,
        details,
    }
}
