//! The company itself: records, log, keys and switches behind one lock, and the order in which they change.

use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::acts::{self, Asked, Done, Person};
use crate::catalogue::USERS;
use crate::faults::{FaultKind, Faults};
use crate::journal::{Journal, Line};
use crate::keys::{Answer, Kept, Keys};
use crate::log::{Applied, Entry};
use crate::operations::Class;
use crate::problem::Problem;
use crate::records::Books;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All that the company knows.
pub struct Company {
    books: Books,
    log: Vec<Entry>,
    next_seq: u64,
    keys: Keys,
    journal: Journal,
    clock: Clock,
    /// The switches of the panel. They are not kept: a server that starts is in order.
    pub faults: Faults,
}

/// What a request looked like when it arrived.
#[derive(Debug, Default)]
pub struct Arrived {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The operation it leads to.
    pub operation: Option<String>,
    /// Mail address of who asked.
    pub who: Option<String>,
    /// The header `Idempotency-Key`.
    pub key: Option<String>,
    /// The header `If-Match`.
    pub if_match: Option<String>,
    /// BLAKE3 of the body.
    pub body_hash: Option<String>,
}

/// What came of a request.
#[derive(Debug)]
pub struct Outcome {
    /// What to send.
    pub answer: Answer,
    /// Whether it is the answer of an earlier request with the same key.
    pub replayed: bool,
}

impl Company {
    /// The company with what the folder holds; seeded if the folder is empty or there is none.
    ///
    /// # Errors
    /// When the folder cannot be used or the seed is wrong.
    pub fn open(folder: Option<&Path>, clock: Clock) -> io::Result<Self> {
        let (journal, lines) = match folder {
            Some(folder) => Journal::open(folder)?,
            None => (Journal::Memory, Vec::new()),
        };
        let mut company = Self {
            books: Books::default(),
            log: Vec::new(),
            next_seq: 1,
            keys: Keys::default(),
            journal,
            clock,
            faults: Faults::default(),
        };
        if lines.is_empty() {
            company.reset()?;
        }
        for line in lines {
            company.replay(line);
        }
        Ok(company)
    }

    /// Seeds again: records, log, keys and switches are as on the first day. Only the numbers of requests go on, so that
    /// a request from before cannot be taken for a later one.
    ///
    /// # Errors
    /// When it cannot be written; then nothing has changed.
    pub fn reset(&mut self) -> io::Result<()> {
        let books = Books::seeded().map_err(io::Error::other)?;
        let (records, next_seq) = (books.dump(), self.next_seq);
        self.journal.begin(&Line::Begun { records, next_seq })?;
        self.books = books;
        self.log.clear();
        self.keys = Keys::default();
        self.faults = Faults::default();
        Ok(())
    }

    fn replay(&mut self, line: Line) {
        match line {
            Line::Begun { records, next_seq } => {
                self.books = Books::from(records);
                self.next_seq = next_seq;
            }
            Line::Received(entry) => {
                self.next_seq = entry.seq + 1;
                self.log.push(entry);
            }
            Line::Applied {
                seq,
                changes,
                applied,
                key,
            } => {
                self.books.apply(&changes);
                self.mark(seq, |entry| entry.applied = applied);
                key.into_iter().for_each(|key| self.keys.keep(*key));
            }
            Line::Answered {
                seq,
                status,
                fault,
                replayed,
            } => {
                self.mark(seq, |entry| {
                    (entry.status, entry.fault, entry.replayed) = (status, fault, replayed);
                });
            }
        }
    }

    fn mark(&mut self, seq: u64, with: impl FnOnce(&mut Entry)) {
        let at = self.log.binary_search_by_key(&seq, |entry| entry.seq);
        if let Some(entry) = at.ok().and_then(|at| self.log.get_mut(at)) {
            with(entry);
        }
    }

    /// The colleague whose token this is: the token by itself for the first of the users, with a full stop and the name
    /// before the `@` for another (`TOKEN.kari.holm`).
    pub fn person(&self, token: &str, given: &str) -> Option<Person> {
        self.books
            .all(USERS.name, false)
            .enumerate()
            .find_map(|(at, user)| {
                let email = user.fields.get("email")?.as_str()?;
                let name = user.fields.get("name")?.as_str()?;
                let own = match at {
                    0 => token.to_owned(),
                    _ => format!("{token}.{}", email.split('@').next()?),
                };
                // Hashes are compared in constant time.
                (blake3::hash(own.as_bytes()) == blake3::hash(given.as_bytes())).then(|| Person {
                    id: user.id,
                    name: name.to_owned(),
                    email: email.to_owned(),
                })
            })
    }

    /// Writes down that a request arrived; answers its number.
    ///
    /// # Errors
    /// When it cannot be written; then the request must not be carried out.
    pub fn receive(&mut self, arrived: Arrived) -> io::Result<u64> {
        let entry = Entry {
            seq: self.next_seq,
            at: (self.clock)(),
            method: arrived.method,
            path: arrived.path,
            operation: arrived.operation,
            who: arrived.who,
            idempotency_key: arrived.key,
            if_match: arrived.if_match,
            body_hash: arrived.body_hash,
            fault: None,
            replayed: false,
            applied: Vec::new(),
            status: None,
        };
        self.journal.append(&Line::Received(entry.clone()))?;
        self.log.push(entry);
        self.next_seq += 1;
        Ok(self.next_seq - 1)
    }

    /// Carries out a request: works out what it does, makes that durable, and only then lets it count.
    ///
    /// # Errors
    /// Why nothing was done.
    pub fn perform(&mut self, seq: u64, asked: &Asked, stale: bool) -> Result<Outcome, Problem> {
        if self.log.binary_search_by_key(&seq, |entry| entry.seq).is_err() {
            return Err(Problem::new(
                503,
                "reset",
                "The demo company was reset meanwhile. Nothing was done.",
            ));
        }
        let now = (self.clock)();
        let key = asked.key.as_deref().filter(|_| asked.operation.class == Class::K);
        let request = fingerprint(asked);
        if let Some(key) = key
            && let Some(answer) = self.keys.earlier(&asked.who.email, key, &request, now)?
        {
            let replayed = true;
            return Ok(Outcome { answer, replayed });
        }
        let done = acts::act(&self.books, asked, now, stale)?;
        let changes = done.changes.clone();
        let answer = answer(done);
        if !changes.is_empty() {
            let kept = key.map(|key| Kept {
                who: asked.who.email.clone(),
                key: key.to_owned(),
                request,
                at: now,
                answer: answer.clone(),
            });
            let applied = Applied::by(&self.books, &changes);
            let line = Line::Applied {
                seq,
                changes,
                applied,
                key: kept.map(Box::new),
            };
            self.journal
                .append(&line)
                .map_err(|error| Problem::new(500, "not_written", format!("Nothing was done: {error}.")))?;
            self.replay(line);
        }
        Ok(Outcome {
            answer,
            replayed: false,
        })
    }

    /// Writes down how a request was answered. A failure is not told: what it did is durable already and counts.
    pub fn answered(&mut self, seq: u64, status: Option<u16>, fault: Option<FaultKind>, replayed: bool) {
        let line = Line::Answered {
            seq,
            status,
            fault,
            replayed,
        };
        self.journal.append(&line).ok();
        self.replay(line);
    }

    /// The log from the request after this number on.
    pub fn log_after(&self, seq: u64) -> &[Entry] {
        let from = self.log.partition_point(|entry| entry.seq <= seq);
        self.log.get(from..).unwrap_or_default()
    }

    /// All records.
    pub fn books(&self) -> &Books {
        &self.books
    }
}

/// Two requests with one key are the same if this is the same.
fn fingerprint(asked: &Asked) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(asked.operation.id.as_bytes());
    hasher.update(format!("{:?}", asked.ids).as_bytes());
    hasher.update(&asked.body);
    hasher.finalize().to_hex().to_string()
}

fn answer(done: Done) -> Answer {
    Answer {
        status: done.status,
        etag: done.etag,
        location: done.location,
        body: done.body.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    #[test]
    fn what_cannot_be_written_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let clock: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
        let mut company = Company::open(Some(folder.path()), Arc::clone(&clock)).unwrap();
        let seq = company.receive(Arrived::default()).unwrap();
        let asked = Asked {
            operation: operations::named("crm.deals.update").unwrap(),
            ids: vec![20418],
            query: Vec::new(),
            if_match: None,
            key: None,
            body: br#"{"amount_eur": 1}"#.to_vec(),
            who: company.person("t", "t").unwrap(),
        };
        let before = company.books.shown();
        company.journal.fill_the_disk();
        assert_eq!(company.perform(seq, &asked, false).unwrap_err().status, 500);
        assert!(company.receive(Arrived::default()).is_err());
        assert_eq!(company.books.shown(), before);
        drop(company);
        let company = Company::open(Some(folder.path()), clock).unwrap();
        assert_eq!((company.books.shown(), company.log.len()), (before, 1));
    }
}
