use std::collections::BTreeMap;

use domain::SystemId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Access, BOTH, Cache, Command, Confirm, MAIN, NONE, Nothing, Window};
use crate::actions::UndoView;
use crate::{Copilot, Failure};

/// A connected system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SystemView {
    /// Name of the connection.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// It is the playground: nothing in it is real.
    pub demo: bool,
    /// Where it is; nothing for the playground.
    pub link: Option<String>,
    /// The account through which it is used.
    pub account: String,
    /// Whose it is.
    pub person: String,
    /// It was set apart: everything can be read, nothing is sent.
    pub quarantined: bool,
    /// Why it can't be reached now.
    pub trouble: Option<String>,
    /// When it was connected, in milliseconds since 1970.
    pub added: i64,
    /// What can be asked of it; nothing while it can't be reached.
    pub operations: Vec<OperationView>,
}

/// What can be asked of a system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OperationView {
    /// Its name.
    pub name: String,
    /// What it does.
    pub summary: String,
    /// What it does to the world: `read`, `draft`, `write`, `send`, `destructive`.
    pub side_effect: String,
    /// How it can be taken back.
    pub undo: Option<UndoView>,
    /// Its definition is not the one that was checked when the system was connected; nothing is done with it.
    pub changed: bool,
    /// Its arguments.
    pub parameters: Vec<ParameterView>,
}

/// An argument of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ParameterView {
    /// Its name.
    pub name: String,
    /// Its name in words.
    pub label: String,
    /// Without it, nothing goes.
    pub required: bool,
    /// What it means: `target`, `recipient`, `amount`, `words`, `value`.
    pub role: String,
    /// What it may be, in words: `text`, `whole number`, `one of new, open`.
    pub form: String,
}

/// A host that was contacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HostView {
    /// Scheme, name and port.
    pub host: String,
    /// The connection on whose behalf.
    pub system: String,
    /// What for: `describe`, `read`, `write`, `check`, `audit anchor`.
    pub purpose: String,
    /// How often.
    pub contacts: i64,
    /// Bytes.
    pub sent: i64,
    /// Bytes.
    pub received: i64,
    /// Contacts that were not allowed.
    pub refused: i64,
    /// The first time, in milliseconds since 1970.
    pub first: i64,
    /// The last time, in milliseconds since 1970.
    pub last: i64,
}

/// Lists the connected systems.
pub struct SystemList;

impl Command for SystemList {
    const NAME: &'static str = "system_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = Nothing;
    type Response = Vec<SystemView>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<SystemView>, Failure> {
        copilot.connections.list().await
    }
}

/// A connector: a kind of system that can be connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConnectorView {
    /// Its name.
    pub name: String,
    /// What people call the system.
    pub title: String,
    /// What it is good for.
    pub about: String,
    /// Against what it was run for real, or that it never was.
    pub tried: String,
    /// An address as an example.
    pub base: String,
    /// The ways to sign in, the best first.
    pub sign_in: Vec<SignInView>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInView {
    /// Its name: `bearer`, `header`, `basic`.
    pub way: String,
    /// What people call the secret there, and where they find it.
    pub secret: String,
    /// It wants the name of the user too.
    pub user: bool,
}

/// Lists the connectors that come with Attaché.
pub struct ConnectorList;

impl Command for ConnectorList {
    const NAME: &'static str = "connector_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Vec<ConnectorView>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<ConnectorView>, Failure> {
        copilot.connections.connectors().await
    }
}

/// A system to connect.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ConnectRequest {
    /// Name of the connector, or of the file with its manifest.
    pub connector: String,
    /// The manifest, where it is none of those that come with Attaché.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    pub manifest: Option<String>,
    /// Name of the connection; else that of the connector.
    #[serde(default)]
    pub name: Option<String>,
    /// What people call it; else what the connector calls it.
    #[serde(default)]
    pub title: Option<String>,
    /// Where its paths begin.
    pub address: String,
    /// It is in the company's own network, and may have an address there.
    #[serde(default)]
    pub own_network: bool,
    /// By which name or mail address the person is known there.
    pub account: String,
    /// The way to sign in; else the first.
    #[serde(default)]
    pub way: Option<String>,
    /// The name that the person signs in with, where the way wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// The secret. It goes into the keyring and never comes back.
    pub secret: String,
}

/// Connects a system, after its sign-in was tried.
pub struct SystemConnect;

impl Command for SystemConnect {
    const NAME: &'static str = "system_connect";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ConnectRequest;
    type Response = SystemView;

    fn confirm(request: &ConnectRequest) -> Option<Confirm> {
        let (address, account) = (plain(&request.address, false), plain(&request.account, true));
        Some(Confirm {
            question: format!(
                "Connect to {address} as {account}?\n\nYour secret is sent there. Go on only if you asked for this yourself \
                 and know the address."
            ),
            yes: "Connect".to_owned(),
        })
    }

    async fn run(copilot: &Copilot, request: ConnectRequest) -> Result<SystemView, Failure> {
        copilot.connections.connect(request).await
    }
}

/// Tries whether a system can be reached and the sign-in holds; changes nothing.
pub struct SystemTest;

impl Command for SystemTest {
    const NAME: &'static str = "system_test";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = SystemRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: SystemRequest) -> Result<Nothing, Failure> {
        copilot.connections.try_out(&id(&request.system)?).await?;
        Ok(Nothing {})
    }
}

/// A text of the page in one line, without anything that could make it look like another one: what is not ASCII is shown by
/// its number, but for letters where these may be of any script.
pub(super) fn plain(text: &str, letters: bool) -> String {
    let shown = text.trim().chars().take(120).map(|letter| match letter {
        ' '..='~' => letter.to_string(),
        letter if letters && letter.is_alphabetic() => letter.to_string(),
        letter => format!("<{:x}>", u32::from(letter)),
    });
    let shown: String = shown.collect();
    match text.trim().chars().count() > 120 {
        true => format!("{shown} …"),
        false => shown,
    }
}

/// What to read from a system.
#[derive(Clone, Debug, Deserialize)]
pub struct CallRequest {
    /// Name of the connection.
    pub system: String,
    /// The operation, one that only reads.
    pub operation: String,
    /// Its arguments.
    pub arguments: BTreeMap<String, Value>,
    /// At most so many records.
    pub most: usize,
}

/// What a system showed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Called {
    /// The records, in the system's order.
    pub records: Vec<RecordView>,
    /// There are more.
    pub more: bool,
}

/// A record as a system showed it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordView {
    /// Its kind.
    pub kind: String,
    /// Its id there.
    pub id: String,
    /// What people call it.
    pub title: Option<String>,
    /// Its version, where the system has versions.
    pub version: Option<String>,
    /// Everything it says.
    pub fields: Map<String, Value>,
}

/// Reads from a system, live.
pub struct SystemCall;

impl Command for SystemCall {
    const NAME: &'static str = "system_call";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = CallRequest;
    type Response = Called;

    async fn run(copilot: &Copilot, request: CallRequest) -> Result<Called, Failure> {
        let system = id(&request.system)?;
        let called = copilot
            .connections
            .call(&system, &request.operation, request.arguments, request.most);
        called.await
    }
}

/// Connects the demo company, which runs on this machine.
pub struct DemoConnect;

impl Command for DemoConnect {
    const NAME: &'static str = "demo_connect";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = SystemView;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<SystemView, Failure> {
        copilot.connections.connect_demo().await
    }
}

/// Which system.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SystemRequest {
    /// Name of the connection.
    pub system: String,
}

/// Forgets a system. Of the playground nothing is left: its records, proposals and permissions go too.
pub struct SystemDisconnect;

impl Command for SystemDisconnect {
    const NAME: &'static str = "system_disconnect";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems, Cache::Actions, Cache::Grants];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = SystemRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: SystemRequest) -> Result<Nothing, Failure> {
        copilot.connections.disconnect(&id(&request.system)?).await?;
        Ok(Nothing {})
    }
}

/// Sets a system apart, or back: what is apart can be read, and nothing is sent to it.
pub struct SystemQuarantine;

/// Which, and whether.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuarantineRequest {
    /// Name of the connection.
    pub system: String,
    /// Apart, or back.
    pub on: bool,
}

impl Command for SystemQuarantine {
    const NAME: &'static str = "system_quarantine";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = QuarantineRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: QuarantineRequest) -> Result<Nothing, Failure> {
        copilot
            .connections
            .set_apart(&id(&request.system)?, request.on)
            .await?;
        Ok(Nothing {})
    }
}

/// Turns the emergency switch: while it is on nothing is sent, and everything can be read.
pub struct StopAll;

/// On or off.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StopAllRequest {
    /// On.
    pub on: bool,
}

impl Command for StopAll {
    const NAME: &'static str = "stop_all";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Actions, Cache::Systems];
    const WINDOWS: &'static [Window] = BOTH;
    type Request = StopAllRequest;
    type Response = Standing;

    async fn run(copilot: &Copilot, request: StopAllRequest) -> Result<Standing, Failure> {
        copilot.connections.set_stopped(request.on).await?;
        standing(copilot).await
    }
}

/// How the governed path stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Standing {
    /// The emergency switch is on.
    pub stopped: bool,
    /// So many proposals wait for a person, to decide or to find out.
    pub waiting: usize,
    /// So many are under way.
    pub under_way: usize,
}

/// Says how the governed path stands.
pub struct StandingGet;

impl Command for StandingGet {
    const NAME: &'static str = "standing";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = Nothing;
    type Response = Standing;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Standing, Failure> {
        standing(copilot).await
    }
}

async fn standing(copilot: &Copilot) -> Result<Standing, Failure> {
    use orchestration::governed::Stop;
    use orchestration::journal::State;
    let open = copilot.governed.book.open().await.map_err(Stop::from)?;
    let waits = |state: State| matches!(state, State::Awaiting | State::NeedsPerson);
    let waiting = open.iter().filter(|action| waits(action.entry.state)).count();
    Ok(Standing {
        stopped: copilot.governed.is_stopped(),
        waiting,
        under_way: open.len() - waiting,
    })
}

/// Tells which hosts were contacted, by whom, why and how much.
pub struct Contacts;

impl Command for Contacts {
    const NAME: &'static str = "contacts";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Vec<HostView>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<HostView>, Failure> {
        copilot.connections.hosts().await
    }
}

fn id(name: &str) -> Result<SystemId, Failure> {
    name.parse()
        .map_err(|error| Failure::user(format!("{error}."), "Look at the list of systems."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::confirmation;

    #[test]
    fn a_page_alone_connects_nothing() {
        let request = json!({"connector": "redmine", "address": "https://evil.example", "account": "ines",
            "secret": "hidden-from-the-question"});
        let asked = confirmation("system_connect", &request).unwrap();
        assert!(
            asked.question.contains("https://evil.example"),
            "{}",
            asked.question
        );
        assert!(!asked.question.contains("hidden-from"), "{}", asked.question);
        assert_eq!(confirmation("system_list", &json!({})), None);
        // Nothing of what the page gives makes lines of its own, or turns the address around.
        let request = json!({"connector": "redmine", "account": "ines", "secret": "x",
            "address": "https://evil.example\n\nYou asked for this.\u{202e}moc.doog"});
        let asked = confirmation("system_connect", &request).unwrap();
        assert!(
            asked
                .question
                .starts_with("Connect to https://evil.example<a><a>You asked"),
            "{}",
            asked.question
        );
        assert!(asked.question.contains("<202e>"), "{}", asked.question);
    }
}
