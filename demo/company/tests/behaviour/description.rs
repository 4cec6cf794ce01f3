//! The description says what the server does, no more and no less.

use std::collections::BTreeSet;

use company::openapi;
use company::operations::OPERATIONS;
use serde_json::Value;

use crate::house::{House, Request};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn paths(description: &Value) -> impl Iterator<Item = (&String, &Value)> {
    description["paths"].as_object().unwrap().iter()
}

#[test]
fn every_route_is_described_and_every_described_route_is_there() {
    let house = House::open();
    let description = house.get("/openapi.json");
    let mut described = BTreeSet::new();
    for (path, item) in paths(&description) {
        let path = path.replace("{id}", "999999").replace("{contact}", "999999");
        for method in METHODS {
            let response = house.send(&Request::new(&method.to_uppercase(), &path));
            let entry = house.last();
            assert_eq!(entry["operation"], item[method]["operationId"], "{method} {path}");
            assert_eq!(response.status == 405, item[method].is_null(), "{method} {path}");
            described.extend(item[method]["operationId"].as_str().map(str::to_owned));
        }
    }
    let routed: BTreeSet<String> = OPERATIONS.iter().map(|op| op.id.to_owned()).collect();
    assert_eq!(described, routed);
    assert_eq!(routed.len(), OPERATIONS.len(), "a name is given twice");
}

#[test]
fn every_operation_says_its_class_its_effect_and_its_undo() {
    let description = openapi::description();
    for (path, item) in paths(&description) {
        for (method, operation) in item.as_object().unwrap() {
            let word = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
            let named = |name: &str| {
                let parameters = operation["parameters"].as_array().unwrap();
                parameters.iter().any(|parameter| parameter["name"] == name)
            };
            let class = word("x-attache-idempotency");
            assert!(["K", "U", "P", "N"].contains(&class.as_str()), "{method} {path}");
            assert_eq!(class == "K", named("Idempotency-Key"), "{method} {path}");
            assert_eq!(
                class == "P",
                operation["x-attache-marker"].is_object(),
                "{method} {path}"
            );
            let effect = word("x-attache-side-effect");
            assert_eq!(effect == "read", method == "get", "{path}");
            assert_eq!(
                effect == "send",
                operation["x-attache-egress"] == true,
                "{method} {path}"
            );
            assert!(operation["x-attache-severe"].is_null(), "{method} {path}");
            assert_eq!(
                word("x-attache-undo").is_empty(),
                effect == "read",
                "{method} {path}"
            );
            assert_eq!(named("If-Match"), operation["responses"]["412"].is_object());
        }
    }
}

#[test]
fn every_record_has_exactly_the_fields_that_are_described() {
    let house = House::open();
    house.send(&Request::new("POST", "/mail/drafts/52001/send"));
    let schemas = openapi::description()["components"]["schemas"].clone();
    for (kind, records) in house.state().as_object().unwrap() {
        let properties = schemas[kind]["properties"].as_object().unwrap();
        for record in records.as_array().unwrap() {
            for (name, value) in record.as_object().unwrap() {
                let schema = &properties[name];
                assert!(fits(value, schema), "{kind} {name}: {value} is not {schema}");
            }
            assert_eq!(record.as_object().unwrap().len(), properties.len(), "{kind}");
        }
    }
}

#[test]
fn every_field_says_who_may_have_written_it() {
    let description = openapi::description();
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        if name == "problem" || name.ends_with(".page") {
            continue;
        }
        for (field, schema) in schema["properties"].as_object().unwrap() {
            let integrity = schema["x-attache-integrity"].as_str().unwrap_or_default();
            assert!(["own", "text"].contains(&integrity), "{name}.{field}");
        }
    }
    let of = |kind: &str, field: &str| {
        description["components"]["schemas"][kind]["properties"][field]["x-attache-integrity"].clone()
    };
    for (kind, field) in [
        ("helpdesk.comments", "body"),
        ("mail.messages", "subject"),
        ("mail.messages", "from"),
        ("mail.messages", "attachments"),
        ("crm.contacts", "name"),
        ("helpdesk.tickets", "tags"),
    ] {
        assert_eq!(of(kind, field), "text", "{kind}.{field}");
    }
    for (kind, field) in [
        ("crm.deals", "version"),
        ("crm.deals", "amount_eur"),
        ("helpdesk.tickets", "status"),
    ] {
        assert_eq!(of(kind, field), "own", "{kind}.{field}");
    }
}

#[test]
fn every_argument_that_is_written_says_what_it_means() {
    let description = openapi::description();
    let role = |of: &str, field: &str| {
        description["components"]["schemas"][of]["properties"][field]["x-attache-role"].clone()
    };
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        let is_sent = name == "comment" || name.ends_with(".new") || name.ends_with(".change");
        for field in schema["properties"].as_object().unwrap().keys() {
            assert_eq!(role(name, field).is_string(), is_sent, "{name}.{field}");
        }
    }
    for (of, field, meaning) in [
        ("mail.drafts.new", "to", "recipient"),
        ("mail.drafts.new", "cc", "recipient"),
        ("mail.drafts.new", "message_id", "value"),
        ("crm.deals.change", "amount_eur", "amount"),
        ("crm.deals.change", "stage", "value"),
        ("comment", "body", "words"),
    ] {
        assert_eq!(role(of, field), meaning, "{of}.{field}");
    }
    let link = &description["paths"]["/crm/deals/{id}/contacts/{contact}"]["put"]["parameters"];
    let meanings: Vec<&Value> = (0..2).map(|at| &link[at]["schema"]["x-attache-role"]).collect();
    assert_eq!(meanings, ["target", "value"]);
}

#[test]
fn what_people_get_as_a_message_is_made_of_fields_that_there_are() {
    let description = openapi::description();
    let schemas = &description["components"]["schemas"];
    let mut found = BTreeSet::new();
    for (_, item) in paths(&description) {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            for (part, pieces) in operation["x-attache-message"].as_object().into_iter().flatten() {
                found.insert(id);
                let kind = id.rsplit_once('.').unwrap().0;
                for piece in pieces.as_array().unwrap() {
                    let sent = if kind == "helpdesk.tickets" {
                        "comment"
                    } else {
                        "mail.drafts.new"
                    };
                    let argument = piece["argument"].as_str();
                    let record = piece["record"].as_str();
                    assert!(
                        argument.is_none_or(|name| schemas[sent]["properties"][name].is_object()),
                        "{id} {part}"
                    );
                    assert!(
                        record.is_none_or(|name| schemas[kind]["properties"][name].is_object()),
                        "{id} {part}"
                    );
                }
            }
        }
    }
    let messages = ["helpdesk.tickets.reply", "mail.drafts.create", "mail.drafts.send"];
    assert_eq!(found, BTreeSet::from(messages));
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
        match value {
            Value::Object(object) => {
                out.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, out));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, out)),
            _ => {}
        }
    }
    let description = openapi::description();
    let mut found = Vec::new();
    references(&description, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        assert!(description.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[test]
fn the_table_of_the_readme_is_that_of_the_server() {
    let readme = include_str!("../../README.md");
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| `") && line.split('|').count() == 8);
    let there: Vec<String> = rows.map(str::to_owned).collect();
    let writes = OPERATIONS.iter().filter_map(|op| Some((op, op.undo?)));
    let real: Vec<String> = writes
        .map(|(op, undo)| {
            let condition = if op.is_conditional() { "yes" } else { "" };
            let marker = op.marker().map(|field| format!(" `{field}`")).unwrap_or_default();
            let (class, effect) = (op.class.letter(), op.side_effect.word());
            format!(
                "| `{}` | {} {} | {class}{marker} | {effect} | {} | {condition} |",
                op.id,
                op.method,
                op.path,
                undo.word()
            )
        })
        .collect();
    assert_eq!(there, real, "the rows should be:\n{}", real.join("\n"));
}

/// As much of JSON Schema as the description uses of records.
fn fits(value: &Value, schema: &Value) -> bool {
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let fits_kind = kinds.iter().any(|kind| match kind.as_str() {
        Some("null") => value.is_null(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| fits(item, &schema["items"]))),
        _ => false,
    });
    let allowed = schema["enum"].as_array();
    fits_kind && allowed.is_none_or(|words| words.contains(value))
}
