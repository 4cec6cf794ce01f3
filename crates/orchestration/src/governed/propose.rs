use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ActionId, Argument, Change, Confidentiality, Effect, Operation, Origin, Repeat, Role, SourceRef,
    SystemId, Taint,
};
use governance::approval::{CARD_LASTS_MS, Card, Line};
use governance::origin::{self, Attributed, Piece, Seen};
use governance::policy::{Deciding, Decision, Facts, Layer, Proposer, Verdict};
use integration::{Candidate, How, Matched, Preview, Record};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::granting::Granted;
use super::{Action, Governed, Raw, Shown, Stop, System};
use crate::journal::{self, Entry, Event, Judgement, Terms};

/// What somebody wants done.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// In which system.
    pub system: SystemId,
    /// Name of the operation.
    pub operation: String,
    /// Its arguments.
    pub arguments: BTreeMap<String, Value>,
    /// The record that is acted on, in words; nothing where the arguments name it.
    pub record: Option<String>,
    /// Who wants it.
    pub proposer: Proposer,
    /// Why, in their own words.
    pub reason: Option<String>,
    /// What led to it.
    pub context: Context,
    /// The first of those that are proposed together.
    pub batch: Option<ActionId>,
}

/// How a record was found that somebody named in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meant {
    /// What they said.
    pub words: String,
    /// How it was found: `id`, `title`, the name of a field, or `person` where somebody picked it among several.
    pub by: String,
    /// The others that came near, best first.
    pub runners_up: Vec<Near>,
}

/// A record that could be meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// Its id in the system.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// How well the words fit its title, from 0 to 1.
    pub score: f64,
    /// What else tells it from others, as field and value.
    #[serde(default)]
    pub about: Vec<(String, String)>,
}

/// Records that are close to what somebody named in words. Nothing is prepared before a person says which is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Which {
    /// What they said.
    pub words: String,
    /// Those it could be, best first.
    pub candidates: Vec<Near>,
}

impl From<Candidate> for Near {
    fn from(candidate: Candidate) -> Self {
        Self {
            id: candidate.target.id,
            title: candidate.title,
            score: candidate.score,
            about: candidate.about,
        }
    }
}

/// What led to a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The join of all of it.
    pub taint: Taint,
    /// What the person said themselves.
    pub words: Vec<String>,
    /// Whole fields that were in view, with where they were read.
    pub fields: Vec<(SourceRef, String)>,
    /// Texts that were in view.
    pub texts: Vec<(SourceRef, String)>,
}

impl Context {
    /// Nothing but the person's own hand: what is proposed was typed or picked by them.
    pub fn of_person() -> Self {
        Self {
            taint: Taint::user(),
            words: Vec::new(),
            fields: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// The arguments, each with where it was seen.
    pub(super) fn seen(
        &self,
        proposer: &Proposer,
        arguments: &BTreeMap<String, Value>,
    ) -> BTreeMap<String, Argument> {
        self.given(proposer, arguments).arguments
    }

    /// The same, with the words that each was seen in.
    fn given(&self, proposer: &Proposer, arguments: &BTreeMap<String, Value>) -> Given {
        let mut given = Given::default();
        for (name, value) in arguments {
            let Attributed { origin, quote } = self.attributed(proposer, value);
            let value = value.clone();
            let pieces = match (&origin, &value) {
                (Origin::User, _) => Vec::new(),
                (_, Value::String(text)) => self.pieces(text),
                _ => Vec::new(),
            };
            if !pieces.is_empty() {
                given.pieces.insert(name.clone(), pieces);
            }
            given.arguments.insert(name.clone(), Argument { value, origin });
            given.quotes.extend(quote.map(|quote| (name.clone(), quote)));
        }
        given
    }

    fn attributed(&self, proposer: &Proposer, value: &Value) -> Attributed {
        if *proposer == Proposer::Person && self.texts.is_empty() && self.fields.is_empty() {
            return Attributed::user(None);
        }
        let (words, fields, texts) = self.in_view();
        origin::attribute(value, &words, &fields, &texts)
    }

    /// Which of the words of a text were in view too.
    fn pieces(&self, text: &str) -> Vec<Piece> {
        let (words, fields, texts) = self.in_view();
        origin::pieces(text, &words, &fields, &texts)
    }

    fn in_view(&self) -> (Vec<&str>, Vec<Seen<'_>>, Vec<Seen<'_>>) {
        (
            self.words.iter().map(String::as_str).collect(),
            self.fields.iter().map(seen_of).collect(),
            self.texts.iter().map(seen_of).collect(),
        )
    }
}

/// The arguments of a proposal, and how the person is shown where they come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// Each with where it was seen.
    pub(super) arguments: BTreeMap<String, Argument>,
    /// The words that it was seen in, by name of the argument.
    pub(super) quotes: BTreeMap<String, String>,
    /// Which of its words were seen somewhere else, by name of the argument.
    pub(super) pieces: BTreeMap<String, Vec<Piece>>,
    /// How the record was found that is acted on.
    pub(super) meant: Option<Meant>,
    /// What this takes the place of, as it will be then, and what is said of that in the audit.
    pub(super) instead_of: Option<(Box<Action>, &'static str)>,
}

impl Given {
    /// As they were given for an earlier proposal.
    pub(super) fn of(action: &Action) -> Self {
        Self {
            arguments: action.effect.arguments.clone(),
            quotes: action.shown.quotes.clone(),
            pieces: action.shown.pieces.clone(),
            meant: action.shown.meant.clone(),
            instead_of: None,
        }
    }
}

fn seen_of((source, text): &(SourceRef, String)) -> Seen<'_> {
    Seen {
        source: source.clone(),
        text,
    }
}

impl Governed {
    /// Looks at the record as it is now, judges, and keeps what would be done, with its card where a person is asked.
    /// Nothing is sent that changes anything. What policy denies is kept too, and so is a question which of several records
    /// is meant ([`Shown::which`]): nothing is prepared before a person says it ([`Governed::pick`]).
    ///
    /// # Errors
    /// When the system can't be asked, or the arguments do not fit its description, or nothing could be kept.
    pub async fn propose(&self, proposal: Proposal) -> Result<Action, Stop> {
        let given = proposal.context.given(&proposal.proposer, &proposal.arguments);
        self.propose_as_seen(proposal, given).await
    }

    /// The same, where it is known already where the arguments were seen.
    pub(super) async fn propose_as_seen(&self, proposal: Proposal, mut given: Given) -> Result<Action, Stop> {
        let system = self.system(&proposal.system).await?;
        let described = system.connection.description().operation(&proposal.operation);
        let operation = described
            .ok_or_else(|| integration::Trouble::Operation {
                system: proposal.system.clone(),
                operation: proposal.operation.clone(),
            })?
            .operation
            .clone();
        if let Some(words) = &proposal.record {
            let found = self.meant(&system, &operation, words, proposal.context.taint.confidentiality);
            match found.await? {
                Found::One(target, argument, meant) => {
                    given.arguments.insert(target, argument);
                    given.meant = Some(meant);
                }
                Found::Several(target, which) => {
                    // What could be proposed for none of them is refused at once: arguments that do not fit, or a credential.
                    let first = which.candidates.first().map(|near| near.id.as_str());
                    let first = first.ok_or_else(|| Stop::NoRecord(which.words.clone()))?;
                    let mut tried = untargeted(&proposal, &operation, &given);
                    tried.arguments.insert(
                        target,
                        Argument {
                            value: Value::from(first),
                            origin: Origin::User,
                        },
                    );
                    system.connection.unseen(&tried)?;
                    return self.question(&system, &operation, proposal, given, which).await;
                }
            }
        }
        let effect = untargeted(&proposal, &operation, &given);
        // A look asks the system about what was named. What never leaves this machine does not leave it by that either.
        let preview = match proposal.context.taint.confidentiality {
            Confidentiality::Secret => system.connection.unseen(&effect)?,
            _ => system.connection.preview(&effect).await?,
        };
        self.judged(&system, &operation, proposal, preview, given).await
    }

    /// Keeps the question which of several records is meant. It waits like a card and is none: there is no request that
    /// somebody could say yes to.
    async fn question(
        &self,
        system: &System,
        operation: &Operation,
        proposal: Proposal,
        mut given: Given,
        which: Which,
    ) -> Result<Action, Stop> {
        let clock = self.now();
        let verdict = Verdict {
            decision: Decision::Ask,
            deciding: vec![Deciding {
                policy: Deciding::WHICH_RECORD.to_owned(),
                layer: Layer::Baseline,
                why: "More than one record is close to what was said, and only you can say which is meant."
                    .to_owned(),
            }],
            obligations: BTreeSet::new(),
            policy_digest: self.policies.digest(),
        };
        let effect = untargeted(&proposal, operation, &given);
        let account = system.connection.account().address.clone();
        let instead_of = given.instead_of.take();
        let shown = Shown {
            which: Some(which),
            ..shown(system, operation, &proposal, given, account)
        };
        let new = New {
            effect,
            verdict,
            shown,
            instead_of,
        };
        self.keep_new(operation, &proposal, new, clock).await
    }

    /// The argument that names the record which is acted on, with the record that words mean.
    async fn meant(
        &self,
        system: &System,
        operation: &Operation,
        words: &str,
        confidentiality: Confidentiality,
    ) -> Result<Found, Stop> {
        let name = target_of(operation).ok_or_else(|| Stop::NoRecord(words.to_owned()))?;
        let found = system
            .connection
            .matching(&operation.kind, words, confidentiality);
        match found.await? {
            Matched::One {
                record,
                how,
                runners_up,
            } => {
                let argument = Argument {
                    value: Value::String(record.id.clone()),
                    // The person's words led to it, and the card shows how.
                    origin: Origin::User,
                };
                let meant = Meant {
                    words: system.connection.scrubbed(words),
                    by: match how {
                        How::Id => "id".to_owned(),
                        How::Field { name } => name,
                        How::Words => "title".to_owned(),
                    },
                    runners_up: runners_up.into_iter().map(Near::from).collect(),
                };
                Ok(Found::One(name, argument, meant))
            }
            Matched::Question { candidates } => {
                let words = system.connection.scrubbed(words);
                let candidates = candidates.into_iter().map(Near::from).collect();
                Ok(Found::Several(name, Which { words, candidates }))
            }
            Matched::Nothing => Err(Stop::NoRecord(words.to_owned())),
        }
    }

    async fn judged(
        &self,
        system: &System,
        operation: &Operation,
        proposal: Proposal,
        preview: Preview,
        mut given: Given,
    ) -> Result<Action, Stop> {
        let effect = preview.effect.clone();
        let taint = &proposal.context.taint;
        let together = match proposal.batch {
            Some(first) => self.book.batch(first).await?.len(),
            None => 0,
        };
        let count = u32::try_from(together.saturating_add(1)).unwrap_or(u32::MAX);
        let situation = self.situation(system, &effect, &proposal.proposer, taint, count);
        let facts = Facts::of(&effect, operation, &situation);
        let mut verdict = self.policies.judge(&facts);
        let clock = self.now();
        let (mut grant, mut unused_grant) = (None, None);
        if verdict.decision == Decision::Ask {
            match self
                .granted(&effect, &situation.account, &facts, clock.wall)
                .await?
            {
                Granted::By(id) => {
                    let with = self.allowed_beforehand(facts.clone());
                    if with.decision == Decision::Allow {
                        verdict = with;
                        grant = Some(id);
                    }
                }
                Granted::But(why) => unused_grant = Some(why),
                Granted::No => {}
            }
        }
        let expires = clock.wall.saturating_add(CARD_LASTS_MS);
        let card = match verdict.decision {
            Decision::Ask => {
                let line = Line::new(&effect, &situation.account, &facts, &verdict)?;
                Some(Card::new(
                    vec![line],
                    self.policies.digest(),
                    clock.wall,
                    expires,
                )?)
            }
            Decision::Allow | Decision::Deny => None,
        };
        let record = preview.record.as_ref();
        let instead_of = given.instead_of.take();
        let shown = Shown {
            title: record.and_then(|record| record.title().map(str::to_owned)),
            edited: record.and_then(Record::edited),
            unchanged: unchanged(record, &preview.changes),
            changes: preview.changes,
            message: preview.message,
            card,
            grant,
            unused_grant,
            request_hash: preview.request_hash,
            raw: preview.raw,
            ..shown(system, operation, &proposal, given, situation.account)
        };
        let new = New {
            effect,
            verdict,
            shown,
            instead_of,
        };
        self.keep_new(operation, &proposal, new, clock).await
    }

    /// Keeps something new, at the place in the journal where its verdict puts it.
    async fn keep_new(
        &self,
        operation: &Operation,
        proposal: &Proposal,
        new: New,
        clock: journal::Clock,
    ) -> Result<Action, Stop> {
        let New {
            effect,
            verdict,
            shown,
            instead_of,
        } = new;
        let terms = Terms {
            repeat: operation.repeat,
            looks: looks(operation),
            expires: clock.wall.saturating_add(CARD_LASTS_MS),
        };
        let judgement = match verdict.decision {
            Decision::Allow => Judgement::Allow,
            Decision::Ask => Judgement::Ask,
            Decision::Deny => Judgement::Deny,
        };
        let entry = Entry::new(terms)
            .after(Event::Judged(judgement), clock)
            .map_err(|_| Stop::Elsewhere("not a proposal"))?;
        let mut action = Action {
            id: ActionId(0),
            batch: proposal.batch,
            entry,
            shown,
            effect,
            verdict,
            approval: None,
            outcome: None,
            key: None,
            created: clock.wall,
            arrows: 0,
        };
        let noted = self.noted(&action, "proposed");
        action.id = match instead_of {
            None => self.book.add(&action, noted).await?,
            Some((old, what)) => {
                let old = (&*old, self.noted(&old, what));
                let kept = self.book.replace(old, (&action, noted)).await?;
                kept.ok_or(Stop::Elsewhere("decided already"))?
            }
        };
        self.tell_change();
        Ok(action)
    }
}

/// Something new, before it is kept.
struct New {
    effect: Effect,
    verdict: Verdict,
    shown: Shown,
    instead_of: Option<(Box<Action>, &'static str)>,
}

/// A record that words mean.
enum Found {
    /// The argument that names it, its value, and how it was found.
    One(String, Argument, Meant),
    /// Only a person can say: the argument that will name it, and those it could be.
    Several(String, Which),
}

/// The argument that names the record which is acted on.
pub(super) fn target_of(operation: &Operation) -> Option<String> {
    let targets = operation.parameters.iter();
    let mut targets = targets.filter(|(_, parameter)| parameter.role == Role::Target && parameter.required);
    // Where an operation names two records, `id` is the one that is acted on.
    match operation.parameters.get("id") {
        Some(own) if own.role == Role::Target => Some("id".to_owned()),
        _ => targets.next().map(|(name, _)| name.clone()),
    }
}

/// What is wanted, before the record that is acted on was looked at.
fn untargeted(proposal: &Proposal, operation: &Operation, given: &Given) -> Effect {
    Effect {
        system: proposal.system.clone(),
        operation: proposal.operation.clone(),
        definition: operation.definition.clone(),
        target: None,
        arguments: given.arguments.clone(),
    }
}

/// What can be shown of a proposal before anything was looked at.
fn shown(
    system: &System,
    operation: &Operation,
    proposal: &Proposal,
    given: Given,
    account: String,
) -> Shown {
    let scrubbed = |words: &str| system.connection.scrubbed(words);
    let quotes = given.quotes.into_iter();
    let mut pieces = given.pieces;
    for piece in pieces.values_mut().flatten() {
        piece.quote = scrubbed(&piece.quote);
    }
    Shown {
        summary: operation.summary.clone(),
        account,
        system_title: system.title.clone(),
        kind: operation.kind.clone(),
        side_effect: operation.side_effect,
        title: None,
        meant: given.meant,
        which: None,
        changes: Vec::new(),
        quotes: quotes.map(|(name, quote)| (name, scrubbed(&quote))).collect(),
        pieces,
        edited: None,
        unchanged: 0,
        message: None,
        proposer: proposal.proposer.clone(),
        reason: proposal.reason.as_deref().map(scrubbed),
        context: proposal.context.taint.clone(),
        undo: operation.undo,
        card: None,
        grant: None,
        unused_grant: None,
        request_hash: String::new(),
        raw: Raw::default(),
    }
}

/// Whether the system can be asked what became of a request: by its mark, or by the record that is changed.
fn looks(operation: &Operation) -> bool {
    let targets = operation
        .parameters
        .values()
        .any(|parameter| parameter.role == Role::Target);
    targets || matches!(operation.repeat, Repeat::Marked { .. })
}

/// Fields of a record that have a value and keep it.
fn unchanged(record: Option<&Record>, changes: &[Change]) -> u32 {
    let fields = record.map(|record| &record.fields);
    let kept = fields
        .into_iter()
        .flatten()
        .filter(|(name, value)| !value.is_null() && !changes.iter().any(|change| change.field == **name));
    u32::try_from(kept.count()).unwrap_or(u32::MAX)
}
