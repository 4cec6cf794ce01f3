//! Connecting a business system and reading from it, on the command line.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use experience::commands::{
    AgainRequest, CallRequest, Called, Command, ConnectRequest, ConnectorList, ConnectorView, Nothing,
    RecordView, ServerConnect, ServerLook, ServerOffer, ServerRequest, SignInAgain, SignInBegin, SignInBegun,
    SignInFinish, SignInRequest, SyncAll, SyncAllRequest, SyncRequest, Synced, SystemCall, SystemConnect,
    SystemSync, SystemView, server_question,
};
use experience::{Copilot, Failure};
use indicatif::ProgressBar;
use retrieval::Until;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::arguments::{Connecting, Keeping, Reading, SigningIn};
use crate::{index, show};

/// Waits for what brings records, and tells on a terminal how far it is.
async fn told_about<T>(copilot: &Copilot, json: bool, work: impl Future<Output = T>) -> T {
    let spinner = match json || !std::io::stderr().is_terminal() {
        true => ProgressBar::hidden(),
        false => ProgressBar::new_spinner(),
    };
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                spinner.finish_and_clear();
                return done;
            }
            _ = tick.tick() => if let Some(now) = copilot.connections.syncing() {
                spinner.set_message(now);
                spinner.tick();
            }
        }
    }
}

/// Chooses what is kept of a system, and brings all that is kept up to date.
pub async fn sync(
    copilot: &Copilot,
    what: Keeping,
    json: bool,
    stop: CancellationToken,
) -> Result<ExitCode, Failure> {
    if let Some(system) = what.system.filter(|_| what.off || !what.keep.is_empty()) {
        let labels = Some(what.labels.into_iter().collect()).filter(|_| !what.off);
        let request = SyncRequest {
            system,
            kinds: what.keep,
            labels,
        };
        let view = SystemSync::run(copilot, request).await?;
        if what.off {
            show::value(&view, json, |_| {
                show::line("Nothing of it is kept on this device any more.")
            });
            return Ok(ExitCode::SUCCESS);
        }
    }
    let request = SyncAllRequest {
        everything: what.everything,
    };
    let synced = told_about(copilot, json, SyncAll::run(copilot, request)).await?;
    index::run(copilot, Until::Idle, json, stop).await?;
    show::value(&synced, json, |synced| {
        if synced.is_empty() {
            show::line("Nothing is kept of any system. `attache sync SYSTEM --keep KINDS` begins it.");
        }
        for kind in synced {
            let Synced {
                system,
                kind,
                listed,
                read,
                gone,
                trouble,
            } = kind;
            show::line(&format!(
                "{system} {kind}: {listed} listed, {read} new or changed, {gone} gone"
            ));
            if let Some(trouble) = trouble {
                show::line(&format!("    not up to date: {trouble}"));
            }
        }
    });
    let failed = synced.iter().any(|kind| kind.trouble.is_some());
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Lists the connectors.
pub async fn connectors(copilot: &Copilot, json: bool) -> Result<(), Failure> {
    let all = ConnectorList::run(copilot, Nothing {}).await?;
    show::value(&all, json, |all| all.iter().for_each(connector));
    Ok(())
}

fn connector(connector: &ConnectorView) {
    show::line(&format!(
        "{}  {}: {}",
        connector.name, connector.title, connector.about
    ));
    show::line(&format!("    tried: {}", connector.tried));
    show::line(&format!("    address: {}", connector.base));
    for way in &connector.sign_in {
        let user = if way.user { " with `--user`" } else { "" };
        let client = if way.client.is_some() {
            " with `--client-id`"
        } else {
            ""
        };
        show::line(&format!("    --way {}{user}{client}: {}", way.way, way.secret));
    }
}

/// Connects a system. The secret never stands among the arguments, where every process of the machine could read it.
pub async fn connect(copilot: &Copilot, what: Connecting, json: bool) -> Result<ExitCode, Failure> {
    if what.server.mcp_command.is_some() || what.server.mcp_url.is_some() {
        return serve(copilot, what, json).await;
    }
    let known = ConnectorList::run(copilot, Nothing {}).await?;
    let file = Path::new(&what.connector);
    let manifest = match known.iter().any(|known| known.name == what.connector) {
        true => None,
        false if file.exists() => Some(std::fs::read_to_string(file).map_err(|error| {
            Failure::user(
                format!("`{}` can't be read: {error}.", what.connector),
                "Give the file with the manifest.",
            )
        })?),
        false => None,
    };
    let named = what.client_id.is_some() || what.how.device;
    let at_provider = what.way.as_deref().map_or(named, |way| way == "oauth");
    let request = ConnectRequest {
        // A file has none.
        secret: match what.address.starts_with("sqlite:") || (at_provider && !what.client_secret) {
            true => String::new(),
            false => secret()?,
        },
        connector: what.connector,
        manifest,
        name: what.name,
        title: what.title,
        address: what.address,
        own_network: what.own_network,
        account: what.account,
        way: if at_provider {
            Some("oauth".to_owned())
        } else {
            what.way
        },
        user: what.user,
        client_id: what.client_id,
        device: Some(what.how.device),
        by_hand: Some(what.how.by_hand),
    };
    let system = match at_provider {
        true => {
            let begun = SignInBegin::run(copilot, request).await?;
            wait(copilot, begun).await?
        }
        false => SystemConnect::run(copilot, request).await?,
    };
    show::value(&system, json, |system| {
        show::line(&format!(
            "{} is connected as {}, with {} operations. `attache system show {}` lists them.",
            system.title,
            system.account,
            system.operations.len(),
            system.id
        ));
    });
    Ok(ExitCode::SUCCESS)
}

/// Signs in again.
pub async fn again(copilot: &Copilot, system: String, how: SigningIn, json: bool) -> Result<(), Failure> {
    let request = AgainRequest {
        system,
        device: Some(how.device),
        by_hand: Some(how.by_hand),
    };
    let begun = SignInAgain::run(copilot, request).await?;
    let system = wait(copilot, begun).await?;
    show::value(&system, json, |system| {
        show::line(&format!("You are signed in to {} again.", system.title));
    });
    Ok(())
}

/// Says where to sign in and waits for it.
async fn wait(copilot: &Copilot, begun: SignInBegun) -> Result<SystemView, Failure> {
    match (&begun.code, begun.opened) {
        (Some(code), _) => show::to_terminal(&format!("Sign in at {} with the code {code}", begun.address)),
        (None, true) => show::to_terminal(&format!(
            "Your browser opens. If it does not, sign in at {}",
            begun.address
        )),
        (None, false) => show::to_terminal(&format!("Sign in at {}", begun.address)),
    }
    SignInFinish::run(copilot, SignInRequest { handle: begun.handle }).await
}

/// Connects a server of the Model Context Protocol: shows what would be started or asked, then what it offers, and asks before
/// each.
async fn serve(copilot: &Copilot, what: Connecting, json: bool) -> Result<ExitCode, Failure> {
    let server = what.server;
    let command = server.mcp_command.as_deref().map(shlex::split);
    let command = command.map(|words| {
        words.ok_or_else(|| {
            Failure::user(
                "The program and its arguments can't be told apart.",
                "Close every quote that is opened.",
            )
        })
    });
    let wants_secret = server.with_secret.is_some();
    let mut request = ServerRequest {
        name: what.name.unwrap_or(what.connector),
        title: what.title,
        command: command.transpose()?.unwrap_or_default(),
        folders: server.folder,
        network: server.network,
        secret_as: server.with_secret.filter(|name| !name.is_empty()),
        address: server.mcp_url,
        own_network: what.own_network,
        reads: server.reads,
        writes: server.writes,
        secret: wants_secret.then(secret).transpose()?,
        seen: server.seen,
    };
    let question = server_question(&request, "Ask").question;
    if request.seen.is_none() {
        if std::io::stdin().is_terminal() {
            question.lines().for_each(show::to_terminal);
        }
        yes("Go on?", None)?;
        let offer = ServerLook::run(copilot, request.clone()).await?;
        show::value(&offer, json, offered);
        yes("Connect it like this?", Some(&offer.seen))?;
        request.seen = Some(offer.seen);
    }
    let system = ServerConnect::run(copilot, request).await?;
    show::value(&system, json, |system| {
        show::line(&format!(
            "{} is connected, with {} operations. `attache system show {}` lists them.",
            system.title,
            system.operations.len(),
            system.id
        ));
    });
    Ok(ExitCode::SUCCESS)
}

fn offered(offer: &ServerOffer) {
    let version = format!("{} {}", offer.server, offer.version);
    show::line(&format!("{}  {}", offer.place, version.trim()));
    for tool in &offer.tools {
        let says = tool.says.as_ref().map(|says| format!(", it says that it {says}"));
        show::line(&format!(
            "{}  {}{}",
            tool.name,
            tool.class,
            says.unwrap_or_default()
        ));
        show::line(&format!("    {}", tool.summary));
    }
    for (name, why) in &offer.left_out {
        show::line(&format!("{name}  can't be used: {why}"));
    }
    offer.fence.iter().for_each(|fence| show::line(fence));
    show::line(
        "What is named neither with `--reads` nor with `--writes` is treated as destructive: you are asked each time, and type a \
         word.",
    );
}

/// Asks the person. Where nobody sits at a terminal, only what was shown before and is named again goes on.
fn yes(question: &str, seen: Option<&str>) -> Result<(), Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return match seen {
            None => Ok(()),
            Some(seen) => Err(Failure::user(
                "Nothing was connected: nobody at a terminal said yes.",
                format!("If it is right, run it again with `--seen {seen}`."),
            )),
        };
    }
    show::ask(&format!("{question} (yes/no) "));
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    match read.is_ok() && line.trim().eq_ignore_ascii_case("yes") {
        true => Ok(()),
        false => Err(Failure::user("Nothing was connected.", "Type `yes` to go on.")),
    }
}

fn secret() -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::user(
            format!("The secret can't be read: {error}."),
            "Type it at a terminal, or give it on the input.",
        )
    };
    let secret = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("The secret (it is not shown): ").map_err(failed)?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
        line
    };
    match secret.trim().is_empty() {
        false => Ok(secret.trim().to_owned()),
        true => Err(Failure::user(
            "The secret is missing.",
            "Type it at a terminal, or give it on the input.",
        )),
    }
}

/// Reads from a system, live.
pub async fn call(copilot: &Copilot, what: Reading, json: bool) -> Result<ExitCode, Failure> {
    let request = CallRequest {
        arguments: arguments(what.arguments)?,
        system: what.system,
        operation: what.operation,
        most: what.most,
    };
    let called = SystemCall::run(copilot, request).await?;
    show::value(&called, json, shown);
    Ok(ExitCode::SUCCESS)
}

/// Arguments as they are typed, `name=value`.
pub fn arguments(pairs: Vec<String>) -> Result<BTreeMap<String, Value>, Failure> {
    let pair = |pair: String| {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::user(
                format!("`{pair}` is no argument."),
                "Write it as `--arg name=value`.",
            )
        })?;
        Ok((name.to_owned(), Value::from(value)))
    };
    pairs.into_iter().map(pair).collect()
}

fn shown(called: &Called) {
    if called.records.is_empty() {
        show::line("Nothing was found.");
    }
    called.records.iter().for_each(record);
    if called.more {
        show::line("There are more; `-k` shows more of them.");
    }
}

fn record(record: &RecordView) {
    let title = record.title.as_deref().unwrap_or_default();
    show::line(&format!("{} {}  {title}", record.kind, record.id));
    for (name, value) in &record.fields {
        let text = match value {
            Value::Null => continue,
            Value::String(text) if text.is_empty() => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        show::line(&format!("    {name}: {text}"));
    }
}
