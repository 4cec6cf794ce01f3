use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How all records of a kind are read, and later those that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncForm {
    /// What people call several of them: `Tickets`.
    #[schemars(length(min = 1))]
    pub title: String,
    /// The read that lists all of them that the person may see.
    pub list: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: BTreeMap<String, Value>,
    /// How those are listed that changed since a moment, the one that changed first coming first. Without it all are
    /// listed each time.
    #[serde(default)]
    pub since: Option<Since>,
    /// The list holds only a part of each record: it is read whole by `KIND.get`.
    #[serde(default)]
    pub whole: bool,
    /// The read of what people wrote in a record: messages, notes, comments.
    #[serde(default)]
    pub words: Option<String>,
    /// The argument of it that takes the record's id, if that is not the one in its path.
    #[serde(default)]
    pub words_by: Option<String>,
    /// Of what that reads only the records whose fields have one of these values count: `{ContentType: [text/plain]}`.
    #[serde(default)]
    pub words_where: BTreeMap<String, Vec<Value>>,
    /// Fields that hold HTML.
    #[serde(default)]
    pub html: Vec<String>,
}

/// The argument that takes the moment from which on changes are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Name of the argument.
    pub argument: String,
    /// How the moment is written, in UTC, as `strftime` has it: `%Y-%m-%d %H:%M:%S`; without it as RFC 3339.
    #[serde(default)]
    pub written: Option<String>,
}
