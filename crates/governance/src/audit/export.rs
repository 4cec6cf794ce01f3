//! The audit in other programs' forms. Each carries `seq`, `prev`, `hash` and the body as it was written, so that nothing is
//! lost and the chain can be made again from it ([`Form::Jsonl`] is the one that [`super::verify_file`] reads).
//!
//! # CSV
//!
//! RFC 4180: a heading, every cell in quotes, lines that end with CR LF. A cell that a spreadsheet would take for a formula
//! (it begins with `=`, `+`, `-`, `@`, a tab or a line break; see OWASP, *CSV Injection*) gets an apostrophe before it, and
//! so does one that begins with an apostrophe: whoever reads takes one away.
//!
//! # OCSF
//!
//! One event of the class *API Activity* (6003) a row, schema [`OCSF`] (<https://schema.ocsf.io>; definitions read in
//! `ocsf/ocsf-schema`: `events/base_event.json`, `events/application/api_activity.json`, `objects/{actor,api,metadata,
//! network_endpoint,product}.json`). Attributes with the requirement *required* are there in each.
//!
//! | attribute | from |
//! |---|---|
//! | `activity_id` | an answer reads (2); an action by the last word of its operation: 1 create, 2 read, 3 update, 4 delete, else 99 |
//! | `status_id` | 1 `answered`, `succeeded`; 2 `denied`, `rejected`, `expired`, `failed`; 0 `unknown`, `needs_person`; else 99; the word itself is `status` |
//! | `severity_id` | 3 (medium) `failed`, `unknown`, `needs_person`; 2 (low) `denied`, `rejected`, `expired`; else 1 |
//! | `actor.user.name` | who approved, else `local user` |
//! | `api.operation`, `api.service.name` | `operation` and `system`; of an answer, `answer` and its engine |
//! | `api.request.uid` | the digest of the request, where there is one |
//! | `src_endpoint` | this machine |
//! | `metadata.uid`, `.sequence`, `.event_code` | `hash`, `seq`, `kind` |
//! | `raw_data` | the body, byte for byte |
//! | `unmapped` | `seq`, `prev`, `hash` |

use serde_json::{Map, Value, json};

use super::{Row, Unwritable};

/// The version of the schema that events name.
pub const OCSF: &str = "1.9.0";

/// A form of an exported audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A JSON object a line; the one that can be verified.
    #[default]
    Jsonl,
    /// For spreadsheets.
    Csv,
    /// For a system that collects security events.
    Ocsf,
}

impl Form {
    /// What stands before the first row, without a line break.
    pub fn heading(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some(
                "\"seq\",\"at\",\"kind\",\"event\",\"state\",\"system\",\"operation\",\"by\",\"prev\",\"hash\",\"body\"",
            ),
            Self::Jsonl | Self::Ocsf => None,
        }
    }

    /// What ends a line.
    pub fn line_end(self) -> &'static str {
        match self {
            Self::Csv => "\r\n",
            Self::Jsonl | Self::Ocsf => "\n",
        }
    }

    /// A row as a line, without what ends it.
    ///
    /// # Errors
    /// When the body is no JSON.
    pub fn line(self, row: &Row) -> Result<String, Unwritable> {
        match self {
            Self::Jsonl => row.to_line(),
            Self::Csv => csv(row),
            Self::Ocsf => Ok(serde_json_canonicalizer::to_string(&ocsf(row)?)?),
        }
    }
}

fn body(row: &Row) -> Result<Map<String, Value>, Unwritable> {
    Ok(serde_json::from_str(&row.body)?)
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn csv(row: &Row) -> Result<String, Unwritable> {
    let body = body(row)?;
    let at = body.get("at").map(Value::to_string).unwrap_or_default();
    let (seq, prev, hash) = (row.seq.to_string(), row.prev.to_string(), row.hash.to_string());
    let words = ["kind", "event", "state", "system", "operation", "by"].map(|name| text(&body, name));
    let cells = [seq.as_str(), at.as_str()].into_iter().chain(words);
    let cells: Vec<String> = cells
        .chain([prev.as_str(), hash.as_str(), row.body.as_str()])
        .map(cell)
        .collect();
    Ok(cells.join(","))
}

fn cell(text: &str) -> String {
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']);
    let mark = if dangerous { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

fn ocsf(row: &Row) -> Result<Value, Unwritable> {
    let body = body(row)?;
    let (kind, state) = (text(&body, "kind"), text(&body, "state"));
    let or = |found: &str, other: &str| {
        if found.is_empty() {
            other.to_owned()
        } else {
            found.to_owned()
        }
    };
    let operation = or(text(&body, "operation"), kind);
    let service = or(text(&body, "system"), &or(text(&body, "engine"), "attache"));
    let activity = match operation.rsplit(['.', '_', '/']).next().unwrap_or_default() {
        "create" | "add" | "new" | "insert" | "post" | "send" => 1,
        "answer" | "get" | "read" | "list" | "search" => 2,
        "update" | "patch" | "set" | "put" | "edit" => 3,
        "delete" | "remove" => 4,
        _ => 99,
    };
    let (status, severity) = match state {
        "answered" | "succeeded" => (1, 1),
        "denied" | "rejected" | "expired" => (2, 2),
        "failed" => (2, 3),
        "unknown" | "needs_person" => (0, 3),
        _ => (99, 1),
    };
    let at = body.get("at").and_then(Value::as_i64).unwrap_or_default();
    let mut api = json!({ "operation": operation, "service": { "name": service } });
    let request = text(&body, "request");
    if !request.is_empty() {
        api["request"] = json!({ "uid": request });
    }
    let mut event = json!({
        "activity_id": activity,
        "actor": { "user": { "name": or(text(&body, "by"), "local user") } },
        "api": api,
        "category_uid": 6,
        "class_uid": 6003,
        "metadata": {
            "event_code": kind,
            "log_name": "audit",
            "original_time": at.to_string(),
            "product": {
                "name": "Attaché",
                "vendor_name": "Attaché",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "sequence": row.seq,
            "uid": row.hash,
            "version": OCSF,
        },
        "raw_data": row.body,
        "severity_id": severity,
        "src_endpoint": { "hostname": "localhost", "svc_name": "attache" },
        "status": or(state, "other"),
        "status_id": status,
        "time": at,
        "type_uid": 600_300 + activity,
        "unmapped": { "hash": row.hash, "prev": row.prev, "seq": row.seq },
    });
    // Required beside the id when that is 99.
    if activity == 99 {
        event["activity_name"] = operation.into();
    }
    if let Some(action) = body.get("action") {
        event["resources"] = json!([{ "type": "action", "uid": action.to_string() }]);
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::super::{Head, Verifier, next};
    use super::*;

    /// A row of each kind and state there is.
    fn rows() -> Vec<Row> {
        let states = [
            "proposed",
            "denied",
            "awaiting",
            "rejected",
            "expired",
            "approved",
            "dispatching",
            "succeeded",
        ];
        let action = |state: &str| {
            json!({ "action": 7, "event": "moved", "state": state, "system": "demo", "by": "Rosa \"R\" Lind",
                    "operation": "crm.deals.update", "request": "ab12", "attempts": 1 })
        };
        let mut bodies = vec![
            (
                "answer",
                json!({ "state": "answered", "turn": 1, "engine": "found-in-documents", "citations": 2 }),
            ),
            ("answer", json!({ "state": "abstained", "turn": 2 })),
            ("erased", json!({})),
            (
                "action",
                json!({ "state": "@SUM(A1)", "system": "=cmd|' /C calc'!A0", "operation": "+1", "by": "-2" }),
            ),
            (
                "action",
                json!({ "state": "'quoted", "system": "a,b\r\n\"c\"", "operation": "\tx", "by": "ok" }),
            ),
        ];
        bodies.extend(
            states
                .into_iter()
                .chain(["failed", "unknown", "needs_person"])
                .map(|s| ("action", action(s))),
        );
        let mut head = Head::default();
        let rows = bodies.into_iter().zip(1..).map(|((kind, details), n)| {
            let Value::Object(details) = details else {
                unreachable!()
            };
            let row = next(head, 1_700_000_000_000 + n, kind, details).unwrap();
            head = row.head();
            row
        });
        rows.collect()
    }

    fn exported(form: Form) -> String {
        let lines = rows();
        let lines = lines.iter().map(|row| form.line(row).unwrap());
        let all = form.heading().map(str::to_owned).into_iter().chain(lines);
        all.map(|line| line + form.line_end()).collect()
    }

    /// A reader of RFC 4180 that also takes the apostrophe away.
    fn read_csv(text: &str) -> Vec<Vec<String>> {
        let (mut lines, mut cells, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut left = text.chars().peekable();
        let end = |cell: &mut String, cells: &mut Vec<String>| {
            let whole = std::mem::take(cell);
            cells.push(whole.strip_prefix('\'').map_or(whole.clone(), str::to_owned));
        };
        while let Some(c) = left.next() {
            match (quoted, c) {
                (true, '"') if left.next_if_eq(&'"').is_some() => cell.push('"'),
                (_, '"') => quoted = !quoted,
                (false, ',') => end(&mut cell, &mut cells),
                (false, '\r') => {}
                (false, '\n') => {
                    end(&mut cell, &mut cells);
                    lines.push(std::mem::take(&mut cells));
                }
                (_, c) => cell.push(c),
            }
        }
        lines
    }

    fn verified(rows: impl Iterator<Item = Row>) -> usize {
        let mut verifier = Verifier::default();
        rows.map(|row| verifier.row(&row).unwrap()).count()
    }

    #[test]
    fn csv_gives_back_every_row_and_no_cell_is_a_formula() {
        let text = exported(Form::Csv);
        insta::assert_snapshot!("csv", text);
        for cell in text
            .split("\",\"")
            .map(|cell| cell.trim_start_matches(['\r', '\n', '"']))
        {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
        }
        let read = read_csv(&text);
        let rows = rows();
        assert_eq!(read.len(), rows.len() + 1);
        let again = read[1..].iter().map(|cells| Row {
            seq: cells[0].parse().unwrap(),
            body: cells[10].clone(),
            prev: cells[8].parse().unwrap(),
            hash: cells[9].parse().unwrap(),
        });
        assert_eq!(again.clone().collect::<Vec<_>>(), rows);
        assert_eq!(verified(again), rows.len());
        assert_eq!(read[4][5], "=cmd|' /C calc'!A0");
        assert_eq!(read[5][4], "'quoted");
    }

    #[test]
    fn every_ocsf_event_has_what_its_class_requires_and_gives_back_its_row() {
        let text = exported(Form::Ocsf);
        let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
        insta::assert_snapshot!("ocsf", text.replace(&version, "\"version\":\"(ours)\""));
        let events: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for event in &events {
            for number in [
                "activity_id",
                "category_uid",
                "class_uid",
                "severity_id",
                "time",
                "type_uid",
            ] {
                assert!(event[number].is_u64(), "{number}: {event}");
            }
            assert_eq!(
                (&event["category_uid"], &event["class_uid"]),
                (&json!(6), &json!(6003))
            );
            let activity = event["activity_id"].as_u64().unwrap();
            assert_eq!(event["type_uid"].as_u64().unwrap(), 6003 * 100 + activity);
            assert!([0, 1, 2, 3, 4, 99].contains(&activity));
            assert!([0, 1, 2, 99].contains(&event["status_id"].as_u64().unwrap()));
            for name in [
                "/actor/user/name",
                "/api/operation",
                "/src_endpoint/hostname",
                "/metadata/version",
                "/metadata/product/name",
                "/metadata/uid",
            ] {
                assert!(
                    event
                        .pointer(name)
                        .and_then(Value::as_str)
                        .is_some_and(|text| !text.is_empty()),
                    "{name}"
                );
            }
            if activity == 99 {
                assert!(event["activity_name"].is_string());
            }
        }
        let again = events.iter().map(|event| Row {
            seq: event["unmapped"]["seq"].as_u64().unwrap(),
            body: event["raw_data"].as_str().unwrap().to_owned(),
            prev: event["unmapped"]["prev"].as_str().unwrap().parse().unwrap(),
            hash: event["unmapped"]["hash"].as_str().unwrap().parse().unwrap(),
        });
        assert_eq!(verified(again), rows().len());
    }
}
