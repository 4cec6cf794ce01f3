use std::collections::BTreeMap;

use domain::{
    ActionId, Argument, Confidentiality, Effect, Operation, Origin, Repeat, Role, SourceRef, SystemId, Taint,
};
use governance::approval::{CARD_LASTS_MS, Card, Line};
use governance::origin::{self, Seen};
use governance::policy::{Decision, Facts, Proposer};
use integration::{Matched, Preview};
use serde_json::Value;

use super::{Action, Governed, Message, Shown, Stop, System};
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
    /// Who wants it.
    pub proposer: Proposer,
    /// Why, in their own words.
    pub reason: Option<String>,
    /// What led to it.
    pub context: Context,
    /// The first of those that are proposed together.
    pub batch: Option<ActionId>,
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
        let arguments = proposal.arguments.iter().map(|(name, value)| {
            let origin = proposal.context.origin(&proposal.proposer, value);
            let value = value.clone();
            (name.clone(), Argument { value, origin })
        });
        let arguments = arguments.collect();
        self.propose_as_seen(proposal, arguments).await
    }

    /// The same, where it is known already where the arguments were seen.
    pub(super) async fn propose_as_seen(
        &self,
        proposal: Proposal,
        arguments: BTreeMap<String, Argument>,
    ) -> Result<Action, Stop> {
        let system = self.system(&proposal.system)?;
        let described = system.connection.description().operation(&proposal.operation);
        let operation = &described
            .ok_or_else(|| integration::Trouble::Operation {
                system: proposal.system.clone(),
                operation: proposal.operation.clone(),
            })?
            .operation;
        let effect = Effect {
            system: proposal.system.clone(),
            operation: proposal.operation.clone(),
            definition: operation.definition.clone(),
            target: None,
            arguments,
        };
        let preview = system.connection.preview(&effect).await?;
        self.judged(system, operation, proposal, preview).await
    }

    /// The id of the record that words mean; an operation's target is given by it.
    ///
    /// # Errors
    /// [`Stop::WhichRecord`] where several are close, [`Stop::NoRecord`] where none fits.
    pub async fn which(&self, system: &SystemId, kind: &str, words: &str) -> Result<String, Stop> {
        let connection = &self.system(system)?.connection;
        match connection
            .matching(kind, words, Confidentiality::Internal)
            .await?
        {
            Matched::One { record, .. } => Ok(record.id),
            Matched::Question { candidates } => Err(Stop::WhichRecord {
                words: words.to_owned(),
                candidates,
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
    ) -> Result<Action, Stop> {
        let effect = preview.effect.clone();
        let taint = proposal.context.taint;
        let situation = self.situation(system, &effect, &proposal.proposer, &taint);
        let facts = Facts::of(&effect, operation, &situation);
        let verdict = self.policies.judge(&facts);
        let clock = self.now();
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
                account: situation.account,
                title: preview
                    .record
                    .as_ref()
                    .and_then(|record| record.title().map(str::to_owned)),
                changes: preview.changes,
                message: preview.message.map(Message::from),
                proposer: proposal.proposer,
                reason: proposal.reason,
                context: taint,
                undo: operation.undo,
                card,
                request_hash: preview.request_hash,
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

impl From<integration::Message> for Message {
    fn from(message: integration::Message) -> Self {
        Self {
            to: message.to,
            cc: message.cc,
            bcc: message.bcc,
            subject: message.subject,
            body: message.body,
            attachments: message.attachments,
        }
    }
}
