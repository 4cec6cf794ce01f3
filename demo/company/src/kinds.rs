//! What a kind of record is: its fields, what may stand in them, who gives them, and how what is sent is checked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// What a record says, by the name of the field. Every field of its kind is there; an empty one is `null`.
pub type Fields = BTreeMap<String, Value>;

/// One kind of record.
#[derive(Debug)]
pub struct Kind {
    /// System and plural, as in paths with a slash: `crm.deals`.
    pub name: &'static str,
    /// What people call one of them: `deal`.
    pub one: &'static str,
    /// Whether writes honour `If-Match`. Where it is false the header is ignored, as many real systems do, and who wants
    /// to be sure must read and compare.
    pub conditional: bool,
    /// The fields that every record of the kind has.
    pub fields: &'static [Field],
}

/// One field of a kind.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What may stand in it.
    pub shape: Shape,
    /// Who gives it.
    pub rule: Rule,
}

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Free words.
    Text,
    /// A list of free words, as tags or names of files.
    Words,
    /// A list of mail addresses.
    Addresses,
    /// A day, `2026-09-24`.
    Date,
    /// A moment, RFC 3339.
    Moment,
    /// A whole number of at least 0: pieces, a year, or euros without cents.
    Whole,
    /// A number from 0 to 100.
    Percent,
    /// Yes or no.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// The id of a record of another kind.
    Record(&'static str),
    /// Ids of records of another kind, in ascending order.
    Records(&'static str),
}

/// Who gives a field, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The client when it creates the record; never empty afterwards.
    Required,
    /// The client, if it likes; `null` empties it.
    Optional,
    /// The client, if it likes; this word if it does not; never empty.
    Starts(&'static str),
    /// The server alone.
    Kept,
}

impl Shape {
    /// `text` where somebody's free words may stand, which may be meant to mislead; `own` where the system itself vouches
    /// for the form. Published as `x-attache-integrity`.
    pub fn integrity(self) -> &'static str {
        match self {
            Self::Text | Self::Words | Self::Addresses => "text",
            _ => "own",
        }
    }

    /// Whether the shape is a list, which is empty as `[]` and not as `null`.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Words | Self::Addresses | Self::Records(_))
    }

    /// The value as it is kept, or what it should have been.
    fn check(self, value: &Value) -> Result<Value, String> {
        let text = |expected: &str, good: fn(&str) -> bool| match value.as_str() {
            Some(text) if good(text) => Ok(value.clone()),
            _ => Err(expected.to_owned()),
        };
        let list = |expected: &str, good: fn(&str) -> bool| match value.as_array() {
            Some(items) if items.iter().all(|item| item.as_str().is_some_and(good)) => Ok(value.clone()),
            _ => Err(expected.to_owned()),
        };
        match self {
            Self::Text => text("a text", |_| true),
            Self::Words => list("a list of texts", |word| !word.trim().is_empty()),
            Self::Addresses => list("a list of mail addresses", is_address),
            Self::Date => text("a day such as `2026-09-24`", |day| {
                day.parse::<jiff::civil::Date>().is_ok() && day.len() == 10
            }),
            Self::Moment => text("a moment such as `2026-09-24T14:05:00+02:00`", |at| {
                at.parse::<Timestamp>().is_ok()
            }),
            Self::Whole | Self::Record(_) => match value.as_u64() {
                Some(number) => Ok(json!(number)),
                None => Err("a whole number of at least 0".to_owned()),
            },
            Self::Percent => match value.as_f64() {
                // One form for 99 and 99.0, or writing the same again would look like a change.
                Some(number) if (0.0..=100.0).contains(&number) => Ok(json!(number)),
                _ => Err("a number from 0 to 100".to_owned()),
            },
            Self::Flag => match value.as_bool() {
                Some(_) => Ok(value.clone()),
                None => Err("`true` or `false`".to_owned()),
            },
            Self::OneOf(words) => match value.as_str() {
                Some(word) if words.contains(&word) => Ok(value.clone()),
                _ => Err(format!("one of `{}`", words.join("`, `"))),
            },
            Self::Records(_) => match value.as_array() {
                Some(items) if items.iter().all(|item| item.as_u64().is_some()) => Ok(value.clone()),
                _ => Err("a list of ids".to_owned()),
            },
        }
    }
}

/// Something before an `@` and something after it, and nothing that could smuggle in a second address.
fn is_address(text: &str) -> bool {
    let clean = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || ",;<>".contains(c));
    clean
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

impl Kind {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What a client sent to create a record (`creating`) or to change one, checked and in the form it is kept in. For a
    /// new record every field of the kind is filled; for a change only those that were sent are there.
    ///
    /// # Errors
    /// 422 that names the field, for a field that there is not, is not the client's to write, has the wrong shape, or is
    /// missing.
    pub fn take(&self, sent: &Map<String, Value>, creating: bool) -> Result<Fields, Problem> {
        let mut out = if creating { self.empty() } else { Fields::new() };
        for (name, value) in sent {
            let field = self.field(name).ok_or_else(|| {
                Problem::invalid(format!(
                    "There is no field `{name}` on a {}. Leave it out.",
                    self.one
                ))
            })?;
            if field.rule == Rule::Kept {
                let message = format!("The field `{name}` is kept by the system. Leave it out.");
                return Err(Problem::invalid(message));
            }
            out.insert(name.clone(), field.keep(value)?);
        }
        for field in self
            .fields
            .iter()
            .filter(|f| creating && f.rule == Rule::Required)
        {
            if !sent.contains_key(field.name) {
                let message = format!("A {} needs the field `{}`.", self.one, field.name);
                return Err(Problem::invalid(message));
            }
        }
        Ok(out)
    }

    /// A record of this kind with nothing in it but what it starts with.
    pub fn empty(&self) -> Fields {
        let start = |field: &Field| match field.rule {
            Rule::Starts(word) => json!(word),
            _ if field.shape.is_list() => json!([]),
            _ => Value::Null,
        };
        self.fields
            .iter()
            .map(|f| (f.name.to_owned(), start(f)))
            .collect()
    }

    /// Records that these fields point to, as kind and id.
    pub fn pointed_to(&self, fields: &Fields) -> Vec<(&'static str, u64)> {
        let mut out = Vec::new();
        for field in self.fields {
            let Some(value) = fields.get(field.name) else {
                continue;
            };
            match field.shape {
                Shape::Record(kind) => out.extend(value.as_u64().map(|id| (kind, id))),
                Shape::Records(kind) => {
                    let ids = value.as_array().into_iter().flatten();
                    out.extend(ids.filter_map(Value::as_u64).map(|id| (kind, id)));
                }
                _ => {}
            }
        }
        out
    }
}

impl Field {
    /// The value as it is kept.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn keep(&self, value: &Value) -> Result<Value, Problem> {
        let may_be_empty = matches!(self.rule, Rule::Optional | Rule::Kept);
        if value.is_null() && may_be_empty && !self.shape.is_list() {
            return Ok(Value::Null);
        }
        let kept = self
            .shape
            .check(value)
            .map_err(|expected| Problem::invalid(format!("The field `{}` takes {expected}.", self.name)))?;
        let blank = kept.as_str().is_some_and(|text| text.trim().is_empty())
            || kept.as_array().is_some_and(Vec::is_empty);
        if blank && self.rule == Rule::Required {
            return Err(Problem::invalid(format!(
                "The field `{}` cannot be empty.",
                self.name
            )));
        }
        Ok(kept)
    }
}
