//! Lists and searches, page by page.
//!
//! A page ends with a cursor that names its last record, not a position: records that come or go meanwhile neither shift
//! nor repeat the others.

use serde_json::{Value, json};

use crate::kinds::{Kind, Shape};
use crate::problem::Problem;
use crate::records::{Books, Record};

/// How many records a page has if nobody says.
pub const PAGE: usize = 25;
/// How many it has at most.
pub const LARGEST_PAGE: usize = 100;

/// One page of records: all of the kind, or with `search` those that match the query. `q` looks for words anywhere in
/// the text of a record; a field's name looks for exactly that value, or that member of a list.
///
/// # Errors
/// 400 that names the parameter.
pub fn page(
    books: &Books,
    kind: &Kind,
    query: &[(String, String)],
    stale: bool,
    search: bool,
) -> Result<Value, Problem> {
    let (mut after, mut limit) = (0, PAGE);
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    for (name, value) in query {
        match name.as_str() {
            "cursor" => after = from_cursor(value)?,
            "limit" => {
                let number = value
                    .parse()
                    .ok()
                    .filter(|number| (1..=LARGEST_PAGE).contains(number));
                limit = number.ok_or_else(|| {
                    Problem::malformed(format!("`limit` takes a number from 1 to {LARGEST_PAGE}."))
                })?;
            }
            name if search && (name == "q" || kind.field(name).is_some()) => wanted.push((name, value)),
            name => {
                let message = format!("There is no parameter `{name}` here.");
                return Err(Problem::malformed(message));
            }
        }
    }
    let fits = |record: &&Record| wanted.iter().all(|(name, value)| has(kind, record, name, value));
    let mut rest = books
        .all(kind.name, stale)
        .filter(|record| record.id > after)
        .filter(fits);
    let items: Vec<&Record> = rest.by_ref().take(limit).collect();
    let next = items
        .last()
        .filter(|_| rest.next().is_some())
        .map(|last| format!("after-{}", last.id));
    let items: Vec<Value> = items.into_iter().map(Record::shown).collect();
    Ok(json!({"items": items, "next_cursor": next}))
}

fn from_cursor(text: &str) -> Result<u64, Problem> {
    let id = text.strip_prefix("after-").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::malformed("`cursor` takes what a page before gave as `next_cursor`."))
}

fn has(kind: &Kind, record: &Record, name: &str, wanted: &str) -> bool {
    if name == "q" {
        let text = text(kind, record).to_lowercase();
        return wanted
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word));
    }
    let is = |value: &Value| match value {
        Value::String(text) => text == wanted,
        Value::Null => wanted.is_empty(),
        other => {
            let text = other.to_string();
            text == wanted
        }
    };
    match record.fields.get(name) {
        Some(Value::Array(items)) => items.iter().any(is),
        Some(value) => is(value),
        None => false,
    }
}

fn text(kind: &Kind, record: &Record) -> String {
    let mut out = String::new();
    let free = kind
        .fields
        .iter()
        .filter(|f| matches!(f.shape, Shape::Text | Shape::Words | Shape::Addresses));
    for value in free.filter_map(|field| record.fields.get(field.name)) {
        let words = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for word in words.iter().filter_map(Value::as_str) {
            out.push_str(word);
            out.push('\n');
        }
    }
    out
}
