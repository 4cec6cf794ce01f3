use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::description::{MessageForm, Pace, Paging, SeenIn, SyncForm};
use crate::oauth::Shown;

/// A connector: what a business system can be asked, and how. Written by a person, read by a person, checked by
/// `attache connector check`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form.
    #[schemars(range(min = 1, max = 1))]
    pub manifest: u8,
    /// Name of the connector: lower-case words joined by hyphens.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 64))]
    pub name: String,
    /// What people call the system.
    #[schemars(length(min = 1))]
    pub title: String,
    /// What it is good for, in a sentence.
    #[schemars(length(min = 1))]
    pub about: String,
    /// Against what it was run for real, with its version; or that it never was.
    #[schemars(length(min = 1))]
    pub tried: String,
    /// The system is a database, and its operations are statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Dialect>,
    /// Where its paths begin: an example, of which the person gives their own, as `https://rt.example.com/REST/2.0` or
    /// `postgresql://db.example.com:5432/shop`.
    #[schemars(regex(pattern = "^(https?|postgresql|mysql|mariadb|sqlite)://"))]
    pub base: String,
    /// The ways to sign in, the best first.
    #[schemars(length(min = 1))]
    pub sign_in: Vec<SignIn>,
    /// Headers that go with every request. `{origin}` stands for scheme, host and port of the address.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The operation, a read without required arguments, by which a sign-in is tried.
    pub check: String,
    /// The vendor's own description that this was written from.
    #[serde(default)]
    pub description: Option<Source>,
    /// The kinds of records, and how each is laid out.
    pub records: BTreeMap<String, RecordForm>,
    /// How many requests the system takes from one account.
    #[serde(default)]
    pub pace: Option<Pace>,
    /// The kinds of records that can be kept on the person's device, to be found like their documents, and how all of each
    /// are read.
    #[serde(default)]
    pub sync: BTreeMap<String, SyncForm>,
    /// What can be asked, each named `KIND.WORD`. The words `get`, `search`, `list`, `create`, `update` and `delete` mean what they
    /// say; any other is something else that is done to a record of the kind.
    pub operations: BTreeMap<String, OperationForm>,
}

/// What a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// PostgreSQL.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite: a file on this machine.
    Sqlite,
}

impl Dialect {
    /// The schemes of its addresses.
    pub fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Postgresql => &["postgresql"],
            Self::Mysql => &["mysql", "mariadb"],
            Self::Sqlite => &["sqlite"],
        }
    }

    /// The usual port of its servers.
    pub fn port(self) -> u16 {
        match self {
            Self::Postgresql => 5432,
            Self::Mysql => 3306,
            Self::Sqlite => 0,
        }
    }

    /// An address as an example.
    pub fn example(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql://db.example.com:5432/shop",
            Self::Mysql => "mysql://db.example.com:3306/shop",
            Self::Sqlite => "sqlite:///home/ines/shop.db",
        }
    }
}

/// A description that a vendor publishes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where it is published.
    pub published: String,
    /// SHA-256 of the file that was read, in hex.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub digest: String,
}

/// A way to sign in. The secret itself is in the system's keyring and nowhere in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "way", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SignIn {
    /// `Authorization: Bearer SECRET`.
    Bearer {
        /// What people call the secret there, and where they find it.
        secret: String,
    },
    /// A header of its own.
    Header {
        /// Name of the header.
        #[schemars(regex(pattern = "^[A-Za-z0-9-]+$"))]
        header: String,
        /// What stands before the secret.
        #[serde(default)]
        prefix: String,
        /// What people call the secret there, and where they find it.
        secret: String,
    },
    /// A user's name and a password (RFC 7617).
    Basic {
        /// What people call the secret there, and where they find it.
        secret: String,
        /// The name, where it is always the same; else the person gives theirs.
        #[serde(default)]
        user: Option<String>,
    },
    /// Nothing is shown: whoever may read the file may read the database.
    None,
    /// OAuth 2.0: a person signs in at the provider, in a browser or with a code on another device, and Attaché gets tokens.
    /// `{origin}` in an address stands for scheme, host and port of the system's own. Every host that is named here may be
    /// asked for tokens, and no other.
    Oauth {
        /// Whose client id is used, and where one gets it.
        secret: String,
        /// The provider's name, by which its answers are known (RFC 9207). Without `token` it is asked where its addresses
        /// are (RFC 8414, OpenID Connect Discovery).
        #[serde(default)]
        issuer: Option<String>,
        /// The provider names itself in every answer; one that does not is refused.
        #[serde(default)]
        names_itself: bool,
        /// Where a browser is sent.
        #[serde(default)]
        authorize: Option<String>,
        /// Where tokens are given.
        #[serde(default)]
        token: Option<String>,
        /// Where a code for another device is given (RFC 8628).
        #[serde(default)]
        device: Option<String>,
        /// Where tokens are made worthless (RFC 7009).
        #[serde(default)]
        revoke: Option<String>,
        /// Further hosts of the provider, where it says itself where its addresses are.
        #[serde(default)]
        hosts: Vec<String>,
        /// What is asked for.
        #[serde(default)]
        scopes: Vec<String>,
        /// For what the tokens are meant (RFC 8707).
        #[serde(default)]
        resource: Option<String>,
        /// What else stands in the address that a browser is sent to.
        #[serde(default)]
        with: BTreeMap<String, String>,
        /// Where the browser comes back: on this machine, without a port if the provider takes any. Else this very address
        /// has to be registered there.
        #[serde(default = "redirect")]
        redirect: String,
        /// Whether the program has a secret of its own, and how it is shown.
        #[serde(default)]
        client_secret: Shown,
        /// The program signs in as itself, by its secret, without a person.
        #[serde(default)]
        itself: bool,
    },
}

fn redirect() -> String {
    "http://127.0.0.1/callback".to_owned()
}

impl SignIn {
    /// What people call the secret, and where they find it.
    pub fn secret(&self) -> &str {
        match self {
            Self::Bearer { secret }
            | Self::Header { secret, .. }
            | Self::Basic { secret, .. }
            | Self::Oauth { secret, .. } => secret,
            Self::None => "",
        }
    }

    /// Its name, as a person chooses it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bearer { .. } => "bearer",
            Self::Header { .. } => "header",
            Self::Basic { .. } => "basic",
            Self::Oauth { itself: false, .. } => "oauth",
            Self::Oauth { itself: true, .. } => "oauth-itself",
            Self::None => "none",
        }
    }
}

/// How a kind of record is laid out in answers. Places are written like a path: `Owner/id`, `values/0`, `journals/-1` for
/// the last one, `fields/[name=Severity]/value` for the entry of a list that has this value.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordForm {
    /// Where the record stands in an answer that holds one; else it is the answer.
    #[serde(default)]
    pub record: Option<String>,
    /// Where the list stands in an answer that holds several; else `items`.
    #[serde(default)]
    pub items: Option<String>,
    /// Where the fields stand in a record, if not in itself.
    #[serde(default)]
    pub inside: Option<String>,
    /// Where the id stands in a record; else `id`.
    #[serde(default)]
    pub id: Option<String>,
    /// The fields that name a record for people, the first that has words counts.
    #[serde(default)]
    pub title: Vec<String>,
    /// The field that holds its state.
    #[serde(default)]
    pub status: Option<String>,
    /// The field that holds whose it is.
    #[serde(default)]
    pub owner: Option<String>,
    /// Where a person sees it, with `{id}` and `{site}`: scheme, host and port of the address.
    #[serde(default)]
    pub link: Option<String>,
    /// Where its version is.
    #[serde(default)]
    pub version: Version,
    /// The fields that say who changed it last, and when.
    #[serde(default)]
    pub edited: Edited,
    /// Fields whose form the system itself vouches for: ids, times, numbers it counts. All others may hold words that
    /// somebody else wrote.
    #[serde(default)]
    pub own: Vec<String>,
    /// Fields that are taken from another place than their name, or from inside another one.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Fields that are left out: links of the interface, and what is shown by another field.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// What is written to empty a field, where the system takes no `null`.
    #[serde(default)]
    pub emptied_by: Option<Value>,
    /// Values by which the system says that a field is empty, as `1970-01-01T00:00:00Z`.
    #[serde(default)]
    pub empty: Vec<Value>,
}

/// Where a record's version is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Version {
    /// In the header `ETag`.
    Etag,
    /// In a field.
    Field(String),
    /// The system has none: whether somebody else changed a record is seen by comparing all of it.
    #[default]
    None,
}

/// The fields that say who changed a record last, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edited {
    /// Who.
    #[serde(default)]
    pub by: Option<String>,
    /// When.
    #[serde(default)]
    pub at: Option<String>,
}

/// What an operation does to the world outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Changes nothing.
    Read,
    /// Makes something that only the person sees.
    Draft,
    /// Changes something that can be seen by those who use the system.
    Write,
    /// Reaches people: a mail, a reply to a customer.
    Send,
    /// Takes something away.
    Destructive,
}

/// What the system makes of the same request sent twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Repeat {
    /// It does it twice. (Class N)
    #[default]
    Never,
    /// The state is the same as after the first. (Class U)
    Unchanging,
    /// It remembers the header `Idempotency-Key` for so many hours. (Class K)
    Keyed {
        /// How long a key is remembered, in hours.
        hours: u64,
    },
    /// What is made carries a mark and can be found by it. (Class P)
    Marked {
        /// The argument that takes the mark.
        field: String,
        /// The search that finds a record by that field.
        search: String,
        /// After how many seconds nothing late can come any more; without it nothing is sent again.
        #[serde(default)]
        settles: Option<u64>,
    },
}

/// How it can be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// The old values are written back.
    Restorable,
    /// Something else makes up for it.
    Compensable,
    /// Not at all.
    #[default]
    Irreversible,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON.
    #[default]
    Json,
    /// As a web form (`application/x-www-form-urlencoded`).
    Form,
}

/// What the answer to something that was done holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// The record, or at least its id.
    #[default]
    Record,
    /// Words only, or nothing; what was done is read back.
    Words,
}

/// One thing that can be asked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationForm {
    /// What it does, in a sentence for people.
    #[schemars(length(min = 1))]
    pub summary: String,
    /// Method and path below the address, arguments in braces: `PUT /ticket/{id}`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(GET|POST|PUT|PATCH|DELETE) /"))]
    pub request: String,
    /// Of a database: the one statement, arguments in braces: `select id, name from customer where id = {id}`. `{name?}` is
    /// whether the argument was given. A search says `limit {limit} offset {offset}`, or goes on `{after}` the last id; a
    /// change may compare with the `{version}` that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Of a statement that searches: so many records on a page, else 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub rows: Option<usize>,
    /// Of a statement: how long it may take, else 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 25))]
    pub seconds: Option<u64>,
    /// Of a statement that changes something: so many records are changed, else 1; if it would be another number, all of it is
    /// taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub changes: Option<u64>,
    /// What it does to the world outside.
    pub class: Class,
    /// For a read that is asked by another method than `GET`: how it is known that it changes nothing.
    #[serde(default)]
    pub changes_nothing: Option<String>,
    /// It is about money, credentials or rights.
    #[serde(default)]
    pub severe: bool,
    /// Something goes to other people or to a third party by it.
    #[serde(default)]
    pub egress: bool,
    /// How it can be taken back.
    #[serde(default)]
    pub undo: Undo,
    /// What the system makes of the same request sent twice.
    #[serde(default)]
    pub repeat: Repeat,
    /// The system refuses when the record is no longer of the version in `If-Match`.
    #[serde(default)]
    pub conditional: bool,
    /// Its arguments by name. The name of one that changes a field of the record is that field's name.
    #[serde(default)]
    pub arguments: BTreeMap<String, ArgumentForm>,
    /// What always stands in the query.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// What always stands in the body, by place.
    #[serde(default)]
    pub with: BTreeMap<String, Value>,
    /// How the body is written.
    #[serde(default)]
    pub body: Body,
    /// What its answer holds.
    #[serde(default)]
    pub says: Says,
    /// The kind of record that it answers with, if it is another one.
    #[serde(default)]
    pub answers: Option<String>,
    /// How its answer goes on.
    #[serde(default)]
    pub pages: Option<Paging>,
    /// The message that people get by it.
    #[serde(default)]
    pub message: Option<MessageForm>,
    /// Where what was done is seen afterwards.
    #[serde(default)]
    pub seen_in: Option<SeenIn>,
}

impl OperationForm {
    /// What each argument may be.
    pub(crate) fn forms(&self) -> BTreeMap<String, Form> {
        let each = self.arguments.iter();
        each.map(|(name, own)| (name.clone(), own.form)).collect()
    }

    /// Whether it changes nothing.
    pub(crate) fn only_reads(&self) -> bool {
        self.class == Class::Read
    }
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Into {
    /// Into the query.
    Query,
    /// Into the body.
    Body,
}

/// What an argument means for the rules and the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Names the record that is acted on; the first argument in the path does.
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

/// What an argument may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Text.
    #[default]
    Text,
    /// A mail address.
    Email,
    /// A day, as `2026-09-24`.
    Date,
    /// A day and time (RFC 3339).
    DateTime,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A list of texts.
    List,
}

/// An argument.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArgumentForm {
    /// Where it goes, if it does not stand in the path: else into the query of `GET` and `DELETE`, and the body of others.
    #[serde(default)]
    pub into: Option<Into>,
    /// Its name in the query or its place in the body, where that is another one.
    #[serde(default)]
    pub place: Option<String>,
    /// Whether it must be given. What stands in the path always must.
    #[serde(default)]
    pub required: bool,
    /// What it means; else its form decides.
    #[serde(default)]
    pub role: Option<Role>,
    /// What it may be.
    #[serde(default)]
    pub form: Form,
    /// It may be emptied.
    #[serde(default)]
    pub nullable: bool,
    /// The only values it may have.
    #[serde(default)]
    pub values: Vec<Value>,
    /// What is sent, with `{value}` for what was given.
    #[serde(default)]
    pub template: Option<String>,
}
