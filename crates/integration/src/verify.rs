//! Looks at what became of something: whether what was done is there, and whether what has no answer was done.

use std::collections::BTreeMap;

use domain::{Change, Confidentiality, Effect, Role};
use serde_json::Value;

use crate::connection::Cap;
use crate::description::{Act, Described, SeenIn, SeenOf};
use crate::egress::Purpose;
use crate::perform::Done;
use crate::preview::{same, sent};
use crate::{Connection, Record, Trouble};

/// What reading back showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Verified {
    /// It is there as it was sent, or gone as it was meant to be.
    AsSent {
        /// The record's version now.
        version: Option<String>,
    },
    /// The system keeps something else: what was sent and what stands there.
    Differs(Vec<Change>),
    /// There is no such record, although there should be.
    Absent,
    /// The system has no way to look.
    NoWay,
}

/// What looking for something without an answer found. Each is one answer of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It happened.
    Found {
        /// Id of the record that shows it.
        id: String,
        /// That record's version.
        version: Option<String>,
    },
    /// There is no trace of it. It may still come, where something on the way is slow.
    Absent,
    /// The record is neither as it was nor as it would be.
    Changed,
    /// The system could not be asked, or has no way to tell.
    Unclear {
        /// Why, for people.
        why: String,
    },
}

impl Connection {
    /// Reads back what was done and compares it with what was sent.
    ///
    /// # Errors
    /// When the system can't be asked.
    pub async fn verify(&self, effect: &Effect, done: &Done) -> Result<Verified, Trouble> {
        let described = self.described(effect)?;
        let target = effect.target.as_ref();
        if described.binding.act == Act::Delete {
            let Some(target) = target else {
                return Ok(Verified::NoWay);
            };
            return match self.record_for(&target.kind, &target.id, Purpose::Check).await {
                Err(Trouble::Missing { .. }) => Ok(Verified::AsSent { version: None }),
                Err(Trouble::Operation { .. }) => Ok(Verified::NoWay),
                Err(trouble) => Err(trouble),
                Ok(record) => Ok(Verified::Differs(domain::changes(
                    &record.fields,
                    &Default::default(),
                ))),
            };
        }
        if let Some(seen) = &described.binding.seen_in {
            let id = match seen.of {
                SeenOf::Record => target.map(|target| &target.id),
                SeenOf::Location => done.location.as_ref(),
            };
            return match id {
                Some(id) => self.seen_in(seen, described, effect, id).await,
                None => Ok(Verified::NoWay),
            };
        }
        let kind = match described.binding.act {
            Act::Other => described.binding.answers.as_ref(),
            _ => None,
        };
        let kind = kind.unwrap_or(&described.operation.kind);
        let id = done.id.as_ref().or(target.map(|target| &target.id));
        let Some(id) = id else {
            return Ok(Verified::NoWay);
        };
        match self.record_for(kind, id, Purpose::Check).await {
            Err(Trouble::Missing { .. }) => Ok(Verified::Absent),
            Err(Trouble::Operation { .. }) => Ok(Verified::NoWay),
            Err(trouble) => Err(trouble),
            Ok(record) => {
                let differs = differences(described, effect, &record);
                Ok(match differs.is_empty() {
                    true => Verified::AsSent {
                        version: record.version,
                    },
                    false => Verified::Differs(differs),
                })
            }
        }
    }

    /// The records of a search that fit, compared with what was sent.
    async fn seen_in(
        &self,
        seen: &SeenIn,
        described: &Described,
        effect: &Effect,
        id: &str,
    ) -> Result<Verified, Trouble> {
        let Ok(search) = self.operation(&seen.search) else {
            return Ok(Verified::NoWay);
        };
        let mut all = search.operation.parameters.iter();
        let about = all.find(|(_, parameter)| parameter.role == Role::Target);
        let Some((name, _)) = about else {
            return Ok(Verified::NoWay);
        };
        let wanted = BTreeMap::from([(name.clone(), Value::String(id.to_owned()))]);
        let cap = Cap::default();
        let found = self.read_by(search, wanted, Confidentiality::Internal, cap, Purpose::Check);
        let found = found.await?;
        let fits = |record: &&Record| {
            let mut all = seen.fits.iter();
            all.all(|(name, value)| record.fields.get(name).is_some_and(|own| same(own, value)))
        };
        let all: Vec<&Record> = found.records.iter().filter(fits).collect();
        let mut differs = Vec::new();
        // Somebody else may have written in between: any of them that says what was sent counts.
        for record in all.iter().rev() {
            let changes = differences(described, effect, record);
            if changes.is_empty() {
                return Ok(Verified::AsSent { version: None });
            }
            if differs.is_empty() {
                differs = changes;
            }
        }
        Ok(match differs.is_empty() {
            true => Verified::Absent,
            false => Verified::Differs(differs),
        })
    }

    /// Looks whether something whose attempt has no answer was done, by its mark or by the record. `key` is the one that
    /// it was sent with. Nothing is changed.
    ///
    /// Where the system remembers keys, sending the same again within the key's lifetime is the surer way, and the journal
    /// takes that.
    pub async fn look_up(&self, effect: &Effect, key: &str) -> Sight {
        match self.look(effect, key).await {
            Ok(sight) => sight,
            Err(trouble) => Sight::Unclear {
                why: trouble.to_string(),
            },
        }
    }

    async fn look(&self, effect: &Effect, key: &str) -> Result<Sight, Trouble> {
        let described = self.described(effect)?;
        if let Some(marker) = &described.binding.marker {
            let mark = Value::String(self.mark(&marker.field, key));
            let search = self.operation(&marker.search)?;
            let wanted = BTreeMap::from([(marker.field.clone(), mark.clone())]);
            let cap = Cap::default();
            let found = self.read_by(search, wanted, Confidentiality::Internal, cap, Purpose::Check);
            let found = found.await?;
            // A search that takes the mark for mere words must not count.
            let ours = |record: &&Record| record.fields.get(&marker.field) == Some(&mark);
            return Ok(match found.records.iter().find(ours) {
                Some(record) => seen(record),
                None if found.more => unclear("the search by its mark gave more than could be read"),
                None => Sight::Absent,
            });
        }
        let Some(target) = &effect.target else {
            return Ok(unclear("what this system makes carries no mark"));
        };
        let record = match self.record_for(&target.kind, &target.id, Purpose::Check).await {
            Err(Trouble::Missing { .. }) => {
                return Ok(match described.binding.act {
                    Act::Delete => Sight::Found {
                        id: target.id.clone(),
                        version: None,
                    },
                    _ => Sight::Changed,
                });
            }
            read => read?,
        };
        let Some(before) = &target.version else {
            return Ok(match described.binding.act {
                Act::Update if self.holds(described, effect, &record) => seen(&record),
                _ => unclear("the version of the record before it is not known"),
            });
        };
        Ok(match described.binding.act {
            Act::Update if self.holds(described, effect, &record) => seen(&record),
            _ if record.version.as_ref() == Some(before) => Sight::Absent,
            _ => Sight::Changed,
        })
    }

    /// Whether a record says everything that an effect would make it say.
    pub(crate) fn holds(&self, described: &Described, effect: &Effect, record: &Record) -> bool {
        differences(described, effect, record).is_empty()
    }
}

fn seen(record: &Record) -> Sight {
    Sight::Found {
        id: record.id.clone(),
        version: record.version.clone(),
    }
}

fn unclear(why: &str) -> Sight {
    Sight::Unclear { why: why.to_owned() }
}

/// What stands in a record in place of what was sent.
fn differences(described: &Described, effect: &Effect, record: &Record) -> Vec<Change> {
    let sent = sent(described, effect).into_iter();
    let other = sent.filter(|(name, value)| !same(record.fields.get(name).unwrap_or(&Value::Null), value));
    let change = |(field, value): (String, Value)| Change {
        after: record.fields.get(&field).cloned(),
        before: Some(value),
        field,
    };
    other.map(change).collect()
}
