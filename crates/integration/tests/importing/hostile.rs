use std::io::Write as _;

use domain::SideEffect;
use integration::import::{Import, Unreadable};
use serde_json::{Value, json};

use crate::{described, left_out, operation, read};

#[test]
fn forms_that_contain_themselves_and_each_other_are_read() {
    let mut document = described(
        json!({"/things": {"post": {"operationId": "createThing", "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}),
    );
    document["components"] = json!({"schemas": {
        "A": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/A"}],
              "properties": {"name": {"type": "string"}, "child": {"$ref": "#/components/schemas/A"}}},
        "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"to": {"type": "array", "items": {}}}},
        "C": {"$ref": "#/components/schemas/C"}}});
    let import = read(&document);
    let created = operation(&import, "POST /things");
    assert_eq!(created.class, SideEffect::Write);
    for field in ["name", "child", "to"] {
        assert!(
            created.outline.fields.iter().any(|own| own == field),
            "{:?}",
            created.outline.fields
        );
    }
    assert!(created.traits.egress, "with `to` somebody may be told");
    assert_eq!(left_out(&import), []);
}

#[test]
fn references_that_lead_nowhere_outside_or_in_a_circle_are_listed_and_never_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let outside = format!("http://{}/parts.json#/Thing", listener.local_addr().unwrap());
    let mut document = described(json!({
        "/gone": {"get": {"parameters": [{"$ref": "#/components/parameters/Gone"}], "responses": {}}},
        "/outside": {"post": {"requestBody": {"$ref": outside}, "summary": "Search things", "operationId": "searchThings"}},
        "/circle": {"get": {"parameters": [{"$ref": "#/components/parameters/One"}]}},
        "/item": {"$ref": "other.yaml#/item"},
        "/result": {"get": {"responses": {"200": {"$ref": "#/components/responses/Gone"}}}},
    }));
    document["components"] = json!({"parameters": {
        "One": {"$ref": "#/components/parameters/Two"}, "Two": {"$ref": "#/components/parameters/One"}}});
    let import = read(&document);
    let all = left_out(&import);
    for (at, why) in [
        (
            "#/paths/~1gone/get/parameters/0",
            "`#/components/parameters/Gone` leads nowhere",
        ),
        (
            "#/paths/~1circle/get/parameters/0",
            "its references lead in a circle",
        ),
        (
            "#/paths/~1item",
            "`other.yaml#/item` is outside the document, and nothing is fetched",
        ),
        (
            "#/paths/~1result/get/responses/200",
            "`#/components/responses/Gone` leads nowhere",
        ),
        (
            "#/paths/~1outside/post/requestBody",
            &format!("`{outside}` is outside the document, and nothing is fetched"),
        ),
    ] {
        assert!(all.contains(&(at, why)), "{at}: {why} in {all:#?}");
    }
    // What decides what is sent is missing, so that a person is asked; what is answered decides nothing.
    for at in ["GET /gone", "POST /outside", "GET /circle"] {
        let operation = operation(&import, at);
        assert!(operation.unclear && operation.class != SideEffect::Read, "{at}");
    }
    assert_eq!(operation(&import, "GET /result").class, SideEffect::Read);
    assert!(listener.accept().is_err(), "nobody was called");
}

#[test]
fn parts_of_the_wrong_kind_are_left_out_and_the_rest_is_read() {
    let import = read(&described(json!({
        "/a": {"get": 7, "post": {"parameters": "none", "operationId": 3, "summary": ["x"], "responses": []}},
        "/b": {"TRACE": {}, "link": {}, "Get": {"tags": {}, "security": "open"}},
        "/c": null,
        "/d": {"get": {"parameters": [null, {"name": "x"}, {"in": "query", "name": "y", "schema": {"type": ["string", "null"]}}]}},
        "x-own": {"get": {}},
    })));
    let names: Vec<&str> = import
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names, ["POST /a", "GET /b", "GET /d"]);
    let places: Vec<&str> = import.left_out.iter().map(|left| left.at.as_str()).collect();
    for at in [
        "#/paths/~1a/get",
        "#/paths/~1a/post/parameters",
        "#/paths/~1b/TRACE",
        "#/paths/~1b/link",
        "#/paths/~1d/get/parameters/1",
    ] {
        assert!(places.contains(&at), "{at} in {places:?}");
    }
}

#[test]
fn operations_that_share_a_name_or_have_none_go_by_method_and_path() {
    let import = read(&described(json!({
        "/a": {"get": {"operationId": "same"}, "post": {}},
        "/{x}.{y}": {"get": {"operationId": "same"}},
    })));
    let names: Vec<&str> = import
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names, ["GET /a", "POST /a", "GET /{x}.{y}"]);
    assert!(
        left_out(&import)
            .iter()
            .all(|(at, _)| at.ends_with("operationId"))
    );
}

#[test]
fn swagger_2_with_its_own_places_for_everything_is_read() {
    let document = json!({"swagger": "2.0", "info": {"title": "Old"}, "host": "old.example", "basePath": "/v1",
        "schemes": ["https", "wss"], "consumes": ["application/x-www-form-urlencoded"],
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}, "security": [{"key": []}],
        "paths": {
            "/chat.postMessage": {"post": {"operationId": "chat_postMessage", "parameters": [
                {"name": "channel", "in": "formData", "type": "string"}, {"name": "text", "in": "formData", "type": "string"}]}},
            "/files": {"post": {"consumes": ["multipart/form-data"], "parameters": [{"name": "file", "in": "formData", "type": "file"}]}},
            "/rows": {"put": {"parameters": [{"name": "rows", "in": "body", "schema": {"type": "array",
                "items": [{"type": "string"}, {"$ref": "#/definitions/Row"}]}}]}}},
        "definitions": {"Row": {"properties": {"cell": {}}}}});
    let import = read(&document);
    assert_eq!(import.form, "Swagger 2.0");
    let post = operation(&import, "POST /chat.postMessage");
    assert_eq!(
        (post.class, post.outline.fields.join(" ").as_str()),
        (SideEffect::Send, "channel text")
    );
    assert_eq!(post.outline.bodies, ["application/x-www-form-urlencoded"]);
    assert_eq!(
        (post.traits.auth.as_slice(), post.traits.hosts.as_slice()),
        (
            &["key in header `X-Key`".to_owned()][..],
            &["old.example".to_owned()][..]
        )
    );
    assert_eq!(
        operation(&import, "POST /files").outline.bodies,
        ["multipart/form-data"]
    );
    assert_eq!(operation(&import, "PUT /rows").class, SideEffect::Write);
    assert_eq!(left_out(&import), []);
}

#[test]
fn servers_of_an_operation_count_before_those_of_the_document() {
    let mut document = described(
        json!({"/files": {"servers": [{"url": "https://files.example/v2"}],
        "get": {}, "post": {"servers": [{"url": "https://upload.{region}.example"}]}}, "/other": {"get": {}}}),
    );
    document["servers"] = json!([{"url": "https://api.example"}]);
    let import = read(&document);
    let host = |at: &str| operation(&import, at).traits.hosts.join(" ");
    assert_eq!(host("GET /files"), "files.example");
    assert_eq!(host("POST /files"), "upload.{region}.example");
    assert_eq!(host("GET /other"), "api.example");
}

#[test]
fn yaml_is_read_with_its_traps() {
    let text = "openapi: 3.1.0\ninfo: {title: =, version: 1.10}\npaths:\n  /on:\n    get:\n      operationId: no\n      responses:\n        200: {description: yes}\n        default: {}\n  '/off': &off\n    post: {summary: Create it}\n  /again: *off\n";
    let import = Import::read(text.as_bytes()).unwrap();
    assert_eq!((import.title.as_str(), import.operations.len()), ("=", 3));
    assert_eq!(operation(&import, "GET /on").outline.answers, ["200", "default"]);
    assert_eq!(operation(&import, "GET /on").name, "no");
    assert_eq!(operation(&import, "POST /again").class, SideEffect::Write);
}

#[test]
fn a_large_description_is_read_and_one_that_unpacks_to_more_than_any_is_refused() {
    let words = "x".repeat(2_000);
    let paths: serde_json::Map<String, Value> = (0..5_000)
        .map(|number| {
            (
                format!("/things{number}"),
                json!({"get": {"summary": "List things", "description": words}}),
            )
        })
        .collect();
    let text = described(Value::Object(paths)).to_string();
    assert!(text.len() > 10_000_000);
    assert_eq!(Import::read(text.as_bytes()).unwrap().operations.len(), 5_000);
    let pack = |bytes: &[u8], times: usize| {
        let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..times).for_each(|_| packing.write_all(bytes).unwrap());
        packing.finish().unwrap()
    };
    let packed = Import::read(&pack(text.as_bytes(), 1)).unwrap();
    assert_eq!(packed.digest, Import::read(text.as_bytes()).unwrap().digest);
    let bomb = pack(&vec![b' '; 1 << 20], 80);
    assert_eq!(Import::read(&bomb).unwrap_err(), Unreadable::Large);
}

#[test]
fn what_is_no_description_is_refused_with_what_to_do() {
    let wide = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
        g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    for (bytes, why) in [
        (&b"<html></html>"[..], "no OpenAPI description"),
        (b"", "Line 1: it is empty"),
        (b"{\"openapi\": \"3.0.0\",\n\"paths\": {}, ]", "Line 2:"),
        (b"{\"openapi\": \"3.0.0\"}", "no `paths`"),
        (b"{\"openapi\": \"4.0.0\", \"paths\": {}}", "`openapi 4.0.0`"),
        (b"openapi: 3.0.0\npaths:\n\t/a: {}\n", "Line 3:"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"\x1f\x8b\x08\x00", "can't be unpacked"),
        (wide.as_bytes(), "values"),
        (&[b'['; 200_000], "Line 1:"),
        (&b"{\"a\":".repeat(100_000), "Line 1:"),
    ] {
        let refused = Import::read(bytes).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
        assert!(!refused.hint().is_empty());
    }
    let empty = Import::read(b"openapi: 3.0.0\npaths: {}\n").unwrap();
    assert_eq!(left_out(&empty), [("#/paths", "no operation stands here")]);
}

#[test]
fn a_parameter_whose_name_holds_no_word_ends_nothing() {
    for name in ["", "-", "?!", "…"] {
        let document = described(
            json!({"/notes": {"get": {"parameters": [{"name": name, "in": "header"},
            {"name": name, "in": "query"}], "responses": {"200": {"description": "ok"}}}}}),
        );
        assert_eq!(read(&document).operations.len(), 1, "{name}");
    }
}
