//! An operation that is a statement of a database: as a description, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Integrity, Operation, Parameter, SystemId};
use reqwest::Method;
use serde_json::json;

use super::check::{Wrong, message};
use super::compile::{act, effect, integrity, repeat, role, schema};
use super::form::{
    ArgumentForm, Body, Class, Dialect, Manifest, OperationForm, RecordForm, Repeat, Role, Says, Undo,
    Version,
};
use crate::description::{Act, Binding, Described, EditedFields, Layout, Paging, Place, digest};
use crate::import::escaped;
use crate::sql::statement::Parsed;

/// What Attaché itself fills in.
const FILLED_IN: [&str; 4] = ["limit", "offset", "after", "version"];

/// The argument that names the record that is acted on: the one that says so, else `id`.
fn target<'a>(name: &str, form: &'a OperationForm) -> Option<&'a str> {
    let mut all = form.arguments.iter();
    let said = all
        .find(|(_, own)| own.role == Some(Role::Target))
        .map(|(name, _)| name.as_str());
    match act(name) {
        Act::Find | Act::Create => said,
        Act::Get => said.or_else(|| form.arguments.keys().next().map(String::as_str)),
        Act::Update | Act::Delete | Act::Other => {
            said.or_else(|| form.arguments.contains_key("id").then_some("id"))
        }
    }
}

/// The arguments that people give.
fn given(form: &OperationForm) -> impl Iterator<Item = (&String, &ArgumentForm)> {
    let all = form.arguments.iter();
    all.filter(|(name, _)| !FILLED_IN.contains(&name.as_str()))
}

/// A statement as a description: it is asked for by its name, what reads with its arguments in the query, what changes
/// something with them in the body.
pub(super) fn described(
    manifest: &Manifest,
    system: &SystemId,
    (name, kind, form): (&str, &str, &OperationForm),
    record: &RecordForm,
    layout: Arc<Layout>,
) -> Result<Described, String> {
    let dialect = manifest.database.ok_or("it is no database")?;
    let parsed = Parsed::read(dialect, form.statement.as_deref().unwrap_or_default())?;
    let used = parsed.used();
    let reads = form.class == Class::Read;
    let place = if reads { Place::Query } else { Place::Body };
    let target = target(name, form);
    let (mut places, mut parameters) = (BTreeMap::new(), BTreeMap::new());
    for (argument, own) in given(form) {
        let is_target = target == Some(argument.as_str());
        places.insert(argument.clone(), place);
        parameters.insert(
            argument.clone(),
            Parameter {
                required: own.required || is_target,
                role: match is_target {
                    true => domain::Role::Target,
                    false => role(own, place, false, reads),
                },
                integrity: integrity(record, argument),
                schema: schema(own),
            },
        );
    }
    let (repeat, marker) = repeat(&form.repeat);
    let page = if used.contains_key("after") {
        "after"
    } else {
        "offset"
    };
    let binding = Binding {
        method: if reads { Method::GET } else { Method::POST },
        path: format!("/{name}"),
        places,
        act: act(name),
        conditional: used.contains_key("version"),
        keyed: false,
        marker,
        message: form.message.clone(),
        answers: form.answers.clone(),
        fields: record
            .own
            .iter()
            .map(|name| (name.clone(), Integrity::OwnField))
            .collect(),
        edited: EditedFields {
            by: record.edited.by.clone(),
            at: record.edited.at.clone(),
        },
        success: vec![200],
        layout,
        paging: (act(name) == Act::Find).then(|| Paging::Cursor {
            at: "next".to_owned(),
            name: page.to_owned(),
        }),
        written: BTreeMap::new(),
        query: Vec::new(),
        with: Vec::new(),
        web_form: false,
        words: false,
        seen_in: None,
    };
    let (side_effect, undo) = effect(form);
    // All that decides what is carried out, and what is believed of it.
    let whole = json!({
        "operation": name, "form": form, "record": record, "database": dialect, "manifest": manifest.name,
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

/// What does not make sense.
pub(super) fn wrong(
    manifest: &Manifest,
    dialect: Dialect,
    at: &str,
    name: &str,
    form: &OperationForm,
) -> Vec<Wrong> {
    let mut wrong = message(manifest, at, form);
    let mut say = |below: &str, why: &str| wrong.push((format!("{at}{below}"), why.to_owned()));
    let Some((kind, _)) = name.rsplit_once('.') else {
        say("", "its name is the kind of record and a word: `customer.get`");
        return wrong;
    };
    for kind in [Some(kind), form.answers.as_deref()].into_iter().flatten() {
        if !manifest.records.contains_key(kind) {
            say("", &format!("there is no kind `{kind}` among `records`"));
        }
    }
    for word in of_http(form) {
        let why = format!(
            "`{word}` belongs to a system that is asked over HTTP; a database is asked by a `statement`"
        );
        say(&format!("/{word}"), &why);
    }
    if matches!(form.repeat, Repeat::Keyed { .. }) {
        say("/repeat", "a database remembers no keys");
    }
    if let Repeat::Marked { field, search, .. } = &form.repeat {
        let found = manifest.operations.get(search);
        let searched =
            found.is_some_and(|found| act(search) == Act::Find && found.arguments.contains_key(field));
        if !searched || !form.arguments.contains_key(field) {
            let why = format!(
                "the mark goes into the argument `{field}`, and `{search}` must be a search with an argument of that name"
            );
            say("/repeat", &why);
        }
    }
    classes(name, form, &mut say);
    let Some(text) = &form.statement else {
        say("", "it has no `statement`");
        return wrong;
    };
    match Parsed::read(dialect, text) {
        Err(why) => say("/statement", &why),
        Ok(parsed) => statement(manifest, (name, kind, form), &parsed, &mut say),
    }
    wrong
}

/// Words that mean nothing to a database.
fn of_http(form: &OperationForm) -> Vec<String> {
    let mut said: Vec<String> = [
        ("request", !form.request.is_empty()),
        ("changes_nothing", form.changes_nothing.is_some()),
        ("query", !form.query.is_empty()),
        ("with", !form.with.is_empty()),
        ("body", form.body != Body::Json),
        ("says", form.says != Says::Record),
        ("pages", form.pages.is_some()),
        ("seen_in", form.seen_in.is_some()),
    ]
    .into_iter()
    .filter(|(_, said)| *said)
    .map(|(word, _)| word.to_owned())
    .collect();
    let placed = |own: &ArgumentForm| own.into.is_some() || own.place.is_some() || own.template.is_some();
    let arguments = form.arguments.iter().filter(|(_, own)| placed(own));
    said.extend(arguments.map(|(name, _)| format!("arguments/{}", escaped(name))));
    said
}

fn classes(name: &str, form: &OperationForm, say: &mut impl FnMut(&str, &str)) {
    let own_act = act(name);
    let reads = matches!(own_act, Act::Get | Act::Find);
    if reads && form.class != Class::Read {
        say("/class", "`get` and `search` only read");
    }
    if form.class == Class::Read && matches!(own_act, Act::Create | Act::Update | Act::Delete) {
        say("/class", "its name says that it changes something");
    }
    if own_act == Act::Delete && form.class != Class::Destructive {
        say(
            "/class",
            "`delete` takes something away: its class is `destructive`",
        );
    }
    if form.undo == Undo::Restorable && own_act != Act::Update {
        say(
            "/undo",
            "only an `update` is taken back by writing the old values",
        );
    }
    if form.changes.is_some() && form.class == Class::Read {
        say("/changes", "a read changes nothing");
    }
    if form.rows.is_some() && own_act != Act::Find {
        say("/rows", "only a `search` answers in pages");
    }
}

fn statement(
    manifest: &Manifest,
    (name, kind, form): (&str, &str, &OperationForm),
    parsed: &Parsed,
    say: &mut impl FnMut(&str, &str),
) {
    let (own_act, used) = (act(name), parsed.used());
    let reads = form.class == Class::Read;
    let words: &[&str] = match reads {
        true => &["select", "with", "values", "table"],
        false => &[
            "insert", "update", "delete", "replace", "merge", "with", "select", "call",
        ],
    };
    if !words.contains(&parsed.first.as_str()) {
        let why = format!(
            "a {} begins with one of `{}`",
            if reads { "read" } else { "change" },
            words.join("`, `")
        );
        say("/statement", &why);
    }
    if parsed.first == "delete" && form.class != Class::Destructive {
        say(
            "/class",
            "`delete` takes something away: its class is `destructive`",
        );
    }
    for argument in used.keys() {
        if !form.arguments.contains_key(*argument) && !FILLED_IN.contains(argument) {
            say(
                "/statement",
                &format!("`{{{argument}}}` is not among its arguments"),
            );
        }
    }
    for argument in form.arguments.keys() {
        if !used.contains_key(argument.as_str()) {
            let here = format!("/arguments/{}", escaped(argument));
            say(&here, &format!("its statement has no `{{{argument}}}`"));
        }
    }
    let target = target(name, form);
    let arguments = given(form).count();
    match own_act {
        Act::Get if arguments != 1 => say("/arguments", "a record is read by its id alone: one argument"),
        Act::Update | Act::Delete if target.is_none() => {
            say(
                "/arguments",
                "it is about one record: name the argument with its id `id`, or give it `role: target`",
            );
        }
        Act::Find
            if !used.contains_key("limit") || used.contains_key("after") == used.contains_key("offset") =>
        {
            say(
                "/statement",
                "a search answers in pages: end it with `limit {limit} offset {offset}`, or order it by the id, begin `{after}` \
                 the last one and end with `limit {limit}`",
            );
        }
        _ => {}
    }
    if own_act != Act::Find
        && ["limit", "offset", "after"]
            .iter()
            .any(|word| used.contains_key(word))
    {
        say(
            "/statement",
            "`{limit}`, `{offset}` and `{after}` are filled in for a `search` only",
        );
    }
    // What is left out would empty a field, or be compared with nothing.
    if reads || own_act == Act::Update {
        for (argument, own) in given(form) {
            let asks = used.get(argument.as_str()).is_some_and(|used| used.asks);
            if own.required || target == Some(argument.as_str()) || asks {
                continue;
            }
            let here = format!("/arguments/{}", escaped(argument));
            let why = match reads {
                true => format!(
                    "it may be left out, and then nothing would be found: write `(not {{{argument}?}} or …)`, or say `required: true`"
                ),
                false => format!(
                    "it may be left out, and the field would be emptied: write `{argument} = case when {{{argument}?}} then \
                     {{{argument}}} else {argument} end`, or say `required: true`"
                ),
            };
            say(&here, &why);
        }
    }
    let version = manifest.records.get(kind).map(|record| &record.version);
    match (used.contains_key("version"), version) {
        (true, _) if reads => say("/statement", "`{version}` is filled in for a change only"),
        (true, Some(Version::Field(_))) => {}
        (true, _) => say(
            "/statement",
            &format!(
                "`{{version}}` is the record's: say under `records/{kind}/version` which field holds it"
            ),
        ),
        (false, _) if form.conditional => {
            say(
                "/conditional",
                "its statement compares no `{version}`; without that it depends on nothing",
            );
        }
        (false, _) => {}
    }
}
