use domain::{ConversationId, TurnId};

use crate::audit::{Note, append};
use crate::{Ledger, LedgerError};

/// The state of a turn whose answer is not stored yet.
pub const RUNNING: &str = "running";

/// A conversation without its turns.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ConversationRow {
    /// Its id, never used again.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Seconds since 1970.
    pub created: i64,
    /// When the last question was asked or answered.
    pub updated: i64,
    /// How many questions it has.
    pub turns: i64,
    /// One of them is being answered.
    pub running: bool,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TurnRow {
    /// Its id, never used again.
    pub id: i64,
    /// The conversation it belongs to.
    pub conversation: i64,
    /// The person's own words.
    pub question: String,
    /// Where to look, JSON.
    pub filter: String,
    /// Seconds since 1970.
    pub asked: i64,
    /// [`RUNNING`], or how it ended.
    pub state: String,
    /// JSON.
    pub answer: Option<String>,
    /// JSON.
    pub failure: Option<String>,
}

/// A question to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewTurn<'a> {
    /// The person's own words.
    pub question: &'a str,
    /// Where to look, JSON.
    pub filter: &'a str,
    /// Seconds since 1970.
    pub at: i64,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedTurn<'a> {
    /// The word for it.
    pub state: &'a str,
    /// JSON.
    pub answer: Option<&'a str>,
    /// JSON.
    pub failure: Option<&'a str>,
    /// Seconds since 1970.
    pub at: i64,
    /// What hides from the audit what was asked and answered.
    pub salt: &'a [u8; 16],
}

const CONVERSATIONS: &str = "SELECT id, title, created, updated,
    (SELECT COUNT(*) FROM turns t WHERE t.conversation = c.id) AS turns,
    EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id AND t.state = 'running') AS running
    FROM conversations c";

impl Ledger {
    /// All conversations, the one used last first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn conversations(&self) -> Result<Vec<ConversationRow>, LedgerError> {
        let sql = sqlx::AssertSqlSafe(format!("{CONVERSATIONS} ORDER BY updated DESC, id DESC"));
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// One conversation with its turns, oldest first; `None` if it is gone.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn conversation(
        &self,
        id: ConversationId,
    ) -> Result<Option<(ConversationRow, Vec<TurnRow>)>, LedgerError> {
        let sql = sqlx::AssertSqlSafe(format!("{CONVERSATIONS} WHERE id = ?"));
        let mut tx = self.pool.begin().await?;
        let Some(row) = sqlx::query_as(sql).bind(id.0).fetch_optional(&mut *tx).await? else {
            return Ok(None);
        };
        let turns = sqlx::query_as("SELECT * FROM turns WHERE conversation = ? ORDER BY id")
            .bind(id.0)
            .fetch_all(&mut *tx)
            .await?;
        Ok(Some((row, turns)))
    }

    /// One turn; `None` if it is gone.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn turn(&self, id: TurnId) -> Result<Option<TurnRow>, LedgerError> {
        let found = sqlx::query_as("SELECT * FROM turns WHERE id = ?").bind(id.0);
        Ok(found.fetch_optional(&self.pool).await?)
    }

    /// Begins a conversation with its first question.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin_conversation(
        &self,
        title: &str,
        turn: NewTurn<'_>,
    ) -> Result<(ConversationId, TurnId), LedgerError> {
        let mut tx = self.pool.begin().await?;
        let id = sqlx::query("INSERT INTO conversations (title, created, updated) VALUES (?1, ?2, ?2)")
            .bind(title)
            .bind(turn.at)
            .execute(&mut *tx)
            .await?
            .last_insert_rowid();
        let turn = insert_turn(&mut tx, id, turn).await?;
        tx.commit().await?;
        Ok((ConversationId(id), turn))
    }

    /// Adds a question to a conversation; `None` if it is gone.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_turn(
        &self,
        conversation: ConversationId,
        turn: NewTurn<'_>,
    ) -> Result<Option<TurnId>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let there = sqlx::query("UPDATE conversations SET updated = ? WHERE id = ?")
            .bind(turn.at)
            .bind(conversation.0)
            .execute(&mut *tx)
            .await?;
        if there.rows_affected() == 0 {
            return Ok(None);
        }
        let turn = insert_turn(&mut tx, conversation.0, turn).await?;
        tx.commit().await?;
        Ok(Some(turn))
    }

    /// Stores how a turn ended, and the audit row about it. One that ended already, or is gone, stays as it is, and nothing
    /// is said of it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end_turn(&self, turn: TurnId, end: EndedTurn<'_>, note: Note) -> Result<(), LedgerError> {
        let mut tx = self.pool.begin().await?;
        let sql =
            "UPDATE turns SET state = ?, answer = ?, failure = ?, salt = ? WHERE id = ? AND state = 'running'
                   RETURNING conversation";
        let conversation: Option<i64> = sqlx::query_scalar(sql)
            .bind(end.state)
            .bind(end.answer)
            .bind(end.failure)
            .bind(&end.salt[..])
            .bind(turn.0)
            .fetch_optional(&mut *tx)
            .await?;
        if conversation.is_none() {
            return Ok(());
        }
        append(&mut tx, note).await?;
        sqlx::query("UPDATE conversations SET updated = MAX(updated, ?) WHERE id = ?")
            .bind(end.at)
            .bind(conversation)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives every turn that is still running this state, because nobody answers it any more, with an audit row about each.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn end_running_turns(
        &self,
        state: &str,
        note: impl Fn(TurnId) -> Note,
    ) -> Result<usize, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let mut ended: Vec<i64> =
            sqlx::query_scalar("UPDATE turns SET state = ? WHERE state = 'running' RETURNING id")
                .bind(state)
                .fetch_all(&mut *tx)
                .await?;
        ended.sort_unstable();
        for turn in &ended {
            append(&mut tx, note(TurnId(*turn))).await?;
        }
        tx.commit().await?;
        Ok(ended.len())
    }

    /// Gives a conversation another title; false if it is gone.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn rename_conversation(&self, id: ConversationId, title: &str) -> Result<bool, LedgerError> {
        let done = sqlx::query("UPDATE conversations SET title = ? WHERE id = ?")
            .bind(title)
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Deletes a conversation with its turns, as its person asked; false if it is gone.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<bool, LedgerError> {
        let done = sqlx::query("DELETE FROM conversations WHERE id = ?")
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn insert_turn(
    tx: &mut sqlx::SqliteTransaction<'_>,
    conversation: i64,
    turn: NewTurn<'_>,
) -> Result<TurnId, LedgerError> {
    let sql = "INSERT INTO turns (conversation, question, filter, asked, state) VALUES (?, ?, ?, ?, ?)";
    let done = sqlx::query(sql)
        .bind(conversation)
        .bind(turn.question)
        .bind(turn.filter)
        .bind(turn.at)
        .bind(RUNNING)
        .execute(&mut **tx)
        .await?;
    Ok(TurnId(done.last_insert_rowid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, at: i64) -> NewTurn<'_> {
        NewTurn {
            question,
            filter: "{}",
            at,
        }
    }

    fn answered(at: i64) -> EndedTurn<'static> {
        EndedTurn {
            state: "answered",
            answer: Some("{\"engine\":\"x\"}"),
            failure: None,
            at,
            salt: &[5; 16],
        }
    }

    fn noted(turn: TurnId) -> Note {
        let details = [("turn".to_owned(), turn.0.into())].into_iter().collect();
        Note {
            at: 1,
            kind: "answer",
            details,
        }
    }

    async fn reopened(file: &std::path::Path, ledger: Option<Ledger>) -> Ledger {
        if let Some(ledger) = ledger {
            ledger.close().await;
        }
        Ledger::open(file).await.unwrap()
    }

    #[tokio::test]
    async fn a_conversation_survives_a_restart_with_its_answers() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        let ledger = reopened(&file, None).await;
        let (id, first) = ledger
            .begin_conversation("When?", asked("When?", 10))
            .await
            .unwrap();
        ledger.end_turn(first, answered(12), noted(first)).await.unwrap();
        let second = ledger
            .add_turn(id, asked("And then?", 20))
            .await
            .unwrap()
            .unwrap();
        let ledger = reopened(&file, Some(ledger)).await;
        let (row, turns) = ledger.conversation(id).await.unwrap().unwrap();
        assert_eq!(
            (row.turns, row.running, row.created, row.updated),
            (2, true, 10, 20)
        );
        assert_eq!(turns[0].answer.as_deref(), Some("{\"engine\":\"x\"}"));
        assert_eq!((turns[1].id, turns[1].state.as_str()), (second.0, RUNNING));
    }

    #[tokio::test]
    async fn an_answer_that_was_stored_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = reopened(&folder.path().join("ledger.sqlite"), None).await;
        let (_, turn) = ledger.begin_conversation("a", asked("a", 1)).await.unwrap();
        assert_eq!(ledger.end_running_turns("interrupted", noted).await.unwrap(), 1);
        ledger.end_turn(turn, answered(2), noted(turn)).await.unwrap();
        assert_eq!(ledger.turn(turn).await.unwrap().unwrap().state, "interrupted");
        assert_eq!(ledger.end_running_turns("interrupted", noted).await.unwrap(), 0);
        // Nor is anything said twice.
        assert_eq!(ledger.audit_after(0, 9).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_was_used_last_comes_first_and_what_is_deleted_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = reopened(&folder.path().join("ledger.sqlite"), None).await;
        let (a, _) = ledger.begin_conversation("a", asked("a", 1)).await.unwrap();
        let (b, turn) = ledger.begin_conversation("b", asked("b", 2)).await.unwrap();
        ledger.add_turn(a, asked("again", 3)).await.unwrap();
        let titles = |rows: Vec<ConversationRow>| rows.into_iter().map(|r| r.title).collect::<Vec<_>>();
        assert_eq!(titles(ledger.conversations().await.unwrap()), ["a", "b"]);
        assert!(ledger.rename_conversation(b, "c").await.unwrap());
        assert!(ledger.delete_conversation(a).await.unwrap());
        assert_eq!(titles(ledger.conversations().await.unwrap()), ["c"]);
        assert!(!ledger.delete_conversation(a).await.unwrap());
        assert!(!ledger.rename_conversation(a, "x").await.unwrap());
        assert_eq!(ledger.add_turn(a, asked("?", 4)).await.unwrap(), None);
        assert!(ledger.delete_conversation(b).await.unwrap());
        assert_eq!(ledger.turn(turn).await.unwrap(), None);
    }
}
