//! The one governed path: whatever changes the world outside goes from a proposal through preview, policy, approval and
//! journal to being sent, read back and written down. Persons, workflows and models all propose the same way, and nothing
//! else in the program can send anything.
//!
//! * [`Governed::propose`] looks at the live record, judges, and keeps what would be done with its card.
//! * [`Governed::pick`] takes a person's word which record is meant, where several are close.
//! * [`Governed::approve`] takes a person's yes to exactly what they saw. If the record changed meanwhile, nothing is sent
//!   and there is a fresh card.
//! * [`Governed::go_on`] does what the [`journal`](crate::journal) wants next until it wants something of a person or of
//!   time; each arrow is durable, with its audit row, before what follows from it.
//! * [`Governed::undo`] proposes the way back, and refuses when somebody has changed the record since.
//!
//! Reads for a model are judged by the same rules; what these do not let be read without asking is not read.
//!
//! What a model was given while it worked towards its proposals is collected in a [`RunContext`].
//!
//! Where actions are kept is behind [`ActionBook`]. Time comes from a [`Clock`](integration::Clock).

mod approve;
mod book;
mod card;
mod drive;
mod granting;
mod propose;
mod read;
mod run;
mod undo;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{ActionId, Change, Effect, SideEffect, SystemId, Taint};
use governance::approval::{Approval, Card, CardError, Refusal};
use governance::origin::Piece;
use governance::policy::{Decision, Policies, Proposer, Situation, Verdict, organisation_of};
use integration::{Connection, Trouble};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::journal::{self, Entry, Epoch, State};

pub use book::{ActionBook, BookError, GrantBook, Held, Noted, Spend};
pub use card::Shared;
pub use granting::{Limits, Offer, Offered, Saved};
pub use integration::{Edited, Message, Raw};
pub use propose::{Context, Meant, Near, Proposal, Which};
pub use run::RunContext;

/// An action with everything that is kept of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its id; 0 before it is kept.
    pub id: ActionId,
    /// The first of those that were proposed together.
    pub batch: Option<ActionId>,
    /// What was proposed, with the version of the record that was looked at.
    pub effect: Effect,
    /// Where it stands in the journal.
    pub entry: Entry,
    /// What the person is shown.
    pub shown: Shown,
    /// What policy said.
    pub verdict: Verdict,
    /// A person's yes.
    pub approval: Option<Approval>,
    /// What became of it.
    pub outcome: Option<Told>,
    /// What is sent with every attempt, since the first began.
    pub key: Option<String>,
    /// When it was proposed, in milliseconds since 1970.
    pub created: i64,
    /// How often it changed since.
    pub arrows: i64,
}

/// What a person is shown of a proposal. Made from what would be sent and from the live record; no words of a model but
/// `reason`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// What the operation does, in the words of its description.
    pub summary: String,
    /// Through which account.
    pub account: String,
    /// What people call the system.
    #[serde(default)]
    pub system_title: String,
    /// The kind of record that is acted on.
    #[serde(default)]
    pub kind: String,
    /// What the operation does to the world.
    #[serde(default = "strictest")]
    pub side_effect: SideEffect,
    /// What people call the record, as the system says now.
    pub title: Option<String>,
    /// How the record was found, where somebody named it in words.
    #[serde(default)]
    pub meant: Option<Meant>,
    /// Which records could be meant, where only the person can say; then nothing else was looked at.
    #[serde(default)]
    pub which: Option<Which>,
    /// Each field before and after.
    pub changes: Vec<Change>,
    /// The words that a value was seen in, by name of the argument.
    #[serde(default)]
    pub quotes: BTreeMap<String, String>,
    /// Which of the words of a longer text were seen somewhere else, by name of the argument.
    #[serde(default)]
    pub pieces: BTreeMap<String, Vec<Piece>>,
    /// Who changed the record last and when, as its system says.
    #[serde(default)]
    pub edited: Option<Edited>,
    /// So many other fields of the record stay as they are.
    #[serde(default)]
    pub unchanged: u32,
    /// The message as those who get it will see it.
    pub message: Option<Message>,
    /// Who proposes it.
    pub proposer: Proposer,
    /// Why, in the proposer's own words.
    pub reason: Option<String>,
    /// The join of everything that led to it.
    pub context: Taint,
    /// How it can be taken back.
    pub undo: Option<domain::Undo>,
    /// What the person decides about; nothing where nobody is asked.
    pub card: Option<Card>,
    /// What a person allowed beforehand that covers it, by its name.
    #[serde(default)]
    pub grant: Option<String>,
    /// What a person allowed beforehand that would cover it but for this reason.
    #[serde(default)]
    pub unused_grant: Option<String>,
    /// SHA-256 of the request that would be sent, in hex.
    pub request_hash: String,
    /// The request itself.
    #[serde(default)]
    pub raw: Raw,
}

fn strictest() -> SideEffect {
    SideEffect::Destructive
}

/// What became of an action.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// In words.
    pub words: String,
    /// Id of the record that the system answered with.
    pub record: Option<String>,
    /// The record's version after it.
    pub version: Option<String>,
    /// Whether reading back showed what was sent; nothing where it was not or could not be read.
    pub as_sent: Option<bool>,
    /// What stands there instead.
    pub differs: Vec<Change>,
}

/// Why something did not go on. Nothing was sent because of it.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// There is no such connection.
    #[error("There is no connected system `{0}`.")]
    NoSystem(String),
    /// There is no such action.
    #[error("There is no action {0}.")]
    NoAction(ActionId),
    /// The system can't be asked, or does not take it.
    #[error("{0}")]
    Trouble(#[from] Trouble),
    /// No record fits.
    #[error("No record fits `{0}`.")]
    NoRecord(String),
    /// The card says no.
    #[error("{0}")]
    Card(#[from] CardError),
    /// The guard says no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The rules do not let it be read without asking.
    #[error("Nothing was read. {}", words_of(.0))]
    NotRead(Box<Verdict>),
    /// It is not where that could follow.
    #[error("This can't be done now: the action is {0}.")]
    Elsewhere(&'static str),
    /// The record changed since the card was made. There is a fresh card, and nothing was sent.
    #[error("The record changed after the card was made. Nothing was sent; look at the new card.")]
    Changed {
        /// The action with the fresh card.
        fresh: Box<Action>,
    },
    /// It can't be undone, and why.
    #[error("This can't be undone: {0}")]
    NoUndo(String),
    /// It can't be allowed beforehand, and why.
    #[error("This can't be allowed beforehand: {0}")]
    NoGrant(String),
    /// The system can't be reached at all.
    #[error("{0}")]
    Unreached(String),
    /// The key of the installation can't be had, and what can be done.
    #[error("Nothing can be approved or sent now. {why}")]
    NoKey {
        /// Why.
        why: String,
        /// What the person can do.
        fix: String,
    },
    /// The book failed.
    #[error("What was decided could not be kept, so nothing was sent: {0}")]
    Book(#[from] BookError),
    /// The book failed after something was sent.
    #[error(
        "It was sent, and what became of it could not be kept: {0}. Nothing is sent again before that is found out."
    )]
    Unkept(BookError),
}

/// Why something is not read, and what can be done instead: nobody is asked about a read.
fn words_of(verdict: &Verdict) -> String {
    let mut words = verdict.explain().because;
    if verdict.decision == Decision::Ask {
        words.push("Look it up in the system yourself if you want to know.".to_owned());
    }
    words.join(" ")
}

/// A connected system, and what was checked when it was connected.
#[derive(Clone)]
pub struct System {
    /// The way to it.
    pub connection: Arc<Connection>,
    /// Digest of each operation's definition as it was when the system was connected.
    pub pins: BTreeMap<String, String>,
    /// The account that the person chose for it.
    pub chosen_account: String,
    /// What people call it.
    pub title: String,
    /// It was set apart: what is only read can be read, nothing is sent.
    pub quarantined: bool,
}

/// The connected systems. A connection may be made only when it is asked for.
#[async_trait]
pub trait Systems: Send + Sync {
    /// The way to one.
    ///
    /// # Errors
    /// [`Stop::NoSystem`] where none has this name; else why it can't be reached.
    async fn system(&self, id: &SystemId) -> Result<System, Stop>;
}

/// Port: the key that is known to this installation only. Keys of requests are made with it, and approvals are sealed with
/// it, so that without it nothing can be approved or sent.
#[async_trait]
pub trait InstallKey: Send + Sync {
    /// The key.
    ///
    /// # Errors
    /// [`Stop::NoKey`] where it can't be had now.
    async fn key(&self) -> Result<[u8; 32], Stop>;
}

/// One that is known.
#[async_trait]
impl InstallKey for [u8; 32] {
    async fn key(&self) -> Result<[u8; 32], Stop> {
        Ok(*self)
    }
}

/// A fixed set of systems.
#[async_trait]
impl Systems for BTreeMap<SystemId, System> {
    async fn system(&self, id: &SystemId) -> Result<System, Stop> {
        self.get(id)
            .cloned()
            .ok_or_else(|| Stop::NoSystem(id.to_string()))
    }
}

/// The governed path of one process.
pub struct Governed {
    /// Where actions are kept.
    pub book: Arc<dyn ActionBook>,
    /// What was allowed beforehand.
    pub grants: Arc<dyn GrantBook>,
    /// The connected systems.
    pub systems: Arc<dyn Systems>,
    /// The rules.
    pub policies: Arc<Policies>,
    /// The key of the installation, asked for when it is needed.
    pub install_key: Arc<dyn InstallKey>,
    /// This start of the program.
    pub epoch: Epoch,
    /// What time it is.
    pub clock: Arc<dyn integration::Clock>,
    /// The emergency switch.
    pub stopped: AtomicBool,
    /// Counts what was kept, so that others see when to look.
    pub changes: watch::Sender<u64>,
    /// What it sends at this moment.
    pub sending: Sending,
}

/// What a process sends at this moment. The journal alone can't tell an attempt that goes on from one whose answer could
/// not be kept, or whose task was dropped.
#[derive(Debug, Default)]
pub struct Sending(Mutex<Vec<ActionId>>);

/// One of them, as long as this lives.
struct UnderWay<'a>(&'a Sending, ActionId);

impl Sending {
    /// Two tasks may both want to: the ledger lets one of them begin.
    fn begin(&self, id: ActionId) -> UnderWay<'_> {
        self.all().push(id);
        UnderWay(self, id)
    }

    fn holds(&self, id: ActionId) -> bool {
        self.all().contains(&id)
    }

    fn all(&self) -> MutexGuard<'_, Vec<ActionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut all = self.0.all();
        if let Some(place) = all.iter().position(|id| *id == self.1) {
            all.swap_remove(place);
        }
    }
}

impl Governed {
    /// Turns the emergency switch. While it is on nothing is sent; everything can be read.
    pub fn stop_all(&self, stopped: bool) {
        self.stopped.store(stopped, Ordering::SeqCst);
        self.tell_change();
    }

    /// Whether the emergency switch is on.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    async fn system(&self, id: &SystemId) -> Result<System, Stop> {
        self.systems.system(id).await
    }

    /// An action as it is kept.
    ///
    /// # Errors
    /// When there is none, or it can't be read.
    pub async fn action(&self, id: ActionId) -> Result<Action, Stop> {
        self.book.get(&[id]).await?.pop().ok_or(Stop::NoAction(id))
    }

    /// Those of these actions that are kept, in the order of their ids.
    ///
    /// # Errors
    /// When one can't be read.
    pub async fn actions(&self, ids: &[ActionId]) -> Result<Vec<Action>, Stop> {
        Ok(self.book.get(ids).await?)
    }

    fn now(&self) -> journal::Clock {
        journal::Clock {
            wall: self.clock.wall(),
            steady: self.clock.steady(),
            epoch: self.epoch,
        }
    }

    /// What is known of a proposal at this moment.
    fn situation(
        &self,
        system: &System,
        effect: &Effect,
        proposer: &Proposer,
        context: &Taint,
        count: u32,
    ) -> Situation {
        Situation {
            proposer: proposer.clone(),
            account: system.connection.account().address.clone(),
            chosen_account: system.chosen_account.clone(),
            pinned: system.pins.get(&effect.operation).cloned(),
            count,
            organisation: organisation_of(&system.chosen_account),
            context: context.clone(),
            stopped: self.is_stopped(),
            quarantined: system.quarantined,
        }
    }

    /// The audit row about an action: ids, words of the program and digests, never values.
    fn noted(&self, action: &Action, what: &str) -> Noted {
        let mut details = Map::new();
        let mut tell = |key: &str, value: Value| {
            details.insert(key.to_owned(), value);
        };
        if action.id != ActionId(0) {
            tell("action", action.id.0.into());
        }
        tell("event", what.into());
        tell("state", word(action.entry.state).into());
        tell("system", action.effect.system.as_str().into());
        tell("operation", action.effect.operation.as_str().into());
        tell("definition", action.effect.definition.as_str().into());
        tell("request", action.shown.request_hash.as_str().into());
        tell("policy", action.verdict.policy_digest.to_string().into());
        tell("attempts", action.entry.attempts.into());
        if let Some(approval) = &action.approval {
            tell("approval", approval.id().into());
            tell("by", approval.by().into());
        }
        if let Some(grant) = &action.shown.grant {
            tell("grant", grant.as_str().into());
        }
        Noted {
            at: self.clock.wall(),
            details,
        }
    }

    /// Keeps what an action became. False if somebody else changed it first: then nothing happened, and whoever wanted to
    /// go on looks at it anew.
    async fn keep(&self, action: &mut Action, what: &str) -> Result<bool, Stop> {
        self.keep_spending(action, what, None).await
    }

    /// The same, and what is used of a grant with it.
    async fn keep_spending(
        &self,
        action: &mut Action,
        what: &str,
        spend: Option<Spend>,
    ) -> Result<bool, Stop> {
        let kept = self.book.put(action, self.noted(action, what), spend).await?;
        if kept {
            action.arrows += 1;
            self.tell_change();
        }
        Ok(kept)
    }

    fn tell_change(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// The word that is kept for a state.
pub fn word(state: State) -> &'static str {
    match state {
        State::Proposed => "proposed",
        State::Denied => "denied",
        State::Awaiting => "awaiting",
        State::Rejected => "rejected",
        State::Expired => "expired",
        State::Approved => "approved",
        State::Dispatching { .. } => "dispatching",
        State::Succeeded => "succeeded",
        State::Failed => "failed",
        State::Unknown => "unknown",
        State::NeedsPerson => "needs_person",
    }
}
