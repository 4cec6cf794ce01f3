use std::sync::PoisonError;

use data_encoding::HEXUPPER;
use governance::audit::{self, Digest, Head, Row};
use serde_json::{Map, Value};
use sqlx::{SqliteConnection, SqliteTransaction};

use crate::actions::Step;
use crate::{Ledger, LedgerError};

/// What the database says of a row that does not follow the last one (migration 0007).
const NOT_THE_NEXT: &str = "the audit is only added to";

/// Something to be written to the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What kind of thing it is, such as `answer`.
    pub kind: &'static str,
    /// References and digests, never secrets or the words of a text.
    pub details: Map<String, Value>,
}

impl Ledger {
    /// Adds a row to the audit that stands for itself. What belongs to a change of something else is written with it, in
    /// one transaction.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn note(&self, note: Note) -> Result<Head, LedgerError> {
        self.chained(note, None).await
    }

    /// Adds a row to the audit, with the step that it is about. All of it is one statement, which is a transaction of its
    /// own: the thread of the database is asked once and the disk waited for once.
    pub(crate) async fn chained(&self, note: Note, step: Option<Step<'_>>) -> Result<Head, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        for known in [known, None] {
            let before = match known {
                Some(head) => head,
                None => last(&mut connection).await?,
            };
            let row = audit::next(before, note.at, note.kind, note.details.clone())?;
            let added = match &step {
                Some(step) => step.write(&mut connection, &row).await,
                None => add(&mut connection, &row).await,
            };
            match added {
                // Something else was added since this process added the last one it knows of.
                Err(error) if known.is_some() && error.is(NOT_THE_NEXT) => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(row.head());
                    return Ok(row.head());
                }
            }
        }
        Err(LedgerError::Audit(
            "its end moves while a row is added".to_owned(),
        ))
    }

    /// All rows about an action, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a row is not one.
    pub async fn audit_about(&self, action: i64) -> Result<Vec<Row>, LedgerError> {
        // The words of the index `audit_action`, so that it is used.
        let sql =
            "SELECT seq, body, prev, hash FROM audit WHERE json_extract(body, '$.action') = ? ORDER BY seq";
        rows(sqlx::query_as(sql).bind(action).fetch_all(&self.pool).await?)
    }

    /// Rows with which something begins (of those about an action only the first), newest first, so many at most, all
    /// before a number if one is given.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a row is not one.
    pub async fn audit_beginnings(&self, before: Option<u64>, most: u32) -> Result<Vec<Row>, LedgerError> {
        // The words of the index `audit_begins`, so that it is used.
        let sql = "SELECT seq, body, prev, hash FROM audit
                   WHERE (json_extract(body, '$.kind') <> 'action' OR json_extract(body, '$.event') = 'proposed')
                     AND seq < ? ORDER BY seq DESC LIMIT ?";
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        rows(
            sqlx::query_as(sql)
                .bind(before)
                .bind(most)
                .fetch_all(&self.pool)
                .await?,
        )
    }

    /// Rows of the audit after a number, so many at most, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a row is not one.
    pub async fn audit_after(&self, seq: u64, most: u32) -> Result<Vec<Row>, LedgerError> {
        // Each row that SQLite hands over costs more than all the rest of reading it; so it hands over one.
        let sql = "SELECT group_concat(seq, ',' ORDER BY seq),
                          group_concat(hex(prev) || hex(hash), ',' ORDER BY seq),
                          group_concat(body, char(10) ORDER BY seq)
                   FROM (SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?)";
        let packed: (Option<String>, Option<String>, Option<String>) = sqlx::query_as(sql)
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .bind(most)
            .fetch_one(&self.pool)
            .await?;
        let (Some(numbers), Some(digests), Some(bodies)) = packed else {
            return Ok(Vec::new());
        };
        match unpacked(&numbers, &digests, &bodies) {
            Some(rows) => Ok(rows),
            // Somebody wrote into the file what no version writes. One by one, each is what it is.
            None => self.one_by_one(seq, most).await,
        }
    }

    async fn one_by_one(&self, seq: u64, most: u32) -> Result<Vec<Row>, LedgerError> {
        let sql = "SELECT seq, body, prev, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";
        let rows: Vec<(i64, String, Vec<u8>, Vec<u8>)> = sqlx::query_as(sql)
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        self::rows(rows)
    }
}

fn rows(read: Vec<(i64, String, Vec<u8>, Vec<u8>)>) -> Result<Vec<Row>, LedgerError> {
    let row = |(seq, body, prev, hash): (i64, String, Vec<u8>, Vec<u8>)| {
        Ok(Row {
            seq: u64::try_from(seq).unwrap_or_default(),
            body,
            prev: digest(&prev)?,
            hash: digest(&hash)?,
        })
    };
    read.into_iter().map(row).collect()
}

/// Rows out of lists; `None` unless they fit together. No body that a version wrote holds a line break.
fn unpacked(numbers: &str, digests: &str, bodies: &str) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let (mut digests, mut bodies) = (digests.split(','), bodies.split('\n'));
    for number in numbers.split(',') {
        let digest = |text: &str| {
            let mut bytes = [0; 32];
            let read = text.len() == 64 && HEXUPPER.decode_mut(text.as_bytes(), &mut bytes).is_ok();
            read.then_some(Digest(bytes))
        };
        let (prev, hash) = digests.next()?.split_at_checked(64)?;
        rows.push(Row {
            seq: number.parse().ok()?,
            body: bodies.next()?.to_owned(),
            prev: digest(prev)?,
            hash: digest(hash)?,
        });
    }
    (digests.next().is_none() && bodies.next().is_none()).then_some(rows)
}

/// Adds a row within a transaction. The ledger has one connection, so that nobody else adds one meanwhile; if another
/// process did, the database refuses it and nothing is written.
pub(crate) async fn append(tx: &mut SqliteTransaction<'_>, note: Note) -> Result<(), LedgerError> {
    let row = audit::next(last(tx).await?, note.at, note.kind, note.details)?;
    add(tx, &row).await
}

/// The last row that is there.
pub(crate) async fn last(connection: &mut SqliteConnection) -> Result<Head, LedgerError> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    last.map_or(Ok(Head::default()), |(seq, hash)| {
        Ok(Head {
            seq: seq.unsigned_abs(),
            hash: digest(&hash)?,
        })
    })
}

async fn add(connection: &mut SqliteConnection, row: &Row) -> Result<(), LedgerError> {
    sqlx::query("INSERT INTO audit (seq, body, prev, hash) VALUES (?, ?, ?, ?)")
        .bind(i64::try_from(row.seq).unwrap_or(i64::MAX))
        .bind(&row.body)
        .bind(&row.prev.0[..])
        .bind(&row.hash.0[..])
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn digest(bytes: &[u8]) -> Result<Digest, LedgerError> {
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| LedgerError::Audit(format!("a digest has {} bytes instead of 32", bytes.len())))?;
    Ok(Digest(bytes))
}

#[cfg(test)]
mod tests {
    use governance::audit::{Broken, Verifier, Why};
    use serde_json::json;

    use super::*;
    use crate::{EndedTurn, NewAction, NewTurn};

    fn about(n: i64) -> Note {
        let Value::Object(details) = json!({ "n": n }) else {
            unreachable!()
        };
        Note {
            at: n,
            kind: "test",
            details,
        }
    }

    async fn ledger(rows: i64) -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        for n in 0..rows {
            ledger.note(about(n)).await.unwrap();
        }
        (folder, ledger)
    }

    async fn verified(ledger: &Ledger) -> Result<Head, Broken> {
        let mut verifier = Verifier::default();
        for row in ledger.audit_after(0, 1_000).await.unwrap() {
            verifier.row(&row)?;
        }
        verifier.end()
    }

    #[tokio::test]
    async fn what_was_noted_holds_together_after_the_ledger_was_opened_again() {
        let (folder, ledger) = ledger(3).await;
        ledger.close().await;
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        let head = ledger.note(about(3)).await.unwrap();
        assert_eq!(verified(&ledger).await.unwrap(), head);
        assert_eq!(head.seq, 4);
        assert_eq!(ledger.audit_after(2, 1).await.unwrap()[0].seq, 3);
    }

    #[tokio::test]
    async fn a_row_can_be_neither_changed_nor_deleted_nor_replaced_nor_put_in() {
        let (_folder, ledger) = ledger(3).await;
        let zeros = "zeroblob(32), zeroblob(32)";
        for sql in [
            "UPDATE audit SET body = '{}'".to_owned(),
            "DELETE FROM audit".to_owned(),
            format!("INSERT OR REPLACE INTO audit VALUES (2, '{{}}', {zeros})"),
            format!("INSERT INTO audit VALUES (0, '{{}}', {zeros})"),
            format!("INSERT INTO audit VALUES (9, '{{}}', {zeros})"),
        ] {
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone()))
                .execute(&ledger.pool)
                .await;
            let told = refused.unwrap_err().to_string();
            assert!(told.contains("the audit is"), "{sql}: {told}");
        }
        assert_eq!(verified(&ledger).await.unwrap().seq, 3);
    }

    #[tokio::test]
    async fn rows_of_two_processes_in_turns_hold_together() {
        let (folder, one) = ledger(2).await;
        let other = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        for n in 2..6 {
            // Each of them knows of a last row that is no longer the last.
            one.note(about(n)).await.unwrap();
            other.note(about(n)).await.unwrap();
        }
        assert_eq!(verified(&one).await.unwrap().seq, 10);
    }

    #[tokio::test]
    async fn a_row_with_the_next_number_that_does_not_follow_the_last_is_refused() {
        let (_folder, ledger) = ledger(3).await;
        let row = audit::next(
            Head {
                seq: 3,
                hash: Digest([7; 32]),
            },
            1,
            "test",
            Map::new(),
        );
        let mut connection = ledger.pool.acquire().await.unwrap();
        let refused = add(&mut connection, &row.unwrap()).await.unwrap_err();
        assert!(refused.is(NOT_THE_NEXT), "{refused}");
        drop(connection);
        assert_eq!(verified(&ledger).await.unwrap().seq, 3);
    }

    #[tokio::test]
    async fn a_row_that_no_version_writes_is_named_like_any_other() {
        for change in [
            "body = body || char(10) || '{}'",
            "body = ''",
            "body = x''",
            "body = replace(body, '2', char(10))",
        ] {
            let (_folder, ledger) = ledger(5).await;
            let sql = format!("DROP TRIGGER audit_is_never_changed; UPDATE audit SET {change} WHERE seq = 3");
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&ledger.pool)
                .await;
            if done.is_err() {
                continue; // the table does not take it
            }
            let broken = verified(&ledger).await.unwrap_err();
            assert_eq!((broken.row, broken.why), (3, Why::Content), "{change}");
        }
    }

    #[tokio::test]
    async fn what_rows_stand_for_can_be_erased_and_the_chain_still_holds() {
        let (folder, ledger) = ledger(0).await;
        let turn = NewTurn {
            question: "What does Rosa earn?",
            filter: "{}",
            at: 1,
        };
        let (conversation, turn) = ledger.begin_conversation("Rosa", turn).await.unwrap();
        let end = EndedTurn {
            state: "answered",
            answer: Some("\"12\""),
            failure: None,
            at: 2,
            salt: &[7; 16],
        };
        let sealed = governance::audit::sealed(&[7; 16], "What does Rosa earn?").to_string();
        let Value::Object(details) = json!({ "sealed": sealed }) else {
            unreachable!()
        };
        let note = Note {
            at: 2,
            kind: "answer",
            details,
        };
        ledger.end_turn(turn, end, note).await.unwrap();
        let action = NewAction {
            batch: None,
            system: "demo",
            operation: "mail.send",
            state: "denied",
            entry: "{}",
            effect: "{\"to\":\"rosa@example.com\"}",
            card: "{}",
            verdict: "{}",
            at: 3,
        };
        ledger.add_action(&action, about).await.unwrap();
        let before = ledger.audit_after(0, 9).await.unwrap();
        assert!(ledger.delete_conversation(conversation).await.unwrap());
        sqlx::raw_sql("DELETE FROM actions; VACUUM")
            .execute(&ledger.pool)
            .await
            .unwrap();
        assert_eq!(ledger.audit_after(0, 9).await.unwrap(), before);
        assert_eq!(verified(&ledger).await.unwrap().seq, 2);
        let path = folder.path().join("ledger.sqlite");
        ledger.close().await;
        let left = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        assert!(
            !left.contains("Rosa") && !left.contains("rosa@"),
            "personal words are still in the file"
        );
    }

    #[tokio::test]
    async fn whoever_changes_the_file_behind_the_program_is_found_out() {
        let (_folder, ledger) = ledger(5).await;
        for sql in [
            "DROP TRIGGER audit_is_never_changed",
            "UPDATE audit SET body = replace(body, '\"n\":2', '\"n\":7') WHERE seq = 3",
        ] {
            sqlx::raw_sql(sql).execute(&ledger.pool).await.unwrap();
        }
        let broken = verified(&ledger).await.unwrap_err();
        assert_eq!(
            broken,
            Broken {
                row: 3,
                why: Why::Content
            }
        );
    }
}
