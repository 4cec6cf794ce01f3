use std::collections::BTreeSet;

use domain::{
    Argument, Confidentiality, Effect, Integrity, Operation, Origin, Readers, Role, SideEffect, SystemId,
    Taint, Undo,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::origin;

/// Who proposes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposer {
    /// The person at this machine.
    Person,
    /// A workflow, by its name.
    Workflow(String),
    /// A model, by its name.
    Model(String),
}

/// What is known when something is proposed, apart from the proposal and the operation's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Who proposes it.
    pub proposer: Proposer,
    /// The account through which it would be done.
    pub account: String,
    /// The account that the person chose for this system.
    pub chosen_account: String,
    /// Digest of the definition that was checked when the system was connected; nothing if none was.
    pub pinned: Option<String>,
    /// How many such changes are proposed together; on a card, how many lines are left.
    pub count: u32,
    /// The organisation's own domains, in lower case.
    pub organisation: BTreeSet<String>,
    /// The join of everything that led to the proposal.
    pub context: Taint,
    /// Whether the emergency switch is on.
    pub stopped: bool,
    /// Whether this connection was set apart.
    pub quarantined: bool,
}

/// What the rules are asked about. `policies/schema.cedarschema` says what each fact means to a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Who proposes it.
    pub proposer: Proposer,
    /// The system.
    pub system: SystemId,
    /// Name of the operation.
    pub operation: String,
    /// What it does to the world outside.
    pub side_effect: SideEffect,
    /// How it can be taken back; nothing for what only reads.
    pub undo: Option<Undo>,
    /// Money, credentials or rights.
    pub severe: bool,
    /// It stays on this machine.
    pub local: bool,
    /// Something goes to other people or to a third party.
    pub egress: bool,
    /// It is done through the account that the person chose.
    pub right_account: bool,
    /// The definition is the one that was checked.
    pub pinned: bool,
    /// How many such changes are proposed together.
    pub count: u32,
    /// The largest amount, in whole units and rounded up; 0 without one, [`i64::MAX`] if it can't be read.
    pub amount: i64,
    /// Addresses to which something goes, in lower case.
    pub destinations: BTreeSet<String>,
    /// One of them is outside the organisation, or it is not known where it is.
    pub outside: bool,
    /// Who may have written what led to this.
    pub integrity: Integrity,
    /// The strictest of what led to this.
    pub confidentiality: Confidentiality,
    /// Each destination is among those who may read what led to this.
    pub destinations_may_read: bool,
    /// An argument stands inside a text that somebody else wrote.
    pub from_text: bool,
    /// The record, an address or an amount was seen nowhere.
    pub from_nowhere: bool,
    /// Something the person allowed beforehand covers exactly this. [`crate::approval::authorize`] believes nobody here
    /// and looks for itself.
    pub granted: bool,
    /// The emergency switch is on.
    pub stopped: bool,
    /// This connection was set apart.
    pub quarantined: bool,
}

impl Facts {
    /// The facts of a proposal. Without a grant; who has one that covers it sets `granted`.
    pub fn of(effect: &Effect, operation: &Operation, situation: &Situation) -> Self {
        let role = |name: &str| {
            operation
                .parameters
                .get(name)
                .map_or(Role::Value, |parameter| parameter.role)
        };
        let by_role = |wanted: Role| {
            let named = effect.arguments.iter();
            named.filter_map(move |(name, argument)| (role(name) == wanted).then_some(argument))
        };
        let destinations: BTreeSet<String> = by_role(Role::Recipient)
            .flat_map(|argument| addresses(&argument.value))
            .collect();
        // A draft names whom it would go to, and goes to nobody.
        let addressed = operation.side_effect != SideEffect::Draft && !destinations.is_empty();
        let same = effect.system == operation.system
            && effect.operation == operation.name
            && effect.definition == operation.definition;
        Self {
            proposer: situation.proposer.clone(),
            system: effect.system.clone(),
            operation: effect.operation.clone(),
            side_effect: operation.side_effect,
            undo: operation.undo,
            severe: operation.severe,
            // What is asked of a connected system leaves this machine, be the system a process on it.
            local: false,
            egress: operation.egress || operation.side_effect == SideEffect::Send || addressed,
            right_account: situation.account == situation.chosen_account,
            pinned: same && situation.pinned.as_deref() == Some(operation.definition.as_str()),
            count: situation.count,
            amount: by_role(Role::Amount)
                .map(|argument| whole_units(&argument.value))
                .max()
                .unwrap_or(0),
            outside: destinations
                .iter()
                .any(|address| !is_among(address, &situation.organisation)),
            integrity: situation.context.integrity,
            confidentiality: situation.context.confidentiality,
            destinations_may_read: match &situation.context.readers {
                Readers::Everyone => true,
                // Where it goes to somebody unknown, somebody unknown would read it.
                Readers::Only(readers) => {
                    !destinations.is_empty() && destinations.iter().all(|address| is_among(address, readers))
                }
            },
            from_text: effect.arguments.iter().any(|(name, argument)| {
                role(name) != Role::Words && matches!(argument.origin, Origin::Within { .. })
            }),
            from_nowhere: by_role(Role::Target).any(nowhere)
                || by_role(Role::Recipient).any(nowhere)
                // A small number can't be found by comparing texts, so that it was not found says nothing.
                || by_role(Role::Amount).any(|argument| nowhere(argument) && origin::is_telling(&argument.value)),
            granted: false,
            stopped: situation.stopped,
            quarantined: situation.quarantined,
            destinations,
        }
    }
}

fn nowhere(argument: &Argument) -> bool {
    argument.origin == Origin::Nowhere
}

/// The addresses in the value of an argument, in lower case, without display names.
fn addresses(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split([',', ';']).filter_map(address).collect(),
        Value::Array(items) => items.iter().flat_map(addresses).collect(),
        Value::Object(fields) => fields.values().flat_map(addresses).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
        // A chat or a person by number.
        Value::Number(number) => vec![number.to_string()],
    }
}

fn address(text: &str) -> Option<String> {
    let inner = match (text.rfind('<'), text.rfind('>')) {
        (Some(start), Some(end)) if start < end => text.get(start + 1..end).unwrap_or(text),
        _ => text,
    };
    let address = inner.trim().to_lowercase();
    (!address.is_empty()).then_some(address)
}

/// Whether an address, its domain or a domain above that is in a list of addresses and domains.
fn is_among(address: &str, list: &BTreeSet<String>) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else {
        return list.contains(address);
    };
    list.contains(address)
        || list.iter().any(|entry| {
            let entry = entry.strip_prefix('@').unwrap_or(entry);
            let above = domain.strip_suffix(entry);
            !entry.contains('@')
                && !entry.is_empty()
                && above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

/// An amount in whole units, rounded up, without its sign: taking back 500 is as much as giving 500.
fn whole_units(value: &Value) -> i64 {
    let read = match value {
        Value::Null => Some(0.0),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Array(items) => return items.iter().map(whole_units).max().unwrap_or(0),
        _ => None,
    };
    match read.map(|amount: f64| amount.abs().ceil()) {
        // Beyond this not every whole number has a value of its own.
        Some(amount) if amount <= 9_007_199_254_740_992.0 => amount as i64,
        _ => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_domain_is_the_organisations_and_what_only_ends_like_it_is_not() {
        let own = set(&["corp.example", "@partner.example", "boss@other.example"]);
        for inside in [
            "ana@corp.example",
            "ana@eu.corp.example",
            "b@partner.example",
            "boss@other.example",
        ] {
            assert!(is_among(inside, &own), "{inside}");
        }
        for outside in [
            "ana@evilcorp.example",
            "ana@corp.example.evil.example",
            "corp.example@evil.example",
            "x@other.example",
            "sales",
            "@",
        ] {
            assert!(!is_among(outside, &own), "{outside}");
        }
    }

    #[test]
    fn addresses_are_found_however_they_are_given() {
        let value =
            json!(["Ana <ANA@corp.example>", "b@x.example; c@x.example", {"email": "d@x.example"}, null]);
        assert_eq!(
            addresses(&value),
            ["ana@corp.example", "b@x.example", "c@x.example", "d@x.example"]
        );
    }

    #[test]
    fn an_amount_is_rounded_up_and_what_is_none_counts_as_the_largest() {
        for (value, units) in [
            (json!(99.01), 100),
            (json!(-500), 500),
            (json!("1250.5"), 1251),
            (json!(null), 0),
            (json!([1, 7]), 7),
            (json!("a lot"), i64::MAX),
            (json!("NaN"), i64::MAX),
            (json!("1e300"), i64::MAX),
            (json!({"value": 3}), i64::MAX),
        ] {
            assert_eq!(whole_units(&value), units, "{value}");
        }
    }
}
