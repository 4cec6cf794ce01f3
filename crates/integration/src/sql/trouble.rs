//! What the errors of the databases mean, in the words of HTTP and of the way out.

use sqlx::Error;
use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

use super::refused;
use super::run::{Failed, Job};
use crate::egress::{Answered, EgressError};

/// What the database itself said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// User or password are wrong.
    SignIn,
    /// There is no such database.
    NoDatabase,
    /// The account may not do this.
    Forbidden,
    /// What was declared as a read would change something.
    ReadOnly,
    /// It took too long.
    Slow,
    /// Somebody else holds what is needed.
    Busy,
    /// The server goes away, or has no room.
    Gone,
    /// It does not accept the statement or its values.
    Refused,
}

/// What a failure is told as. What did not reach the database, or was surely taken back by it, is never told as unknown; what
/// may have been made lasting always is.
pub(super) fn told(failed: Failed, host: &str, job: &Job<'_>) -> Result<Answered, EgressError> {
    let host = host.to_owned();
    match failed {
        Failed::Before(Error::Database(error)) => match said(error.as_ref()) {
            Said::SignIn => Ok(refused(401, "The user or the password is wrong.")),
            Said::NoDatabase => Ok(refused(404, &words(error.as_ref()))),
            Said::Forbidden | Said::ReadOnly => Ok(refused(403, &words(error.as_ref()))),
            _ => Err(EgressError::Unreached {
                host,
                why: format!("it said: {}", words(error.as_ref()).trim_end_matches('.')),
            }),
        },
        Failed::Before(error) => Err(EgressError::Unreached {
            host,
            why: reason(&error),
        }),
        Failed::During(Error::Database(error)) => answer(error.as_ref(), host, job),
        Failed::Ending(Error::Database(error)) => match said(error.as_ref()) {
            // A rule that is looked at last; the database has taken all of it back.
            Said::Refused | Said::Busy => answer(error.as_ref(), host, job),
            _ => Err(EgressError::Broken {
                host,
                why: words(error.as_ref()),
            }),
        },
        Failed::During(error) | Failed::Ending(error) => Err(EgressError::Broken {
            host,
            why: reason(&error),
        }),
        Failed::TooLarge => Err(EgressError::TooLarge {
            host,
            limit: job.largest,
        }),
        Failed::Row(why) => Err(EgressError::Unreadable { host, why }),
        Failed::Changed(rows) => Err(EgressError::Unreadable {
            host,
            why: format!("it changed {rows} rows"),
        }),
    }
}

fn answer(error: &dyn DatabaseError, host: String, job: &Job<'_>) -> Result<Answered, EgressError> {
    let own = words(error);
    Ok(match said(error) {
        Said::Gone => return Err(EgressError::Broken { host, why: own }),
        Said::SignIn | Said::Forbidden => refused(
            403,
            &format!("The account may not do this. The database said: {own}"),
        ),
        Said::ReadOnly if job.reads => refused(
            403,
            &format!(
                "The statement is declared to read only, and would change something. The database refused: {own}"
            ),
        ),
        Said::ReadOnly => refused(403, &format!("The database can only be read. It said: {own}")),
        Said::Slow => refused(
            422,
            &format!(
                "It took longer than {} s and was ended; nothing was changed. Ask for less at once.",
                job.time.as_secs()
            ),
        ),
        Said::Busy => refused(
            409,
            &format!(
                "Somebody else is changing the same. Nothing was changed; try again. The database said: {own}"
            ),
        ),
        Said::NoDatabase | Said::Refused => refused(422, &format!("The database refused: {own}")),
    })
}

fn said(error: &dyn DatabaseError) -> Said {
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return by_number(error.number());
    }
    let code = error.code().unwrap_or_default();
    match code.parse::<u32>() {
        // Those of SQLite are numbers of one to four digits, those of SQL have five signs.
        Ok(number) if code.len() < 5 => by_result(number & 0xff),
        _ => by_state(&code),
    }
}

/// By `SQLSTATE`, as PostgreSQL has it.
fn by_state(state: &str) -> Said {
    match state {
        "28000" | "28P01" => Said::SignIn,
        "3D000" => Said::NoDatabase,
        "42501" => Said::Forbidden,
        "25006" => Said::ReadOnly,
        "57014" => Said::Slow,
        "40001" | "40P01" | "55P03" => Said::Busy,
        _ if ["08", "53", "57", "58", "XX"]
            .iter()
            .any(|class| state.starts_with(class)) =>
        {
            Said::Gone
        }
        // The session was ended while a transaction was open.
        "25P03" | "25P04" => Said::Gone,
        _ => Said::Refused,
    }
}

/// By the number of MySQL and MariaDB.
fn by_number(number: u16) -> Said {
    match number {
        1045 | 1698 | 1862 | 1820 => Said::SignIn,
        1049 => Said::NoDatabase,
        1044 | 1142 | 1143 | 1227 | 1370 => Said::Forbidden,
        1792 | 1290 | 1836 => Said::ReadOnly,
        1317 | 1969 | 3024 => Said::Slow,
        1205 | 1213 | 1020 => Said::Busy,
        1040 | 1053 | 1077..=1079 | 1129 | 1152..=1161 | 1184 | 1203 | 1226 | 1927 => Said::Gone,
        _ => Said::Refused,
    }
}

/// By the result code of SQLite.
fn by_result(code: u32) -> Said {
    match code {
        3 | 23 => Said::Forbidden,
        5 | 6 => Said::Busy,
        8 => Said::ReadOnly,
        9 => Said::Slow,
        7 | 10 | 11 | 13 | 14 | 26 => Said::Gone,
        _ => Said::Refused,
    }
}

/// The database's own words in one line.
fn words(error: &dyn DatabaseError) -> String {
    let line: Vec<&str> = error.message().split_whitespace().collect();
    let text: String = line.join(" ").chars().take(300).collect();
    format!("{}.", text.trim_end_matches('.'))
}

/// What happened to the connection, without its address or anything that was sent.
fn reason(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string().trim_end_matches('.').to_owned(),
        Error::Tls(error) => format!("no protected connection came about: {error}"),
        Error::Protocol(_) => "it does not speak as such a database does".to_owned(),
        Error::Encode(_) => "a value can't be sent to it".to_owned(),
        Error::Configuration(_) => "the settings of the connection do not fit".to_owned(),
        _ => "the connection failed".to_owned(),
    }
}
