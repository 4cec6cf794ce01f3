//! PostgreSQL, and what speaks its protocol.

use jiff::{Span, Timestamp, civil, tz::TimeZone};
use serde_json::Value;
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgQueryResult, PgRow, PgSslMode, PgTypeInfo, PgTypeKind, PgValueFormat,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection, Executor, PgConnection, Row, TypeInfo,
    ValueRef, query_with, raw_sql,
};

use super::address::Server;
use super::run::{Failed, Fields, Job, Ran, collected, named};
use super::value::{Bound, bytes, decimal, fraction, unsigned, whole};

/// Carries out one statement in a transaction of its own, over a connection of its own.
pub(super) async fn run(server: &Server, job: &Job<'_>) -> Result<Ran, Failed> {
    let mut connection = options(server, job).connect().await.map_err(Failed::Before)?;
    let time = job.time.as_millis();
    // What the server allows the account to write by itself is not widened here.
    let mode = if job.reads { "read only" } else { "" };
    // A session that loses us holds its locks no longer than the statement may take.
    let begin = format!(
        "begin transaction isolation level read committed {mode}; set local statement_timeout = {time}; \
         set local lock_timeout = {time}; set local idle_in_transaction_session_timeout = {time}; \
         set local client_min_messages = error"
    );
    connection
        .execute(raw_sql(AssertSqlSafe(begin)))
        .await
        .map_err(Failed::Before)?;
    let ran = answered(&mut connection, job).await;
    let ran = match ran {
        Ok(ran) if !job.reads => match connection.execute("commit").await {
            Ok(_) => Ok(ran),
            Err(error) => Err(Failed::Ending(error)),
        },
        ran => ran,
    };
    // Whatever was begun and not ended is taken back by the server.
    drop(connection.close().await);
    ran
}

async fn answered(connection: &mut PgConnection, job: &Job<'_>) -> Result<Ran, Failed> {
    let values = arguments(&job.values).map_err(|error| Failed::Before(sqlx::Error::Encode(error)))?;
    let query = query_with(AssertSqlSafe(job.sql), values).persistent(false);
    let count: fn(&PgQueryResult) -> _ = |result| (result.rows_affected(), None);
    collected(connection.fetch_many(query), job, count, fields).await
}

fn options(server: &Server, job: &Job<'_>) -> PgConnectOptions {
    let mode = if server.near {
        PgSslMode::Prefer
    } else {
        PgSslMode::VerifyFull
    };
    let options = PgConnectOptions::new_without_pgpass()
        .host(&server.host)
        .port(server.port)
        .database(&server.database)
        .username(job.user)
        .password(job.password.map_or("", |password| password.expose()))
        .application_name("attache")
        .ssl_mode(mode);
    options.disable_statement_logging()
}

fn arguments(values: &[Bound]) -> Result<PgArguments, sqlx::error::BoxDynError> {
    let mut out = PgArguments::default();
    for value in values {
        match value {
            Bound::Text(text) | Bound::Number(text) => out.add(text.clone())?,
            Bound::Integer(number) => out.add(*number)?,
            Bound::Flag(flag) => out.add(*flag)?,
            Bound::List(list) => out.add(list.clone())?,
        }
    }
    Ok(out)
}

fn fields(row: &PgRow) -> Result<Fields, String> {
    let column = |at: usize| {
        let raw = row
            .try_get_raw(at)
            .map_err(|error| format!("can't be read: {error}"))?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let bytes = raw
            .as_bytes()
            .map_err(|error| format!("can't be read: {error}"))?;
        if raw.format() == PgValueFormat::Text {
            return text(bytes);
        }
        cell(bytes, &raw.type_info())
    };
    named(
        row.columns()
            .iter()
            .map(|own| (own.name(), column(own.ordinal()))),
    )
}

/// A value in the binary form of its type.
fn cell(raw: &[u8], kind: &PgTypeInfo) -> Result<Value, String> {
    match kind.kind() {
        PgTypeKind::Domain(inner) => return cell(raw, inner),
        PgTypeKind::Enum(_) => return text(raw),
        PgTypeKind::Array(inner) => return array(raw, inner),
        _ => {}
    }
    let short = || format!("is no {}", kind.name());
    Ok(match kind.name() {
        "TEXT" | "VARCHAR" | "NAME" | "UNKNOWN" | "CITEXT" | "citext" | "\"CHAR\"" | "XML" => text(raw)?,
        // Blanks that only fill it up say nothing.
        "CHAR" => text(raw)?.as_str().unwrap_or_default().trim_end().into(),
        "BOOL" => (raw.first() == Some(&1)).into(),
        "INT2" => i16::from_be_bytes(fixed(raw).ok_or_else(short)?).into(),
        "INT4" => i32::from_be_bytes(fixed(raw).ok_or_else(short)?).into(),
        "INT8" => whole(i64::from_be_bytes(fixed(raw).ok_or_else(short)?)),
        "OID" => unsigned(u64::from(u32::from_be_bytes(fixed(raw).ok_or_else(short)?))),
        // As the shortest number that is this one.
        "FLOAT4" => {
            let number = f32::from_be_bytes(fixed(raw).ok_or_else(short)?);
            number.to_string().parse().map_or(Value::Null, fraction)
        }
        "FLOAT8" => fraction(f64::from_be_bytes(fixed(raw).ok_or_else(short)?)),
        "NUMERIC" => decimal(&numeric(raw).ok_or_else(short)?),
        "DATE" => date(raw).ok_or_else(far)?,
        "TIME" => time(raw).ok_or_else(far)?,
        "TIMESTAMP" => stamp(raw, false).ok_or_else(far)?,
        "TIMESTAMPTZ" => stamp(raw, true).ok_or_else(far)?,
        "UUID" => uuid(raw).ok_or_else(short)?,
        "JSON" => serde_json::from_slice(raw).map_err(|_| short())?,
        "JSONB" => serde_json::from_slice(raw.get(1..).unwrap_or_default()).map_err(|_| short())?,
        "BYTEA" => bytes(raw),
        other => {
            return Err(format!(
                "is of the type `{other}`, which can't be shown; write `cast(… as text)` in the statement"
            ));
        }
    })
}

fn far() -> String {
    "is a day that no calendar here knows; write `cast(… as text)` in the statement".to_owned()
}

fn text(raw: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(raw).map_err(|_| "is no text".to_owned())?;
    Ok(text.into())
}

fn fixed<const N: usize>(raw: &[u8]) -> Option<[u8; N]> {
    raw.try_into().ok()
}

fn short_at(raw: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(fixed(raw.get(at..at + 2)?)?))
}

fn int_at(raw: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(fixed(raw.get(at..at + 4)?)?))
}

/// Digits to the base of 10,000, the place of the first of them, sign, and digits behind the point.
fn numeric(raw: &[u8]) -> Option<String> {
    let (count, weight, scale) = (short_at(raw, 0)?, short_at(raw, 2)?, short_at(raw, 6)?);
    let sign = match short_at(raw, 4)? as u16 {
        0 => "",
        0x4000 => "-",
        0xD000 => return Some("Infinity".to_owned()),
        0xF000 => return Some("-Infinity".to_owned()),
        _ => return Some("NaN".to_owned()),
    };
    let digit = |place: i32| {
        let at = i32::from(weight) - place;
        let inside = at >= 0 && at < i32::from(count);
        match inside {
            true => short_at(raw, 8 + 2 * usize::try_from(at).ok()?),
            false => Some(0),
        }
    };
    let mut before = String::new();
    for place in (0..=i32::from(weight.max(0))).rev() {
        before.push_str(&format!("{:04}", digit(place)?));
    }
    let before = before.trim_start_matches('0');
    let mut after = String::new();
    for place in 1..=i32::from(scale).div_euclid(4) + 1 {
        after.push_str(&format!("{:04}", digit(-place)?));
    }
    after.truncate(usize::try_from(scale).ok()?);
    let before = if before.is_empty() { "0" } else { before };
    Some(match after.is_empty() {
        true => format!("{sign}{before}"),
        false => format!("{sign}{before}.{after}"),
    })
}

/// Days and microseconds are counted from here.
const EPOCH: civil::Date = civil::date(2000, 1, 1);
/// The same in seconds since 1970.
const EPOCH_SECONDS: i64 = 946_684_800;

fn date(raw: &[u8]) -> Option<Value> {
    let days = i32::from_be_bytes(fixed(raw)?);
    let span = Span::new().try_days(days).ok()?;
    Some(EPOCH.checked_add(span).ok()?.to_string().into())
}

fn time(raw: &[u8]) -> Option<Value> {
    let span = Span::new()
        .try_microseconds(i64::from_be_bytes(fixed(raw)?))
        .ok()?;
    Some(civil::Time::midnight().checked_add(span).ok()?.to_string().into())
}

fn stamp(raw: &[u8], with_zone: bool) -> Option<Value> {
    let micros = i64::from_be_bytes(fixed(raw)?);
    match micros {
        i64::MAX => return Some("infinity".into()),
        i64::MIN => return Some("-infinity".into()),
        _ => {}
    }
    let at = Timestamp::from_microsecond(micros.checked_add(EPOCH_SECONDS * 1_000_000)?).ok()?;
    Some(match with_zone {
        true => at.to_string().into(),
        false => TimeZone::UTC.to_datetime(at).to_string().into(),
    })
}

fn uuid(raw: &[u8]) -> Option<Value> {
    let hex = data_encoding::HEXLOWER.encode(&fixed::<16>(raw)?);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    Some(parts.join("-").into())
}

/// A list; what is in more dimensions is shown as text or not at all.
fn array(raw: &[u8], kind: &PgTypeInfo) -> Result<Value, String> {
    let broken = || "is no list".to_owned();
    match int_at(raw, 0).ok_or_else(broken)? {
        0 => return Ok(Value::Array(Vec::new())),
        1 => {}
        _ => return Err("is a table in itself; write `cast(… as text)` in the statement".to_owned()),
    }
    let count = int_at(raw, 12).ok_or_else(broken)?;
    let (mut at, mut out) = (20, Vec::new());
    for _ in 0..count {
        let length = int_at(raw, at).ok_or_else(broken)?;
        at += 4;
        let Ok(length) = usize::try_from(length) else {
            out.push(Value::Null);
            continue;
        };
        let own = raw.get(at..at + length).ok_or_else(broken)?;
        out.push(cell(own, kind)?);
        at += length;
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::Secret;

    #[tokio::test]
    async fn a_server_elsewhere_without_tls_is_told_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 8];
            stream.read_exact(&mut asked).unwrap();
            stream.write_all(b"N").unwrap();
            let mut more = Vec::new();
            stream.read_to_end(&mut more).unwrap();
            more
        });
        let password = Secret::new("hush-hush");
        let job = Job {
            sql: "select 1",
            values: Vec::new(),
            reads: true,
            rows: 1,
            changes: 1,
            time: Duration::from_secs(1),
            largest: 1_000,
            user: "ines",
            password: Some(&password),
        };
        let elsewhere = Server {
            host: "localhost".to_owned(),
            port,
            database: "crm".to_owned(),
            near: false,
        };
        let failed = run(&elsewhere, &job).await.unwrap_err();
        assert!(
            matches!(failed, Failed::Before(sqlx::Error::Tls(_))),
            "{failed:?}"
        );
        assert!(
            server.join().unwrap().is_empty(),
            "neither a user nor a password was sent"
        );
    }
}
