use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{At, digest, plain};

/// How a kind of record is laid out in answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Where the record stands in an answer that holds one.
    pub record: At,
    /// Where the list stands in an answer that holds several.
    pub items: At,
    /// Where the fields stand in a record. A record without that place has them itself.
    pub inside: At,
    /// Where the id stands in a record.
    pub id: At,
    /// The fields that name a record for people, the first that has words counts.
    pub title: Vec<String>,
    /// Whether the header `ETag` is a version.
    pub etag: bool,
    /// Where else the version stands in a record.
    pub version: Option<At>,
    /// Without any of these, whether the whole record stands for its version.
    pub whole: bool,
    /// Fields that are taken from another place.
    pub fields: Vec<(String, At)>,
    /// Fields that are left out.
    pub leave_out: Vec<String>,
    /// Values by which the system says that a field is empty.
    pub empty: Vec<Value>,
    /// What is written to empty a field.
    pub emptied_by: Value,
    /// Where a person sees a record, with `{id}`.
    pub link: Option<String>,
}

impl Default for Layout {
    /// That of a system whose description uses the words of this program.
    fn default() -> Self {
        Self {
            record: At::default(),
            items: At::field("items"),
            inside: At::default(),
            id: At::field("id"),
            title: ["name", "subject", "title"].map(str::to_owned).to_vec(),
            etag: true,
            version: Some(At::field("version")),
            whole: false,
            fields: Vec::new(),
            leave_out: Vec::new(),
            empty: Vec::new(),
            emptied_by: Value::Null,
            link: None,
        }
    }
}

/// A record in an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Laid {
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) fields: Map<String, Value>,
}

impl Layout {
    /// Reads a record of an answer; nothing where it is no object.
    pub(crate) fn read(&self, record: &Value, etag: Option<&str>) -> Option<Laid> {
        let own = record.as_object()?;
        let inside = self.inside.take(record);
        let mut fields = match inside {
            Some(Value::Object(inside)) => inside,
            _ => own.clone(),
        };
        let named = self.fields.iter();
        let named: Vec<_> = named.map(|(name, at)| (name, at.take(record))).collect();
        for name in &self.leave_out {
            fields.remove(name);
        }
        for (name, value) in named {
            fields.insert(name.clone(), value.unwrap_or(Value::Null));
        }
        for value in fields.values_mut().filter(|value| self.empty.contains(value)) {
            *value = Value::Null;
        }
        Some(Laid {
            id: self.id_in(record),
            version: self.version_in(etag, record, &fields),
            fields,
        })
    }

    /// The id of a record.
    pub(crate) fn id_in(&self, record: &Value) -> Option<String> {
        let id = self.id.take(record)?;
        let good = id.is_string() || id.is_u64() || id.is_i64();
        good.then(|| plain(&id)).filter(|id| !id.is_empty())
    }

    fn version_in(&self, etag: Option<&str>, record: &Value, fields: &Map<String, Value>) -> Option<String> {
        let own = || {
            let own = self.version.as_ref()?.take(record)?;
            (own.is_string() || own.is_u64()).then(|| strong(&plain(&own)))
        };
        let whole = || digest(&Value::Object(fields.clone())).ok();
        etag.filter(|_| self.etag)
            .map(strong)
            .or_else(own)
            .filter(|version| !version.is_empty())
            .or_else(|| self.whole.then(whole).flatten())
    }
}

/// A tag without its quotes, where it is a strong one (RFC 9110, 8.8.3).
pub(crate) fn strong(tag: &str) -> String {
    let tag = tag.trim();
    let inside = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    inside.unwrap_or(tag).to_owned()
}

/// How an answer in pages goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Paging {
    /// The answer holds the next page's token, which goes into the query.
    Cursor {
        /// Where it stands in the answer.
        at: String,
        /// Name in the query.
        name: String,
    },
    /// The answer holds the next page's address.
    Address {
        /// Where it stands in the answer.
        at: String,
    },
    /// The header `Link` has the next page's address (RFC 8288).
    Link,
    /// Pages are numbered.
    Page {
        /// Name in the query.
        name: String,
        /// Records on a full page; a page with fewer is the last one.
        #[schemars(range(min = 1))]
        size: usize,
        /// Name in the query for the size, where the system takes one.
        #[serde(default)]
        size_name: Option<String>,
        /// Number of the first page.
        #[serde(default = "one")]
        first: usize,
    },
    /// So many records are passed over.
    Offset {
        /// Name in the query.
        name: String,
        /// Records on a full page; a page with fewer is the last one.
        #[schemars(range(min = 1))]
        size: usize,
        /// Name in the query for the size, where the system takes one.
        #[serde(default)]
        size_name: Option<String>,
    },
}

fn one() -> usize {
    1
}

/// The page after this one: nothing, what is added to the query, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    None,
    Pair(String, String),
    Address(String),
}

impl Paging {
    /// What comes after an answer with so many records; `page` counts from 0.
    pub(crate) fn next(&self, answer: &Value, link: Option<&str>, page: usize, records: usize) -> Next {
        let text = |at: &str| {
            let found = At::parse(at).ok()?.take(answer)?;
            let good = found.is_string() || found.is_number();
            good.then(|| plain(&found)).filter(|text| !text.is_empty())
        };
        match self {
            Self::Cursor { at, name } => text(at).map_or(Next::None, |token| Next::Pair(name.clone(), token)),
            Self::Address { at } => text(at).map_or(Next::None, Next::Address),
            Self::Link => link.and_then(next_link).map_or(Next::None, Next::Address),
            Self::Page { size, .. } | Self::Offset { size, .. } if records < *size => Next::None,
            Self::Page { name, first, .. } => Next::Pair(name.clone(), (first + page + 1).to_string()),
            Self::Offset { name, size, .. } => Next::Pair(name.clone(), (size * (page + 1)).to_string()),
        }
    }

    /// What always stands in the query for it.
    pub(crate) fn size(&self) -> Option<(String, String)> {
        match self {
            Self::Page { size, size_name, .. } | Self::Offset { size, size_name, .. } => {
                Some((size_name.clone()?, size.to_string()))
            }
            _ => None,
        }
    }
}

/// The address of `rel="next"` in a header `Link` (RFC 8288, 3).
fn next_link(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some(begin) = rest.find('<') {
        let end = begin + rest[begin..].find('>')?;
        let address = &rest[begin + 1..end];
        rest = &rest[end + 1..];
        let until = rest.find('<').unwrap_or(rest.len());
        let mut words = rest[..until]
            .split([';', ','])
            .filter_map(|word| word.split_once('='));
        let next = words.any(|(name, value)| {
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|word| word.eq_ignore_ascii_case("next"))
        });
        if next {
            return Some(address.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_shows_its_named_fields_and_what_is_empty_is_empty() {
        let layout = Layout {
            inside: At::field("attributes"),
            fields: vec![("Owner".to_owned(), At::parse("attributes/Owner/id").unwrap())],
            leave_out: vec!["_links".to_owned()],
            empty: vec![json!("1970-01-01T00:00:00Z")],
            ..Layout::default()
        };
        let answer = json!({"id": 7, "attributes": {"Owner": {"id": "ines"}, "Due": "1970-01-01T00:00:00Z", "_links": {}}});
        let laid = layout.read(&answer, Some("\"v3\"")).unwrap();
        assert_eq!(laid.id.as_deref(), Some("7"));
        assert_eq!(laid.version.as_deref(), Some("v3"));
        assert_eq!(Value::Object(laid.fields), json!({"Owner": "ines", "Due": null}));
    }

    #[test]
    fn a_system_without_versions_shows_a_change_of_any_field() {
        let layout = Layout {
            etag: false,
            version: None,
            whole: true,
            ..Layout::default()
        };
        let read = |value: Value| layout.read(&value, Some("\"of the page\"")).unwrap().version;
        let before = read(json!({"id": 1, "a": 1}));
        assert_eq!(before, read(json!({"a": 1, "id": 1})));
        assert_ne!(before, read(json!({"id": 1, "a": 2})));
    }

    #[test]
    fn the_next_page_is_found_in_each_way() {
        let link = "<https://x.example/a?page=1>; rel=\"prev\", <https://x.example/a?page=3>; title=\"a,b\"; rel=\"next last\"";
        let address = Paging::Address { at: "next".into() };
        assert_eq!(
            Paging::Link.next(&Value::Null, Some(link), 0, 1),
            Next::Address("https://x.example/a?page=3".into())
        );
        assert_eq!(
            Paging::Link.next(&Value::Null, Some("<x>; rel=prev"), 0, 1),
            Next::None
        );
        assert_eq!(
            address.next(&json!({"next": "/b?c=d"}), None, 0, 1),
            Next::Address("/b?c=d".into())
        );
        assert_eq!(address.next(&json!({"next": null}), None, 0, 1), Next::None);
        let page = Paging::Page {
            name: "page".into(),
            size: 25,
            size_name: None,
            first: 1,
        };
        assert_eq!(
            page.next(&Value::Null, None, 0, 25),
            Next::Pair("page".into(), "2".into())
        );
        assert_eq!(page.next(&Value::Null, None, 1, 24), Next::None);
        let offset = Paging::Offset {
            name: "offset".into(),
            size: 100,
            size_name: Some("limit".into()),
        };
        assert_eq!(
            offset.next(&Value::Null, None, 1, 100),
            Next::Pair("offset".into(), "200".into())
        );
        assert_eq!(offset.size(), Some(("limit".into(), "100".into())));
    }
}
