use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Integrity;
use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{At, Layout, Paging};

/// How an operation is asked for over HTTP.
#[derive(Clone, Debug)]
pub struct Binding {
    /// HTTP method.
    pub method: Method,
    /// Path below the base address, with arguments in braces.
    pub path: String,
    /// Where each argument goes.
    pub places: BTreeMap<String, Place>,
    /// What it does, as far as its form tells.
    pub act: Act,
    /// Whether the system honours `If-Match`.
    pub conditional: bool,
    /// Whether the system takes an `Idempotency-Key`.
    pub keyed: bool,
    /// How what it makes is marked, to find it again.
    pub marker: Option<Marker>,
    /// The message that people get by it.
    pub message: Option<MessageForm>,
    /// The kind of record that is answered, where the description names one.
    pub answers: Option<String>,
    /// Who may have written each field of the record that is answered.
    pub fields: BTreeMap<String, Integrity>,
    /// Where the record that is answered says who changed it last, and when.
    pub edited: EditedFields,
    /// The statuses that mean that it was done.
    pub success: Vec<u16>,
    /// How the records that are answered are laid out.
    pub layout: Arc<Layout>,
    /// How an answer in pages goes on.
    pub paging: Option<Paging>,
    /// How each argument is written where it goes, where that is not by its own name and as it is.
    pub written: BTreeMap<String, Written>,
    /// What always stands in the query.
    pub query: Vec<(String, String)>,
    /// What always stands in the body.
    pub with: Vec<(At, Value)>,
    /// The body is written as a web form.
    pub web_form: bool,
    /// What is answered are words, or nothing; what was done is read back.
    pub words: bool,
    /// Where what was done is seen afterwards.
    pub seen_in: Option<SeenIn>,
}

/// Below which record what was done is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeenOf {
    /// Below the one that was acted on. The same words written there before, by whomever, can't be told from these.
    #[default]
    Record,
    /// Below the one that the header `Location` of the answer names: surely what was made by this request.
    Location,
}

/// How an argument is written where it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Its name in the query, or its place in the body.
    pub at: At,
    /// What is sent, with `{value}` for what was given.
    pub template: Option<String>,
}

/// Where what was done is seen afterwards: in a record of a search that says what was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenIn {
    /// The search below one record, with its id in the path.
    pub search: String,
    /// Which id that is.
    #[serde(default)]
    pub of: SeenOf,
    /// What a record must say to count.
    #[serde(default)]
    pub fits: BTreeMap<String, Value>,
}

/// The fields of a record that say who changed it last, and when: `x-attache-edited`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditedFields {
    /// Who.
    pub by: Option<String>,
    /// When.
    pub at: Option<String>,
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A field of the body.
    Body,
}

/// What an operation does, as far as its form tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Reads one record.
    Get,
    /// Reads several, page by page.
    Find,
    /// Makes a record of the fields that are sent.
    Create,
    /// Changes the fields that are sent and no others.
    Update,
    /// Takes a record away.
    Delete,
    /// Something else.
    Other,
}

/// How what an operation makes is marked, to find it again: `x-attache-marker`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// The field that takes the mark.
    pub field: String,
    /// The operation that finds a record by that field.
    pub search: String,
}

/// The message that people get by an operation: `x-attache-message`. Each part is made of pieces put together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageForm {
    /// To whom.
    #[serde(default)]
    pub to: Vec<Piece>,
    /// To whom a copy.
    #[serde(default)]
    pub cc: Vec<Piece>,
    /// To whom a copy that the others do not see.
    #[serde(default)]
    pub bcc: Vec<Piece>,
    /// Subject.
    #[serde(default)]
    pub subject: Vec<Piece>,
    /// Words.
    #[serde(default)]
    pub body: Vec<Piece>,
    /// Names of attachments.
    #[serde(default)]
    pub attachments: Vec<Piece>,
}

/// A piece of a part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Piece {
    /// These words.
    Words(String),
    /// An argument.
    Argument {
        /// Its name.
        argument: String,
    },
    /// A field of the record that is acted on.
    Record {
        /// Its name.
        record: String,
        /// Where the field holds the id of another record: of which kind, and which field of that one is meant.
        #[serde(default)]
        of: Option<Linked>,
    },
}

/// A field of another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linked {
    /// Kind of the other record.
    pub kind: String,
    /// Its field.
    pub field: String,
}
