//! The connected systems: which there are, and the way to each, made when it is first asked for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::{Confidentiality, Labels, Operation, Role, SystemId};
use experience::commands::{
    AgainRequest, Called, ConnectRequest, ConnectorView, HostView, OperationView, ParameterView, RecordPlace,
    RecordView, ServerOffer, ServerRequest, SignInBegun, SignInState, Synced, SystemView,
};
use experience::{Connections, Failure};
use governance::SecretStore;
use integration::description::Description;
use integration::egress::{
    Contact, Egress, EgressLog, Ended, Host, Limits, Purpose, Reach, Surroundings, SystemNames,
};
use integration::manifest::Manifest;
use integration::oauth::{Provider, SignedIn, Standing};
use integration::{Account, Cap, Clock, Connection, Credentials, Redactor, Secret, Url};
use orchestration::governed::{Governed, Stop, System, Systems};
use orchestration::journal::State;
use serde_json::{Map, Value, json};
use storage::{Ledger, Note, SystemRow};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::connect::{self, InHand, InKeyring, Setup};
use crate::playground::Playground;
use crate::servers;
use crate::shelf::failure;
use crate::signing::Waits;
use crate::syncing::Syncing;
use crate::vault::Vault;
use crate::{Home, Parts};

/// Name of the connection to the demo company.
const DEMO: &str = "demo-company";
/// How it is reached.
const DEMO_KIND: &str = "demo";
/// How a system is reached that a person connected by a manifest.
const MANIFEST_KIND: &str = "manifest";
/// How a server of the Model Context Protocol is reached.
const MCP_KIND: &str = "mcp";
/// What people call it.
const DEMO_TITLE: &str = "Demo company";
/// Whose account it has.
const INES: (&str, &str) = ("ines.okafor@northwind-robotics.com", "Ines Okafor");
/// The setting that holds the emergency switch.
pub const STOPPED: &str = "stopped";
/// The setting that holds the port of the demo company.
const PORT: &str = "demo_port";
/// The kind of audit rows about systems and the emergency switch.
const SYSTEM: &str = "system";
/// How long what is being sent is waited for when a system is forgotten.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many contacts wait to be written down; more are counted by those who made them waiting.
const CONTACTS: usize = 1_024;

/// The ways to the connected systems.
pub struct Connected {
    home: Home,
    ledger: Ledger,
    redactor: Redactor,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn SecretStore>,
    log: Arc<Ledgered>,
    open: Mutex<BTreeMap<SystemId, Open>>,
    /// The sign-ins at providers, each once: what is under way in one is waited for by all.
    signed: Mutex<BTreeMap<SystemId, SignedIn>>,
}

/// A way that was made.
struct Open {
    connection: Arc<Connection>,
    /// Ends with it.
    _playground: Option<Playground>,
}

impl Connected {
    /// No way is made yet.
    pub fn new(
        home: Home,
        ledger: Ledger,
        redactor: Redactor,
        clock: Arc<dyn Clock>,
        secrets: Arc<dyn SecretStore>,
    ) -> Self {
        Self {
            home,
            log: Arc::new(Ledgered::start(ledger.clone())),
            ledger,
            redactor,
            clock,
            secrets,
            open: Mutex::default(),
            signed: Mutex::default(),
        }
    }

    /// What time it is.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.wall()
    }

    /// The way out to the provider of a system's sign-ins, and to nobody else.
    pub(crate) fn way_to_provider(
        &self,
        id: &SystemId,
        setup: &Setup,
        provider: &Provider,
    ) -> Result<Egress, Failure> {
        let hosts = [
            Some(&provider.token),
            provider.device.as_ref(),
            provider.revoke.as_ref(),
        ];
        let hosts: Vec<Url> = hosts.into_iter().flatten().cloned().collect();
        setup.way_to_provider(id, &hosts, self.surroundings())
    }

    /// The sign-in of a system, where one signs in at a provider.
    pub(crate) async fn signed(&self, id: &SystemId, setup: &Setup) -> Result<Option<SignedIn>, Failure> {
        let Some(oauth) = setup.oauth() else {
            return Ok(None);
        };
        let mut signed = self.signed.lock().await;
        if let Some(signed) = signed.get(id) {
            return Ok(Some(signed.clone()));
        }
        let egress = Arc::new(self.way_to_provider(id, setup, &oauth.provider)?);
        let vault = Arc::new(Vault::new(self.secrets.clone(), self.home.sign_ins(), id.clone()));
        let (provider, program) = (oauth.provider.clone(), oauth.program.clone());
        let new = SignedIn::new(id.clone(), provider, program, egress, self.clock.clone(), vault);
        signed.insert(id.clone(), new.clone());
        Ok(Some(new))
    }

    /// The next sign-in of this name is another one.
    pub(crate) async fn forget_signed(&self, id: &SystemId) {
        self.signed.lock().await.remove(id);
    }

    /// What every way out needs from outside.
    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            names: Arc::new(SystemNames),
            log: self.log.clone(),
            clock: self.clock.clone(),
            redactor: self.redactor.clone(),
        }
    }

    /// Ends the ways, and writes down what is left to be written.
    pub async fn close(&self) {
        self.open.lock().await.clear();
        // New tokens that a provider just gave are kept before the program ends.
        let signed = std::mem::take(&mut *self.signed.lock().await);
        for signed in signed.values() {
            signed.rest().await;
        }
        self.log.flush().await;
    }

    pub(crate) async fn row(&self, id: &SystemId) -> Result<SystemRow, Stop> {
        let rows = self.ledger.systems().await;
        let rows = rows.map_err(|error| Stop::Unreached(failure(&error).message))?;
        rows.into_iter()
            .find(|row| row.id == id.as_str())
            .ok_or_else(|| Stop::NoSystem(id.to_string()))
    }

    /// The way to a system. The demo company is started for it.
    async fn way(&self, id: &SystemId, row: &SystemRow) -> Result<Arc<Connection>, Stop> {
        let mut open = self.open.lock().await;
        if let Some(open) = open.get(id) {
            return Ok(open.connection.clone());
        }
        let made = match row.kind.as_str() {
            DEMO_KIND => self.make(id, &row.account, &row.person).await?,
            MCP_KIND => self.serve(id, row).await?,
            _ => Open {
                connection: Arc::new(self.connect(id, row).await?),
                _playground: None,
            },
        };
        let connection = made.connection.clone();
        open.insert(id.clone(), made);
        Ok(connection)
    }

    /// The way to a system, and what people call it.
    pub(crate) async fn named(&self, id: &SystemId) -> Result<(Arc<Connection>, String), Failure> {
        let row = self.row(id).await?;
        Ok((self.way(id, &row).await?, row.title))
    }

    /// The way to a server of the Model Context Protocol, which is asked what it offers.
    async fn serve(&self, id: &SystemId, row: &SystemRow) -> Result<Open, Stop> {
        let setup: Result<servers::Setup, _> = serde_json::from_str(&row.setup);
        let setup = setup.map_err(|error| {
            Stop::Unreached(format!(
                "How `{id}` is reached can't be read: {error}. Connect it again."
            ))
        })?;
        let account = Account {
            address: row.account.clone(),
            name: row.person.clone(),
        };
        let credentials = Arc::new(InKeyring::new(self.secrets.clone()));
        let (folder, around) = (self.home.servers().join(id.as_str()), self.surroundings());
        let asked = setup.ask(id, folder, credentials.clone(), &around).await;
        let made = asked.and_then(|asked| setup.connection(id, account, &asked, credentials, &around));
        Ok(Open {
            connection: Arc::new(made.map_err(|failure| Stop::Unreached(failure.message))?),
            _playground: None,
        })
    }

    /// The way to a system that a person connected.
    async fn connect(&self, id: &SystemId, row: &SystemRow) -> Result<Connection, Stop> {
        let unreached = |failure: Failure| Stop::Unreached(failure.message);
        let setup = Setup::kept(row).map_err(unreached)?;
        let account = Account {
            address: row.account.clone(),
            name: row.person.clone(),
        };
        let credentials: Arc<dyn Credentials> = match self.signed(id, &setup).await.map_err(unreached)? {
            Some(signed) => Arc::new(signed),
            None => Arc::new(InKeyring::new(self.secrets.clone())),
        };
        let made = setup.connection(id, account, credentials, self.surroundings());
        made.map_err(unreached)
    }

    /// The demo company at the port that it had before: a card is about a request to a certain address, and would be void
    /// if it moved.
    async fn playground(&self, program: &Path) -> Result<Playground, String> {
        let records = self.home.playground();
        let kept = self
            .ledger
            .setting(PORT)
            .await
            .map_err(|error| error.to_string())?;
        let kept = kept.and_then(|port| port.parse::<u16>().ok());
        if let Some(port) = kept
            && let Ok(playground) = Playground::start(program, &records, port).await
        {
            return Ok(playground);
        }
        let playground = Playground::start(program, &records, 0).await?;
        if let Some(port) = playground.base.port() {
            let kept = self.ledger.set_setting(PORT, &port.to_string()).await;
            kept.map_err(|error| error.to_string())?;
        }
        Ok(playground)
    }

    async fn make(&self, id: &SystemId, account: &str, person: &str) -> Result<Open, Stop> {
        let cannot = |why: String| Stop::Unreached(format!("The demo company can't be started: {why}."));
        let program = Parts::find().company;
        let program =
            program.ok_or_else(|| cannot("its program `company` is missing beside `attache`".to_owned()))?;
        let playground = self.playground(&program).await.map_err(cannot)?;
        self.redactor
            .know(&playground.token)
            .map_err(|error| cannot(error.to_string()))?;
        let host = Host::parse(playground.base.as_str(), Reach::ThisMachine);
        let host = host.map_err(|error| cannot(error.to_string()))?;
        let egress = Egress::open([(id.clone(), host)], Limits::default(), self.surroundings());
        let egress = Arc::new(egress.map_err(|error| cannot(error.to_string()))?);
        let place = playground.base.join("openapi.json");
        let place = place.map_err(|error| cannot(error.to_string()))?;
        let text = integration::describe(&egress, id, &place).await?;
        let description = Description::read(id, &text).map_err(|error| cannot(error.to_string()))?;
        let connection = Connection::new(integration::Setup {
            system: id.clone(),
            base: playground.base.clone(),
            account: Account {
                address: account.to_owned(),
                name: person.to_owned(),
            },
            description,
            egress,
            sign_in: integration::SignIn::Bearer,
            headers: Vec::new(),
            credentials: Arc::new(OfPlayground(playground.token.clone())),
        });
        Ok(Open {
            connection: Arc::new(connection),
            _playground: Some(playground),
        })
    }
}

#[async_trait]
impl Systems for Connected {
    async fn system(&self, id: &SystemId) -> Result<System, Stop> {
        let row = self.row(id).await?;
        let connection = self.way(id, &row).await?;
        let pins = serde_json::from_str(&row.pins);
        Ok(System {
            connection,
            // What was pinned can't be read: nothing is pinned, and so nothing is done.
            pins: pins.unwrap_or_default(),
            chosen_account: row.account,
            title: row.title,
            quarantined: row.quarantined,
        })
    }
}

/// The token of this start of the demo company.
struct OfPlayground(Secret);

#[async_trait]
impl Credentials for OfPlayground {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        Ok(self.0.clone())
    }
}

/// Contacts, written to the ledger one after the other by a task of its own.
struct Ledgered(mpsc::Sender<ToWrite>);

enum ToWrite {
    Contact(Contact),
    /// Tells when everything before it is written.
    Flush(oneshot::Sender<()>),
}

impl Ledgered {
    fn start(ledger: Ledger) -> Self {
        let (sender, mut contacts) = mpsc::channel::<ToWrite>(CONTACTS);
        tokio::spawn(async move {
            while let Some(next) = contacts.recv().await {
                let contact = match next {
                    ToWrite::Contact(contact) => contact,
                    ToWrite::Flush(done) => {
                        // Whoever waited may have gone.
                        let _ = done.send(());
                        continue;
                    }
                };
                let purpose = match contact.purpose {
                    Purpose::Describe => "describe",
                    Purpose::Read => "read",
                    Purpose::Write => "write",
                    Purpose::Check => "check",
                    Purpose::Anchor => "audit anchor",
                    Purpose::SignIn => "sign in",
                };
                let row = storage::Contact {
                    host: &contact.host,
                    system: contact.system.as_str(),
                    purpose,
                    sent: contact.bytes_out,
                    received: contact.bytes_in,
                    refused: contact.ended == Ended::Refused,
                    at: contact.at,
                };
                if let Err(error) = ledger.add_contact(row).await {
                    tracing::warn!(%error, host = contact.host, "a contact could not be written down");
                }
            }
        });
        Self(sender)
    }

    async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(ToWrite::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }
}

impl EgressLog for Ledgered {
    fn contacted(&self, contact: Contact) {
        if self.0.try_send(ToWrite::Contact(contact)).is_err() {
            tracing::warn!("a contact was not written down: too many at once, or Attaché is closing");
        }
    }
}

/// What faces do with systems.
pub struct Desk {
    /// Copies of their records.
    pub syncing: Arc<Syncing>,
    /// The ways.
    pub connected: Arc<Connected>,
    /// The governed path over them.
    pub governed: Arc<Governed>,
    /// Where they are kept.
    pub ledger: Ledger,
    /// Where the playground's records are.
    pub home: Home,
    /// Sign-ins that wait for a person.
    pub waits: Waits,
}

impl Desk {
    pub(crate) async fn view(&self, row: SystemRow) -> SystemView {
        let id: Result<SystemId, _> = row.id.parse();
        let (mut trouble, mut operations, mut sync) = (None, Vec::new(), Vec::new());
        let mut sign_in = None;
        if let (Ok(id), MANIFEST_KIND) = (&id, row.kind.as_str()) {
            match self.standing(id, &row).await {
                Ok(standing) => sign_in = standing,
                Err(why) => trouble = Some(why),
            }
        }
        match id {
            Err(error) => trouble = Some(error.to_string()),
            Ok(id) => match self.connected.way(&id, &row).await {
                Err(stop) => {
                    trouble = Some(stop.to_string());
                    // Why these can't be told is less than why nothing can.
                    sync = self.syncing.view_unreached(&id).await.unwrap_or_default();
                }
                Ok(connection) => {
                    let pins: BTreeMap<String, String> = serde_json::from_str(&row.pins).unwrap_or_default();
                    let all = connection.description().operations();
                    operations = all
                        .map(|described| operation(&described.operation, &pins))
                        .collect();
                    match self.syncing.view(&id, &connection).await {
                        Ok(views) => sync = views,
                        Err(failure) => trouble = Some(failure.message),
                    }
                }
            },
        }
        SystemView {
            demo: row.kind == DEMO_KIND,
            link: link_of(&row),
            id: row.id,
            title: row.title,
            account: row.account,
            person: row.person,
            quarantined: row.quarantined,
            trouble,
            sign_in,
            added: row.added,
            operations,
            sync,
        }
    }

    /// How the sign-in of a system stands, where it is one at a provider; why that can't be told.
    async fn standing(&self, id: &SystemId, row: &SystemRow) -> Result<Option<SignInState>, String> {
        let setup = Setup::kept(row).map_err(|failure| failure.message)?;
        let signed = self
            .connected
            .signed(id, &setup)
            .await
            .map_err(|failure| failure.message)?;
        let Some(signed) = signed else {
            return Ok(None);
        };
        let told = |why: String| format!("What is kept of the sign-in can't be read: {why}.");
        Ok(Some(match signed.standing().await.map_err(told)? {
            Standing::Out => SignInState {
                holds: false,
                until: None,
                renewed: false,
                scopes: Vec::new(),
            },
            Standing::In {
                until,
                renewed,
                scopes,
            } => SignInState {
                holds: true,
                until,
                renewed,
                scopes,
            },
        }))
    }

    /// What a person gave to connect a system that is not connected yet, as far as it makes sense.
    pub(crate) async fn fresh(
        &self,
        request: &ConnectRequest,
    ) -> Result<(Setup, Manifest, SystemId, Account), Failure> {
        let (setup, manifest) = Setup::of(request)?;
        let name = request.name.as_deref().unwrap_or(&manifest.name);
        let id: SystemId = name
            .parse()
            .map_err(|error| Failure::user(format!("{error}."), "Give the connection another name."))?;
        let rows = self.ledger.systems().await.map_err(|error| failure(&error))?;
        if rows.iter().any(|row| row.id == id.as_str()) {
            return Err(Failure::user(
                format!("There is a connection `{id}` already."),
                "Forget that one first, or give this one another name.",
            ));
        }
        let account = Account {
            address: request.account.trim().to_owned(),
            name: request.account.trim().to_owned(),
        };
        if account.address.is_empty() {
            return Err(Failure::user(
                "The account is missing.",
                "Say by which name or mail address you are known there.",
            ));
        }
        Ok((setup, manifest, id, account))
    }

    /// Adds a system to which a sign-in was tried.
    pub(crate) async fn add(
        &self,
        id: &SystemId,
        account: &Account,
        request: &ConnectRequest,
        setup: &Setup,
        manifest: &Manifest,
        tried: &Connection,
    ) -> Result<SystemView, Failure> {
        let json = |error: serde_json::Error| Failure::environment(format!("{error}."), "Try again.");
        let row = SystemRow {
            id: id.to_string(),
            kind: MANIFEST_KIND.to_owned(),
            title: request.title.clone().unwrap_or_else(|| manifest.title.clone()),
            account: account.address.clone(),
            person: account.name.clone(),
            pins: serde_json::to_string(&tried.description().pins()).map_err(json)?,
            quarantined: false,
            added: now(),
            setup: serde_json::to_string(setup).map_err(json)?,
        };
        let added = self
            .ledger
            .add_system(&row, self.note("connected", Some(id)))
            .await;
        match added {
            Ok(true) => Ok(self.view(row).await),
            Ok(false) => Err(Failure::user(
                format!("There is a connection `{id}` already."),
                "Look at it first.",
            )),
            Err(error) => Err(failure(&error)),
        }
    }

    /// Asks a server that is not connected yet what it offers, with the secret in hand.
    async fn asked(
        &self,
        request: &ServerRequest,
    ) -> Result<(SystemId, servers::Setup, Option<Secret>, servers::Asked), Failure> {
        let id: Result<SystemId, _> = request.name.parse();
        let id =
            id.map_err(|error| Failure::user(format!("{error}."), "Give the connection another name."))?;
        let rows = self.ledger.systems().await.map_err(|error| failure(&error))?;
        if rows.iter().any(|row| row.id == id.as_str()) {
            return Err(Failure::user(
                format!("There is a connection `{id}` already."),
                "Forget that one first, or give this one another name.",
            ));
        }
        let setup = servers::Setup::of(request, self.home.path())?;
        let secret = request.secret.as_deref().map(|secret| Secret::new(secret.trim()));
        if let Some(secret) = &secret {
            self.connected.redactor.know(secret).map_err(|error| {
                Failure::user(
                    error.to_string(),
                    "Give the whole secret, as the system shows it.",
                )
            })?;
        }
        let hand = Arc::new(InHand(
            secret.clone().unwrap_or_else(|| Secret::new(String::new())),
        ));
        let (folder, around) = (
            self.home.servers().join(id.as_str()),
            self.connected.surroundings(),
        );
        let asked = setup.ask(&id, folder, hand, &around).await?;
        Ok((id, setup, secret, asked))
    }

    /// Waits until nothing is being sent to a system, but not for long: what takes longer is broken off.
    async fn rest(&self, system: &SystemId) -> Result<(), Failure> {
        let mut changes = self.governed.changes.subscribe();
        let all_at_rest = async {
            loop {
                let open = self.governed.book.open().await.map_err(Stop::from)?;
                let sending = |action: &orchestration::governed::Action| {
                    action.effect.system == *system && matches!(action.entry.state, State::Dispatching { .. })
                };
                if !open.iter().any(sending) || changes.changed().await.is_err() {
                    return Ok::<(), Failure>(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, all_at_rest)
            .await
            .unwrap_or(Ok(()))
    }

    pub(crate) fn note(&self, event: &str, system: Option<&SystemId>) -> Note {
        let mut details = Map::new();
        details.insert("event".to_owned(), event.into());
        if let Some(system) = system {
            details.insert("system".to_owned(), system.as_str().into());
        }
        Note {
            at: now(),
            kind: SYSTEM,
            details,
        }
    }
}

/// Where the system is, for people.
fn link_of(row: &SystemRow) -> Option<String> {
    if row.kind == MCP_KIND {
        let setup: servers::Setup = serde_json::from_str(&row.setup).ok()?;
        return Some(setup.words());
    }
    let setup: Setup = serde_json::from_str(&row.setup).ok()?;
    Some(setup.base().to_owned())
}

fn operation(operation: &Operation, pins: &BTreeMap<String, String>) -> OperationView {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    OperationView {
        name: operation.name.clone(),
        summary: operation.summary.clone(),
        side_effect: word(json!(operation.side_effect)),
        undo: operation.undo.map(Into::into),
        changed: pins.get(&operation.name) != Some(&operation.definition),
        parameters: (operation.parameters.iter())
            .map(|(name, parameter)| ParameterView {
                name: name.clone(),
                label: experience::actions::label(name),
                required: parameter.required,
                role: word(json!(parameter.role)),
                form: form(&parameter.schema),
            })
            .collect(),
    }
}

/// What a value may be, in words.
fn form(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    let kinds = kinds(schema);
    let format = schema.get("format").and_then(Value::as_str);
    let first = kinds
        .iter()
        .find(|kind| kind.as_str() != "null")
        .map(String::as_str);
    match (first, format) {
        (Some("string"), Some("date")) => "day, as 2026-09-24",
        (Some("string"), Some("date-time")) => "day and time",
        (Some("string"), _) => "text",
        (Some("integer"), _) => "whole number",
        (Some("number"), _) => "number",
        (Some("boolean"), _) => "true or false",
        (Some("array"), _) => "list",
        _ => "value",
    }
    .to_owned()
}

/// The types that a schema names.
fn kinds(schema: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match schema.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(text).collect(),
        _ => {
            let parts = ["anyOf", "oneOf"]
                .iter()
                .filter_map(|key| schema.get(*key)?.as_array());
            parts.flatten().flat_map(kinds).collect()
        }
    }
}

#[async_trait]
impl Connections for Desk {
    async fn list(&self) -> Result<Vec<SystemView>, Failure> {
        let mut views = Vec::new();
        for row in self.ledger.systems().await.map_err(|error| failure(&error))? {
            views.push(self.view(row).await);
        }
        Ok(views)
    }

    async fn connect_demo(&self) -> Result<SystemView, Failure> {
        let id: SystemId = DEMO
            .parse()
            .map_err(|error| Failure::environment(format!("{error}."), ""))?;
        let known = |rows: Vec<SystemRow>| rows.into_iter().find(|row| row.id == DEMO);
        let rows = self.ledger.systems().await.map_err(|error| failure(&error))?;
        if known(rows).is_none() {
            let made = self.connected.make(&id, INES.0, INES.1).await?;
            let pins = serde_json::to_string(&made.connection.description().pins());
            let row = SystemRow {
                id: DEMO.to_owned(),
                kind: DEMO_KIND.to_owned(),
                title: DEMO_TITLE.to_owned(),
                account: INES.0.to_owned(),
                person: INES.1.to_owned(),
                pins: pins.map_err(|error| Failure::environment(format!("{error}."), ""))?,
                quarantined: false,
                added: now(),
                setup: "{}".to_owned(),
            };
            let added = self
                .ledger
                .add_system(&row, self.note("connected", Some(&id)))
                .await;
            added.map_err(|error| failure(&error))?;
            self.connected.open.lock().await.insert(id, made);
        }
        let rows = self.ledger.systems().await.map_err(|error| failure(&error))?;
        match known(rows) {
            Some(row) => Ok(self.view(row).await),
            None => Err(Failure::environment(
                "The demo company was left at this moment.",
                "Try again.",
            )),
        }
    }

    async fn connectors(&self) -> Result<Vec<ConnectorView>, Failure> {
        Ok(connect::connectors())
    }

    async fn connect(&self, request: ConnectRequest) -> Result<SystemView, Failure> {
        let (setup, manifest, id, account) = self.fresh(&request).await?;
        match setup.place(&manifest)? {
            None => {}
            Some(place) if place.provider.itself => return self.connect_itself(request).await,
            Some(_) => {
                return Err(Failure::user(
                    format!("One signs in to {} at its provider.", manifest.title),
                    "Choose the way `oauth`: `attache connect … --way oauth --client-id ID`.",
                ));
            }
        }
        let secret = Secret::new(request.secret.trim());
        if setup.wants_secret() {
            self.connected.redactor.know(&secret).map_err(|error| {
                Failure::user(
                    error.to_string(),
                    "Give the whole secret, as the system shows it.",
                )
            })?;
        }
        let hand = Arc::new(InHand(secret.clone()));
        let tried = setup.connection(&id, account.clone(), hand, self.connected.surroundings())?;
        connect::try_out(&tried, &manifest.check).await?;
        if setup.wants_secret() {
            connect::keep(&*self.connected.secrets, &id, &secret).await?;
        }
        let added = self.add(&id, &account, &request, &setup, &manifest, &tried).await;
        if added.is_err() {
            // What was not connected leaves nothing behind.
            connect::forget(&*self.connected.secrets, &id).await?;
        }
        added
    }

    async fn sign_in(&self, request: ConnectRequest) -> Result<SignInBegun, Failure> {
        self.begin_new(request).await
    }

    async fn sign_in_again(&self, request: AgainRequest) -> Result<SignInBegun, Failure> {
        self.begin_again(request).await
    }

    async fn signed_in(&self, handle: &str) -> Result<SystemView, Failure> {
        self.finish(handle).await
    }

    async fn sign_in_cancel(&self, handle: &str) -> bool {
        self.give_up(handle).await
    }

    async fn server_offer(&self, request: ServerRequest) -> Result<ServerOffer, Failure> {
        let (id, setup, _, asked) = self.asked(&request).await?;
        tracing::debug!(system = %id, "a server said what it offers");
        setup.offer(&asked.listed)
    }

    async fn connect_server(&self, request: ServerRequest) -> Result<SystemView, Failure> {
        let (id, setup, secret, asked) = self.asked(&request).await?;
        let offer = setup.offer(&asked.listed)?;
        if request.seen.as_deref() != Some(offer.seen.as_str()) {
            return Err(Failure::user(
                "The server offers something else now than what you were shown, so it was not connected.",
                "Look at what it offers, and decide again.",
            ));
        }
        let account = setup.account();
        let credentials = Arc::new(InKeyring::new(self.connected.secrets.clone()));
        let around = self.connected.surroundings();
        let made = setup.connection(&id, account.clone(), &asked, credentials, &around)?;
        let json = |error: serde_json::Error| Failure::environment(format!("{error}."), "Try again.");
        let named = Some(offer.server).filter(|name| !name.is_empty());
        let row = SystemRow {
            id: id.to_string(),
            kind: MCP_KIND.to_owned(),
            title: request.title.or(named).unwrap_or_else(|| id.to_string()),
            account: account.address,
            person: account.name,
            pins: serde_json::to_string(&made.description().pins()).map_err(json)?,
            quarantined: false,
            added: now(),
            setup: serde_json::to_string(&setup).map_err(json)?,
        };
        if let Some(secret) = &secret {
            connect::keep(&*self.connected.secrets, &id, secret).await?;
        }
        let added = self
            .ledger
            .add_system(&row, self.note("connected", Some(&id)))
            .await;
        if let Ok(true) = added {
            return Ok(self.view(row).await);
        }
        connect::forget(&*self.connected.secrets, &id).await?;
        Err(match added {
            Err(error) => failure(&error),
            _ => Failure::user(
                format!("There is a connection `{id}` already."),
                "Look at it first.",
            ),
        })
    }

    async fn try_out(&self, system: &SystemId) -> Result<(), Failure> {
        let row = self.connected.row(system).await?;
        let connection = self.connected.way(system, &row).await?;
        // The playground and a server answered when the way to it was made.
        if [DEMO_KIND, MCP_KIND].contains(&row.kind.as_str()) {
            return Ok(());
        }
        connect::try_out(&connection, &Setup::kept(&row)?.manifest()?.check).await
    }

    async fn choose_sync(
        &self,
        system: &SystemId,
        kinds: Vec<String>,
        labels: Option<Labels>,
    ) -> Result<(), Failure> {
        // What is no longer wanted is deleted, also while the system can't be reached.
        if kinds.is_empty() {
            return self.syncing.forget(system).await;
        }
        let (connection, title) = self.connected.named(system).await?;
        self.syncing
            .choose((system, &title), &connection, kinds, labels)
            .await
    }

    async fn sync_now(&self, system: &SystemId) -> Result<(), Failure> {
        self.connected.row(system).await?;
        self.syncing.hurry();
        Ok(())
    }

    async fn sync_all(&self, everything: bool) -> Result<Vec<Synced>, Failure> {
        self.syncing.run(everything, &CancellationToken::new()).await
    }

    fn syncing(&self) -> Option<String> {
        self.syncing.now()
    }

    async fn record_place(&self, system: &SystemId, file: &str) -> Option<RecordPlace> {
        self.syncing.record_place(system, file).await
    }

    async fn call(
        &self,
        system: &SystemId,
        operation: &str,
        arguments: BTreeMap<String, Value>,
        most: usize,
    ) -> Result<Called, Failure> {
        let arguments = self.typed(system, operation, arguments).await?;
        let System { connection, pins, .. } = self.connected.system(system).await?;
        let described = connection.description().operation(operation);
        if let Some(described) = described
            && pins.get(operation) != Some(&described.operation.definition)
        {
            return Err(Failure::user(
                format!(
                    "`{system}` describes `{operation}` differently now than when it was connected, so it is not asked."
                ),
                "Look at it, and connect it again if that is right.",
            ));
        }
        let cap = Cap {
            records: most,
            ..Cap::default()
        };
        let found = connection
            .read(operation, &arguments, Confidentiality::Internal, cap)
            .await;
        let found = found.map_err(|trouble| Failure::from(Stop::from(trouble)))?;
        let shown = |record: integration::Record| RecordView {
            title: record.title().map(str::to_owned),
            kind: record.kind,
            id: record.id,
            version: record.version,
            fields: record.fields,
        };
        Ok(Called {
            records: found.records.into_iter().map(shown).collect(),
            more: found.more,
        })
    }

    async fn disconnect(&self, system: &SystemId) -> Result<Option<String>, Failure> {
        let row = self.connected.row(system).await?;
        let demo = row.kind == DEMO_KIND;
        self.rest(system).await?;
        self.syncing.forget(system).await?;
        // Its process ends first, so that nothing is under way when its records go.
        self.connected.open.lock().await.remove(system);
        self.connected.log.flush().await;
        let mut warning = None;
        // A secret that stays while the connection is gone would be nobody's to forget.
        let signed = match (demo, Setup::kept(&row)) {
            (false, Ok(setup)) => self.connected.signed(system, &setup).await.unwrap_or_default(),
            _ => None,
        };
        match signed {
            Some(signed) => warning = self.sign_out(&signed, system).await?,
            None if !demo => connect::forget(&*self.connected.secrets, system).await?,
            None => {}
        }
        let removed =
            self.ledger
                .remove_system(system.as_str(), demo, self.note("disconnected", Some(system)));
        removed.await.map_err(|error| failure(&error))?;
        if demo || row.kind == MCP_KIND {
            let records = match demo {
                true => self.home.playground(),
                false => self.home.servers().join(system.as_str()),
            };
            let gone = tokio::fs::remove_dir_all(&records).await;
            if let Err(error) = gone
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(Failure::environment(
                    format!(
                        "What was left in `{}` can't be deleted: {error}.",
                        records.display()
                    ),
                    "Delete the folder yourself.",
                ));
            }
        }
        Ok(warning)
    }

    async fn set_apart(&self, system: &SystemId, apart: bool) -> Result<(), Failure> {
        let event = if apart { "set apart" } else { "back" };
        let set = self
            .ledger
            .set_quarantined(system.as_str(), apart, self.note(event, Some(system)));
        if set.await.map_err(|error| failure(&error))? {
            Ok(())
        } else {
            Err(Stop::NoSystem(system.to_string()).into())
        }
    }

    async fn set_stopped(&self, stopped: bool) -> Result<(), Failure> {
        // Stopping counts before it is written down, going on only after.
        if stopped {
            self.governed.stop_all(true);
        }
        let event = if stopped { "all stopped" } else { "all goes on" };
        let kept = self.ledger.set_noted(
            STOPPED,
            if stopped { "yes" } else { "no" },
            self.note(event, None),
        );
        kept.await.map_err(|error| failure(&error))?;
        self.governed.stop_all(stopped);
        Ok(())
    }

    async fn hosts(&self) -> Result<Vec<HostView>, Failure> {
        let rows = self.ledger.hosts().await.map_err(|error| failure(&error))?;
        let view = |row: storage::HostRow| HostView {
            host: row.host,
            system: row.system,
            purpose: row.purpose,
            contacts: row.contacts,
            sent: row.sent,
            received: row.received,
            refused: row.refused,
            first: row.first,
            last: row.last,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    async fn typed(
        &self,
        system: &SystemId,
        operation: &str,
        arguments: BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let connection = self.connected.system(system).await?.connection;
        let described = connection.description().operation(operation);
        let Some(described) = described else {
            return Err(Failure::user(
                format!("`{system}` has no operation `{operation}`."),
                "Look at what it offers, under Connections or with `attache system show`.",
            ));
        };
        let read = |(name, value): (String, Value)| {
            let schema = described.operation.parameters.get(&name).map(|own| &own.schema);
            let is_text = schema.is_none_or(|schema| kinds(schema).iter().any(|kind| kind == "string"));
            let target = described
                .operation
                .parameters
                .get(&name)
                .is_some_and(|own| own.role == Role::Target);
            let value = match value {
                Value::String(text) if !is_text && !target => {
                    let list = schema.is_some_and(|schema| kinds(schema).iter().any(|kind| kind == "array"));
                    match serde_json::from_str(&text) {
                        Ok(value) => value,
                        // `a, b` for a list of texts.
                        Err(_) if list => text.split(',').map(|item| Value::from(item.trim())).collect(),
                        Err(_) => Value::String(text),
                    }
                }
                other => other,
            };
            (name, value)
        };
        Ok(arguments.into_iter().map(read).collect())
    }

    fn new_name(&self) -> Result<String, Failure> {
        let mut bytes = [0_u8; 10];
        getrandom::fill(&mut bytes).map_err(|error| {
            Failure::environment(
                format!("This machine has no randomness: {error}."),
                "Start it anew.",
            )
        })?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
