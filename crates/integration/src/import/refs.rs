use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{escaped, object};
use crate::description::digest;

/// The longest way from reference to reference.
const LONGEST: usize = 64;
/// The most that is listed as left out; more say nothing more.
const MOST: usize = 1_000;

/// Something in a description that is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// JSON pointer into the description (RFC 6901), with `#` before it.
    pub at: String,
    /// Why, in a sentence without its end.
    pub why: String,
}

/// A description whose references are followed, inside itself only.
pub(super) struct Document<'a> {
    root: &'a Value,
    left_out: Vec<LeftOut>,
    listed: BTreeSet<(String, String)>,
    parts: Parts,
}

impl<'a> Document<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self {
            root,
            left_out: Vec::new(),
            listed: BTreeSet::new(),
            parts: Parts::default(),
        }
    }

    pub(super) fn root(&self) -> &'a Value {
        self.root
    }

    pub(super) fn left_out(self) -> Vec<LeftOut> {
        self.left_out
    }

    /// Says once that something is not used.
    pub(super) fn leave_out(&mut self, at: &str, why: &str) {
        let entry = (at.to_owned(), why.to_owned());
        if self.left_out.len() < MOST && self.listed.insert(entry.clone()) {
            self.left_out.push(LeftOut {
                at: entry.0,
                why: entry.1,
            });
        }
    }

    /// What stands at a place, behind its references. Nothing where they lead nowhere, out of the document or in a circle,
    /// which is then listed. Nothing is ever fetched.
    pub(super) fn follow<'v>(&mut self, at: &str, value: &'v Value) -> Option<&'v Value>
    where
        'a: 'v,
    {
        let mut value: &'v Value = value;
        let mut way: Vec<&str> = Vec::new();
        while let Some(to) = value.get("$ref").and_then(Value::as_str) {
            if way.len() > LONGEST || way.contains(&to) {
                self.leave_out(at, "its references lead in a circle");
                return None;
            }
            way.push(to);
            match self.find(to) {
                Ok(found) => value = found,
                Err(why) => {
                    self.leave_out(at, &why);
                    return None;
                }
            }
        }
        Some(value)
    }

    fn find(&self, to: &str) -> Result<&'a Value, String> {
        let Some(pointer) = to.strip_prefix('#') else {
            return Err(format!(
                "`{}` is outside the document, and nothing is fetched",
                short(to)
            ));
        };
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        let found = self.root.pointer(pointer).or_else(|| self.root.pointer(&decoded));
        found.ok_or_else(|| format!("`{}` leads nowhere", short(to)))
    }

    /// The ways to sign in, each with its scopes.
    pub(super) fn security(&mut self, own: &Value) -> Vec<String> {
        let listed = own.get("security").or_else(|| self.root.get("security"));
        let listed = listed.and_then(Value::as_array).into_iter().flatten();
        let each = listed.map(|way| {
            let parts = object(Some(way)).map(|(scheme, scopes)| {
                let scopes: Vec<&str> = scopes
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                match scopes.as_slice() {
                    [] => scheme.clone(),
                    scopes => format!("{scheme}: {}", scopes.join(" ")),
                }
            });
            let mut parts: Vec<String> = parts.collect();
            parts.sort();
            parts.join(" + ")
        });
        // An empty way means that nobody has to sign in.
        each.filter(|way| !way.is_empty()).collect()
    }

    /// The addresses that an operation is sent to: its own, its path's or the document's.
    pub(super) fn servers(&self, item: &Value, own: &Value) -> Vec<String> {
        let found = [own, item, self.root].into_iter().find_map(|from| {
            let servers = from.get("servers")?.as_array()?;
            let each = servers.iter().filter_map(|server| server.get("url")?.as_str());
            Some(each.map(str::to_owned).collect::<Vec<_>>())
        });
        if let Some(servers) = found {
            return servers;
        }
        let text = |name: &str| self.root.get(name).and_then(Value::as_str);
        let Some(host) = text("host") else {
            return Vec::new();
        };
        let own = own.get("schemes").or_else(|| self.root.get("schemes"));
        let schemes = own
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let schemes: Vec<&str> = schemes.filter(|scheme| scheme.starts_with("http")).collect();
        let schemes = if schemes.is_empty() {
            vec!["https"]
        } else {
            schemes
        };
        let base = text("basePath").unwrap_or_default();
        schemes
            .into_iter()
            .map(|scheme| format!("{scheme}://{host}{base}"))
            .collect()
    }

    /// The digests of a part with all that it refers to.
    pub(super) fn digest(&mut self, at: &str, part: &Value) -> Result<Digests, String> {
        let mut wanted = self.roots(at, part)?;
        wanted.sort_unstable();
        wanted.dedup();
        let behind = match self.parts.reached.get(&wanted) {
            Some(known) => known.clone(),
            None => {
                let reached = self.reach(wanted.clone())?;
                let mut both = [Sha256::new(), Sha256::new()];
                for part in reached {
                    both[0].update(&self.parts.each[part].whole);
                    both[1].update(&self.parts.each[part].form);
                }
                let [whole, form] = both.map(|hash| data_encoding::HEXLOWER.encode(&hash.finalize()));
                let known = Digests { whole, form };
                self.parts.reached.insert(wanted, known.clone());
                known
            }
        };
        Digests::of(part, &behind)
    }

    /// Numbers of the parts that a value refers to itself.
    fn roots(&mut self, at: &str, value: &Value) -> Result<Vec<usize>, String> {
        let mut found = BTreeSet::new();
        references(value, &mut found);
        found.into_iter().map(|to| self.part(at, to)).collect()
    }

    fn part(&mut self, at: &str, to: &str) -> Result<usize, String> {
        if let Some(known) = self.parts.numbers.get(to) {
            return Ok(*known);
        }
        let found = match self.find(to) {
            Ok(found) => found,
            Err(why) => {
                // Where it stands exactly was told when the operation was read.
                if !self.left_out.iter().any(|left| left.why == why) {
                    self.leave_out(at, &why);
                }
                &Value::Null
            }
        };
        let number = self.parts.each.len();
        let name = Digests {
            whole: to.to_owned(),
            form: to.to_owned(),
        };
        self.parts.each.push(Digests::of(found, &name)?);
        self.parts.numbers.insert(to.to_owned(), number);
        self.parts.names.push(to.to_owned());
        Ok(number)
    }

    /// All parts that are reached from some, in the order of their names.
    fn reach(&mut self, from: Vec<usize>) -> Result<Vec<usize>, String> {
        let mut seen: BTreeSet<usize> = from.iter().copied().collect();
        let mut open = from;
        while let Some(part) = open.pop() {
            for next in self.next(part)? {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        let mut out: Vec<usize> = seen.into_iter().collect();
        out.sort_by(|one, other| self.parts.names[*one].cmp(&self.parts.names[*other]));
        Ok(out)
    }

    fn next(&mut self, part: usize) -> Result<Vec<usize>, String> {
        if let Some(known) = self.parts.next.get(&part) {
            return Ok(known.clone());
        }
        let name = self.parts.names[part].clone();
        let next = match self.find(&name) {
            Ok(found) => self.roots(&name, found)?,
            Err(_) => Vec::new(),
        };
        self.parts.next.insert(part, next.clone());
        Ok(next)
    }
}

/// Digests of something with all that it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    /// Of everything.
    pub(super) whole: String,
    /// Of all but the words for people: descriptions, titles, examples.
    pub(super) form: String,
}

impl Digests {
    fn of(value: &Value, beside: &Digests) -> Result<Self, String> {
        let of = |words: bool, beside: &str| digest(&json!([exact(value, words), beside]));
        Ok(Self {
            whole: of(false, &beside.whole)?,
            form: of(true, &beside.form)?,
        })
    }
}

/// What is referred to, each with a number.
#[derive(Default)]
struct Parts {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
    each: Vec<Digests>,
    next: BTreeMap<usize, Vec<usize>>,
    reached: HashMap<Vec<usize>, Digests>,
}

fn references<'v>(value: &'v Value, out: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get("$ref") {
                out.insert(to);
            }
            fields.values().for_each(|value| references(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// A value in a form that has one canonical text: numbers that JSON carries only roughly are told by their digits. Without the
/// words for people, if asked so.
fn exact(value: &Value, without_words: bool) -> Value {
    match value {
        Value::Number(number) => {
            let small = number
                .as_i64()
                .is_some_and(|number| number.unsigned_abs() < 1 << 53);
            if small {
                value.clone()
            } else {
                json!({ "number": number.to_string() })
            }
        }
        Value::Array(items) => items.iter().map(|item| exact(item, without_words)).collect(),
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(name, value)| !(without_words && is_words(name, value)));
            let each = kept.map(|(name, value)| {
                // Below `properties` stand names of fields, and one may be named `description`.
                let names = name == "properties" && value.is_object();
                let value = if names {
                    named(value, without_words)
                } else {
                    exact(value, without_words)
                };
                (name.clone(), value)
            });
            Value::Object(each.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn named(fields: &Value, without_words: bool) -> Value {
    let each = object(Some(fields)).map(|(name, value)| (name.clone(), exact(value, without_words)));
    Value::Object(each.collect())
}

fn is_words(name: &str, value: &Value) -> bool {
    match name {
        "description" | "summary" | "title" => value.is_string(),
        "example" | "examples" | "externalDocs" | "tags" => true,
        _ => false,
    }
}

/// A reference as it is told: not longer than a line.
fn short(to: &str) -> String {
    match to.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &to[..end]),
        None => to.to_owned(),
    }
}

/// The pointer of a path or a name below another.
pub(super) fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", escaped(name))
}
