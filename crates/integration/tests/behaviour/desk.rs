//! A person's desk with the demo company connected, and the panel of that company.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use domain::{ActionId, Argument, Confidentiality, Effect, Origin, SystemId, Taint};
use governance::approval::{Binding, Card, Choice, Hand, Line, SealKey, Warrant};
use governance::policy::{Decision, Facts, Obligation, Policies, Proposer, Situation};
use governance::{Authorized, authorize};
use integration::description::Description;
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::{
    Account, Connection, Credentials, Dispatch, HandClock, OneCredential, Outcome, Preview, Secret, Setup,
    Url,
};
use serde_json::{Value, json};

pub const TOKEN: &str = "for-tests";
pub const KARI: &str = "for-tests.kari.holm";
pub const INES: &str = "ines.okafor@northwind-robotics.com";
pub const KEY: &str = "K7Q2MZ4XW3";
pub const DEAL: u64 = 20418;

/// The demo company in a process of its own; it ends with the test.
pub struct Company {
    child: Child,
    pub address: SocketAddr,
}

impl Company {
    pub fn start() -> Self {
        let beside = std::env::current_exe().unwrap();
        let folder = beside.parent().unwrap().parent().unwrap();
        let program = folder.join(format!("company{}", std::env::consts::EXE_SUFFIX));
        assert!(
            program.exists(),
            "the demo company is not built: run `cargo build -p company` first"
        );
        let mut child = Command::new(program)
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
        let address = address.parse().unwrap();
        Self { child, address }
    }

    /// Asks without the engine, as somebody else would.
    pub fn ask(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: company\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{text}");
        serde_json::from_str(body).unwrap()
    }

    pub fn fault(&self, operation: &str, fault: &str) {
        let one = json!({"operation": operation, "fault": fault, "times": 1, "delay_ms": 600_000, "retry_after_s": 7});
        self.ask(TOKEN, "PUT", "/panel/faults", Some(&json!({"faults": [one]})));
    }

    pub fn log(&self) -> Vec<Value> {
        let mut log = self.ask(TOKEN, "GET", "/panel/log", None);
        serde_json::from_value(log["entries"].take()).unwrap()
    }

    /// How many requests did something to a record.
    pub fn applied(&self) -> usize {
        let changed = |entry: &&Value| entry["applied"].as_array().is_some_and(|done| !done.is_empty());
        self.log().iter().filter(changed).count()
    }

    /// The records of a kind with this value.
    pub fn having(&self, kind: &str, field: &str, value: &Value) -> Vec<Value> {
        let state = self.ask(TOKEN, "GET", "/panel/state", None);
        let all = state[kind].as_array().unwrap().iter();
        all.filter(|record| record[field] == *value).cloned().collect()
    }

    pub fn wait_until(&self, so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !so(self) {
            assert!(started.elapsed() < Duration::from_secs(60), "it never came");
            std::thread::yield_now();
        }
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A connection to a company, with everything around it.
pub struct Desk {
    pub company: Company,
    pub connection: Connection,
    pub clock: Arc<HandClock>,
}

impl Desk {
    pub fn open() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        let company = Company::start();
        let output = company.ask(TOKEN, "GET", "/openapi.json", None).to_string();
        let base = format!("http://{}", company.address);
        let (connection, _, clock) = connected(&base, &[&base], &output, limits);
        Self {
            company,
            connection,
            clock,
        }
    }

    /// Previews a proposal; the arguments are the person's own.
    pub async fn preview(&self, operation: &str, arguments: Value) -> Preview {
        let effect = effect(&self.connection, operation, arguments);
        self.connection.preview(&effect).await.unwrap()
    }

    /// Carries out what was previewed, with the approval that it needs.
    pub async fn perform(&self, preview: &Preview) -> Outcome {
        perform(&self.connection, preview, KEY).await
    }
}

/// A connection to a system at `base` that may reach `hosts`, all on this machine.
pub fn connected(
    base: &str,
    hosts: &[&str],
    description: &str,
    limits: Limits,
) -> (Connection, Arc<KeptContacts>, Arc<HandClock>) {
    let (contacts, clock) = (Arc::new(KeptContacts::default()), Arc::new(HandClock::default()));
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: contacts.clone(),
        clock: clock.clone(),
        redactor: Default::default(),
    };
    let declared = hosts
        .iter()
        .map(|host| (system(), Host::parse(host, Reach::ThisMachine).unwrap()));
    let egress = Egress::open(declared, limits, around).unwrap();
    let connection = connection(base, description, Arc::new(egress), TOKEN);
    (connection, contacts, clock)
}

pub fn connection(base: &str, description: &str, egress: Arc<Egress>, token: &str) -> Connection {
    connection_by(
        base,
        description,
        egress,
        Arc::new(OneCredential(Secret::new(token))),
    )
}

/// With credentials of its own, to a host on this machine.
pub fn connected_by(base: &str, description: &str, credentials: Arc<dyn Credentials>) -> Connection {
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let host = Host::parse(base, Reach::ThisMachine).unwrap();
    let egress = Egress::open([(system(), host)], Limits::default(), around).unwrap();
    connection_by(base, description, Arc::new(egress), credentials)
}

fn connection_by(
    base: &str,
    description: &str,
    egress: Arc<Egress>,
    credentials: Arc<dyn Credentials>,
) -> Connection {
    Connection::new(Setup {
        system: system(),
        base: Url::parse(base).unwrap(),
        account: Account {
            address: INES.to_owned(),
            name: "Ines Okafor".to_owned(),
        },
        description: Description::read(&system(), description).unwrap(),
        egress,
        sign_in: integration::SignIn::Bearer,
        headers: Vec::new(),
        credentials,
    })
}

pub fn system() -> SystemId {
    "demo-company".parse().unwrap()
}

pub fn values(arguments: Value) -> BTreeMap<String, Value> {
    serde_json::from_value(arguments).unwrap()
}

pub fn effect(connection: &Connection, operation: &str, arguments: Value) -> Effect {
    let described = connection.description().operation(operation).unwrap();
    let argument = |(name, value)| {
        (
            name,
            Argument {
                value,
                origin: Origin::User,
            },
        )
    };
    Effect {
        system: system(),
        operation: operation.to_owned(),
        definition: described.operation.definition.clone(),
        target: None,
        arguments: values(arguments).into_iter().map(argument).collect(),
    }
}

pub async fn perform(connection: &Connection, preview: &Preview, key: &str) -> Outcome {
    let authorized = authorized(connection, &preview.effect);
    let dispatch = Dispatch {
        key,
        request_hash: &preview.request_hash,
        confidentiality: Confidentiality::Internal,
    };
    connection.perform(&authorized, dispatch).await
}

/// An authorisation as a person gives it who approves everything.
pub fn authorized(connection: &Connection, effect: &Effect) -> Authorized<Effect> {
    static POLICIES: LazyLock<Policies> = LazyLock::new(|| Policies::shipped().unwrap());
    let operation = &connection
        .description()
        .operation(&effect.operation)
        .unwrap()
        .operation;
    let situation = Situation {
        proposer: Proposer::Person,
        account: INES.to_owned(),
        chosen_account: INES.to_owned(),
        pinned: Some(effect.definition.clone()),
        count: 1,
        organisation: ["northwind-robotics.com".to_owned()].into(),
        context: Taint::user(),
        stopped: false,
        quarantined: false,
    };
    let facts = Facts::of(effect, operation, &situation);
    let verdict = POLICIES.judge(&facts);
    let give = |warrant| authorize(&POLICIES, effect, operation, &situation, warrant, 2).unwrap();
    if verdict.decision == Decision::Allow {
        return give(Warrant::Rules);
    }
    let line = Line::new(effect, INES, &facts, &verdict).unwrap();
    let word = line.word.clone();
    let needs_second = line.needs.contains(&Obligation::SecondSignature);
    let card = Card::new(vec![line], POLICIES.digest(), 0, 1_000).unwrap();
    let shown = card.digest(&[Choice::Approve]).unwrap();
    let hand = Hand {
        by: INES,
        word: Some(&word),
    };
    let key = SealKey(&[7; 32]);
    let binding = Binding {
        name: "a-1".to_owned(),
        actions: &[ActionId(1)],
        key,
    };
    let mut approval = card.approve(&[Choice::Approve], shown, hand, binding, 1).unwrap();
    if needs_second {
        approval = approval
            .countersigned("kari.holm@northwind-robotics.com", key)
            .unwrap();
    }
    give(Warrant::Approval {
        approval: &approval,
        action: ActionId(1),
        key,
        used: false,
    })
}
