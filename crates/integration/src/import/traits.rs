//! What else is derived of an operation: whether something leaves, how it can be taken back, what a repetition does, how it goes
//! on page by page, who may ask and where.

use std::collections::BTreeSet;

use domain::{SideEffect, Undo};
use serde::Serialize;
use serde_json::Value;

use super::class::{Judged, any_of};
use super::outline::{Given, Outline};
use super::tokens::tokens;
use super::words;

/// What the same request does when it comes twice. A guess: a description promises little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Again {
    /// A key can be sent with it. For how long it is remembered is not said, so that it protects nothing yet.
    #[serde(rename = "K")]
    Keyed,
    /// It leaves the same state.
    #[serde(rename = "U")]
    Unchanging,
    /// It is done twice.
    #[serde(rename = "N")]
    Never,
}

/// What is derived besides the class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Traits {
    /// Something may go to other people or to a third party by it.
    pub egress: bool,
    /// It is about money, credentials or rights.
    pub severe: bool,
    /// How it could be taken back; nothing for what only reads.
    pub undo: Option<Undo>,
    /// What a repetition does.
    pub again: Again,
    /// Headers by which it is only done to a known version.
    pub conditional: Vec<String>,
    /// How an answer goes on: `cursor`, `page`, `offset`, `link`, each with what asks for it.
    pub pagination: Vec<String>,
    /// The ways to sign in, in words.
    pub auth: Vec<String>,
    /// Hosts it is sent to; what is in braces has to be filled in.
    pub hosts: Vec<String>,
    #[serde(skip)]
    pub(super) why: Vec<String>,
}

/// Parameters by which an answer goes on.
const PAGES: &[(&str, &str)] = &[
    (
        "cursor",
        "cursor pagetoken page_token starting_after startingafter after next_token nexttoken next_cursor marker bookmark \
         skiptoken continuation continuationtoken continuation_token ending_before page[after] paging_token next_page_token \
         nextpagetoken exclusivestartkey lastevaluatedkey",
    ),
    (
        "page",
        "page page_number pagenumber page[number] pageindex page_index pageno p page_num",
    ),
    (
        "offset",
        "offset skip start startat start_at startindex start_index sysparm_offset start_position startposition \
         page[offset] from_index first_result firstresult",
    ),
];

impl Traits {
    pub(super) fn of(outline: &Outline, judged: &Judged, root: &Value) -> Self {
        let (egress, mut why) = egress(outline, judged);
        let severe = severe(outline, judged.class == SideEffect::Read);
        why.extend(severe.clone());
        let (again, because) = again(outline);
        why.extend(because);
        let mut conditional = Vec::new();
        for given in &outline.parameters {
            let known = [
                "if-match",
                "if-unmodified-since",
                "if-none-match",
                "if-modified-since",
            ];
            if given.place == "header" && known.contains(&given.name.to_lowercase().as_str()) {
                conditional.push(given.name.clone());
            }
        }
        Self {
            egress,
            severe: severe.is_some(),
            undo: None,
            again,
            conditional,
            pagination: pagination(outline),
            auth: auth(outline, root),
            hosts: hosts(outline),
            why,
        }
    }

    /// What the operations beside it tell: whether there is a way back.
    pub(super) fn around(
        &mut self,
        outline: &Outline,
        class: SideEffect,
        there: &BTreeSet<(String, String)>,
    ) {
        let place = place(&outline.path);
        let has = |method: &str, place: &str| there.contains(&(method.to_owned(), place.to_owned()));
        let beside = place.rsplit_once('/').map_or("", |(item, _)| item);
        let back = |item: &str| {
            let mut ways = [
                "restore",
                "undelete",
                "unarchive",
                "untrash",
                "recover",
                "enable",
                "activate",
                "reopen",
            ]
            .iter();
            ways.find(|way| has("POST", &format!("{item}/{way}")) || has("PUT", &format!("{item}/{way}")))
                .copied()
        };
        let (undo, why) = match (class, outline.method.as_str()) {
            (SideEffect::Read, _) => return,
            (SideEffect::Send, _) => (Undo::Irreversible, "What was sent is out.".to_owned()),
            (SideEffect::Destructive, _) => match back(&place).or_else(|| back(beside)) {
                Some(way) => (Undo::Compensable, format!("There is `{way}` beside it.")),
                None => (Undo::Irreversible, "Nothing beside it brings it back.".to_owned()),
            },
            (_, "PUT" | "PATCH") if has("GET", &place) => (
                Undo::Restorable,
                "The old values can be read at the same path and written again.".to_owned(),
            ),
            (_, "POST") if has("DELETE", &format!("{place}/{{}}")) => {
                (Undo::Compensable, "What it makes can be deleted.".to_owned())
            }
            (_, "POST") if outline.path.ends_with('}') && has("GET", &place) => (
                Undo::Restorable,
                "The old values can be read at the same path and written again.".to_owned(),
            ),
            _ => match back(beside).filter(|way| !place.ends_with(way)) {
                Some(way) => (Undo::Compensable, format!("There is `{way}` beside it.")),
                None => (Undo::Irreversible, "No way back is described.".to_owned()),
            },
        };
        self.undo = Some(undo);
        self.why.push(why);
    }
}

/// A path whose arguments have no names.
pub(super) fn place(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.trim_end_matches('/').chars() {
        match letter {
            '{' => {
                inside = true;
                out.push('{');
            }
            '}' => {
                inside = false;
                out.push('}');
            }
            _ if inside => {}
            other => out.push(other),
        }
    }
    out
}

fn egress(outline: &Outline, judged: &Judged) -> (bool, Vec<String>) {
    let mut why = Vec::new();
    if judged.class == SideEffect::Read {
        return (false, why);
    }
    if judged.could_be.contains(&SideEffect::Send) {
        why.push("Other people may get something by it.".to_owned());
    }
    let mut names = words_of(outline, 2);
    names.extend(outline.id.as_deref().map(tokens).unwrap_or_default());
    if let Some(word) = any_of(&names, words::OUTWARD).filter(|_| outline.method != "DELETE") {
        why.push(format!("Data may go elsewhere by it (`{word}`)."));
    }
    let given = outline
        .parameters
        .iter()
        .filter(|given| given.place == "query")
        .map(|given: &Given| &given.name);
    let mut fields = outline.fields.iter().chain(given);
    let told = fields.find_map(|field| {
        let lower = field.to_lowercase();
        // In the query it is the name of a function in a page.
        let asked = !outline.fields.contains(field);
        if words::is(&lower, words::RECIPIENTS) {
            return Some(format!("With `{field}` people may be told of it."));
        }
        let address = words::is(&lower, words::ADDRESSES) && !(asked && lower == "callback");
        address.then(|| format!("`{field}` is an address to which data will go."))
    });
    why.extend(told);
    (!why.is_empty(), why)
}

/// Why it is about money, credentials or rights. Looking at money changes none; looking at a credential gives it away.
fn severe(outline: &Outline, reads: bool) -> Option<String> {
    let mut names = words_of(outline, 2);
    names.extend(outline.id.as_deref().map(tokens).unwrap_or_default());
    let lists: [(&str, &str); 3] = [
        (words::CREDENTIALS, "credentials"),
        (words::MONEY, "money"),
        (words::RIGHTS, "rights"),
    ];
    let mut lists = lists.into_iter().take(if reads { 1 } else { 3 });
    lists.find_map(|(list, about)| {
        let key = names
            .windows(2)
            .find(|pair| about == "credentials" && pair[0] == "api" && pair[1].starts_with("key"));
        let word = key.map(|pair| pair.join(" ")).or_else(|| any_of(&names, list))?;
        Some(format!("It is about {about} (`{word}`)."))
    })
}

/// Words of the last parts of a path that are no arguments.
fn words_of(outline: &Outline, most: usize) -> Vec<String> {
    let literal = outline
        .path
        .rsplit('/')
        .filter(|segment| !segment.starts_with('{') && !segment.is_empty());
    literal.take(most).flat_map(tokens).collect()
}

fn again(outline: &Outline) -> (Again, Option<String>) {
    let key = outline.parameters.iter().find(|given| {
        let name = given.name.to_lowercase();
        given.place == "header" && name.contains("idempoten")
    });
    match (outline.method.as_str(), key) {
        ("GET" | "HEAD" | "OPTIONS", _) => (Again::Unchanging, None),
        (_, Some(key)) => (
            Again::Keyed,
            Some(format!("It takes a key against repetition (`{}`).", key.name)),
        ),
        ("PUT" | "DELETE", None) => (
            Again::Unchanging,
            Some(format!(
                "By its method (`{}`) twice is as good as once.",
                outline.method
            )),
        ),
        _ => (Again::Never, None),
    }
}

fn pagination(outline: &Outline) -> Vec<String> {
    let given = outline
        .parameters
        .iter()
        .filter(|given| given.place == "query")
        .map(|given| &given.name);
    let names: Vec<&String> = given.chain(&outline.fields).collect();
    let mut out = Vec::new();
    for (style, list) in PAGES {
        let found = names
            .iter()
            .find(|name| words::is(&name.trim_start_matches('$').to_lowercase(), list));
        // Where there is a cursor, `offset` is often its name (a token) and `page` the old way.
        out.extend(found.map(|name| format!("{style} `{name}`")));
    }
    if outline.headers.iter().any(|header| header == "link") {
        out.push("link `Link`".to_owned());
    }
    out
}

fn auth(outline: &Outline, root: &Value) -> Vec<String> {
    let defined = root
        .pointer("/components/securitySchemes")
        .or_else(|| root.get("securityDefinitions"));
    let in_words = |part: &str| -> String {
        let (name, scopes) = part.split_once(": ").unwrap_or((part, ""));
        let scheme = defined.and_then(|defined| defined.get(name));
        let text = |field: &str| {
            scheme
                .and_then(|scheme| scheme.get(field))
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let kind = match (text("type"), text("scheme")) {
            ("apiKey", _) => format!("key in {} `{}`", text("in"), text("name")),
            ("http", scheme) => scheme.to_lowercase(),
            ("", _) => format!("`{name}`, which is not defined"),
            (kind, _) => kind.to_owned(),
        };
        if scopes.is_empty() {
            kind
        } else {
            format!("{kind} ({scopes})")
        }
    };
    let ways = outline.security.iter();
    ways.map(|way| way.split(" + ").map(in_words).collect::<Vec<_>>().join(" and "))
        .collect()
}

fn hosts(outline: &Outline) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for server in &outline.servers {
        let rest = server.split_once("://").map(|(_, rest)| rest);
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        if !host.is_empty() && !out.iter().any(|own| own == host) {
            out.push(host.to_owned());
        }
    }
    out
}
