//! What is proposed, decided and done in systems outside, on the command line.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use domain::ActionId;
use experience::actions::{
    ActionState, ActionView, CardView, Decided, GrantView, OriginView, Proposed, Receipt,
};
use experience::commands::{
    ActionApprove, ActionCheck, ActionDeny, ActionGet, ActionList, ActionPick, ActionPropose, ActionRequest,
    ActionSay, ActionUndo, ActionsRequest, ApproveRequest, CardGet, CardRequest, Command, Contacts,
    DemoConnect, DenyRequest, FoundOut, GrantList, GrantRevoke, HostView, Nothing, PickRequest,
    ProposeRequest, QuarantineRequest, ReceiptGet, RevokeRequest, SayRequest, SignInState, Standing,
    StandingGet, StopAll, StopAllRequest, SystemDisconnect, SystemList, SystemQuarantine, SystemRequest,
    SystemTest, SystemView, UndoRequest,
};
use experience::{Copilot, Failure};
use serde_json::Value;

use crate::arguments::{ApprovalsDo, GrantsDo, Proposal, ReceiptDo, SystemDo};
use crate::{connecting, show};

/// Connects, lists, forgets systems.
pub async fn system(copilot: &Copilot, what: SystemDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        SystemDo::List => {
            let systems = SystemList::run(copilot, Nothing {}).await?;
            show::value(&systems, json, |systems| {
                if systems.is_empty() {
                    show::line("No system is connected. `attache system demo` connects the demo company.");
                }
                systems.iter().for_each(system_line);
            });
        }
        SystemDo::Show { system } => {
            let systems = SystemList::run(copilot, Nothing {}).await?;
            let found = systems.into_iter().find(|own| own.id == system).ok_or_else(|| {
                Failure::user(
                    format!("There is no connected system `{system}`."),
                    "`attache system list` shows them.",
                )
            })?;
            show::value(&found, json, system_whole);
        }
        SystemDo::Demo => {
            let system = DemoConnect::run(copilot, Nothing {}).await?;
            show::value(&system, json, |system| {
                system_line(system);
                show::line(
                    "Nothing in it is real. `attache system remove demo-company` leaves it without a trace.",
                );
            });
        }
        SystemDo::Test { system } => {
            SystemTest::run(copilot, SystemRequest { system }).await?;
            show::value(&Nothing {}, json, |_| {
                show::line("It answers, and your sign-in holds.")
            });
        }
        SystemDo::SignIn { system, how } => connecting::again(copilot, system, how, json).await?,
        SystemDo::Connectors => connecting::connectors(copilot, json).await?,
        SystemDo::Remove { system } => {
            let done = SystemDisconnect::run(copilot, SystemRequest { system }).await?;
            show::value(&done, json, |done| {
                show::line("It is forgotten.");
                done.warning.iter().for_each(|warning| show::line(warning));
            });
        }
        SystemDo::SetApart { system } => {
            SystemQuarantine::run(copilot, QuarantineRequest { system, on: true }).await?;
            show::value(&Nothing {}, json, |_| {
                show::line("It is set apart: everything in it can be read, and nothing is sent to it.");
            });
        }
        SystemDo::Back { system } => {
            SystemQuarantine::run(copilot, QuarantineRequest { system, on: false }).await?;
            show::value(&Nothing {}, json, |_| show::line("It is back."));
        }
        SystemDo::Stop => standing(&StopAll::run(copilot, StopAllRequest { on: true }).await?, json),
        SystemDo::Start => standing(&StopAll::run(copilot, StopAllRequest { on: false }).await?, json),
        SystemDo::Hosts => {
            let hosts = Contacts::run(copilot, Nothing {}).await?;
            show::value(&hosts, json, |hosts| {
                if hosts.is_empty() {
                    show::line("No host was contacted.");
                }
                hosts.iter().for_each(host_line);
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn standing(standing: &Standing, json: bool) {
    show::value(standing, json, |standing| {
        show::line(if standing.stopped {
            "All sending is stopped. Everything can be read."
        } else {
            "What is approved is sent."
        });
        show::line(&format!(
            "{} wait for you, {} are under way.",
            standing.waiting, standing.under_way
        ));
    });
}

fn host_line(host: &HostView) {
    let refused = if host.refused > 0 {
        format!(", {} refused", host.refused)
    } else {
        String::new()
    };
    show::line(&format!(
        "{}  for {}, {}: {} times, {} bytes sent, {} received{refused}",
        host.host, host.system, host.purpose, host.contacts, host.sent, host.received
    ));
}

fn system_line(system: &SystemView) {
    let demo = if system.demo { ", a demo" } else { "" };
    let apart = if system.quarantined { ", set apart" } else { "" };
    let state = system
        .trouble
        .clone()
        .unwrap_or_else(|| format!("{} operations", system.operations.len()));
    let account = &system.account;
    let sign_in = system.sign_in.as_ref().map(signed).unwrap_or_default();
    show::line(&format!(
        "{}  {} as {account}{demo}{apart}: {state}{sign_in}",
        system.id, system.title
    ));
}

/// How a sign-in at a provider stands.
fn signed(state: &SignInState) -> String {
    let until = state
        .until
        .and_then(|until| jiff::Timestamp::from_millisecond(until).ok());
    let until = until.map(|until| {
        until
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    });
    match (state.holds, state.renewed, until) {
        (false, ..) => ", sign in again".to_owned(),
        (true, true, Some(until)) => format!(", signed in until {until}, then renewed"),
        (true, false, Some(until)) => format!(", signed in until {until}"),
        (true, _, None) => ", signed in".to_owned(),
    }
}

fn system_whole(system: &SystemView) {
    system_line(system);
    for kind in &system.sync {
        let kept = match (kind.chosen, &kind.trouble) {
            (false, _) => "can be kept on this device".to_owned(),
            (true, None) => format!("{} kept on this device", kind.records),
            (true, Some(trouble)) => {
                format!("{} kept on this device, not up to date: {trouble}", kind.records)
            }
        };
        show::line(&format!("  {} ({}): {kept}", kind.title, kind.kind));
    }
    if let Some(state) = system.sign_in.as_ref().filter(|state| !state.scopes.is_empty()) {
        show::line(&format!("  allowed there: {}", state.scopes.join(", ")));
    }
    for operation in &system.operations {
        let changed = if operation.changed {
            "  CHANGED since it was connected: nothing is done with it"
        } else {
            ""
        };
        show::line(&format!(
            "  {}  [{}] {}{changed}",
            operation.name, operation.side_effect, operation.summary
        ));
        for parameter in &operation.parameters {
            let required = if parameter.required { ", required" } else { "" };
            show::line(&format!("      {}: {}{required}", parameter.name, parameter.form));
        }
    }
}

/// Proposes a change.
pub async fn propose(copilot: &Copilot, proposal: Proposal, json: bool) -> Result<ExitCode, Failure> {
    let mut arguments = connecting::arguments(proposal.arguments)?;
    for name in proposal.clear {
        arguments.insert(name, Value::Null);
    }
    let request = ProposeRequest {
        system: proposal.system,
        operation: proposal.operation,
        arguments,
        record: proposal.record,
        reason: proposal.reason,
        batch: proposal.with.map(ActionId),
    };
    let proposed = ActionPropose::run(copilot, request).await?;
    show::value(&proposed, json, |proposed| match proposed {
        Proposed::Action { action } => {
            whole(action);
            if action.state == ActionState::Awaiting {
                show::line(&format!(
                    "Decide it with `attache approvals approve {}`.",
                    action.id
                ));
            }
        }
        Proposed::Which { action } => {
            whole(action);
            show::line(&format!(
                "Nothing was prepared. Say which with `attache approvals pick {} RECORD`.",
                action.id
            ));
        }
    });
    Ok(match proposed {
        Proposed::Action { .. } => ExitCode::SUCCESS,
        Proposed::Which { .. } => ExitCode::FAILURE,
    })
}

/// Lists, shows, decides.
pub async fn approvals(copilot: &Copilot, what: ApprovalsDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        ApprovalsDo::List { all } => {
            let request = ActionsRequest {
                open: !all,
                before: None,
            };
            let listed = ActionList::run(copilot, request).await?;
            let standing = StandingGet::run(copilot, Nothing {}).await?;
            show::value(&listed.actions, json, |actions| {
                if standing.stopped {
                    show::line("All sending is stopped.");
                }
                if actions.is_empty() {
                    show::line("Nothing waits for you.");
                }
                for action in actions {
                    show::line(&format!("{}  {}: {}", action.id, action.state, action.sentence));
                }
            });
        }
        ApprovalsDo::Show { id } => {
            let action = ActionGet::run(copilot, request(id)).await?;
            show::value(&action, json, whole);
        }
        ApprovalsDo::Approve { id, strike } => return approve(copilot, id, strike, json).await,
        ApprovalsDo::Deny { ids, reason } => {
            let denied = DenyRequest {
                ids: ids.into_iter().map(ActionId).collect(),
                reason,
            };
            show::value(&ActionDeny::run(copilot, denied).await?, json, |all| lines(all));
        }
        ApprovalsDo::Pick { id, record } => {
            let id = ActionId(id);
            let action = ActionPick::run(copilot, PickRequest { id, record }).await?;
            show::value(&action, json, whole);
        }
        ApprovalsDo::Check { id } => {
            let action = ActionCheck::run(copilot, request(id)).await?;
            show::value(&action, json, whole);
        }
        ApprovalsDo::Say { id, found } => {
            let action = ActionGet::run(copilot, request(id)).await?;
            let found = FoundOut::from(found);
            if found == FoundOut::SendAgain {
                whole(&action);
                asked("Type `send again` to send it again", "send again")?;
            }
            let request = SayRequest {
                id: ActionId(id),
                found,
            };
            show::value(&ActionSay::run(copilot, request).await?, json, whole);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the card as it is now, asks the person at this terminal, and does exactly that.
async fn approve(copilot: &Copilot, id: i64, strike: Vec<i64>, json: bool) -> Result<ExitCode, Failure> {
    let struck: Vec<ActionId> = strike.into_iter().map(ActionId).collect();
    let card = CardRequest {
        id: ActionId(id),
        struck: struck.clone(),
    };
    let card: CardView = CardGet::run(copilot, card).await?;
    let Some(shown) = card.digest.clone() else {
        return Err(Failure::user(
            "Everything on this card is struck out.",
            "`attache approvals deny` denies it.",
        ));
    };
    let left = |action: &&ActionView| !struck.contains(&action.id);
    show::to_terminal(&card.sentence);
    card.actions
        .iter()
        .filter(left)
        .for_each(|action| whole_to(action, show::to_terminal));
    for question in &card.questions {
        let id = question.id;
        show::to_terminal(&format!(
            "Left out until you say which record is meant: {} `attache approvals show {id}` lists those it could be.",
            question.sentence
        ));
    }
    let word = card.word.clone().unwrap_or_else(|| "yes".to_owned());
    let typed = asked(&format!("{}? Type `{word}`", card.approve), &word)?;
    let request = ApproveRequest {
        id: ActionId(id),
        struck,
        shown,
        word: Some(typed),
    };
    let decided = ActionApprove::run(copilot, request).await?;
    show::value(&decided, json, |decided| match decided {
        Decided::Approved { actions } => lines(actions),
        Decided::Changed { fresh } => {
            show::line("The record changed after the card was made. Nothing was sent. This is the new card:");
            whole(fresh);
        }
    });
    let done = matches!(&decided, Decided::Approved { actions }
        if actions.iter().all(|action| action.state == ActionState::Succeeded));
    Ok(if done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What the person types. Only a terminal counts: what a program is fed through a pipe, nobody has seen.
fn asked(question: &str, wanted: &str) -> Result<String, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::user(
            "Nothing was approved: this is decided by a person at a terminal or in the window.",
            "Run it yourself in a terminal, without a pipe.",
        ));
    }
    show::ask(question);
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if read.is_err() || line.trim().to_lowercase() != wanted {
        return Err(Failure::user(
            "Nothing was approved, and it still waits.",
            "Type the word that is asked for.",
        ));
    }
    Ok(line.trim().to_lowercase())
}

/// Proposes the way back.
pub async fn undo(copilot: &Copilot, ids: Vec<i64>, json: bool) -> Result<ExitCode, Failure> {
    let request = UndoRequest {
        ids: ids.into_iter().map(ActionId).collect(),
    };
    let proposed = ActionUndo::run(copilot, request).await?;
    show::value(&proposed, json, |all| {
        all.iter().for_each(whole);
        if let Some(first) = all.first() {
            show::line(&format!(
                "Decide it with `attache approvals approve {}`.",
                first.id
            ));
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Lists or takes back what was allowed beforehand.
pub async fn grants(copilot: &Copilot, what: GrantsDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        GrantsDo::List => {
            let grants = GrantList::run(copilot, Nothing {}).await?;
            show::value(&grants, json, |grants| {
                if grants.is_empty() {
                    show::line("Nothing is allowed beforehand. In the window, a card offers it.");
                }
                grants.iter().for_each(grant_line);
            });
        }
        GrantsDo::Revoke { id } => {
            GrantRevoke::run(copilot, RevokeRequest { id }).await?;
            show::value(&Nothing {}, json, |_| show::line("It is taken back."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn grant_line(grant: &GrantView) {
    let state = if grant.active {
        "counts"
    } else {
        "does not count any more"
    };
    show::line(&format!(
        "{}  {} in {} as {}: {} of {} used, until {}, {state}",
        grant.id,
        grant.words,
        grant.system,
        grant.account,
        grant.used,
        grant.count,
        moment(grant.until)
    ));
    for (name, bound) in &grant.bounds {
        show::line(&format!("      {name}: {bound}"));
    }
}

/// Shows a receipt.
pub async fn receipt(copilot: &Copilot, what: ReceiptDo, json: bool) -> Result<ExitCode, Failure> {
    let ReceiptDo::Show { id } = what;
    let receipt: Receipt = ReceiptGet::run(copilot, request(id)).await?;
    show::value(&receipt, json, |receipt| {
        match &receipt.action {
            Some(action) => whole(action),
            None => show::line("What was proposed was erased. The rows of the audit stay."),
        }
        for row in &receipt.rows {
            show::line(&format!(
                "{}  {}  {}  {}",
                row.seq,
                moment(row.at),
                row.words,
                row.hash
            ));
        }
        show::line(if receipt.holds {
            "Each of these rows is what was written. `attache audit verify` checks the whole chain."
        } else {
            "A row is not what was written."
        });
    });
    Ok(if receipt.holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn request(id: i64) -> ActionRequest {
    ActionRequest { id: ActionId(id) }
}

fn lines(actions: &[ActionView]) {
    for action in actions {
        show::line(&format!(
            "{}  {} {}",
            action.id, action.sentence, action.state_words
        ));
    }
}

/// The whole of a proposal, as a card shows it.
fn whole(action: &ActionView) {
    whole_to(action, show::line);
}

fn whole_to(action: &ActionView, say: fn(&str)) {
    say(&format!("{}  {}", action.id, action.sentence));
    say(&format!("    {}", action.state_words));
    say(&format!("    As {}", action.account));
    if let Some(record) = &action.record {
        say(&format!(
            "    On {} {} in {}",
            record.kind, record.id, action.system_title
        ));
        if let Some(meant) = &record.meant {
            say(&format!("    Found by “{}”: {}", meant.words, meant.how));
            meant
                .runners_up
                .iter()
                .for_each(|near| say(&format!("      next closest: {} ({})", near.title, near.id)));
        }
    }
    if let Some(which) = &action.which {
        for near in &which.candidates {
            say(&format!("      {}  {}  {}", near.id, near.title, near.about));
        }
    }
    for change in &action.changes {
        let before = change.before.as_deref().unwrap_or("empty");
        let after = change.after.as_deref().unwrap_or("CLEARED");
        say(&format!("    {}: {before} -> {after}", change.label));
        change.origin.iter().for_each(|origin| origin_line(origin, say));
    }
    for given in &action.given {
        if action.message.is_none() {
            say(&format!("    {}: {}", given.label, given.value));
        } else if given.origin.kind != "user" {
            say(&format!("    {}:", given.label));
        }
        origin_line(&given.origin, say);
    }
    if action.unchanged > 0 {
        say(&format!("    {} other fields stay as they are", action.unchanged));
    }
    if let Some(message) = &action.message {
        say(&format!("    To: {}", message.to.join(", ")));
        say(&format!("    Subject: {}", message.subject));
        message
            .body
            .lines()
            .for_each(|line| say(&format!("    | {line}")));
    }
    let because: Vec<&str> = action
        .verdict
        .rules
        .iter()
        .map(|rule| rule.why.as_str())
        .collect();
    say(&format!("    {} {}", action.verdict.question, because.join(" ")));
    action
        .verdict
        .needs
        .iter()
        .for_each(|need| say(&format!("    {need}")));
    if action.which.is_some() {
        return;
    }
    say(match action.undo {
        Some(experience::actions::UndoView::Restorable) => "    Can be undone: the old values are kept",
        Some(experience::actions::UndoView::Compensable) => "    Can be made up for, but stays visible",
        Some(experience::actions::UndoView::Irreversible) | None => "    Can't be taken back",
    });
}

/// Where a value comes from, unless the person typed it.
fn origin_line(origin: &OriginView, say: fn(&str)) {
    let quote = origin.quote.as_deref();
    let quote = quote.map(|quote| format!(": “{quote}”")).unwrap_or_default();
    let source = origin.source.as_ref().map_or("", |source| &source.object);
    match origin.kind.as_str() {
        "user" => {}
        "within" => say(&format!(
            "      from a text that somebody else wrote, {source}{quote}"
        )),
        "field" => say(&format!("      from {source}{quote}")),
        _ => say("      from nowhere that was in view"),
    }
}

fn moment(at: i64) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at).map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
    zoned.map_or_else(
        |_| at.to_string(),
        |zoned| zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
