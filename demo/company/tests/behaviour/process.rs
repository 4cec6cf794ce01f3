//! The real process: its address, its end, and what survives its death.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::house::{Request, TOKEN};

/// A company in a process of its own; it does not outlive the test.
struct Process {
    child: Child,
    address: SocketAddr,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_company"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    let mut command = command();
    command.stderr(Stdio::piped()).args(arguments).output().unwrap()
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command()
            .args(["--port", "0", "--token", TOKEN])
            .args(arguments)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let places: Value = serde_json::from_str(&line).unwrap();
        let address = places["address"].as_str().unwrap();
        let address = address.strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn on(folder: &Path) -> Self {
        Self::start(&["--data", folder.to_str().unwrap()])
    }

    fn get(&self, path: &str) -> Value {
        Request::new("GET", path).send(self.address).unwrap().json()
    }

    /// `kill -9`.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn create(name: &str) -> Request {
    Request::new("POST", "/crm/deals")
        .body(&json!({"name": name, "account": 70114}))
        .header("idempotency-key", name)
}

#[test]
fn records_log_and_keys_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::on(folder.path());
    let first = create("One").send(process.address).unwrap();
    Request::new("POST", "/mail/drafts/52001/send")
        .send(process.address)
        .unwrap();
    Request::new("GET", "/nowhere").send(process.address).unwrap();
    let (state, log) = (process.get("/panel/state"), process.get("/panel/log"));
    process.kill();
    let process = Process::on(folder.path());
    assert_eq!(
        (process.get("/panel/state"), process.get("/panel/log")),
        (state, log)
    );
    let again = create("One").send(process.address).unwrap();
    assert_eq!(again.body, first.body);
    let log = process.get("/panel/log");
    let last = log["entries"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["seq"], &last["replayed"]), (&json!(4), &json!(true)));
}

#[test]
fn whatever_was_answered_survives_a_kill_in_the_middle_of_work() {
    let folder = tempfile::tempdir().unwrap();
    let answered = AtomicUsize::new(0);
    let mut sent = 0;
    for round in 1..=12 {
        let process = Process::on(folder.path());
        let enough = answered.load(Ordering::SeqCst) + round;
        let address = process.address;
        sent = std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                for number in sent.. {
                    match create(&format!("n-{number}")).send(address) {
                        Ok(response) if response.status == 201 => answered.fetch_add(1, Ordering::SeqCst),
                        _ => return number + 1,
                    };
                }
                0
            });
            while answered.load(Ordering::SeqCst) < enough {
                assert!(!work.is_finished(), "the server refused");
                std::thread::yield_now();
            }
            process.kill();
            work.join().unwrap()
        });
    }
    let process = Process::on(folder.path());
    let (state, log) = (process.get("/panel/state"), process.get("/panel/log"));
    let deals = state["crm.deals"].as_array().unwrap().iter();
    let there = deals
        .filter(|deal| deal["name"].as_str().unwrap().starts_with("n-"))
        .count();
    let entries = log["entries"].as_array().unwrap();
    let applied = entries
        .iter()
        .filter(|entry| entry["applied"] != json!([]))
        .count();
    assert_eq!(there, applied, "the log and the state differ");
    let answered = answered.into_inner();
    assert!(
        (answered..=sent).contains(&there),
        "{answered} answered, {there} there, {sent} sent"
    );
}

#[test]
fn a_reset_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::on(folder.path());
    let morning = process.get("/panel/state");
    create("One").send(process.address).unwrap();
    Request::new("POST", "/panel/reset")
        .send(process.address)
        .unwrap();
    process.kill();
    let process = Process::on(folder.path());
    assert_eq!(process.get("/panel/state"), morning);
    create("Two").send(process.address).unwrap();
    let log = process.get("/panel/log");
    let seqs: Vec<&Value> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["seq"])
        .collect();
    assert_eq!(seqs, [&json!(2)]);
}

#[test]
fn in_memory_everything_is_over_with_the_process() {
    let process = Process::start(&["--memory"]);
    let morning = process.get("/panel/state");
    create("One").send(process.address).unwrap();
    process.kill();
    assert_eq!(Process::start(&["--memory"]).get("/panel/state"), morning);
}

#[cfg(unix)]
#[test]
fn it_ends_in_order_when_it_is_told_to() {
    let mut process = Process::start(&["--memory"]);
    let id = rustix::process::Pid::from_child(&process.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert!(process.child.wait().unwrap().success());
}

#[test]
fn it_ends_with_its_parent_when_asked_to() {
    let mut process = Process::start(&["--memory", "--with-parent"]);
    assert_eq!(process.get("/crm/deals")["items"][0]["id"], 20366);
    drop(process.child.stdin.take());
    assert!(process.child.wait().unwrap().success());
}

#[test]
fn without_being_asked_to_it_does_not_mind_its_input() {
    let mut process = Process::start(&["--memory"]);
    drop(process.child.stdin.take());
    assert_eq!(process.get("/crm/deals")["items"][0]["id"], 20366);
}

#[test]
fn a_second_server_on_one_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Process::on(folder.path());
    let second = run(&["--token", TOKEN, "--data", folder.path().to_str().unwrap()]);
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another demo company"));
}

#[test]
fn the_process_refuses_an_address_that_others_can_reach() {
    let output = run(&["--host", "0.0.0.0", "--token", TOKEN, "--memory"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("only this machine"));
}

#[test]
fn it_does_not_start_without_a_token_or_a_place() {
    for arguments in [
        &["--memory"][..],
        &["--token", TOKEN],
        &["--token", "", "--memory"],
    ] {
        assert!(!run(arguments).status.success(), "{arguments:?}");
    }
}

#[test]
fn it_prints_its_description_without_serving() {
    let output = run(&["--describe"]);
    assert!(output.status.success());
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, company::openapi::description());
}
