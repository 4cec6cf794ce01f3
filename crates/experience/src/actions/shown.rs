use std::fmt;

use domain::ActionId;
use serde::Serialize;
use serde_json::Value;

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
    /// The records that could be meant, where only the person can say; then nothing is prepared before they do.
    pub which: Option<WhichView>,
    /// Each field before and after.
    pub changes: Vec<ChangeView>,
    /// What else is given, which is neither a changed field nor the record.
    pub given: Vec<GivenView>,
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
    /// When it is looked up again what became of it, in milliseconds since 1970; nothing where nobody waits for that.
    pub next_look: Option<i64>,
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
    /// Who changed it last and when, as the system said when it was looked at.
    pub edited: Option<EditedView>,
}

/// Who changed a record last and when, as its system says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditedView {
    /// Who: a name or an address.
    pub by: Option<String>,
    /// When, as the system writes it.
    pub at: Option<String>,
}

/// Records that are close to what somebody named in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WhichView {
    /// What they said.
    pub words: String,
    /// The kind of record in one word: `deal`.
    pub kind: String,
    /// Those it could be, best first.
    pub candidates: Vec<NearView>,
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
    /// What else tells it from others, as field and value; may be empty.
    pub about: String,
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

/// Something that is given to an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GivenView {
    /// Its name in the system.
    pub name: String,
    /// Its name in words.
    pub label: String,
    /// Its value in words.
    pub value: String,
    /// Where the value comes from.
    pub origin: OriginView,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OriginView {
    /// `user`, `field`, `within` (inside a text that somebody else wrote) or `nowhere`.
    pub kind: String,
    /// Where it was read.
    pub source: Option<SourceView>,
    /// The words that it was seen in, as they stand there.
    pub quote: Option<String>,
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
    /// Which of them were seen somewhere else, in their order.
    pub pieces: Vec<PieceView>,
    /// Names of attachments.
    pub attachments: Vec<String>,
}

/// Some words of a text that were seen somewhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PieceView {
    /// From which character.
    pub start: u32,
    /// To which character.
    pub end: u32,
    /// Where they were seen.
    pub origin: OriginView,
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
