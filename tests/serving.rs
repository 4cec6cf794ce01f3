//! Servers of the Model Context Protocol that are programs on this machine, in their fence, on the governed path.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use app::Home;
use data_encoding::BASE64;
use experience::Failure;
use experience::commands::{
    self, CallRequest, Command as _, ServerConnect, ServerLook, ServerOffer, ServerRequest, SystemCall,
    Window,
};
use serde_json::{Value, json};

/// A server that does whatever it is asked to do, as far as it can.
const PROBE: &str = r#"#!/usr/bin/env bash
say() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$1" "$2"; }
while IFS= read -r line; do
    id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
    case $line in
    *'"server/discover"'*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
    *'"initialize"'*) say "$id" '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"probe","version":"1"}}' ;;
    *'"tools/list"'*) say "$id" '{"tools":[{"name":"run","description":"Runs something","inputSchema":{"type":"object","properties":{"what":{"type":"string"}},"required":["what"]}}]}' ;;
    *'"tools/call"'*)
        what=$(printf '%s' "$line" | sed -n 's/.*"what":"\([^"]*\)".*/\1/p')
        out=$(bash -c "$what" 2>&1 | base64 -w0)
        say "$id" "{\"content\":[{\"type\":\"text\",\"text\":\"$out\"}]}" ;;
    esac
done
"#;

struct Desk {
    workspace: app::Workspace,
    home: tempfile::TempDir,
    /// Where the program lies, and where somebody's secrets lie beside it.
    elsewhere: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let own = elsewhere.path().join("probe");
        std::fs::create_dir(&own).unwrap();
        std::fs::write(elsewhere.path().join("secret"), "hunter2").unwrap();
        let desk = Self {
            workspace: open(home.path()).await,
            home,
            elsewhere,
        };
        desk.write(PROBE);
        desk
    }

    fn program(&self) -> PathBuf {
        self.elsewhere.path().join("probe").join("server")
    }

    fn write(&self, script: &str) {
        std::fs::write(self.program(), script).unwrap();
        std::fs::set_permissions(self.program(), PermissionsExt::from_mode(0o700)).unwrap();
    }

    fn request(&self) -> ServerRequest {
        ServerRequest {
            name: "probe".to_owned(),
            command: vec![self.program().to_str().unwrap().to_owned()],
            ..ServerRequest::default()
        }
    }

    async fn connect(&self, request: ServerRequest) -> Result<ServerOffer, Failure> {
        let offer = ServerLook::run(&self.workspace.copilot, request.clone()).await?;
        let seen = ServerRequest {
            seen: Some(offer.seen.clone()),
            ..request
        };
        ServerConnect::run(&self.workspace.copilot, seen).await?;
        Ok(offer)
    }

    /// What the program says when it is asked to do this.
    async fn run(&self, what: &str) -> Result<String, Failure> {
        let request = CallRequest {
            system: "probe".to_owned(),
            operation: "run".to_owned(),
            arguments: [("what".to_owned(), json!(what))].into(),
            most: 1,
        };
        let called = SystemCall::run(&self.workspace.copilot, request).await?;
        Ok(words(&called.records[0].fields["text"]))
    }

    async fn call(&self, window: Window, name: &str, request: Value) -> Value {
        commands::run_named(&self.workspace.copilot, window, name, request)
            .await
            .unwrap()
    }
}

async fn open(home: &Path) -> app::Workspace {
    app::open(&Home::new(Some(home)).unwrap(), "a test")
        .await
        .unwrap()
}

fn words(text: &Value) -> String {
    let bytes = BASE64.decode(text.as_str().unwrap().as_bytes()).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn reading(request: ServerRequest) -> ServerRequest {
    ServerRequest {
        reads: vec!["run".to_owned()],
        ..request
    }
}

#[tokio::test]
async fn a_program_sees_nothing_of_the_environment_and_no_file_that_it_was_not_given() {
    let desk = Desk::open().await;
    let offer = desk.connect(reading(desk.request())).await.unwrap();
    assert_eq!(offer.tools[0].class, "read");
    let environment = desk.run("env").await.unwrap();
    let names: BTreeSet<&str> = environment
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    // The last four are the shell's own.
    let given = ["HOME", "LANG", "PATH", "TMPDIR", "OLDPWD", "PWD", "SHLVL", "_"];
    let more: Vec<&&str> = names.iter().filter(|name| !given.contains(name)).collect();
    assert!(more.is_empty(), "{more:?}");
    let home = desk.home.path().canonicalize().unwrap().join("servers/probe");
    let own = desk.run("cd; pwd -P; echo hello >own; cat own").await.unwrap();
    assert_eq!(own, format!("{}\nhello\n", home.display()));
    for file in [
        desk.elsewhere.path().join("secret"),
        desk.home.path().join("ledger.sqlite"),
        desk.home.path().join("identity"),
    ] {
        assert!(file.is_file());
        let read = desk.run(&format!("cat {}", file.display())).await.unwrap();
        assert!(read.contains("Permission denied"), "{}: {read}", file.display());
    }
    let written = desk
        .run(&format!("echo x >{}/x", desk.elsewhere.path().display()))
        .await
        .unwrap();
    assert!(written.contains("Permission denied") && !desk.elsewhere.path().join("x").exists());
    let parent = format!("cat /proc/{}/environ", std::process::id());
    let seen = desk.run(&parent).await.unwrap();
    assert!(seen.contains("Permission denied"), "{seen:.300}");
    desk.workspace.close().await;
}

#[tokio::test]
async fn a_program_reaches_no_network_unless_it_may_and_a_folder_that_it_was_given() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let knock = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{} && echo open",
        listener.local_addr().unwrap().port()
    );
    let desk = Desk::open().await;
    desk.connect(reading(desk.request())).await.unwrap();
    let closed = desk.run(&knock).await.unwrap();
    assert!(closed.contains("Permission denied"), "{closed}");

    let folder = tempfile::tempdir().unwrap();
    let given = ServerRequest {
        network: true,
        folders: vec![folder.path().to_str().unwrap().to_owned()],
        ..reading(desk.request())
    };
    desk.call(Window::Main, "system_disconnect", json!({"system": "probe"}))
        .await;
    assert!(!desk.home.path().join("servers/probe").exists());
    desk.connect(given).await.unwrap();
    assert_eq!(desk.run(&knock).await.unwrap(), "open\n");
    let written = desk
        .run(&format!("echo x >{}/x", folder.path().display()))
        .await
        .unwrap();
    assert_eq!((written.as_str(), folder.path().join("x").exists()), ("", true));
    desk.workspace.close().await;
}

#[tokio::test]
async fn no_program_gets_the_folder_in_which_everything_is_kept() {
    let desk = Desk::open().await;
    for folder in ["/".to_owned(), desk.home.path().display().to_string()] {
        let request = ServerRequest {
            folders: vec![folder],
            ..desk.request()
        };
        let failure = desk.connect(request).await.unwrap_err();
        assert!(failure.message.contains("what Attaché keeps"), "{failure:?}");
    }
    desk.workspace.close().await;
}

#[tokio::test]
async fn a_secret_reaches_the_program_it_is_for_and_is_nowhere_else() {
    let desk = Desk::open().await;
    let request = ServerRequest {
        secret: Some("sk-live-4711-4711-4711".to_owned()),
        ..reading(desk.request())
    };
    let failure = desk.connect(request.clone()).await.unwrap_err();
    assert!(
        failure.message.contains("in a variable of its environment"),
        "{failure:?}"
    );
    for bad in ["PATH", "LD_PRELOAD", "a b", ""] {
        let request = ServerRequest {
            secret_as: Some(bad.to_owned()),
            ..request.clone()
        };
        assert!(desk.connect(request).await.is_err(), "{bad}");
    }
    // There is no keyring in this test: what can't be kept is not connected.
    let request = ServerRequest {
        secret_as: Some("PROBE_TOKEN".to_owned()),
        ..request
    };
    ServerLook::run(&desk.workspace.copilot, request.clone())
        .await
        .unwrap();
    let failure = desk.connect(request).await.unwrap_err();
    assert!(failure.message.contains("could not be kept"), "{failure:?}");
    assert!(!failure.message.contains("4711"));
    desk.workspace.close().await;
}

#[tokio::test]
async fn what_a_program_started_ends_with_it() {
    let desk = Desk::open().await;
    desk.connect(reading(desk.request())).await.unwrap();
    let child = desk.run("sleep 1000 >/dev/null 2>&1 & echo $!").await.unwrap();
    let of = PathBuf::from("/proc").join(child.trim()).join("comm");
    assert_eq!(std::fs::read_to_string(&of).unwrap().trim(), "sleep");
    desk.workspace.close().await;
    for _ in 0..1_000 {
        // Whoever collects the dead may be late; then it has no name of a file any more.
        let state = std::fs::read_to_string(of.with_file_name("stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z ") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("what the program started still runs");
}

#[tokio::test]
async fn a_program_that_offers_something_else_than_what_was_shown_is_not_connected_or_asked() {
    let desk = Desk::open().await;
    let request = reading(desk.request());
    let offer = ServerLook::run(&desk.workspace.copilot, request.clone())
        .await
        .unwrap();
    desk.write(&PROBE.replace("Runs something", "Runs something else"));
    let seen = ServerRequest {
        seen: Some(offer.seen),
        ..request.clone()
    };
    let failure = ServerConnect::run(&desk.workspace.copilot, seen)
        .await
        .unwrap_err();
    assert!(failure.message.contains("something else now"), "{failure:?}");

    desk.connect(request).await.unwrap();
    desk.run("true").await.unwrap();
    desk.workspace.close().await;
    // Between two starts.
    let Desk { home, elsewhere, .. } = desk;
    let desk = Desk {
        workspace: open(home.path()).await,
        home,
        elsewhere,
    };
    desk.write(PROBE);
    let systems = desk.call(Window::Main, "system_list", json!({})).await;
    assert_eq!(systems[0]["operations"][0]["changed"], true, "{systems}");
    let failure = desk.run("true").await.unwrap_err();
    assert!(failure.message.contains("differently now"), "{failure:?}");
    desk.workspace.close().await;
}

#[tokio::test]
async fn a_tool_is_called_after_a_person_saw_its_arguments_and_the_receipt_says_that_nothing_was_read_back() {
    let desk = Desk::open().await;
    desk.connect(desk.request()).await.unwrap();
    let failure = desk.run("true").await.unwrap_err();
    assert!(failure.message.contains("needs to be proposed"), "{failure:?}");
    let asked =
        json!({"system": "probe", "operation": "run", "arguments": {"what": "echo done >it; cat it"}});
    let action = desk.call(Window::Main, "action_propose", asked).await["action"].clone();
    let sentence = action["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Run run: Runs something (in probe"),
        "{sentence}"
    );
    assert_eq!(action["changes"][0]["after"], "echo done >it; cat it");
    let it = desk.home.path().join("servers/probe/it");
    assert!(!it.exists());
    let shown = desk
        .call(Window::Approval, "card_get", json!({"id": action["id"]}))
        .await;
    let click = json!({"id": action["id"], "shown": shown["digest"], "word": shown["word"]});
    let decided = desk.call(Window::Approval, "action_approve", click).await;
    let done = &decided["actions"][0];
    assert_eq!(done["state"], "succeeded", "{done}");
    assert_eq!(std::fs::read_to_string(it).unwrap(), "done\n");
    let words = done["state_words"].as_str().unwrap();
    assert!(
        words.contains("be read back") || words.contains("no way"),
        "{done}"
    );
    desk.workspace.close().await;
}
