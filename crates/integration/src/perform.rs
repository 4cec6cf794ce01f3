//! Sends what was authorized, exactly that and once for each call, and says what became of it.

use domain::{Confidentiality, Effect, Repeat};
use governance::Authorized;
use serde_json::{Map, Value};

use crate::connection::{reason, said};
use crate::description::{Act, Described, strong};
use crate::egress::patience::PAUSE;
use crate::egress::{EgressError, Purpose, Response};
use crate::request::{Prepared, put};
use crate::{Connection, Trouble};

/// How an attempt ended. Each is one answer of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The system says that it did it.
    Done(Done),
    /// It will not happen: the system refused this request, or it was refused here and never sent.
    Refused {
        /// HTTP status; nothing where it was refused here.
        status: Option<u16>,
        /// Why, for people.
        why: String,
        /// The record's version now, where the system says it.
        current_version: Option<String>,
    },
    /// Surely not taken: no connection, or too many requests. It may be tried again.
    NotTaken {
        /// After how many milliseconds.
        after: u64,
        /// Why, for people.
        why: String,
    },
    /// Nobody knows: 5xx, time-out, broken off, an answer that is none.
    Lost {
        /// What happened, for people.
        why: String,
    },
}

/// What a system answered that did it.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The answer.
    pub response: Value,
    /// Id of the record it answered with.
    pub id: Option<String>,
    /// That record's version now.
    pub version: Option<String>,
    /// Whether the system had done it before, under the same key.
    pub replayed: bool,
    /// Id of the record that the header `Location` names: the last part of its path.
    pub location: Option<String>,
    /// What the system said about it, for people; nothing where it answered with the record.
    pub said: String,
}

/// What is sent in one attempt, and how it is told from every other. Only what was authorized becomes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) effect: &'a Effect,
    pub(crate) account: &'a str,
    pub(crate) key: &'a str,
    pub(crate) request_hash: &'a str,
    pub(crate) confidentiality: Confidentiality,
}

/// What the journal wrote down before the first byte leaves.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch<'a> {
    /// The key, the same for all attempts; letters, digits and hyphens.
    pub key: &'a str,
    /// Hash of the request ([`Prepared::hash`]).
    pub request_hash: &'a str,
    /// Who may see what is in it.
    pub confidentiality: Confidentiality,
}

impl<'a> Attempt<'a> {
    /// The one place where an authorisation becomes something that is sent.
    fn of(authorized: &'a Authorized<Effect>, dispatch: Dispatch<'a>) -> Self {
        Self {
            effect: authorized.what(),
            account: authorized.account(),
            key: dispatch.key,
            request_hash: dispatch.request_hash,
            confidentiality: dispatch.confidentiality,
        }
    }
}

impl Connection {
    /// Sends what was authorized, once. Nothing below repeats it or follows it elsewhere. The journal must have made the
    /// attempt durable before, and decides alone whether there is another one.
    pub async fn perform(&self, authorized: &Authorized<Effect>, dispatch: Dispatch<'_>) -> Outcome {
        self.attempt(Attempt::of(authorized, dispatch)).await
    }

    pub(crate) async fn attempt(&self, attempt: Attempt<'_>) -> Outcome {
        let (described, prepared) = match self.ready(attempt) {
            Ok(ready) => ready,
            Err(refusal) => return *refusal,
        };
        if let Some(outcome) = self.unchanged(attempt, described).await {
            return outcome;
        }
        let keyed = described
            .binding
            .keyed
            .then_some(("idempotency-key", attempt.key));
        let headers: Vec<_> = keyed.into_iter().collect();
        let sent = self.send(&prepared, Purpose::Write, attempt.confidentiality, &headers);
        match sent.await {
            Ok(response) => answered(described, &response),
            Err(trouble) => unanswered(&trouble),
        }
    }

    /// The request, if it is still the one that was authorized, for this account.
    fn ready(&self, attempt: Attempt<'_>) -> Result<(&Described, Prepared), Box<Outcome>> {
        if attempt.account != self.account().address {
            return Err(Box::new(refused_here(format!(
                "Nothing was sent: this was authorized for `{}`, and the connection belongs to `{}`.",
                attempt.account,
                self.account().address
            ))));
        }
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if attempt.key.is_empty() || attempt.key.len() > 128 || !attempt.key.chars().all(good) {
            let why = "Nothing was sent: its key is not made of letters, digits and hyphens.";
            return Err(Box::new(refused_here(why.to_owned())));
        }
        let ready = || {
            let described = self.described(attempt.effect)?;
            Ok((described, self.request(attempt.effect)?))
        };
        let ready: Result<_, Trouble> = ready();
        let (described, mut prepared) =
            ready.map_err(|trouble| Box::new(refused_here(trouble.to_string())))?;
        if prepared.hash() != attempt.request_hash {
            let why =
                "Nothing was sent: the request is not the one that was authorized. Look at the new card.";
            return Err(Box::new(refused_here(why.to_owned())));
        }
        if let (Some(marker), Some(body)) = (&described.binding.marker, &mut prepared.body) {
            let mark = self.mark(&marker.field, attempt.key);
            put(&described.binding, body, &marker.field, Value::String(mark));
        }
        Ok((described, prepared))
    }

    /// The mark that what is made gets, to be found by it. A message id has a form of its own (RFC 5322, 3.6.4).
    pub(crate) fn mark(&self, field: &str, key: &str) -> String {
        if !field.eq_ignore_ascii_case("message_id") {
            return key.to_owned();
        }
        let own = self.account().address.rsplit_once('@').map(|(_, domain)| domain);
        let plain = |domain: &&str| {
            !domain.is_empty()
                && domain
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        };
        format!("<{key}@{}>", own.filter(plain).unwrap_or("attache.invalid"))
    }

    /// Where the system does not honour a condition, the record is read once more right before it is written. That leaves
    /// a moment in which somebody may come between; it is the best there is.
    async fn unchanged(&self, attempt: Attempt<'_>, described: &Described) -> Option<Outcome> {
        let target = attempt.effect.target.as_ref()?;
        let version = target
            .version
            .as_ref()
            .filter(|_| !described.binding.conditional)?;
        // What an earlier attempt may have done itself is not for this look to judge.
        let written = matches!(described.operation.repeat, Repeat::Unchanging)
            && matches!(described.binding.act, Act::Update);
        match self.record_for(&target.kind, &target.id, Purpose::Check).await {
            Ok(record) if record.version.as_ref() == Some(version) => None,
            Ok(record) if written && self.holds(described, attempt.effect, &record) => None,
            Ok(record) => Some(Outcome::Refused {
                status: None,
                why: format!(
                    "Nothing was sent: `{} {}` has changed since it was looked at.",
                    target.kind, target.id
                ),
                current_version: record.version,
            }),
            Err(Trouble::Missing { .. }) => Some(refused_here(format!(
                "Nothing was sent: `{} {}` is no longer there.",
                target.kind, target.id
            ))),
            Err(Trouble::Operation { .. }) => None,
            Err(Trouble::Egress(EgressError::Resting { after, .. })) => Some(Outcome::NotTaken {
                after,
                why: "Nothing was sent: the system asked for a pause.".to_owned(),
            }),
            Err(trouble) => Some(Outcome::NotTaken {
                after: PAUSE,
                why: format!("Nothing was sent, because the record could not be looked at first. {trouble}"),
            }),
        }
    }
}

/// What an answer means (security design, section 4).
fn answered(described: &Described, response: &Response) -> Outcome {
    let success = &described.binding.success;
    let binding = &described.binding;
    let answer: Option<Value> = match response.body.trim() {
        "" if response.status == 204 || binding.words => Some(Map::new().into()),
        body => serde_json::from_str(body).ok(),
    };
    let answer = answer.filter(|answer| answer.is_object() || binding.words);
    match response.status {
        status if success.contains(&status) || (success.is_empty() && [200, 201, 204].contains(&status)) => {
            // Half an answer, or the page of somebody in between, is no yes.
            let Some(answer) = answer else {
                return Outcome::Lost {
                    why: "The system said yes, but what it answered can't be read.".to_owned(),
                };
            };
            let record = binding.layout.record.take(&answer).filter(|_| !binding.words);
            let laid = record.and_then(|record| binding.layout.read(&record, response.header("etag")));
            // An answer that holds half a record does not tell its version.
            let version = laid.as_ref().and_then(|laid| laid.version.clone());
            Outcome::Done(Done {
                id: laid.and_then(|laid| laid.id),
                version: version.filter(|_| !binding.layout.whole),
                replayed: response.header("idempotent-replayed") == Some("true"),
                location: response.header("location").and_then(last_part),
                said: words_of(&answer).filter(|_| binding.words).unwrap_or_default(),
                response: answer,
            })
        }
        429 => Outcome::NotTaken {
            after: response.pause.unwrap_or(PAUSE),
            why: "The system has too many requests and asked for a pause.".to_owned(),
        },
        // The system, or something before it, gave up waiting; how much it had is not known.
        408 => lost(response),
        status @ 400..500 => Outcome::Refused {
            status: Some(status),
            why: said(&response.body),
            current_version: response
                .header("etag")
                .filter(|_| status == 412)
                .map(strong)
                .filter(|tag| !tag.is_empty()),
        },
        _ => lost(response),
    }
}

/// The last part of an address or path, as far as it is plain.
fn last_part(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next()?;
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let plain = last
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    (plain && !last.is_empty()).then(|| last.to_owned())
}

/// A list of sentences, in one.
fn words_of(answer: &Value) -> Option<String> {
    let each = answer.as_array()?.iter().filter_map(Value::as_str);
    let all: Vec<&str> = each.collect();
    Some(all.join("; ").chars().take(400).collect())
}

fn lost(response: &Response) -> Outcome {
    let words = reason(&response.body).map(|why| format!(" It said: {why}"));
    Outcome::Lost {
        why: format!(
            "The system answered with status {}, which does not tell whether it was done.{}",
            response.status,
            words.unwrap_or_default()
        ),
    }
}

/// What it means that there is no answer.
fn unanswered(trouble: &Trouble) -> Outcome {
    let why = trouble.to_string();
    match trouble {
        Trouble::Egress(EgressError::Resting { after, .. }) => Outcome::NotTaken { after: *after, why },
        Trouble::Egress(EgressError::Unreached { .. }) | Trouble::Credential { .. } => {
            Outcome::NotTaken { after: PAUSE, why }
        }
        Trouble::Egress(error) if error.surely_not_sent() => refused_here(why),
        _ => Outcome::Lost { why },
    }
}

fn refused_here(why: String) -> Outcome {
    Outcome::Refused {
        status: None,
        why,
        current_version: None,
    }
}
