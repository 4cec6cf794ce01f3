use async_trait::async_trait;
use domain::ActionId;
use orchestration::governed::{Action, ActionBook, BookError, Noted, word};
use serde::Serialize;
use serde::de::DeserializeOwned;
use storage::{ActionRow, Arrow, Ledger, NewAction, Note};

/// The kind of audit rows about actions.
const ACTION: &str = "action";

/// The actions, in the ledger.
pub struct LedgerActions(pub Ledger);

#[async_trait]
impl ActionBook for LedgerActions {
    async fn add(&self, action: &Action, noted: Noted) -> Result<ActionId, BookError> {
        let (entry, effect) = (text(&action.entry)?, text(&action.effect)?);
        let (card, verdict) = (text(&action.shown)?, text(&action.verdict)?);
        let new = NewAction {
            batch: action.batch.map(|batch| batch.0),
            system: action.effect.system.as_str(),
            operation: &action.effect.operation,
            state: word(action.entry.state),
            entry: &entry,
            effect: &effect,
            card: &card,
            verdict: &verdict,
            at: action.created,
        };
        let id = self.0.add_action(&new, |id| {
            let mut note = note(noted);
            note.details.insert("action".to_owned(), id.into());
            note
        });
        id.await
            .map(ActionId)
            .map_err(|error| BookError(error.to_string()))
    }

    async fn put(&self, action: &Action, noted: Noted) -> Result<bool, BookError> {
        let entry = text(&action.entry)?;
        let approval = action.approval.as_ref().map(text).transpose()?;
        let outcome = action.outcome.as_ref().map(text).transpose()?;
        let arrow = Arrow {
            id: action.id.0,
            seen: action.arrows,
            state: word(action.entry.state),
            entry: &entry,
            approval: approval.as_deref(),
            outcome: outcome.as_deref(),
            key: action.key.as_deref(),
            at: noted.at,
        };
        let kept = self.0.move_action(&arrow, note(noted)).await;
        kept.map_err(|error| BookError(error.to_string()))
    }

    async fn get(&self, id: ActionId) -> Result<Option<Action>, BookError> {
        let row = self
            .0
            .action(id.0)
            .await
            .map_err(|error| BookError(error.to_string()))?;
        row.map(action).transpose()
    }

    async fn open(&self) -> Result<Vec<Action>, BookError> {
        let rows = self
            .0
            .open_actions()
            .await
            .map_err(|error| BookError(error.to_string()))?;
        rows.into_iter().map(action).collect()
    }
}

fn note(noted: Noted) -> Note {
    Note {
        at: noted.at,
        kind: ACTION,
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
