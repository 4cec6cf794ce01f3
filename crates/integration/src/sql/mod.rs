//! Databases as connected systems: PostgreSQL, MySQL and MariaDB, SQLite.
//!
//! A manifest with `database:` names every statement that may be carried out; there is no way to carry out another one. A
//! statement is asked for by the name of its operation, as `POST postgresql://db.example.com:5432/shop/customer.update` with
//! its arguments: that is what is shown, hashed, approved and written down. The arguments are given to the database beside the
//! statement and never stand in it.
//!
//! * What is declared as a read runs in a transaction that the database itself keeps from changing anything.
//! * A change runs in a transaction of its own and is taken back if it changed another number of rows than it may.
//! * Each request has a connection of its own: what is left of a transaction is taken back when it ends.

mod address;
mod mysql;
mod postgresql;
mod run;
mod sqlite;
pub(crate) mod statement;
mod trouble;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Url;
use serde_json::{Map, Value, json};

use self::address::{Place, judged};
use self::run::{Failed, Fields, Job, Ran};
use self::statement::{Parsed, Slot};
use self::value::Bound;
use crate::description::{Act, At};
use crate::egress::{Answered, Asked, EgressError, Line, Names, Purpose, Reach};
use crate::manifest::{Dialect, Form, Manifest, act};

pub use address::address;

/// How long a statement may take, in seconds, if its manifest does not say.
const SECONDS: u64 = 10;
/// Rows on a page, if its manifest does not say.
const ROWS: usize = 50;
/// A database does not answer more than this on one page, in bytes: it is looked at by people.
const LARGEST: usize = 4 << 20;

/// A database with the statements that may be carried out.
struct SqlLine {
    dialect: Dialect,
    place: Place,
    user: String,
    statements: BTreeMap<String, Statement>,
}

struct Statement {
    sql: String,
    slots: Vec<Slot>,
    forms: BTreeMap<String, Form>,
    act: Act,
    reads: bool,
    conditional: bool,
    rows: usize,
    seconds: u64,
    changes: u64,
    id: At,
}

/// The line to a database, for the statements of a manifest. Nothing is connected yet.
///
/// # Errors
/// What is wrong with the manifest or the address.
pub fn line(
    manifest: &Manifest,
    base: &Url,
    user: Option<&str>,
    reach: Reach,
    names: Arc<dyn Names>,
) -> Result<Arc<dyn Line>, String> {
    let dialect = manifest.database.ok_or("its manifest names no database")?;
    let mut statements = BTreeMap::new();
    for (name, form) in &manifest.operations {
        let text = form.statement.as_deref().unwrap_or_default();
        let parsed = Parsed::read(dialect, text).map_err(|why| format!("`{name}`: {why}"))?;
        let forms = form.forms();
        let of = |own: &str| forms.get(own).copied().unwrap_or_default();
        let (sql, slots) = parsed.compiled(dialect, of);
        let kind = form
            .answers
            .as_deref()
            .or(name.rsplit_once('.').map(|(kind, _)| kind));
        let record = kind.and_then(|kind| manifest.records.get(kind));
        let id = record.and_then(|record| record.id.as_deref()).unwrap_or("id");
        let statement = Statement {
            sql,
            slots,
            act: act(name),
            reads: form.only_reads(),
            conditional: parsed.used().contains_key("version"),
            rows: form.rows.unwrap_or(ROWS),
            seconds: form.seconds.unwrap_or(SECONDS),
            changes: form.changes.unwrap_or(1),
            id: At::parse(id)?,
            forms,
        };
        statements.insert(name.clone(), statement);
    }
    Ok(Arc::new(SqlLine {
        dialect,
        place: Place::of(dialect, base, reach, names)?,
        user: user.unwrap_or_default().to_owned(),
        statements,
    }))
}

#[async_trait]
impl Line for SqlLine {
    async fn exchange(&self, asked: Asked<'_>) -> Result<Answered, EgressError> {
        let shown = shown(asked.url);
        let malformed = |why: &str| EgressError::Malformed {
            host: shown.clone(),
            why: why.to_owned(),
        };
        let name = asked.url.path().rsplit('/').next().unwrap_or_default();
        let statement = self.statements.get(name);
        let statement = statement.ok_or_else(|| malformed("its manifest has no such statement"))?;
        let meant = match asked.purpose {
            Purpose::Write => !statement.reads && asked.method == "POST",
            _ => statement.reads && asked.method == "GET",
        };
        if !meant {
            return Err(malformed(
                "what only reads and what changes something is not the same",
            ));
        }
        let given = given(&asked).ok_or_else(|| malformed("its arguments can't be read"))?;
        let size = statement.rows;
        let skipped = given.get("offset").and_then(Value::as_str);
        let skipped: usize = skipped.and_then(|text| text.parse().ok()).unwrap_or(0);
        let values = statement
            .bound(self.dialect, &given, asked.condition, skipped)
            .map_err(|why| malformed(&why))?;
        let job = Job {
            sql: &statement.sql,
            values,
            reads: statement.reads,
            // One more than is shown, to know whether there are more.
            rows: if statement.act == Act::Find { size + 1 } else { 2 },
            changes: statement.changes,
            time: Duration::from_secs(statement.seconds),
            largest: asked.limits.largest.min(LARGEST),
            user: &self.user,
            password: asked.credential,
        };
        let ran = match (&self.place, self.dialect) {
            (Place::File(file), _) => sqlite::run(file, &job).await,
            (
                Place::Server {
                    name,
                    port,
                    database,
                    reach,
                    names,
                },
                dialect,
            ) => {
                let server = judged((name, *port, database), *reach, names.as_ref(), &shown).await?;
                match dialect {
                    Dialect::Postgresql => postgresql::run(&server, &job).await,
                    _ => mysql::run(&server, &job).await,
                }
            }
        };
        match ran {
            Ok(ran) => Ok(statement.answer(ran, skipped)),
            Err(Failed::Changed(rows)) => Ok(statement.miscounted(rows)),
            Err(failed) => trouble::told(failed, &shown, &job),
        }
    }
}

/// The host as it is named in words.
fn shown(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(name), Some(port)) => format!("{}://{name}:{port}", url.scheme()),
        _ => "the file of this database".to_owned(),
    }
}

/// The arguments: in the query of what reads, in the body of what changes something.
fn given(asked: &Asked<'_>) -> Option<Map<String, Value>> {
    if asked.method != "GET" {
        return match asked.body {
            [] => Some(Map::new()),
            body => serde_json::from_slice(body).ok(),
        };
    }
    let mut given = Map::new();
    for (name, value) in asked.url.query_pairs() {
        let value = Value::from(value.into_owned());
        match given.get_mut(name.as_ref()) {
            None => drop(given.insert(name.into_owned(), value)),
            Some(Value::Array(all)) => all.push(value),
            Some(one) => *one = vec![one.take(), value].into(),
        }
    }
    Some(given)
}

impl Statement {
    /// What goes to each placeholder.
    fn bound(
        &self,
        dialect: Dialect,
        given: &Map<String, Value>,
        version: Option<&str>,
        skipped: usize,
    ) -> Result<Vec<Bound>, String> {
        let whole = |number: usize| Bound::Integer(i64::try_from(number).ok());
        let of = |slot: &Slot| {
            let name = slot.name.as_str();
            if slot.asks {
                return Ok(Bound::Flag(Some(given.contains_key(name))));
            }
            let form = self.forms.get(name).copied().unwrap_or_default();
            let seen = version.map(Value::from);
            let value = match name {
                "limit" => return Ok(whole(self.rows + 1)),
                "offset" => return Ok(whole(skipped)),
                // A change that depends on a version is not made without one.
                "version" if seen.is_none() => return Err("the version of the record is missing".to_owned()),
                "version" => seen.as_ref(),
                name => given.get(name),
            };
            Bound::of(dialect, form, value).map_err(|must| format!("`{name}` must be {must}"))
        };
        self.slots.iter().map(of).collect()
    }

    fn answer(&self, mut ran: Ran, skipped: usize) -> Answered {
        if self.act == Act::Find {
            let more = ran.rows.len() > self.rows;
            ran.rows.truncate(self.rows);
            let next = self.next(&ran.rows, skipped).filter(|_| more);
            return ok(&json!({"items": ran.rows, "more": more, "next": next}));
        }
        if self.reads {
            return match ran.rows.len() {
                0 => refused(404, "There is no such record."),
                1 => ok(&Value::from(ran.rows.remove(0))),
                _ => refused(
                    422,
                    "More than one record answers to this; the statement must name one.",
                ),
            };
        }
        let mut fields = ran.rows.into_iter().next().unwrap_or_default();
        if let (Act::Create, Some(made), true) = (self.act, ran.made, fields.is_empty()) {
            self.id.put(&mut fields, value::unsigned(made));
        }
        ok(&fields.into())
    }

    /// What the next page is asked for by: how many are passed over, or the last id.
    fn next(&self, rows: &[Fields], skipped: usize) -> Option<Value> {
        match self.slots.iter().any(|slot| slot.name == "after") {
            true => self.id.take(&Value::from(rows.last()?.clone())),
            false => Some((skipped + rows.len()).into()),
        }
    }

    /// What it means that other than the declared number of rows was changed. It was taken back.
    fn miscounted(&self, rows: u64) -> Answered {
        match rows {
            0 if self.conditional => refused(
                409,
                "Somebody else changed this record in the meantime, or it is gone. Nothing was changed.",
            ),
            0 => refused(404, "There is no such record. Nothing was changed."),
            rows => refused(
                422,
                &format!(
                    "This would have changed {rows} records where {} was meant, and was taken back.",
                    self.changes
                ),
            ),
        }
    }
}

fn ok(body: &Value) -> Answered {
    Answered {
        status: 200,
        body: body.to_string(),
    }
}

fn refused(status: u16, message: &str) -> Answered {
    Answered {
        status,
        body: json!({ "message": message }).to_string(),
    }
}
