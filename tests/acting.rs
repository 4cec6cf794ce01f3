//! The governed path as faces have it: the core behind two windows, the command line, the demo company as the playground.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use app::{Core, Home};
use experience::Failure;
use experience::commands::Window;
use journeys::program;
use serde_json::{Value, json};

const DEAL: &str = "20418";

/// The core behind both windows.
struct Desk {
    core: Core,
    home: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let core = core(home.path()).await;
        Self { core, home }
    }

    async fn main(&self, name: &str, request: Value) -> Result<Value, Failure> {
        self.core.call(Window::Main, name, request).await
    }

    async fn approval(&self, name: &str, request: Value) -> Result<Value, Failure> {
        self.core.call(Window::Approval, name, request).await
    }

    async fn propose(&self, request: Value) -> Value {
        let proposed = self.main("action_propose", request).await.unwrap();
        assert_eq!(proposed["kind"], "action", "{proposed}");
        proposed["action"].clone()
    }

    /// A click on exactly what is shown.
    async fn click(&self, id: &Value, struck: &[&Value]) -> Value {
        let card = json!({"id": id, "struck": struck});
        let shown = self.approval("card_get", card).await.unwrap();
        let click = json!({"id": id, "struck": struck, "shown": shown["digest"], "word": shown["word"]});
        self.approval("action_approve", click).await.unwrap()
    }

    async fn deal(&self) -> Value {
        // What stands in the system is what a new proposal shows as the value before.
        let asked = json!({"system": "demo-company", "operation": "crm.deals.update",
            "arguments": {"id": DEAL, "next_step": "look", "amount_eur": 1}});
        let action = self.propose(asked).await;
        self.main("action_deny", json!({"ids": [action["id"]], "reason": ""}))
            .await
            .unwrap();
        action["changes"].clone()
    }
}

async fn core(home: &Path) -> Core {
    let core = Core::start(Home::new(Some(home)).unwrap(), "a test");
    for _ in 0..2_000 {
        match core.call(Window::Main, "standing", json!({})).await {
            Err(failure) if failure.code.as_deref() == Some("core_starting") => {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            ready => {
                ready.unwrap();
                return core;
            }
        }
    }
    panic!("the core does not start")
}

fn later(step: &str) -> Value {
    json!({"system": "demo-company", "operation": "crm.deals.update",
        "arguments": {"id": DEAL, "next_step": step}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_proposed_in_one_window_and_approved_only_in_the_other() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let action = desk.propose(later("Call Ingrid")).await;
    assert_eq!(
        action["sentence"],
        "Change 1 field on the deal “Halden - 40 unit expansion” in Demo company."
    );
    assert_eq!(action["state"], "awaiting");
    let shown = desk.main("card_get", json!({"id": action["id"]})).await.unwrap();
    let click = json!({"id": action["id"], "shown": shown["digest"]});
    for command in ["action_approve", "action_say", "grant_add"] {
        let refused = desk.main(command, click.clone()).await.unwrap_err();
        assert!(refused.message.contains("has no command"), "{refused}");
    }
    let decided = desk.approval("action_approve", click).await.unwrap();
    assert_eq!(decided["actions"][0]["state"], "succeeded", "{decided}");
    assert_eq!(desk.deal().await[1]["before"], "Call Ingrid");
    let receipt = desk
        .main("receipt_get", json!({"id": action["id"]}))
        .await
        .unwrap();
    let events: Vec<&str> = receipt["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        ["proposed", "approved", "dispatching", "answered", "read back"]
    );
    assert_eq!(receipt["holds"], true);
    let hosts = desk.main("contacts", json!({})).await.unwrap();
    assert!(
        hosts
            .as_array()
            .unwrap()
            .iter()
            .any(|host| host["purpose"] == "write"),
        "{hosts}"
    );
    desk.core.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_proposals_are_one_card_of_which_lines_can_be_struck_out_and_one_undo() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let first = desk.propose(later("Call Ingrid")).await;
    let with = |record: &str| {
        json!({"system": "demo-company", "operation": "crm.deals.update", "record": record,
            "arguments": {"close_date": "2026-10-15"}, "batch": first["id"]})
    };
    let second = desk.propose(with("20366")).await;
    let third = desk.propose(with("20431")).await;
    let card = desk
        .approval("card_get", json!({"id": second["id"]}))
        .await
        .unwrap();
    assert_eq!(card["approve"], "Approve all 3");
    // A digest of all three does not count for two of them.
    let wrong = json!({"id": first["id"], "struck": [third["id"]], "shown": card["digest"]});
    assert_eq!(
        desk.approval("action_approve", wrong)
            .await
            .unwrap_err()
            .code
            .as_deref(),
        Some("card")
    );
    let decided = desk.click(&first["id"], &[&third["id"]]).await;
    let states: Vec<&Value> = decided["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["state"])
        .collect();
    assert_eq!(states, ["succeeded", "succeeded"], "{decided}");
    let struck = desk.main("action_get", json!({"id": third["id"]})).await.unwrap();
    assert_eq!(struck["state"], "rejected");

    let undo = json!({"ids": [first["id"], second["id"]]});
    let back = desk.main("action_undo", undo).await.unwrap();
    let card = desk
        .approval("card_get", json!({"id": back[0]["id"]}))
        .await
        .unwrap();
    assert_eq!(card["approve"], "Approve both");
    desk.click(&back[0]["id"], &[]).await;
    assert_eq!(desk.deal().await[1]["before"], "Send revised offer");
    desk.core.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_way_back_that_is_not_whole_nothing_waits() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let first = desk.propose(later("Call Ingrid")).await;
    let second = json!({"system": "demo-company", "operation": "crm.deals.update", "record": "20366",
        "arguments": {"close_date": "2026-10-15"}, "batch": first["id"]});
    let second = desk.propose(second).await;
    desk.click(&first["id"], &[]).await;
    let edited = desk.propose(later("Call Kari")).await;
    desk.click(&edited["id"], &[]).await;
    let undo = json!({"ids": [first["id"], second["id"]]});
    let refused = desk.main("action_undo", undo).await.unwrap_err();
    assert!(refused.message.contains("changed the record since"), "{refused}");
    let open = desk.main("action_list", json!({"open": true})).await.unwrap();
    assert_eq!(open["actions"], json!([]));
    desk.core.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_beforehand_is_done_so_often_and_for_nothing_else() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let first = desk.propose(later("Call Ingrid")).await;
    let allow = json!({"id": first["id"], "bounds": [], "count": 1, "hours": 24});
    let grant = desk.approval("grant_add", allow).await.unwrap();
    // The one that was asked about still waits.
    assert_eq!(
        desk.main("action_get", json!({"id": first["id"]})).await.unwrap()["state"],
        "awaiting"
    );
    assert_eq!(desk.propose(later("Something else")).await["state"], "awaiting");
    let again = desk.propose(later("Call Ingrid")).await;
    assert_eq!(again["state"], "succeeded", "{again}");
    assert_eq!(again["grant"], grant["id"]);
    let listed = desk.main("grant_list", json!({})).await.unwrap();
    assert_eq!(
        (&listed[0]["used"], &listed[0]["active"]),
        (&json!(1), &json!(false))
    );
    let third = desk.propose(later("Call Ingrid")).await;
    assert_eq!(third["state"], "awaiting", "it is used up");
    assert!(
        third["unused_grant"].as_str().unwrap().contains("1 in all"),
        "{third}"
    );
    // Another one, taken back before it is used.
    let allow = json!({"id": third["id"], "bounds": [], "count": 5, "hours": 24});
    let grant = desk.approval("grant_add", allow).await.unwrap();
    desk.main("grant_revoke", json!({"id": grant["id"]}))
        .await
        .unwrap();
    assert_eq!(desk.propose(later("Call Ingrid")).await["state"], "awaiting");
    // What reaches people is never offered.
    let reply = json!({"system": "demo-company", "operation": "helpdesk.tickets.reply",
        "arguments": {"id": "4812", "body": "Hello"}});
    let reply = desk.propose(reply).await;
    let offer = desk
        .main("grant_offer", json!({"id": reply["id"]}))
        .await
        .unwrap();
    assert!(offer["refused"].is_string(), "{offer}");
    let allow = json!({"id": reply["id"], "bounds": [], "count": 1, "hours": 1});
    assert!(desk.approval("grant_add", allow).await.is_err());
    desk.core.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emergency_switch_and_a_system_set_apart_hold_over_a_restart() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let action = desk.propose(later("Call Ingrid")).await;
    desk.main("stop_all", json!({"on": true})).await.unwrap();
    desk.core.close().await;

    let core = core(desk.home.path()).await;
    let desk = Desk {
        core,
        home: desk.home,
    };
    assert_eq!(desk.main("standing", json!({})).await.unwrap()["stopped"], true);
    // The card of before still counts, and nothing of it is sent.
    let decided = desk.click(&action["id"], &[]).await;
    assert_eq!(decided["actions"][0]["state"], "approved", "{decided}");
    let denied = desk.main("action_propose", later("More")).await.unwrap();
    assert_eq!(denied["action"]["state"], "denied", "{denied}");
    desk.main("stop_all", json!({"on": false})).await.unwrap();
    let done = desk
        .main("action_check", json!({"id": action["id"]}))
        .await
        .unwrap();
    assert_eq!(done["state"], "succeeded", "{done}");

    desk.main("system_quarantine", json!({"system": "demo-company", "on": true}))
        .await
        .unwrap();
    let denied = desk.main("action_propose", later("More")).await.unwrap();
    assert_eq!(denied["action"]["state"], "denied", "{denied}");
    desk.core.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_playground_leaves_no_trace_but_the_audit() {
    let desk = Desk::open().await;
    desk.main("demo_connect", json!({})).await.unwrap();
    let action = desk.propose(later("Call Ingrid")).await;
    desk.click(&action["id"], &[]).await;
    let records = desk.home.path().join("demo company");
    assert!(records.is_dir());
    desk.main("system_disconnect", json!({"system": "demo-company"}))
        .await
        .unwrap();
    assert!(!records.exists());
    let listed = desk.main("action_list", json!({})).await.unwrap();
    assert_eq!(listed["actions"], json!([]));
    assert_eq!(desk.main("contacts", json!({})).await.unwrap(), json!([]));
    assert_eq!(desk.main("audit_verify", json!({})).await.unwrap()["holds"], true);
    let receipt = desk
        .main("receipt_get", json!({"id": action["id"]}))
        .await
        .unwrap();
    assert_eq!(receipt["action"], Value::Null);
    assert!(!receipt.to_string().contains("Call Ingrid"));
    desk.core.close().await;
}

fn attache(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("attache"));
    command.arg("--home").arg(home).args(arguments);
    command
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn on_the_command_line_only_a_person_at_a_terminal_approves() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| attache(home.path(), arguments).output().unwrap();
    assert!(run(&["system", "demo"]).status.success());
    let proposed = run(&[
        "propose",
        "demo-company",
        "crm.deals.update",
        "--record",
        "Halden 40 unit expansion",
        "--arg",
        "amount_eur=1181280",
        "--clear",
        "pilot_site",
    ]);
    assert!(
        said(&proposed).contains("Pilot site: Moss DC 1 -> CLEARED"),
        "{}",
        said(&proposed)
    );
    let which = run(&[
        "propose",
        "demo-company",
        "crm.deals.update",
        "--record",
        "Halden",
        "--arg",
        "amount_eur=1",
    ]);
    assert!(
        !which.status.success() && said(&which).contains("Nothing was prepared"),
        "{}",
        said(&which)
    );
    let other = run(&["approvals", "pick", "2", "99999"]);
    assert!(!other.status.success(), "{}", said(&other));
    let picked = run(&["approvals", "pick", "2", "20418"]);
    assert!(
        picked.status.success() && said(&picked).contains("You picked it among several"),
        "{}",
        said(&picked)
    );

    let mut piped = attache(home.path(), &["approvals", "approve", "1"]);
    piped
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut piped = piped.spawn().unwrap();
    piped.stdin.take().unwrap().write_all(b"yes\n").unwrap();
    let piped = piped.wait_with_output().unwrap();
    assert!(
        !piped.status.success() && said(&piped).contains("at a terminal"),
        "{}",
        said(&piped)
    );

    // `script` gives it a terminal, on which somebody types. Each run starts the demo company anew, and the card holds.
    let typed = |word: &str| {
        let command = format!(
            "'{}' --home '{}' approvals approve 1",
            program("attache").display(),
            home.path().display()
        );
        let mut script = Command::new("script");
        script
            .args(["-q", "-e", "-c", &command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut script = script.spawn().unwrap();
        script
            .stdin
            .take()
            .unwrap()
            .write_all(format!("{word}\n").as_bytes())
            .unwrap();
        script.wait_with_output().unwrap()
    };
    let no = typed("no");
    assert!(
        !no.status.success() && said(&no).contains("it still waits"),
        "{}",
        said(&no)
    );
    let yes = typed("yes");
    assert!(
        yes.status.success() && said(&yes).contains("Done."),
        "{}",
        said(&yes)
    );
    let receipt = run(&["receipt", "show", "1"]);
    assert!(
        receipt.status.success() && said(&receipt).contains("Approved by a person."),
        "{}",
        said(&receipt)
    );
    assert!(run(&["audit", "verify"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_second_person_has_to_sign_is_not_approved_by_one() {
    let home = tempfile::tempdir().unwrap();
    let policies = home.path().join("policies");
    std::fs::create_dir(&policies).unwrap();
    let rule = "@id(\"two-eyes-more\")\n@why(\"Deals are changed by two.\")\n@needs(\"second-signature\")\n\
                forbid (principal, action == Action::\"run\", resource);";
    std::fs::write(policies.join("ours.cedar"), rule).unwrap();
    let desk = Desk {
        core: core(home.path()).await,
        home,
    };
    desk.main("demo_connect", json!({})).await.unwrap();
    let action = desk.propose(later("Call Ingrid")).await;
    assert_eq!(action["verdict"]["second_signature"], true, "{action}");
    let shown = desk
        .approval("card_get", json!({"id": action["id"]}))
        .await
        .unwrap();
    let click = json!({"id": action["id"], "shown": shown["digest"], "word": shown["word"]});
    let refused = desk.approval("action_approve", click).await.unwrap_err();
    assert!(
        refused.message.contains("A second person has to sign it"),
        "{refused}"
    );
    let still = desk
        .main("action_get", json!({"id": action["id"]}))
        .await
        .unwrap();
    assert_eq!(still["state"], "awaiting", "{still}");
    desk.core.close().await;
}
