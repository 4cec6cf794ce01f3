//! MySQL and MariaDB.

use serde_json::Value;
use sqlx::mysql::{
    MySqlArguments, MySqlConnectOptions, MySqlQueryResult, MySqlRow, MySqlSslMode, MySqlTypeInfo,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection, Executor, MySql, MySqlConnection, Row,
    Type, TypeInfo, ValueRef, query_with, raw_sql,
};

use super::address::Server;
use super::run::{Failed, Fields, Job, Ran, collected, named};
use super::value::{Bound, bytes, decimal, fraction, unsigned, whole};

/// Carries out one statement in a transaction of its own, over a connection of its own.
pub(super) async fn run(server: &Server, job: &Job<'_>) -> Result<Ran, Failed> {
    let mut connection = options(server, job).connect().await.map_err(Failed::Before)?;
    begin(&mut connection, job).await.map_err(Failed::Before)?;
    let ran = answered(&mut connection, job).await;
    let ran = match ran {
        Ok(ran) if !job.reads => match connection.execute(raw_sql("commit")).await {
            Ok(_) => Ok(ran),
            Err(error) => Err(Failed::Ending(error)),
        },
        ran => ran,
    };
    // Whatever was begun and not ended is taken back by the server.
    drop(connection.close().await);
    ran
}

async fn begin(connection: &mut MySqlConnection, job: &Job<'_>) -> Result<(), sqlx::Error> {
    let version: String = sqlx::query_scalar("select @@version")
        .fetch_one(&mut *connection)
        .await?;
    let (seconds, millis) = (job.time.as_secs().max(1), job.time.as_millis());
    // MySQL limits only what reads; what writes waits for locks no longer than that.
    let limit = match version.to_lowercase().contains("mariadb") {
        true => format!("max_statement_time = {seconds}"),
        false => format!("max_execution_time = {millis}"),
    };
    let set = format!(
        "set session {limit}, session lock_wait_timeout = {seconds}, session innodb_lock_wait_timeout = {seconds}"
    );
    connection.execute(raw_sql(AssertSqlSafe(set))).await?;
    let begin = match job.reads {
        true => "start transaction read only",
        // What the server allows the account to write by itself is not widened here.
        false => "start transaction",
    };
    connection.execute(raw_sql(begin)).await?;
    Ok(())
}

async fn answered(connection: &mut MySqlConnection, job: &Job<'_>) -> Result<Ran, Failed> {
    let values = arguments(&job.values).map_err(|error| Failed::Before(sqlx::Error::Encode(error)))?;
    let query = query_with(AssertSqlSafe(job.sql), values).persistent(false);
    let count: fn(&MySqlQueryResult) -> _ = |result| {
        let made = result.last_insert_id();
        (result.rows_affected(), (made != 0).then_some(made))
    };
    collected(connection.fetch_many(query), job, count, fields).await
}

fn options(server: &Server, job: &Job<'_>) -> MySqlConnectOptions {
    let mode = match server.near {
        true => MySqlSslMode::Preferred,
        false => MySqlSslMode::VerifyIdentity,
    };
    let options = MySqlConnectOptions::new()
        .host(&server.host)
        .port(server.port)
        .database(&server.database)
        .username(job.user)
        .password(job.password.map_or("", |password| password.expose()))
        .ssl_mode(mode);
    options.disable_statement_logging()
}

fn arguments(values: &[Bound]) -> Result<MySqlArguments, sqlx::error::BoxDynError> {
    let mut out = MySqlArguments::default();
    for value in values {
        match value {
            Bound::Text(text) | Bound::Number(text) => out.add(text.clone())?,
            Bound::Integer(number) => out.add(*number)?,
            Bound::Flag(flag) => out.add(*flag)?,
            // There are no lists; as JSON one can be taken apart by `json_table`.
            Bound::List(list) => out.add(list.as_ref().map(|list| Value::from(list.clone()).to_string()))?,
        }
    }
    Ok(out)
}

fn fields(row: &MySqlRow) -> Result<Fields, String> {
    let column = |at: usize| {
        let raw = row
            .try_get_raw(at)
            .map_err(|error| format!("can't be read: {error}"))?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let kind = raw.type_info().into_owned();
        cell(row, at, &kind)
    };
    named(
        row.columns()
            .iter()
            .map(|own| (own.name(), column(own.ordinal()))),
    )
}

fn cell(row: &MySqlRow, at: usize, kind: &MySqlTypeInfo) -> Result<Value, String> {
    let failed = |error: sqlx::Error| format!("can't be read: {error}");
    let name = kind.name();
    let raw = || row.try_get_unchecked::<&[u8], _>(at).map_err(failed);
    Ok(match name {
        "BIT" | "YEAR" => unsigned(row.try_get_unchecked::<u64, _>(at).map_err(failed)?),
        unsigned_one if unsigned_one.ends_with("UNSIGNED") => {
            unsigned(row.try_get_unchecked::<u64, _>(at).map_err(failed)?)
        }
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BOOLEAN" => {
            whole(row.try_get_unchecked::<i64, _>(at).map_err(failed)?)
        }
        // As the shortest number that is this one.
        "FLOAT" => {
            let number = row.try_get_unchecked::<f32, _>(at).map_err(failed)?;
            number.to_string().parse().map_or(Value::Null, fraction)
        }
        "DOUBLE" => fraction(row.try_get_unchecked::<f64, _>(at).map_err(failed)?),
        "DECIMAL" => decimal(row.try_get_unchecked::<&str, _>(at).map_err(failed)?),
        "DATE" | "DATETIME" | "TIMESTAMP" => moment(raw()?, name).ok_or("is no day")?,
        "TIME" => span(raw()?).ok_or("is no time")?,
        "JSON" => serde_json::from_slice(raw()?).map_err(|_| "is no JSON")?,
        "GEOMETRY" => {
            return Err("is a shape, which can't be shown; write `st_astext(…)` in the statement".to_owned());
        }
        _ if <str as Type<MySql>>::compatible(kind) => {
            row.try_get_unchecked::<&str, _>(at).map_err(failed)?.into()
        }
        _ => bytes(raw()?),
    })
}

/// A length, the year, month and day, and as much of the time as is not zero.
fn moment(raw: &[u8], name: &str) -> Option<Value> {
    let (length, rest) = raw.split_first()?;
    let rest = rest.get(..usize::from(*length))?;
    let byte = |at: usize| rest.get(at).copied().unwrap_or(0);
    let year = u16::from_le_bytes([byte(0), byte(1)]);
    let day = format!("{year:04}-{:02}-{:02}", byte(2), byte(3));
    let clock = clock(
        byte(4).into(),
        byte(5),
        byte(6),
        [byte(7), byte(8), byte(9), byte(10)],
    );
    Some(match name {
        "DATE" => day.into(),
        // The session is in UTC.
        "TIMESTAMP" => format!("{day}T{clock}Z").into(),
        _ => format!("{day}T{clock}").into(),
    })
}

/// A length, a sign, days, and as much of the time as is not zero.
fn span(raw: &[u8]) -> Option<Value> {
    let (length, rest) = raw.split_first()?;
    let rest = rest.get(..usize::from(*length))?;
    let byte = |at: usize| rest.get(at).copied().unwrap_or(0);
    let sign = if byte(0) == 1 { "-" } else { "" };
    let days = u32::from_le_bytes([byte(1), byte(2), byte(3), byte(4)]);
    let hours = days.checked_mul(24)?.checked_add(byte(5).into())?;
    let clock = clock(hours, byte(6), byte(7), [byte(8), byte(9), byte(10), byte(11)]);
    Some(format!("{sign}{clock}").into())
}

fn clock(hours: u32, minutes: u8, seconds: u8, micros: [u8; 4]) -> String {
    let whole = format!("{hours:02}:{minutes:02}:{seconds:02}");
    match u32::from_le_bytes(micros) {
        0 => whole,
        micros => format!("{whole}.{}", format!("{micros:06}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_and_times_are_told_as_they_stand_there() {
        let day = [11, 0xea, 7, 9, 24, 6, 5, 4, 0x20, 0xa1, 7, 0];
        assert_eq!(moment(&day, "TIMESTAMP"), Some(json!("2026-09-24T06:05:04.5Z")));
        assert_eq!(moment(&day, "DATETIME"), Some(json!("2026-09-24T06:05:04.5")));
        assert_eq!(moment(&[4, 0xea, 7, 9, 24], "DATE"), Some(json!("2026-09-24")));
        assert_eq!(moment(&[9, 1], "DATE"), None);
        assert_eq!(span(&[8, 1, 1, 0, 0, 0, 2, 30, 0]), Some(json!("-26:30:00")));
        assert_eq!(span(&[0]), Some(json!("00:00:00")));
    }
}
