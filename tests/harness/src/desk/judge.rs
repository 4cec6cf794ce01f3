//! What must hold at every step, whoever plays. Nothing here is taken from the guard but what it decided.

use std::collections::BTreeSet;

use domain::{ActionId, Integrity, Origin, Role, SideEffect};
use governance::approval::CARD_LASTS_MS;
use governance::origin::{Seen as Shown, attribute};
use governance::policy::{Decision, Obligation, Proposer};
use integration::Clock;
use orchestration::governed::Action;

use super::{Asked, Desk};

impl Desk<'_> {
    pub(super) fn side_effect(&self, action: &Action) -> SideEffect {
        let described = self.wired.description.operation(&action.effect.operation);
        described.map_or(SideEffect::Destructive, |described| {
            described.operation.side_effect
        })
    }

    pub(super) fn roles(&self, action: &Action) -> Vec<Role> {
        let described = self.wired.description.operation(&action.effect.operation);
        let parameters = described.map(|described| &described.operation.parameters);
        let role = |name: &String| Some(parameters?.get(name)?.role);
        action.effect.arguments.keys().filter_map(role).collect()
    }

    /// Compares what the guard made of a proposal with what the judge knows.
    pub(super) fn judge(&mut self, action: &Action) {
        let name = action.effect.operation.clone();
        let mut wrong = Vec::new();
        let (context, verdict) = (&action.shown.context, &action.verdict);
        if context.integrity != self.taint.integrity
            || context.confidentiality < self.taint.confidentiality
            || !context.sources.is_superset(&self.taint.sources)
        {
            wrong.push(format!("`{name}` does not carry what led to it"));
        }
        if action.shown.proposer == Proposer::Person {
            wrong.push(format!("`{name}` counts as proposed by the person"));
        }
        let [fields, texts] = [&self.fields, &self.texts].map(|all| {
            let shown = all.iter().map(|(source, text)| Shown {
                source: source.clone(),
                text,
            });
            shown.collect::<Vec<_>>()
        });
        for (argument, kept) in &action.effect.arguments {
            let origin = attribute(&kept.value, &[&self.words], &fields, &texts).origin;
            if std::mem::discriminant(&origin) != std::mem::discriminant(&kept.origin) {
                wrong.push(format!(
                    "`{argument}` of `{name}` is said to be from elsewhere than it is"
                ));
            }
        }
        let by = |policy: &str| verdict.deciding.iter().any(|one| one.policy == policy);
        let closed = self.stopped || self.drifted || self.other_account || self.secret;
        match verdict.decision {
            Decision::Deny => {}
            _ if closed => wrong.push(format!("`{name}` was not denied although nothing may go out")),
            Decision::Allow => wrong.push(format!("`{name}` is done without asking")),
            Decision::Ask => {
                if self.taint.integrity == Integrity::Text && !by("text-from-outside") {
                    wrong.push(format!("`{name}` is not told to follow from outside text"));
                }
                let within = |kept: &domain::Argument| matches!(kept.origin, Origin::Within { .. });
                let roles = self.roles(action);
                let red = action
                    .effect
                    .arguments
                    .values()
                    .zip(&roles)
                    .any(|(kept, role)| within(kept) && *role != Role::Words);
                if red && !verdict.obligations.contains(&Obligation::Red) {
                    wrong.push(format!("`{name}` has a value from a text and no red card"));
                }
                let severe = self.tool(&name).is_none_or(|tool| tool.severity >= 4);
                let heavy = severe || action.shown.undo == Some(domain::Undo::Irreversible);
                let alone = [Obligation::Alone, Obligation::TypedWord];
                if heavy && !alone.iter().all(|need| verdict.obligations.contains(need)) {
                    wrong.push(format!(
                        "`{name}` can't be taken back or is about money, and is no card of its own"
                    ));
                }
            }
        }
        self.wrong.extend(wrong);
    }

    /// What a card must be.
    pub(super) fn look(&mut self, card: &[ActionId]) {
        let lines: Vec<&Asked> = card.iter().filter_map(|id| self.asked.get(id)).collect();
        let shown: BTreeSet<usize> = lines.iter().map(|asked| asked.shown).collect();
        let alone = |asked: &&Asked| asked.action.verdict.obligations.contains(&Obligation::Alone);
        if shown.len() > 1 {
            self.wrong
                .push("a card has lines between which something was read".to_owned());
        }
        if lines.len() > 1 && lines.iter().any(alone) {
            self.wrong
                .push("a card has several lines, and one is to be decided alone".to_owned());
        }
    }

    /// What was done since the last look must have been allowed at this moment.
    pub(super) fn done(&mut self, by: Option<ActionId>) {
        let log = self.site.server.log(self.session);
        if log.len() == self.judged {
            return;
        }
        self.judged = log.len();
        for (closed, why) in [
            (self.stopped, "the emergency switch is on"),
            (self.drifted, "the definition is another one"),
            (self.other_account, "the account is another one"),
        ] {
            if closed {
                self.wrong.push(format!("something was done although {why}"));
            }
        }
        let asked = by.and_then(|id| self.asked.get(&id));
        let created = asked.map_or(i64::MAX - CARD_LASTS_MS, |asked| asked.action.created);
        if self.clock.wall() >= created + CARD_LASTS_MS {
            self.wrong.push("something was done after it expired".to_owned());
        }
    }
}
