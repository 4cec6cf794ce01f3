//! Systems that are connected by a manifest: how a sign-in is shown, how pages go on, how bodies are written.

use std::sync::Arc;

use domain::{Confidentiality, Secret};
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::manifest::Manifest;
use integration::{
    Account, Cap, Connection, HandClock, HeaderName, OneCredential, Outcome, SignIn, Trouble, Url,
};
use serde_json::json;

use crate::desk::{INES, effect, perform, system, values};
use crate::peer::{Peer, answer};

const KEY: &str = "an-attempt-of-these-tests";
const SECRET: &str = "s3cret-of-these-tests";
const INTERNAL: Confidentiality = Confidentiality::Internal;

/// A manifest with one kind of record; `pages` is how its search goes on and `more` what else it has.
fn manifest(pages: &str, more: &str) -> String {
    format!(
        "manifest: 1
name: desk
title: Desk
about: Notes.
tried: never
base: https://desk.example.com
sign_in: [{{way: bearer, secret: your token}}]
headers: {{Origin: \"{{origin}}\"}}
check: note.search
records:
  note: {{title: [title], version: none}}
operations:
  note.search:
    summary: Find notes
    request: GET /notes
    class: read
    arguments: {{q: {{}}}}
    {pages}
{more}"
    )
}

fn connected(peer: &Peer, text: &str, sign_in: SignIn) -> Connection {
    let manifest = Manifest::read(text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let base: Url = peer.url().parse().unwrap();
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let host = Host::parse(&peer.url(), Reach::ThisMachine).unwrap();
    Connection::new(integration::Setup {
        system: system(),
        account: Account {
            address: INES.to_owned(),
            name: "Ines Okafor".to_owned(),
        },
        description: manifest.describe(&system()).unwrap(),
        headers: manifest.headers(&base).unwrap(),
        egress: Arc::new(Egress::open([(system(), host)], Limits::default(), around).unwrap()),
        credentials: Arc::new(OneCredential(Secret::new(SECRET))),
        sign_in,
        base,
    })
}

async fn read(connection: &Connection) -> Result<Vec<String>, Trouble> {
    let found = connection
        .read(
            "note.search",
            &values(json!({"q": "a b"})),
            INTERNAL,
            Cap::default(),
        )
        .await?;
    Ok(found.records.into_iter().map(|record| record.id).collect())
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let line = request
        .lines()
        .find(|line| line.to_lowercase().starts_with(&format!("{name}: ")))?;
    line.split_once(": ").map(|(_, value)| value)
}

#[tokio::test]
async fn each_way_to_sign_in_stands_in_its_own_header() {
    let name = HeaderName::from_static("x-api-key");
    for (sign_in, at, value) in [
        (SignIn::Bearer, "authorization", format!("Bearer {SECRET}")),
        (
            SignIn::Header(name, "Token ".to_owned()),
            "x-api-key",
            format!("Token {SECRET}"),
        ),
        // `ines:s3cret-of-these-tests` in base64.
        (
            SignIn::Basic("ines".to_owned()),
            "authorization",
            "Basic aW5lczpzM2NyZXQtb2YtdGhlc2UtdGVzdHM=".to_owned(),
        ),
    ] {
        let peer = Peer::start(|_| answer("200", &[], r#"{"items": []}"#));
        let connection = connected(&peer, &manifest("", ""), sign_in);
        assert_eq!(read(&connection).await.unwrap(), Vec::<String>::new());
        let asked = peer.asked().concat();
        assert_eq!(header(&asked, at), Some(value.as_str()), "{asked}");
        assert_eq!(header(&asked, "origin"), Some(peer.url().as_str()));
        assert!(asked.starts_with("GET /notes?q=a%20b HTTP/1.1"), "{asked}");
        // What it is shown as is a secret too.
        assert!(
            !connection
                .scrubbed(&format!("log: {value}"))
                .contains(value.rsplit(' ').next().unwrap())
        );
    }
}

#[tokio::test]
async fn a_name_that_would_end_the_user_early_is_never_sent() {
    let peer = Peer::start(|_| answer("200", &[], r#"{"items": []}"#));
    let connection = connected(&peer, &manifest("", ""), SignIn::Basic("ines:other".to_owned()));
    assert!(read(&connection).await.unwrap_err().to_string().contains("colon"));
    assert_eq!(peer.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn the_next_page_is_asked_for_here_whatever_host_the_system_names() {
    let page = |request: &str| match request.contains("page=2") {
        true => answer("200", &[], r#"{"items": [{"id": 2}]}"#),
        false => answer(
            "200",
            &[(
                "Link",
                "<https://behind-the-proxy.example/notes?q=a%20b&page=2>; rel=\"next\"",
            )],
            r#"{"items": [{"id": 1}], "next": "https://behind-the-proxy.example/notes?q=a%20b&page=2"}"#,
        ),
    };
    for pages in ["pages: {by: link}", "pages: {by: address, at: next}"] {
        let peer = Peer::start(page);
        let connection = connected(&peer, &manifest(pages, ""), SignIn::Bearer);
        assert_eq!(read(&connection).await.unwrap(), ["1", "2"], "{pages}");
        assert!(
            peer.asked()[1].starts_with("GET /notes?q=a%20b&page=2 "),
            "{:?}",
            peer.asked()
        );
    }
}

#[tokio::test]
async fn a_next_page_at_another_path_is_refused() {
    let peer = Peer::start(|_| answer("200", &[], r#"{"items": [{"id": 1}], "next": "/users?page=2"}"#));
    let connection = connected(
        &peer,
        &manifest("pages: {by: address, at: next}", ""),
        SignIn::Bearer,
    );
    assert!(
        read(&connection)
            .await
            .unwrap_err()
            .to_string()
            .contains("at another address")
    );
    assert_eq!(peer.asked().len(), 1);
}

#[tokio::test]
async fn numbered_pages_end_with_the_first_that_is_not_full() {
    for (pages, second) in [
        ("pages: {by: page, name: p, size: 2, size_name: n}", "p=2"),
        ("pages: {by: offset, name: from, size: 2, size_name: n}", "from=2"),
    ] {
        let peer = Peer::start(move |request| match request.contains(second) {
            true => answer("200", &[], r#"{"items": [{"id": 3}]}"#),
            false => answer("200", &[], r#"{"items": [{"id": 1}, {"id": 2}]}"#),
        });
        let connection = connected(&peer, &manifest(pages, ""), SignIn::Bearer);
        assert_eq!(read(&connection).await.unwrap(), ["1", "2", "3"]);
        assert!(
            peer.asked().iter().all(|request| request.contains("n=2")),
            "{:?}",
            peer.asked()
        );
        assert_eq!(peer.asked().len(), 2);
    }
}

#[tokio::test]
async fn the_page_of_a_sign_in_is_no_data() {
    let login = "<!doctype html><title>Sign in</title>";
    let peer = Peer::start(move |_| answer("200", &[("Content-Type", "text/html")], login));
    let connection = connected(&peer, &manifest("", ""), SignIn::Bearer);
    let trouble = read(&connection).await.unwrap_err().to_string();
    assert!(trouble.contains("a web page and no data"), "{trouble}");
}

#[tokio::test]
async fn a_body_is_written_where_its_places_are_and_an_emptied_field_as_the_system_wants_it() {
    let more = "  note.create:
    summary: Make a note
    request: POST /notes
    class: write
    arguments:
      title: {place: note/title, required: true}
      due: {place: note/dates/due, nullable: true}
    with: {note/kind: plain}
  note.file:
    summary: Make a note as a form
    request: POST /files
    class: write
    body: form
    arguments: {title: {required: true}}
    with: {kind: \"a&b\"}
";
    let text = manifest("", more).replace("version: none}", "version: none, emptied_by: \"\"}");
    let peer = Peer::start(|_| answer("201", &[], r#"{"id": 7}"#));
    let connection = connected(&peer, &text, SignIn::Bearer);
    for (operation, arguments) in [
        ("note.create", json!({"title": "Grip", "due": null})),
        ("note.file", json!({"title": "Grip & more"})),
    ] {
        let preview = connection
            .preview(&effect(&connection, operation, arguments))
            .await
            .unwrap();
        let done = perform(&connection, &preview, KEY).await;
        assert!(
            matches!(&done, Outcome::Done(done) if done.id.as_deref() == Some("7")),
            "{done:?}"
        );
    }
    let bodies: Vec<String> = peer
        .asked()
        .iter()
        .map(|one| one.split("\r\n\r\n").nth(1).unwrap().to_owned())
        .collect();
    let first: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(
        first,
        json!({"note": {"kind": "plain", "title": "Grip", "dates": {"due": ""}}})
    );
    assert_eq!(bodies[1], "kind=a%26b&title=Grip%20%26%20more");
    assert_eq!(
        header(&peer.asked()[1], "content-type"),
        Some("application/x-www-form-urlencoded")
    );
}
