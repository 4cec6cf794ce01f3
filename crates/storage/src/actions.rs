use std::sync::atomic::Ordering;

use governance::audit::{self, Row};
use sqlx::{SqliteConnection, SqliteTransaction};

use crate::audit::{append, last};
use crate::grants::SpendRow;
use crate::{Ledger, LedgerError, Note};

/// An action as it is stored. What stands in the texts is the business of others.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ActionRow {
    /// Its id, never used twice.
    pub id: i64,
    /// The first action of those on the same card; nothing for one that stands alone.
    pub batch: Option<i64>,
    /// The system.
    pub system: String,
    /// Name of the operation.
    pub operation: String,
    /// Where it stands, in a word.
    pub state: String,
    /// Its entry in the journal, JSON.
    pub entry: String,
    /// What was proposed, JSON.
    pub effect: String,
    /// What the person is shown, JSON.
    pub card: String,
    /// What policy said, JSON.
    pub verdict: String,
    /// Who approved exactly what, JSON.
    pub approval: Option<String>,
    /// What became of it, JSON.
    pub outcome: Option<String>,
    /// What is sent with every attempt, since the first began.
    pub key: Option<String>,
    /// When it was proposed, in milliseconds since 1970.
    pub created: i64,
    /// When it changed last, in milliseconds since 1970.
    pub changed: i64,
    /// How often it changed.
    pub arrows: i64,
}

/// An action as it is proposed.
#[derive(Clone, Debug)]
pub struct NewAction<'a> {
    /// The first action of those on the same card.
    pub batch: Option<i64>,
    /// The system.
    pub system: &'a str,
    /// Name of the operation.
    pub operation: &'a str,
    /// Where it stands, in a word.
    pub state: &'a str,
    /// JSON.
    pub entry: &'a str,
    /// JSON.
    pub effect: &'a str,
    /// JSON.
    pub card: &'a str,
    /// JSON.
    pub verdict: &'a str,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// An arrow: what an action becomes.
#[derive(Clone, Copy, Debug)]
pub struct Arrow<'a> {
    /// Which action.
    pub id: i64,
    /// How often it had changed when this was decided.
    pub seen: i64,
    /// Where it stands now, in a word.
    pub state: &'a str,
    /// JSON.
    pub entry: &'a str,
    /// JSON; what is there stays if absent.
    pub approval: Option<&'a str>,
    /// JSON; what is there stays if absent.
    pub outcome: Option<&'a str>,
    /// What is sent with every attempt; what is there stays if absent.
    pub key: Option<&'a str>,
    /// Milliseconds since 1970.
    pub at: i64,
}

impl Ledger {
    /// A number for this start of the program, greater than every one before it. From then on no earlier start can store or
    /// move an action.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin_epoch(&self, at: i64) -> Result<u64, LedgerError> {
        let id: i64 = sqlx::query_scalar("INSERT INTO epochs (at) VALUES (?) RETURNING id")
            .bind(at)
            .fetch_one(&self.pool)
            .await?;
        self.epoch.store(id, Ordering::SeqCst);
        Ok(id.unsigned_abs())
    }

    /// Whether this is still the last start of the program. A process that slept while another one took over must not move
    /// what that one works on. Asked after the first write of a transaction, so that no other one can begin meanwhile.
    async fn fenced(&self, tx: &mut SqliteConnection) -> Result<(), LedgerError> {
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM epochs")
            .fetch_one(tx)
            .await?;
        if last == self.epoch.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(LedgerError::TakenOver)
        }
    }

    /// Stores an action, and the audit row about it in the same transaction.
    ///
    /// # Errors
    /// When the ledger cannot be written, or a later start of the program works with it; then neither is there.
    pub async fn add_action(
        &self,
        action: &NewAction<'_>,
        note: impl FnOnce(i64) -> Note,
    ) -> Result<i64, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let id = self.insert(&mut tx, action, note).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Stores an action in the place of another one, which is moved, with the audit rows about both in the same transaction.
    /// `None`, and nothing is written, if that one changed since it was seen.
    ///
    /// # Errors
    /// As for [`Ledger::add_action`]; then nothing of it is there.
    pub async fn replace_action(
        &self,
        (arrow, moved): (&Arrow<'_>, Note),
        action: &NewAction<'_>,
        note: impl FnOnce(i64) -> Note,
    ) -> Result<Option<i64>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let id = self.insert(&mut tx, action, note).await?;
        let row = audit::next(last(&mut tx).await?, moved.at, moved.kind, moved.details)?;
        if !kept(self.step(arrow, None).write(&mut tx, &row).await)? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(id))
    }

    async fn insert(
        &self,
        tx: &mut SqliteTransaction<'_>,
        action: &NewAction<'_>,
        note: impl FnOnce(i64) -> Note,
    ) -> Result<i64, LedgerError> {
        let sql = "INSERT INTO actions (batch, system, operation, state, entry, effect, card, verdict, created, changed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) RETURNING id";
        let id: i64 = sqlx::query_scalar(sql)
            .bind(action.batch)
            .bind(action.system)
            .bind(action.operation)
            .bind(action.state)
            .bind(action.entry)
            .bind(action.effect)
            .bind(action.card)
            .bind(action.verdict)
            .bind(action.at)
            .fetch_one(&mut **tx)
            .await?;
        self.fenced(tx).await?;
        append(tx, note(id)).await?;
        Ok(id)
    }

    fn step<'a>(&self, arrow: &Arrow<'a>, spent: Option<SpendRow<'a>>) -> Step<'a> {
        Step {
            arrow: *arrow,
            spent,
            epoch: self.epoch.load(Ordering::SeqCst),
        }
    }

    /// Stores an arrow, the audit row about it and what is used of a grant in the same transaction. False, and nothing is
    /// written, if the action or the grant changed since it was seen.
    ///
    /// # Errors
    /// As for [`Ledger::add_action`]; then nothing of it is there.
    pub async fn move_action(
        &self,
        arrow: &Arrow<'_>,
        spent: Option<SpendRow<'_>>,
        note: Note,
    ) -> Result<bool, LedgerError> {
        let step = self.step(arrow, spent);
        kept(self.chained(note, Some(step)).await.map(|_| ()))
    }

    /// Stores several arrows, each with its audit row, in one transaction. False, and nothing is written, if one of the
    /// actions changed since it was seen.
    ///
    /// # Errors
    /// As for [`Ledger::add_action`]; then nothing of it is there.
    pub async fn move_actions(&self, arrows: Vec<(Arrow<'_>, Note)>) -> Result<bool, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let mut head = last(&mut tx).await?;
        for (arrow, note) in arrows {
            let row = audit::next(head, note.at, note.kind, note.details)?;
            head = row.head();
            if !kept(self.step(&arrow, None).write(&mut tx, &row).await)? {
                return Ok(false);
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Those of these actions that are there, in the order of their ids.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn actions_of(&self, ids: &[i64]) -> Result<Vec<ActionRow>, LedgerError> {
        let sql = "SELECT * FROM actions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id";
        let found = sqlx::query_as(sql).bind(serde_json::to_string(ids)?);
        Ok(found.fetch_all(&self.pool).await?)
    }

    /// The actions that are not at their end, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn open_actions(&self) -> Result<Vec<ActionRow>, LedgerError> {
        // The words of the index `actions_open`, so that it is used.
        let sql = "SELECT * FROM actions WHERE state NOT IN ('denied', 'rejected', 'expired', 'succeeded', 'failed')
                   ORDER BY id";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// An action and those on the same card as it, where it is their first, in their order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn actions_with(&self, first: i64) -> Result<Vec<ActionRow>, LedgerError> {
        let found =
            sqlx::query_as("SELECT * FROM actions WHERE id = ?1 OR batch = ?1 ORDER BY id").bind(first);
        Ok(found.fetch_all(&self.pool).await?)
    }

    /// So many actions at most, the newest first, all older than `before` if given.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn actions(&self, before: Option<i64>, most: u32) -> Result<Vec<ActionRow>, LedgerError> {
        let found = sqlx::query_as("SELECT * FROM actions WHERE id < ? ORDER BY id DESC LIMIT ?")
            .bind(before.unwrap_or(i64::MAX))
            .bind(most);
        Ok(found.fetch_all(&self.pool).await?)
    }
}

/// An arrow and what is used of a grant for it, by a start of the program.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    arrow: Arrow<'a>,
    spent: Option<SpendRow<'a>>,
    epoch: i64,
}

/// What the database says of a step (migration 0007) that was decided on what is so no more.
const CHANGED: &str = "changed meanwhile";
/// And of one by a start of the program that is not the last.
const TAKEN_OVER: &str = "a later start took over";

impl Step<'_> {
    /// Writes all of it with the row of the audit about it, or nothing.
    pub(crate) async fn write(
        &self,
        connection: &mut SqliteConnection,
        row: &Row,
    ) -> Result<(), LedgerError> {
        let sql = "INSERT INTO steps (id, seen, epoch, state, entry, approval, outcome, key, at,
                                      spent, count_before, amount_before, count_after, amount_after,
                                      seq, body, prev, hash)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let Arrow {
            id,
            seen,
            state,
            entry,
            approval,
            outcome,
            key,
            at,
        } = self.arrow;
        let spent = self.spent;
        let (before, after) = spent.map_or(((0, 0), (0, 0)), |spent| (spent.before, spent.after));
        let written = sqlx::query(sql)
            .bind(id)
            .bind(seen)
            .bind(self.epoch)
            .bind(state)
            .bind(entry)
            .bind(approval)
            .bind(outcome)
            .bind(key)
            .bind(at)
            .bind(spent.map(|spent| spent.grant))
            .bind(before.0)
            .bind(before.1)
            .bind(after.0)
            .bind(after.1)
            .bind(i64::try_from(row.seq).unwrap_or(i64::MAX))
            .bind(&row.body)
            .bind(&row.prev.0[..])
            .bind(&row.hash.0[..])
            .execute(connection)
            .await;
        match written.map_err(LedgerError::from) {
            Ok(_) => Ok(()),
            Err(error) if error.is(TAKEN_OVER) => Err(LedgerError::TakenOver),
            Err(error) => Err(error),
        }
    }
}

/// False for what was decided on what is so no more; nothing of it was written.
fn kept(written: Result<(), LedgerError>) -> Result<bool, LedgerError> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.is(CHANGED) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn proposed() -> NewAction<'static> {
        NewAction {
            batch: None,
            system: "demo",
            operation: "crm.deals.update",
            state: "proposed",
            entry: "{}",
            effect: "{}",
            card: "{}",
            verdict: "{}",
            at: 1,
        }
    }

    fn note(_id: i64) -> Note {
        Note {
            at: 1,
            kind: "action",
            details: Map::new(),
        }
    }

    fn arrow(id: i64, seen: i64, state: &str) -> Arrow<'_> {
        Arrow {
            id,
            seen,
            state,
            entry: "{}",
            approval: None,
            outcome: None,
            key: None,
            at: 2,
        }
    }

    async fn ledger() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        (folder, ledger)
    }

    async fn state(ledger: &Ledger, id: i64) -> String {
        let mut found = ledger.actions_of(&[id]).await.unwrap();
        found.pop().expect("it is there").state
    }

    #[tokio::test]
    async fn of_two_that_saw_the_same_state_one_moves_it() {
        let (_folder, ledger) = ledger().await;
        let id = ledger.add_action(&proposed(), note).await.unwrap();
        assert!(
            ledger
                .move_action(&arrow(id, 0, "awaiting"), None, note(id))
                .await
                .unwrap()
        );
        assert!(
            !ledger
                .move_action(&arrow(id, 0, "denied"), None, note(id))
                .await
                .unwrap()
        );
        assert_eq!(state(&ledger, id).await, "awaiting");
        // One row for each arrow that was stored, none for the other.
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_arrow_without_its_audit_row_is_not_stored() {
        let (_folder, ledger) = ledger().await;
        let id = ledger.add_action(&proposed(), note).await.unwrap();
        // Somebody broke the audit: the next row can't be added.
        for sql in [
            "DROP TRIGGER audit_is_never_changed",
            "UPDATE audit SET seq = 9",
            "CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END",
        ] {
            sqlx::raw_sql(sql).execute(&ledger.pool).await.unwrap();
        }
        assert!(
            ledger
                .move_action(&arrow(id, 0, "awaiting"), None, note(id))
                .await
                .is_err()
        );
        assert_eq!(state(&ledger, id).await, "proposed");
        assert!(ledger.add_action(&proposed(), note).await.is_err());
        assert_eq!(ledger.actions(None, 10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_start_that_another_one_followed_stores_and_moves_nothing_any_more() {
        let (folder, old) = ledger().await;
        old.begin_epoch(1).await.unwrap();
        let id = old.add_action(&proposed(), note).await.unwrap();
        let new = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        // Who took no number is fenced off like one that is too old.
        let moved = new.move_action(&arrow(id, 0, "awaiting"), None, note(id)).await;
        assert!(matches!(moved, Err(LedgerError::TakenOver)));
        new.begin_epoch(2).await.unwrap();
        let moved = old.move_action(&arrow(id, 0, "awaiting"), None, note(id)).await;
        assert!(matches!(moved, Err(LedgerError::TakenOver)));
        assert!(matches!(
            old.add_action(&proposed(), note).await,
            Err(LedgerError::TakenOver)
        ));
        assert_eq!(state(&new, id).await, "proposed");
        assert!(
            new.move_action(&arrow(id, 0, "awaiting"), None, note(id))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_step_on_a_grant_that_was_used_or_taken_back_meanwhile_is_not_made() {
        let (_folder, ledger) = ledger().await;
        let id = ledger.add_action(&proposed(), note).await.unwrap();
        let grant = crate::GrantRow {
            id: "g".to_owned(),
            system: "demo".to_owned(),
            body: "{}".to_owned(),
            words: String::new(),
            action: id,
            used_count: 0,
            used_amount: 0,
            revoked: None,
            made: 1,
        };
        ledger.add_grant(&grant, note(id)).await.unwrap();
        let spend = |before, after| {
            Some(SpendRow {
                grant: "g",
                before: (before, 0),
                after: (after, 7),
            })
        };
        let step = |seen, spent| {
            let ledger = ledger.clone();
            async move {
                let arrow = arrow(id, seen, "dispatching");
                ledger.move_action(&arrow, spent, note(id)).await.unwrap()
            }
        };
        assert!(!step(0, spend(1, 2)).await);
        assert!(step(0, spend(0, 1)).await);
        assert!(!step(1, spend(0, 1)).await);
        let used = ledger.grants().await.unwrap().remove(0);
        assert_eq!((used.used_count, used.used_amount), (1, 7));
        assert!(ledger.revoke_grant("g", note(id)).await.unwrap());
        let rows = ledger.audit_after(0, 10).await.unwrap().len();
        let spend = Some(SpendRow {
            grant: "g",
            before: (1, 7),
            after: (2, 7),
        });
        assert!(!step(1, spend).await);
        assert!(step(1, None).await);
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), rows + 1);
    }

    #[tokio::test]
    async fn nothing_takes_the_place_of_what_was_decided_meanwhile() {
        let (_folder, ledger) = ledger().await;
        let old = ledger.add_action(&proposed(), note).await.unwrap();
        let replace = async |seen| {
            let gone = arrow(old, seen, "rejected");
            ledger
                .replace_action((&gone, note(old)), &proposed(), note)
                .await
                .unwrap()
        };
        assert!(
            ledger
                .move_action(&arrow(old, 0, "awaiting"), None, note(old))
                .await
                .unwrap()
        );
        let rows = ledger.audit_after(0, 10).await.unwrap().len();
        assert_eq!(replace(0).await, None);
        assert_eq!(ledger.actions(None, 10).await.unwrap().len(), 1);
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), rows);
        let new = replace(1).await.unwrap();
        assert_eq!(state(&ledger, old).await, "rejected");
        assert_eq!(state(&ledger, new).await, "proposed");
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), rows + 2);
    }

    #[tokio::test]
    async fn of_several_that_are_decided_together_none_moves_if_one_moved_before() {
        let (_folder, ledger) = ledger().await;
        ledger.begin_epoch(1).await.unwrap();
        let one = ledger.add_action(&proposed(), note).await.unwrap();
        let other = ledger.add_action(&proposed(), note).await.unwrap();
        let both = |seen| {
            vec![
                (arrow(one, 0, "approved"), note(one)),
                (arrow(other, seen, "approved"), note(other)),
            ]
        };
        let rejected = arrow(other, 0, "rejected");
        assert!(ledger.move_action(&rejected, None, note(other)).await.unwrap());
        let rows = ledger.audit_after(0, 10).await.unwrap().len();
        assert!(!ledger.move_actions(both(0)).await.unwrap());
        assert_eq!(state(&ledger, one).await, "proposed");
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), rows);
        assert!(ledger.move_actions(both(1)).await.unwrap());
        assert_eq!(ledger.audit_after(0, 10).await.unwrap().len(), rows + 2);
    }

    #[tokio::test]
    async fn what_is_at_its_end_is_open_no_more() {
        let (_folder, ledger) = ledger().await;
        let first = ledger.add_action(&proposed(), note).await.unwrap();
        let second = ledger.add_action(&proposed(), note).await.unwrap();
        ledger
            .move_action(&arrow(first, 0, "succeeded"), None, note(first))
            .await
            .unwrap();
        let open: Vec<i64> = ledger
            .open_actions()
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(open, [second]);
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "EXPLAIN QUERY PLAN SELECT * FROM actions WHERE state NOT IN ('denied', 'rejected', 'expired', 'succeeded', 'failed') ORDER BY id",
        )
        .fetch_all(&ledger.pool)
        .await
        .unwrap();
        assert!(plan.iter().any(|row| row.3.contains("actions_open")), "{plan:?}");
    }

    #[tokio::test]
    async fn each_start_has_a_greater_number_than_all_before_it() {
        let (folder, ledger) = ledger().await;
        let first = ledger.begin_epoch(1).await.unwrap();
        ledger.close().await;
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        assert!(ledger.begin_epoch(0).await.unwrap() > first);
    }
}
