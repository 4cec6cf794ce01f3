//! Manifests of connectors: what is right, what is wrong and on which line, and what they become.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use domain::{Integrity, Repeat, Role, SideEffect, SystemId, Undo};
use integration::description::Description;
use integration::import::Import;
use integration::manifest::{Manifest, compared, schema, shipped};
use proptest::prelude::*;

fn demo() -> &'static str {
    include_str!("demo.yaml")
}

fn described(text: &str) -> Description {
    let system: SystemId = "demo".parse().unwrap();
    let manifest = Manifest::read(text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    manifest.describe(&system).unwrap()
}

/// The mistakes after one part of a good manifest is replaced.
fn mistakes(part: &str, by: &str) -> Vec<(usize, String)> {
    assert!(demo().contains(part), "{part}");
    let text = demo().replacen(part, by, 1);
    let found = Manifest::read(&text).expect_err(by);
    found
        .into_iter()
        .map(|mistake| (mistake.line, mistake.why))
        .collect()
}

fn line_of(part: &str) -> usize {
    let at = demo().find(part).unwrap();
    demo()[..at].matches('\n').count() + 1
}

#[test]
fn every_manifest_that_is_shipped_is_right_and_named_as_its_file() {
    for (name, text) in shipped() {
        let manifest = Manifest::read(text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:#?}"));
        assert_eq!(manifest.name, name);
        let system: SystemId = name.parse().unwrap();
        let description = manifest.describe(&system).unwrap();
        assert!(description.operations().count() >= 3, "{name}");
        assert!(!manifest.tried.is_empty(), "{name} says against what it was run");
    }
}

#[test]
fn the_published_form_is_the_one_that_is_checked_by() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/connector.schema.json");
    let now = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("ATTACHE_WRITE_TYPES").is_some() {
        std::fs::write(file, &now).unwrap();
    }
    let published = std::fs::read_to_string(file).unwrap();
    assert!(
        published == now,
        "docs/connector.schema.json is older than the types: run `make types`"
    );
}

#[test]
fn a_manifest_becomes_operations_that_say_what_they_do() {
    let description = described(demo());
    let operation = |name: &str| &description.operation(name).unwrap().operation;
    let update = operation("ticket.update");
    assert_eq!(update.side_effect, SideEffect::Write);
    assert_eq!(update.undo, Some(Undo::Restorable));
    assert_eq!(update.repeat, Repeat::Unchanging);
    assert_eq!(update.kind, "ticket");
    assert!(!update.egress && !update.severe);
    assert_eq!(update.parameters["id"].role, Role::Target);
    assert!(
        update.parameters["id"].required,
        "what stands in the path must be given"
    );
    assert_eq!(update.parameters["subject"].role, Role::Words);
    assert_eq!(update.parameters["status"].integrity, Integrity::OwnField);
    assert_eq!(update.parameters["subject"].integrity, Integrity::Text);
    let reply = operation("ticket.reply");
    assert_eq!(reply.side_effect, SideEffect::Send);
    assert!(reply.egress, "what is sent goes to others, said or not");
    assert_eq!(
        (reply.undo, reply.repeat),
        (Some(Undo::Irreversible), Repeat::Never)
    );
    assert_eq!(operation("ticket.search").side_effect, SideEffect::Read);
}

#[test]
fn another_word_anywhere_that_matters_is_another_definition() {
    let before = described(demo()).pins();
    let changed = |part: &str, by: &str| {
        assert!(demo().contains(part), "{part}");
        let after = described(&demo().replacen(part, by, 1)).pins();
        let differ = before.iter().filter(|(name, pin)| after.get(*name) != Some(pin));
        differ.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(changed("PUT /tickets/{id}", "PUT /other/{id}"), ["ticket.update"]);
    assert_eq!(
        changed("body: [{argument: words}]", "body: [\"Hello\"]"),
        ["ticket.reply"]
    );
    // How a record is laid out decides what a person is shown; the notes are another kind.
    assert_eq!(
        changed("status: state/name", "status: state/id").len(),
        before.len() - 1
    );
    assert_eq!(
        changed("X-Client: attache", "X-Client: other").len(),
        before.len()
    );
    assert!(changed("about: Tickets.", "about: Tickets and more.").is_empty());
}

/// The example of the documents for this database.
fn of_database(name: &str) -> String {
    let path = format!("{}/../../docs/databases/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_examples_of_databases_are_right_and_say_what_they_do() {
    for name in ["postgresql", "mysql", "sqlite"] {
        let manifest =
            Manifest::read(&of_database(name)).unwrap_or_else(|wrong| panic!("{name}: {wrong:#?}"));
        let description = manifest.describe(&"crm".parse().unwrap()).unwrap();
        let update = description.operation("customer.update").unwrap();
        assert!(update.binding.conditional && !update.operation.parameters.contains_key("version"));
        assert_eq!(update.operation.parameters["id"].role, Role::Target);
        let delete = description.operation("note.delete").unwrap();
        assert_eq!(delete.operation.side_effect, SideEffect::Destructive);
        assert_eq!(delete.operation.repeat, Repeat::Never);
    }
}

#[test]
fn every_mistake_of_a_database_is_told_with_its_line() {
    let example = of_database("postgresql");
    let statement = "    statement: select note_id, cust_id, author, written, public, body from notes where note_id = {id}";
    assert!(example.contains(statement));
    for (before, after, why) in [
        (
            "note_id = {id}\n",
            "note_id = {id}; drop table notes\n",
            "more than one statement",
        ),
        ("note_id = {id}\n", "note_id = $1\n", "name in braces"),
        (
            "note_id = {id}\n",
            "note_id = {number}\n",
            "not among its arguments",
        ),
        (statement, "    request: GET /notes/{id}", "asked over HTTP"),
        (
            statement,
            "    statement: delete from notes where note_id = {id}",
            "a read begins with",
        ),
        (statement, "    statement: drop table notes", "a read begins with"),
        ("offset {offset}", "", "a search answers in pages"),
        (
            "(not {status?} or status = {status})",
            "status = {status}",
            "may be left out",
        ),
        (
            "case when {city?} then {city} else city end",
            "{city}",
            "the field would be emptied",
        ),
        ("and row_version = {version}", "", "has no `{version}`"),
        (
            "    version: {field: row_version}",
            "    version: none",
            "which field holds it",
        ),
        (
            "    class: destructive",
            "    class: write",
            "its class is `destructive`",
        ),
        ("way: basic ", "way: bearer ", "one signs in by"),
        ("database: postgresql", "database: oracle", ""),
        ("base: postgresql://", "base: mysql://", "no address"),
        ("database: postgresql\n", "", "belongs to a database"),
        ("    rows: 25 ", "    rows: 2500 ", "maximum"),
    ] {
        let mistaken = example.replacen(before, after, 1);
        assert_ne!(mistaken, example, "{before}");
        let mistakes = Manifest::read(&mistaken).err().unwrap_or_default();
        let told = mistakes
            .iter()
            .any(|mistake| mistake.line > 1 && mistake.why.contains(why));
        assert!(told, "{after}: {mistakes:#?}");
    }
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let cases = [
        ("manifest: 1", "manifest: 2", "greater than the maximum"),
        ("name: demo", "name: Demo", "match"),
        ("way: bearer", "way: magic", ""),
        (
            "check: ticket.search",
            "check: ticket.nothing",
            "there is no operation",
        ),
        (
            "check: ticket.search",
            "check: ticket.update",
            "this one changes something",
        ),
        ("check: ticket.search", "check: ticket.get", "needs an argument"),
        (
            "X-Client: attache",
            "Authorization: attache",
            "is filled in by Attaché",
        ),
        ("status: state/name", "status: state//name", "empty part"),
        (
            "by: editor",
            "by: subject",
            "only a field that the system vouches for",
        ),
        (
            "PUT /tickets/{id}",
            "PUT /tickets/{id}?x=1",
            "each part of the path",
        ),
        (
            "PUT /tickets/{id}",
            "PUT /tickets/x-{id}",
            "each part of the path",
        ),
        ("PUT /tickets/{id}", "PUT /tickets", "one argument, its id"),
        (
            "PUT /tickets/{id}",
            "GET /tickets/{id}",
            "`GET` must not change anything",
        ),
        (
            "PUT /tickets/{id}",
            "DELETE /tickets/{id}",
            "its class is `destructive`",
        ),
        ("class: send", "class: sends", ""),
        (
            "undo: restorable",
            "undo: compensable\n    undo: restorable",
            "a second time",
        ),
        (
            "    message:\n      to: [{record: sender}]\n      body: [{argument: words}]\n",
            "",
            "who gets what",
        ),
        (
            "body: [{argument: words}]",
            "body: [{argument: nothing}]",
            "no argument `nothing`",
        ),
        (
            "search: note.search",
            "search: ticket.search",
            "a search below one record",
        ),
        ("place: q", "place: q, template: words", "no `{value}`"),
        (
            "request: GET /tickets\n",
            "request: POST /tickets\n",
            "changes_nothing",
        ),
        ("place: fields/subject", "place: fields/*/subject", "names only"),
        (
            "list: ticket.list",
            "list: ticket.update",
            "no operation that only reads",
        ),
        ("list: ticket.list", "list: ticket.get", "has no argument `since`"),
        (
            "    since: {argument: since, written: \"%Y-%m-%d %H:%M\"}\n",
            "",
            "`ticket.list` needs `since`",
        ),
        ("%H:%M", "%c", "only %Y"),
        (
            "words: note.search\n",
            "words: ticket.list\n",
            "has no argument for the record's id",
        ),
        (
            "  ticket:\n    title: Tickets",
            "  deal:\n    title: Tickets",
            "there is no record `deal`",
        ),
    ];
    for (part, by, why) in cases {
        let told = mistakes(part, by);
        assert!(told.iter().any(|(_, said)| said.contains(why)), "{by}: {told:?}");
        let begin = demo().find(part).unwrap();
        let operation = demo()[..begin].matches('\n').count() + 1;
        let near = told.iter().any(|(line, _)| line.abs_diff(operation) <= 14);
        assert!(near, "{by} at line {operation}: {told:?}");
    }
    let undated = mistakes("      at: changed\n", "");
    assert!(
        undated[0].1.contains("does not say when it was changed"),
        "{undated:?}"
    );
    let unread = mistakes("  ticket.get:", "  ticket.look:");
    assert!(unread[0].1.contains("no operation `ticket.get`"), "{unread:?}");
    let two = demo()
        .replacen("name: demo", "name: Demo", 1)
        .replacen("class: send", "class: sends", 1);
    let lines: Vec<usize> = Manifest::read(&two)
        .unwrap_err()
        .iter()
        .map(|mistake| mistake.line)
        .collect();
    assert_eq!(lines, [line_of("name: demo"), line_of("class: send")]);
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    let told = Manifest::read("manifest: 1\nname: [a\ntitle: b\n").unwrap_err();
    assert_eq!(told.len(), 1);
    assert!((2..=4).contains(&told[0].line), "{told:?}");
    assert!(Manifest::read("").unwrap_err()[0].why.contains("empty"));
}

#[test]
fn a_vendors_description_that_says_something_else_is_told() {
    let vendor = r##"{"openapi": "3.0.0", "info": {"title": "Demo", "version": "1"}, "paths": {
        "/tickets": {"get": {"operationId": "listTickets", "summary": "List tickets",
            "parameters": [{"name": "q", "in": "query"}, {"name": "page", "in": "query"}], "responses": {"200": {"description": "ok"}}}},
        "/tickets/{ticket_id}": {"parameters": [{"name": "ticket_id", "in": "path", "required": true}],
            "get": {"operationId": "getTicket", "summary": "Get a ticket", "responses": {"200": {"description": "ok"}}},
            "put": {"operationId": "updateTicket", "summary": "Update a ticket", "requestBody": {"content": {"application/json":
                {"schema": {"type": "object", "properties": {"fields": {"type": "object", "properties": {"subject": {}}}}}}}},
                "responses": {"200": {"description": "ok"}}}},
        "/tickets/{id}/notes": {"get": {"operationId": "listNotes", "summary": "List notes", "responses": {"200": {"description": "ok"}}}}}}"##;
    let import = Import::read(vendor.as_bytes()).unwrap();
    let manifest = Manifest::read(demo()).unwrap();
    let told: Vec<String> = compared(&manifest, &import)
        .into_iter()
        .map(|mistake| format!("{}: {}", mistake.at, mistake.why))
        .collect();
    assert_eq!(
        told,
        [
            "/operations/ticket.list/request: the vendor's description has no `GET /tickets/changed`",
            "/operations/ticket.reply/request: the vendor's description has no `POST /tickets/{id}/replies`",
            "/operations/ticket.update/arguments/status: the vendor's description has no `fields/state_id` there",
        ]
    );
    // A class that is milder than what the vendor says is not believed.
    let milder = demo().replacen("class: write", "class: draft", 1);
    let told = compared(&Manifest::read(&milder).unwrap(), &import);
    assert!(
        told.iter().any(|mistake| mistake.why.contains("this is `write`")),
        "{told:?}"
    );
}

/// Extracts of what vendors publish (tests/fixtures/connectors/vendors), by name of the connector.
fn vendors() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/connectors/vendors"
    );
    let all = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let json = all.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    json.map(read).filter(|(name, _)| name != "differences").collect()
}

#[test]
fn no_shipped_manifest_is_milder_than_its_vendors_own_description_or_asks_for_what_is_not_there() {
    let all = vendors();
    let differences = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/connectors/vendors/differences.json"
    );
    let differences: serde_json::Value =
        serde_json::from_slice(&std::fs::read(differences).unwrap()).unwrap();
    assert!(all.len() >= 8, "{}", all.len());
    for (name, bytes) in all {
        let manifest = Manifest::read(shipped()[name.as_str()]).unwrap();
        let import = Import::read(&bytes).unwrap();
        // What a description leaves out, with the reason why the manifest is right, is written down place by place.
        let explained = differences.get(&name).cloned().unwrap_or_default();
        let told = compared(&manifest, &import);
        let unexplained: Vec<_> = told
            .iter()
            .filter(|mistake| explained.get(&mistake.at).is_none())
            .collect();
        assert!(unexplained.is_empty(), "{name}: {unexplained:#?}");
        let places = explained
            .as_object()
            .map(|places| places.len())
            .unwrap_or_default();
        assert_eq!(places, told.len(), "{name}: what is explained is a difference");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever a file holds, it is a manifest or has mistakes with lines that it has.
    #[test]
    fn a_damaged_manifest_never_ends_the_program(at in 0..10_000_usize, much in 0..40_usize, by in "[ \\t\\n:{}\\[\\]a-z0-9/*&\"'-]{0,12}") {
        let text = demo();
        let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
        let begin = floor(at % text.len());
        let end = floor((begin + much).min(text.len())).max(begin);
        let damaged = format!("{}{by}{}", &text[..begin], &text[end..]);
        match Manifest::read(&damaged) {
            Ok(manifest) => {
                let system: SystemId = "demo".parse().unwrap();
                prop_assert!(manifest.describe(&system).is_ok());
            }
            Err(mistakes) => {
                let lines = damaged.matches('\n').count() + 2;
                prop_assert!(!mistakes.is_empty());
                prop_assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)), "{mistakes:?}");
            }
        }
    }
}
