//! From an operation and its arguments to the request, so that no argument can leave its place.

use std::collections::BTreeMap;

use domain::Role;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::Trouble;
use crate::description::{Binding, Described, Place, digest, fits, plain};
use crate::preview::Raw;
use crate::record::tag_of;

/// What stands in a path or query as it is (RFC 3986, 2.3); everything else is encoded.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request that is ready, but for the key or mark that tells attempts apart and for the credential.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(crate) method: reqwest::Method,
    pub(crate) url: Url,
    pub(crate) if_match: Option<String>,
    pub(crate) body: Option<Map<String, Value>>,
    web_form: bool,
    hash: String,
}

/// Which page of an answer is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Page {
    First,
    /// By a word in the query.
    Pair(String, String),
    /// By the address that the system gave.
    Address(String),
}

impl Prepared {
    /// Builds the request for an operation with these arguments; `version` is the condition, where the operation takes one.
    ///
    /// # Errors
    /// When an argument is missing, unknown, of the wrong form, or can't stand where it belongs.
    pub(crate) fn new(
        base: &Url,
        described: &Described,
        arguments: &BTreeMap<String, Value>,
        version: Option<&str>,
    ) -> Result<Self, Trouble> {
        let operation = &described.operation;
        let wrong = |argument: &str, why: String| Trouble::Argument {
            operation: operation.name.clone(),
            argument: argument.to_owned(),
            why,
        };
        for (name, value) in arguments {
            let parameter = operation.parameters.get(name);
            let parameter = parameter.ok_or_else(|| wrong(name, "is not one of its arguments".to_owned()))?;
            let place = described.binding.places.get(name);
            // What a query compares with is text, whatever the field holds.
            let value = match place {
                Some(Place::Path) => &id_like(value, &parameter.schema),
                _ if parameter.role == Role::Target => &id_like(value, &parameter.schema),
                _ => value,
            };
            fits(value, &parameter.schema).map_err(|why| wrong(name, format!("must be {why}")))?;
        }
        let missing = operation
            .parameters
            .iter()
            .find(|(name, parameter)| parameter.required && !arguments.contains_key(*name));
        if let Some((name, _)) = missing {
            return Err(wrong(name, "is missing".to_owned()));
        }
        let at = |wanted: Place| {
            let places = &described.binding.places;
            arguments
                .iter()
                .filter(move |(name, _)| places.get(*name) == Some(&wanted))
        };
        let path = path(&described.binding.path, arguments).map_err(|(name, why)| wrong(&name, why))?;
        let binding = &described.binding;
        let mut pairs = Vec::new();
        for (name, value) in at(Place::Query) {
            let (own, value) = asked(binding, name, value);
            pairs.extend(query(own, &value).map_err(|why| wrong(name, why))?);
        }
        for (name, value) in &binding.query {
            pairs.extend(query(name, &Value::from(value.as_str())).map_err(|why| wrong(name, why))?);
        }
        let url = joined(base, &path, &pairs.join("&")).ok_or_else(|| Trouble::Unfit {
            operation: operation.name.clone(),
            why: "would be asked for at an address outside its own path".to_owned(),
        })?;
        let mut body = Map::new();
        for (place, value) in &binding.with {
            place.put(&mut body, value.clone());
        }
        for (name, value) in at(Place::Body) {
            let target = operation
                .parameters
                .get(name)
                .filter(|own| own.role == Role::Target);
            let value = target.map_or_else(|| value.clone(), |own| id_like(value, &own.schema));
            put(binding, &mut body, name, value);
        }
        let has_body = !binding.with.is_empty() || binding.places.values().any(|place| *place == Place::Body);
        let body = has_body.then_some(body);
        let if_match = version.filter(|_| described.binding.conditional).map(tag_of);
        let method = described.binding.method.clone();
        let whole =
            json!({"method": method.as_str(), "url": url.as_str(), "if_match": if_match, "body": body});
        let hash = digest(&whole).map_err(|why| Trouble::Unfit {
            operation: operation.name.clone(),
            why,
        })?;
        Ok(Self {
            method,
            url,
            if_match,
            body,
            web_form: binding.web_form,
            hash,
        })
    }

    /// The same request for another page of its answer.
    ///
    /// # Errors
    /// When the system names an address that is not this one: what was allowed is allowed here and nowhere else.
    pub(crate) fn page(mut self, page: &Page) -> Result<Self, &'static str> {
        match page {
            Page::First => {}
            Page::Pair(name, value) => {
                let kept = self.url.query_pairs().into_owned();
                let kept: Vec<(String, String)> = kept.filter(|(own, _)| own != name).collect();
                let pairs: Result<Vec<_>, _> = (kept.iter().map(|(name, value)| (name, value)))
                    .chain([(name, value)])
                    .map(|(name, value)| query(name, &Value::from(value.as_str())))
                    .collect();
                let pairs = pairs
                    .map_err(|_| "the name of its next page can't be sent")?
                    .concat();
                self.url.set_query(Some(&pairs.join("&")));
            }
            Page::Address(address) => {
                let next = self
                    .url
                    .join(address)
                    .map_err(|_| "the address of its next page is none")?;
                // Behind a proxy a system may take itself to be somewhere else; only what is asked for counts.
                if next.path() != self.url.path() {
                    return Err("its next page is at another address");
                }
                self.url.set_query(next.query());
            }
        }
        Ok(self)
    }

    /// The request for people to look at.
    pub(crate) fn raw(&self) -> Raw {
        Raw {
            method: self.method.to_string(),
            address: self.url.to_string(),
            condition: self.if_match.clone(),
            body: self.body.clone().map(Value::Object),
        }
    }

    /// SHA-256 of the request in canonical form, in hex: method, address, condition and body. The same for all attempts,
    /// because the key is made from it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The bytes of the body.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let body = self.body.as_ref()?;
        if !self.web_form {
            return Some(Value::Object(body.clone()).to_string().into_bytes());
        }
        let pairs: Vec<String> = (body.iter())
            .flat_map(|(name, value)| query(name, value).unwrap_or_default())
            .collect();
        Some(pairs.join("&").into_bytes())
    }

    /// The media type of the body.
    pub(crate) fn media_type(&self) -> Option<&'static str> {
        let web_form = if self.web_form {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        self.body.is_some().then_some(web_form)
    }
}

/// An argument of the query as it is asked for.
fn asked<'a>(binding: &'a Binding, name: &'a str, value: &Value) -> (&'a str, Value) {
    let Some(written) = binding.written.get(name) else {
        return (name, value.clone());
    };
    let value = match &written.template {
        Some(template) => template.replace("{value}", &plain(value)).into(),
        None => value.clone(),
    };
    (written.at.name().unwrap_or(name), value)
}

/// Puts an argument where it belongs in a body.
pub(crate) fn put(binding: &Binding, body: &mut Map<String, Value>, name: &str, value: Value) {
    let value = if value.is_null() {
        binding.layout.emptied_by.clone()
    } else {
        value
    };
    match binding.written.get(name) {
        Some(written) => written.at.put(body, value),
        None => drop(body.insert(name.to_owned(), value)),
    }
}

/// A header whose value comes from outside.
pub(crate) fn header(name: &'static str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(value).ok()?;
    Some((HeaderName::from_static(name), value))
}

/// Ids come as texts from people and models where the system numbers its records.
fn id_like(value: &Value, schema: &Value) -> Value {
    let number = schema.get("type").and_then(Value::as_str) == Some("integer");
    let text = value.as_str().filter(|_| number);
    let digits = text.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let parsed = digits.and_then(|text| text.parse::<u64>().ok());
    parsed.map_or_else(|| value.clone(), Value::from)
}

/// The path with its arguments, each one segment.
pub(crate) fn path(template: &str, arguments: &BTreeMap<String, Value>) -> Result<String, (String, String)> {
    let mut out = String::new();
    for segment in template.split('/').skip(1) {
        out.push('/');
        let inside = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(name) = inside else {
            out.push_str(segment);
            continue;
        };
        let wrong = |why: &str| (name.to_owned(), why.to_owned());
        let value = arguments.get(name).ok_or_else(|| wrong("is missing"))?;
        let text = match value {
            Value::String(_) | Value::Number(_) => plain(value),
            _ => return Err(wrong("must be a text or a number")),
        };
        // Encoded or not, these two are steps in a path and not names.
        if text.is_empty() || text == "." || text == ".." {
            return Err(wrong("can't stand in a path"));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("holds a control character"));
        }
        out.extend(utf8_percent_encode(&text, KEPT));
    }
    Ok(out)
}

/// An argument of the query; a list gives one pair for each entry.
pub(crate) fn query(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let pair = |value: &Value| match value {
        Value::Object(_) | Value::Array(_) => Err("must be a single value".to_owned()),
        Value::Null => Ok(format!("{}=", utf8_percent_encode(name, KEPT))),
        value => {
            let text = plain(value);
            Ok(format!(
                "{}={}",
                utf8_percent_encode(name, KEPT),
                utf8_percent_encode(&text, KEPT)
            ))
        }
    };
    match value {
        Value::Array(items) => items.iter().map(pair).collect(),
        value => pair(value).map(|one| vec![one]),
    }
}

/// The address below the base. Reading it back must give exactly what was put together: anything else means that a part
/// of it was taken for something that it is not.
pub(crate) fn joined(base: &Url, path: &str, query: &str) -> Option<Url> {
    let before = base.path().trim_end_matches('/');
    let whole = format!("{before}{path}");
    let mut url = base.clone();
    url.set_path(&whole);
    url.set_query((!query.is_empty()).then_some(query));
    url.set_fragment(None);
    let read: Url = url.as_str().parse().ok()?;
    let same = read.path() == whole
        && read.query().unwrap_or_default() == query
        && read.fragment().is_none()
        // The origin of what is no web address is like no other, not even itself.
        && (read.scheme(), read.host_str(), read.port()) == (base.scheme(), base.host_str(), base.port());
    same.then_some(read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hostile() -> impl Strategy<Value = String> {
        let pieces = vec![
            "..",
            ".",
            "/",
            "\\",
            "%2f",
            "%2F",
            "%2e%2e",
            "%00",
            "\r\n",
            "\n",
            "?",
            "#",
            "&",
            "=",
            ";",
            "@",
            ":",
            "//evil.example",
            "æ",
            "\u{202e}",
            "\u{2028}",
            " ",
            "+",
            "a",
            "20418",
            "\0",
            "%",
            "{id}",
            "\"",
            "'",
            "[",
            "]",
            "http:",
            "\t",
        ];
        prop_oneof![
            prop::collection::vec(prop::sample::select(pieces), 0..8).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn an_argument_never_leaves_its_place(id in hostile(), other in hostile(), words in hostile(), base in 0..3_usize) {
            let base: Url = ["https://crm.example.com", "https://crm.example.com/api/v2/", "http://127.0.0.1:8099/x"][base].parse().unwrap();
            let arguments = BTreeMap::from([("id".to_owned(), json!(id)), ("other".to_owned(), json!(other))]);
            let pairs = [query("q", &json!(words)).unwrap(), query("limit", &json!(3)).unwrap()].concat();
            match path("/deals/{id}/contacts/{other}", &arguments) {
                Ok(path) => {
                    let url = joined(&base, &path, &pairs.join("&")).unwrap();
                    prop_assert_eq!(url.origin(), base.origin());
                    let before = base.path_segments().unwrap().filter(|part| !part.is_empty()).count();
                    let segments: Vec<&str> = url.path_segments().unwrap().collect();
                    prop_assert_eq!(segments.len(), before + 4);
                    let decoded = |at: usize| percent_encoding::percent_decode_str(segments[before + at]).decode_utf8().unwrap().into_owned();
                    prop_assert_eq!([decoded(0), decoded(1), decoded(2), decoded(3)], ["deals".to_owned(), id, "contacts".to_owned(), other]);
                    let read: Vec<(String, String)> = url.query_pairs().into_owned().collect();
                    prop_assert_eq!(read, [("q".to_owned(), words), ("limit".to_owned(), "3".to_owned())]);
                    prop_assert!(url.fragment().is_none() && url.as_str().is_ascii());
                    prop_assert!(!url.as_str().contains(char::is_control));
                }
                Err((name, _)) => {
                    let value = if name == "id" { &id } else { &other };
                    prop_assert!(["", ".", ".."].contains(&value.as_str()) || value.chars().any(char::is_control));
                }
            }
        }

        #[test]
        fn a_version_never_starts_another_header(version in hostile()) {
            if let Some((_, value)) = header("if-match", &tag_of(&version)) {
                prop_assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
            }
        }
    }
}
