//! From words to a record. Two that are close become a question, never a guess.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Confidentiality, Target};
use serde_json::Value;

use crate::connection::{Cap, Found};
use crate::description::{Act, Place, plain};
use crate::{Connection, Record, Trouble};

/// How far the best must be ahead of the next one, of 1.
const AHEAD: f64 = 0.15;
/// How well the best must fit, of 1.
const ENOUGH: f64 = 0.5;
/// So many words are searched for one by one.
const SEPARATE: usize = 6;
/// So many runners-up are named.
const NAMED: usize = 5;

/// Which record is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Matched {
    /// This one.
    One {
        /// The record.
        record: Box<Record>,
        /// How it was found.
        how: How,
        /// The others that came near, best first.
        runners_up: Vec<Candidate>,
    },
    /// Only the person can say.
    Question {
        /// Those it could be, best first.
        candidates: Vec<Candidate>,
    },
    /// None.
    Nothing,
}

/// How a record was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The words are its id.
    Id,
    /// The words are the whole of a field that only one record has.
    Field {
        /// The field.
        name: String,
    },
    /// The words are its title, or most of it.
    Words,
}

/// A record that could be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which.
    pub target: Target,
    /// What people call it.
    pub title: String,
    /// How well the words fit its title, from 0 to 1.
    pub score: f64,
    /// What else tells it from others, as field and value.
    pub about: Vec<(String, String)>,
}

impl Connection {
    /// Finds the record of a kind that words mean: its id, else a mail address that only one has, else its title.
    ///
    /// # Errors
    /// When the system can't be asked.
    pub async fn matching(
        &self,
        kind: &str,
        words: &str,
        confidentiality: Confidentiality,
    ) -> Result<Matched, Trouble> {
        let words = words.trim();
        if let Some(record) = self.by_id(kind, words).await? {
            return Ok(Matched::One {
                record: Box::new(record),
                how: How::Id,
                runners_up: Vec::new(),
            });
        }
        let is_address = words.contains('@');
        if is_address && let Some(matched) = self.by_address(kind, words, confidentiality).await? {
            return Ok(matched);
        }
        let mut found = self.by_words(kind, words, confidentiality).await?;
        if found.records.is_empty() {
            // Perhaps some of the words are about it rather than in it.
            for word in tokens(words).into_iter().take(SEPARATE) {
                let some = self.by_words(kind, &word, confidentiality).await?;
                found.more |= some.more;
                found.records.extend(some.records);
            }
        }
        Ok(match chosen(words, found) {
            // An address that nobody has may look like the name of somebody.
            Matched::One {
                record,
                mut runners_up,
                ..
            } if is_address => {
                runners_up.insert(
                    0,
                    candidate(&record, likeness(words, record.title().unwrap_or_default())),
                );
                Matched::Question {
                    candidates: runners_up,
                }
            }
            matched => matched,
        })
    }

    async fn by_id(&self, kind: &str, words: &str) -> Result<Option<Record>, Trouble> {
        let id = words.strip_prefix('#').unwrap_or(words);
        let plausible = !id.is_empty()
            && id.len() <= 128
            && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
            && id.chars().any(|c| c.is_ascii_digit());
        if !plausible {
            return Ok(None);
        }
        match self.record(kind, id).await {
            Ok(record) => Ok(Some(record)),
            // Words that can't be an id here, or are none.
            Err(Trouble::Missing { .. } | Trouble::Argument { .. } | Trouble::Operation { .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// By the fields that hold mail addresses and can be searched for.
    async fn by_address(
        &self,
        kind: &str,
        words: &str,
        confidentiality: Confidentiality,
    ) -> Result<Option<Matched>, Trouble> {
        let search = self.description().of_kind(kind, "search", Act::Find);
        let places = search.map(|search| &search.binding.places);
        let holds_address =
            |name: &&str| places.is_some_and(|places| places.get(*name) == Some(&Place::Query));
        for name in ["email", "mail", "address"]
            .iter()
            .filter(|name| holds_address(name))
        {
            let wanted = BTreeMap::from([((*name).to_owned(), Value::String(words.to_owned()))]);
            let found = self
                .search(kind, &wanted, confidentiality, Cap::default())
                .await?;
            // The system may compare loosely; only the very address counts.
            let is_it = |record: &Record| {
                record
                    .fields
                    .get(*name)
                    .is_some_and(|own| plain(own).eq_ignore_ascii_case(words))
            };
            let mut exact: Vec<Record> = found.records.into_iter().filter(is_it).collect();
            if exact.len() > 1 || (found.more && !exact.is_empty()) {
                let candidates = exact.iter().map(|record| candidate(record, 1.0)).collect();
                return Ok(Some(Matched::Question { candidates }));
            }
            if let Some(record) = exact.pop() {
                return Ok(Some(Matched::One {
                    record: Box::new(record),
                    how: How::Field {
                        name: (*name).to_owned(),
                    },
                    runners_up: Vec::new(),
                }));
            }
        }
        Ok(None)
    }

    async fn by_words(
        &self,
        kind: &str,
        words: &str,
        confidentiality: Confidentiality,
    ) -> Result<Found, Trouble> {
        let wanted = BTreeMap::from([("q".to_owned(), Value::String(words.to_owned()))]);
        self.search(kind, &wanted, confidentiality, Cap::default()).await
    }
}

fn candidate(record: &Record, score: f64) -> Candidate {
    Candidate {
        target: record.target(),
        title: record.title().unwrap_or(&record.id).to_owned(),
        score,
        about: record.about(),
    }
}

fn chosen(words: &str, found: Found) -> Matched {
    let mut ids = BTreeSet::new();
    let mut scored: Vec<(f64, Record)> = found
        .records
        .into_iter()
        .filter(|record| ids.insert(record.id.clone()))
        .map(|record| (likeness(words, record.title().unwrap_or_default()), record))
        .collect();
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.id.cmp(&other.id)));
    let named: Vec<Candidate> = scored
        .iter()
        .take(NAMED + 1)
        .map(|(score, record)| candidate(record, *score))
        .collect();
    let mut rest = scored.into_iter();
    let Some((best, record)) = rest.next() else {
        return Matched::Nothing;
    };
    let next = rest.next().map_or(0.0, |(score, _)| score);
    // What was not read may fit better.
    if best < ENOUGH || best - next < AHEAD || found.more {
        return Matched::Question { candidates: named };
    }
    Matched::One {
        record: Box::new(record),
        how: How::Words,
        runners_up: named.into_iter().skip(1).collect(),
    }
}

/// How alike words and a title are, from 0 to 1: twice the words they share, by all the words of both (Dice).
fn likeness(words: &str, title: &str) -> f64 {
    let (words, title) = (tokens(words), tokens(title));
    let all = words.len() + title.len();
    if all == 0 {
        return 0.0;
    }
    let shared = words.intersection(&title).count();
    2.0 * shared as f64 / all as f64
}

fn tokens(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
