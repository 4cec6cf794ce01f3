//! What is kept, as faces see it.

use domain::{Change, Integrity, Origin, SourceRef, Undo};
use governance::approval::{Approval, Line};
use governance::origin::Piece;
use governance::policy::{Decision, Layer, Obligation, Proposer};
use orchestration::governed::{Action, Meant, Message, Near, Raw};
use orchestration::journal::State;
use serde_json::Value;

use super::words::{label, one_word, plain, sentence, side_effect_word, state_words, within};
use super::{
    ActionState, ActionView, ChangeView, EditedView, GivenView, MeantView, MessageView, NearView, OriginView,
    OutcomeView, PieceView, ProposerView, RawView, RecordView, RuleView, SourceView, UndoView, VerdictView,
    WhichView,
};

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
        let typed = |line: &&Line| line.needs.contains(&Obligation::TypedWord);
        let has = |need: Obligation| action.verdict.obligations.contains(&need);
        let record = effect.target.as_ref().map(|target| RecordView {
            kind: one_word(&target.kind),
            id: target.id.clone(),
            title: shown.title.clone(),
            version: target.version.clone(),
            meant: shown.meant.as_ref().map(MeantView::from),
            edited: shown.edited.as_ref().map(|edited| EditedView {
                by: edited.by.clone(),
                at: edited.at.clone(),
            }),
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
            given: given(action),
            which: shown.which.as_ref().map(|which| WhichView {
                words: which.words.clone(),
                kind: one_word(&shown.kind),
                candidates: which.candidates.iter().map(NearView::from).collect(),
            }),
            unchanged: shown.unchanged,
            message: (shown.message.as_ref()).map(|message| message_view(message, action)),
            undo: shown.undo.map(UndoView::from),
            outside: sources,
            grant: shown.grant.clone(),
            unused_grant: shown.unused_grant.clone(),
            raw: RawView::from(&shown.raw),
            request_hash: shown.request_hash.clone(),
            created: action.created,
            expires: action.entry.terms.expires,
            approved_by: action.approval.as_ref().map(|approval| approval.by().to_owned()),
            approved_at: action.approval.as_ref().map(Approval::at),
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
            next_look: match action.entry.state {
                State::Unknown => action.entry.rests_until(),
                _ => None,
            },
        };
        view.sentence = sentence(&view);
        view.state_words = state_words(&view);
        view
    }
}

fn change_view(change: &Change, action: &Action) -> ChangeView {
    let argument = action.effect.arguments.get(&change.field);
    ChangeView {
        label: label(&change.field),
        before: change.before.as_ref().map(plain),
        after: change.after.as_ref().map(plain),
        value: argument.map_or(Value::Null, |argument| argument.value.clone()),
        origin: argument.map(|argument| origin(&change.field, &argument.origin, action)),
        field: change.field.clone(),
    }
}

/// What is given besides the record and the fields that change.
fn given(action: &Action) -> Vec<GivenView> {
    let shown = &action.shown;
    let target = action.effect.target.as_ref().map(|target| target.id.clone());
    let each = action.effect.arguments.iter();
    each.filter(|(name, own)| {
        let changes = shown.changes.iter().any(|change| change.field == **name);
        !changes && Some(plain(&own.value)) != target
    })
    .map(|(name, own)| GivenView {
        label: label(name),
        value: plain(&own.value),
        origin: origin(name, &own.origin, action),
        name: name.clone(),
    })
    .collect()
}

fn message_view(message: &Message, action: &Action) -> MessageView {
    MessageView {
        to: message.to.clone(),
        cc: message.cc.clone(),
        bcc: message.bcc.clone(),
        subject: message.subject.clone(),
        pieces: pieces(&message.body, action),
        body: message.body.clone(),
        attachments: message.attachments.clone(),
    }
}

/// The words of a body that were seen somewhere else. The body holds the argument, and perhaps more.
fn pieces(body: &str, action: &Action) -> Vec<PieceView> {
    let each = action.shown.pieces.iter();
    let found = each.filter_map(|(name, pieces)| {
        let text = action.effect.arguments.get(name)?.value.as_str()?;
        let (before, _) = body.split_once(text)?;
        Some((u32::try_from(before.chars().count()).ok()?, text, pieces))
    });
    // Another argument may stand in the same body by chance; the longest is what it was made from.
    let Some((before, _, pieces)) = found.max_by_key(|(_, text, _)| text.len()) else {
        return Vec::new();
    };
    let view = |piece: &Piece| PieceView {
        start: before.saturating_add(piece.span.0),
        end: before.saturating_add(piece.span.1),
        origin: origin_view(&piece.origin, Some(piece.quote.clone())),
    };
    pieces.iter().map(view).collect()
}

fn origin(name: &str, origin: &Origin, action: &Action) -> OriginView {
    origin_view(origin, action.shown.quotes.get(name).cloned())
}

fn origin_view(origin: &Origin, quote: Option<String>) -> OriginView {
    let (kind, source) = match origin {
        Origin::User => ("user", None),
        Origin::Field { source } => ("field", Some(source)),
        Origin::Within { source } => ("within", Some(source)),
        Origin::Nowhere => ("nowhere", None),
    };
    OriginView {
        kind: kind.to_owned(),
        source: source.map(SourceView::from),
        quote,
    }
}

impl From<&Meant> for MeantView {
    fn from(meant: &Meant) -> Self {
        let how = match meant.by.as_str() {
            "id" => "These words are its number.".to_owned(),
            "title" => "These words are its title, or most of it.".to_owned(),
            "person" => "You picked it among several.".to_owned(),
            field => format!("Only this record has this value as its {}.", within(field)),
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
            about: (near.about.iter())
                .map(|(field, value)| format!("{} {value}", within(field)))
                .collect::<Vec<_>>()
                .join(", "),
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

impl From<&SourceRef> for SourceView {
    fn from(source: &SourceRef) -> Self {
        Self {
            kind: source.kind.clone(),
            object: source.object.clone(),
            span: source.span,
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
