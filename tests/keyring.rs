//! Heads of the audit are signed with a key in a real keyring: GNOME's, in a session and with folders of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use app::{Core, Home};
use domain::Secret;
use experience::Failure;
use experience::commands::Window;
use governance::SecretStore;
use journeys::Desk;
use serde_json::{Value, json};
use storage::{Keyring, Ledger};

const PASSWORD: &str = "a password of this test";

/// A person's session: a folder with their keyring, and the bus on which it is reached.
struct Session {
    folder: tempfile::TempDir,
}

impl Session {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "run", "data", "config", "cache"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        journeys::rights(&folder.path().join("run"), 0o700);
        Self { folder }
    }

    /// `attache` in a new session, to which the person signs in with this password. Without one there is no bus either.
    /// What hangs is ended, and then the test fails by what it printed.
    fn run(&self, password: Option<&str>, desk: &Desk, arguments: &[&str]) -> Output {
        let attache = desk.command(arguments);
        self.start(password, &attache)
    }

    fn start(&self, password: Option<&str>, program: &Command) -> Output {
        let signed_in = [
            "dbus-run-session",
            "--",
            "sh",
            "-c",
            "printf %s \"$0\" | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; exec \"$@\"",
        ];
        let mut command = Command::new("timeout");
        command.arg("60");
        if let Some(password) = password {
            command.args(signed_in).arg(password);
        }
        command.arg(program.get_program()).args(program.get_args());
        command.envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command.env("ATTACHE_RUNTIME", journeys::runtime());
        let place = |name: &str| self.folder.path().join(name);
        for (variable, name) in [
            ("HOME", "home"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(variable, place(name));
        }
        for foreign in [
            "ATTACHE_KEYRING",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            command.env_remove(foreign);
        }
        command
            .output()
            .expect("the packages of scripts/system-packages.tsv are installed")
    }

    fn json(&self, password: Option<&str>, desk: &Desk, arguments: &[&str]) -> Value {
        let output = self.run(password, desk, &[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        })
    }

    /// Asks something, which leaves a row, and gives what the check says afterwards.
    fn asked(&self, password: Option<&str>, desk: &Desk) -> Value {
        self.json(password, desk, &["ask", "When is the gate code changed?"]);
        self.json(password, desk, &["audit", "verify"])
    }
}

fn desk() -> Desk {
    let desk = Desk::watched();
    desk.write(
        "gate.txt",
        "The gate code is changed every Monday by the night shift.",
    );
    desk.json(&["index"]);
    desk
}

fn keyring_check(doctor: &Value) -> &Value {
    let checks = doctor.as_array().unwrap();
    checks.iter().find(|check| check["name"] == "keyring").unwrap()
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Run by the next test, in a session with a keyring.
#[tokio::test]
#[ignore = "needs a keyring that is not the person's"]
async fn within_a_session() {
    let [one, other] = ["one", "other"].map(|home| Keyring::of(home, Duration::from_secs(20)));
    assert!(one.get("a key").await.unwrap().is_none());
    assert!(!one.delete("a key").await.unwrap());
    for value in ["first", "second"] {
        one.set("a key", &Secret::new(value)).await.unwrap();
        assert_eq!(one.get("a key").await.unwrap().unwrap().expose(), value);
    }
    assert!(one.has("a key").unwrap());
    assert!(other.get("a key").await.unwrap().is_none());
    assert!(one.get("another key").await.unwrap().is_none());
    other.set("a key", &Secret::new("theirs")).await.unwrap();
    assert!(one.delete("a key").await.unwrap());
    assert!(one.get("a key").await.unwrap().is_none());
    assert_eq!(other.get("a key").await.unwrap().unwrap().expose(), "theirs");
}

#[test]
fn a_secret_is_kept_replaced_and_forgotten_in_a_real_keyring() {
    let mut within = Command::new(std::env::current_exe().unwrap());
    within.args(["--exact", "within_a_session", "--ignored"]);
    let output = Session::new().start(Some(PASSWORD), &within);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

/// Where the home is that the steps of the next test share.
const HOME: &str = "ATTACHE_TEST_HOME";

/// The core at that home, as the window has it.
async fn core() -> Core {
    let home = std::env::var(HOME).unwrap();
    let core = Core::start(Home::new(Some(Path::new(&home))).unwrap(), "a test");
    loop {
        match core.call(Window::Main, "standing", json!({})).await {
            Err(failure) if failure.code.as_deref() == Some("core_starting") => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            ready => {
                ready.unwrap();
                return core;
            }
        }
    }
}

/// What the ledger of that home says of the key of the installation.
async fn install_key() -> String {
    let home = std::env::var(HOME).unwrap();
    let ledger = Ledger::open(&Path::new(&home).join("ledger.sqlite"))
        .await
        .unwrap();
    ledger.setting("install_key").await.unwrap().unwrap()
}

async fn proposed(core: &Core, step: &str) -> Value {
    let asked = json!({"system": "demo-company", "operation": "crm.deals.update",
        "arguments": {"id": "20418", "next_step": step}});
    let proposed = core.call(Window::Main, "action_propose", asked).await.unwrap();
    proposed["action"]["id"].clone()
}

async fn approved(core: &Core, id: &Value) -> Result<Value, Failure> {
    let shown = core.call(Window::Approval, "card_get", json!({"id": id})).await?;
    let click = json!({"id": id, "shown": shown["digest"]});
    core.call(Window::Approval, "action_approve", click).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a step of a test"]
async fn something_is_approved_and_held_back_without_a_keyring() {
    let core = core().await;
    core.call(Window::Main, "demo_connect", json!({})).await.unwrap();
    let id = proposed(&core, "Call Ingrid").await;
    core.call(Window::Main, "stop_all", json!({"on": true}))
        .await
        .unwrap();
    let decided = approved(&core, &id).await.unwrap();
    assert_eq!(decided["actions"][0]["state"], "approved", "{decided}");
    core.close().await;
    assert_eq!(install_key().await.len(), 64);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a step of a test"]
async fn it_is_sent_once_there_is_one() {
    let core = core().await;
    core.call(Window::Main, "stop_all", json!({"on": false}))
        .await
        .unwrap();
    let state = async || {
        let action = core.call(Window::Main, "action_get", json!({"id": 1})).await;
        action.unwrap()["state"].clone()
    };
    while ["approved", "dispatching"].contains(&state().await.as_str().unwrap()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(state().await, "succeeded");
    core.close().await;
    assert_eq!(install_key().await, "keyring");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a step of a test"]
async fn without_it_nothing_is_approved_any_more_and_nothing_is_lost() {
    let core = core().await;
    let id = proposed(&core, "Call Kari").await;
    let refused = approved(&core, &id).await.unwrap_err();
    assert!(
        refused
            .message
            .starts_with("Nothing can be approved or sent now.")
            && refused
                .message
                .contains("The key that seals approvals belongs in it."),
        "{refused}"
    );
    let action = core.call(Window::Main, "action_get", json!({"id": id})).await;
    assert_eq!(action.unwrap()["state"], "awaiting");
    core.close().await;
    assert_eq!(install_key().await, "keyring");
}

#[test]
fn the_key_that_seals_approvals_moves_to_the_keyring_and_what_was_approved_before_is_sent() {
    let (session, home) = (Session::new(), tempfile::tempdir().unwrap());
    for (password, step) in [
        (None, "something_is_approved_and_held_back_without_a_keyring"),
        (Some(PASSWORD), "it_is_sent_once_there_is_one"),
        (
            Some("a wrong password"),
            "without_it_nothing_is_approved_any_more_and_nothing_is_lost",
        ),
        (
            None,
            "without_it_nothing_is_approved_any_more_and_nothing_is_lost",
        ),
    ] {
        let mut own = Command::new(std::env::current_exe().unwrap());
        own.args(["--exact", step, "--ignored"]).env(HOME, home.path());
        let output = session.start(password, &own);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }
}

#[test]
fn one_key_signs_in_every_session_and_each_home_has_its_own() {
    let (session, one, other) = (Session::new(), desk(), desk());
    let first = session.asked(Some(PASSWORD), &one);
    assert_eq!(
        (&first["holds"], &first["signed"], &first["rows"]),
        (&true.into(), &1.into(), &1.into()),
        "{first}"
    );
    assert_eq!(first["notes"], serde_json::json!([]), "{first}");
    let second = session.asked(Some(PASSWORD), &one);
    assert_eq!(
        (&second["holds"], &second["signed"]),
        (&true.into(), &2.into()),
        "{second}"
    );
    assert_eq!(second["keys"], first["keys"]);
    let foreign = session.asked(Some(PASSWORD), &other);
    assert_ne!(foreign["keys"], first["keys"]);
    let doctor = session.json(Some(PASSWORD), &one, &["doctor"]);
    assert_eq!(
        keyring_check(&doctor)["found"],
        "holds the key that signs the audit",
        "{doctor}"
    );
    // Another home's ledger is not this one's: its key is another.
    let ledger = |desk: &Desk| desk.home.path().join("ledger.sqlite");
    std::fs::copy(ledger(&other), ledger(&one)).unwrap();
    let told = session.json(Some(PASSWORD), &one, &["audit", "verify"]);
    let broken = told["broken"].as_str().unwrap_or_default();
    assert!(
        broken.contains("row 1 of the audit does not hold") && broken.contains("another key"),
        "{told}"
    );
    let key = foreign["keys"][0].as_str().unwrap();
    let trusted = session.json(Some(PASSWORD), &one, &["audit", "verify", "--key", key]);
    assert_eq!(trusted["holds"], true, "{trusted}");
}

#[test]
fn a_cut_end_is_shown_by_the_anchor_in_an_export_and_in_a_ledger_put_back() {
    let (session, desk) = (Session::new(), desk());
    let place = tempfile::tempdir().unwrap();
    let [anchor, export] = ["anchor.jsonl", "audit.jsonl"].map(|name| place.path().join(name));
    let anchor_name = anchor.to_str().unwrap();
    let ledger = desk.home.path().join("ledger.sqlite");
    session.asked(Some(PASSWORD), &desk);
    let old = std::fs::read(&ledger).unwrap();
    let set = session.json(Some(PASSWORD), &desk, &["audit", "anchor", anchor_name]);
    assert_eq!((&set["file"], &set["row"]), (&anchor_name.into(), &1.into()));
    session.asked(Some(PASSWORD), &desk);
    session.asked(Some(PASSWORD), &desk);
    assert_eq!(lines(&anchor).len(), 3);
    desk.run(&["audit", "export", "--out", export.to_str().unwrap()]);
    let check = |file: &Path| {
        let output = Desk::new().run(&["audit", "verify", file.to_str().unwrap(), "--anchor", anchor_name]);
        String::from_utf8(output.stdout).unwrap()
    };
    let told = check(&export);
    assert!(
        told.starts_with("All 3 rows hold.") && told.contains("Signed heads: 3, by "),
        "{told}"
    );
    let cut = place.path().join("cut.jsonl");
    std::fs::write(&cut, lines(&export)[..2].concat()).unwrap();
    let told = check(&cut);
    assert!(
        told.starts_with("row 3 of the audit does not hold: it is missing"),
        "{told}"
    );
    // The whole ledger as it once was says nothing against itself; the anchor does.
    std::fs::write(&ledger, old).unwrap();
    let told = session.json(Some(PASSWORD), &desk, &["audit", "verify"]);
    assert_eq!(told["holds"], true, "{told}");
    let told = session.json(
        Some(PASSWORD),
        &desk,
        &["audit", "verify", "--anchor", anchor_name],
    );
    let broken = told["broken"].as_str().unwrap_or_default();
    assert!(
        broken.starts_with("row 2 of the audit does not hold: it is missing"),
        "{told}"
    );
}

#[test]
fn a_locked_keyring_and_none_at_all_are_told_and_nothing_else_stops() {
    let (session, desk) = (Session::new(), desk());
    let signed = session.asked(Some(PASSWORD), &desk);
    assert_eq!(signed["signed"], 1);
    for (password, said) in [(Some("a wrong password"), "locked"), (None, "no keyring")] {
        let told = session.asked(password, &desk);
        assert_eq!(
            (&told["holds"], &told["signed"]),
            (&true.into(), &1.into()),
            "{told}"
        );
        assert!(told["notes"][0].as_str().unwrap().contains(said), "{told}");
        let doctor = session.json(password, &desk, &["doctor"]);
        let check = keyring_check(&doctor);
        assert_eq!(check["ok"], false, "{check}");
        assert!(check["found"].as_str().unwrap().contains(said), "{check}");
        assert!(
            check["fix"]
                .as_str()
                .unwrap()
                .contains("no head of the audit is signed"),
            "{check}"
        );
    }
    // What was not signed meanwhile is signed as soon as it can be.
    let again = session.asked(Some(PASSWORD), &desk);
    assert_eq!(
        (&again["signed"], &again["rows"], &again["keys"]),
        (&2.into(), &4.into(), &signed["keys"])
    );
}
