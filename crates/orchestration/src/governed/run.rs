//! What a model has been given in one run, and what therefore stands behind everything it proposes.
//!
//! A model is a black box: whatever it emits carries the join of all that was in its request (security design, R1). So a
//! run only ever collects: the person's words, and every field that was read, each with what the system's description says
//! of who may have written it. Nothing lowers it again; a sub-task that is to start clean is a run of its own, from the
//! person's words alone (R4).
//!
//! A run also knows which of its proposals belong on one card: those that follow one another without anything being read
//! in between (security design, section 3). What has to be decided by itself is never one of them.

use std::collections::BTreeMap;

use domain::{ActionId, Integrity, SourceRef, SystemId, Taint};
use governance::policy::{Obligation, Proposer};
use integration::{Cap, Found, Record};
use serde_json::Value;

use super::{Action, Context, Governed, Proposal, Stop};
use crate::journal::State;

/// What a model has been given in one run.
#[derive(Clone, Debug)]
pub struct RunContext {
    proposer: Proposer,
    context: Context,
    /// The first of the proposals that the next one would stand on a card with.
    batch: Option<ActionId>,
}

impl RunContext {
    /// A run that begins with what a person said, and nothing else.
    pub fn new(proposer: Proposer, words: impl Into<String>) -> Self {
        Self {
            proposer,
            context: Context {
                words: vec![words.into()],
                ..Context::of_person()
            },
            batch: None,
        }
    }

    /// What led to whatever is proposed now.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Something more that the person said. What they say next is about what they have seen, so that proposals before and
    /// after it are not on one card.
    pub fn said(&mut self, words: impl Into<String>) {
        self.context.words.push(words.into());
        self.batch = None;
    }

    /// Reads for the model where the rules let it be read without asking, and takes all that was read in. The arguments
    /// are the model's, so that they carry what led to them.
    ///
    /// # Errors
    /// [`Stop::NotRead`] where the rules deny or would ask; else as for [`integration::Connection::read`]. What such a
    /// refusal says comes from outside and must not reach the model but as a text ([`RunContext::text`]).
    pub async fn read(
        &mut self,
        governed: &Governed,
        system: &SystemId,
        operation: &str,
        arguments: &BTreeMap<String, Value>,
        cap: Cap,
    ) -> Result<Found, Stop> {
        let system = governed.system(system).await?;
        governed
            .may_read(&system, operation, arguments, &self.proposer, &self.context)
            .await?;
        let confidentiality = self.context.taint.confidentiality;
        let found = system
            .connection
            .read(operation, arguments, confidentiality, cap)
            .await?;
        found.records.iter().for_each(|record| self.record(record));
        // Also an empty answer is one that the model may act on.
        self.batch = None;
        Ok(found)
    }

    /// Takes in a record that the model is shown: each of its fields by what its system vouches for.
    pub fn record(&mut self, record: &Record) {
        self.batch = None;
        for (name, value) in &record.fields {
            let taint = record.taint(name);
            let mut parts = Vec::new();
            leaves(value, &mut parts);
            self.context.taint = self.context.taint.join(&taint);
            let Some(source) = taint.sources.first() else {
                continue;
            };
            let kept = match taint.integrity {
                Integrity::Text => &mut self.context.texts,
                Integrity::User | Integrity::App | Integrity::OwnField => &mut self.context.fields,
            };
            kept.extend(parts.into_iter().map(|part| (source.clone(), part)));
        }
    }

    /// Takes in any other text that the model is shown: a passage, a memory, the words of a refusal. `taint` is what is
    /// known of it; [`Taint::unknown`] where nothing is.
    pub fn text(&mut self, source: SourceRef, text: impl Into<String>, taint: &Taint) {
        self.batch = None;
        self.context.taint = self.context.taint.join(taint);
        self.context.taint.sources.insert(source.clone());
        self.context.texts.push((source, text.into()));
    }

    /// What the model wants done, with all that led to it, and on one card with what it proposed right before.
    pub fn proposal(
        &self,
        system: SystemId,
        operation: impl Into<String>,
        arguments: BTreeMap<String, Value>,
        reason: Option<String>,
    ) -> Proposal {
        Proposal {
            system,
            operation: operation.into(),
            arguments,
            record: None,
            proposer: self.proposer.clone(),
            reason,
            context: self.context.clone(),
            batch: self.batch,
        }
    }

    /// What became of a proposal of this run. Only what a person is asked about, and may be asked together with others,
    /// is on a card with what follows it.
    pub fn proposed(&mut self, action: &Action) {
        let alone = action.verdict.obligations.contains(&Obligation::Alone);
        self.batch = match action.entry.state {
            State::Awaiting if !alone => Some(action.batch.unwrap_or(action.id)),
            State::Awaiting => None,
            // What was denied or needs nobody stands on no card and parts none.
            _ => self.batch,
        };
    }
}

/// Every text and number in a value, and the names that stand in it: whoever wrote the value may have chosen them too.
fn leaves(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => into.push(number.to_string()),
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        Value::Object(parts) => {
            for (name, part) in parts {
                into.push(name.clone());
                leaves(part, into);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{Confidentiality, Effect, Readers, Repeat, SideEffect};
    use governance::audit::Digest;
    use governance::policy::{Decision, Verdict};
    use serde_json::json;

    use super::*;
    use crate::governed::{Raw, Shown};
    use crate::journal::{Entry, Terms};

    fn run() -> RunContext {
        RunContext::new(Proposer::Model("m".to_owned()), "Move the fair to May")
    }

    fn source(object: &str) -> SourceRef {
        SourceRef {
            kind: "mail".to_owned(),
            object: object.to_owned(),
            revision: "1".to_owned(),
            span: None,
        }
    }

    fn system() -> SystemId {
        "demo-company".parse().unwrap()
    }

    fn proposed(run: &RunContext) -> Proposal {
        run.proposal(system(), "crm.deals.update", BTreeMap::new(), None)
    }

    /// An action as the governed path gives it back.
    fn action(id: i64, run: &RunContext, state: State, needs: &[Obligation]) -> Action {
        let proposal = proposed(run);
        let terms = Terms {
            repeat: Repeat::Never,
            looks: false,
            expires: 0,
        };
        let mut entry = Entry::new(terms);
        entry.state = state;
        Action {
            id: ActionId(id),
            batch: proposal.batch,
            effect: Effect {
                system: proposal.system,
                operation: proposal.operation,
                definition: String::new(),
                target: None,
                arguments: BTreeMap::new(),
            },
            entry,
            shown: Shown {
                summary: String::new(),
                account: String::new(),
                system_title: String::new(),
                kind: String::new(),
                side_effect: SideEffect::Write,
                title: None,
                meant: None,
                which: None,
                changes: Vec::new(),
                quotes: BTreeMap::new(),
                pieces: BTreeMap::new(),
                edited: None,
                unchanged: 0,
                message: None,
                proposer: proposal.proposer,
                reason: None,
                context: proposal.context.taint,
                undo: None,
                card: None,
                grant: None,
                unused_grant: None,
                request_hash: String::new(),
                raw: Raw::default(),
            },
            verdict: Verdict {
                decision: Decision::Ask,
                deciding: Vec::new(),
                obligations: needs.iter().copied().collect(),
                policy_digest: Digest([0; 32]),
            },
            approval: None,
            outcome: None,
            key: None,
            created: 0,
            arrows: 0,
        }
    }

    #[test]
    fn a_run_from_the_persons_words_alone_is_clean() {
        let run = run();
        assert_eq!(run.context().taint, Taint::user());
        assert_eq!(proposed(&run).context.words, ["Move the fair to May"]);
    }

    #[test]
    fn whatever_is_proposed_carries_everything_that_was_shown_before_it() {
        let mut run = run();
        run.text(source("a"), "Hello", &Taint::unknown());
        let secret = Taint {
            integrity: Integrity::OwnField,
            confidentiality: Confidentiality::Secret,
            readers: Readers::Only(BTreeSet::from(["ana@corp.example".to_owned()])),
            sources: BTreeSet::new(),
        };
        run.text(source("b"), "17", &secret);
        let taint = proposed(&run).context.taint;
        assert_eq!(
            (taint.integrity, taint.confidentiality),
            (Integrity::Text, Confidentiality::Secret)
        );
        assert_eq!(taint.readers, secret.readers);
        assert_eq!(taint.sources, BTreeSet::from([source("a"), source("b")]));
        assert_eq!(proposed(&run).context.texts.len(), 2);
    }

    #[test]
    fn proposals_that_follow_one_another_are_on_one_card_until_something_is_read_or_said() {
        let mut run = run();
        let first = action(7, &run, State::Awaiting, &[]);
        run.proposed(&first);
        assert_eq!(proposed(&run).batch, Some(ActionId(7)));
        let second = action(8, &run, State::Awaiting, &[Obligation::Red]);
        run.proposed(&second);
        assert_eq!(proposed(&run).batch, Some(ActionId(7)));
        // What was denied, or done without asking, parts no card.
        run.proposed(&action(9, &run, State::Denied, &[]));
        assert_eq!(proposed(&run).batch, Some(ActionId(7)));
        let mut other = run.clone();
        other.text(source("a"), "Hello", &Taint::unknown());
        assert_eq!(proposed(&other).batch, None);
        run.said("And the hotel");
        assert_eq!(proposed(&run).batch, None);
    }

    #[test]
    fn what_is_decided_by_itself_is_on_no_card_with_what_follows_it() {
        let mut run = run();
        run.proposed(&action(7, &run, State::Awaiting, &[]));
        run.proposed(&action(8, &run, State::Awaiting, &[Obligation::Alone]));
        assert_eq!(proposed(&run).batch, None);
    }

    #[test]
    fn every_text_in_a_value_is_kept_and_the_names_in_it_too() {
        let mut all = Vec::new();
        leaves(
            &json!({"to": ["ana@corp.example", {"send to": "eve"}], "n": 17, "on": true, "off": null}),
            &mut all,
        );
        all.sort();
        assert_eq!(
            all,
            ["17", "ana@corp.example", "eve", "n", "off", "on", "send to", "to"]
        );
    }
}
