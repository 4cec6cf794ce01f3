use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Integrity, Origin, Repeat, SideEffect, Undo};

/// A connected business system, by the name of its connection: lower-case words joined by hyphens, at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SystemId(String);

/// Why a text does not name a system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` can't name a system: use lower-case letters, digits and hyphens, at most 64 characters")]
pub struct SystemIdError(String);

impl SystemId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SystemId {
    type Err = SystemIdError;

    fn from_str(text: &str) -> Result<Self, SystemIdError> {
        // The rule is that of a label.
        match text.parse::<crate::Label>() {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(SystemIdError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for SystemId {
    type Error = SystemIdError;

    fn try_from(text: String) -> Result<Self, SystemIdError> {
        text.parse()
    }
}

impl From<SystemId> for String {
    fn from(id: SystemId) -> Self {
        id.0
    }
}

impl fmt::Display for SystemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing that can be asked of a system, as its pinned description says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The system.
    pub system: SystemId,
    /// Its name there, unique: `crm.deals.update`.
    pub name: String,
    /// One sentence for people.
    pub summary: String,
    /// The kind of record it acts on: `crm.deals`.
    pub kind: String,
    /// What it does to the world.
    pub side_effect: SideEffect,
    /// What the system makes of the same request sent twice.
    pub repeat: Repeat,
    /// How it can be taken back; nothing for what only reads.
    pub undo: Option<Undo>,
    /// It is about money, credentials or rights.
    pub severe: bool,
    /// Something goes to other people or to a third party by it. Sending always does, whatever stands here.
    pub egress: bool,
    /// Its arguments by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// Digest of the whole definition; another definition is another operation.
    pub definition: String,
}

/// An argument of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Whether a call without it is refused.
    pub required: bool,
    /// What it means for the rules.
    pub role: Role,
    /// Who may have written what stands in this field of a record.
    pub integrity: Integrity,
    /// Its form, as JSON Schema.
    pub schema: Value,
}

/// What an argument means for the rules and the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Names the record that is acted on.
    Target,
    /// An address, or several, to which something goes.
    Recipient,
    /// Money or another number that a rule may bound.
    Amount,
    /// Words that people will read.
    Words,
    /// Anything else.
    Value,
}

/// A change of the world outside, as it was proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The system.
    pub system: SystemId,
    /// Name of the operation.
    pub operation: String,
    /// Digest of the operation's definition when this was proposed.
    pub definition: String,
    /// The record that is acted on; nothing where one is made.
    pub target: Option<Target>,
    /// The arguments by name, the target's id among them.
    pub arguments: BTreeMap<String, Argument>,
}

/// A record, in the state that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its kind: `crm.deals`.
    pub kind: String,
    /// Its id in the system.
    pub id: String,
    /// Its version there when it was looked at, where the system has versions.
    pub version: Option<String>,
}

/// An argument with where it was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// The value.
    pub value: Value,
    /// Where it was seen; for the card only.
    pub origin: Origin,
}

/// One field of a record before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its name in the system.
    pub field: String,
    /// What stands there now; nothing if it is empty.
    pub before: Option<Value>,
    /// What will stand there; nothing if it is emptied.
    pub after: Option<Value>,
}

/// The changes that turn one state of a record into another, by name of the field. `null`, empty texts and empty lists
/// are no value.
pub fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (filled(before.get(name)), filled(after.get(name)));
            (before != after).then(|| Change {
                field: name.clone(),
                before: before.cloned(),
                after: after.cloned(),
            })
        })
        .collect()
}

fn filled(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_field_that_is_emptied_is_a_change_and_one_that_stays_empty_is_none() {
        let before = fields(json!({"stage": "won", "owner": "ana", "tags": [], "note": null}));
        let after = fields(json!({"stage": "won", "owner": null, "tags": null, "note": ""}));
        let only = Change {
            field: "owner".into(),
            before: Some(json!("ana")),
            after: None,
        };
        assert_eq!(changes(&before, &after), [only]);
    }

    #[test]
    fn a_system_has_a_name_that_can_stand_anywhere() {
        assert!("demo-company".parse::<SystemId>().is_ok());
        for bad in ["", "Demo", "a/b", "a--b", "-a"] {
            assert!(bad.parse::<SystemId>().is_err(), "{bad}");
        }
    }
}
