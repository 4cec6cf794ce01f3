//! What is the same for every database: reading rows up to the limits, and judging what a change changed.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde_json::{Map, Value};
use sqlx::Either;

use super::value::Bound;
use crate::Secret;

/// A row with its columns by name.
pub(super) type Fields = Map<String, Value>;

/// One statement to carry out.
pub(super) struct Job<'a> {
    pub(super) sql: &'a str,
    pub(super) values: Vec<Bound>,
    /// It is declared to change nothing, and the database is told so.
    pub(super) reads: bool,
    /// So many rows are taken at most.
    pub(super) rows: usize,
    /// So many rows are changed, else nothing is.
    pub(super) changes: u64,
    pub(super) time: Duration,
    /// The largest answer, in bytes.
    pub(super) largest: usize,
    pub(super) user: &'a str,
    pub(super) password: Option<&'a Secret>,
}

/// What a statement did.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) rows: Vec<Fields>,
    /// Rows that were changed.
    pub(super) changed: u64,
    /// The number that the database gave to what was made.
    pub(super) made: Option<u64>,
}

/// Why a statement did not come to its end, by how far it came.
#[derive(Debug)]
pub(super) enum Failed {
    /// Before the statement was sent.
    Before(sqlx::Error),
    /// While it was carried out. Nothing of it was made lasting by us.
    During(sqlx::Error),
    /// While it was made lasting.
    Ending(sqlx::Error),
    /// The answer is larger than it may be.
    TooLarge,
    /// What a row holds can't be told.
    Row(String),
    /// It changed another number of rows than it may, and was taken back.
    Changed(u64),
}

/// What comes of a statement, step by step: rows, and at its end how many were changed.
type Steps<'a, Q, R> = Pin<Box<dyn Stream<Item = Result<Either<Q, R>, sqlx::Error>> + Send + 'a>>;

/// Reads what a statement answers.
pub(super) async fn collected<Q, R>(
    mut steps: Steps<'_, Q, R>,
    job: &Job<'_>,
    counted: fn(&Q) -> (u64, Option<u64>),
    read: fn(&R) -> Result<Fields, String>,
) -> Result<Ran, Failed> {
    let (mut ran, mut size) = (Ran::default(), 0);
    while let Some(step) = steps.next().await {
        match step.map_err(Failed::During)? {
            Either::Left(result) => {
                let (changed, made) = counted(&result);
                ran.changed += changed;
                ran.made = made.or(ran.made);
            }
            Either::Right(row) => {
                let fields = read(&row).map_err(Failed::Row)?;
                size += serde_json::to_string(&fields).map_or(0, |text| text.len());
                if size > job.largest {
                    return Err(Failed::TooLarge);
                }
                ran.rows.push(fields);
                // A read is over; a change is carried out to its end, to know what it changed.
                if job.reads && ran.rows.len() >= job.rows {
                    break;
                }
            }
        }
    }
    if job.reads {
        return Ok(ran);
    }
    // Some databases count what was changed only where nothing is answered.
    let changed = ran.changed.max(ran.rows.len() as u64);
    match changed == job.changes {
        true => Ok(ran),
        false => Err(Failed::Changed(changed)),
    }
}

/// The columns of a row by name.
///
/// # Errors
/// When one can't be told, or two have the same name: which of them is meant is not known.
pub(super) fn named<'a>(
    columns: impl Iterator<Item = (&'a str, Result<Value, String>)>,
) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for (name, value) in columns {
        let value = value.map_err(|why| format!("its column `{name}` {why}"))?;
        if fields.insert(name.to_owned(), value).is_some() {
            return Err(format!(
                "it has two columns named `{name}`; name one of them differently"
            ));
        }
    }
    Ok(fields)
}
