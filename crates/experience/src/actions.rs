//! What faces see of the governed path: proposals with their cards, what was allowed beforehand, and receipts.
//!
//! All words here are made from what would be sent and from the live record. Of whoever proposes something there is only
//! the reason, marked as theirs.

use std::fmt;

use domain::{ActionId, Change, Integrity, Origin, SideEffect, SourceRef, Undo};
use governance::grants::Bound;
use governance::policy::{Decision, Layer, Obligation, Proposer};
use orchestration::governed::{Action, Held, Meant, Message, Near, Raw, Shared, Stop, word};
use orchestration::journal::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Failure, Fault};

/// Something that was proposed, in every state that it can be in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ActionView {
    /// Its id.
    pub id: ActionId,
    /// The first of those that were proposed together with it, if it is not the first itself.
    pub batch: Option<ActionId>,
    /// What would be done, in one sentence: a verb, a count, a record and a system.
    pub sentence: String,
    /// Name of the connection.
    pub system: String,
    /// What people call it.
    pub system_title: String,
    /// Name of the operation.
    pub operation: String,
    /// What the operation does, in the words of its description.
    pub summary: String,
    /// What it does to the world: `draft`, `write`, `send`, `destructive`.
    pub side_effect: String,
    /// Through which account.
    pub account: String,
    /// The record that is acted on; nothing where one is made.
    pub record: Option<RecordView>,
    /// Where it stands.
    pub state: ActionState,
    /// What a person is to know about that, in a sentence.
    pub state_words: String,
    /// Who proposed it.
    pub proposer: ProposerView,
    /// Why, in the proposer's own words.
    pub reason: Option<String>,
    /// What the rules said.
    pub verdict: VerdictView,
    /// Each field before and after.
    pub changes: Vec<ChangeView>,
    /// So many other fields stay as they are.
    pub unchanged: u32,
    /// The message as those who get it will see it.
    pub message: Option<MessageView>,
    /// How it can be taken back.
    pub undo: Option<UndoView>,
    /// Texts that somebody else wrote and that led to this.
    pub outside: Vec<SourceView>,
    /// The permission by which it was done without asking.
    pub grant: Option<String>,
    /// Why a permission was not used.
    pub unused_grant: Option<String>,
    /// The request as it would be sent.
    pub raw: RawView,
    /// SHA-256 of the request, in hex.
    pub request_hash: String,
    /// Milliseconds since 1970; the record was read then.
    pub created: i64,
    /// Until when it can be decided, in milliseconds since 1970.
    pub expires: i64,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub approved_at: Option<i64>,
    /// What became of it.
    pub outcome: Option<OutcomeView>,
    /// How often sending was begun.
    pub attempts: u32,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ActionState {
    /// The rules forbid it.
    Denied,
    /// A person decides.
    Awaiting,
    /// A person said no, or the record changed.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// It will be sent.
    Approved,
    /// It is being sent.
    Dispatching,
    /// It happened.
    Succeeded,
    /// It did not happen.
    Failed,
    /// It is being found out whether it happened.
    Unknown,
    /// Only a person can find out whether it happened.
    NeedsPerson,
}

/// A record of a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecordView {
    /// Its kind in one word: `deal`.
    pub kind: String,
    /// Its id in the system.
    pub id: String,
    /// What people call it.
    pub title: Option<String>,
    /// Its version when it was looked at.
    pub version: Option<String>,
    /// How it was found, where somebody named it in words.
    pub meant: Option<MeantView>,
}

/// How a record was found that somebody named in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MeantView {
    /// What they said.
    pub words: String,
    /// How it was found, in a sentence.
    pub how: String,
    /// The others that came near, best first.
    pub runners_up: Vec<NearView>,
}

/// A record that could be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NearView {
    /// Its id in the system.
    pub id: String,
    /// What people call it.
    pub title: String,
}

/// Who proposes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ProposerView {
    /// `person`, `workflow` or `model`.
    pub kind: String,
    /// The name of a workflow or model.
    pub name: Option<String>,
}

/// What the rules said, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct VerdictView {
    /// `allow`, `ask` or `deny`.
    pub decision: String,
    /// What a person would ask: `Why am I asked?`
    pub question: String,
    /// The rules that decided.
    pub rules: Vec<RuleView>,
    /// What the card needs, a sentence each.
    pub needs: Vec<String>,
    /// It is a warning.
    pub red: bool,
    /// The word that has to be typed.
    pub word: Option<String>,
    /// Somebody else has to sign too.
    pub second_signature: bool,
    /// Digest of all rules.
    pub policy: String,
}

/// A rule that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleView {
    /// Its name.
    pub name: String,
    /// Why, in a sentence.
    pub why: String,
    /// Whose it is: `baseline`, `default` or `company`.
    pub layer: String,
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChangeView {
    /// Its name in the system.
    pub field: String,
    /// Its name in words.
    pub label: String,
    /// What stands there now; nothing if it is empty.
    pub before: Option<String>,
    /// What will stand there; nothing if it is cleared.
    pub after: Option<String>,
    /// The value that is proposed, as it is edited: JSON.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Value,
    /// Where the value comes from.
    pub origin: Option<OriginView>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OriginView {
    /// `user`, `field`, `within` (inside a text that somebody else wrote) or `nowhere`.
    pub kind: String,
    /// Where it was read.
    pub source: Option<SourceView>,
}

/// Where something was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SourceView {
    /// `mail`, `file`, `record`, `tool`.
    pub kind: String,
    /// Which one: a path, an id, an address.
    pub object: String,
    /// Which characters of it, from and to.
    pub span: Option<(u32, u32)>,
}

/// A message as those who get it will see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MessageView {
    /// To whom.
    pub to: Vec<String>,
    /// To whom a copy.
    pub cc: Vec<String>,
    /// To whom a copy that the others do not see.
    pub bcc: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Words.
    pub body: String,
    /// Names of attachments.
    pub attachments: Vec<String>,
}

/// How something can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum UndoView {
    /// The old values are kept.
    Restorable,
    /// Something else can make up for it.
    Compensable,
    /// Not at all.
    Irreversible,
}

/// A request as it would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RawView {
    /// HTTP method.
    pub method: String,
    /// The whole address.
    pub address: String,
    /// The version of the record that the system compares with.
    pub condition: Option<String>,
    /// The body, JSON over several lines.
    pub body: Option<String>,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OutcomeView {
    /// In words.
    pub words: String,
    /// Id of the record that the system answered with.
    pub record: Option<String>,
    /// Whether reading back showed what was sent; nothing where it could not be read.
    pub as_sent: Option<bool>,
    /// What stands there instead.
    pub differs: Vec<ChangeView>,
}

/// What a person decides about at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CardView {
    /// What is left would do, in one sentence.
    pub sentence: String,
    /// The proposals, in the order they would be done.
    pub actions: Vec<ActionView>,
    /// Those that are struck out.
    pub struck: Vec<ActionId>,
    /// Digest of what is left; it comes back with the click. Nothing when everything is struck out.
    pub digest: Option<String>,
    /// The label of the button: `Approve 4 of 6`.
    pub approve: String,
    /// The word that has to be typed.
    pub word: Option<String>,
    /// Until when it can be decided, in milliseconds since 1970.
    pub expires: i64,
}

/// What a proposal led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Proposed {
    /// It is kept.
    Action {
        /// As it is.
        action: Box<ActionView>,
    },
    /// Several records are close, and only the person can say. Nothing was prepared.
    Which {
        /// What was said.
        words: String,
        /// Those it could be, best first.
        candidates: Vec<NearView>,
    },
}

/// What an approval led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Decided {
    /// It counts; each as it is now, at its end or on the way there.
    Approved {
        /// The proposals.
        actions: Vec<ActionView>,
    },
    /// A record changed, so that nothing was sent.
    Changed {
        /// The proposal as it would be now, with a card of its own.
        fresh: Box<ActionView>,
    },
}

/// Something that a person allowed beforehand.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GrantView {
    /// Its name.
    pub id: String,
    /// In words.
    pub words: String,
    /// Name of the connection.
    pub system: String,
    /// Name of the operation.
    pub operation: String,
    /// Through which account.
    pub account: String,
    /// Each argument with what it may be, in words.
    pub bounds: Vec<(String, String)>,
    /// So many changes in all.
    pub count: u32,
    /// So many were used.
    pub used: u32,
    /// From when, in milliseconds since 1970.
    pub from: i64,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// The person took it back.
    pub revoked: bool,
    /// It still counts: not taken back, not used up, not over, under the rules of now.
    pub active: bool,
    /// The proposal that it was made from.
    pub action: ActionId,
}

/// What may be allowed beforehand after a proposal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OfferView {
    /// Why nothing can be.
    pub refused: Option<String>,
    /// Each argument of the proposal.
    pub arguments: Vec<OfferArgument>,
}

/// An argument of a proposal that may be allowed beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OfferArgument {
    /// Its name.
    pub name: String,
    /// Its name in words.
    pub label: String,
    /// Its value in words.
    pub value: String,
    /// It can be bounded by a largest amount instead of this very value.
    pub amount: bool,
}

/// Everything that is known of an action, for good.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Receipt {
    /// The action as it is kept; nothing once it was erased. The rows stay.
    pub action: Option<ActionView>,
    /// What happened to it, in order, each a row of the audit.
    pub rows: Vec<ReceiptRow>,
    /// All hashes of these rows are what their contents say.
    pub holds: bool,
}

/// A row of the audit about an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReceiptRow {
    /// Its number in the audit.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What happened, in a sentence.
    pub words: String,
    /// The event, in a word.
    pub event: String,
    /// Its hash, in hex.
    pub hash: String,
    /// Hash of the row before it.
    pub prev: String,
    /// The whole row, canonical JSON.
    pub body: String,
}

/// One thing that happened, for a timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Happening {
    /// Number of its first row in the audit.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// `action`, `answer`, `grant`, `system`, `stop` or another kind of row.
    pub kind: String,
    /// In a sentence.
    pub words: String,
    /// What was decided or became of it, in a few words.
    pub result: String,
    /// The action, if it is about one.
    pub action: Option<ActionId>,
    /// Its state.
    pub state: Option<ActionState>,
}

impl From<State> for ActionState {
    fn from(state: State) -> Self {
        match state {
            // A proposal is judged before it is kept.
            State::Proposed | State::Awaiting => Self::Awaiting,
            State::Denied => Self::Denied,
            State::Rejected => Self::Rejected,
            State::Expired => Self::Expired,
            State::Approved => Self::Approved,
            State::Dispatching { .. } => Self::Dispatching,
            State::Succeeded => Self::Succeeded,
            State::Failed => Self::Failed,
            State::Unknown => Self::Unknown,
            State::NeedsPerson => Self::NeedsPerson,
        }
    }
}

impl From<&Action> for ActionView {
    fn from(action: &Action) -> Self {
        let shown = &action.shown;
        let effect = &action.effect;
        let explained = action.verdict.explain();
        let line = shown.card.as_ref().and_then(|card| card.lines().first());
        let typed = |line: &&governance::approval::Line| line.needs.contains(&Obligation::TypedWord);
        let has = |need: Obligation| action.verdict.obligations.contains(&need);
        let record = effect.target.as_ref().map(|target| RecordView {
            kind: one_word(&target.kind),
            id: target.id.clone(),
            title: shown.title.clone(),
            version: target.version.clone(),
            meant: shown.meant.as_ref().map(MeantView::from),
        });
        let outside =
            |source: &&SourceRef| matches!(source.kind.as_str(), "mail" | "file" | "record" | "tool");
        let mut sources: Vec<SourceView> = Vec::new();
        if shown.context.integrity >= Integrity::Text {
            sources.extend(shown.context.sources.iter().filter(outside).map(SourceView::from));
        }
        let mut view = Self {
            id: action.id,
            batch: action.batch,
            sentence: String::new(),
            system: effect.system.to_string(),
            system_title: shown.system_title.clone(),
            operation: effect.operation.clone(),
            summary: shown.summary.clone(),
            side_effect: side_effect_word(shown.side_effect).to_owned(),
            account: shown.account.clone(),
            record,
            state: action.entry.state.into(),
            state_words: String::new(),
            proposer: ProposerView::from(&shown.proposer),
            reason: shown.reason.clone(),
            verdict: VerdictView {
                decision: match action.verdict.decision {
                    Decision::Allow => "allow",
                    Decision::Ask => "ask",
                    Decision::Deny => "deny",
                }
                .to_owned(),
                question: explained.question.to_owned(),
                rules: (action.verdict.deciding.iter())
                    .map(|rule| RuleView {
                        name: rule.policy.clone(),
                        why: rule.why.clone(),
                        layer: match rule.layer {
                            Layer::Baseline => "baseline",
                            Layer::Default => "default",
                            Layer::Company => "company",
                        }
                        .to_owned(),
                    })
                    .collect(),
                needs: explained.needs,
                red: has(Obligation::Red),
                word: line.filter(typed).map(|line| line.word.clone()),
                second_signature: has(Obligation::SecondSignature),
                policy: action.verdict.policy_digest.to_string(),
            },
            changes: shown
                .changes
                .iter()
                .map(|change| change_view(change, action))
                .collect(),
            unchanged: shown.unchanged,
            message: shown.message.as_ref().map(MessageView::from),
            undo: shown.undo.map(UndoView::from),
            outside: sources,
            grant: shown.grant.clone(),
            unused_grant: shown.unused_grant.clone(),
            raw: RawView::from(&shown.raw),
            request_hash: shown.request_hash.clone(),
            created: action.created,
            expires: action.entry.terms.expires,
            approved_by: action.approval.as_ref().map(|approval| approval.by().to_owned()),
            approved_at: action.approval.as_ref().map(governance::approval::Approval::at),
            outcome: action.outcome.as_ref().map(|told| OutcomeView {
                words: told.words.clone(),
                record: told.record.clone(),
                as_sent: told.as_sent,
                differs: told
                    .differs
                    .iter()
                    .map(|change| change_view(change, action))
                    .collect(),
            }),
            attempts: action.entry.attempts,
        };
        view.sentence = sentence(&view);
        view.state_words = state_words(&view);
        view
    }
}

/// What a card does, in one sentence with a verb, a count, a record and a system.
fn sentence(view: &ActionView) -> String {
    format!("{}.", clause(view))
}

fn clause(view: &ActionView) -> String {
    let system = if view.system_title.is_empty() {
        &view.system
    } else {
        &view.system_title
    };
    let kind = view.record.as_ref().map(|record| record.kind.clone());
    let named = match &view.record {
        Some(RecordView {
            title: Some(title), ..
        }) => format!(" “{title}”"),
        Some(RecordView { id, .. }) => format!(" {id}"),
        None => String::new(),
    };
    let on = |of: &str| match &kind {
        Some(kind) => format!("{of} the {kind}{named} in {system}"),
        None => format!("in {system}"),
    };
    let made = one_word(view.operation.rsplit_once('.').map_or("", |(kind, _)| kind));
    let verb = view.operation.rsplit('.').next().unwrap_or_default();
    match (view.side_effect.as_str(), &view.message, verb) {
        ("send", Some(message), _) => {
            let to = message.to.join(", ");
            let attached = match message.attachments.len() {
                0 => String::new(),
                1 => " with 1 attachment".to_owned(),
                many => format!(" with {many} attachments"),
            };
            let replies = if view.record.as_ref().is_some_and(|record| record.kind == "ticket") {
                format!("Reply to {to} on the ticket{named}")
            } else {
                format!("Send {to} 1 e-mail")
            };
            format!("{replies}{attached} from {system}")
        }
        ("destructive", _, _) => on("Delete"),
        (_, _, "update") => match view.changes.len() {
            0 => on("Change nothing on"),
            1 => on("Change 1 field on"),
            many => on(&format!("Change {many} fields on")),
        },
        (_, _, "create") => {
            let title = view
                .changes
                .iter()
                .find(|change| matches!(change.field.as_str(), "name" | "subject" | "title"));
            let title = title
                .and_then(|change| change.after.as_deref())
                .map(|own| format!(" “{own}”"));
            format!("Create the {made}{} in {system}", title.unwrap_or_default())
        }
        (_, _, "note") => on("Add an internal note to"),
        (_, _, "link") => on("Link a contact to"),
        (_, _, "unlink") => on("Take a contact off"),
        _ => format!("{} ({})", view.summary.trim_end_matches('.'), on("on")),
    }
}

/// What is left of a card, in one sentence.
fn card_sentence(left: &[&ActionView]) -> String {
    match left {
        [] => "Nothing is left on this card.".to_owned(),
        [one] => one.sentence.clone(),
        [first, .., last] if left.len() <= 3 => {
            let middle: Vec<String> = left
                .iter()
                .skip(1)
                .take(left.len().saturating_sub(2))
                .map(|view| lower_first(&clause(view)))
                .collect();
            let middle = if middle.is_empty() {
                String::new()
            } else {
                format!(", {}", middle.join(", "))
            };
            format!("{}{middle}, then {}.", clause(first), lower_first(&clause(last)))
        }
        many => {
            let system = many
                .first()
                .map(|view| view.system_title.as_str())
                .unwrap_or_default();
            let sends = many.iter().filter(|view| view.side_effect == "send").count();
            let changes = many.len().saturating_sub(sends);
            match (changes, sends) {
                (changes, 0) => format!("Make {changes} changes in {system}."),
                (0, sends) => format!("Send {sends} messages from {system}."),
                (changes, sends) => format!("Make {changes} changes in {system} and send {sends} messages."),
            }
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn state_words(view: &ActionView) -> String {
    let told = view.outcome.as_ref().map(|outcome| outcome.words.as_str());
    match view.state {
        ActionState::Denied => {
            let why: Vec<&str> = view.verdict.rules.iter().map(|rule| rule.why.as_str()).collect();
            format!("Denied by policy. {} Nothing was sent.", why.join(" "))
        }
        ActionState::Awaiting => "Waits for your decision.".to_owned(),
        ActionState::Rejected => format!("Nothing was sent. {}", told.unwrap_or_default())
            .trim()
            .to_owned(),
        ActionState::Expired => format!("{} Nothing was sent.", told.unwrap_or("Nobody decided in time.")),
        ActionState::Approved => match told {
            Some(told) => format!("Approved, and waits to be sent. {told}"),
            None => "Approved, and waits to be sent.".to_owned(),
        },
        ActionState::Dispatching => "Is being sent.".to_owned(),
        ActionState::Succeeded => told.unwrap_or("Done.").to_owned(),
        ActionState::Failed => format!("{} refused it. {}", view.system_title, told.unwrap_or_default())
            .trim()
            .to_owned(),
        ActionState::Unknown => format!(
            "{} did not answer. It is looked up before anything is sent again.",
            view.system_title
        ),
        ActionState::NeedsPerson => format!(
            "Nobody can tell whether it happened. Look in {} and say what you find.",
            view.system_title
        ),
    }
}

/// `crm.deals` is a `deal`.
fn one_word(kind: &str) -> String {
    let last = kind.rsplit('.').next().unwrap_or(kind).replace('_', " ");
    if let Some(stem) = last.strip_suffix("ies") {
        return format!("{stem}y");
    }
    last.strip_suffix('s').map(str::to_owned).unwrap_or(last)
}

/// `close_date` is `Close date`.
pub fn label(field: &str) -> String {
    let words = field.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A value as people read it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn change_view(change: &Change, action: &Action) -> ChangeView {
    let argument = action.effect.arguments.get(&change.field);
    ChangeView {
        label: label(&change.field),
        before: change.before.as_ref().map(plain),
        after: change.after.as_ref().map(plain),
        value: argument.map_or(Value::Null, |argument| argument.value.clone()),
        origin: argument.map(|argument| OriginView::from(&argument.origin)),
        field: change.field.clone(),
    }
}

fn side_effect_word(side_effect: SideEffect) -> &'static str {
    match side_effect {
        SideEffect::Read => "read",
        SideEffect::Draft => "draft",
        SideEffect::Write => "write",
        SideEffect::Send => "send",
        SideEffect::Destructive => "destructive",
    }
}

impl From<&Meant> for MeantView {
    fn from(meant: &Meant) -> Self {
        let how = match meant.by.as_str() {
            "id" => "These words are its number.".to_owned(),
            "title" => "These words are its title, or most of it.".to_owned(),
            field => format!(
                "Only this record has this value as its {}.",
                label(field).to_lowercase()
            ),
        };
        Self {
            words: meant.words.clone(),
            how,
            runners_up: meant.runners_up.iter().map(NearView::from).collect(),
        }
    }
}

impl From<&Near> for NearView {
    fn from(near: &Near) -> Self {
        Self {
            id: near.id.clone(),
            title: near.title.clone(),
        }
    }
}

impl From<&Proposer> for ProposerView {
    fn from(proposer: &Proposer) -> Self {
        let (kind, name) = match proposer {
            Proposer::Person => ("person", None),
            Proposer::Workflow(name) => ("workflow", Some(name.clone())),
            Proposer::Model(name) => ("model", Some(name.clone())),
        };
        Self {
            kind: kind.to_owned(),
            name,
        }
    }
}

impl From<&Origin> for OriginView {
    fn from(origin: &Origin) -> Self {
        let (kind, source) = match origin {
            Origin::User => ("user", None),
            Origin::Field { source } => ("field", Some(source)),
            Origin::Within { source } => ("within", Some(source)),
            Origin::Nowhere => ("nowhere", None),
        };
        Self {
            kind: kind.to_owned(),
            source: source.map(SourceView::from),
        }
    }
}

impl From<&SourceRef> for SourceView {
    fn from(source: &SourceRef) -> Self {
        Self {
            kind: source.kind.clone(),
            object: source.object.clone(),
            span: source.span,
        }
    }
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        Self {
            to: message.to.clone(),
            cc: message.cc.clone(),
            bcc: message.bcc.clone(),
            subject: message.subject.clone(),
            body: message.body.clone(),
            attachments: message.attachments.clone(),
        }
    }
}

impl From<Undo> for UndoView {
    fn from(undo: Undo) -> Self {
        match undo {
            Undo::Restorable => Self::Restorable,
            Undo::Compensable => Self::Compensable,
            Undo::Irreversible => Self::Irreversible,
        }
    }
}

impl From<&Raw> for RawView {
    fn from(raw: &Raw) -> Self {
        Self {
            method: raw.method.clone(),
            address: raw.address.clone(),
            condition: raw.condition.clone(),
            body: raw.body.as_ref().map(|body| format!("{body:#}")),
        }
    }
}

impl CardView {
    /// A card with some lines struck out.
    pub(crate) fn of(shared: &Shared, struck: &std::collections::BTreeSet<ActionId>) -> Self {
        let actions: Vec<ActionView> = shared.actions.iter().map(ActionView::from).collect();
        let left: Vec<&ActionView> = actions.iter().filter(|view| !struck.contains(&view.id)).collect();
        let approve = match (left.len(), actions.len()) {
            (1, 1) => "Approve".to_owned(),
            (2, 2) => "Approve both".to_owned(),
            (left, all) if left == all => format!("Approve all {all}"),
            (left, all) => format!("Approve {left} of {all}"),
        };
        Self {
            sentence: card_sentence(&left),
            word: left.iter().find_map(|view| view.verdict.word.clone()),
            approve,
            digest: shared.digest(struck).ok().map(|digest| digest.to_string()),
            expires: shared.card.expires(),
            struck: struck.iter().copied().collect(),
            actions,
        }
    }
}

impl GrantView {
    /// A grant as it counts at a moment, under the rules with a digest.
    pub(crate) fn of(held: &Held, policy: governance::audit::Digest, now: i64) -> Self {
        let grant = &held.grant;
        let left = held.used.count < grant.count;
        let bound = |bound: &Bound| match bound {
            Bound::Exactly(value) => plain(value),
            Bound::OneOf(values) => values.iter().map(plain).collect::<Vec<_>>().join(" or "),
            Bound::UpTo(most) => format!("up to {most}"),
        };
        Self {
            id: grant.id.clone(),
            words: held.words.clone(),
            system: grant.system.to_string(),
            operation: grant.operation.clone(),
            account: grant.account.clone(),
            bounds: (grant.arguments.iter())
                .map(|(name, own)| (label(name), bound(own)))
                .collect(),
            count: grant.count,
            used: held.used.count,
            from: grant.from,
            until: grant.until,
            revoked: grant.revoked,
            active: !grant.revoked
                && left
                && grant.policy == policy
                && (grant.from..grant.until).contains(&now),
            action: held.action,
        }
    }
}

/// What happened, in a sentence for a receipt. The words of events are those that `orchestration` notes.
pub(crate) fn event_words(event: &str, state: &str) -> String {
    let words = match (event, state) {
        ("proposed", "denied") => "Proposed, and denied by the rules.",
        ("proposed", "approved") => "Proposed, and allowed without asking.",
        ("proposed", _) => "Proposed. The rules ask a person.",
        ("approved", _) => "Approved by a person.",
        ("rejected", _) => "Denied by a person.",
        ("edited", _) => "Changed by a person before deciding; something else took its place.",
        ("void", _) => "The record changed, so the card was void. Nothing was sent.",
        ("dispatching", _) => "Sending began.",
        ("answered", "succeeded") => "The system says that it is done.",
        ("answered", "failed") => "The system refused it.",
        ("answered", "approved") => "The system did not take it; it is tried again later.",
        ("answered", _) => "The system did not answer.",
        ("looked", "succeeded") => "Looked up: it happened.",
        ("looked", "approved") => "Looked up: it did not happen; it can be sent again.",
        ("looked", _) => "Looked up: it could not be told.",
        ("read back", _) => "Read back.",
        ("refused", _) => "The guard refused it. Nothing was sent.",
        ("said", "succeeded") => "A person found that it happened.",
        ("said", _) => "A person found that it did not happen.",
        ("time", "expired") => "Nobody decided in time.",
        ("late", _) => "It could not be begun in time. Nothing was sent.",
        ("lost", _) => "The answer was lost on this machine, so that it has to be found out.",
        ("held back", _) => "Something that comes before it did not happen. Nothing was sent.",
        ("time", _) => "Found by a later start of Attaché.",
        ("read", "allowed") => "Read for a model.",
        ("read", _) => "The rules did not let this be read for a model. Nothing was asked.",
        ("granted", _) => "A permission was given.",
        ("revoked", _) => "A permission was taken back.",
        (other, _) => return label(other),
    };
    words.to_owned()
}

/// The word of a state, as faces know it.
pub fn state_word(state: State) -> &'static str {
    word(state)
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let message = stop.to_string();
        match stop {
            Stop::NoSystem(_) => Self::user(
                message,
                "Connect it first; the demo company is under Connections.",
            )
            .with_code("no_system"),
            Stop::NoAction(_) => Self::user(message, "Look at the list again.").with_code("gone"),
            Stop::Trouble(_) => Self::remote(message, "Nothing was sent that changes anything."),
            Stop::WhichRecord { candidates, .. } => {
                let named: Vec<String> = candidates
                    .iter()
                    .map(|near| format!("{} (`{}`)", near.title, near.id))
                    .collect();
                Self::user(message, format!("It could be: {}.", named.join(", "))).with_code("which")
            }
            Stop::NoRecord(_) => Self::user(message, "Use other words, or its number."),
            Stop::Card(_) => Self::user(message, "Look at the card again.").with_code("card"),
            Stop::Refused(_) | Stop::NotRead(_) | Stop::NoUndo(_) | Stop::NoGrant(_) => {
                Self::user(message, "")
            }
            Stop::Elsewhere(_) => Self::user(message, "Look at it again.").with_code("decided"),
            Stop::Changed { .. } => Self::user(message, "Look at the new card.").with_code("changed"),
            Stop::Unreached(_) => Self::environment(message, "Try again, or look under Connections."),
            Stop::Book(_) => Self::environment(message, "Look at the disk, then try again."),
            Stop::Unkept(_) => Self::environment(message, "Look at the disk; the rest goes on by itself."),
        }
    }
}

impl fmt::Display for ActionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "denied by policy",
            Self::Awaiting => "waiting for you",
            Self::Rejected => "not done",
            Self::Expired => "expired",
            Self::Approved => "approved",
            Self::Dispatching => "being sent",
            Self::Succeeded => "done",
            Self::Failed => "failed",
            Self::Unknown => "outcome unknown, checking",
            Self::NeedsPerson => "outcome unknown, you have to look",
        })
    }
}

impl Failure {
    fn remote(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            fault: Fault::Remote,
            ..Self::environment(message, hint)
        }
    }
}

/// The bounds of a grant, as a face gives them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BoundRequest {
    /// Which argument.
    pub name: String,
    /// The largest amount; the very value of the proposal if absent.
    pub up_to: Option<i64>,
}
