//! The demo company as a process, and a person's seat before it: the real ledger, the shipped rules, the real connection.
//! What really happened is judged by the company's own log.

#![allow(dead_code)] // each test program needs another part of it

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};

use app::{LedgerActions, LedgerGrants};
use domain::{ActionId, SystemId};
use governance::approval::{Choice, Hand};
use governance::audit::Verifier;
use governance::policy::{Policies, Proposer};
use integration::description::Description;
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::{Account, Connection, HandClock, OneCredential, Secret, Setup, Url};
use orchestration::governed::{Action, Context, Governed, Proposal, Stop, System};
use orchestration::journal::Epoch;
use serde_json::{Value, json};
use storage::Ledger;

use journeys::program;

pub const TOKEN: &str = "for-tests";
pub const KARI: &str = "for-tests.kari.holm";
pub const INES: &str = "ines.okafor@northwind-robotics.com";
pub const DEAL: u64 = 20418;

/// What the company can do to a request that changes something.
pub const FAULTS: [&str; 8] = [
    "latency_before",
    "latency_after",
    "too_many_requests",
    "error_before",
    "error_after",
    "reset_before",
    "reset_after",
    "truncated_after",
];

/// The rules, read once: some tests have hundreds of seats.
static SHIPPED: LazyLock<Arc<Policies>> = LazyLock::new(|| Arc::new(Policies::shipped().unwrap()));

/// The demo company in a process of its own.
pub struct Company {
    pub child: Child,
    pub address: SocketAddr,
}

impl Company {
    pub fn start() -> Self {
        let mut child = Command::new(program("company"))
            .args(["--memory", "--with-parent", "--token", TOKEN])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let places: Value = serde_json::from_str(&line).unwrap();
        let address = places["address"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        Self {
            address: address.parse().unwrap(),
            child,
        }
    }

    /// Asks as somebody else would.
    pub fn ask(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        ask(self.address, token, method, path, body)
    }

    /// A switch for the next request to an operation.
    pub fn fault(&self, operation: &str, fault: &str) {
        self.faults(operation, fault, 1, 600_000);
    }

    /// A switch for some requests to an operation; late ones come after so many milliseconds.
    pub fn faults(&self, operation: &str, fault: &str, times: usize, delay_ms: u64) {
        let one = json!({
            "operation": operation, "fault": fault, "times": times, "delay_ms": delay_ms, "retry_after_s": 7,
        });
        self.ask(TOKEN, "PUT", "/panel/faults", Some(&json!({"faults": [one]})));
    }

    /// Every request to the systems, in its order.
    pub fn log(&self) -> Vec<Value> {
        self.log_after(0)
    }

    /// Those that came after the one with this number.
    pub fn log_after(&self, seq: u64) -> Vec<Value> {
        let mut log = self.ask(TOKEN, "GET", &format!("/panel/log?after={seq}"), None);
        match log["entries"].take() {
            Value::Array(entries) => entries,
            other => panic!("{other}"),
        }
    }

    /// How many requests did something to a record.
    pub fn applied(&self) -> usize {
        self.log().iter().filter(|entry| is_applied(entry)).count()
    }

    /// How often an operation was asked for.
    pub fn asked(&self, operation: &str) -> usize {
        self.log()
            .iter()
            .filter(|entry| entry["operation"] == operation)
            .count()
    }

    pub fn deal(&self) -> Value {
        self.ask(TOKEN, "GET", &format!("/crm/deals/{DEAL}"), None)
    }
}

/// The operation of this name in a description.
pub fn operation<'a>(description: &'a mut Value, name: &str) -> &'a mut Value {
    let paths = description["paths"].as_object_mut().unwrap().values_mut();
    let mut all = paths.flat_map(|path| path.as_object_mut().unwrap().values_mut());
    all.find(|operation| operation["operationId"] == name).unwrap()
}

/// Whether a request did something to a record.
pub fn is_applied(entry: &Value) -> bool {
    entry["applied"].as_array().is_some_and(|done| !done.is_empty())
}

fn ask(address: SocketAddr, token: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: company\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 20"), "{text}");
    serde_json::from_str(body).unwrap()
}

impl Drop for Company {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A person's desk: a home with a ledger, and the company connected.
pub struct Desk {
    pub company: Company,
    pub home: tempfile::TempDir,
    pub clock: Arc<HandClock>,
}

/// One process at the desk.
pub struct Seat {
    pub governed: Governed,
    pub ledger: Ledger,
}

impl Desk {
    pub fn open() -> Self {
        Self {
            company: Company::start(),
            home: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
        }
    }

    /// A seat before a company that says this of an operation of its own.
    pub async fn sit_told(&self, name: &str, word: &str, said: Value) -> Seat {
        let mut description = self.company.ask(TOKEN, "GET", "/openapi.json", None);
        operation(&mut description, name)[word] = said;
        let (home, clock) = (self.home.path(), self.clock.clone());
        Seat::described(home, self.company.address, clock, &description).await
    }

    pub async fn sit(&self) -> Seat {
        Seat::at(self.home.path(), self.company.address, self.clock.clone()).await
    }
}

impl Seat {
    /// A process at a home's ledger, with the company at an address.
    pub async fn at(home: &Path, company: SocketAddr, clock: Arc<HandClock>) -> Self {
        let text = ask(company, TOKEN, "GET", "/openapi.json", None);
        Self::described(home, company, clock, &text).await
    }

    /// The same, before a company that describes itself so.
    pub async fn described(
        home: &Path,
        company: SocketAddr,
        clock: Arc<HandClock>,
        description: &Value,
    ) -> Self {
        let ledger = ledger(home).await;
        let epoch = ledger.begin_epoch(0).await.unwrap();
        Self::of(ledger, epoch, company, clock, description)
    }

    /// The same at a ledger that is open already.
    pub fn of(
        ledger: Ledger,
        epoch: u64,
        company: SocketAddr,
        clock: Arc<HandClock>,
        description: &Value,
    ) -> Self {
        let around = Surroundings {
            names: Arc::new(SystemNames),
            log: Arc::new(KeptContacts::default()),
            clock: clock.clone(),
            redactor: Default::default(),
        };
        let text = description.to_string();
        let one = connected(&format!("http://{company}"), TOKEN, &text, around);
        Self::before(ledger, epoch, one, clock)
    }

    /// A process at a ledger with this one system.
    pub async fn with(ledger: Ledger, one: System, clock: Arc<HandClock>) -> Self {
        let epoch = ledger.begin_epoch(0).await.unwrap();
        Self::before(ledger, epoch, one, clock)
    }

    fn before(ledger: Ledger, epoch: u64, one: System, clock: Arc<HandClock>) -> Self {
        let id = one.connection.system().clone();
        let governed = Governed {
            book: Arc::new(LedgerActions(ledger.clone())),
            grants: Arc::new(LedgerGrants(ledger.clone())),
            systems: Arc::new(BTreeMap::from([(id, one)])),
            policies: SHIPPED.clone(),
            install_key: Arc::new([7; 32]),
            epoch: Epoch(epoch),
            clock,
            stopped: Default::default(),
            sending: Default::default(),
            changes: Default::default(),
        };
        Self { governed, ledger }
    }

    /// Changes what was checked when the company was connected.
    pub async fn set(&mut self, change: impl FnOnce(&mut System)) {
        let mut one = self.governed.systems.system(&system()).await.unwrap();
        change(&mut one);
        self.governed.systems = Arc::new(BTreeMap::from([(system(), one)]));
    }

    pub async fn propose(&self, operation: &str, arguments: Value) -> Action {
        self.governed.propose(typed(operation, arguments)).await.unwrap()
    }

    /// A yes to exactly what is shown.
    pub async fn approve(&self, action: &Action) -> Result<Vec<Action>, Stop> {
        let card = action.shown.card.as_ref().unwrap();
        let shown = card.digest(&[Choice::Approve]).unwrap();
        let word = card.lines()[0].word.clone();
        let hand = Hand {
            by: INES,
            word: Some(&word),
        };
        self.governed
            .approve(
                action.id,
                &Default::default(),
                shown,
                hand,
                format!("a-{}", action.id),
            )
            .await
    }

    pub async fn go_on(&self, id: ActionId) -> Action {
        self.governed.go_on(id).await.unwrap().action
    }

    /// The audit as it is on the disk; it holds.
    pub async fn audit(&self) -> Vec<Value> {
        let (mut verifier, mut bodies, mut after) = (Verifier::default(), Vec::new(), 0);
        loop {
            let rows = self.ledger.audit_after(after, 1_000).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in &rows {
                verifier.row(row).unwrap();
                bodies.push(serde_json::from_str(&row.body).unwrap());
            }
        }
        verifier.end().unwrap();
        bodies
    }
}

/// A system at an address that is described so.
pub fn connected(base: &str, token: &str, described: &str, around: Surroundings) -> System {
    let description = Description::read(&system(), described).unwrap();
    let hosts = [(system(), Host::parse(base, Reach::ThisMachine).unwrap())];
    let connection = Connection::new(Setup {
        system: system(),
        base: Url::parse(base).unwrap(),
        account: Account {
            address: INES.to_owned(),
            name: "Ines Okafor".to_owned(),
        },
        description: description.clone(),
        egress: Arc::new(Egress::open(hosts, Limits::default(), around).unwrap()),
        sign_in: integration::SignIn::Bearer,
        headers: Vec::new(),
        credentials: Arc::new(OneCredential(Secret::new(token))),
    });
    System {
        connection: Arc::new(connection),
        pins: description.pins(),
        chosen_account: INES.to_owned(),
        title: "Demo company".to_owned(),
        quarantined: false,
    }
}

pub async fn ledger(home: &Path) -> Ledger {
    Ledger::open(&home.join("ledger.sqlite")).await.unwrap()
}

/// What a person wants done, by their own hand.
pub fn typed(operation: &str, arguments: Value) -> Proposal {
    Proposal {
        system: system(),
        operation: operation.to_owned(),
        arguments: serde_json::from_value(arguments).unwrap(),
        record: None,
        proposer: Proposer::Person,
        reason: None,
        context: Context::of_person(),
        batch: None,
    }
}

pub fn system() -> SystemId {
    "demo-company".parse().unwrap()
}
