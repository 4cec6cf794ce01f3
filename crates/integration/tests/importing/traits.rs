use domain::Undo;
use integration::import::Again;
use serde_json::{Value, json};

use crate::{described, operation, read};

fn query(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({"name": name, "in": "query"}))
        .collect()
}

#[test]
fn what_would_undo_it_is_derived_from_what_stands_beside_it() {
    let import = read(&described(json!({
        "/contacts": {"post": {"summary": "Create a contact"}},
        "/contacts/{id}": {"get": {}, "patch": {}, "delete": {}},
        "/contacts/{id}/archive": {"post": {}},
        "/contacts/{id}/restore": {"post": {}},
        "/notes": {"post": {"summary": "Create a note"}},
        "/notes/{id}": {"delete": {}},
        "/mails/{id}/send": {"post": {}},
        "/settings": {"put": {}},
    })));
    let undo = |at: &str| operation(&import, at).traits.undo;
    assert_eq!(undo("GET /contacts/{id}"), None);
    assert_eq!(undo("POST /contacts"), Some(Undo::Compensable));
    assert_eq!(undo("PATCH /contacts/{id}"), Some(Undo::Restorable));
    assert_eq!(
        undo("DELETE /contacts/{id}"),
        Some(Undo::Compensable),
        "there is `restore`"
    );
    assert_eq!(undo("POST /contacts/{id}/archive"), Some(Undo::Compensable));
    assert_eq!(undo("DELETE /notes/{id}"), Some(Undo::Irreversible));
    assert_eq!(undo("POST /mails/{id}/send"), Some(Undo::Irreversible));
    assert_eq!(
        undo("PUT /settings"),
        Some(Undo::Irreversible),
        "the old values can't be read"
    );
}

#[test]
fn a_repetition_is_safe_only_where_the_description_says_so() {
    let header = |name: &str| json!([{"name": name, "in": "header"}]);
    let import = read(&described(json!({
        "/a": {"get": {}, "post": {}, "put": {}, "patch": {"parameters": header("If-Match")}},
        "/b": {"post": {"parameters": header("Idempotency-Key")}},
    })));
    let again = |at: &str| operation(&import, at).traits.again;
    assert_eq!([again("GET /a"), again("PUT /a")], [Again::Unchanging; 2]);
    assert_eq!([again("POST /a"), again("PATCH /a")], [Again::Never; 2]);
    assert_eq!(again("POST /b"), Again::Keyed);
    assert_eq!(operation(&import, "PATCH /a").traits.conditional, ["If-Match"]);
}

#[test]
fn money_credentials_rights_and_what_leaves_are_seen() {
    let body = |fields: &[&str]| -> Value {
        let fields: serde_json::Map<String, Value> = fields
            .iter()
            .map(|name| ((*name).to_owned(), json!({})))
            .collect();
        json!({"content": {"application/json": {"schema": {"properties": {"data": {"properties": fields}}}}}})
    };
    let import = read(&described(json!({
        "/refunds": {"get": {}, "post": {"summary": "Create a refund"}},
        "/users/{id}/roles": {"put": {}},
        "/apiKeys": {"get": {}},
        "/events": {"post": {"summary": "Create an event", "requestBody": body(&["subject", "attendees"])}},
        "/webhooks": {"post": {"summary": "Create a webhook"}},
        "/contacts": {"post": {"summary": "Create a contact", "requestBody": body(&["name"])}},
    })));
    let of = |at: &str| {
        let traits = &operation(&import, at).traits;
        (traits.severe, traits.egress)
    };
    assert_eq!(of("GET /refunds"), (false, false));
    assert_eq!(of("POST /refunds"), (true, false));
    assert_eq!(of("PUT /users/{id}/roles"), (true, false));
    assert_eq!(
        of("GET /apiKeys"),
        (true, false),
        "what is read there gives access"
    );
    assert_eq!(of("POST /events"), (false, true));
    assert_eq!(of("POST /webhooks"), (false, true));
    assert_eq!(of("POST /contacts"), (false, false));
}

#[test]
fn how_an_answer_goes_on_is_seen() {
    let import = read(&described(json!({
        "/a": {"get": {"parameters": query(&["limit", "starting_after"])}},
        "/b": {"get": {"parameters": query(&["page", "per_page"]), "responses": {"200": {"headers": {"Link": {}}}}}},
        "/c": {"get": {"parameters": query(&["$top", "$skip"])}},
        "/d": {"get": {"parameters": query(&["startAt", "maxResults"])}},
        "/e": {"get": {"parameters": query(&["page[after]"])}},
        "/f": {"get": {}},
    })));
    let pages = |at: &str| operation(&import, at).traits.pagination.join(", ");
    assert_eq!(pages("GET /a"), "cursor `starting_after`");
    assert_eq!(pages("GET /b"), "page `page`, link `Link`");
    assert_eq!(pages("GET /c"), "offset `$skip`");
    assert_eq!(pages("GET /d"), "offset `startAt`");
    assert_eq!(pages("GET /e"), "cursor `page[after]`");
    assert_eq!(pages("GET /f"), "");
}

#[test]
fn the_ways_to_sign_in_are_told_in_words() {
    let mut document = described(
        json!({"/a": {"get": {"security": [{"oauth": ["read", "write"]}, {"key": [], "app": []}, {}]},
        "post": {"security": []}, "put": {"security": [{"gone": []}]}}}),
    );
    document["components"] = json!({"securitySchemes": {"oauth": {"type": "oauth2"}, "app": {"type": "http", "scheme": "Bearer"},
        "key": {"type": "apiKey", "in": "query", "name": "api_token"}}});
    document["security"] = json!([{"key": []}]);
    let import = read(&document);
    let auth = |at: &str| operation(&import, at).traits.auth.clone();
    assert_eq!(
        auth("GET /a"),
        ["oauth2 (read write)", "bearer and key in query `api_token`"]
    );
    assert!(auth("POST /a").is_empty());
    assert_eq!(auth("PUT /a"), ["`gone`, which is not defined"]);
}
