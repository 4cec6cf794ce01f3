//! SQLite: a file on this machine.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteQueryResult, SqliteRow};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqliteConnection, TypeInfo,
    ValueRef, query_with, raw_sql,
};

use super::run::{Failed, Fields, Job, Ran, collected, named};
use super::value::{Bound, bytes, fraction, whole};

/// After so many steps of its machine a statement is asked whether it is still wanted.
const STEPS: i32 = 1_000;
/// The longest that is waited for another program to let go of the file.
const BUSY: Duration = Duration::from_secs(5);

/// Ends a statement that nobody waits for any more: the library works on in a thread of its own.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Carries out one statement in a transaction of its own, over a connection of its own.
pub(super) async fn run(file: &Path, job: &Job<'_>) -> Result<Ran, Failed> {
    let wanted = Wanted(Arc::new(AtomicBool::new(true)));
    let mut connection = options(file, job).connect().await.map_err(Failed::Before)?;
    begin(&mut connection, job, &wanted)
        .await
        .map_err(Failed::Before)?;
    let ran = {
        let work = answered(&mut connection, job);
        tokio::pin!(work);
        tokio::select! {
            ran = &mut work => ran,
            () = tokio::time::sleep(job.time) => {
                wanted.0.store(false, Ordering::Relaxed);
                work.await
            }
        }
    };
    let ran = match ran {
        Ok(ran) if !job.reads => match connection.execute(raw_sql("commit")).await {
            Ok(_) => Ok(ran),
            Err(error) => Err(Failed::Ending(error)),
        },
        ran => ran,
    };
    drop(connection.close().await);
    ran
}

async fn begin(connection: &mut SqliteConnection, job: &Job<'_>, wanted: &Wanted) -> Result<(), sqlx::Error> {
    let asked = Arc::clone(&wanted.0);
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS, move || asked.load(Ordering::Relaxed));
    drop(handle);
    let begin = match job.reads {
        true => "pragma query_only = on; begin",
        // The right to write is had before anything is looked at.
        false => "begin immediate",
    };
    connection.execute(raw_sql(begin)).await?;
    Ok(())
}

async fn answered(connection: &mut SqliteConnection, job: &Job<'_>) -> Result<Ran, Failed> {
    let values = arguments(&job.values).map_err(|error| Failed::Before(sqlx::Error::Encode(error)))?;
    let query = query_with(AssertSqlSafe(job.sql), values).persistent(false);
    let count: fn(&SqliteQueryResult) -> _ = |result| {
        (
            result.rows_affected(),
            u64::try_from(result.last_insert_rowid())
                .ok()
                .filter(|made| *made != 0),
        )
    };
    collected(connection.fetch_many(query), job, count, fields).await
}

fn options(file: &Path, job: &Job<'_>) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .read_only(job.reads)
        .busy_timeout(job.time.min(BUSY))
        // What a file that somebody else made holds of its own may call nothing dangerous.
        .pragma("trusted_schema", "off");
    options.disable_statement_logging()
}

fn arguments(values: &[Bound]) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut out = SqliteArguments::default();
    for value in values {
        match value {
            Bound::Text(text) => out.add(text.clone())?,
            Bound::Integer(number) => out.add(*number)?,
            // What a binary fraction does not keep is given as it is written.
            Bound::Number(text) => match text.as_ref().map(|text| (text, text.parse::<f64>())) {
                Some((text, Ok(number))) if number.to_string() == *text => out.add(number)?,
                _ => out.add(text.clone())?,
            },
            Bound::Flag(flag) => out.add(*flag)?,
            // There are no lists; as JSON one can be taken apart by `json_each`.
            Bound::List(list) => out.add(list.as_ref().map(|list| Value::from(list.clone()).to_string()))?,
        }
    }
    Ok(out)
}

fn fields(row: &SqliteRow) -> Result<Fields, String> {
    named(
        row.columns()
            .iter()
            .map(|own| (own.name(), cell(row, own.ordinal()))),
    )
}

/// What counts is what a value is, not what its column was declared to be.
fn cell(row: &SqliteRow, at: usize) -> Result<Value, String> {
    let failed = |error: sqlx::Error| format!("can't be read: {error}");
    let raw = row.try_get_raw(at).map_err(failed)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INTEGER" | "BOOLEAN" => whole(row.try_get_unchecked::<i64, _>(at).map_err(failed)?),
        "REAL" => fraction(row.try_get_unchecked::<f64, _>(at).map_err(failed)?),
        "BLOB" => bytes(row.try_get_unchecked::<&[u8], _>(at).map_err(failed)?),
        _ => row.try_get_unchecked::<&str, _>(at).map_err(failed)?.into(),
    })
}
