//! What an effect would do, looked at now: the record as it is, what would stand there, and the message as people get it.

use std::collections::BTreeMap;

use domain::{Change, Effect, Role, SideEffect, Target, changes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::description::{Act, Described, MessageForm, Piece, Place, plain};
use crate::egress::Purpose;
use crate::request::Prepared;
use crate::{Connection, Record, Trouble};

/// What an effect would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The effect, with the version of the record that was looked at. This is what is to be decided on.
    pub effect: Effect,
    /// The record as it is; nothing where one is made or the system can't show it.
    pub record: Option<Record>,
    /// Each field before and after. For what is made: its fields; for what is taken away: what is lost; for anything
    /// else that is done to a record: what is sent along.
    pub changes: Vec<Change>,
    /// The message as those who get it will see it.
    pub message: Option<Message>,
    /// Whether the system itself refuses when the record has changed meanwhile. Otherwise it is read once more right
    /// before it is written.
    pub conditional: bool,
    /// SHA-256 of the request that would be sent, in hex.
    pub request_hash: String,
    /// The same request as it would be sent, for whoever wants to see it.
    pub raw: Raw,
}

/// A request as it would be sent, without the credential and without what tells attempts apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// HTTP method.
    pub method: String,
    /// The whole address.
    pub address: String,
    /// The version of the record that the system is asked to compare with (`If-Match`).
    pub condition: Option<String>,
    /// The body, JSON.
    pub body: Option<Value>,
}

/// A message as those who get it will see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// To whom.
    pub to: Vec<String>,
    /// To whom a copy.
    pub cc: Vec<String>,
    /// To whom a copy that the others do not see.
    pub bcc: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Words.
    pub body: String,
    /// Names of attachments.
    pub attachments: Vec<String>,
}

impl Connection {
    /// Looks at what an effect would do. Nothing is changed.
    ///
    /// # Errors
    /// When the effect is not for this system or not as its operation is described now, its arguments do not fit, or the
    /// record can't be read.
    pub async fn preview(&self, effect: &Effect) -> Result<Preview, Trouble> {
        let described = self.described(effect)?;
        let mut record = None;
        if let Some(id) = target_id(described, effect)? {
            record = match self
                .record_for(&described.operation.kind, &id, Purpose::Read)
                .await
            {
                Err(Trouble::Operation { .. }) => None,
                read => Some(read?),
            };
        }
        let mut preview = self.previewed(effect, record)?;
        if let Some(form) = &described.binding.message {
            let message = self.message(form, &preview.effect, preview.record.as_ref());
            preview.message = Some(message.await?);
        }
        Ok(preview)
    }

    /// The same without asking the system anything: for what may not even be looked at.
    ///
    /// # Errors
    /// As for [`Connection::preview`].
    pub fn unseen(&self, effect: &Effect) -> Result<Preview, Trouble> {
        self.previewed(effect, None)
    }

    fn previewed(&self, effect: &Effect, record: Option<Record>) -> Result<Preview, Trouble> {
        let described = self.described(effect)?;
        let mut effect = effect.clone();
        effect.target = target_id(described, &effect)?.map(|id| Target {
            kind: described.operation.kind.clone(),
            id,
            version: record.as_ref().and_then(|record| record.version.clone()),
        });
        let prepared = self.request(&effect)?;
        Ok(Preview {
            changes: expected_changes(described, &effect, record.as_ref()),
            conditional: described.binding.conditional,
            request_hash: prepared.hash().to_owned(),
            raw: prepared.raw(),
            effect,
            record,
            message: None,
        })
    }

    /// The request that an effect would send, without key or mark.
    ///
    /// # Errors
    /// As for [`Connection::preview`], without asking the system anything.
    pub fn request(&self, effect: &Effect) -> Result<Prepared, Trouble> {
        let described = self.described(effect)?;
        target_id(described, effect)?;
        let marker = described.binding.marker.as_ref();
        if let Some(marker) = marker.filter(|marker| effect.arguments.contains_key(&marker.field)) {
            return Err(Trouble::Argument {
                operation: effect.operation.clone(),
                argument: marker.field.clone(),
                why: "is kept for the mark by which Attaché finds what it made; leave it out".to_owned(),
            });
        }
        let version = effect
            .target
            .as_ref()
            .and_then(|target| target.version.as_deref());
        self.prepared(described, &values(effect), version)
    }

    /// The operation of an effect, if it is still as it was when the effect was proposed.
    pub(crate) fn described(&self, effect: &Effect) -> Result<&Described, Trouble> {
        let unfit = |why: &str| Trouble::Unfit {
            operation: effect.operation.clone(),
            why: why.to_owned(),
        };
        if effect.system != *self.system() {
            return Err(unfit("was proposed for another system"));
        }
        let described = self.operation(&effect.operation)?;
        if described.operation.definition != effect.definition {
            return Err(unfit(
                "is described differently now than when this was proposed; propose it again",
            ));
        }
        if described.operation.side_effect == SideEffect::Read {
            return Err(unfit("only reads, and there is nothing to decide"));
        }
        Ok(described)
    }

    async fn message(
        &self,
        form: &MessageForm,
        effect: &Effect,
        record: Option<&Record>,
    ) -> Result<Message, Trouble> {
        let words = |parts: Vec<String>| parts.concat();
        Ok(Message {
            to: self.pieces(&form.to, effect, record).await?,
            cc: self.pieces(&form.cc, effect, record).await?,
            bcc: self.pieces(&form.bcc, effect, record).await?,
            subject: words(self.pieces(&form.subject, effect, record).await?),
            body: words(self.pieces(&form.body, effect, record).await?),
            attachments: self.pieces(&form.attachments, effect, record).await?,
        })
    }

    async fn pieces(
        &self,
        pieces: &[Piece],
        effect: &Effect,
        record: Option<&Record>,
    ) -> Result<Vec<String>, Trouble> {
        let mut out = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Words(words) => out.push(words.clone()),
                Piece::Argument { argument } => {
                    out.extend(texts(effect.arguments.get(argument).map(|own| &own.value)));
                }
                Piece::Record { record: field, of } => {
                    let own = texts(record.and_then(|record| record.fields.get(field)));
                    let Some(linked) = of else {
                        out.extend(own);
                        continue;
                    };
                    for id in own {
                        let other = self.record_for(&linked.kind, &id, Purpose::Read).await?;
                        out.extend(texts(other.fields.get(&linked.field)));
                    }
                }
            }
        }
        Ok(out)
    }
}

/// The arguments of an effect by name.
pub(crate) fn values(effect: &Effect) -> BTreeMap<String, Value> {
    let each = effect.arguments.iter();
    each.map(|(name, argument)| (name.clone(), argument.value.clone()))
        .collect()
}

/// The id of the record that is acted on, where the operation acts on one. What the card shows as the target and what the
/// request names must be one and the same.
fn target_id(described: &Described, effect: &Effect) -> Result<Option<String>, Trouble> {
    let parameters = &described.operation.parameters;
    let places = &described.binding.places;
    let is_target = |name: &&String| parameters.get(*name).is_some_and(|own| own.role == Role::Target);
    let at = |wanted: Place| {
        let all = places.iter().filter(move |(_, place)| **place == wanted);
        all.map(|(name, _)| name).find(is_target)
    };
    let name = at(Place::Path).or_else(|| at(Place::Body));
    let Some(name) = name else {
        return Ok(None);
    };
    let wrong = |why: &str| Trouble::Argument {
        operation: effect.operation.clone(),
        argument: name.clone(),
        why: why.to_owned(),
    };
    let argument = effect.arguments.get(name).ok_or_else(|| wrong("is missing"))?;
    let id = plain(&argument.value);
    match &effect.target {
        Some(target) if target.id != id || target.kind != described.operation.kind => {
            Err(wrong("names another record than the one that is acted on"))
        }
        _ => Ok(Some(id)),
    }
}

/// What is sent in the body, but for the id of the record that is acted on.
pub(crate) fn sent(described: &Described, effect: &Effect) -> Map<String, Value> {
    let target = |name: &String| {
        let own = described.operation.parameters.get(name);
        own.is_some_and(|own| own.role == Role::Target)
    };
    let in_body = |name: &String| described.binding.places.get(name) == Some(&Place::Body) && !target(name);
    let all = values(effect).into_iter();
    all.filter(|(name, _)| in_body(name)).collect()
}

fn expected_changes(described: &Described, effect: &Effect, record: Option<&Record>) -> Vec<Change> {
    let empty = Map::new();
    let before = record.map_or(&empty, |record| &record.fields);
    let sent = sent(described, effect);
    match described.binding.act {
        Act::Update => {
            let mut after = before.clone();
            let new = sent
                .into_iter()
                .filter(|(name, value)| !before.get(name).is_some_and(|old| same(old, value)));
            after.extend(new);
            changes(before, &after)
        }
        Act::Delete => changes(before, &empty),
        Act::Create | Act::Other | Act::Get | Act::Find => changes(&empty, &sent),
    }
}

/// Whether two values are the same to a system that may write 99 as 99.0, nothing as an empty text or list, and line ends in
/// its own way.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    let both = [one, other].map(|value| Map::from_iter([(String::new(), value.clone())]));
    let [one_alone, other_alone] = &both;
    if let (Some(one), Some(other)) = (one.as_str(), other.as_str()) {
        // Line ends as the web has them, and blanks at the end that are not kept.
        let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        return plain(one) == plain(other);
    }
    match (one.as_f64(), other.as_f64()) {
        (Some(a), Some(b)) => a == b && (one.is_f64() || other.is_f64()) || one == other,
        _ => changes(one_alone, other_alone).is_empty(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        Some(value) => vec![plain(value)],
    }
}
