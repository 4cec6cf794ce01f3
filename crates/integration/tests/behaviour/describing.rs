//! What is read from a description, and what is not believed.

use domain::{Integrity, Repeat, Role, SideEffect, Undo};
use integration::description::{Act, Description, Drift};
use serde_json::{Value, json};

use crate::desk::{Company, TOKEN, system};
use crate::peer::notes;

fn described(operation: Value) -> Description {
    let document = json!({"openapi": "3.1.0", "paths": {"/things/{id}": {"post": operation}}});
    Description::read(&system(), &document.to_string()).unwrap()
}

#[test]
fn all_operations_of_the_demo_company_load_as_they_are_described() {
    let company = Company::start();
    let text = company.ask(TOKEN, "GET", "/openapi.json", None).to_string();
    let read = Description::read(&system(), &text).unwrap();
    assert_eq!(read.left_out, []);
    assert_eq!(read.operations().count(), 49);
    let operation = |name: &str| read.operation(name).unwrap().clone();
    let update = operation("crm.deals.update");
    assert_eq!(
        (
            update.operation.kind.as_str(),
            update.operation.side_effect,
            update.operation.repeat,
            update.operation.undo
        ),
        (
            "crm.deals",
            SideEffect::Write,
            Repeat::Unchanging,
            Some(Undo::Restorable)
        )
    );
    assert!(update.binding.conditional && update.binding.act == Act::Update);
    let role = |described: &integration::description::Described, name: &str| {
        described.operation.parameters[name].role
    };
    assert_eq!(
        [
            role(&update, "id"),
            role(&update, "amount_eur"),
            role(&update, "stage"),
            role(&update, "next_step")
        ],
        [Role::Target, Role::Amount, Role::Value, Role::Words]
    );
    assert!(!update.operation.parameters.contains_key("If-Match"));
    assert_eq!(
        update.operation.parameters["next_step"].integrity,
        Integrity::Text
    );
    assert_eq!(
        update.operation.parameters["amount_eur"].integrity,
        Integrity::OwnField
    );
    let draft = operation("mail.drafts.create");
    assert_eq!(
        (
            draft.operation.side_effect,
            draft.operation.repeat,
            role(&draft, "to"),
            role(&draft, "cc")
        ),
        (
            SideEffect::Draft,
            Repeat::Marked { settles: None },
            Role::Recipient,
            Role::Recipient
        )
    );
    assert_eq!(
        operation("helpdesk.tickets.reply").operation.repeat,
        Repeat::Keyed {
            remembers: 86_400_000
        }
    );
    assert_eq!(operation("crm.activities.create").operation.repeat, Repeat::Never);
    // What is sent goes to others, and nothing of it is about money, credentials or rights.
    let sends = |described: &&integration::description::Described| described.operation.egress;
    let sent: Vec<&str> = read
        .operations()
        .filter(sends)
        .map(|described| described.operation.name.as_str())
        .collect();
    assert_eq!(sent, ["helpdesk.tickets.reply", "mail.drafts.send"]);
    assert!(read.operations().all(|described| !described.operation.severe));
    let get = operation("crm.deals.get");
    assert_eq!(
        (get.operation.side_effect, get.operation.undo, get.binding.act),
        (SideEffect::Read, None, Act::Get)
    );
    let link = operation("crm.deals.link");
    assert_eq!(
        [role(&link, "id"), role(&link, "contact")],
        [Role::Target, Role::Value]
    );
    assert_eq!(
        operation("helpdesk.tickets.reply").binding.answers.as_deref(),
        Some("helpdesk.comments")
    );
}

#[test]
fn what_a_description_does_not_say_is_read_as_the_strictest() {
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let schema =
        json!({"type": "object", "properties": {"text": {"type": "string"}, "to": {"type": "array"}}});
    let read = described(json!({
        "operationId": "things.poke", "parameters": [id],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
    }));
    let operation = &read.operation("things.poke").unwrap().operation;
    assert_eq!(
        (operation.side_effect, operation.repeat, operation.undo),
        (SideEffect::Destructive, Repeat::Never, Some(Undo::Irreversible))
    );
    assert!(operation.severe && operation.egress);
    assert!(
        operation
            .parameters
            .values()
            .all(|parameter| parameter.integrity == Integrity::Text)
    );
    assert_eq!(operation.parameters["to"].role, Role::Recipient);
    for lie in [
        json!({"x-attache-side-effect": "read"}),
        json!({"x-attache-idempotency": "K", "x-attache-key-hours": 24}),
        json!({"x-attache-idempotency": "P"}),
        json!({"x-attache-idempotency": "P", "x-attache-marker": {"field": "mark", "search": "things.search"}}),
        json!({"x-attache-idempotency": "Z"}),
    ] {
        let mut operation = json!({"operationId": "things.poke", "parameters": [id]});
        operation
            .as_object_mut()
            .unwrap()
            .extend(lie.as_object().unwrap().clone());
        let read = described(operation);
        let operation = &read.operation("things.poke").unwrap().operation;
        assert_eq!(
            (operation.side_effect, operation.repeat),
            (SideEffect::Destructive, Repeat::Never),
            "{lie}"
        );
    }
}

#[test]
fn whether_it_is_about_money_or_goes_to_others_is_what_the_description_says_and_pinned_with_it() {
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let read = |severe: Option<Value>, egress: Option<Value>| {
        let mut operation =
            json!({"operationId": "things.poke", "parameters": [id], "x-attache-side-effect": "write"});
        for (name, value) in [("x-attache-severe", severe), ("x-attache-egress", egress)] {
            if let Some(value) = value {
                operation[name] = value;
            }
        }
        described(operation)
    };
    let flags = |read: &Description| {
        let operation = &read.operation("things.poke").unwrap().operation;
        (operation.severe, operation.egress)
    };
    assert_eq!(flags(&read(None, None)), (false, false));
    assert_eq!(
        flags(&read(Some(json!(false)), Some(json!(false)))),
        (false, false)
    );
    assert_eq!(flags(&read(Some(json!(true)), None)), (true, false));
    assert_eq!(flags(&read(None, Some(json!(true)))), (false, true));
    // What is not a plain no is a yes.
    assert_eq!(flags(&read(Some(json!("no")), Some(json!(null)))), (true, true));
    let pins = read(Some(json!(true)), None).pins();
    assert_eq!(
        read(None, None).drift(&pins),
        [Drift::Changed("things.poke".to_owned())]
    );
}

#[test]
fn what_is_searched_for_goes_to_nobody_unless_the_description_says_so() {
    let read = |to: Value, effect: &str| {
        let operation = json!({
            "operationId": "mails.search", "x-attache-side-effect": effect,
            "parameters": [{"name": "to", "in": "query", "schema": to}],
        });
        let document = json!({"openapi": "3.1.0", "paths": {"/mails": {"get": operation}}});
        let read = Description::read(&system(), &document.to_string()).unwrap();
        read.operation("mails.search").unwrap().operation.parameters["to"].role
    };
    let text = json!({"type": "string", "format": "email"});
    assert_eq!(read(text.clone(), "read"), Role::Value);
    // Who does not say that it only reads may send it there.
    assert_eq!(read(text, "send"), Role::Recipient);
    let said = json!({"type": "string", "x-attache-role": "recipient"});
    assert_eq!(read(said, "read"), Role::Recipient);
}

#[test]
fn what_can_not_be_asked_for_safely_is_left_out_and_named() {
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    for (operation, why) in [
        (json!({"parameters": [id]}), "no `operationId`"),
        (json!({"operationId": "a"}), "do not fit together"),
        (
            json!({"operationId": "a", "parameters": [id, {"name": "x", "in": "path"}]}),
            "do not fit together",
        ),
        (
            json!({"operationId": "a", "parameters": [id, {"name": "Cookie", "in": "header", "required": true}]}),
            "not supported",
        ),
        (
            json!({"operationId": "a", "parameters": [id], "requestBody": {"content": {"text/plain": {}}}}),
            "not JSON",
        ),
        (
            json!({"operationId": "a", "parameters": [id], "requestBody": body(json!({"type": "array"}))}),
            "named fields",
        ),
        (
            json!({"operationId": "a", "parameters": [id], "requestBody": body(json!({"properties": {"id": {}}}))}),
            "two arguments",
        ),
        (
            json!({"operationId": "a", "parameters": [{"$ref": "https://evil.example/p.json"}]}),
            "out of the document",
        ),
        (
            json!({"operationId": "a", "parameters": [{"$ref": "#/nowhere"}]}),
            "leads nowhere",
        ),
        (
            json!({"operationId": "a", "parameters": [id], "x-attache-marker": "mark"}),
            "can't be read",
        ),
    ] {
        let read = described(operation.clone());
        assert_eq!(read.operations().count(), 0, "{operation}");
        assert!(
            read.left_out[0].1.contains(why),
            "{operation}: {:?}",
            read.left_out
        );
    }
    assert!(Description::read(&system(), "{\"openapi\": \"3.0.3\"}").is_err());
    assert!(Description::read(&system(), "<html>").is_err());
}

#[test]
fn a_definition_that_says_anything_else_is_noticed() {
    let before = Description::read(&system(), &notes()).unwrap();
    let pins = before.pins();
    assert_eq!(before.drift(&pins), []);
    let document: Value = serde_json::from_str(&notes()).unwrap();
    // Order and white space are no change.
    let pretty = serde_json::to_string_pretty(&document).unwrap();
    assert_eq!(Description::read(&system(), &pretty).unwrap().drift(&pins), []);
    let patch = "/paths/~1notes~1{id}/patch";
    for (at, value) in [
        (format!("{patch}/x-attache-side-effect"), json!("draft")),
        (format!("{patch}/parameters/0/schema"), json!({"type": "integer"})),
        (
            format!("{patch}/requestBody/content/application~1json/schema/properties/title"),
            json!({"type": "string", "description": "\u{200b}"}),
        ),
    ] {
        let mut changed = document.clone();
        *changed.pointer_mut(&at).unwrap() = value;
        let after = Description::read(&system(), &changed.to_string()).unwrap();
        assert_eq!(
            after.drift(&pins),
            [Drift::Changed("notes.update".to_owned())],
            "{at}"
        );
    }
    let mut moved = document.clone();
    let paths = moved["paths"].as_object_mut().unwrap();
    let item = paths.remove("/notes").unwrap();
    paths.insert("/evil".to_owned(), item);
    let after = Description::read(&system(), &moved.to_string()).unwrap();
    assert_eq!(after.drift(&pins), [Drift::Changed("notes.create".to_owned())]);
    let mut renamed = document;
    renamed["paths"]["/notes"]["post"]["operationId"] = json!("notes.make");
    let after = Description::read(&system(), &renamed.to_string()).unwrap();
    assert_eq!(
        after.drift(&pins),
        [
            Drift::New("notes.make".to_owned()),
            Drift::Gone("notes.create".to_owned())
        ]
    );
}

#[test]
fn a_change_behind_a_reference_is_a_change_and_a_circle_is_no_trouble() {
    let document = |word: &str| {
        json!({
            "openapi": "3.1.0",
            "components": {"schemas": {
                "thing": {"type": "object", "properties": {"in": {"$ref": "#/components/schemas/thing"}, "of": {"$ref": "#/components/schemas/deep"}}},
                "deep": {"type": "string", "description": word},
            }},
            "paths": {"/things": {"post": {
                "operationId": "things.make",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}},
            }}},
        })
        .to_string()
    };
    let pins = Description::read(&system(), &document("a")).unwrap().pins();
    let after = Description::read(&system(), &document("b")).unwrap();
    assert_eq!(after.drift(&pins), [Drift::Changed("things.make".to_owned())]);
}

#[test]
fn references_that_fan_out_are_not_followed_for_ever() {
    let mut schemas = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/s{}", level + 1)});
        schemas.insert(
            format!("s{level}"),
            json!({"type": "object", "properties": {"a": next, "b": next}}),
        );
    }
    schemas.insert("s40".to_owned(), json!({"type": "string"}));
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/s0"}}}});
    let document = json!({"openapi": "3.1.0", "components": {"schemas": schemas},
        "paths": {"/things": {"post": {"operationId": "a", "requestBody": body}}}});
    let read = Description::read(&system(), &document.to_string()).unwrap();
    let why = &read.left_out[0].1;
    assert!(why.contains("too large") || why.contains("too deeply"), "{why}");
}
