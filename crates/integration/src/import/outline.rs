use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refs::Document;
use super::sentence_cap;

/// What is looked at of an operation to say what it does. It holds no schema and no example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outline {
    /// HTTP method, in capitals.
    pub method: String,
    /// Path as the description has it.
    pub path: String,
    /// `operationId`, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The beginning of its description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its parameters but those of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Given>,
    /// Media types of its body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<String>,
    /// Fields of its body: the outermost, and those below a single outermost one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Statuses it may answer with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Headers of its answers that matter for going on: `Link`, `ETag`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The ways to sign in, each as `scheme` or `scheme: scope scope`; what belongs together is joined with ` + `.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<String>,
    /// Addresses it is sent to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// A part of it that decides what is sent can't be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Where it goes: `path`, `query`, `header` or `cookie`.
    #[serde(rename = "in")]
    pub place: String,
    /// Whether it must be given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The values it may have, where the description lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The most fields and values that are listed; a form with more is no easier to judge.
const MOST: usize = 400;

/// Reads the outline of one operation. `at` is its JSON pointer.
pub(super) fn outline(
    document: &mut Document<'_>,
    at: &str,
    method: &str,
    path: &str,
    item: &Value,
    own: &Value,
) -> Outline {
    let text = |name: &str| {
        own.get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .unwrap_or_default()
    };
    let mut out = Outline {
        method: method.to_uppercase(),
        path: path.to_owned(),
        id: Some(text("operationId"))
            .filter(|id| !id.is_empty())
            .map(str::to_owned),
        summary: text("summary").to_owned(),
        description: sentence_cap(text("description")),
        security: document.security(own),
        servers: document.servers(item, own),
        ..Outline::default()
    };
    let item_at = at.rsplit_once('/').map_or(at, |(item, _)| item).to_owned();
    for (from, list) in [
        (item_at.as_str(), item.get("parameters")),
        (at, own.get("parameters")),
    ] {
        let list = match list {
            None | Some(Value::Null) => continue,
            Some(Value::Array(list)) => list,
            Some(_) => {
                document.leave_out(&format!("{from}/parameters"), "these parameters are no list");
                out.incomplete = true;
                continue;
            }
        };
        for (number, parameter) in list.iter().enumerate() {
            let here = format!("{from}/parameters/{number}");
            match document.follow(&here, parameter) {
                Some(parameter) => out.parameter(document, &here, parameter),
                None => out.incomplete = true,
            }
        }
    }
    // A parameter of the operation replaces that of its path.
    out.parameters.reverse();
    let mut seen = std::collections::BTreeSet::new();
    out.parameters
        .retain(|given| seen.insert((given.name.clone(), given.place.clone())));
    out.parameters.reverse();
    if !out.bodies.is_empty() || !out.fields.is_empty() {
        let own = own.get("consumes").or_else(|| document.root().get("consumes"));
        let listed = own.and_then(Value::as_array).into_iter().flatten();
        let listed: Vec<String> = listed.filter_map(Value::as_str).map(str::to_owned).collect();
        out.bodies = if listed.is_empty() { out.bodies } else { listed };
    }
    if let Some(body) = own.get("requestBody") {
        let here = format!("{at}/requestBody");
        match document.follow(&here, body) {
            Some(body) => out.body(document, &here, body),
            None => out.incomplete = true,
        }
    }
    out.bodies.sort();
    out.bodies.dedup();
    out.fields.truncate(MOST);
    out.answers(document, at, own);
    out
}

impl Outline {
    fn parameter(&mut self, document: &mut Document<'_>, at: &str, parameter: &Value) {
        let text = |name: &str| parameter.get(name).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else {
            document.leave_out(at, "this parameter has no name or no place");
            self.incomplete = true;
            return;
        };
        match place {
            "body" => {
                self.bodies.push("application/json".to_owned());
                if let Some(schema) = parameter.get("schema") {
                    self.fields
                        .extend(fields(document, &format!("{at}/schema"), schema));
                }
            }
            "formData" => {
                let file = text("type") == Some("file");
                let kind = if file {
                    "multipart/form-data"
                } else {
                    "application/x-www-form-urlencoded"
                };
                self.bodies.push(kind.to_owned());
                self.fields.push(name.to_owned());
            }
            _ => {
                // Swagger 2.0 has the form beside the name, later versions in a schema.
                let schema = parameter.get("schema").unwrap_or(parameter);
                let listed = schema.get("enum").or_else(|| schema.pointer("/items/enum"));
                let listed = listed.and_then(Value::as_array).into_iter().flatten();
                self.parameters.push(Given {
                    name: name.to_owned(),
                    place: place.to_owned(),
                    required: parameter.get("required") == Some(&Value::Bool(true)),
                    values: listed
                        .filter_map(Value::as_str)
                        .take(MOST)
                        .map(str::to_owned)
                        .collect(),
                });
            }
        }
    }

    fn body(&mut self, document: &mut Document<'_>, at: &str, body: &Value) {
        for (media, content) in super::object(body.get("content")) {
            self.bodies.push(media.clone());
            if let Some(schema) = content.get("schema") {
                let here = format!("{at}/content/{}/schema", super::escaped(media));
                for field in fields(document, &here, schema) {
                    if !self.fields.contains(&field) {
                        self.fields.push(field);
                    }
                }
            }
        }
    }

    fn answers(&mut self, document: &mut Document<'_>, at: &str, own: &Value) {
        for (status, answer) in super::object(own.get("responses")) {
            self.answers.push(status.clone());
            let here = format!("{at}/responses/{status}");
            let Some(answer) = document.follow(&here, answer) else {
                continue;
            };
            for (header, _) in super::object(answer.get("headers")) {
                let lower = header.to_lowercase();
                if ["link", "etag"].contains(&lower.as_str()) && !self.headers.contains(&lower) {
                    self.headers.push(lower);
                }
            }
        }
    }
}

/// Names of the fields that a schema speaks of.
fn fields(document: &mut Document<'_>, at: &str, schema: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let mut left = MOST;
    gather(document, at, schema, 0, &mut left, &mut out);
    let single = match out.as_slice() {
        [(name, schema)] => Some((
            format!("{at}/properties/{}", super::escaped(name)),
            schema.clone(),
        )),
        _ => None,
    };
    if let Some((at, schema)) = single {
        gather(document, &at, &schema, 0, &mut left, &mut out);
    }
    let mut names: Vec<String> = Vec::new();
    for (name, _) in out {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Fields of a schema and of what it is put together from, at most so deep and so many.
fn gather(
    document: &mut Document<'_>,
    at: &str,
    schema: &Value,
    depth: usize,
    left: &mut usize,
    out: &mut Vec<(String, Value)>,
) {
    if depth > 8 || *left == 0 {
        return;
    }
    let Some(schema) = document.follow(at, schema) else {
        return;
    };
    for (name, field) in super::object(schema.get("properties")) {
        let read_only = field.get("readOnly") == Some(&Value::Bool(true));
        if !read_only && *left > 0 {
            *left -= 1;
            // The form of a field is only wanted to look into a single one.
            let form = if out.is_empty() {
                field.clone()
            } else {
                Value::Null
            };
            out.push((name.clone(), form));
        }
    }
    for word in ["allOf", "oneOf", "anyOf"] {
        let Some(parts) = schema.get(word).and_then(Value::as_array) else {
            continue;
        };
        for (number, part) in parts.iter().enumerate() {
            *left = left.saturating_sub(1);
            gather(
                document,
                &format!("{at}/{word}/{number}"),
                part,
                depth + 1,
                left,
                out,
            );
        }
    }
    if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        gather(document, &format!("{at}/items"), items, depth + 1, left, out);
    }
}
