//! What can be asked of a system, from its OpenAPI 3.1 description.
//!
//! The description is data from outside. What it does not say clearly is read as the strictest: an operation without the
//! `x-attache-*` words takes something away for good, can't be taken back, is about money and goes to others, and must never
//! be sent twice. Where it says what it does, `severe` and `egress` are `false` unless it says otherwise. Whoever trusts a
//! description pins each definition ([`Operation::definition`]); a changed one is another operation ([`Description::drift`]).
//!
//! | word | on | meaning |
//! |---|---|---|
//! | `x-attache-side-effect` | operation | `read` (believed of GET only), `draft`, `write`, `send`, `destructive` |
//! | `x-attache-severe` | operation | `true`: it is about money, credentials or rights |
//! | `x-attache-sync` | document | the kinds of records that can be kept on the device ([`SyncForm`]) |
//! | `x-attache-egress` | operation | `true`: something goes to other people or to a third party by it, be it what is searched for |
//! | `x-attache-undo` | operation | `restorable`, `compensable`, `irreversible` |
//! | `x-attache-idempotency` | operation | class `K`, `U`, `P` or `N` |
//! | `x-attache-key-hours` | operation of class K | how long a key is remembered |
//! | `x-attache-marker` | operation of class P | field for the mark, operation that finds it |
//! | `x-attache-settles-seconds` | operation of class P | after how long nothing late can come any more |
//! | `x-attache-message` | operation | the message that people get by it ([`MessageForm`]) |
//! | `x-attache-kind` | operation | the kind of record; else the name up to its last dot |
//! | `x-attache-integrity` | field | `own` where the system vouches for the form, else `text` |
//! | `x-attache-edited` | field of a record, with integrity `own` | `by`: who changed the record last, `at`: when |
//! | `x-attache-role` | field | `target`, `recipient`, `amount`, `words`, `value` |

mod at;
mod binding;
mod layout;
mod operation;
mod pace;
mod resolve;
mod schema;
mod sync;

use std::collections::BTreeMap;

use domain::{Operation, SystemId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use at::At;
pub use binding::{
    Act, Binding, EditedFields, Linked, Marker, MessageForm, Piece, Place, SeenIn, SeenOf, Written,
};
pub use layout::{Layout, Paging};
pub(crate) use layout::{Next, strong};
pub(crate) use operation::meaning;
pub(crate) use pace::Bucket;
pub use pace::Pace;
pub(crate) use resolve::resolved;
pub(crate) use schema::{fits, plain};
pub use sync::{Since, SyncForm};

/// An operation with how to ask for it.
#[derive(Clone, Debug)]
pub struct Described {
    /// What it is.
    pub operation: Operation,
    /// How it is asked for.
    pub binding: Binding,
}

/// All that can be asked of a system.
#[derive(Clone, Debug)]
pub struct Description {
    /// What the system calls itself. Its own words.
    pub title: String,
    operations: BTreeMap<String, Described>,
    /// The kinds of records that can be kept on this machine, and how all of each are read.
    pub sync: BTreeMap<String, SyncForm>,
    /// How many requests it takes from one account.
    pub pace: Option<Pace>,
    /// What it describes and can't be used, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Why a description can't be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// It is no JSON.
    #[error("The description of `{system}` is no JSON: {why}.")]
    Form {
        /// The system.
        system: SystemId,
        /// What the reader said.
        why: String,
    },
    /// Another version of OpenAPI.
    #[error("The description of `{system}` is not OpenAPI 3.1. Convert it to 3.1 first.")]
    Version {
        /// The system.
        system: SystemId,
    },
}

/// How a definition differs from the one that was pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// There was none.
    New(String),
    /// It says something else now; nothing may be done with it until somebody has looked.
    Changed(String),
    /// It is gone.
    Gone(String),
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// When it is no JSON or no OpenAPI 3.1. A single operation that can't be used is left out and named instead.
    pub fn read(system: &SystemId, text: &str) -> Result<Self, DescriptionError> {
        let document: Value = serde_json::from_str(text).map_err(|error| DescriptionError::Form {
            system: system.clone(),
            why: error.to_string(),
        })?;
        let version = document.get("openapi").and_then(Value::as_str);
        if !version.is_some_and(|version| version == "3.1" || version.starts_with("3.1.")) {
            let system = system.clone();
            return Err(DescriptionError::Version { system });
        }
        let title = document.pointer("/info/title").and_then(Value::as_str);
        let mut out = Self {
            title: title.unwrap_or_default().to_owned(),
            operations: BTreeMap::new(),
            sync: BTreeMap::new(),
            pace: None,
            left_out: Vec::new(),
        };
        let mut twice = Vec::new();
        for (path, item) in object(document.get("paths")) {
            for method in ["get", "put", "post", "delete", "patch"] {
                let Some(definition) = item.get(method) else {
                    continue;
                };
                let name = definition.get("operationId").and_then(Value::as_str);
                let name = name.map_or_else(|| format!("{method} {path}"), str::to_owned);
                match operation::read(system, &document, (method, path, item), definition) {
                    Ok(described) => {
                        if out.operations.insert(name.clone(), described).is_some() {
                            twice.push(name);
                        }
                    }
                    Err(why) => out.left_out.push((name, why)),
                }
            }
        }
        if let Some(sync) = document.get("x-attache-sync") {
            match serde_json::from_value(sync.clone()) {
                Ok(sync) => out.sync = sync,
                Err(error) => out
                    .left_out
                    .push(("x-attache-sync".to_owned(), error.to_string())),
            }
        }
        for name in twice {
            out.operations.remove(&name);
            out.left_out
                .push((name, "two operations have this name".to_owned()));
        }
        out.check_markers();
        Ok(out)
    }

    /// What was put together in another way.
    pub(crate) fn of(title: String, each: impl IntoIterator<Item = Described>) -> Self {
        let each = each.into_iter();
        let mut out = Self {
            title,
            operations: each.map(|one| (one.operation.name.clone(), one)).collect(),
            sync: BTreeMap::new(),
            pace: None,
            left_out: Vec::new(),
        };
        out.check_markers();
        out
    }

    /// A marker that can't be searched for protects nothing.
    fn check_markers(&mut self) {
        let searches = |marker: &Marker| {
            let search = self.operations.get(&marker.search)?;
            let place = search.binding.places.get(&marker.field)?;
            (*place == Place::Query && search.binding.act == Act::Find).then_some(())
        };
        let marked = self.operations.values().filter_map(|described| {
            let marker = described.binding.marker.as_ref()?;
            let field = described.binding.places.get(&marker.field);
            let good = field == Some(&Place::Body) && searches(marker).is_some();
            (!good).then(|| described.operation.name.clone())
        });
        let bad: Vec<String> = marked.collect();
        for name in bad {
            if let Some(described) = self.operations.get_mut(&name) {
                described.binding.marker = None;
                described.operation.repeat = domain::Repeat::Never;
            }
        }
    }

    /// All operations, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Described> {
        self.operations.values()
    }

    /// The operation of this name.
    pub fn operation(&self, name: &str) -> Option<&Described> {
        self.operations.get(name)
    }

    /// The operation of a kind with this last word that does this: `crm.deals`, `get`.
    pub(crate) fn of_kind(&self, kind: &str, word: &str, act: Act) -> Option<&Described> {
        let found = self.operations.get(&format!("{kind}.{word}"))?;
        (found.binding.act == act).then_some(found)
    }

    /// The digest of each definition, to be pinned.
    pub fn pins(&self) -> BTreeMap<String, String> {
        let each = self.operations.iter();
        each.map(|(name, described)| (name.clone(), described.operation.definition.clone()))
            .collect()
    }

    /// What differs from the definitions that were pinned.
    pub fn drift(&self, pinned: &BTreeMap<String, String>) -> Vec<Drift> {
        let now = self.operations.values().filter_map(|described| {
            let (name, definition) = (described.operation.name.clone(), &described.operation.definition);
            match pinned.get(&name) {
                None => Some(Drift::New(name)),
                Some(before) if before != definition => Some(Drift::Changed(name)),
                Some(_) => None,
            }
        });
        let gone = pinned.keys().filter(|name| !self.operations.contains_key(*name));
        now.chain(gone.map(|name| Drift::Gone(name.clone()))).collect()
    }
}

/// SHA-256 of the canonical JSON (RFC 8785) of a value, in hex.
///
/// # Errors
/// When it holds a number that JSON can't carry exactly.
pub(crate) fn digest(value: &Value) -> Result<String, String> {
    let canonical = serde_json_canonicalizer::to_vec(value)
        .map_err(|_| "it holds a number that can't be written exactly".to_owned())?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(canonical)))
}

/// The digest of a definition: of all that decides what is sent where, and what is believed of it.
fn definition(method: &str, path: &str, shared: &Value, own: &Value) -> Result<String, String> {
    digest(&json!({"method": method, "path": path, "parameters": shared, "operation": own}))
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
