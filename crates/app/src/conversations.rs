use async_trait::async_trait;
use domain::{ConversationId, TurnId};
use experience::activity::{self, ANSWER};
use experience::conversation::{Conversation, ConversationSummary, Turn, TurnState};
use experience::settings::Settings;
use experience::{Conversations, Failure, Preferences};
use governance::audit;
use retrieval::search::Filter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use storage::{ConversationRow, EndedTurn, Ledger, NewTurn, TurnRow};

use crate::audit::note;
use crate::shelf::failure;

/// The key of the settings in the ledger.
const SETTINGS: &str = "window";

/// The conversations, in the ledger.
pub struct LedgerConversations(pub Ledger);

#[async_trait]
impl Conversations for LedgerConversations {
    async fn list(&self) -> Result<Vec<ConversationSummary>, Failure> {
        let rows = self.0.conversations().await.map_err(|error| failure(&error))?;
        Ok(rows.into_iter().map(summary).collect())
    }

    async fn get(&self, id: ConversationId) -> Result<Option<Conversation>, Failure> {
        let found = self.0.conversation(id).await.map_err(|error| failure(&error))?;
        Ok(found.map(|(row, turns)| Conversation {
            id,
            title: row.title,
            created: row.created,
            updated: row.updated,
            turns: turns.into_iter().map(turn).collect(),
        }))
    }

    async fn begin(
        &self,
        title: &str,
        question: &str,
        filter: &Filter,
        at: i64,
    ) -> Result<(ConversationId, TurnId), Failure> {
        let filter = text(filter)?;
        let turn = NewTurn {
            question,
            filter: &filter,
            at,
        };
        let begun = self.0.begin_conversation(title, turn).await;
        begun.map_err(|error| failure(&error))
    }

    async fn ask(
        &self,
        id: ConversationId,
        question: &str,
        filter: &Filter,
        at: i64,
    ) -> Result<Option<TurnId>, Failure> {
        let filter = text(filter)?;
        let turn = NewTurn {
            question,
            filter: &filter,
            at,
        };
        self.0.add_turn(id, turn).await.map_err(|error| failure(&error))
    }

    async fn end(&self, turn: &Turn, at: i64, mut details: Map<String, Value>) -> Result<(), Failure> {
        let answer = turn.answer.as_ref().map(text).transpose()?;
        let why = turn.failure.as_ref().map(text).transpose()?;
        let salt = salt()?;
        let told = [Some(turn.question.as_str()), answer.as_deref(), why.as_deref()];
        let told: Vec<&str> = told.into_iter().flatten().collect();
        let sealed = audit::sealed(&salt, &told.join("\n"));
        details.insert("sealed".to_owned(), sealed.to_string().into());
        let end = EndedTurn {
            state: &word(turn.state)?,
            answer: answer.as_deref(),
            failure: why.as_deref(),
            at,
            salt: &salt,
        };
        self.0
            .end_turn(turn.id, end, note(ANSWER, at, details))
            .await
            .map_err(|error| failure(&error))
    }

    async fn rename(&self, id: ConversationId, title: &str) -> Result<bool, Failure> {
        let renamed = self.0.rename_conversation(id, title).await;
        renamed.map_err(|error| failure(&error))
    }

    async fn delete(&self, id: ConversationId) -> Result<bool, Failure> {
        let deleted = self.0.delete_conversation(id).await;
        deleted.map_err(|error| failure(&error))
    }
}

/// The settings, in the ledger.
pub struct LedgerPreferences(pub Ledger);

#[async_trait]
impl Preferences for LedgerPreferences {
    async fn get(&self) -> Result<Settings, Failure> {
        let stored = self.0.setting(SETTINGS).await.map_err(|error| failure(&error))?;
        // Settings of a newer version that are not understood are as good as none.
        Ok(stored
            .and_then(|stored| serde_json::from_str(&stored).ok())
            .unwrap_or_default())
    }

    async fn set(&self, settings: &Settings) -> Result<(), Failure> {
        let kept = self.0.set_setting(SETTINGS, &text(settings)?).await;
        kept.map_err(|error| failure(&error))
    }
}

/// A secret of one turn, erased with it: without it nobody can find out by trying what the audit row about it stands for.
fn salt() -> Result<[u8; 16], Failure> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| {
        Failure::environment(
            format!("This system gives no random numbers: {error}."),
            "Restart the computer.",
        )
    })?;
    Ok(salt)
}

/// Questions that nobody answers any more, because the program that did has ended.
pub async fn end_interrupted(ledger: &Ledger, at: i64) -> Result<(), Failure> {
    let details = |turn| {
        note(
            ANSWER,
            at,
            activity::of_answer(Some(turn), TurnState::Interrupted, None),
        )
    };
    let ended = ledger
        .end_running_turns(&word(TurnState::Interrupted)?, details)
        .await;
    let count = ended.map_err(|error| failure(&error))?;
    if count > 0 {
        tracing::info!(count, "answers were interrupted by the end of the program");
    }
    Ok(())
}

fn summary(row: ConversationRow) -> ConversationSummary {
    ConversationSummary {
        id: ConversationId(row.id),
        title: row.title,
        created: row.created,
        updated: row.updated,
        turns: row.turns.unsigned_abs(),
        running: row.running,
    }
}

fn turn(row: TurnRow) -> Turn {
    let answer: Option<Result<_, _>> = row.answer.as_deref().map(serde_json::from_str);
    let unreadable = matches!(answer, Some(Err(_)));
    let stored = row.failure.as_deref().and_then(read);
    Turn {
        id: TurnId(row.id),
        question: row.question,
        filter: read(&row.filter).unwrap_or_default(),
        asked: row.asked,
        state: read(&format!("\"{}\"", row.state)).unwrap_or(TurnState::Failed),
        answer: answer.and_then(Result::ok),
        failure: stored.or_else(|| {
            unreadable.then(|| {
                Failure::environment(
                    "This answer was kept by another version of Attaché and can't be shown by this one.",
                    "Ask again.",
                )
            })
        }),
    }
}

fn read<T: DeserializeOwned>(stored: &str) -> Option<T> {
    serde_json::from_str(stored).ok()
}

fn text<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| {
        Failure::environment(
            format!("It could not be kept: {error}."),
            "This is a fault in Attaché.",
        )
    })
}

/// The word that stands for a state.
fn word(state: TurnState) -> Result<String, Failure> {
    Ok(text(&state)?.trim_matches('"').to_owned())
}
