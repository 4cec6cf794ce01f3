use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use app::{Core, Home, LedgerActions};
use domain::ActionId;
use experience::commands::Window;
use experience::events::{CoreState, Event};
use governance::policy::{Decision, Facts, Policies, PolicyFile};
use orchestration::governed::{ActionBook, Noted};
use serde_json::{Map, Value, json};
use storage::Ledger;

use super::audit::Disk;
use super::{Bench, Show};
use crate::Outcome;
use crate::figure::{Figure, Goal, median, quantile};

const NAME: &str = "governing";
/// As many policies as a large company writes.
const POLICIES: usize = 500;
/// Systems that they are for.
const SYSTEMS: usize = 25;
/// Actions that somebody has done in a year or two.
const RECEIPTS: usize = 10_000;
const DEAL: &str = "20418";

/// What a decision, a list and a click cost.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    deciding(bench, show)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(clicking(bench, show))?;
    runtime.block_on(listing(bench, show))
}

/// A company's policies of several kinds, some for one system and some for all, in so many files as there are systems.
fn policies() -> Vec<PolicyFile> {
    let shipped = 12;
    let one = |n: usize| {
        let (system, rest) = (n % SYSTEMS, n / SYSTEMS);
        let resource = if n.is_multiple_of(5) {
            "resource".to_owned()
        } else {
            format!("resource == System::\"s{system}\"")
        };
        let when = match n % 4 {
            0 => format!("context.amount > {}", 1_000_000 + rest),
            1 => format!(
                "context.operation like \"crm.kind{rest}.*\" && context.count > {}",
                5 + rest % 10
            ),
            2 => format!("context.destinations.contains(\"person{n}@example.com\")"),
            _ => format!(
                "context.integrity == Integrity::\"text\" && context.operation == \"crm.kind{rest}.update\""
            ),
        };
        format!(
            "@id(\"company-{n}\") @why(\"The company's rule {n}.\")\nforbid (principal, action == Action::\"run\", {resource})\nwhen {{ {when} }};\n"
        )
    };
    let file = |system: usize| PolicyFile {
        name: format!("s{system}.cedar"),
        text: (0..POLICIES - shipped)
            .filter(|n| n % SYSTEMS == system)
            .map(one)
            .collect(),
    };
    (0..SYSTEMS).map(file).collect()
}

fn deciding(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let policies = Policies::with_company(&policies()).map_err(|faults| faults.to_string())?;
    let shipped = Policies::shipped().map_err(|faults| faults.to_string())?;
    let asked: Vec<Facts> = (0..200).map(facts).collect::<Result<_, _>>()?;
    let (mut times, mut beside, mut asks) = (Vec::new(), Vec::new(), 0);
    for round in 0..bench.size(100, 5) {
        for facts in &asked {
            for (rules, times) in [(&policies, &mut times), (&shipped, &mut beside)] {
                let started = Instant::now();
                let verdict = std::hint::black_box(rules.judge(facts));
                let time = started.elapsed().as_secs_f64() * 1e6;
                asks += usize::from(verdict.decision == Decision::Ask);
                // The first round warms up.
                if round > 0 {
                    times.push(time);
                }
            }
        }
    }
    if asks == 0 {
        return Err("nothing was asked about".into());
    }
    let told = |times: &[f64]| {
        format!(
            "p50 {:.0} µs, p95 {:.0} µs, p99 {:.0} µs",
            median(times),
            quantile(times, 0.95),
            quantile(times, 0.99)
        )
    };
    for (share, unit, goal) in [(0.5, "µs p50", 200.0), (0.99, "µs p99", 1_000.0)] {
        show(Figure::new(
            NAME,
            format!("a decision by {} policies", policies.rules().len()),
            told(&times),
            format!(
                "{} by the {} that Attaché ships with",
                told(&beside),
                shipped.rules().len()
            ),
            (quantile(&times, share), unit),
            Goal::AtMost(goal),
        ))?;
    }
    Ok(())
}

/// Proposals of several kinds to several systems.
fn facts(n: usize) -> Result<Facts, serde_json::Error> {
    let side = ["write", "send", "read", "write"][n % 4];
    serde_json::from_value(json!({
        "proposer": {"model": "m"}, "system": format!("s{}", n % SYSTEMS),
        "operation": format!("crm.kind{}.update", n % 20), "side_effect": side,
        "undo": if side == "read" { Value::Null } else { json!("restorable") },
        "severe": false, "local": false, "egress": side == "send", "right_account": true, "pinned": true,
        "count": 1 + n % 8, "amount": n * 7_919,
        "destinations": if side == "send" { json!([format!("person{n}@example.com")]) } else { json!([]) },
        "outside": side == "send", "integrity": if n.is_multiple_of(3) { "text" } else { "user" }, "confidentiality": "internal",
        "destinations_may_read": true, "from_text": false, "from_nowhere": false, "granted": false, "stopped": false,
        "quarantined": false,
    }))
}

/// A core on a home, as a window has it.
async fn core(home: &Path) -> Outcome<Core> {
    let core = Core::start(
        Home::new(Some(home)).map_err(|failure| failure.to_string())?,
        "bench",
    );
    let mut told = core.listen();
    loop {
        match told.next().await {
            Event::Core {
                state: CoreState::Ready,
                ..
            } => return Ok(core),
            Event::Core {
                failure: Some(failure),
                ..
            } => return Err(failure.to_string().into()),
            _ => {}
        }
    }
}

async fn call(core: &Core, window: Window, name: &str, request: Value) -> Outcome<Value> {
    let answer = core.call(window, name, request).await;
    answer.map_err(|failure| format!("{name}: {failure}").into())
}

/// From the click on Approve to the moment at which the demo company, a process of its own, has the request. Its journal
/// says when that was.
async fn clicking(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("governing/click")?;
    let core = core(&folder).await?;
    call(&core, Window::Main, "demo_connect", json!({})).await?;
    let mut disk = Disk::new(&folder.join("raw"), 3)?;
    let (mut times, mut own) = (Vec::new(), Vec::new());
    for n in 0..bench.size(100, 5) {
        own.push(disk.write()?);
        let asked = json!({"system": "demo-company", "operation": "crm.deals.update",
            "arguments": {"id": DEAL, "amount_eur": 1_000 + n}});
        let proposed = call(&core, Window::Main, "action_propose", asked).await?;
        let id = &proposed["action"]["id"];
        let card = call(&core, Window::Approval, "card_get", json!({"id": id})).await?;
        let click = json!({"id": id, "shown": card["digest"], "word": card["word"]});
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let decided = call(&core, Window::Approval, "action_approve", click).await?;
        if decided["actions"][0]["state"] != "succeeded" {
            return Err(format!("it was not done: {decided}").into());
        }
        let arrived = arrived(&folder.join("demo company"))?;
        times.push(arrived.saturating_sub(began).as_secs_f64() * 1e3);
    }
    core.close().await;
    // Between the click and the request there are two arrows of the journal: approved, and dispatching.
    let beyond: Vec<f64> = times.iter().map(|time| time - 2.0 * median(&own)).collect();
    show(Figure::new(
        NAME,
        "from the click on Approve to the request at the company, beyond two waits for the disk",
        format!(
            "p50 {:.1} ms, p95 {:.1} ms with the disk",
            median(&times),
            quantile(&times, 0.95)
        ),
        format!("{:.2} ms for the disk alone, each", median(&own)),
        (quantile(&beyond, 0.95), "ms p95"),
        Goal::AtMost(30.0),
    ))
}

/// When the newest change arrived at the company, by its journal.
fn arrived(records: &Path) -> Outcome<Duration> {
    let mut newest = None;
    for entry in std::fs::read_dir(records)? {
        let text = std::fs::read_to_string(entry?.path()).unwrap_or_default();
        for line in text.lines().filter(|line| line.contains("\"PATCH\"")) {
            let line: Value = serde_json::from_str(line)?;
            if let Some(at) = line["received"]["at"].as_str() {
                newest = newest.max(Some(at.parse::<jiff::Timestamp>()?));
            }
        }
    }
    let newest = newest.ok_or("no change arrived at the company")?;
    Ok(Duration::try_from(
        newest.duration_since(jiff::Timestamp::UNIX_EPOCH),
    )?)
}

/// Lists of the page over many receipts: real actions, each with the rows that one leaves in the audit at its begin.
async fn listing(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let count = bench.size(RECEIPTS, 300);
    let folder = bench.folder("governing/list")?;
    let first = core(&folder).await?;
    call(&first, Window::Main, "demo_connect", json!({})).await?;
    let asked = json!({"system": "demo-company", "operation": "crm.deals.update",
        "arguments": {"id": DEAL, "amount_eur": 1_000, "next_step": "Call"}});
    let proposed = call(&first, Window::Main, "action_propose", asked).await?;
    let id = ActionId(
        proposed["action"]["id"]
            .as_i64()
            .ok_or("an action without a number")?,
    );
    call(
        &first,
        Window::Main,
        "action_deny",
        json!({"ids": [id], "reason": ""}),
    )
    .await?;
    first.close().await;

    let ledger = Ledger::open(&folder.join("ledger.sqlite")).await?;
    ledger.begin_epoch(0).await?;
    let book = LedgerActions(ledger.clone());
    let mut action = book.get(&[id]).await?.pop().ok_or("the action is gone")?;
    for n in 1..count {
        action.created += 1_000;
        let noted = |event: &str| Noted {
            at: n as i64,
            details: Map::from_iter([
                ("event".to_owned(), event.into()),
                ("state".to_owned(), "rejected".into()),
            ]),
        };
        book.add(&action, noted("proposed")).await?;
    }
    ledger.close().await;
    let core = core(&folder).await?;
    for (what, name) in [("actions", "action_list"), ("receipts", "activity_list")] {
        let mut times = Vec::new();
        for _ in 0..bench.size(100, 5) {
            let started = Instant::now();
            let listed = call(&core, Window::Main, name, json!({})).await?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            let listed = listed.get("actions").unwrap_or(&listed);
            if listed.as_array().is_none_or(|listed| listed.len() < 100) {
                return Err(format!("`{name}` lists too few").into());
            }
        }
        show(Figure::new(
            NAME,
            format!("`{name}`, the newest 100 of {count} {what}"),
            format!(
                "p50 {:.1} ms, p95 {:.1} ms",
                median(&times),
                quantile(&times, 0.95)
            ),
            "",
            (quantile(&times, 0.95), "ms p95"),
            Goal::AtMost(50.0),
        ))?;
    }
    core.close().await;
    Ok(())
}
