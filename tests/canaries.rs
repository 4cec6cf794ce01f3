//! Forty credentials in six encodings, given back by a hostile system in records, refusals, faults and headers: in no log,
//! error, audit, export, message to a page or line of the command line, and nowhere in what is kept.
//!
//! One more value stands at the same places and is no credential. It has to be found in those sinks, or a search that finds
//! nothing would prove nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use app::{Core, Home, logging};
use company::{Seat, system};
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use domain::ActionId;
use experience::Failure;
use experience::commands::{Access, LIST, Window};
use experience::events::{CoreState, Event};
use governance::policy::Proposer;
use integration::egress::{KeptContacts, Surroundings, SystemNames};
use integration::{Cap, HandClock, Secret};
use journeys::{Numbers, program};
use orchestration::governed::{Action, Context, Proposal, RunContext, Stop};
use serde_json::{Value, json};
use storage::{Contact, Ledger};

/// A record that can be changed, one whose change is refused, one at which the system breaks, and one nobody may see.
const DEALS: [u64; 4] = [1, 2, 3, 4];

/// Forty credentials: of every length from 10 on, with every character that encodings treat in a way of their own.
fn canaries() -> Vec<String> {
    let mut numbers = Numbers(7);
    let alphabet = b"ABCDEFGHabcdefgh0123456789-._~+/=:%\"\\&?#'<>{}";
    let mut draw = |length: usize| -> String {
        (0..length)
            .map(|_| char::from(alphabet[numbers.below(alphabet.len())]))
            .collect()
    };
    (0..40)
        .map(|number| format!("{number:02}{}", draw(8 + number)))
        .collect()
}

fn encodings(value: &str) -> [String; 6] {
    let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let unicode: String = value
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    [
        value.to_owned(),
        BASE64.encode(value.as_bytes()),
        BASE64URL.encode(value.as_bytes()),
        HEXLOWER.encode(value.as_bytes()),
        percent,
        unicode,
    ]
}

/// The forms as they stand in a text, in JSON, and in JSON within JSON.
fn written(forms: &[String]) -> BTreeSet<String> {
    let escaped = |text: &String| json!(text).to_string().trim_matches('"').to_owned();
    let once: Vec<String> = forms.iter().map(escaped).collect();
    let twice: Vec<String> = once.iter().map(escaped).collect();
    [forms, &once, &twice].concat().into_iter().collect()
}

/// What was written, for looking at.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A CRM that gives back whatever it knows, wherever it can; one for all rounds, since its address is part of a card.
struct Hostile {
    url: String,
    says: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<String>>,
}

impl Hostile {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (says, asked) = (
            Arc::<Mutex<Vec<String>>>::default(),
            Arc::<Mutex<String>>::default(),
        );
        let (forms, kept) = (says.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = request(&mut stream);
                let answer = answer(&request, &forms.lock().unwrap());
                kept.lock().unwrap().push_str(&request);
                // A client that cuts the answer off closes the connection.
                stream.write_all(&answer).ok();
            }
        });
        Self { url, says, asked }
    }
}

fn request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut some).unwrap_or(0);
        bytes.extend_from_slice(&some[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let head = head.to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            body.len() >= length.map_or(0, |length| length.parse().unwrap())
        });
        if count == 0 || whole {
            return text;
        }
    }
}

fn answer(request: &str, forms: &[String]) -> Vec<u8> {
    let line = request.lines().next().unwrap_or_default();
    // As values, and once more as characters that a hostile system escapes by itself.
    let (all, raw) = (json!(forms.join(" ")), forms.last().cloned().unwrap_or_default());
    let deal = |id: &str| {
        format!(
            r#"{{"id": {id}, "version": 3, "name": {all}, "next_step": {all}, "pilot_site": "{raw}", "amount_eur": 1}}"#
        )
    };
    let refusal = format!(r#"{{"error": {{"code": "no", "message": {all}}}, "more": "{raw}"}}"#);
    let path = line.split_whitespace().nth(1).unwrap_or_default();
    let id = path.trim_start_matches("/crm/deals").trim_start_matches('/');
    let (status, body) = match (line.split_whitespace().next(), id) {
        (Some("GET"), "4") => (403, refusal),
        (_, query) if query.starts_with('?') => (
            200,
            format!(
                r#"{{"items": [{}, {}], "next_cursor": null}}"#,
                deal("8"),
                deal("9")
            ),
        ),
        (Some("GET"), id) => (200, deal(id)),
        (_, "2") => (422, refusal),
        (_, "3") => (500, refusal),
        (_, id) => (200, deal(id)),
    };
    let mut out = format!(
        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, form) in ["ETag", "Location", "X-Echo", "Idempotent-Replayed"]
        .iter()
        .zip(forms)
    {
        out += &format!("{name}: \"{form}\"\r\n");
    }
    (out + "\r\n" + &body).into_bytes()
}

/// The governed path of a process whose connection has this credential.
async fn seat(ledger: &Ledger, server: &Hostile, token: &str, described: &str) -> (Seat, Arc<KeptContacts>) {
    let (contacts, clock) = (Arc::new(KeptContacts::default()), Arc::new(HandClock::default()));
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: contacts.clone(),
        clock: clock.clone(),
        redactor: logging::redactor(),
    };
    let one = company::connected(&server.url, token, described, around);
    (Seat::with(ledger.clone(), one, clock).await, contacts)
}

fn proposal(arguments: Value, record: Option<&str>, reason: Option<String>) -> Proposal {
    Proposal {
        system: system(),
        operation: "crm.deals.update".to_owned(),
        arguments: serde_json::from_value(arguments).unwrap(),
        record: record.map(str::to_owned),
        proposer: Proposer::Person,
        reason,
        context: Context::of_person(),
        batch: None,
    }
}

fn told<T: std::fmt::Debug>(done: Result<T, Stop>) -> String {
    match done {
        Ok(done) => format!("{done:?}"),
        Err(stop) => {
            let debug = format!("{stop:?}");
            let failure = Failure::from(stop);
            debug + &failure.to_string() + &serde_json::to_string(&failure).unwrap()
        }
    }
}

/// Everything that a person or a model gets to see while the system says `forms`; actions stay in the ledger.
async fn work(seat: &Seat, forms: &[String]) -> Vec<String> {
    let (governed, mut out) = (&seat.governed, Vec::new());
    for deal in DEALS {
        let reason = Some(forms.join(" "));
        let asked = proposal(
            json!({"id": deal, "amount_eur": 5, "next_step": "Call"}),
            None,
            reason,
        );
        match governed.propose(asked).await {
            Err(stop) => out.push(told::<Action>(Err(stop))),
            Ok(action) => {
                out.push(format!("{action:?}{}", serde_json::to_string(&action).unwrap()));
                out.push(told(seat.approve(&action).await));
                for _ in 0..2 {
                    out.push(told(governed.go_on(action.id).await));
                }
                out.push(told(governed.undo(action.id, None).await));
            }
        }
    }
    let named = proposal(json!({"amount_eur": 5}), Some("the deal"), None);
    out.push(told(governed.propose(named).await));
    let waits = proposal(json!({"id": 1, "amount_eur": 6, "next_step": null}), None, None);
    out.push(told(governed.propose(waits).await));
    let mut run = RunContext::new(Proposer::Model("m".to_owned()), "Move the deal on");
    let deal = BTreeMap::from([("id".to_owned(), json!(1))]);
    let read = run
        .read(governed, &system(), "crm.deals.get", &deal, Cap::default())
        .await;
    out.push(format!("{read:?}{:?}", run.context()));
    let refused = BTreeMap::from([("id".to_owned(), json!(4))]);
    let read = run
        .read(governed, &system(), "crm.deals.get", &refused, Cap::default())
        .await;
    out.push(format!("{read:?}"));
    out
}

/// What the page gets: every command that reads, for all of the actions, and what it is told by itself.
async fn pages(home: &Path, actions: &[ActionId], forms: &[Vec<String>]) -> Vec<String> {
    let core = Core::start(Home::new(Some(home)).unwrap(), "a test");
    let (mut told, mut out) = (core.listen(), Vec::new());
    loop {
        let event = told.next().await;
        out.push(format!("{event:?}"));
        if matches!(
            event,
            Event::Core {
                state: CoreState::Ready,
                ..
            }
        ) {
            break;
        }
    }
    let one = |id: &ActionId| json!({"id": id});
    let some = [
        json!({}),
        json!({"text": "deal", "question": "deal", "file": "deal", "open": true}),
    ];
    let requests: Vec<Value> = some.into_iter().chain(actions.iter().map(one)).collect();
    for command in LIST.iter().filter(|command| command.access == Access::Read) {
        let Some(window) = command.windows.first() else {
            continue;
        };
        for request in &requests {
            match core.call(*window, command.name, request.clone()).await {
                Ok(answer) => out.push(format!("{} {answer}", command.name)),
                Err(failure) => out.push(format!("{} {failure:?} {failure}", command.name)),
            }
        }
    }
    // A model that has one, or a person who pastes one, puts it into no argument.
    core.call(Window::Main, "demo_connect", json!({})).await.unwrap();
    for form in forms.iter().flatten() {
        for asked in [
            json!({"system": "demo-company", "operation": "crm.deals.update", "arguments": {"id": "20418", "next_step": form}}),
            json!({"system": "demo-company", "operation": "crm.deals.update", "arguments": {"id": "20418", form: "x"}}),
        ] {
            let failure = core
                .call(Window::Main, "action_propose", asked)
                .await
                .unwrap_err();
            assert!(failure.message.contains("holds a credential"), "{failure}");
            out.push(format!("{failure:?} {failure}"));
        }
    }
    core.close().await;
    out
}

/// What the command line says, on both outputs, with everything it has to tell about itself.
fn command_line(home: &Path, actions: &[ActionId]) -> Vec<String> {
    let fixed = [
        "approvals list --all",
        "--json --verbose approvals list --all",
        "audit verify",
        "audit export",
        "audit export --format csv",
        "audit export --format ocsf",
        "grants list",
        "system list",
        "system hosts",
        "--verbose status",
        "doctor",
    ];
    let mut lines: Vec<String> = fixed.iter().map(|line| (*line).to_owned()).collect();
    for id in actions {
        for words in ["receipt show", "--json receipt show", "--verbose approvals show"] {
            lines.push(format!("{words} {id}"));
        }
    }
    let said = |line: &String| {
        let mut attache = Command::new(program("attache"));
        let said = attache
            .arg("--home")
            .arg(home)
            .args(line.split(' '))
            .output()
            .unwrap();
        String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
    };
    lines.iter().map(said).collect()
}

/// Every file below a folder.
fn kept(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(kept(&path));
        } else {
            out.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_in_any_encoding_gets_into_any_sink_and_what_is_none_gets_there() {
    let log = Paper::default();
    let to_log = log.clone();
    logging::start_to("trace", move || to_log.clone());
    let described = Command::new(program("company"))
        .arg("--describe")
        .output()
        .unwrap();
    let description = String::from_utf8(described.stdout).unwrap();
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.sqlite")).await.unwrap();
    let server = Hostile::start();
    let canaries = canaries();
    // No credential at all: it is there to be found.
    let control = "control-99-is-no-credential".to_owned();
    let forms: Vec<Vec<String>> = canaries.iter().map(|canary| encodings(canary).to_vec()).collect();

    let mut sinks = BTreeMap::<&str, Vec<String>>::new();
    for (token, forms) in canaries.iter().zip(&forms) {
        server.says.lock().unwrap().clone_from(forms);
        let (seat, contacts) = seat(&ledger, &server, token, &description).await;
        logging::redactor().know(&Secret::new(token.as_str())).unwrap();
        sinks
            .entry("answers")
            .or_default()
            .extend(work(&seat, forms).await);
        for contact in contacts.all() {
            let row = Contact {
                host: &contact.host,
                system: contact.system.as_str(),
                purpose: "read",
                sent: contact.bytes_out,
                received: contact.bytes_in,
                refused: false,
                at: contact.at,
            };
            ledger.add_contact(row).await.unwrap();
            sinks.entry("contacts").or_default().push(format!("{contact:?}"));
        }
        for form in forms {
            tracing::error!("a careless line with {form} in it");
            tracing::debug!(form, debug = ?form, "another one");
        }
        let asked = std::mem::take(&mut *server.asked.lock().unwrap());
        assert!(
            asked.contains(&format!("Bearer {token}")),
            "the credential was sent to its system"
        );
        assert_eq!(
            asked.matches(token.as_str()).count(),
            asked.matches("Bearer ").count()
        );
    }
    let of_control = encodings(&control).to_vec();
    server.says.lock().unwrap().clone_from(&of_control);
    let (seat, _) = seat(&ledger, &server, "for-tests", &description).await;
    sinks
        .entry("answers")
        .or_default()
        .extend(work(&seat, &of_control).await);
    tracing::error!("a careless line with {control} in it");
    let all = seat.governed.book.before(None, 10_000).await.unwrap();
    assert!(all.len() >= 41 * DEALS.len(), "{}", all.len());
    // Of the actions that are the same but for the canary, some are looked at in each way; all are looked at in the ledger.
    let newest: Vec<ActionId> = all.iter().map(|action| action.id).take(20).collect();
    drop(seat);
    ledger.close().await;

    sinks.insert("pages", pages(home.path(), &newest, &forms[..8]).await);
    sinks.insert("command line", command_line(home.path(), &newest[..3]));
    sinks.insert("files", kept(home.path()));
    sinks.insert("log", vec![log.text()]);
    let known: Vec<BTreeSet<String>> = forms.iter().map(|forms| written(forms)).collect();
    let found = written(&of_control);
    for (sink, texts) in &sinks {
        for text in texts {
            for form in known.iter().flatten() {
                assert!(
                    !text.contains(form.as_str()),
                    "{sink}: `{form}` stands in: {text}"
                );
            }
        }
        // Contacts hold neither a value nor a header.
        let there = |text: &String| found.iter().any(|form| text.contains(form.as_str()));
        assert_eq!(
            texts.iter().any(there),
            *sink != "contacts",
            "{sink} was looked at"
        );
    }
    let audit = sinks["command line"]
        .iter()
        .filter(|text| text.contains("\"prev\""));
    assert!(audit.count() > 0, "the export was looked at");
}
