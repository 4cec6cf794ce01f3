use crate::{ActionRow, Ledger, LedgerError};

impl Ledger {
    /// So many actions at most of an operation of a system that were proposed at `since` or later; the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn actions_like(
        &self,
        system: &str,
        operation: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<ActionRow>, LedgerError> {
        let sql = "SELECT * FROM actions WHERE system = ? AND operation = ? AND created >= ?
                   ORDER BY created DESC, id DESC LIMIT ?";
        let found = sqlx::query_as(sql).bind(system).bind(operation).bind(since);
        Ok(found.bind(most).fetch_all(&self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::{NewAction, Note};

    #[tokio::test]
    async fn only_what_is_alike_and_recent_is_found_by_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        let proposed = |operation, at| NewAction {
            batch: None,
            system: "demo",
            operation,
            state: "awaiting",
            entry: "{}",
            effect: "{}",
            card: "{}",
            verdict: "{}",
            at,
        };
        let note = |_| Note {
            at: 1,
            kind: "action",
            details: Map::new(),
        };
        for (operation, at) in [("a", 1), ("a", 5), ("b", 6), ("a", 7), ("a", 7)] {
            ledger.add_action(&proposed(operation, at), note).await.unwrap();
        }
        let found = async |since, most| {
            let rows = ledger.actions_like("demo", "a", since, most).await.unwrap();
            rows.iter().map(|row| row.id).collect::<Vec<i64>>()
        };
        assert_eq!(found(5, 9).await, [5, 4, 2]);
        assert_eq!(found(5, 2).await, [5, 4]);
        assert_eq!(found(8, 9).await, [0i64; 0]);
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "EXPLAIN QUERY PLAN SELECT * FROM actions WHERE system = 'demo' AND operation = 'a' AND created >= 5
             ORDER BY created DESC, id DESC LIMIT 9",
        )
        .fetch_all(&ledger.pool)
        .await
        .unwrap();
        assert!(plan.iter().any(|row| row.3.contains("actions_like")), "{plan:?}");
        assert!(!plan.iter().any(|row| row.3.contains("TEMP B-TREE")), "{plan:?}");
    }
}
