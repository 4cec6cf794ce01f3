//! The records of all systems in memory, each with the version before, and what one step does to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::catalogue::KINDS;
use crate::kinds::{Fields, Kind};

/// Who wrote the records of the seed that do not say it.
const SEEDED_BY: &str = "import@northwind-robotics.com";
/// When the demo day began.
const SEEDED_AT: &str = "2026-09-24T06:00:00Z";

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Unique within its kind and never given twice.
    pub id: u64,
    /// 1 at first, one more with every change.
    pub version: u64,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Address of the colleague who changed it last.
    pub updated_by: String,
    /// What it says.
    pub fields: Fields,
}

/// What one step does to one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Kind of the record.
    pub kind: String,
    /// Its id.
    pub id: u64,
    /// The record as it is afterwards; none when it is gone.
    pub record: Option<Record>,
}

/// All records.
#[derive(Debug, Default, Clone)]
pub struct Books {
    now: BTreeMap<String, BTreeMap<u64, Record>>,
    /// Records before their last change, none for those that were not there, so that a stale read can be played.
    before: BTreeMap<(String, u64), Option<Record>>,
    /// The highest id ever given, by kind: an id never comes back.
    highest: BTreeMap<String, u64>,
}

/// Records of all kinds and the highest ids given, as they are written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dump {
    /// By name of the kind, in ascending order of the id.
    pub records: BTreeMap<String, Vec<Record>>,
    /// The highest id ever given, by name of the kind.
    pub highest: BTreeMap<String, u64>,
}

impl Record {
    /// The record as clients see it: what is kept about it, and its fields beside that.
    pub fn shown(&self) -> Value {
        let mut out = Map::new();
        out.insert("id".to_owned(), json!(self.id));
        out.insert("version".to_owned(), json!(self.version));
        out.insert("updated_at".to_owned(), json!(self.updated_at.to_string()));
        out.insert("updated_by".to_owned(), json!(self.updated_by));
        out.extend(
            self.fields
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Value::Object(out)
    }
}

impl Books {
    /// The demo company on the morning of the demo day.
    ///
    /// # Errors
    /// What is wrong with which record of the seed.
    pub fn seeded() -> Result<Self, String> {
        let seed: BTreeMap<String, Vec<Map<String, Value>>> =
            serde_json::from_str(include_str!("../seed.json"))
                .map_err(|error| format!("the seed: {error}"))?;
        let mut books = Self::default();
        for kind in KINDS {
            for row in seed.get(kind.name).into_iter().flatten() {
                let record =
                    planted(kind, row).map_err(|why| format!("the seed, {} {row:?}: {why}", kind.name))?;
                let (kind, id) = (kind.name.to_owned(), record.id);
                books.apply(&[Change {
                    kind,
                    id,
                    record: Some(record),
                }]);
            }
        }
        books.before.clear();
        match seed
            .keys()
            .find(|name| KINDS.iter().all(|kind| kind.name != **name))
        {
            Some(name) => Err(format!("the seed names `{name}`, which is no kind of record")),
            None => Ok(books),
        }
    }

    /// The record of this id.
    pub fn get(&self, kind: &str, id: u64) -> Option<&Record> {
        self.now.get(kind)?.get(&id)
    }

    /// All records of a kind in ascending order of the id: as they are, or as they were before the last change of each
    /// (`stale`).
    pub fn all<'a>(&'a self, kind: &'a str, stale: bool) -> Box<dyn Iterator<Item = &'a Record> + 'a> {
        let now = self.now.get(kind).into_iter().flat_map(BTreeMap::values);
        if !stale {
            return Box::new(now);
        }
        let mut seen: BTreeMap<u64, &Record> = now.map(|record| (record.id, record)).collect();
        for ((_, id), record) in self.before.iter().filter(|((of, _), _)| of == kind) {
            match record {
                Some(record) => seen.insert(*id, record),
                None => seen.remove(id),
            };
        }
        Box::new(seen.into_values())
    }

    /// The id for the next new record of a kind.
    pub fn next_id(&self, kind: &str) -> u64 {
        self.highest.get(kind).copied().unwrap_or(10_000) + 1
    }

    /// Does what a step decided.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let records = self.now.entry(change.kind.clone()).or_default();
            let before = match change.record.clone() {
                Some(record) => records.insert(change.id, record),
                None => records.remove(&change.id),
            };
            self.before.insert((change.kind.clone(), change.id), before);
            let highest = self.highest.entry(change.kind.clone()).or_default();
            *highest = (*highest).max(change.id);
        }
    }

    /// Everything, to be written down.
    pub fn dump(&self) -> Dump {
        let records = KINDS.iter().map(|kind| {
            (
                kind.name.to_owned(),
                self.all(kind.name, false).cloned().collect(),
            )
        });
        Dump {
            records: records.collect(),
            highest: self.highest.clone(),
        }
    }

    /// Everything as clients see it, in one order: the same records always give the same text.
    pub fn shown(&self) -> BTreeMap<&'static str, Vec<Value>> {
        let of = |kind: &&'static Kind| {
            let records = self.all(kind.name, false).map(Record::shown);
            (kind.name, records.collect())
        };
        KINDS.iter().map(of).collect()
    }
}

impl From<Dump> for Books {
    fn from(dump: Dump) -> Self {
        let by_id = |records: Vec<Record>| -> BTreeMap<u64, Record> {
            records.into_iter().map(|r| (r.id, r)).collect()
        };
        Self {
            now: dump
                .records
                .into_iter()
                .map(|(kind, records)| (kind, by_id(records)))
                .collect(),
            before: BTreeMap::new(),
            highest: dump.highest,
        }
    }
}

/// A row of the seed as a record: what is kept about a record may be left out, empty fields too.
fn planted(kind: &Kind, row: &Map<String, Value>) -> Result<Record, String> {
    let mut row = row.clone();
    let mut meta = |name: &str| row.remove(name);
    let id = meta("id")
        .and_then(|id| id.as_u64())
        .ok_or("it has no `id`, a number")?;
    let version = meta("version").map_or(Some(1), |version| version.as_u64());
    let at = meta("updated_at").unwrap_or(json!(SEEDED_AT));
    let by = meta("updated_by").unwrap_or(json!(SEEDED_BY));
    let mut fields = kind.empty();
    for (name, value) in &row {
        let field = kind
            .field(name)
            .ok_or_else(|| format!("there is no field `{name}`"))?;
        let value = field.keep(value).map_err(|problem| problem.message)?;
        fields.insert(name.clone(), value);
    }
    Ok(Record {
        id,
        version: version.ok_or("its `version` is not a number")?,
        updated_at: at
            .as_str()
            .and_then(|at| at.parse().ok())
            .ok_or("its `updated_at` is not a moment")?,
        updated_by: by
            .as_str()
            .map(str::to_owned)
            .ok_or("its `updated_by` is not an address")?,
        fields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_of_the_seed_points_to_records_that_are_there() {
        let books = Books::seeded().unwrap();
        for kind in KINDS {
            assert!(
                books.all(kind.name, false).next().is_some() || kind.name == "mail.outbox",
                "no {}",
                kind.name
            );
            for record in books.all(kind.name, false) {
                for (of, id) in kind.pointed_to(&record.fields) {
                    assert!(
                        books.get(of, id).is_some(),
                        "{} {} points to {of} {id}",
                        kind.name,
                        record.id
                    );
                }
            }
        }
    }

    #[test]
    fn an_id_is_never_given_twice() {
        let mut books = Books::seeded().unwrap();
        let id = books.next_id("crm.deals");
        let record = books.all("crm.deals", false).next().cloned().unwrap();
        let oldest = Change {
            kind: "crm.deals".to_owned(),
            id: record.id,
            record: Some(record.clone()),
        };
        let change = |record| Change {
            kind: "crm.deals".to_owned(),
            id,
            record,
        };
        books.apply(&[change(Some(Record { id, ..record })), change(None), oldest]);
        assert_eq!(books.next_id("crm.deals"), id + 1);
        assert_eq!(Books::from(books.dump()).next_id("crm.deals"), id + 1);
    }

    #[test]
    fn a_stale_view_shows_each_record_before_its_last_change() {
        let mut books = Books::seeded().unwrap();
        let morning: Vec<Record> = books.all("crm.deals", false).cloned().collect();
        let old = books.get("crm.deals", 20418).cloned().unwrap();
        let new = Record {
            version: old.version + 1,
            ..old.clone()
        };
        books.apply(&[
            Change {
                kind: "crm.deals".to_owned(),
                id: 20418,
                record: Some(new),
            },
            Change {
                kind: "crm.deals".to_owned(),
                id: 99_999,
                record: Some(old.clone()),
            },
        ]);
        let stale: Vec<Record> = books.all("crm.deals", true).cloned().collect();
        assert_eq!(stale, morning);
    }
}
