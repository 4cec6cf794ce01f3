//! A suite's tools as an OpenAPI 3.1 description, in the form that [`integration::description`] reads.
//!
//! | of a tool | becomes |
//! |---|---|
//! | `effect` read, no `egress` | GET, side effect `read`; the answer is a list of records with an `id` and a `text` that anybody may have written |
//! | `egress`, reads too | POST, side effect `send`: something goes to somebody else, be it a web address |
//! | other `effect` write | POST, side effect `write` |
//! | `kind` delete that is not `reversible` | side effect `destructive` |
//! | `severity` 4 (money, credentials) | severe: decided alone, with a typed word |
//! | destructive | undo `irreversible`: the same |
//! | `reversible` | undo `restorable` |
//! | other `egress` | undo `compensable`: a second message makes up for the first |
//! | anything else | undo `irreversible` |
//! | `target_args` | role `target`, the first one in the path |
//! | `dest_args` | role `recipient` |
//!
//! The server remembers keys (class K), so that no attempt counts twice by accident.

use domain::SystemId;
use integration::description::{Description, DescriptionError};
use serde_json::{Map, Value, json};

use crate::cases::{Suite, Tool, ToolEffect, properties};

/// The description of a suite.
pub fn document(name: &str, suite: &Suite) -> Value {
    let paths: Map<String, Value> = suite.tools.values().map(path).collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1"},
        "paths": paths,
    })
}

/// The same as the product reads it.
///
/// # Errors
/// When it can't be read at all, or a tool of it would be left out.
pub fn description(name: &str, suite: &Suite) -> Result<(SystemId, Description), String> {
    let system: SystemId = name
        .parse()
        .map_err(|error: domain::SystemIdError| error.to_string())?;
    let read = Description::read(&system, &document(name, suite).to_string());
    let description = read.map_err(|error: DescriptionError| error.to_string())?;
    match description.left_out.first() {
        Some((tool, why)) => Err(format!(
            "the tool `{tool}` of the suite `{name}` can't be served: {why}"
        )),
        None => Ok((system, description)),
    }
}

/// The argument that names the record in the path.
pub fn target(tool: &Tool) -> Option<&str> {
    match tool.is_consequential() {
        true => tool.target_args.first().map(String::as_str),
        false => None,
    }
}

fn path(tool: &Tool) -> (String, Value) {
    let (name, target) = (&tool.name, target(tool));
    let required: Vec<&str> = tool
        .parameters
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !tool.is_consequential() {
        let parameters: Vec<Value> = properties(&tool.parameters)
            .map(|(argument, schema)| {
                json!({"name": argument, "in": "query", "required": required.contains(&argument.as_str()), "schema": schema})
            })
            .collect();
        let own = json!({"type": "string", "x-attache-integrity": "own"});
        let text = json!({"type": "string", "x-attache-integrity": "text"});
        let record = json!({"type": "object", "properties": {"id": own, "text": text}});
        let page = json!({"type": "object", "properties": {
            "items": {"type": "array", "items": record},
            "next_cursor": {"type": ["string", "null"]},
        }});
        let operation = json!({
            "operationId": name,
            "summary": tool.description,
            "parameters": parameters,
            "x-attache-side-effect": "read",
            "responses": {"200": {"description": "Done.", "content": {"application/json": {"schema": page}}}},
        });
        return (format!("/{name}"), json!({"get": operation}));
    }
    let key = json!({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}});
    let mut parameters = vec![key];
    let mut body = Map::new();
    for (argument, schema) in properties(&tool.parameters) {
        let mut schema = schema.clone();
        if let (Some(role), Some(schema)) = (role(tool, argument), schema.as_object_mut()) {
            schema.insert("x-attache-role".to_owned(), json!(role));
        }
        if target == Some(argument) {
            parameters.push(json!({"name": argument, "in": "path", "required": true, "schema": schema}));
        } else {
            body.insert(argument.clone(), schema);
        }
    }
    let in_body: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| body.contains_key(*name))
        .collect();
    let mut operation = json!({
        "operationId": name,
        "summary": tool.description,
        "parameters": parameters,
        "x-attache-side-effect": side_effect(tool),
        "x-attache-undo": undo(tool),
        "x-attache-severe": tool.severity >= 4,
        "x-attache-egress": tool.egress,
        "x-attache-idempotency": "K",
        "x-attache-key-hours": 24,
        "responses": {"200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object", "properties": {}}}}}},
    });
    if !body.is_empty() {
        let schema = json!({"type": "object", "properties": body, "required": in_body});
        let content = json!({"application/json": {"schema": schema}});
        if let Some(operation) = operation.as_object_mut() {
            operation.insert(
                "requestBody".to_owned(),
                json!({"required": true, "content": content}),
            );
        }
    }
    let path = match target {
        Some(target) => format!("/{name}/{{{target}}}"),
        None => format!("/{name}"),
    };
    (path, json!({"post": operation}))
}

fn side_effect(tool: &Tool) -> &'static str {
    match (tool.kind.as_str(), tool.effect) {
        ("delete", _) if !tool.reversible => "destructive",
        _ if tool.egress => "send",
        (_, ToolEffect::Write | ToolEffect::Read) => "write",
    }
}

fn undo(tool: &Tool) -> &'static str {
    match side_effect(tool) {
        "destructive" => "irreversible",
        _ if tool.reversible => "restorable",
        "send" => "compensable",
        _ => "irreversible",
    }
}

/// What the data says of an argument; nothing where its form is to decide.
fn role(tool: &Tool, argument: &String) -> Option<&'static str> {
    if tool.target_args.contains(argument) {
        Some("target")
    } else if tool.dest_args.contains(argument) {
        Some("recipient")
    } else {
        None
    }
}
