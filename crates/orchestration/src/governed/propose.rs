use std::collections::BTreeMap;

use domain::{
    ActionId, Argument, Change, Confidentiality, Effect, Operation, Origin, Repeat, Role, SourceRef,
    SystemId, Taint,
};
use governance::approval::{CARD_LASTS_MS, Card, Line};
use governance::origin::{self, Seen};
use governance::policy::{Decision, Facts, Proposer};
use integration::{Candidate, How, Matched, Preview, Record};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::granting::Granted;
use super::{Action, Governed, Shown, Stop, System};
use crate::journal::{Entry, Event, Judgement, Terms};

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
    /// How it was found: by its id, by this field, or by its title.
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
}

impl From<Candidate> for Near {
    fn from(candidate: Candidate) -> Self {
        Self {
            id: candidate.target.id,
            title: candidate.title,
            score: candidate.score,
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
        let each = arguments.iter().map(|(name, value)| {
            let origin = self.origin(proposer, value);
            let value = value.clone();
            (name.clone(), Argument { value, origin })
        });
        each.collect()
    }

    fn origin(&self, proposer: &Proposer, value: &Value) -> Origin {
        if *proposer == Proposer::Person && self.texts.is_empty() && self.fields.is_empty() {
            return Origin::User;
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let fields: Vec<Seen<'_>> = self.fields.iter().map(seen_of).collect();
        let texts: Vec<Seen<'_>> = self.texts.iter().map(seen_of).collect();
        origin::attribute(value, &words, &fields, &texts)
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
    /// Nothing is sent that changes anything. What policy denies is kept too.
    ///
    /// # Errors
    /// When the system can't be asked, or the arguments do not fit its description, or nothing could be kept.
    pub async fn propose(&self, proposal: Proposal) -> Result<Action, Stop> {
        let arguments = proposal.context.seen(&proposal.proposer, &proposal.arguments);
        self.propose_as_seen(proposal, arguments).await
    }

    /// The same, where it is known already where the arguments were seen.
    pub(super) async fn propose_as_seen(
        &self,
        proposal: Proposal,
        mut arguments: BTreeMap<String, Argument>,
    ) -> Result<Action, Stop> {
        let system = self.system(&proposal.system).await?;
        let described = system.connection.description().operation(&proposal.operation);
        let operation = described
            .ok_or_else(|| integration::Trouble::Operation {
                system: proposal.system.clone(),
                operation: proposal.operation.clone(),
            })?
            .operation
            .clone();
        let meant = match &proposal.record {
            Some(words) => {
                let (target, meant) = self
                    .meant(&system, &operation, words, proposal.context.taint.confidentiality)
                    .await?;
                arguments.insert(target, meant.0);
                Some(meant.1)
            }
            None => None,
        };
        let effect = Effect {
            system: proposal.system.clone(),
            operation: proposal.operation.clone(),
            definition: operation.definition.clone(),
            target: None,
            arguments,
        };
        // A look asks the system about what was named. What never leaves this machine does not leave it by that either.
        let preview = match proposal.context.taint.confidentiality {
            Confidentiality::Secret => system.connection.unseen(&effect)?,
            _ => system.connection.preview(&effect).await?,
        };
        self.judged(&system, &operation, proposal, preview, meant).await
    }

    /// The argument that names the record which is acted on, with the record that words mean.
    async fn meant(
        &self,
        system: &System,
        operation: &Operation,
        words: &str,
        confidentiality: Confidentiality,
    ) -> Result<(String, (Argument, Meant)), Stop> {
        let targets = operation.parameters.iter();
        let mut targets =
            targets.filter(|(_, parameter)| parameter.role == Role::Target && parameter.required);
        // Where an operation names two records, `id` is the one that is acted on.
        let name = match operation.parameters.get("id") {
            Some(own) if own.role == Role::Target => Some("id".to_owned()),
            _ => targets.next().map(|(name, _)| name.clone()),
        };
        let name = name.ok_or_else(|| Stop::NoRecord(words.to_owned()))?;
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
                    words: words.to_owned(),
                    by: match how {
                        How::Id => "id".to_owned(),
                        How::Field { name } => name,
                        How::Words => "title".to_owned(),
                    },
                    runners_up: runners_up.into_iter().map(Near::from).collect(),
                };
                Ok((name, (argument, meant)))
            }
            Matched::Question { candidates } => Err(Stop::WhichRecord {
                words: words.to_owned(),
                candidates: candidates.into_iter().map(Near::from).collect(),
            }),
            Matched::Nothing => Err(Stop::NoRecord(words.to_owned())),
        }
    }

    async fn judged(
        &self,
        system: &System,
        operation: &Operation,
        proposal: Proposal,
        preview: Preview,
        meant: Option<Meant>,
    ) -> Result<Action, Stop> {
        let effect = preview.effect.clone();
        let taint = proposal.context.taint;
        let together = match proposal.batch {
            Some(first) => self.book.batch(first).await?.len(),
            None => 0,
        };
        let count = u32::try_from(together.saturating_add(1)).unwrap_or(u32::MAX);
        let situation = self.situation(system, &effect, &proposal.proposer, &taint, count);
        let mut facts = Facts::of(&effect, operation, &situation);
        let mut verdict = self.policies.judge(&facts);
        let clock = self.now();
        let (mut grant, mut unused_grant) = (None, None);
        if verdict.decision == Decision::Ask {
            match self
                .granted(&effect, &situation.account, &facts, clock.wall)
                .await?
            {
                Granted::By(id) => {
                    facts.granted = true;
                    let with = self.policies.judge(&facts);
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
        let terms = Terms {
            repeat: operation.repeat,
            looks: looks(operation),
            expires,
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
            shown: Shown {
                summary: operation.summary.clone(),
                system_title: system.title.clone(),
                kind: operation.kind.clone(),
                side_effect: operation.side_effect,
                account: situation.account,
                title: preview
                    .record
                    .as_ref()
                    .and_then(|record| record.title().map(str::to_owned)),
                meant,
                unchanged: unchanged(preview.record.as_ref(), &preview.changes),
                changes: preview.changes,
                message: preview.message,
                proposer: proposal.proposer,
                reason: proposal.reason.map(|words| system.connection.scrubbed(&words)),
                context: taint,
                undo: operation.undo,
                card,
                grant,
                unused_grant,
                request_hash: preview.request_hash,
                raw: preview.raw,
            },
            effect,
            verdict,
            approval: None,
            outcome: None,
            key: None,
            created: clock.wall,
            arrows: 0,
        };
        action.id = self.book.add(&action, self.noted(&action, "proposed")).await?;
        self.tell_change();
        Ok(action)
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
