use async_trait::async_trait;
use domain::{ActionId, SystemId};
use governance::grants::{Grant, Used};
use orchestration::governed::{Action, ActionBook, BookError, GrantBook, Held, Noted, Spend, word};
use serde::Serialize;
use serde::de::DeserializeOwned;
use storage::{ActionRow, Arrow, GrantRow, Ledger, NewAction, Note, SpendRow};

/// The kind of audit rows about actions.
const ACTION: &str = "action";
/// The kind of audit rows about what was read for a model.
const READ: &str = "read";
/// The kind of audit rows about grants.
const GRANT: &str = "grant";

/// The actions, in the ledger.
pub struct LedgerActions(pub Ledger);

#[async_trait]
impl ActionBook for LedgerActions {
    async fn add(&self, action: &Action, noted: Noted) -> Result<ActionId, BookError> {
        let texts = Texts::of(action)?;
        let new = texts.new_action(action);
        let id = self.0.add_action(&new, |id| note_with(noted, id)).await;
        id.map(ActionId).map_err(|error| BookError(error.to_string()))
    }

    async fn replace(
        &self,
        (old, of_old): (&Action, Noted),
        (new, of_new): (&Action, Noted),
    ) -> Result<Option<ActionId>, BookError> {
        let (texts, kept) = (Texts::of(new)?, Kept::of(old)?);
        let (gone, new) = (kept.arrow(of_old.at), texts.new_action(new));
        let of_new = |id| note_with(of_new, id);
        let id = self.0.replace_action((&gone, note(of_old)), &new, of_new).await;
        let id = id.map_err(|error| BookError(error.to_string()))?;
        Ok(id.map(ActionId))
    }

    async fn put(&self, action: &Action, noted: Noted, spend: Option<Spend>) -> Result<bool, BookError> {
        let kept = Kept::of(action)?;
        let spent = spend.as_ref().map(|spend| SpendRow {
            grant: &spend.grant,
            before: (spend.before.count.into(), spend.before.amount),
            after: (spend.after.count.into(), spend.after.amount),
        });
        let moved = self
            .0
            .move_action(&kept.arrow(noted.at), spent, note(noted))
            .await;
        moved.map_err(|error| BookError(error.to_string()))
    }

    async fn put_all(&self, decided: Vec<(&Action, Noted)>) -> Result<bool, BookError> {
        let kept: Vec<(Kept, Noted)> = decided
            .into_iter()
            .map(|(action, noted)| Ok((Kept::of(action)?, noted)))
            .collect::<Result<_, BookError>>()?;
        let arrows = kept
            .iter()
            .map(|(kept, noted)| (kept.arrow(noted.at), note(noted.clone())));
        let moved = self.0.move_actions(arrows.collect()).await;
        moved.map_err(|error| BookError(error.to_string()))
    }

    async fn note_read(&self, noted: Noted) -> Result<(), BookError> {
        let kept = self.0.note(note_of(READ, noted)).await;
        kept.map(|_| ()).map_err(|error| BookError(error.to_string()))
    }

    async fn get(&self, ids: &[ActionId]) -> Result<Vec<Action>, BookError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.0.actions_of(&ids).await;
        let rows = rows.map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(action).collect()
    }

    async fn open(&self) -> Result<Vec<Action>, BookError> {
        let rows = self
            .0
            .open_actions()
            .await
            .map_err(|error| BookError(error.to_string()))?;
        // One that can't be read is left alone, and keeps no other one from being found out.
        let understood = rows.into_iter().filter_map(|row| {
            let id = row.id;
            let read = action(row);
            read.inspect_err(|error| tracing::warn!(action = id, %error, "an action is left alone"))
                .ok()
        });
        Ok(understood.collect())
    }

    async fn before(&self, before: Option<ActionId>, most: u32) -> Result<Vec<Action>, BookError> {
        let rows = self.0.actions(before.map(|id| id.0), most).await;
        let rows = rows.map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(action).collect()
    }

    async fn batch(&self, first: ActionId) -> Result<Vec<Action>, BookError> {
        let rows = self.0.actions_with(first.0).await;
        let rows = rows.map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(action).collect()
    }

    async fn asked(
        &self,
        system: &SystemId,
        operation: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<Action>, BookError> {
        let rows = self.0.actions_like(system.as_str(), operation, since, most).await;
        let rows = rows.map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(action).collect()
    }
}

/// A new action, as it is written.
struct Texts {
    entry: String,
    effect: String,
    card: String,
    verdict: String,
}

impl Texts {
    fn of(action: &Action) -> Result<Self, BookError> {
        Ok(Self {
            entry: text(&action.entry)?,
            effect: text(&action.effect)?,
            card: text(&action.shown)?,
            verdict: text(&action.verdict)?,
        })
    }

    fn new_action<'a>(&'a self, action: &'a Action) -> NewAction<'a> {
        NewAction {
            batch: action.batch.map(|batch| batch.0),
            system: action.effect.system.as_str(),
            operation: &action.effect.operation,
            state: word(action.entry.state),
            entry: &self.entry,
            effect: &self.effect,
            card: &self.card,
            verdict: &self.verdict,
            at: action.created,
        }
    }
}

/// What an action became, as it is written.
struct Kept {
    id: i64,
    seen: i64,
    state: &'static str,
    entry: String,
    approval: Option<String>,
    outcome: Option<String>,
    key: Option<String>,
}

impl Kept {
    fn of(action: &Action) -> Result<Self, BookError> {
        Ok(Self {
            id: action.id.0,
            seen: action.arrows,
            state: word(action.entry.state),
            entry: text(&action.entry)?,
            approval: action.approval.as_ref().map(text).transpose()?,
            outcome: action.outcome.as_ref().map(text).transpose()?,
            key: action.key.clone(),
        })
    }

    fn arrow(&self, at: i64) -> Arrow<'_> {
        Arrow {
            id: self.id,
            seen: self.seen,
            state: self.state,
            entry: &self.entry,
            approval: self.approval.as_deref(),
            outcome: self.outcome.as_deref(),
            key: self.key.as_deref(),
            at,
        }
    }
}

/// What was allowed beforehand, in the ledger.
pub struct LedgerGrants(pub Ledger);

#[async_trait]
impl GrantBook for LedgerGrants {
    async fn all(&self) -> Result<Vec<Held>, BookError> {
        let rows = self.0.grants().await;
        let rows = rows.map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(held).collect()
    }

    async fn add(&self, held: &Held, noted: Noted) -> Result<(), BookError> {
        let row = GrantRow {
            id: held.grant.id.clone(),
            system: held.grant.system.to_string(),
            body: text(&held.grant)?,
            words: held.words.clone(),
            action: held.action.0,
            used_count: 0,
            used_amount: 0,
            revoked: None,
            made: noted.at,
        };
        let added = self.0.add_grant(&row, note_of(GRANT, noted)).await;
        added.map_err(|error| BookError(error.to_string()))
    }

    async fn revoke(&self, id: &str, noted: Noted) -> Result<bool, BookError> {
        let revoked = self.0.revoke_grant(id, note_of(GRANT, noted)).await;
        revoked.map_err(|error| BookError(error.to_string()))
    }
}

fn held(row: GrantRow) -> Result<Held, BookError> {
    let mut grant: Grant = value(&row.body)?;
    grant.revoked |= row.revoked.is_some();
    Ok(Held {
        grant,
        used: Used {
            count: u32::try_from(row.used_count).unwrap_or(u32::MAX),
            amount: row.used_amount,
        },
        action: ActionId(row.action),
        words: row.words,
    })
}

/// About an action that has its id only now.
fn note_with(noted: Noted, id: i64) -> Note {
    let mut note = note(noted);
    note.details.insert("action".to_owned(), id.into());
    note
}

fn note(noted: Noted) -> Note {
    note_of(ACTION, noted)
}

fn note_of(kind: &'static str, noted: Noted) -> Note {
    Note {
        at: noted.at,
        kind,
        details: noted.details,
    }
}

fn action(row: ActionRow) -> Result<Action, BookError> {
    Ok(Action {
        id: ActionId(row.id),
        batch: row.batch.map(ActionId),
        effect: value(&row.effect)?,
        entry: value(&row.entry)?,
        shown: value(&row.card)?,
        verdict: value(&row.verdict)?,
        approval: row.approval.as_deref().map(value).transpose()?,
        outcome: row.outcome.as_deref().map(value).transpose()?,
        key: row.key,
        created: row.created,
        arrows: row.arrows,
    })
}

fn text(value: &impl Serialize) -> Result<String, BookError> {
    serde_json::to_string(value).map_err(|error| BookError(format!("an action can't be written: {error}")))
}

fn value<T: DeserializeOwned>(text: &str) -> Result<T, BookError> {
    serde_json::from_str(text)
        .map_err(|error| BookError(format!("an action in the ledger is not understood: {error}")))
}
