//! Facts in Cedar's words.

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema,
};
use domain::{Confidentiality, Integrity, SideEffect, Undo};

use super::{Facts, Proposer};

/// The two questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Run,
    Propose,
}

/// What Cedar says to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) allowed: bool,
    /// The policies that decided: the `forbid`s that hit, else the `permit`s that did.
    pub(super) by: Vec<String>,
}

/// The schema with the names in it, made once.
#[derive(Debug)]
pub(super) struct Words {
    schema: Schema,
    entities: Entities,
    run: EntityUid,
    propose: EntityUid,
    person: EntityTypeName,
    workflow: EntityTypeName,
    model: EntityTypeName,
    system: EntityTypeName,
    side_effect: EntityTypeName,
    undo: EntityTypeName,
    integrity: EntityTypeName,
    confidentiality: EntityTypeName,
}

impl Words {
    /// From the published schema.
    pub(super) fn new(schema: &str) -> Result<Self, String> {
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|error| error.to_string())?;
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(|error| error.to_string());
        let action = |id| Ok::<_, String>(uid(&name("Action")?, id));
        Ok(Self {
            entities: Entities::from_entities([], Some(&schema)).map_err(|error| error.to_string())?,
            schema,
            run: action("run")?,
            propose: action("propose")?,
            person: name("Person")?,
            workflow: name("Workflow")?,
            model: name("Model")?,
            system: name("System")?,
            side_effect: name("SideEffect")?,
            undo: name("Undo")?,
            integrity: name("Integrity")?,
            confidentiality: name("Confidentiality")?,
        })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(super) fn action(&self, question: Question) -> &EntityUid {
        match question {
            Question::Run => &self.run,
            Question::Propose => &self.propose,
        }
    }

    /// The facts in the form in which they are asked about, checked against the schema.
    pub(super) fn context(&self, facts: &Facts) -> Result<Context, String> {
        let word = |name: &EntityTypeName, id| RestrictedExpression::new_entity_uid(uid(name, id));
        let flag = RestrictedExpression::new_bool;
        let destinations = facts.destinations.iter().cloned();
        let pairs = [
            (
                "operation",
                RestrictedExpression::new_string(facts.operation.clone()),
            ),
            (
                "sideEffect",
                word(&self.side_effect, side_effect(facts.side_effect)),
            ),
            ("undo", word(&self.undo, undo(facts.undo))),
            ("severe", flag(facts.severe)),
            ("local", flag(facts.local)),
            ("egress", flag(facts.egress)),
            ("rightAccount", flag(facts.right_account)),
            ("pinned", flag(facts.pinned)),
            ("count", RestrictedExpression::new_long(facts.count.into())),
            ("amount", RestrictedExpression::new_long(facts.amount)),
            (
                "destinations",
                RestrictedExpression::new_set(destinations.map(RestrictedExpression::new_string)),
            ),
            ("outside", flag(facts.outside)),
            ("integrity", word(&self.integrity, integrity(facts.integrity))),
            (
                "confidentiality",
                word(&self.confidentiality, confidentiality(facts.confidentiality)),
            ),
            ("destinationsMayRead", flag(facts.destinations_may_read)),
            ("fromText", flag(facts.from_text)),
            ("fromNowhere", flag(facts.from_nowhere)),
            ("granted", flag(facts.granted)),
            ("stopped", flag(facts.stopped)),
            ("quarantined", flag(facts.quarantined)),
        ];
        Context::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))
            .map_err(|error| error.to_string())
    }

    /// The question about these facts.
    pub(super) fn request(
        &self,
        question: Question,
        facts: &Facts,
        context: Context,
    ) -> Result<Request, String> {
        let proposer = match &facts.proposer {
            Proposer::Person => uid(&self.person, "you"),
            Proposer::Workflow(name) => uid(&self.workflow, name),
            Proposer::Model(name) => uid(&self.model, name),
        };
        let system = uid(&self.system, facts.system.as_str());
        Request::new(
            proposer,
            self.action(question).clone(),
            system,
            context,
            Some(&self.schema),
        )
        .map_err(|error| error.to_string())
    }

    /// Asks. Cedar skips a `forbid` that fails, so that a failure anywhere is no answer.
    pub(super) fn ask(&self, request: &Request, policies: &PolicySet) -> Result<Answer, String> {
        let response = Authorizer::new().is_authorized(request, policies, &self.entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(Answer {
            allowed: response.decision() == Decision::Allow,
            by: response.diagnostics().reason().map(ToString::to_string).collect(),
        })
    }
}

/// Whether this policy forbids running, which is where an obligation has a meaning.
pub(super) fn forbids_running(policy: &cedar_policy::Policy, words: &Words) -> bool {
    policy.effect() == Effect::Forbid
        && policy.action_constraint() == cedar_policy::ActionConstraint::Eq(words.run.clone())
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

fn side_effect(side_effect: SideEffect) -> &'static str {
    match side_effect {
        SideEffect::Read => "read",
        SideEffect::Draft => "draft",
        SideEffect::Write => "write",
        SideEffect::Send => "send",
        SideEffect::Destructive => "destructive",
    }
}

fn undo(undo: Option<Undo>) -> &'static str {
    match undo {
        None => "none",
        Some(Undo::Restorable) => "restorable",
        Some(Undo::Compensable) => "compensable",
        Some(Undo::Irreversible) => "irreversible",
    }
}

fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::User => "user",
        Integrity::App => "app",
        Integrity::OwnField => "own_field",
        Integrity::Text => "text",
    }
}

fn confidentiality(confidentiality: Confidentiality) -> &'static str {
    match confidentiality {
        Confidentiality::Public => "public",
        Confidentiality::Internal => "internal",
        Confidentiality::Confidential => "confidential",
        Confidentiality::Secret => "secret",
    }
}
