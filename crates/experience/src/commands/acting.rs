use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::{ActionId, SystemId};
use governance::approval::Hand;
use governance::audit::Digest;
use governance::policy::Proposer;
use orchestration::governed::{Action, Context, Governed, Proposal, Stop};
use orchestration::journal::{State, Word};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Access, BOTH, Cache, Command, DECIDING, MAIN, Window};
use crate::actions::{ActionView, CardView, Decided, Looked, Proposed};
use crate::{Copilot, Failure};

/// How long a decision waits for what follows from it; what takes longer goes on and is told as it comes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an action that is sent again by the person's word may wait for it, in milliseconds.
const AGAIN_MS: i64 = 3_600_000;

/// Proposes a change; nothing is sent that changes anything until it is allowed.
pub struct ActionPropose;

/// What is wanted.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ProposeRequest {
    /// Name of the connection.
    pub system: String,
    /// Name of the operation.
    pub operation: String,
    /// Its arguments by name. A text is taken as JSON where the argument is no text.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
    pub arguments: BTreeMap<String, Value>,
    /// The record that is acted on, in words, instead of the argument that names it.
    #[serde(default)]
    pub record: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// The first of those that are decided together with it.
    #[serde(default)]
    pub batch: Option<ActionId>,
}

impl Command for ActionPropose {
    const NAME: &'static str = "action_propose";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ProposeRequest;
    type Response = Proposed;

    async fn run(copilot: &Copilot, request: ProposeRequest) -> Result<Proposed, Failure> {
        let system: SystemId = request.system.parse().map_err(|error| {
            Failure::user(
                format!("{error}."),
                "Connections, or `attache system list`, shows the names.",
            )
        })?;
        let arguments = copilot
            .connections
            .typed(&system, &request.operation, request.arguments)
            .await?;
        let proposal = Proposal {
            system,
            operation: request.operation,
            arguments,
            record: request.record.filter(|words| !words.trim().is_empty()),
            proposer: Proposer::Person,
            reason: request.reason,
            context: Context::of_person(),
            batch: request.batch,
        };
        let governed = copilot.governed.clone();
        proposed(&governed, governed.propose(proposal).await).await
    }
}

/// A proposal that is allowed without asking is done at once.
async fn proposed(governed: &Arc<Governed>, proposal: Result<Action, Stop>) -> Result<Proposed, Failure> {
    match proposal {
        Ok(action) if action.shown.which.is_some() => Ok(Proposed::Which {
            action: Box::new(ActionView::from(&action)),
        }),
        Ok(action) => {
            let action = done(governed, vec![action]).await?.into_iter().next();
            let action = action.ok_or_else(|| Failure::from(Stop::Elsewhere("gone")))?;
            Ok(Proposed::Action {
                action: Box::new(ActionView::from(&action)),
            })
        }
        Err(stop) => Err(stop.into()),
    }
}

/// Goes on with actions one after the other, in a task of its own: who asked may go away in the middle of sending.
async fn done(governed: &Arc<Governed>, actions: Vec<Action>) -> Result<Vec<Action>, Failure> {
    let ids: Vec<ActionId> = actions.iter().map(|action| action.id).collect();
    let (working, each) = (governed.clone(), ids.clone());
    let run = tokio::spawn(async move {
        let mut changes = working.changes.subscribe();
        for id in each {
            // Another task may be sending it: then its end is waited for.
            while let State::Dispatching { .. } = working.go_on(id).await?.action.entry.state {
                if changes.changed().await.is_err() {
                    break;
                }
            }
        }
        Ok::<(), Stop>(())
    });
    if let Ok(Ok(ended)) = tokio::time::timeout(PATIENCE, run).await {
        ended?;
    }
    let mut now = Vec::new();
    for id in ids {
        now.push(governed.action(id).await?);
    }
    Ok(now)
}

/// Lists what was proposed.
pub struct ActionList;

/// Which.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ActionsRequest {
    /// Only those that are not at their end, oldest first; else all, the newest first.
    #[serde(default)]
    pub open: bool,
    /// Only those before this one.
    #[serde(default)]
    pub before: Option<ActionId>,
}

/// Some of what was proposed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Actions {
    /// The proposals.
    pub actions: Vec<ActionView>,
    /// There are more before the last one.
    pub more: bool,
}

/// So many are listed at once.
const SOME: u32 = 100;

impl Command for ActionList {
    const NAME: &'static str = "action_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionsRequest;
    type Response = Actions;

    async fn run(copilot: &Copilot, request: ActionsRequest) -> Result<Actions, Failure> {
        let book = &copilot.governed.book;
        let found = if request.open {
            book.open().await
        } else {
            book.before(request.before, SOME).await
        };
        let found = found.map_err(Stop::from)?;
        Ok(Actions {
            more: !request.open && found.len() >= SOME as usize,
            actions: found.iter().map(ActionView::from).collect(),
        })
    }
}

/// Which action.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ActionRequest {
    /// Its id.
    pub id: ActionId,
}

/// Shows one proposal as it is now.
pub struct ActionGet;

impl Command for ActionGet {
    const NAME: &'static str = "action_get";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionRequest;
    type Response = ActionView;

    async fn run(copilot: &Copilot, request: ActionRequest) -> Result<ActionView, Failure> {
        Ok(ActionView::from(&copilot.governed.action(request.id).await?))
    }
}

/// Shows the card on which a proposal is decided, with those that were proposed together with it.
pub struct CardGet;

/// Which card, without which lines.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct CardRequest {
    /// One of its proposals.
    pub id: ActionId,
    /// What is struck out.
    #[serde(default)]
    pub struck: Vec<ActionId>,
}

impl Command for CardGet {
    const NAME: &'static str = "card_get";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = CardRequest;
    type Response = CardView;

    async fn run(copilot: &Copilot, request: CardRequest) -> Result<CardView, Failure> {
        let shared = copilot.governed.card(request.id).await?;
        let struck: BTreeSet<ActionId> = request.struck.into_iter().collect();
        Ok(CardView::of(&shared, &struck))
    }
}

/// Reads the records of a card once more while a person looks at it. Where one changed the card is void.
pub struct CardLook;

impl Command for CardLook {
    const NAME: &'static str = "card_look";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionRequest;
    type Response = Looked;

    async fn run(copilot: &Copilot, request: ActionRequest) -> Result<Looked, Failure> {
        match copilot.governed.look_again(request.id).await {
            Ok(at) => Ok(Looked::Same { at }),
            Err(Stop::Changed { fresh }) => Ok(Looked::Changed {
                fresh: Box::new(ActionView::from(&*fresh)),
            }),
            Err(stop) => Err(stop.into()),
        }
    }
}

/// A person's yes to exactly what they saw, and what follows from it.
pub struct ActionApprove;

/// What was seen.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ApproveRequest {
    /// One of the proposals of the card.
    pub id: ActionId,
    /// What was struck out.
    #[serde(default)]
    pub struck: Vec<ActionId>,
    /// The digest of what was left: [`CardView::digest`].
    pub shown: String,
    /// What was typed where a word is asked for.
    #[serde(default)]
    pub word: Option<String>,
}

impl Command for ActionApprove {
    const NAME: &'static str = "action_approve";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = DECIDING;
    type Request = ApproveRequest;
    type Response = Decided;

    async fn run(copilot: &Copilot, request: ApproveRequest) -> Result<Decided, Failure> {
        let shown: Digest = request.shown.parse().map_err(|error| {
            Failure::user(format!("{error}."), "Look at the card again.").with_code("card")
        })?;
        let governed = &copilot.governed;
        let struck: BTreeSet<ActionId> = request.struck.into_iter().collect();
        // The person at this machine: whose account is used.
        let by = governed.action(request.id).await?.shown.account;
        let hand = Hand {
            by: &by,
            word: request.word.as_deref(),
        };
        let name = copilot.connections.new_name()?;
        match governed.approve(request.id, &struck, shown, hand, name).await {
            Ok(approved) => {
                let actions = done(governed, approved).await?;
                Ok(Decided::Approved {
                    actions: actions.iter().map(ActionView::from).collect(),
                })
            }
            Err(Stop::Changed { fresh }) => Ok(Decided::Changed {
                fresh: Box::new(ActionView::from(&*fresh)),
            }),
            Err(stop) => Err(stop.into()),
        }
    }
}

/// A person's no.
pub struct ActionDeny;

/// What is not to be done, and why not.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DenyRequest {
    /// The proposals.
    pub ids: Vec<ActionId>,
    /// Why, in the person's own words; may be empty.
    pub reason: String,
}

impl Command for ActionDeny {
    const NAME: &'static str = "action_deny";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = DenyRequest;
    type Response = Vec<ActionView>;

    async fn run(copilot: &Copilot, request: DenyRequest) -> Result<Vec<ActionView>, Failure> {
        let reason = request.reason.trim();
        let words = if reason.is_empty() {
            "You denied it.".to_owned()
        } else {
            format!("You denied it: {reason}")
        };
        let mut denied = Vec::new();
        for id in request.ids {
            denied.push(ActionView::from(&copilot.governed.reject(id, &words).await?));
        }
        Ok(denied)
    }
}

/// Puts other values into a proposal that waits. It is a new proposal, judged anew.
pub struct ActionEdit;

/// Which values.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditRequest {
    /// The proposal.
    pub id: ActionId,
    /// New values of arguments by name; `null` clears a field.
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
    pub changed: BTreeMap<String, Value>,
    /// Arguments that are left out: their fields stay as they are.
    pub left_out: Vec<String>,
}

impl Command for ActionEdit {
    const NAME: &'static str = "action_edit";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = EditRequest;
    type Response = ActionView;

    async fn run(copilot: &Copilot, request: EditRequest) -> Result<ActionView, Failure> {
        let governed = &copilot.governed;
        let old = governed.action(request.id).await?;
        let changed = copilot
            .connections
            .typed(&old.effect.system, &old.effect.operation, request.changed)
            .await?;
        let each = old.effect.arguments.into_iter();
        let mut arguments: BTreeMap<String, Value> = each.map(|(name, own)| (name, own.value)).collect();
        arguments.retain(|name, _| !request.left_out.contains(name));
        arguments.extend(changed);
        Ok(ActionView::from(&governed.edit(request.id, arguments).await?))
    }
}

/// Says which record is meant, where several are close or another one was taken. It is a new proposal, judged anew.
pub struct ActionPick;

/// Which record.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PickRequest {
    /// The question, or the proposal for another record.
    pub id: ActionId,
    /// Id of the record in its system; one of those that were shown.
    pub record: String,
}

impl Command for ActionPick {
    const NAME: &'static str = "action_pick";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = PickRequest;
    type Response = ActionView;

    async fn run(copilot: &Copilot, request: PickRequest) -> Result<ActionView, Failure> {
        let governed = &copilot.governed;
        let action = governed.pick(request.id, &request.record).await?;
        let id = action.id;
        // What is allowed without asking is done at once.
        let action = done(governed, vec![action]).await?;
        let action = action.first().map(ActionView::from);
        action.ok_or_else(|| Stop::NoAction(id).into())
    }
}

/// What a person found out about something of which nobody else can tell whether it happened.
pub struct ActionSay;

/// What they found.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SayRequest {
    /// The action.
    pub id: ActionId,
    /// What they found.
    pub found: FoundOut,
}

/// What a person found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FoundOut {
    /// It happened.
    Happened,
    /// It did not, and shall not.
    Dropped,
    /// It did not, and shall be sent again.
    SendAgain,
}

impl Command for ActionSay {
    const NAME: &'static str = "action_say";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    // Sending again is a decision.
    const WINDOWS: &'static [Window] = DECIDING;
    type Request = SayRequest;
    type Response = ActionView;

    async fn run(copilot: &Copilot, request: SayRequest) -> Result<ActionView, Failure> {
        let governed = &copilot.governed;
        let found = match request.found {
            FoundOut::Happened => Word::Happened,
            FoundOut::Dropped => Word::Dropped,
            FoundOut::SendAgain => Word::SendAgain {
                until: governed.clock.wall().saturating_add(AGAIN_MS),
            },
        };
        let action = governed.say(request.id, found).await?;
        let action = done(governed, vec![action]).await?;
        action
            .first()
            .map(ActionView::from)
            .ok_or_else(|| Stop::NoAction(request.id).into())
    }
}

/// Looks now what became of something, without waiting for the next time.
pub struct ActionCheck;

impl Command for ActionCheck {
    const NAME: &'static str = "action_check";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionRequest;
    type Response = ActionView;

    async fn run(copilot: &Copilot, request: ActionRequest) -> Result<ActionView, Failure> {
        let governed = &copilot.governed;
        let action = governed.action(request.id).await?;
        let action = done(governed, vec![action]).await?;
        action
            .first()
            .map(ActionView::from)
            .ok_or_else(|| Stop::NoAction(request.id).into())
    }
}

/// Proposes the way back for what was done. It waits for a decision like everything else.
pub struct ActionUndo;

/// What is taken back.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UndoRequest {
    /// The actions, which are decided together.
    pub ids: Vec<ActionId>,
}

impl Command for ActionUndo {
    const NAME: &'static str = "action_undo";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = UndoRequest;
    type Response = Vec<ActionView>;

    async fn run(copilot: &Copilot, request: UndoRequest) -> Result<Vec<ActionView>, Failure> {
        let governed = &copilot.governed;
        let mut ids = request.ids;
        // The last thing that was done is taken back first.
        ids.sort();
        ids.dedup();
        let (mut batch, mut proposed) = (None, Vec::new());
        for id in ids.into_iter().rev() {
            let action = match governed.undo(id, batch).await {
                Ok(action) => action,
                Err(stop) => {
                    // All of it or nothing: half a way back waits for nobody.
                    for ActionView { id, .. } in &proposed {
                        governed.reject(*id, "Not all of it can be undone.").await?;
                    }
                    return Err(stop.into());
                }
            };
            batch.get_or_insert(action.id);
            proposed.push(ActionView::from(&action));
        }
        Ok(proposed)
    }
}
