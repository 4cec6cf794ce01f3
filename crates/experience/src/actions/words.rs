//! The sentences about an action. Made from what would be sent and from the live record.

use domain::SideEffect;
use serde_json::Value;

use super::{ActionState, ActionView, RecordView};

/// What a card does, in one sentence with a verb, a count, a record and a system.
pub(super) fn sentence(view: &ActionView) -> String {
    if let Some(which) = &view.which {
        return format!("Which {} do you mean by “{}”?", which.kind, which.words);
    }
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
        ("destructive", _, _) if view.record.is_some() => on("Delete"),
        // Without a record there is only what the system says that it does.
        ("destructive", _, _) => format!("{} (in {system})", view.summary.trim_end_matches(['.', '…'])),
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
        _ => format!("{} ({})", view.summary.trim_end_matches(['.', '…']), on("on")),
    }
}

/// What is left of a card, in one sentence.
pub(super) fn card_sentence(left: &[&ActionView]) -> String {
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

pub(super) fn state_words(view: &ActionView) -> String {
    let told = view.outcome.as_ref().map(|outcome| outcome.words.as_str());
    match view.state {
        ActionState::Denied => {
            let why: Vec<&str> = view.verdict.rules.iter().map(|rule| rule.why.as_str()).collect();
            format!("Denied by policy. {} Nothing was sent.", why.join(" "))
        }
        ActionState::Awaiting if view.which.is_some() => {
            "Waits for you to say which record is meant. Nothing is prepared before that.".to_owned()
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
pub(super) fn one_word(kind: &str) -> String {
    let last = kind.rsplit('.').next().unwrap_or(kind).replace('_', " ");
    if let Some(stem) = last.strip_suffix("ies") {
        return format!("{stem}y");
    }
    last.strip_suffix('s').map(str::to_owned).unwrap_or(last)
}

/// `close_date` is `Close date`, and `amount_eur` is `Amount EUR`.
pub fn label(field: &str) -> String {
    let words = within(field);
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// The same within a sentence.
pub(super) fn within(field: &str) -> String {
    let words = field.split(['_', '-', ' ']);
    let written = words.map(|word| match word.to_uppercase() {
        short if SHORT.contains(&short.as_str()) => short,
        _ => word.to_owned(),
    });
    written.collect::<Vec<_>>().join(" ")
}

/// What people write in capitals: currencies and a few abbreviations.
const SHORT: [&str; 15] = [
    "CHF", "CRM", "DKK", "EUR", "GBP", "IBAN", "ID", "NOK", "PDF", "SEK", "SKU", "SLA", "URL", "USD", "VAT",
];

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

pub(super) fn side_effect_word(side_effect: SideEffect) -> &'static str {
    match side_effect {
        SideEffect::Read => "read",
        SideEffect::Draft => "draft",
        SideEffect::Write => "write",
        SideEffect::Send => "send",
        SideEffect::Destructive => "destructive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_field_is_written_as_people_write_it() {
        assert_eq!(label("amount_eur"), "Amount EUR");
        assert_eq!(label("id"), "ID");
        assert_eq!(label("close-date"), "Close date");
        assert_eq!(within("vat_number"), "VAT number");
        assert_eq!(label(""), "");
    }
}
