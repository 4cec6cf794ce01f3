use std::collections::HashMap;

use domain::ActionId;
use governance::audit::{Row, Verifier};
use orchestration::governed::{Action, Stop};
use serde::Deserialize;
use serde_json::Value;

use super::{Access, ActionRequest, BOTH, Command, MAIN, Window};
use crate::actions::{ActionView, Happening, Receipt, ReceiptRow, event_words};
use crate::activity::ANSWER;
use crate::{Copilot, Failure};

/// Shows everything that is known of an action, for good.
pub struct ReceiptGet;

impl Command for ReceiptGet {
    const NAME: &'static str = "receipt_get";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionRequest;
    type Response = Receipt;

    async fn run(copilot: &Copilot, request: ActionRequest) -> Result<Receipt, Failure> {
        let rows = copilot.audit.rows_about(request.id).await?;
        let action = match copilot.governed.action(request.id).await {
            Ok(action) => Some(ActionView::from(&action)),
            Err(Stop::NoAction(_)) if !rows.is_empty() => None,
            Err(stop) => return Err(stop.into()),
        };
        let holds = rows.iter().all(Verifier::row_holds);
        Ok(Receipt {
            action,
            rows: rows.iter().map(shown).collect(),
            holds,
        })
    }
}

fn shown(row: &Row) -> ReceiptRow {
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    ReceiptRow {
        seq: row.seq,
        at: body.get("at").and_then(Value::as_i64).unwrap_or_default(),
        words: event_words(text("event"), text("state")),
        event: text("event").to_owned(),
        hash: row.hash.to_string(),
        prev: row.prev.to_string(),
        body: row.body.clone(),
    }
}

/// What happened, the newest first.
pub struct ActivityList;

/// Which part of it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ActivityRequest {
    /// Only what is before this row.
    #[serde(default)]
    pub before: Option<u64>,
}

/// So much is listed at once.
const SOME: u32 = 100;

impl Command for ActivityList {
    const NAME: &'static str = "activity_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ActivityRequest;
    type Response = Vec<Happening>;

    async fn run(copilot: &Copilot, request: ActivityRequest) -> Result<Vec<Happening>, Failure> {
        let rows = copilot.audit.beginnings_before(request.before, SOME).await?;
        let bodies: Vec<(u64, Value)> = rows
            .iter()
            .map(|row| (row.seq, serde_json::from_str(&row.body).unwrap_or_default()))
            .collect();
        let ids: Vec<ActionId> = bodies.iter().filter_map(|(_, body)| action_of(body)).collect();
        let kept = copilot.governed.actions(&ids).await?;
        let kept: HashMap<ActionId, &Action> = kept.iter().map(|action| (action.id, action)).collect();
        let happenings = bodies.iter().map(|(seq, body)| {
            let action = action_of(body).and_then(|id| kept.get(&id));
            happening(*seq, body, action.map(|action| ActionView::from(*action)))
        });
        Ok(happenings.collect())
    }
}

/// The action that a row of the audit is about.
fn action_of(body: &Value) -> Option<ActionId> {
    body.get("action").and_then(Value::as_i64).map(ActionId)
}

fn happening(seq: u64, body: &Value, kept: Option<ActionView>) -> Happening {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = text("kind");
    let (words, result) = match (&kept, kind) {
        (Some(view), _) => {
            let by = match (&view.grant, view.verdict.decision.as_str()) {
                (Some(_), _) => " on a permission of yours",
                (None, "allow") => " without asking, by a rule",
                _ => "",
            };
            (
                view.sentence.clone(),
                format!("{}{by}", label_first(&view.state.to_string())),
            )
        }
        (None, "action") => (
            format!("{} in {}", text("operation"), text("system")),
            "Erased; its rows in the audit stay".to_owned(),
        ),
        (None, ANSWER) => ("A question was answered".to_owned(), answer_words(body)),
        (None, _) => (
            event_words(text("event"), text("state")),
            text("system").to_owned(),
        ),
    };
    Happening {
        seq,
        at: body.get("at").and_then(Value::as_i64).unwrap_or_default(),
        kind: kind.to_owned(),
        words,
        result,
        action: action_of(body),
        state: kept.map(|view| view.state),
    }
}

fn label_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn answer_words(body: &Value) -> String {
    let count = |key: &str| body.get(key).and_then(Value::as_u64).unwrap_or_default();
    match body.get("state").and_then(Value::as_str) {
        Some("answered") => {
            let (citations, files) = (count("citations"), count("files_read"));
            let citations = if citations == 1 {
                "1 passage".to_owned()
            } else {
                format!("{citations} passages")
            };
            let files = if files == 1 {
                "1 file".to_owned()
            } else {
                format!("{files} files")
            };
            format!("On this device, {citations} cited, {files} read")
        }
        Some("abstained") => "On this device, nothing in the folders says it".to_owned(),
        Some("stopped") => "Stopped by you".to_owned(),
        _ => "Interrupted".to_owned(),
    }
}
