//! A client for the conformance suite of the Model Context Protocol, made of nothing but what connections are made of: it asks a
//! server at the address that is its last argument what it offers, and calls every tool once. `tests/peers/mcp/conformance.sh`
//! runs the suite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // a program of the tests

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Confidentiality, Secret, SystemId};
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::mcp::{Choices, Server, Upkeep, Way, Web, description};
use integration::{Account, Cap, Connection, Credentials, MachineClock, Setup, SignIn, Url};
use serde_json::{Value, json};

/// Nobody signed in.
struct Nobody;

#[async_trait]
impl Credentials for Nobody {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        Err("nobody signed in".to_owned())
    }
}

#[tokio::main]
async fn main() {
    let address = std::env::args().next_back().unwrap();
    let url: Url = address.parse().unwrap();
    let system: SystemId = "conformance".parse().unwrap();
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(MachineClock::start()),
        redactor: Default::default(),
    };
    let host = Host::parse(&address, Reach::ThisMachine).unwrap();
    let base = format!("mcp-{host}{}", url.path());
    let web = Web {
        egress: Arc::new(Egress::open([(system.clone(), host)], Limits::default(), around.clone()).unwrap()),
        system: system.clone(),
        address: url,
        credentials: None,
        reads: Arc::default(),
    };
    let server = Server::new(Way::Web(web), address, Upkeep::default(), around.clock.clone());
    let server = Arc::new(server);
    let listed = match server.tools(&system).await {
        Ok(listed) => listed,
        Err(trouble) => {
            eprintln!("{trouble}");
            std::process::exit(1);
        }
    };
    let reads: BTreeSet<String> = listed.tools.iter().map(|tool| tool.name.clone()).collect();
    let choices = Choices {
        reads,
        ..Choices::default()
    };
    let line = Host::by_line(&base, Reach::ThisMachine).unwrap();
    let connection = Connection::new(Setup {
        system: system.clone(),
        base: base.parse().unwrap(),
        account: Account {
            address: "tests".to_owned(),
            name: "tests".to_owned(),
        },
        description: description(&system, &listed, &choices).unwrap(),
        egress: Arc::new(Egress::by_line(system, line, server, Limits::default(), around).unwrap()),
        credentials: Arc::new(Nobody),
        sign_in: SignIn::Nothing,
        headers: Vec::new(),
    });
    for (name, arguments) in wanted().unwrap_or_else(|| made_up_calls(&connection)) {
        let read = connection.read(&name, &arguments, Confidentiality::Internal, Cap::default());
        match read.await {
            Ok(found) => eprintln!("{name}: {}", json!(found.records[0].fields)),
            Err(trouble) => eprintln!("{name}: {trouble}"),
        }
    }
}

type Call = (String, BTreeMap<String, Value>);

/// The calls that the suite asks for, where it does.
fn wanted() -> Option<Vec<Call>> {
    let context: Value = serde_json::from_str(&std::env::var("MCP_CONFORMANCE_CONTEXT").ok()?).ok()?;
    let calls = context.get("toolCalls")?.as_array()?.iter();
    let call = |call: &Value| {
        let mut arguments: BTreeMap<String, Value> =
            serde_json::from_value(call["arguments"].clone()).unwrap();
        // What is empty is not given.
        arguments.retain(|_, value| !value.is_null());
        (call["name"].as_str().unwrap().to_owned(), arguments)
    };
    Some(calls.map(call).collect())
}

fn made_up_calls(connection: &Connection) -> Vec<Call> {
    let each = connection.description().operations().map(|tool| {
        let arguments = tool.operation.parameters.iter();
        let arguments = arguments.map(|(name, parameter)| (name.clone(), made_up(&parameter.schema)));
        (tool.operation.name.clone(), arguments.collect())
    });
    each.collect()
}

/// A value that a schema takes.
fn made_up(schema: &Value) -> Value {
    let given = schema.get("default").or_else(|| schema.pointer("/enum/0"));
    match (given, schema.get("type").and_then(Value::as_str)) {
        (Some(value), _) => value.clone(),
        (None, Some("number" | "integer")) => 5.into(),
        (None, Some("boolean")) => true.into(),
        (None, Some("array")) => json!([]),
        (None, Some("object")) => json!({}),
        _ => "words".into(),
    }
}
