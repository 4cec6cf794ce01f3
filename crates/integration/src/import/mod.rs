//! What a system can be asked, from the OpenAPI description that its vendor publishes, without a line written for it.
//!
//! Such a description says nothing of what matters most: what an operation does to the world. It is derived here from method,
//! path, name, words, parameters, body and ways to sign in, by rules that are data ([`words`]), each with its reason. **A
//! write is never taken for a read**: whatever is not beyond doubt is [unclear](Imported::unclear), counts as the strictest
//! class it could be, and is asked of a person.
//!
//! OpenAPI 3.0 and 3.1 and Swagger 2.0, JSON or YAML, also packed with gzip. Real descriptions keep to no model, so that they
//! are read loosely: what can't be used is [left out](Import::left_out) with its place and reason, and nothing is ever fetched.
//! Document and operations are pinned by digest; [`compare`] says what is different in another one.

mod class;
mod diff;
mod file;
mod names;
mod outline;
mod refs;
mod signals;
mod tokens;
mod traits;
mod words;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use domain::SideEffect;
use serde::Serialize;
use serde_json::{Value, json};

pub use class::{Judged, judge};
pub use diff::{Difference, Kind, compare};
pub use file::{LARGEST, Unreadable};
pub use outline::{Given, Outline};
pub use refs::LeftOut;
pub use traits::{Again, Traits};

use refs::{Digests, Document, below};

/// A description as it was read.
#[derive(Clone, Debug, Serialize)]
pub struct Import {
    /// What the system calls itself. Its own words.
    pub title: String,
    /// Version of the description, as it says itself.
    pub version: String,
    /// The form it is written in: `OpenAPI 3.0.3`.
    pub form: String,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// Every operation, by path and method.
    pub operations: Vec<Imported>,
    /// What is not used, with its place and reason.
    pub left_out: Vec<LeftOut>,
}

/// An operation with what it is taken for.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// Its `operationId`; method and path where it has none, or shares it.
    pub name: String,
    /// What it is taken for: of all that it could be, the strictest.
    pub class: SideEffect,
    /// A person has to say what it is.
    pub unclear: bool,
    /// All that it could be.
    pub could_be: Vec<SideEffect>,
    /// Why, in sentences.
    pub why: Vec<String>,
    /// All else that is derived.
    #[serde(flatten)]
    pub traits: Traits,
    /// What it was derived from.
    pub outline: Outline,
    /// Digest of the whole definition with all that it refers to; another definition is another operation.
    pub definition: String,
    /// Digests of its parts, to say what changed.
    #[serde(skip)]
    pub(in crate::import) parts: BTreeMap<&'static str, Digests>,
}

impl Imported {
    fn place(&self) -> (&str, &str) {
        (&self.outline.path, &self.outline.method)
    }
}

impl Import {
    /// Reads a description from the bytes of its file.
    ///
    /// # Errors
    /// When it is no description, or too large. What can't be used of one is left out and named instead.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let file = file::read(bytes)?;
        let root = &file.value;
        let text = |pointer: &str| {
            let value = root.pointer(pointer);
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let mut document = Document::new(root);
        let mut operations = read_operations(&mut document);
        operations.sort_by(|one, other| one.place().cmp(&other.place()));
        name_apart(&mut document, &mut operations);
        let there: BTreeSet<(String, String)> = operations
            .iter()
            .map(|operation| {
                (
                    operation.outline.method.clone(),
                    traits::place(&operation.outline.path),
                )
            })
            .collect();
        for operation in &mut operations {
            operation
                .traits
                .around(&operation.outline, operation.class, &there);
            operation.why.append(&mut operation.traits.why);
        }
        Ok(Self {
            title: text("/info/title"),
            version: text("/info/version"),
            form: file.form,
            digest: file.digest,
            operations,
            left_out: document.left_out(),
        })
    }

    /// How many operations there are of each class, and how many of them are unclear.
    pub fn counts(&self) -> Vec<(SideEffect, usize, usize)> {
        let classes = [
            SideEffect::Read,
            SideEffect::Draft,
            SideEffect::Write,
            SideEffect::Send,
            SideEffect::Destructive,
        ];
        let count = |class: SideEffect| {
            let of = self
                .operations
                .iter()
                .filter(|operation| operation.class == class);
            (
                class,
                of.clone().count(),
                of.filter(|operation| operation.unclear).count(),
            )
        };
        classes.into_iter().map(count).collect()
    }
}

/// The methods that mean something here. What `TRACE` answers may hold the credential.
const METHODS: [&str; 7] = ["get", "head", "options", "post", "put", "patch", "delete"];
/// What else may stand beside the methods of a path.
const BESIDE: [&str; 5] = ["parameters", "servers", "summary", "description", "$ref"];
/// The most operations; a description with more is no description.
const MOST: usize = 50_000;

fn read_operations(document: &mut Document<'_>) -> Vec<Imported> {
    let mut out = Vec::new();
    let root = document.root();
    for name in ["webhooks", "x-webhooks"] {
        if root.get(name).is_some() {
            document.leave_out(
                &format!("#/{name}"),
                "what the system sends by itself is not asked of it",
            );
        }
    }
    for (path, item) in object(root.get("paths")) {
        let at = below("#/paths", path);
        if path.starts_with("x-") {
            continue;
        }
        let Some(item) = document.follow(&at, item) else {
            continue;
        };
        for (method, own) in object(Some(item)) {
            let here = format!("{at}/{}", escaped(method));
            if BESIDE.contains(&method.as_str()) || method.starts_with("x-") {
                continue;
            }
            let Some(known) = METHODS.iter().find(|known| known.eq_ignore_ascii_case(method)) else {
                document.leave_out(&here, "this method is not used");
                continue;
            };
            if !own.is_object() {
                document.leave_out(&here, "this operation has no form");
                continue;
            }
            if out.len() == MOST {
                document.leave_out(&here, "this and what follows is too much");
                return out;
            }
            match read_one(document, &here, (known, path, item), own) {
                Ok(operation) => out.push(operation),
                Err(why) => document.leave_out(&here, &why),
            }
        }
    }
    if out.is_empty() {
        document.leave_out("#/paths", "no operation stands here");
    }
    out
}

fn read_one(
    document: &mut Document<'_>,
    at: &str,
    (method, path, item): (&str, &str, &Value),
    own: &Value,
) -> Result<Imported, String> {
    let outline = outline::outline(document, at, method, path, item, own);
    let judged = judge(&outline);
    let schemes = used_schemes(document.root(), &outline);
    let part = |names: &[&str]| -> Value {
        let of = names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), own.get(*name)?.clone())));
        Value::Object(of.collect())
    };
    let parts = [
        (
            "parameters",
            json!([item.get("parameters"), part(&["parameters", "consumes"])]),
        ),
        ("body", part(&["requestBody"])),
        ("answers", part(&["responses", "produces"])),
        ("security", json!([outline.security, schemes])),
        ("host", json!(outline.servers)),
    ];
    let mut digests = BTreeMap::new();
    for (name, value) in parts {
        digests.insert(name, document.digest(at, &value)?);
    }
    let whole = json!({"method": outline.method, "path": path, "own": own, "shared": item.get("parameters"),
        "security": outline.security, "schemes": schemes, "servers": outline.servers});
    let definition = document.digest(at, &whole)?;
    let traits = Traits::of(&outline, &judged, document.root());
    let operation = Imported {
        name: outline
            .id
            .clone()
            .unwrap_or_else(|| format!("{} {path}", outline.method)),
        class: judged.class,
        unclear: judged.unclear,
        could_be: judged.could_be,
        why: judged.why,
        traits,
        outline,
        definition: definition.whole.clone(),
        parts: digests,
    };
    Ok(operation)
}

/// The definitions of the ways to sign in that an operation names.
fn used_schemes(root: &Value, outline: &Outline) -> Value {
    let defined = root
        .pointer("/components/securitySchemes")
        .or_else(|| root.get("securityDefinitions"));
    let named = object(defined).filter(|(name, _)| {
        let mut ways = outline.security.iter().flat_map(|way| way.split(" + "));
        ways.any(|way| way.split(':').next() == Some(name))
    });
    Value::Object(
        named
            .map(|(name, scheme)| (name.clone(), scheme.clone()))
            .collect(),
    )
}

/// Operations that share a name are told apart by method and path.
fn name_apart(document: &mut Document<'_>, operations: &mut [Imported]) {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in operations.iter() {
        *names.entry(&operation.name).or_default() += 1;
    }
    let shared: BTreeSet<String> = names
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(name, _)| name.to_owned())
        .collect();
    for operation in operations
        .iter_mut()
        .filter(|operation| shared.contains(&operation.name))
    {
        let outline = &operation.outline;
        let at = below(&below("#/paths", &outline.path), &outline.method.to_lowercase());
        let why = format!(
            "the name `{}` stands at several operations; it goes by method and path",
            operation.name
        );
        document.leave_out(&format!("{at}/operationId"), &why);
        operation.name = format!("{} {}", outline.method, outline.path);
    }
}

/// The fields of an object; nothing for anything else.
fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// A name as a part of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// How much of a description is looked at, in characters. Longer ones are manuals.
const WORDS: usize = 3_000;

fn sentence_cap(text: &str) -> String {
    text.chars().take(WORDS).collect()
}

/// A class in one word, as it stands in JSON.
pub fn class_word(class: SideEffect) -> &'static str {
    match class {
        SideEffect::Read => "read",
        SideEffect::Draft => "draft",
        SideEffect::Write => "write",
        SideEffect::Send => "send",
        SideEffect::Destructive => "destructive",
    }
}
