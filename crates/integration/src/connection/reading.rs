use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use domain::{Confidentiality, SideEffect};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Connection, refused};
use crate::Trouble;
use crate::description::{Act, Described, Next, strong};
use crate::egress::{Purpose, Response};
use crate::record::{Record, tag_of};
use crate::request::Page;

/// So many answers are kept with their tags.
const KEPT: usize = 256;

/// How much is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Records.
    pub records: usize,
    /// Pages, each one request.
    pub pages: usize,
}

impl Default for Cap {
    fn default() -> Self {
        Self {
            records: 200,
            pages: 20,
        }
    }
}

/// What a read found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The records, in the system's order.
    pub records: Vec<Record>,
    /// Whether there are more than were read.
    pub more: bool,
}

/// Which page of a list is asked for. It can be kept, to go on from there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// So many pages come before it.
    page: usize,
    at: Page,
}

impl Connection {
    /// Reads by an operation that only reads: one record, or as many pages as the cap allows. `confidentiality` is that
    /// of the arguments.
    ///
    /// # Errors
    /// When the operation does not only read, the arguments do not fit, or the system does not answer as described.
    pub async fn read(
        &self,
        operation: &str,
        arguments: &BTreeMap<String, Value>,
        confidentiality: Confidentiality,
        cap: Cap,
    ) -> Result<Found, Trouble> {
        let described = self.operation(operation)?;
        self.read_by(described, arguments.clone(), confidentiality, cap, Purpose::Read)
            .await
    }

    /// The record of a kind with this id.
    ///
    /// # Errors
    /// [`Trouble::Missing`] when there is none; else as for [`Connection::read`].
    pub async fn record(&self, kind: &str, id: &str) -> Result<Record, Trouble> {
        self.record_for(kind, id, Purpose::Read).await
    }

    /// Records of a kind with these values; `q` takes words that stand anywhere in them.
    ///
    /// # Errors
    /// As for [`Connection::read`].
    pub async fn search(
        &self,
        kind: &str,
        wanted: &BTreeMap<String, Value>,
        confidentiality: Confidentiality,
        cap: Cap,
    ) -> Result<Found, Trouble> {
        self.search_for(kind, wanted, confidentiality, cap, Purpose::Read)
            .await
    }

    pub(crate) async fn search_for(
        &self,
        kind: &str,
        wanted: &BTreeMap<String, Value>,
        confidentiality: Confidentiality,
        cap: Cap,
        purpose: Purpose,
    ) -> Result<Found, Trouble> {
        let described = self.description().of_kind(kind, "search", Act::Find);
        let described = described.ok_or_else(|| Trouble::Operation {
            system: self.system().clone(),
            operation: format!("{kind}.search"),
        })?;
        self.read_by(described, wanted.clone(), confidentiality, cap, purpose)
            .await
    }

    pub(crate) async fn record_for(&self, kind: &str, id: &str, purpose: Purpose) -> Result<Record, Trouble> {
        let described = self.description().of_kind(kind, "get", Act::Get);
        // A look by which something goes to others is not taken by the way.
        let described = described.filter(|described| !described.operation.egress);
        let described = described.ok_or_else(|| Trouble::Operation {
            system: self.system().clone(),
            operation: format!("{kind}.get"),
        })?;
        let name = described.binding.places.keys().next();
        let arguments: BTreeMap<String, Value> = name
            .map(|name| (name.clone(), Value::String(id.to_owned())))
            .into_iter()
            .collect();
        let found = self.read_by(
            described,
            arguments,
            Confidentiality::Internal,
            Cap::default(),
            purpose,
        );
        let found = match found.await {
            Err(Trouble::Refused {
                status: 404 | 410, ..
            }) => None,
            Err(trouble) => return Err(trouble),
            Ok(found) => found.records.into_iter().next(),
        };
        let missing = || Trouble::Missing {
            system: self.system().clone(),
            kind: kind.to_owned(),
            id: self.scrubbed(id),
        };
        // Another record than the one that was asked for would be changed in its place.
        found.filter(|record| record.id == id).ok_or_else(missing)
    }

    pub(crate) async fn read_by(
        &self,
        described: &Described,
        arguments: BTreeMap<String, Value>,
        confidentiality: Confidentiality,
        cap: Cap,
        purpose: Purpose,
    ) -> Result<Found, Trouble> {
        if described.operation.side_effect != SideEffect::Read {
            return Err(Trouble::Unfit {
                operation: described.operation.name.clone(),
                why: "does more than read, and needs to be proposed".to_owned(),
            });
        }
        let mut found = Found {
            records: Vec::new(),
            more: false,
        };
        let (mut pages, mut mark) = (BTreeSet::new(), Mark::default());
        loop {
            let (records, next) = self
                .page_by(described, &arguments, &mark, confidentiality, purpose)
                .await?;
            let room = cap.records - found.records.len();
            found.more = records.len() > room || (next.is_some() && records.len() == room);
            found.records.extend(records.into_iter().take(room));
            let Some(next) = next.filter(|_| !found.more) else {
                return Ok(found);
            };
            if next.page >= cap.pages {
                found.more = true;
                return Ok(found);
            }
            if !pages.insert(next.at.clone()) {
                return Err(self.form(described, "its pages go round in a circle"));
            }
            mark = next;
        }
    }

    /// One page of what an operation lists, and the mark of the one after it; nothing after the last one.
    ///
    /// # Errors
    /// As for [`Connection::read`].
    pub async fn page(
        &self,
        operation: &str,
        arguments: &BTreeMap<String, Value>,
        mark: &Mark,
    ) -> Result<(Vec<Record>, Option<Mark>), Trouble> {
        let described = self.operation(operation)?;
        if described.operation.side_effect != SideEffect::Read || described.operation.egress {
            return Err(Trouble::Unfit {
                operation: operation.to_owned(),
                why: "does more than read, and needs to be proposed".to_owned(),
            });
        }
        let internal = Confidentiality::Internal;
        self.page_by(described, arguments, mark, internal, Purpose::Read)
            .await
    }

    async fn page_by(
        &self,
        described: &Described,
        arguments: &BTreeMap<String, Value>,
        mark: &Mark,
        confidentiality: Confidentiality,
        purpose: Purpose,
    ) -> Result<(Vec<Record>, Option<Mark>), Trouble> {
        let layout = &described.binding.layout;
        let (answer, etag, link) = self
            .answer(described, arguments, &mark.at, confidentiality, purpose)
            .await?;
        if described.binding.act != Act::Find {
            let record = layout.record.take(&answer);
            let record = record.ok_or_else(|| self.form(described, "it has no record"))?;
            return Ok((vec![self.shown(described, &record, etag.as_deref())?], None));
        }
        let Some(Value::Array(items)) = layout.items.take(&answer) else {
            return Err(self.form(described, "it has no list of records"));
        };
        let records: Result<Vec<Record>, Trouble> = items
            .iter()
            .map(|item| self.shown(described, item, None))
            .collect();
        let paging = described.binding.paging.as_ref();
        let next = paging.map(|paging| paging.next(&answer, link.as_deref(), mark.page, items.len()));
        let at = match next {
            None | Some(Next::None) => None,
            Some(Next::Pair(name, value)) => Some(Page::Pair(name, value)),
            Some(Next::Address(address)) => Some(Page::Address(address)),
        };
        let page = mark.page + 1;
        Ok((records?, at.map(|at| Mark { page, at })))
    }

    /// The answer's fields and its tag. Where an earlier answer had a tag, the system is asked whether it still holds.
    async fn answer(
        &self,
        described: &Described,
        arguments: &BTreeMap<String, Value>,
        page: &Page,
        confidentiality: Confidentiality,
        purpose: Purpose,
    ) -> Result<(Value, Option<String>, Option<String>), Trouble> {
        let prepared = self.prepared(described, arguments, None)?;
        let prepared = prepared.page(page).map_err(|why| self.form(described, why))?;
        let address = prepared.url.to_string();
        let before = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(&address).cloned()
        };
        let tag = before.as_ref().map(|(tag, _)| tag_of(tag));
        let condition: Vec<_> = tag.iter().map(|tag| ("if-none-match", tag.as_str())).collect();
        let response = self.send(&prepared, purpose, confidentiality, &condition).await?;
        if response.status == 304 {
            let (tag, body) = before.ok_or_else(|| self.form(described, "it refers to an earlier one"))?;
            return Ok((self.answered(described, &body)?, Some(tag), None));
        }
        if response.status != 200 {
            return Err(refused(self.system(), &response));
        }
        let answer = self.answered(described, &response.body)?;
        let text = |name: &str| response.header(name).map(str::to_owned);
        let (tag, link) = (text("etag"), text("link"));
        self.keep(described, address, tag.as_deref(), &response);
        Ok((answer, tag, link))
    }

    fn keep(&self, described: &Described, address: String, tag: Option<&str>, response: &Response) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match tag.map(strong).filter(|tag| !tag.is_empty()) {
            Some(tag) if described.binding.act == Act::Get => {
                if kept.len() >= KEPT {
                    kept.clear();
                }
                kept.insert(address, (tag, response.body.clone()));
            }
            _ => {
                kept.remove(&address);
            }
        }
    }

    fn answered(&self, described: &Described, body: &str) -> Result<Value, Trouble> {
        serde_json::from_str(body).map_err(|error| match body.trim_start().starts_with('<') {
            // Behind a proxy that wants a sign-in, every address answers with its page, and says that all is well.
            true => self.form(
                described,
                "it is a web page and no data; perhaps you have to sign in there first",
            ),
            false => self.form(described, &error.to_string()),
        })
    }

    pub(crate) fn shown(
        &self,
        described: &Described,
        record: &Value,
        etag: Option<&str>,
    ) -> Result<Record, Trouble> {
        let layout = &described.binding.layout;
        let laid = layout.read(record, etag);
        let laid = laid.ok_or_else(|| self.form(described, "one of its records is none"))?;
        let id = laid
            .id
            .ok_or_else(|| self.form(described, "a record has no id"))?;
        Ok(Record {
            system: self.system().clone(),
            kind: described.operation.kind.clone(),
            id,
            version: laid.version,
            fields: laid.fields,
            layout: layout.clone(),
            integrity: described.binding.fields.clone(),
            edited: described.binding.edited.clone(),
        })
    }

    fn form(&self, described: &Described, why: &str) -> Trouble {
        Trouble::Form {
            system: self.system().clone(),
            operation: described.operation.name.clone(),
            why: why.to_owned(),
        }
    }
}
