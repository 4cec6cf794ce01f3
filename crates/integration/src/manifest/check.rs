//! What is wrong with a manifest: first its form, by the published schema, then whether it makes sense.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::compile::{act, in_path, place, request};
use super::form::{
    Class, Dialect, Manifest, OperationForm, RecordForm, Repeat, Role, Says, SignIn, Undo, Version,
};
use super::signing::provider;
use crate::description::{Act, At, Paging, Piece, Place, SyncForm};
use crate::import::escaped;

/// A place as a JSON pointer, and what is wrong there.
pub(super) type Wrong = (String, String);

static SCHEMA: LazyLock<Option<jsonschema::Validator>> = LazyLock::new(|| {
    let made = jsonschema::validator_for(&super::schema());
    made.inspect_err(|error| tracing::error!(%error, "the schema of manifests is none"))
        .ok()
});

/// What of the published form a manifest does not keep to.
pub(super) fn form(manifest: &Value) -> Vec<Wrong> {
    let Some(schema) = SCHEMA.as_ref() else {
        return vec![(String::new(), "this build can't check manifests".to_owned())];
    };
    let told = |error: jsonschema::ValidationError<'_>| {
        let at = error.instance_path().to_string();
        (at, error.to_string())
    };
    schema.iter_errors(manifest).map(told).collect()
}

/// What does not make sense.
pub(super) fn sense(manifest: &Manifest) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (kind, record) in &manifest.records {
        let at = format!("/records/{}", escaped(kind));
        wrong.extend(record_places(&at, record));
    }
    for (name, value) in &manifest.headers {
        let at = format!("/headers/{}", escaped(name));
        let lower = name.to_lowercase();
        if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err()
            || reqwest::header::HeaderValue::from_str(value).is_err()
        {
            wrong.push((at.clone(), "it can't be sent as a header".to_owned()));
        }
        let ours = [
            "authorization",
            "content-type",
            "content-length",
            "host",
            "if-match",
            "idempotency-key",
            "cookie",
        ];
        if ours.contains(&lower.as_str()) {
            wrong.push((at, format!("`{name}` is filled in by Attaché; leave it out")));
        }
    }
    for (at, form) in manifest.sign_in.iter().enumerate() {
        let same = |other: &SignIn| other.word() == form.word();
        if manifest.sign_in.iter().take(at).any(same) {
            wrong.push((
                format!("/sign_in/{at}"),
                format!("the way `{}` stands there twice", form.word()),
            ));
        }
        if let Err(why) = provider(form, &manifest.base) {
            wrong.push((format!("/sign_in/{at}"), why));
        }
    }
    match manifest.operations.get(&manifest.check) {
        None => wrong.push((
            "/check".to_owned(),
            format!(
                "there is no operation `{}`; name one of those below",
                manifest.check
            ),
        )),
        Some(form) if form.class != Class::Read => {
            wrong.push((
                "/check".to_owned(),
                "a sign-in is tried by a read; this one changes something".to_owned(),
            ));
        }
        Some(form)
            if manifest.database.is_none() && !in_path(request(form).1).is_empty()
                || form.arguments.values().any(|own| own.required) =>
        {
            wrong.push((
                "/check".to_owned(),
                "it needs an argument, and there is none to give".to_owned(),
            ));
        }
        Some(_) => {}
    }
    for (kind, form) in &manifest.sync {
        let at = format!("/sync/{}", escaped(kind));
        wrong.extend(synced(manifest, &at, kind, form));
    }
    for (name, form) in &manifest.operations {
        let at = format!("/operations/{}", escaped(name));
        wrong.extend(match manifest.database {
            Some(dialect) => super::statement::wrong(manifest, dialect, &at, name, form),
            None => operation(manifest, &at, name, form),
        });
    }
    if let Some(dialect) = manifest.database {
        if let Err(why) = crate::sql::address(dialect, &manifest.base) {
            wrong.push(("/base".to_owned(), why.trim_end_matches('.').to_owned()));
        }
        let signs = |form: &SignIn| match dialect {
            Dialect::Sqlite => *form == SignIn::None,
            Dialect::Postgresql | Dialect::Mysql => matches!(form, SignIn::Basic { .. }),
        };
        if !manifest.sign_in.iter().all(signs) {
            let way = if dialect == Dialect::Sqlite {
                "none"
            } else {
                "basic"
            };
            wrong.push((
                "/sign_in".to_owned(),
                format!("to such a database one signs in by `way: {way}`"),
            ));
        }
        if !manifest.headers.is_empty() {
            wrong.push(("/headers".to_owned(), "a database takes no headers".to_owned()));
        }
    }
    wrong
}

/// What is kept on the person's device is read only by what surely reads, and all of it can be asked for.
fn synced(manifest: &Manifest, at: &str, kind: &str, form: &SyncForm) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |word: &str, why: String| wrong.push((format!("{at}{word}"), why));
    let reads = |name: &str| {
        let found = manifest.operations.get(name);
        found.filter(|form| form.class == Class::Read && !form.egress)
    };
    if !manifest.records.contains_key(kind) {
        say("", format!("there is no record `{kind}`"));
    }
    match reads(&form.list) {
        None => say(
            "/list",
            format!("`{}` is no operation that only reads", form.list),
        ),
        Some(list) => {
            let since = form.since.as_ref().map(|since| &since.argument);
            let mut given: BTreeSet<&String> = form.arguments.keys().collect();
            given.extend(since);
            for name in &given {
                if !list.arguments.contains_key(*name) {
                    say("", format!("`{}` has no argument `{name}`", form.list));
                }
            }
            let all = list.arguments.iter().filter(|(_, own)| own.required);
            let path = in_path(request(list).1).into_iter().map(str::to_owned);
            let needed = all.map(|(name, _)| name.clone()).chain(path);
            for name in needed.filter(|name| !given.contains(name)) {
                say(
                    "",
                    format!("`{}` needs `{name}`; give it in `arguments`", form.list),
                );
            }
            if !form.whole && list.answers.as_deref().is_some_and(|answers| answers != kind) {
                let why = format!("`{}` answers with other records; read each `whole`", form.list);
                say("/list", why);
            }
            if act(&form.list) != Act::Find {
                say("/list", "name what lists several `KIND.list`".to_owned());
            }
        }
    }
    let edited = manifest.records.get(kind).map(|record| &record.edited);
    if form.since.is_some() && edited.is_none_or(|edited| edited.at.is_none()) {
        say(
            "/since",
            "the record does not say when it was changed: name the field in `edited`".to_owned(),
        );
    }
    let directives = form.since.as_ref().and_then(|since| since.written.as_deref());
    let mut rest = directives.unwrap_or_default().split('%').skip(1);
    if !rest.all(|part| part.starts_with(['Y', 'm', 'd', 'H', 'M', 'S', 's'])) {
        say(
            "/since/written",
            "only %Y, %m, %d, %H, %M, %S and %s can be written".to_owned(),
        );
    }
    if form.whole && reads(&format!("{kind}.get")).is_none() {
        say(
            "/whole",
            format!("there is no operation `{kind}.get` that only reads"),
        );
    }
    if let Some(words) = &form.words {
        let takes = reads(words).is_some_and(|below| match &form.words_by {
            Some(by) => below.arguments.contains_key(by),
            None => in_path(request(below).1).len() == 1,
        });
        if !takes {
            let why = format!("`{words}` does not only read, or has no argument for the record's id");
            say("/words", why);
        }
    }
    wrong
}

fn record_places(at: &str, record: &RecordForm) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let named = [
        ("record", &record.record),
        ("items", &record.items),
        ("inside", &record.inside),
        ("id", &record.id),
    ];
    let mut read = |at: String, text: &str| {
        if let Err(why) = At::parse(text) {
            wrong.push((at, why));
        }
    };
    for (word, place) in named {
        if let Some(place) = place {
            read(format!("{at}/{word}"), place);
        }
    }
    for (name, place) in &record.fields {
        read(format!("{at}/fields/{}", escaped(name)), place);
    }
    if let Version::Field(place) = &record.version {
        read(format!("{at}/version/field"), place);
    }
    let own: BTreeSet<&String> = record.own.iter().collect();
    for (word, field) in [("by", &record.edited.by), ("at", &record.edited.at)] {
        // Whoever may write anything could say that somebody else did.
        if let Some(field) = field.as_ref().filter(|field| !own.contains(field)) {
            let why = format!(
                "`{field}` is not among `own`: only a field that the system vouches for says who changed a record"
            );
            wrong.push((format!("{at}/edited/{word}"), why));
        }
    }
    wrong
}

fn operation(manifest: &Manifest, at: &str, name: &str, form: &OperationForm) -> Vec<Wrong> {
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut say = |below: &str, why: String| wrong.push((format!("{at}{below}"), why));
    if form.request.is_empty() {
        say(
            "",
            "it says nothing of what is sent: give its `request`".to_owned(),
        );
    }
    let of_database = [
        ("statement", form.statement.is_some()),
        ("rows", form.rows.is_some()),
        ("seconds", form.seconds.is_some()),
        ("changes", form.changes.is_some()),
    ];
    for (word, _) in of_database.into_iter().filter(|(_, said)| *said) {
        say(
            &format!("/{word}"),
            format!("`{word}` belongs to a database; say which under `database`"),
        );
    }
    let (method, path) = request(form);
    let Some((kind, _)) = name.rsplit_once('.') else {
        return vec![(
            at.to_owned(),
            format!("`{name}` must be written as the kind of record and a word: `ticket.get`"),
        )];
    };
    for kind in [Some(kind), form.answers.as_deref()].into_iter().flatten() {
        if !manifest.records.contains_key(kind) {
            say("", format!("there is no kind `{kind}` among `records`"));
        }
    }
    let plain = |segment: &str| {
        let argument = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let text = argument.unwrap_or(segment);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~:$@".contains(c);
        (argument.is_none() || !text.is_empty()) && text.chars().all(allowed) && text != "." && text != ".."
    };
    if !path.split('/').skip(1).all(plain) {
        say("/request", "each part of the path is plain or an argument in braces; what stands in the query is an argument or belongs below `query`".to_owned());
    }
    let own_act = act(name);
    let words = in_path(path);
    match own_act {
        Act::Get | Act::Update | Act::Delete if words.len() != 1 => {
            say(
                "/request",
                "it is about one record: the path needs one argument, its id".to_owned(),
            );
        }
        Act::Get
            if form
                .arguments
                .iter()
                .any(|(name, own)| own.required && !words.contains(&name.as_str())) =>
        {
            say(
                "/arguments",
                "a record is read by its id alone; what is always asked for belongs below `query`".to_owned(),
            );
        }
        _ => {}
    }
    match (form.class, method) {
        (Class::Read, "GET") => {}
        (Class::Read, _) if form.changes_nothing.is_none() => say(
            "/class",
            format!(
                "`{method}` usually changes something. If it does not, say under `changes_nothing` how that is known"
            ),
        ),
        (Class::Read, "DELETE") => say("/class", "`DELETE` is never a read".to_owned()),
        (Class::Read, _) => {}
        (_, "GET") => say(
            "/class",
            "`GET` must not change anything, and would be sent again when nobody wants it".to_owned(),
        ),
        (class, "DELETE") if class != Class::Destructive => {
            say(
                "/class",
                "`DELETE` takes something away: its class is `destructive`".to_owned(),
            );
        }
        _ => {}
    }
    let reads = matches!(own_act, Act::Get | Act::Find);
    if reads && form.class != Class::Read {
        say("/class", "`get` and `search` only read".to_owned());
    }
    if !reads && form.class == Class::Read && matches!(own_act, Act::Create | Act::Update | Act::Delete) {
        say("/class", "its name says that it changes something".to_owned());
    }
    if own_act == Act::Delete && form.class != Class::Destructive {
        say(
            "/class",
            "`delete` takes something away: its class is `destructive`".to_owned(),
        );
    }
    if form.undo == Undo::Restorable && own_act != Act::Update {
        say(
            "/undo",
            "only an `update` is taken back by writing the old values".to_owned(),
        );
    }
    if own_act == Act::Create && form.says == Says::Words {
        say("/says", "what is made must be told by its id".to_owned());
    }
    if form.conditional {
        let record = manifest.records.get(kind);
        if record.is_some_and(|record| record.version == Version::None) {
            say(
                "/conditional",
                format!(
                    "a condition needs the version of the record: say under `records/{kind}/version` where it is"
                ),
            );
        }
    }
    for place in form.with.keys() {
        if !At::parse(place).is_ok_and(|at| at.is_plain()) {
            say(
                &format!("/with/{}", escaped(place)),
                "a body is written at names only".to_owned(),
            );
        }
    }
    if !form.with.is_empty() && method == "GET" {
        say("/with", "`GET` has no body".to_owned());
    }
    for (argument, own) in &form.arguments {
        let here = format!("/arguments/{}", escaped(argument));
        let goes = place(form, argument, own);
        match goes {
            Place::Path if own.place.is_some() || own.into.is_some() || own.template.is_some() => {
                say(&here, "it stands in the path and nowhere else".to_owned());
            }
            Place::Body if method == "GET" => say(&here, "`GET` has no body".to_owned()),
            Place::Body if own.template.is_some() => {
                say(
                    &here,
                    "what is written to a record is sent as it was approved; a template is for queries"
                        .to_owned(),
                );
            }
            Place::Body => {
                let good = own
                    .place
                    .as_deref()
                    .is_none_or(|at| At::parse(at).is_ok_and(|at| at.is_plain()));
                if !good {
                    say(&here, "a body is written at names only".to_owned());
                }
            }
            _ => {}
        }
        if own
            .template
            .as_deref()
            .is_some_and(|template| !template.contains("{value}"))
        {
            say(&here, "its template has no `{value}`".to_owned());
        }
        if own.role == Some(Role::Target)
            && (goes == Place::Query || !words.is_empty() && goes != Place::Path)
        {
            say(
                &here,
                "the record that is acted on stands in the path, else in the body".to_owned(),
            );
        }
    }
    wrong.extend(message(manifest, at, form));
    let mut say = |below: &str, why: String| wrong.push((format!("{at}{below}"), why));
    if let Repeat::Marked { field, search, .. } = &form.repeat {
        let found = manifest.operations.get(search);
        let searched = found.and_then(|found| Some((found, found.arguments.get(field)?)));
        let good = searched.is_some_and(|(found, own)| {
            act(search) == Act::Find && place(found, field, own) == Place::Query && own.template.is_none()
        });
        let taken = form.arguments.get(field).map(|own| place(form, field, own));
        if !good || taken != Some(Place::Body) {
            say(
                "/repeat",
                format!(
                    "the mark goes into the argument `{field}` of the body, and `{search}` must be a search with a query argument of that name"
                ),
            );
        }
    }
    if let Some(seen) = &form.seen_in {
        let found = manifest.operations.get(&seen.search);
        let good =
            found.is_some_and(|found| act(&seen.search) == Act::Find && in_path(request(found).1).len() == 1);
        if !good {
            say(
                "/seen_in/search",
                format!(
                    "`{}` must be a search below one record, with its id in the path",
                    seen.search
                ),
            );
        }
    }
    if let Some(Paging::Cursor { at: place, .. } | Paging::Address { at: place }) = &form.pages
        && let Err(why) = At::parse(place)
    {
        say("/pages/at", why);
    }
    if form.pages.is_some() && own_act != Act::Find {
        say("/pages", "only a `search` answers in pages".to_owned());
    }
    wrong
}

/// What of the message that people get by it does not make sense.
pub(super) fn message(manifest: &Manifest, at: &str, form: &OperationForm) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |below: &str, why: String| wrong.push((format!("{at}{below}"), why));
    for (what, piece) in pieces(form) {
        if let Piece::Argument { argument } = piece
            && !form.arguments.contains_key(argument)
        {
            say(
                &format!("/message/{what}"),
                format!("there is no argument `{argument}`"),
            );
        }
        if let Piece::Record { of: Some(linked), .. } = piece
            && !manifest.operations.contains_key(&format!("{}.get", linked.kind))
        {
            say(
                &format!("/message/{what}"),
                format!("there is no operation `{}.get`", linked.kind),
            );
        }
    }
    if form.class == Class::Send && form.message.is_none() {
        say(
            "/class",
            "who gets what by it must be shown before it is sent: say so under `message`".to_owned(),
        );
    }
    wrong
}

fn pieces(form: &OperationForm) -> Vec<(&'static str, &Piece)> {
    let Some(message) = &form.message else {
        return Vec::new();
    };
    let parts = [
        ("to", &message.to),
        ("cc", &message.cc),
        ("bcc", &message.bcc),
        ("subject", &message.subject),
        ("body", &message.body),
        ("attachments", &message.attachments),
    ];
    let each = parts
        .into_iter()
        .flat_map(|(what, pieces)| pieces.iter().map(move |piece| (what, piece)));
    each.collect()
}
