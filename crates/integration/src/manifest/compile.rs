use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Integrity, Operation, Parameter, SideEffect, SystemId};
use reqwest::Method;
use serde_json::{Value, json};

use super::form::{ArgumentForm, Body, Class, Form, Into, Manifest, OperationForm, RecordForm, Repeat, Role};
use super::form::{Says, Undo, Version};
use crate::description::digest;
use crate::description::{
    Act, At, Binding, Described, Description, EditedFields, Layout, Marker, Place, Written,
};

/// A manifest as a description.
pub(super) fn description(manifest: &Manifest, system: &SystemId) -> Result<Description, String> {
    let mut layouts = BTreeMap::new();
    for (kind, record) in &manifest.records {
        layouts.insert(kind, Arc::new(layout(record)?));
    }
    let mut all = Vec::new();
    for (name, form) in &manifest.operations {
        let (kind, _) = name.rsplit_once('.').unwrap_or((name, ""));
        let shown = form.answers.as_deref().unwrap_or(kind);
        let record = manifest
            .records
            .get(shown)
            .ok_or_else(|| format!("there is no record `{shown}`"))?;
        let layout = layouts.get(&shown.to_owned()).cloned().unwrap_or_default();
        let one = (name.as_str(), kind, form);
        all.push(match manifest.database {
            Some(_) => super::statement::described(manifest, system, one, record, layout)?,
            None => described(manifest, system, one, record, layout)?,
        });
    }
    let mut description = Description::of(manifest.title.clone(), all);
    description.sync = manifest.sync.clone();
    description.pace = manifest.pace;
    Ok(description)
}

/// Method and path of a request.
pub(super) fn request(form: &OperationForm) -> (&str, &str) {
    form.request.split_once(' ').unwrap_or(("GET", "/"))
}

/// The names in braces of a path.
pub(super) fn in_path(path: &str) -> Vec<&str> {
    let segments = path.split('/');
    let inside = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    inside.collect()
}

/// Where an argument goes.
pub(super) fn place(form: &OperationForm, name: &str, argument: &ArgumentForm) -> Place {
    let (method, path) = request(form);
    match argument.into {
        _ if in_path(path).contains(&name) => Place::Path,
        Some(Into::Query) => Place::Query,
        Some(Into::Body) => Place::Body,
        None if ["GET", "DELETE"].contains(&method) => Place::Query,
        None => Place::Body,
    }
}

/// What an operation does, by the last word of its name.
pub(crate) fn act(name: &str) -> Act {
    match name.rsplit('.').next().unwrap_or_default() {
        "get" => Act::Get,
        "search" | "list" => Act::Find,
        "create" => Act::Create,
        "update" => Act::Update,
        "delete" => Act::Delete,
        _ => Act::Other,
    }
}

fn layout(form: &RecordForm) -> Result<Layout, String> {
    let usual = Layout::default();
    let at = |text: &Option<String>, usual: At| text.as_deref().map_or(Ok(usual), At::parse);
    let field = |(name, place): (&String, &String)| Ok::<_, String>((name.clone(), At::parse(place)?));
    Ok(Layout {
        record: at(&form.record, usual.record)?,
        items: at(&form.items, usual.items)?,
        inside: at(&form.inside, usual.inside)?,
        id: at(&form.id, usual.id)?,
        title: if form.title.is_empty() {
            usual.title
        } else {
            form.title.clone()
        },
        etag: form.version == Version::Etag,
        version: match &form.version {
            Version::Field(place) => Some(At::parse(place)?),
            Version::Etag | Version::None => None,
        },
        whole: form.version == Version::None,
        fields: form.fields.iter().map(field).collect::<Result<_, _>>()?,
        leave_out: form.leave_out.clone(),
        empty: form.empty.clone(),
        emptied_by: form.emptied_by.clone().unwrap_or_default(),
        link: form.link.clone(),
    })
}

fn described(
    manifest: &Manifest,
    system: &SystemId,
    (name, kind, form): (&str, &str, &OperationForm),
    record: &RecordForm,
    layout: Arc<Layout>,
) -> Result<Described, String> {
    let (method, path) = request(form);
    let (mut places, mut written, mut parameters) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let first = in_path(path).first().copied();
    let unsaid = ArgumentForm::default();
    let all = form
        .arguments
        .iter()
        .map(|(name, argument)| (name.as_str(), argument));
    let only_named = in_path(path)
        .into_iter()
        .filter(|name| !form.arguments.contains_key(*name));
    for (argument, own) in all.chain(only_named.map(|name| (name, &unsaid))) {
        let place = place(form, argument, own);
        if own.place.is_some() || own.template.is_some() {
            let at = own.place.as_deref();
            written.insert(
                argument.to_owned(),
                Written {
                    // A name in a query may hold a slash.
                    at: match place {
                        Place::Body => at.map_or(Ok(At::field(argument)), At::parse)?,
                        _ => At::field(at.unwrap_or(argument)),
                    },
                    template: own.template.clone(),
                },
            );
        }
        places.insert(argument.to_owned(), place);
        let reads = form.class == Class::Read;
        parameters.insert(
            argument.to_owned(),
            Parameter {
                required: own.required || place == Place::Path,
                role: role(own, place, first == Some(argument), reads),
                integrity: integrity(record, argument),
                schema: schema(own),
            },
        );
    }
    let mut query: Vec<(String, String)> = form
        .query
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    query.extend(form.pages.as_ref().and_then(crate::description::Paging::size));
    let with = form
        .with
        .iter()
        .map(|(place, value)| Ok((At::parse(place)?, value.clone())));
    let with = with.collect::<Result<Vec<_>, String>>()?;
    let (repeat, marker) = repeat(&form.repeat);
    let fields = record
        .own
        .iter()
        .map(|name| (name.clone(), Integrity::OwnField))
        .collect();
    let binding = Binding {
        method: Method::from_bytes(method.as_bytes()).map_err(|_| "its method is unknown".to_owned())?,
        path: path.to_owned(),
        places,
        act: act(name),
        conditional: form.conditional,
        keyed: matches!(form.repeat, Repeat::Keyed { .. }),
        marker,
        message: form.message.clone(),
        answers: form.answers.clone(),
        fields,
        edited: EditedFields {
            by: record.edited.by.clone(),
            at: record.edited.at.clone(),
        },
        success: Vec::new(),
        layout,
        paging: form.pages.clone(),
        written,
        query,
        with,
        web_form: form.body == Body::Form,
        words: form.says == Says::Words,
        seen_in: form.seen_in.clone(),
    };
    let (side_effect, undo) = effect(form);
    // All that decides what is sent where, and what is believed of it.
    let whole = json!({
        "operation": name, "form": form, "record": record, "headers": manifest.headers, "manifest": manifest.name,
    });
    let operation = Operation {
        system: system.clone(),
        name: name.to_owned(),
        summary: form.summary.clone(),
        kind: kind.to_owned(),
        side_effect,
        repeat,
        undo,
        severe: form.severe,
        egress: form.egress || form.class == Class::Send,
        parameters,
        definition: digest(&whole)?,
    };
    Ok(Described { operation, binding })
}

/// What it does to the world, and how it can be taken back.
pub(super) fn effect(form: &OperationForm) -> (SideEffect, Option<domain::Undo>) {
    let undo = match form.undo {
        _ if form.class == Class::Read => None,
        Undo::Restorable => Some(domain::Undo::Restorable),
        Undo::Compensable => Some(domain::Undo::Compensable),
        Undo::Irreversible => Some(domain::Undo::Irreversible),
    };
    (side_effect(form.class), undo)
}

/// The class in the words of the domain.
pub(super) fn side_effect(class: Class) -> SideEffect {
    match class {
        Class::Read => SideEffect::Read,
        Class::Draft => SideEffect::Draft,
        Class::Write => SideEffect::Write,
        Class::Send => SideEffect::Send,
        Class::Destructive => SideEffect::Destructive,
    }
}

pub(super) fn repeat(form: &Repeat) -> (domain::Repeat, Option<Marker>) {
    match form {
        Repeat::Never => (domain::Repeat::Never, None),
        Repeat::Unchanging => (domain::Repeat::Unchanging, None),
        Repeat::Keyed { hours } => (
            domain::Repeat::Keyed {
                remembers: hours.saturating_mul(3_600_000),
            },
            None,
        ),
        Repeat::Marked {
            field,
            search,
            settles,
        } => (
            domain::Repeat::Marked {
                settles: settles.map(|seconds| seconds.saturating_mul(1_000)),
            },
            Some(Marker {
                field: field.clone(),
                search: search.clone(),
            }),
        ),
    }
}

/// Without a word of the manifest the form decides, and free text in a body counts as words for people.
pub(super) fn role(own: &ArgumentForm, place: Place, first: bool, reads: bool) -> domain::Role {
    match own.role {
        Some(Role::Target) => domain::Role::Target,
        Some(Role::Recipient) => domain::Role::Recipient,
        Some(Role::Amount) => domain::Role::Amount,
        Some(Role::Words) => domain::Role::Words,
        Some(Role::Value) => domain::Role::Value,
        None if place == Place::Path && first => domain::Role::Target,
        None if own.form == Form::Email && !reads && place != Place::Path => domain::Role::Recipient,
        None if place == Place::Body && own.form == Form::Text && own.values.is_empty() => {
            domain::Role::Words
        }
        None => domain::Role::Value,
    }
}

pub(super) fn integrity(record: &RecordForm, field: &str) -> Integrity {
    match record.own.iter().any(|own| own == field) {
        true => Integrity::OwnField,
        false => Integrity::Text,
    }
}

pub(super) fn schema(own: &ArgumentForm) -> Value {
    let (kind, format) = match own.form {
        Form::Text => ("string", None),
        Form::Email => ("string", Some("email")),
        Form::Date => ("string", Some("date")),
        Form::DateTime => ("string", Some("date-time")),
        Form::Integer => ("integer", None),
        Form::Number => ("number", None),
        Form::Boolean => ("boolean", None),
        Form::List => ("array", None),
    };
    let mut schema = json!({ "type": kind });
    if own.nullable {
        schema["type"] = json!([kind, "null"]);
    }
    if let Some(format) = format {
        schema["format"] = format.into();
    }
    if own.form == Form::List {
        schema["items"] = json!({"type": "string"});
    }
    if !own.values.is_empty() {
        let mut values = own.values.clone();
        values.extend(own.nullable.then_some(Value::Null));
        schema["enum"] = values.into();
    }
    schema
}
