use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Integrity, Operation, Parameter, Repeat, Role, SideEffect, SystemId, Undo};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::binding::{Act, Binding, EditedFields, Place};
use super::layout::Paging;
use super::resolve::resolved;
use super::{Described, definition, object};

/// Reads one operation, or says why it can't be used.
pub(super) fn read(
    system: &SystemId,
    document: &Value,
    (method, path, item): (&str, &str, &Value),
    own: &Value,
) -> Result<Described, String> {
    let name = own.get("operationId").and_then(Value::as_str);
    let name = name.ok_or("it has no `operationId`")?.to_owned();
    let shared = resolved(document, item.get("parameters").unwrap_or(&Value::Null))?;
    let own_resolved = resolved(document, own)?;
    let said = side_effect(method, &own_resolved);
    let side_effect = said.unwrap_or(SideEffect::Destructive);
    let mut taking = Taking {
        reads: side_effect == SideEffect::Read,
        first: path.split(['{', '}']).nth(1).unwrap_or_default().to_owned(),
        ..Taking::default()
    };
    for list in [Some(&shared), own_resolved.get("parameters")] {
        for parameter in list.and_then(Value::as_array).into_iter().flatten() {
            taking.parameter(parameter)?;
        }
    }
    taking.body(&own_resolved)?;
    taking.path(path)?;
    let binding = Binding {
        method: Method::from_bytes(method.to_uppercase().as_bytes())
            .map_err(|_| "its method is unknown".to_owned())?,
        path: path.to_owned(),
        act: act(method, path, &taking),
        places: taking.places,
        conditional: taking.conditional,
        keyed: taking.keyed,
        marker: extension(&own_resolved, "x-attache-marker")?,
        message: extension(&own_resolved, "x-attache-message")?,
        answers: answers(own),
        fields: fields(&own_resolved),
        edited: edited(&own_resolved),
        success: success(&own_resolved),
        layout: Arc::default(),
        paging: Some(Paging::Cursor {
            at: "next_cursor".to_owned(),
            name: "cursor".to_owned(),
        }),
        written: BTreeMap::new(),
        query: Vec::new(),
        with: Vec::new(),
        web_form: false,
        words: false,
        seen_in: None,
    };
    let undo = match (word(&own_resolved, "x-attache-undo"), side_effect) {
        (_, SideEffect::Read) => None,
        (Some("restorable"), _) => Some(Undo::Restorable),
        (Some("compensable"), _) => Some(Undo::Compensable),
        _ => Some(Undo::Irreversible),
    };
    let kind = match word(&own_resolved, "x-attache-kind") {
        Some(kind) => kind.to_owned(),
        None => name
            .rsplit_once('.')
            .map_or_else(|| name.clone(), |(kind, _)| kind.to_owned()),
    };
    let summary = own_resolved.get("summary").and_then(Value::as_str);
    let operation = Operation {
        system: system.clone(),
        summary: summary.unwrap_or_default().to_owned(),
        kind,
        side_effect,
        repeat: repeat(&own_resolved, &binding),
        undo,
        severe: flag(&own_resolved, "x-attache-severe", said.is_none()),
        egress: flag(&own_resolved, "x-attache-egress", said.is_none()),
        parameters: taking.parameters,
        definition: definition(method, path, &shared, &own_resolved)?,
        name,
    };
    Ok(Described { operation, binding })
}

/// What the description says that it does; nothing where it says nothing, or what can't be so.
fn side_effect(method: &str, own: &Value) -> Option<SideEffect> {
    match (word(own, "x-attache-side-effect")?, method) {
        ("read", "get") => Some(SideEffect::Read),
        ("read", _) | (_, "get") => None,
        ("draft", _) => Some(SideEffect::Draft),
        ("write", _) => Some(SideEffect::Write),
        ("send", _) => Some(SideEffect::Send),
        ("destructive", _) => Some(SideEffect::Destructive),
        _ => None,
    }
}

/// Whether a word is said. Anything but a plain `false` says it.
fn flag(own: &Value, name: &str, unsaid: bool) -> bool {
    own.get(name).map_or(unsaid, |value| *value != Value::Bool(false))
}

fn word<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn extension<T: DeserializeOwned>(own: &Value, name: &str) -> Result<Option<T>, String> {
    match own.get(name) {
        None => Ok(None),
        Some(value) => match T::deserialize(value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(format!("its `{name}` can't be read: {error}")),
        },
    }
}

/// Anything unclear is [`Repeat::Never`].
fn repeat(own: &Value, binding: &Binding) -> Repeat {
    let number = |name: &str| own.get(name).and_then(Value::as_u64);
    match word(own, "x-attache-idempotency") {
        Some("U") => Repeat::Unchanging,
        Some("K") if binding.keyed => match number("x-attache-key-hours") {
            Some(hours) => Repeat::Keyed {
                remembers: hours.saturating_mul(3_600_000),
            },
            None => Repeat::Never,
        },
        Some("P") if binding.marker.is_some() => Repeat::Marked {
            settles: number("x-attache-settles-seconds").map(|seconds| seconds.saturating_mul(1_000)),
        },
        _ => Repeat::Never,
    }
}

/// What the form of an operation tells about what it does.
fn act(method: &str, path: &str, taking: &Taking) -> Act {
    let ends_with_one = path.ends_with('}') && path.matches('{').count() == 1;
    let has_body = taking.places.values().any(|place| *place == Place::Body);
    match method {
        "get" if ends_with_one => Act::Get,
        "get" if !path.contains('{') => Act::Find,
        "post" if has_body && !path.contains('{') => Act::Create,
        "patch" if has_body && ends_with_one => Act::Update,
        "delete" if ends_with_one => Act::Delete,
        _ => Act::Other,
    }
}

/// The kind of record in the answer: the name of the schema that the definition itself refers to.
fn answers(own: &Value) -> Option<String> {
    let (_, response) = object(own.get("responses")).find(|(status, _)| status.starts_with('2'))?;
    let schema = response.pointer("/content/application~1json/schema")?;
    let name = word(schema, "$ref")?.rsplit('/').next()?;
    Some(name.to_owned())
}

fn fields(own: &Value) -> BTreeMap<String, Integrity> {
    let each = answered(own).into_iter();
    each.map(|(name, field)| (name.clone(), integrity(field)))
        .collect()
}

/// Only a field that the system vouches for can say who changed something.
fn edited(own: &Value) -> EditedFields {
    let named = |wanted: &str| {
        let all = answered(own).into_iter();
        let mut all = all.filter(|(_, field)| integrity(field) == Integrity::OwnField);
        let found = all.find(|(_, field)| word(field, "x-attache-edited") == Some(wanted));
        found.map(|(name, _)| name.clone())
    };
    EditedFields {
        by: named("by"),
        at: named("at"),
    }
}

/// The fields of the records that are answered.
fn answered(own: &Value) -> Vec<(&String, &Value)> {
    let mut out = Vec::new();
    for (status, response) in object(own.get("responses")) {
        let schema = response.pointer("/content/application~1json/schema");
        let Some(schema) = schema.filter(|_| status.starts_with('2')) else {
            continue;
        };
        // A page holds its records in a list.
        let lists = object(schema.get("properties")).filter_map(|(_, field)| field.pointer("/items"));
        for schema in lists.chain([schema]) {
            out.extend(object(schema.get("properties")));
        }
    }
    out
}

fn success(own: &Value) -> Vec<u16> {
    let statuses = object(own.get("responses")).filter_map(|(status, _)| status.parse().ok());
    // 202 means that it may be done later, which is no answer.
    statuses
        .filter(|status| (200..300).contains(status) && *status != 202)
        .collect()
}

fn integrity(field: &Value) -> Integrity {
    match word(field, "x-attache-integrity") {
        Some("own") => Integrity::OwnField,
        _ => Integrity::Text,
    }
}

/// The arguments of one operation as they are collected.
#[derive(Default)]
struct Taking {
    /// Nothing but a search is asked by it.
    reads: bool,
    /// The argument that comes first in the path: it names the record that is acted on.
    first: String,
    parameters: BTreeMap<String, Parameter>,
    places: BTreeMap<String, Place>,
    conditional: bool,
    keyed: bool,
}

impl Taking {
    fn parameter(&mut self, parameter: &Value) -> Result<(), String> {
        let name = word(parameter, "name").ok_or("one of its parameters has no name")?;
        let place = word(parameter, "in").unwrap_or_default();
        let required = parameter.get("required") == Some(&Value::Bool(true));
        match (place, name.to_lowercase().as_str()) {
            ("path", _) => self.add(name, Place::Path, true, parameter.get("schema")),
            ("query", _) => self.add(name, Place::Query, required, parameter.get("schema")),
            // These two are the engine's to fill in, and never an argument.
            ("header", "if-match") => {
                self.conditional = true;
                Ok(())
            }
            ("header", "idempotency-key") => {
                self.keyed = true;
                Ok(())
            }
            // A header could carry a credential or change how the request is read.
            _ if !required => Ok(()),
            _ => Err(format!("it needs `{name}` in a place that is not supported")),
        }
    }

    fn body(&mut self, own: &Value) -> Result<(), String> {
        let Some(body) = own.get("requestBody") else {
            return Ok(());
        };
        let schema = body.pointer("/content/application~1json/schema");
        let schema = schema.ok_or("its body is not JSON")?;
        if object(schema.get("properties")).next().is_none() {
            return Err("its body is not an object with named fields".to_owned());
        }
        let required = schema.get("required").and_then(Value::as_array);
        for (name, field) in object(schema.get("properties")) {
            if field.get("readOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            let needed = required.is_some_and(|names| names.iter().any(|own| own == name));
            self.add(name, Place::Body, needed, Some(field))?;
        }
        Ok(())
    }

    /// Each part in braces is one whole segment and a known argument, and the other way round.
    fn path(&self, path: &str) -> Result<(), String> {
        if !path.starts_with('/') || path.contains(['?', '#', '\\', '%']) {
            return Err("its path is not plain".to_owned());
        }
        let mut named = Vec::new();
        for segment in path.split('/').skip(1) {
            let inside = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            match inside {
                Some(name) => named.push(name),
                None if segment.contains(['{', '}']) => {
                    return Err("a part of its path is only partly an argument".to_owned());
                }
                None if segment == "." || segment == ".." => {
                    return Err("its path is not plain".to_owned());
                }
                None => {}
            }
        }
        named.sort_unstable();
        let in_path = self.places.iter().filter(|(_, place)| **place == Place::Path);
        let arguments: Vec<&str> = in_path.map(|(name, _)| name.as_str()).collect();
        if named == arguments {
            Ok(())
        } else {
            Err("its path and its arguments do not fit together".to_owned())
        }
    }

    fn add(
        &mut self,
        name: &str,
        place: Place,
        required: bool,
        schema: Option<&Value>,
    ) -> Result<(), String> {
        let schema = schema.cloned().unwrap_or(Value::Bool(true));
        let parameter = Parameter {
            required,
            role: self.role(name, place, &schema),
            integrity: integrity(&schema),
            schema,
        };
        self.parameters.insert(name.to_owned(), parameter);
        match self.places.insert(name.to_owned(), place) {
            None => Ok(()),
            // The operation's own parameter replaces that of its path.
            Some(before) if before == place && place != Place::Body => Ok(()),
            Some(_) => Err(format!("it has two arguments named `{name}`")),
        }
    }

    /// What an argument means. Without a word of the description the form decides, and free text counts as words for people. An
    /// address that is searched for gets nothing.
    fn role(&self, name: &str, place: Place, schema: &Value) -> Role {
        match word(schema, "x-attache-role") {
            Some("target") => return Role::Target,
            Some("recipient") => return Role::Recipient,
            Some("amount") => return Role::Amount,
            Some("words") => return Role::Words,
            Some("value") => return Role::Value,
            _ => {}
        }
        if place == Place::Path {
            return if name == self.first {
                Role::Target
            } else {
                Role::Value
            };
        }
        meaning(name, place, schema, self.reads)
    }
}

/// What an argument that is no part of a path means, as far as its form tells.
pub(crate) fn meaning(name: &str, place: Place, schema: &Value, reads: bool) -> Role {
    let is_address = |schema: &Value| word(schema, "format") == Some("email");
    let lower = name.to_lowercase();
    let sounds_like = |words: &[&str]| {
        words
            .iter()
            .any(|word| lower.split('_').any(|part| part == *word))
    };
    let has_type = |wanted: &str| match schema.get("type") {
        Some(Value::String(own)) => own == wanted,
        Some(Value::Array(all)) => all.iter().any(|own| own == wanted),
        _ => false,
    };
    let sounds_addressed = is_address(schema)
        || schema.get("items").is_some_and(is_address)
        || ["to", "cc", "bcc", "recipients"].contains(&lower.as_str());
    if sounds_addressed && !reads {
        return Role::Recipient;
    }
    let is_number = has_type("integer") || has_type("number");
    if is_number && sounds_like(&["amount", "price", "total", "cost", "value", "currency"]) {
        return Role::Amount;
    }
    let is_free = has_type("string") && schema.get("enum").is_none() && schema.get("format").is_none();
    if place == Place::Body && is_free {
        return Role::Words;
    }
    Role::Value
}
