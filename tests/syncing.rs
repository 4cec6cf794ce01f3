//! Copies of a system's records: brought whole, kept in step, found and cited like documents, gone when they are gone there.
//! Against a small server of tickets that does what it is told, and against the demo company.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use app::{Home, Workspace};
use experience::commands::{
    self, AskOnce, AskRequest, Command as _, ConnectRequest, SyncAll, SyncAllRequest, Synced, Window,
};
use retrieval::Until;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const DAY: i64 = 86_400;
/// The server's tickets were changed at this moment and after it, in seconds since 1970.
const BEGUN: i64 = 1_790_000_000;

/// What the server has and does.
#[derive(Default)]
struct Desk {
    /// By number: when it was changed, its subject, what people wrote.
    tickets: BTreeMap<u64, (i64, String, Vec<String>)>,
    /// Requests that were answered, by path.
    asked: Vec<String>,
    /// The next requests are answered like this: status, headers, body.
    next: Vec<(u16, &'static str, &'static str)>,
    /// After this many requests, all are answered with 503.
    down_after: Option<usize>,
    page: usize,
    /// It shows the first page whatever is asked for.
    same: bool,
}

/// A help desk of tickets on this machine.
#[derive(Clone)]
struct Server {
    desk: Arc<Mutex<Desk>>,
    address: String,
}

impl Server {
    async fn start(tickets: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let ticket = |number: u64| {
            let words = vec![format!("The gripper of unit {number} opens at {number} degrees.")];
            (BEGUN + number as i64, format!("Trouble number {number}"), words)
        };
        let desk = Desk {
            tickets: (1..=tickets).map(|number| (number, ticket(number))).collect(),
            page: 10,
            ..Desk::default()
        };
        let server = Self {
            desk: Arc::new(Mutex::new(desk)),
            address,
        };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.serve(stream).await });
            }
        });
        server
    }

    fn with<T>(&self, change: impl FnOnce(&mut Desk) -> T) -> T {
        change(&mut self.desk.lock().unwrap())
    }

    fn asked(&self) -> Vec<String> {
        self.with(|desk| std::mem::take(&mut desk.asked))
    }

    async fn serve(&self, mut stream: TcpStream) {
        let (read, mut write) = stream.split();
        let mut read = BufReader::new(read);
        loop {
            let (mut first, mut length) = (String::new(), 0);
            if read.read_line(&mut first).await.unwrap_or(0) == 0 {
                return;
            }
            loop {
                let mut line = String::new();
                read.read_line(&mut line).await.unwrap();
                if line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            read.read_exact(&mut body).await.unwrap();
            let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, headers, body) = self.answer(&target);
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\ncontent-type: application/json\r\n{headers}\r\n{body}",
                body.len()
            );
            if write.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, target: &str) -> (u16, String, String) {
        let mut desk = self.desk.lock().unwrap();
        desk.asked.push(target.to_owned());
        if !desk.next.is_empty() {
            let (status, headers, body) = desk.next.remove(0);
            return (status, headers.to_owned(), body.to_owned());
        }
        if desk.down_after.is_some_and(|after| desk.asked.len() > after) {
            return (503, String::new(), json!({"message": "down"}).to_string());
        }
        let url: integration::Url = format!("http://x{target}").parse().unwrap();
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let shown = |number: &u64, (changed, subject, _): &(i64, String, Vec<String>)| {
            let at = jiff::Timestamp::from_second(*changed).unwrap().to_string();
            json!({"id": number, "subject": subject, "updated": at, "status": "open"})
        };
        let parts: Vec<&str> = url.path_segments().unwrap().collect();
        let found = match parts.as_slice() {
            ["tickets"] => {
                let since: jiff::Timestamp = asked["since"].parse().unwrap();
                let offset = asked.get("offset").filter(|_| !desk.same);
                let offset: usize = offset.map_or(0, |text| text.parse().unwrap());
                let mut all: Vec<_> = desk
                    .tickets
                    .iter()
                    .filter(|(_, own)| own.0 >= since.as_second())
                    .collect();
                all.sort_by_key(|(number, own)| (own.0, **number));
                let items: Vec<Value> = (all.into_iter().skip(offset).take(desk.page))
                    .map(|(number, own)| shown(number, own))
                    .collect();
                Some(json!({ "items": items }))
            }
            ["tickets", number] => number
                .parse()
                .ok()
                .and_then(|number: u64| Some(shown(&number, desk.tickets.get(&number)?))),
            ["tickets", number, "words"] => number.parse().ok().and_then(|number: u64| {
                let (_, _, words) = desk.tickets.get(&number)?;
                let word = |(at, text): (usize, &String)| json!({"id": at, "body": text, "author": "Mia"});
                Some(json!({"items": words.iter().enumerate().map(word).collect::<Vec<_>>()}))
            }),
            _ => None,
        };
        match found {
            Some(found) => (200, String::new(), found.to_string()),
            None => (
                404,
                String::new(),
                json!({"message": "no such thing"}).to_string(),
            ),
        }
    }
}

const MANIFEST: &str = r#"
manifest: 1
name: tickets
title: Small Desk
about: Tickets for a test.
tried: by its test
base: http://127.0.0.1:1
sign_in: [{way: bearer, secret: a token}]
check: ticket.search
records:
  ticket: {title: [subject], status: status, edited: {at: updated}, own: [id, updated, status], link: "{site}/show/{id}"}
  word: {own: [id]}
sync:
  ticket: {title: Tickets, list: ticket.list, since: {argument: since}, words: word.search}
operations:
  ticket.search: {summary: Try, request: "GET /tickets", class: read, query: {since: "2026-09-21T00:00:00Z"}}
  ticket.list:
    summary: List tickets
    request: GET /tickets
    class: read
    arguments: {since: {required: true}}
    pages: {by: offset, name: offset, size: 10}
  ticket.get: {summary: Read a ticket, request: "GET /tickets/{id}", class: read, arguments: {id: {form: integer}}}
  word.search: {summary: Read words, request: "GET /tickets/{id}/words", class: read, arguments: {id: {form: integer}}}
"#;

async fn open(home: &Path) -> Workspace {
    app::open(&Home::new(Some(home)).unwrap(), "a test")
        .await
        .unwrap()
}

async fn run(workspace: &Workspace, name: &str, request: Value) -> Value {
    commands::run_named(&workspace.copilot, Window::Main, name, request)
        .await
        .unwrap()
}

/// A workspace with the server connected and its tickets wanted.
async fn connected(home: &Path, server: &Server) -> Workspace {
    let workspace = open(home).await;
    let request = json!({"connector": "tickets", "address": server.address, "account": "mia",
        "secret": "a-long-enough-token-of-a-test"});
    let mut request: ConnectRequest = serde_json::from_value(request).unwrap();
    request.manifest = Some(MANIFEST.to_owned());
    workspace.copilot.connections.connect(request).await.unwrap();
    let wanted = json!({"system": "tickets", "kinds": ["ticket"], "labels": ["internal"]});
    run(&workspace, "system_sync", wanted).await;
    server.asked();
    workspace
}

async fn sync(workspace: &Workspace, everything: bool) -> Synced {
    let request = SyncAllRequest { everything };
    let mut all = SyncAll::run(&workspace.copilot, request).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn copies(home: &Path) -> Vec<PathBuf> {
    let folder = home.join("synced/tickets/records/ticket");
    let Ok(all) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

async fn index(workspace: &Workspace) {
    let library = &workspace.copilot.library;
    library
        .index(Until::Idle, CancellationToken::new())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn every_ticket_is_brought_once_and_found_with_what_people_wrote_in_it() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(25).await);
    let workspace = connected(home.path(), &server).await;
    let first = sync(&workspace, false).await;
    assert_eq!((first.read, first.gone, first.trouble), (25, 0, None));
    assert_eq!(copies(home.path()).len(), 25);
    index(&workspace).await;
    let request = AskRequest {
        question: "At how many degrees does the gripper of unit 17 open?".to_owned(),
        filter: Default::default(),
    };
    let answered = serde_json::to_value(AskOnce::run(&workspace.copilot, request).await.unwrap()).unwrap();
    let citation = &answered["answer"][0]["citations"][0];
    assert_eq!(citation["file"], "ticket/ticket 17.html", "{answered}");
    assert!(
        citation["quote"]
            .as_str()
            .unwrap()
            .contains("opens at 17 degrees"),
        "{citation}"
    );
    assert_eq!(
        citation["modified"],
        BEGUN + 17,
        "as old as the ticket, not as its copy"
    );
    assert_eq!(citation["labels"], json!(["internal"]));
    let shown = run(
        &workspace,
        "document_view",
        json!({"document": citation["document"]}),
    )
    .await;
    let link = format!("{}/show/17", server.address);
    let place =
        json!({"system": "tickets", "title": "Small Desk", "kind": "ticket", "id": "17", "link": link});
    assert_eq!(shown["record"], place);
    // The copy is a page of the web that others wrote: it is no file to be opened from a folder.
    let revealed = json!({"document": citation["document"]});
    let refused = commands::run_named(&workspace.copilot, Window::Main, "file_reveal", revealed).await;
    assert!(refused.unwrap_err().message.contains("copy of a record"));
    // Nothing changed: no ticket is read again.
    server.asked();
    let again = sync(&workspace, false).await;
    assert_eq!((again.read, again.trouble), (0, None));
    assert!(server.asked().iter().all(|path| path.starts_with("/tickets?")));
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn what_changed_there_changes_here_and_what_is_gone_there_is_gone_here() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(25).await);
    let workspace = connected(home.path(), &server).await;
    sync(&workspace, false).await;
    server.with(|desk| {
        let ticket = desk.tickets.get_mut(&3).unwrap();
        ticket.0 = BEGUN + DAY;
        ticket.2.push("It is a loose screw.".to_owned());
        desk.tickets.remove(&9);
        desk.tickets
            .insert(26, (BEGUN + DAY, "New".to_owned(), Vec::new()));
    });
    let changes = sync(&workspace, false).await;
    assert_eq!((changes.read, changes.gone), (2, 0), "{changes:?}");
    let text =
        std::fs::read_to_string(home.path().join("synced/tickets/records/ticket/ticket 3.html")).unwrap();
    assert!(text.contains("It is a loose screw."), "{text}");
    let everything = sync(&workspace, true).await;
    assert_eq!(
        (everything.read, everything.gone, everything.trouble),
        (0, 1, None)
    );
    assert!(
        !home
            .path()
            .join("synced/tickets/records/ticket/ticket 9.html")
            .exists()
    );
    assert_eq!(copies(home.path()).len(), 25);
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn a_list_that_is_short_by_mistake_removes_nothing() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(25).await);
    let workspace = connected(home.path(), &server).await;
    sync(&workspace, false).await;
    // As a system does that takes nobody for somebody who may see nothing.
    server.with(|desk| desk.next = vec![(200, "", r#"{"items": []}"#)]);
    let short = sync(&workspace, true).await;
    assert_eq!((short.gone, short.trouble), (0, None));
    for (status, headers, body) in [
        (200, "content-type: text/html\r\n", "<html>Sign in, please</html>"),
        (401, "", r#"{"message": "who are you?"}"#),
        (200, "", r#"{"items": [{"subject": "no id"}]}"#),
        (302, "location: https://elsewhere.example/\r\n", ""),
    ] {
        server.with(|desk| desk.next = vec![(status, headers, body)]);
        let ended = sync(&workspace, true).await;
        assert!(ended.trouble.is_some(), "{status} {body}");
        assert_eq!(copies(home.path()).len(), 25, "{status} {body}");
    }
    let view = run(&workspace, "system_list", json!({})).await;
    assert!(view[0]["sync"][0]["trouble"].is_string(), "{view}");
    let well = sync(&workspace, true).await;
    assert_eq!((well.gone, well.trouble), (0, None));
    let view = run(&workspace, "system_list", json!({})).await;
    assert_eq!(view[0]["sync"][0]["trouble"], Value::Null);
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn a_system_that_shows_the_same_page_again_and_again_is_not_asked_for_ever() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(25).await);
    let workspace = connected(home.path(), &server).await;
    server.with(|desk| desk.same = true);
    let ended = sync(&workspace, false).await;
    assert!(ended.trouble.unwrap().contains("in a circle"));
    assert!(server.asked().len() < 20);
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn a_system_that_asks_for_a_pause_gets_it_and_the_rest_comes_after() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(25).await);
    let workspace = connected(home.path(), &server).await;
    server.with(|desk| desk.next = vec![(429, "retry-after: 1\r\n", r#"{"message": "slowly"}"#)]);
    let begun = std::time::Instant::now();
    let ended = sync(&workspace, false).await;
    assert_eq!((ended.read, ended.trouble), (25, None));
    assert!(begun.elapsed() >= std::time::Duration::from_secs(1));
    let asked = server.asked();
    assert_eq!(
        asked
            .iter()
            .filter(|path| path.starts_with("/tickets?") && !path.contains("offset"))
            .count(),
        3,
        "once refused, once for everything, once for what changed meanwhile: {asked:?}"
    );
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn a_run_that_was_broken_off_goes_on_where_it_was() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(95).await);
    let workspace = connected(home.path(), &server).await;
    // The fourth page does not come, and the program is closed meanwhile.
    server.with(|desk| desk.down_after = Some(3 + 30));
    {
        let copilot = workspace.copilot.clone();
        let broken = tokio::spawn(async move { SyncAll::run(&copilot, SyncAllRequest::default()).await });
        // A page counts once it is kept together with how far it came.
        while run(&workspace, "system_list", json!({})).await[0]["sync"][0]["records"] != 30 {
            tokio::task::yield_now().await;
        }
        broken.abort();
        let _ = broken.await;
    }
    workspace.close().await;
    server.with(|desk| desk.down_after = None);
    server.asked();
    let workspace = open(home.path()).await;
    let ended = sync(&workspace, false).await;
    assert_eq!((ended.read, ended.trouble), (65, None));
    assert_eq!(copies(home.path()).len(), 95);
    let pages: Vec<String> = server
        .asked()
        .into_iter()
        .filter(|path| path.contains("offset="))
        .collect();
    assert!(pages[0].contains("offset=30"), "{pages:?}");
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn what_is_no_longer_wanted_or_whose_system_is_forgotten_leaves_nothing() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(5).await);
    let workspace = connected(home.path(), &server).await;
    sync(&workspace, false).await;
    index(&workspace).await;
    let status = run(&workspace, "status", json!({})).await;
    assert_eq!(status["sources"][0]["system"], "tickets");
    assert_eq!(status["sources"][0]["collection"], "Small Desk");
    run(
        &workspace,
        "system_sync",
        json!({"system": "tickets", "kinds": []}),
    )
    .await;
    assert!(!home.path().join("synced/tickets").exists());
    let status = run(&workspace, "status", json!({})).await;
    assert_eq!(status["sources"], json!([]));
    assert_eq!(status["passages"], 0);
    run(
        &workspace,
        "system_sync",
        json!({"system": "tickets", "kinds": ["ticket"]}),
    )
    .await;
    sync(&workspace, false).await;
    assert_eq!(copies(home.path()).len(), 5);
    run(&workspace, "system_disconnect", json!({"system": "tickets"})).await;
    assert!(!home.path().join("synced/tickets").exists());
    let status = run(&workspace, "status", json!({})).await;
    assert_eq!(status["sources"], json!([]));
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn what_people_write_in_a_ticket_is_text_and_nothing_else() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(1).await);
    let hostile = "</p><script>alert(1)</script><img src=https://evil.example/x> & \"quoted\"";
    server.with(|desk| {
        let ticket = desk.tickets.get_mut(&1).unwrap();
        ticket.1 = format!("</title>{hostile}");
        ticket.2 = vec![hostile.to_owned()];
    });
    let workspace = connected(home.path(), &server).await;
    sync(&workspace, false).await;
    let text =
        std::fs::read_to_string(home.path().join("synced/tickets/records/ticket/ticket 1.html")).unwrap();
    assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
    index(&workspace).await;
    let hits = run(
        &workspace,
        "search",
        json!({"text": "quoted evil example", "most": 5}),
    )
    .await;
    assert!(
        hits.to_string().contains("<script>alert(1)</script>"),
        "it is found as it was written: {hits}"
    );
    workspace.close().await;
}

/// The program is killed again and again while it brings records of a server that asks for pauses and breaks down: at the
/// end every record is there once, and those that went meanwhile are not.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a keyring that is not the person's"]
async fn no_record_is_lost_or_kept_twice_however_often_the_program_is_killed() {
    let tickets = journeys::rounds(300, 3_000, 50_000) as u64;
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start(tickets).await);
    server.with(|desk| desk.page = 10);
    connected(home.path(), &server).await.close().await;
    let gone = [3, tickets / 2, tickets];
    let (mut kills, mut rounds) = (0, 0_u64);
    loop {
        rounds += 1;
        assert!(rounds < 200 + tickets / 10, "it gets nowhere");
        // Trouble of each kind, at another place each time.
        server.with(|desk| {
            desk.next = match rounds % 4 {
                0 => vec![(503, "", "{}")],
                1 => vec![
                    (429, "retry-after: 0\r\n", "{}"),
                    (200, "", "<html>Sign in</html>"),
                ],
                2 => vec![(500, "", "not even JSON")],
                _ => Vec::new(),
            };
            if rounds == 3 {
                for number in gone {
                    desk.tickets.remove(&number);
                }
            }
        });
        let before = server.with(|desk| desk.asked.len());
        let mut program = std::process::Command::new(journeys::program("attache"))
            .args(["--home", home.path().to_str().unwrap(), "sync"])
            .env("ATTACHE_RUNTIME", journeys::runtime())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Killed once it asked so many times more, another number each round; or it ends by itself.
        let patience = 5 + (rounds as usize * 37) % (20 + tickets as usize / 4);
        let ended = loop {
            if let Some(status) = program.try_wait().unwrap() {
                break Some(status);
            }
            if server.with(|desk| desk.asked.len()) > before + patience {
                program.kill().unwrap();
                program.wait().unwrap();
                break None;
            }
            tokio::task::yield_now().await;
        };
        match ended {
            Some(status) if status.success() && rounds > 3 => break,
            Some(_) => {}
            None => kills += 1,
        }
    }
    let workspace = open(home.path()).await;
    let last = sync(&workspace, true).await;
    assert_eq!(last.trouble, None);
    let there: Vec<u64> = server.with(|desk| desk.tickets.keys().copied().collect());
    let name = |number: &u64| {
        home.path()
            .join(format!("synced/tickets/records/ticket/ticket {number}.html"))
    };
    let mut wanted: Vec<PathBuf> = there.iter().map(name).collect();
    wanted.sort();
    assert_eq!(copies(home.path()), wanted);
    let view = run(&workspace, "system_list", json!({})).await;
    assert_eq!(view[0]["sync"][0]["records"], there.len());
    assert!(kills > 0);
    println!("{tickets} tickets, {kills} kills, {rounds} starts");
    workspace.close().await;
}

/// All of the tests here that keep a credential, in a session of its own with a real keyring.
#[cfg(target_os = "linux")]
#[test]
fn copies_are_kept_of_systems_whose_credential_is_in_a_keyring() {
    let script = journeys::root().join("scripts/with-keyring.sh");
    let mut within = std::process::Command::new(script);
    within.arg(std::env::current_exe().unwrap());
    let done = within
        .args(["--ignored", "--test-threads", "2"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(told.contains("test result: ok"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_company_can_be_kept_too() {
    let home = tempfile::tempdir().unwrap();
    let workspace = open(home.path()).await;
    let demo = run(&workspace, "demo_connect", json!({})).await;
    let kinds: Vec<&str> = demo["sync"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "crm.accounts",
            "crm.contacts",
            "crm.deals",
            "helpdesk.tickets",
            "mail.messages"
        ]
    );
    run(
        &workspace,
        "system_sync",
        json!({"system": "demo-company", "kinds": ["crm.deals", "helpdesk.tickets"]}),
    )
    .await;
    let all = SyncAll::run(&workspace.copilot, SyncAllRequest::default())
        .await
        .unwrap();
    for kind in &all {
        assert!(kind.trouble.is_none() && kind.read > 0, "{kind:?}");
    }
    let view = run(&workspace, "system_list", json!({})).await;
    let kept: Vec<&Value> = view[0]["sync"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|kind| kind["chosen"] == true)
        .collect();
    assert_eq!(kept.len(), 2);
    assert!(
        kept.iter()
            .all(|kind| kind["records"].as_u64().unwrap() > 0 && kind["ended"].is_number())
    );
    run(&workspace, "system_disconnect", json!({"system": "demo-company"})).await;
    assert!(!home.path().join("synced/demo-company").exists());
    workspace.close().await;
}
