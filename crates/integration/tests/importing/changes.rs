use integration::import::{Difference, Kind, compare};
use serde_json::{Value, json};

use crate::{described, operation, read};

fn shop() -> Value {
    let mut document = described(json!({
        "/deals": {"get": {"operationId": "listDeals", "summary": "List deals"},
            "post": {"operationId": "createDeal", "summary": "Create a deal", "requestBody": {"content": {"application/json":
                {"schema": {"$ref": "#/components/schemas/Deal"}}}}}},
        "/deals/{id}/close": {"post": {"operationId": "closeDeal", "summary": "Close a deal"}},
    }));
    document["servers"] = json!([{"url": "https://api.example"}]);
    document["components"] = json!({"schemas": {"Deal": {"properties": {"description": {"type": "string"},
        "owner": {"$ref": "#/components/schemas/User"}}}, "User": {"properties": {"id": {"type": "integer", "maximum": 9007199254740993_u64}}}}});
    document
}

fn differences(change: impl Fn(&mut Value)) -> Vec<Difference> {
    let mut now = shop();
    change(&mut now);
    compare(&read(&shop()), &read(&now))
}

#[test]
fn the_same_description_is_no_difference_whatever_order_it_is_in() {
    assert_eq!(differences(|_| ()), []);
    let yaml = "openapi: 3.0.3\npaths: {/a: {get: {}}}\ninfo: {title: Shop, version: '1'}\n";
    let json =
        json!({"info": {"version": "1", "title": "Shop"}, "paths": {"/a": {"get": {}}}, "openapi": "3.0.3"});
    let yaml = integration::import::Import::read(yaml.as_bytes()).unwrap();
    assert_eq!(compare(&yaml, &read(&json)), []);
    assert_ne!(yaml.digest, read(&json).digest, "the file is another");
}

#[test]
fn a_change_deep_in_a_form_changes_every_operation_that_uses_it_and_no_other() {
    let found = differences(|now| {
        now["components"]["schemas"]["User"]["properties"]["id"]["maximum"] = json!(9_007_199_254_740_994_u64)
    });
    let names: Vec<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
    assert_eq!(names, ["createDeal"]);
    assert_eq!(found[0].what, ["The form of its body is another."]);
    assert_eq!(
        (found[0].kind, found[0].suspends.as_deref()),
        (Kind::Changed, Some("createDeal"))
    );
}

#[test]
fn what_changed_is_said_in_words() {
    for (at, value, what) in [
        (
            "/paths/~1deals/get/summary",
            json!("Deletes all deals"),
            "It was a read, and is a destructive",
        ),
        (
            "/paths/~1deals/get/summary",
            json!("List all deals"),
            "Only its words for people are others.",
        ),
        (
            "/paths/~1deals/get/parameters",
            json!([{"name": "q", "in": "query", "required": true}]),
            "New is the parameter `q in query`.",
        ),
        (
            "/paths/~1deals/get/security",
            json!([{"key": []}]),
            "New is the way to sign in `key`.",
        ),
        (
            "/paths/~1deals/get/operationId",
            json!("getDeals"),
            "It was called `listDeals`.",
        ),
        (
            "/components/schemas/Deal/properties/amount",
            json!({}),
            "New is the field `amount`.",
        ),
        (
            "/components/schemas/Deal/properties/description",
            json!({"type": "integer"}),
            "The form of its body is another.",
        ),
        (
            "/servers/0/url",
            json!("https://other.example"),
            "New is the address `https://other.example`.",
        ),
        (
            "/paths/~1deals/post/requestBody/content/multipart~1form-data",
            json!({}),
            "New is the body as `multipart/form-data`.",
        ),
    ] {
        let found = differences(|now| {
            let (parent, name) = at.rsplit_once('/').unwrap();
            let name = name.replace("~1", "/");
            match now.pointer_mut(parent).unwrap() {
                Value::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
                parent => parent[name] = value.clone(),
            }
        });
        let said: Vec<&String> = found.iter().flat_map(|difference| &difference.what).collect();
        assert!(said.iter().any(|said| said.starts_with(what)), "{at}: {said:?}");
        assert!(
            found.iter().all(|difference| difference.suspends.is_some()),
            "{at}"
        );
    }
}

#[test]
fn what_came_suspends_nothing_and_what_went_does() {
    let found = differences(|now| {
        let paths = now["paths"].as_object_mut().unwrap();
        let closing = paths.remove("/deals/{id}/close").unwrap();
        paths.insert("/deals/{id}/finish".to_owned(), closing);
    });
    let told: Vec<(Kind, &str, Option<&str>)> = found
        .iter()
        .map(|difference| {
            (
                difference.kind,
                difference.at.as_str(),
                difference.suspends.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Added, "POST /deals/{id}/finish", None),
            (Kind::Removed, "POST /deals/{id}/close", Some("closeDeal")),
        ]
    );
}

#[test]
fn each_definition_is_pinned_over_all_it_refers_to() {
    let import = read(&shop());
    let definition = |at: &str| operation(&import, at).definition.clone();
    assert_eq!(definition("POST /deals").len(), 64);
    assert_ne!(definition("POST /deals"), definition("GET /deals"));
}
