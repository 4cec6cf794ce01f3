//! The OpenAPI 3.1 description, written from the tables of operations and kinds: the ones that requests are routed and
//! checked by.
//!
//! What a client that must not do things twice has to know stands in extensions: `x-attache-idempotency` (K, U, P or N),
//! `x-attache-side-effect`, `x-attache-undo`, on what leaves the company `x-attache-egress`, for class P `x-attache-marker` (the field to mark a new record with and the
//! operation that finds it), for class K `x-attache-key-hours`, on every field `x-attache-integrity`, on every argument that
//! is written or names a record `x-attache-role`, on the fields that say who changed a record last and when
//! `x-attache-edited`, and on what people get as a message `x-attache-message`: how that is put
//! together. `x-attache-sync` says of the whole how all records of a kind are listed.

use serde_json::{Map, Value, json};

use crate::catalogue::{COMMENTS, KINDS};
use crate::find::{LARGEST_PAGE, PAGE};
use crate::keys::LIFETIME;
use crate::kinds::{Field, Kind, Rule, Shape};
use crate::operations::{Act, Class, OPERATIONS, Operation, SideEffect};

/// The description.
pub fn description() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = described(operation);
    }
    let mut schemas = Map::new();
    for kind in KINDS {
        schemas.insert(kind.name.to_owned(), record(kind));
        schemas.insert(format!("{}.page", kind.name), page(kind));
        for (act, ending) in [(Act::Create, "new"), (Act::Update, "change")] {
            if OPERATIONS
                .iter()
                .any(|op| op.kind.name == kind.name && op.act == act)
            {
                schemas.insert(format!("{}.{ending}", kind.name), sent(kind, act));
            }
        }
    }
    schemas.insert("comment".to_owned(), sent(&COMMENTS, Act::Create));
    schemas.insert("problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Demo company",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "CRM, help desk and mail of Northwind Robotics. Nothing in it is real.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": "crm", "description": "Accounts, contacts, deals and activities."},
            {"name": "helpdesk", "description": "Tickets and comments."},
            {"name": "mail", "description": "The mailbox of the person whose token it is."},
        ],
        "x-attache-sync": {
            "helpdesk.tickets": {
                "title": "Tickets", "list": "helpdesk.tickets.list",
                "words": "helpdesk.comments.search", "words_by": "ticket",
            },
            "crm.accounts": {"title": "Accounts", "list": "crm.accounts.list"},
            "crm.contacts": {"title": "Contacts", "list": "crm.contacts.list"},
            "crm.deals": {"title": "Deals", "list": "crm.deals.list"},
            "mail.messages": {"title": "Mail", "list": "mail.messages.list"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    })
}

fn described(operation: &Operation) -> Value {
    let system = operation.kind.name.split('.').next().unwrap_or_default();
    let mut out = json!({
        "operationId": operation.id,
        "tags": [system],
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": responses(operation),
        "x-attache-idempotency": operation.class.letter(),
        "x-attache-side-effect": operation.side_effect.word(),
    });
    if let Some(undo) = operation.undo {
        out["x-attache-undo"] = json!(undo.word());
    }
    if operation.side_effect == SideEffect::Send {
        out["x-attache-egress"] = json!(true);
    }
    if let Some(field) = operation.marker() {
        let search = format!("{}.search", operation.kind.name);
        out["x-attache-marker"] = json!({"field": field, "search": search});
    }
    if operation.class == Class::K {
        out["x-attache-key-hours"] = json!(LIFETIME.as_hours());
    }
    if let Some(message) = message(operation) {
        out["x-attache-message"] = message;
    }
    let body = match operation.act {
        Act::Create => Some(format!("{}.new", operation.kind.name)),
        Act::Update => Some(format!("{}.change", operation.kind.name)),
        Act::Reply | Act::Note => Some("comment".to_owned()),
        _ => None,
    };
    if let Some(schema) = body {
        out["requestBody"] = json!({"required": true, "content": content(&schema)});
    }
    out
}

/// The message that people get: pieces that are put together. The comment of a ticket goes to whoever asked.
fn message(operation: &Operation) -> Option<Value> {
    let pieces = |of: &str, names: &[&str]| -> Value {
        let piece = |name: &&str| ((*name).to_owned(), json!([{ of: name }]));
        names.iter().map(piece).collect::<Map<_, _>>().into()
    };
    let names = ["to", "cc", "subject", "body", "attachments"];
    match (operation.act, operation.kind.name) {
        (Act::Create, "mail.drafts") => Some(pieces("argument", &names)),
        (Act::Send, _) => Some(pieces("record", &names)),
        (Act::Reply, _) => Some(json!({
            "to": [{"record": "requester", "of": {"kind": "crm.contacts", "field": "email"}}],
            "subject": ["Re: ", {"record": "subject"}, " [#", {"record": "id"}, "]"],
            "body": [{"argument": "body"}],
        })),
        _ => None,
    }
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let id = |name: &str| {
        let role = if name == "id" { "target" } else { "value" };
        json!({"type": "integer", "minimum": 0, "x-attache-role": role})
    };
    let in_path = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut out: Vec<Value> = in_path
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": id(name)}))
        .collect();
    if matches!(operation.act, Act::List | Act::Search) {
        let limit = json!({"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE});
        out.push(
            json!({"name": "limit", "in": "query", "schema": limit, "description": "Records of a page."}),
        );
        let about = "What the page before gave as `next_cursor`.";
        out.push(
            json!({"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": about}),
        );
    }
    if operation.act == Act::Search {
        let about = "Words that all stand somewhere in the text of the record, in capitals or not.";
        out.push(json!({"name": "q", "in": "query", "schema": {"type": "string"}, "description": about}));
        for field in operation.kind.fields {
            let about = match field.shape.is_list() {
                true => format!("Records with this among their `{}`.", field.name),
                false => format!(
                    "Records with exactly this as `{}`; empty for those without.",
                    field.name
                ),
            };
            let schema = json!({"type": "string"});
            out.push(json!({"name": field.name, "in": "query", "schema": schema, "description": about}));
        }
    }
    if operation.is_conditional() {
        let about = "The version in quotes, as `ETag` gave it. Another version now: 412 and nothing is done.";
        out.push(
            json!({"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": about}),
        );
    }
    if operation.class == Class::K {
        let about =
            "The same key with the same request gets the first answer again; with another request, 422.";
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255});
        out.push(json!({"name": "Idempotency-Key", "in": "header", "schema": schema, "description": about}));
    }
    out
}

fn responses(operation: &Operation) -> Value {
    let kind = operation.kind;
    let (status, schema) = match operation.act {
        Act::List | Act::Search => ("200", format!("{}.page", kind.name)),
        Act::Create => ("201", kind.name.to_owned()),
        Act::Reply | Act::Note => ("201", "helpdesk.comments".to_owned()),
        Act::Send => ("200", "mail.messages".to_owned()),
        _ => ("200", kind.name.to_owned()),
    };
    let mut out = Map::new();
    let done = match operation.act {
        Act::Delete => {
            let number = json!({"type": "integer"});
            let gone = json!({"type": "object", "properties": {"deleted": number, "version": number}});
            json!({"description": "Done.", "content": {"application/json": {"schema": gone}}})
        }
        _ => json!({"description": "Done.", "content": content(&schema)}),
    };
    out.insert(status.to_owned(), done);
    let mut refuse = |status: &str, why: &str| {
        let refusal = json!({"description": why, "content": content("problem")});
        out.insert(status.to_owned(), refusal);
    };
    refuse("401", "No valid token.");
    refuse("429", "Too many requests; `Retry-After` says when to ask again.");
    if matches!(operation.act, Act::List | Act::Search) {
        refuse("400", "A parameter that there is not, or with a wrong value.");
    } else if operation.path.contains('{') {
        refuse("404", "There is no such record.");
    }
    if operation.undo.is_some() {
        refuse("422", "What was sent cannot be taken as it is.");
    }
    if operation.act == Act::Delete {
        refuse("409", "It is still used, or has left the company.");
    }
    if operation.is_conditional() {
        refuse(
            "412",
            "It has changed; `current_version` and `ETag` say what to read.",
        );
    }
    if kind.name.starts_with("mail.") {
        refuse("403", "The mailbox belongs to somebody else.");
    }
    Value::Object(out)
}

fn content(schema: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn record(kind: &Kind) -> Value {
    let own = |mut schema: Value| {
        schema["x-attache-integrity"] = json!("own");
        schema
    };
    let mut properties = Map::new();
    properties.insert("id".to_owned(), own(json!({"type": "integer"})));
    let version = json!({"type": "integer", "description": "1 at first, one more with every change."});
    properties.insert("version".to_owned(), own(version));
    let at = json!({"type": "string", "format": "date-time", "x-attache-edited": "at"});
    properties.insert("updated_at".to_owned(), own(at));
    let by = json!({
        "type": "string",
        "format": "email",
        "description": "The colleague who changed it last.",
        "x-attache-edited": "by",
    });
    properties.insert("updated_by".to_owned(), own(by));
    for field in kind.fields {
        let mut schema = value(field, true);
        if field.rule == Rule::Kept {
            schema["readOnly"] = json!(true);
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&String> = properties.keys().collect();
    let required = json!(required);
    json!({"type": "object", "title": kind.one, "properties": properties, "required": required})
}

/// What is sent to create or to change a record.
fn sent(kind: &Kind, act: Act) -> Value {
    let fields = kind.fields.iter().filter(|field| field.rule != Rule::Kept);
    let properties: Map<String, Value> = fields
        .clone()
        .map(|field| (field.name.to_owned(), value(field, false)))
        .collect();
    let required = fields.filter(|field| act == Act::Create && field.rule == Rule::Required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn page(kind: &Kind) -> Value {
    let items = json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{}", kind.name)}});
    let next = json!({"type": ["string", "null"], "description": "For the next page; null on the last one."});
    let properties = json!({"items": items, "next_cursor": next});
    json!({"type": "object", "properties": properties, "required": ["items", "next_cursor"]})
}

fn problem() -> Value {
    let error = json!({
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "current_version": {"type": "integer"},
        },
        "required": ["code", "message"],
    });
    json!({"type": "object", "properties": {"error": error}, "required": ["error"]})
}

/// A field's schema. `full`: as it is in a record, where the server vouches for the rest.
fn value(field: &Field, full: bool) -> Value {
    let mut schema = match field.shape {
        Shape::Text => json!({"type": "string"}),
        Shape::Words => json!({"type": "array", "items": {"type": "string"}}),
        Shape::Addresses => json!({"type": "array", "items": {"type": "string", "format": "email"}}),
        Shape::Date => json!({"type": "string", "format": "date"}),
        Shape::Moment => json!({"type": "string", "format": "date-time"}),
        Shape::Whole => json!({"type": "integer", "minimum": 0}),
        Shape::Percent => json!({"type": "number", "minimum": 0, "maximum": 100}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::OneOf(words) => json!({"type": "string", "enum": words}),
        Shape::Record(kind) => json!({"type": "integer", "description": format!("Id among `{kind}`.")}),
        Shape::Records(kind) => {
            let about = format!("Ids among `{kind}`.");
            json!({"type": "array", "items": {"type": "integer"}, "description": about})
        }
    };
    let may_be_empty = matches!(field.rule, Rule::Optional | Rule::Kept) && !field.shape.is_list();
    if may_be_empty && let Some(kind) = schema["type"].as_str() {
        schema["type"] = json!([kind, "null"]);
    }
    if let (Rule::Starts(word), false) = (field.rule, full) {
        schema["default"] = json!(word);
    }
    schema["x-attache-integrity"] = json!(field.shape.integrity());
    if !full {
        schema["x-attache-role"] = json!(role(field));
    }
    schema
}

/// What a field means to whoever decides whether it may be written.
fn role(field: &Field) -> &'static str {
    match field.shape {
        Shape::Addresses => "recipient",
        Shape::Whole if field.name == "amount_eur" => "amount",
        Shape::Text if !matches!(field.name, "external_id" | "message_id" | "in_reply_to") => "words",
        _ => "value",
    }
}
