//! Real third-party systems, connected by their manifests with a real keyring, and changed on the governed path. Run by
//! `make test-peers`, which has the servers and a session with a keyring.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![cfg(target_os = "linux")]

#[path = "peers/databases.rs"]
mod databases;
mod signing;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use app::Home;
use experience::Failure;
use experience::commands::{
    self, CallRequest, Command as _, RecordView, SyncAll, SyncAllRequest, SystemCall, Window,
};
use governance::SecretStore;
use serde_json::{Value, json};
use storage::Keyring;

/// A server of somebody else, started for one test.
struct Peer {
    server: Child,
    about: Value,
    _folder: tempfile::TempDir,
}

impl Peer {
    /// Installs what is missing, which takes minutes the first time, and starts it.
    fn start(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL runs as an account of its own, which has to get to its files.
        journeys::rights(folder.path(), 0o711);
        let mut server = Command::new(journeys::root().join("tests/peers/start.sh"))
            .arg(name)
            .arg(folder.path().join(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(server.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let about =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("`{name}` did not start: {line:?}"));
        Self {
            server,
            about,
            _folder: folder,
        }
    }

    fn text(&self, pointer: &str) -> &str {
        let found = self.about.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no {pointer} in {}", self.about))
    }

    /// Id of a seeded ticket.
    fn ticket(&self, number: &str) -> String {
        match &self.about["seeded"]["tickets"][number]["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            other => panic!("no ticket {number}: {other}"),
        }
    }

    /// The requests that change something, as the server itself wrote them down: method and path.
    fn writes(&self) -> Vec<(String, String)> {
        let log = std::fs::read_to_string(self.text("/log")).unwrap();
        let request = |line: &str| {
            let words: Vec<&str> = line.split(['"', ' ']).collect();
            let at = words
                .iter()
                .position(|word| ["POST", "PUT", "PATCH", "DELETE"].contains(word))?;
            let path = words.get(at + 1)?.split('?').next()?;
            Some((words[at].to_owned(), path.to_owned()))
        };
        log.lines().filter_map(request).collect()
    }

    /// How many requests changed something, once there are so many: some servers write their log a moment later.
    async fn written(&self, least: usize) -> usize {
        for _ in 0..500 {
            if self.writes().len() >= least {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let now = self.writes();
        assert!(
            now.len() >= least,
            "{least} requests should be in the log: {now:?}"
        );
        now.len()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends when nobody listens to it any more.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// A workspace, asked as the windows and the command line ask it.
struct Desk {
    workspace: app::Workspace,
    home: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let workspace = app::open(&Home::new(Some(home.path())).unwrap(), "a test")
            .await
            .unwrap();
        Self { workspace, home }
    }

    async fn call(&self, window: Window, name: &str, request: Value) -> Result<Value, Failure> {
        commands::run_named(&self.workspace.copilot, window, name, request).await
    }

    async fn main(&self, name: &str, request: Value) -> Result<Value, Failure> {
        self.call(Window::Main, name, request).await
    }

    async fn propose(&self, system: &str, operation: &str, arguments: Value) -> Value {
        let asked = json!({"system": system, "operation": operation, "arguments": arguments});
        let proposed = self.main("action_propose", asked).await.unwrap();
        assert_eq!(proposed["kind"], "action", "{proposed}");
        proposed["action"].clone()
    }

    /// A click on exactly what is shown.
    async fn click(&self, action: &Value) -> Value {
        let id = &action["id"];
        let shown = self
            .call(Window::Approval, "card_get", json!({ "id": id }))
            .await
            .unwrap();
        let click = json!({"id": id, "shown": shown["digest"], "word": shown["word"]});
        let decided = self
            .call(Window::Approval, "action_approve", click)
            .await
            .unwrap();
        decided["actions"][0].clone()
    }

    async fn read(&self, system: &str, operation: &str, arguments: Value) -> Vec<RecordView> {
        let request = CallRequest {
            system: system.to_owned(),
            operation: operation.to_owned(),
            arguments: serde_json::from_value(arguments).unwrap(),
            most: 500,
        };
        SystemCall::run(&self.workspace.copilot, request)
            .await
            .unwrap()
            .records
    }

    async fn field(&self, known: &Known, id: &str, field: &str) -> Value {
        let operation = format!("{}.get", known.kind);
        let mut records = self.read(known.name, &operation, json!({ "id": id })).await;
        records.remove(0).fields.remove(field).unwrap_or_default()
    }
}

/// What is special about a system.
struct Known {
    name: &'static str,
    /// What stands behind the address that the server tells.
    below: &'static str,
    way: &'static str,
    /// Where the secret is among what the server tells of an account.
    secret: &'static str,
    kind: &'static str,
    /// A field with a value that is written to it.
    change: (&'static str, Value),
    /// What is made.
    made: Value,
    /// What changes the same record past us.
    past: fn(&Peer, &str) -> Command,
}

fn curl(peer: &Peer, arguments: &[&str], path: &str) -> Command {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--fail", "--max-time", "30"])
        .args(arguments);
    command.arg(format!("{}{path}", peer.text("/base")));
    command
}

async fn connect(desk: &Desk, peer: &Peer, known: &Known, account: &str) -> Result<Value, Failure> {
    let secret = peer
        .text(&format!("/accounts/{account}/{}", known.secret))
        .to_owned();
    connect_with(desk, peer, known, account, &secret).await
}

async fn connect_with(
    desk: &Desk,
    peer: &Peer,
    known: &Known,
    account: &str,
    secret: &str,
) -> Result<Value, Failure> {
    let address = format!("{}{}", peer.text("/base").trim_end_matches('/'), known.below);
    let user = peer.text(&format!("/accounts/{account}/user"));
    let request = json!({"connector": known.name, "address": address, "account": user, "way": known.way,
        "user": user, "secret": secret});
    desk.main("system_connect", request).await
}

/// Everything that a person does with a system, and nothing on the wire that no receipt tells of.
async fn a_person_works_with(known: Known) {
    let peer = Peer::start(known.name);
    let desk = Desk::open().await;

    // A wrong secret is told as that, and nothing is kept of it.
    let refused = connect_with(&desk, &peer, &known, "agent", "surely-not-this-secret")
        .await
        .unwrap_err();
    assert!(
        refused.hint.as_deref().unwrap().contains("The secret is wrong"),
        "{refused:?}"
    );
    assert_eq!(desk.main("system_list", json!({})).await.unwrap(), json!([]));
    let secret = peer.text(&format!("/accounts/agent/{}", known.secret)).to_owned();
    connect(&desk, &peer, &known, "agent").await.unwrap();
    desk.main("system_test", json!({"system": known.name}))
        .await
        .unwrap();
    let before = peer.writes().len();
    let identity = std::fs::read_to_string(desk.home.path().join("identity")).unwrap();
    let (identity, entry) = (identity.trim(), format!("credential of {}", known.name));
    let keyring = Keyring::of(identity, Duration::from_secs(10));
    assert_eq!(keyring.get(&entry).await.unwrap().unwrap().expose(), secret);

    // A change with what it does, done once, read back, and taken back.
    let (id, (field, value)) = (peer.ticket("4812"), known.change.clone());
    let old = desk.field(&known, &id, field).await;
    let update = format!("{}.update", known.kind);
    let action = desk
        .propose(known.name, &update, json!({"id": id, field: value}))
        .await;
    let change = &action["changes"][0];
    assert_eq!(
        [&change["before"], &change["after"]],
        [&told(&old), &told(&value)],
        "{action}"
    );
    let done = desk.click(&action).await;
    assert_eq!(done["state"], "succeeded", "{done}");
    assert_eq!(desk.field(&known, &id, field).await, value);
    let undo = desk
        .main("action_undo", json!({"ids": [action["id"]]}))
        .await
        .unwrap();
    let undone = desk.click(&undo[0]).await;
    assert_eq!(undone["state"], "succeeded", "{undone}");
    assert_eq!(desk.field(&known, &id, field).await, old);

    // What somebody else changed in between is not written over.
    let late = desk
        .propose(known.name, &update, json!({"id": id, field: value}))
        .await;
    let ours = peer.written(before + 2).await;
    let past = (known.past)(&peer, &id).output().unwrap();
    assert!(past.status.success(), "{}", String::from_utf8_lossy(&past.stderr));
    let theirs = peer.written(ours + 1).await;
    let stopped = desk.click(&late).await;
    assert_ne!(stopped["state"], "succeeded", "{stopped}");
    assert_eq!(peer.writes().len(), theirs, "nothing was sent");

    // Something new, found again by its id.
    let create = format!("{}.create", known.kind);
    let made = desk.propose(known.name, &create, known.made.clone()).await;
    let made = desk.click(&made).await;
    assert_eq!(made["state"], "succeeded", "{made}");
    let receipt = desk.main("receipt_get", json!({"id": made["id"]})).await.unwrap();
    assert_eq!(receipt["holds"], true, "{receipt}");

    // The log of the server and the receipts tell the same: a change, its undo, and what was made.
    let all = peer.written(theirs + 1).await;
    assert_eq!(all - before - (theirs - ours), 3, "{:?}", peer.writes());

    // The secret is nowhere in the home, and gone when the connection is.
    assert_eq!(files_with(desk.home.path(), &secret), Vec::<PathBuf>::new());
    desk.main("system_disconnect", json!({"system": known.name}))
        .await
        .unwrap();
    assert_eq!(desk.main("system_list", json!({})).await.unwrap(), json!([]));
    assert!(
        keyring.get(&entry).await.unwrap().is_none(),
        "the secret is forgotten"
    );
    desk.workspace.close().await;
}

/// What somebody may only read is not changed, and the receipt says so.
async fn who_may_only_read_changes_nothing_in(known: Known) {
    let peer = Peer::start(known.name);
    let desk = Desk::open().await;
    connect(&desk, &peer, &known, "readonly").await.unwrap();
    let (id, (field, value)) = (peer.ticket("4812"), known.change.clone());
    let old = desk.field(&known, &id, field).await;
    let action = desk
        .propose(
            known.name,
            &format!("{}.update", known.kind),
            json!({"id": id, field: value}),
        )
        .await;
    let done = desk.click(&action).await;
    // Refused, or said to be done and then seen not to be: never told as a success.
    let seen = done["outcome"]["as_sent"] == false
        && done["state_words"].as_str().unwrap().contains("nothing changed");
    assert!(done["state"] == "failed" || seen, "{done}");
    assert_eq!(desk.field(&known, &id, field).await, old);
    desk.workspace.close().await;
}

/// Every ticket that the account may read is kept on this machine, and what changed there changes here.
async fn tickets_are_kept_in_step_with(known: Known) {
    let peer = Peer::start(known.name);
    let desk = Desk::open().await;
    connect(&desk, &peer, &known, "agent").await.unwrap();
    let wanted = json!({"system": known.name, "kinds": [known.kind]});
    desk.main("system_sync", wanted).await.unwrap();
    let sync = async || {
        let request = SyncAllRequest::default();
        let all = SyncAll::run(&desk.workspace.copilot, request).await.unwrap();
        assert_eq!(all[0].trouble, None);
        all[0].read
    };
    let seeded = peer.about["seeded"]["tickets"].as_object().unwrap();
    assert!(sync().await >= seeded.len() as u64);
    let folder = desk.home.path().join("synced").join(known.name).join("records");
    let copy = |number: &str| {
        let name = format!("{} {}.html", known.kind, peer.ticket(number));
        std::fs::read_to_string(folder.join(known.kind).join(name)).unwrap()
    };
    for number in seeded.keys() {
        assert!(copy(number).contains("<h1>"), "{number}");
    }
    assert!(!copy("4812").contains("Somebody else was here"));
    let past = (known.past)(&peer, &peer.ticket("4812")).output().unwrap();
    assert!(past.status.success(), "{}", String::from_utf8_lossy(&past.stderr));
    // Where changes alone can't be asked for, everything is listed from time to time, or when the person asks for it.
    let changed = match known.name {
        "django-helpdesk" => {
            let request = SyncAllRequest { everything: true };
            let all = SyncAll::run(&desk.workspace.copilot, request).await.unwrap();
            assert_eq!(all[0].trouble, None);
            all[0].read
        }
        _ => sync().await,
    };
    assert_eq!(changed, 1);
    assert!(
        copy("4812").contains("Somebody else was here"),
        "{}",
        copy("4812")
    );
    if known.name == "request-tracker" {
        assert!(!copy("4812").contains("&lt;table"), "{}", copy("4812"));
        let wanted = json!({"system": known.name, "kinds": [known.kind, "article"]});
        desk.main("system_sync", wanted).await.unwrap();
        let all = SyncAll::run(&desk.workspace.copilot, SyncAllRequest::default())
            .await
            .unwrap();
        assert_eq!((&all[1].trouble, all[1].read), (&None, 3), "{all:?}");
    }
    desk.workspace.close().await;
}

/// A value as a card shows it.
fn told(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    }
}

/// The files below a folder that hold these bytes.
fn files_with(folder: &Path, secret: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, secret));
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
            {
                found.push(path);
            }
        }
    }
    found
}

fn django_helpdesk() -> Known {
    Known {
        name: "django-helpdesk",
        below: "",
        way: "header",
        secret: "token",
        kind: "ticket",
        change: ("priority", json!(2)),
        made: json!({"queue": 1, "title": "Gripper of unit 12 opens too late", "description": "It drops boxes.", "priority": 3,
            "submitter_email": "ingrid.solberg@halden-logistics.no"}),
        past: |peer, id| {
            let token = format!("Authorization: Token {}", peer.text("/accounts/agent/token"));
            let kind = "Content-Type: application/json";
            let body = r#"{"resolution": "Somebody else was here."}"#;
            curl(
                peer,
                &["-X", "PATCH", "-H", &token, "-H", kind, "-d", body],
                &format!("tickets/{id}/"),
            )
        },
    }
}

fn roundup() -> Known {
    Known {
        name: "roundup",
        below: "/data",
        way: "basic",
        secret: "password",
        kind: "issue",
        change: ("status", json!("3")),
        made: json!({"title": "Gripper of unit 12 opens too late"}),
        past: |peer, id| {
            let user = format!("agent:{}", peer.text("/accounts/agent/password"));
            let base = peer.text("/base");
            let origin = base.split('/').take(3).collect::<Vec<_>>().join("/");
            let path = format!("data/issue/{id}");
            let seen = curl(peer, &["-u", &user, "-i"], &path).output().unwrap();
            let seen = String::from_utf8_lossy(&seen.stdout).into_owned();
            let tag = seen
                .lines()
                .find_map(|line| line.strip_prefix("ETag: "))
                .unwrap()
                .trim();
            let headers = [
                format!("Origin: {origin}"),
                "X-Requested-With: rest".to_owned(),
                format!("If-Match: {tag}"),
                "Content-Type: application/json".to_owned(),
            ];
            let mut arguments = vec![
                "-X",
                "PATCH",
                "-u",
                &user,
                "-d",
                r#"{"title": "Somebody else was here"}"#,
            ];
            for header in &headers {
                arguments.extend(["-H", header]);
            }
            curl(peer, &arguments, &path)
        },
    }
}

fn request_tracker() -> Known {
    Known {
        name: "request-tracker",
        below: "",
        way: "header",
        secret: "token",
        kind: "ticket",
        change: ("Priority", json!("70")),
        made: json!({"Queue": "Support", "Subject": "Gripper of unit 12 opens too late",
            "Content": "It drops boxes.", "Requestor": "ingrid.solberg@halden-logistics.no", "Severity": "high"}),
        past: |peer, id| {
            let token = format!("Authorization: token {}", peer.text("/accounts/agent/token"));
            let kind = "Content-Type: application/json";
            let body = r#"{"Subject": "Somebody else was here"}"#;
            curl(
                peer,
                &["-X", "PUT", "-H", &token, "-H", kind, "-d", body],
                &format!("ticket/{id}"),
            )
        },
    }
}

fn redmine() -> Known {
    Known {
        name: "redmine",
        below: "",
        way: "header",
        secret: "key",
        kind: "issue",
        change: ("priority_id", json!(3)),
        made: json!({"project_id": 1, "subject": "Gripper of unit 12 opens too late", "priority_id": 2,
            "tracker_id": 3, "description": "It drops boxes.\nEvery hour."}),
        past: |peer, id| {
            let key = format!("X-Redmine-API-Key: {}", peer.text("/accounts/agent/key"));
            let kind = "Content-Type: application/json";
            let body = r#"{"issue": {"subject": "Somebody else was here"}}"#;
            curl(
                peer,
                &["-X", "PUT", "-H", &key, "-H", kind, "-d", body],
                &format!("issues/{id}.json"),
            )
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn every_page_of_a_long_list_is_read_from_redmine() {
    let (peer, known, desk) = (Peer::start("redmine"), redmine(), Desk::open().await);
    connect(&desk, &peer, &known, "agent").await.unwrap();
    let all = desk.read(known.name, "issue.search", json!({})).await;
    let seeded = peer.about["seeded"]["tickets"].as_object().unwrap().len();
    assert_eq!(all.len(), seeded);
    let two = desk
        .read(known.name, "issue.search", json!({"q": "after cleaning"}))
        .await;
    assert_eq!(two.len(), 2, "{two:?}");
    let note = desk
        .propose(
            known.name,
            "issue.note",
            json!({"id": peer.ticket("4812"), "notes": "One.\n\nTwo."}),
        )
        .await;
    let done = desk.click(&note).await;
    assert_eq!(done["outcome"]["as_sent"], true, "{done}");
    // The words name two that are close: a question, never a guess.
    let asked = json!({"system": known.name, "operation": "issue.update", "record": "Charging station 3 shows after cleaning",
        "arguments": {"priority_id": 3}});
    let asked = desk.main("action_propose", asked).await.unwrap();
    assert_eq!(
        asked["action"]["which"]["candidates"].as_array().map(Vec::len),
        Some(2),
        "{asked}"
    );
    desk.workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_reply_and_a_comment_are_seen_in_the_ticket_of_request_tracker() {
    let (peer, known, desk) = (
        Peer::start("request-tracker"),
        request_tracker(),
        Desk::open().await,
    );
    connect(&desk, &peer, &known, "agent").await.unwrap();
    let id = peer.ticket("4812");
    for (operation, words) in [
        ("ticket.comment", "Written up; wait for the release. ÆØÅ"),
        ("ticket.reply", "The release is out.\n\nKind regards,\nInes"),
    ] {
        let action = desk
            .propose(known.name, operation, json!({"id": id, "Content": words}))
            .await;
        if operation == "ticket.reply" {
            assert_eq!(
                action["message"]["to"],
                json!(["ingrid.solberg@halden-logistics.no"]),
                "{action}"
            );
            assert_eq!(action["message"]["body"], words);
        }
        let done = desk.click(&action).await;
        assert_eq!(done["state"], "succeeded", "{done}");
        assert_eq!(done["outcome"]["as_sent"], true, "{done}");
    }
    desk.workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn success_without_a_change_is_told_as_that_by_the_receipt_from_request_tracker() {
    let (peer, known, desk) = (
        Peer::start("request-tracker"),
        request_tracker(),
        Desk::open().await,
    );
    connect(&desk, &peer, &known, "agent").await.unwrap();
    // The system answers 200 to a state that there is not, and changes nothing.
    let id = peer.ticket("4812");
    let action = desk
        .propose(known.name, "ticket.update", json!({"id": id, "Status": "nosuch"}))
        .await;
    let done = desk.click(&action).await;
    assert_eq!(done["outcome"]["as_sent"], false, "{done}");
    assert_eq!(done["outcome"]["differs"][0]["field"], "Status", "{done}");
    assert!(
        done["state_words"]
            .as_str()
            .unwrap()
            .contains("isn't a valid status"),
        "{done}"
    );
    desk.workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn words_that_the_system_makes_into_others_are_told_by_the_receipt_from_django_helpdesk() {
    let (peer, known, desk) = (
        Peer::start("django-helpdesk"),
        django_helpdesk(),
        Desk::open().await,
    );
    connect(&desk, &peer, &known, "agent").await.unwrap();
    let id = peer.ticket("4812");
    for (words, as_sent) in [("Logs are here.", true), ("About {{ ticket.title }}.", false)] {
        let asked = json!({"ticket": id, "comment": words});
        let action = desk.propose(known.name, "ticket.reply", asked).await;
        assert_eq!(
            action["message"]["to"],
            json!(["ingrid.solberg@halden-logistics.no"]),
            "{action}"
        );
        let done = desk.click(&action).await;
        assert_eq!(done["outcome"]["as_sent"], as_sent, "{done}");
    }
    desk.workspace.close().await;
}

macro_rules! peers {
    ($($known:ident: $works:ident, $reads:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $works() {
            a_person_works_with($known()).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $reads() {
            who_may_only_read_changes_nothing_in($known()).await;
        }
    )*};
}

peers! {
    django_helpdesk: a_person_works_with_django_helpdesk, who_may_only_read_changes_nothing_in_django_helpdesk;
    redmine: a_person_works_with_redmine, who_may_only_read_changes_nothing_in_redmine;
    request_tracker: a_person_works_with_request_tracker, who_may_only_read_changes_nothing_in_request_tracker;
    roundup: a_person_works_with_roundup, who_may_only_read_changes_nothing_in_roundup;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn tickets_are_kept_in_step_with_django_helpdesk() {
    tickets_are_kept_in_step_with(django_helpdesk()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn tickets_are_kept_in_step_with_redmine() {
    tickets_are_kept_in_step_with(redmine()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn tickets_are_kept_in_step_with_request_tracker() {
    tickets_are_kept_in_step_with(request_tracker()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn tickets_are_kept_in_step_with_roundup() {
    tickets_are_kept_in_step_with(roundup()).await;
}
