//! What each operation does: a pure function from the records and a request to an answer and the changes.
//!
//! Nothing here writes: the caller makes the changes durable first and applies them then.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::catalogue::{COMMENTS, CONTACTS, DRAFTS, KINDS, MESSAGES, OUTBOX, USERS};
use crate::find;
use crate::kinds::{Fields, Kind};
use crate::operations::{Act, Operation};
use crate::problem::Problem;
use crate::records::{Books, Change, Record};

/// A request as an operation sees it.
#[derive(Debug)]
pub struct Asked {
    /// What is asked for.
    pub operation: &'static Operation,
    /// The ids in the path, in order.
    pub ids: Vec<u64>,
    /// The pairs of the query.
    pub query: Vec<(String, String)>,
    /// The header `If-Match`.
    pub if_match: Option<String>,
    /// The header `Idempotency-Key`.
    pub key: Option<String>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// Who asks.
    pub who: Person,
}

/// A colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id among `crm.users`.
    pub id: u64,
    /// Full name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// What an operation did.
#[derive(Debug)]
pub struct Done {
    /// HTTP status.
    pub status: u16,
    /// What is answered.
    pub body: Value,
    /// The version of the record answered, where writes to it can be conditional.
    pub etag: Option<u64>,
    /// Path of a new record.
    pub location: Option<String>,
    /// What has to be done to the records, all together.
    pub changes: Vec<Change>,
}

/// Works out what a request does. `stale`: reads see each record as it was before its last change.
///
/// # Errors
/// Why it does nothing.
pub fn act(books: &Books, asked: &Asked, now: Timestamp, stale: bool) -> Result<Done, Problem> {
    let kind = asked.operation.kind;
    if kind.name.starts_with("mail.") && !owns_the_mailbox(books, &asked.who) {
        return Err(Problem::new(
            403,
            "forbidden",
            "This mailbox belongs to somebody else.",
        ));
    }
    let desk = Desk { books, asked, now };
    match asked.operation.act {
        Act::List => find::page(books, kind, &asked.query, stale, false).map(found),
        Act::Search => find::page(books, kind, &asked.query, stale, true).map(found),
        Act::Get => {
            let id = asked.id(0)?;
            let record = books.all(kind.name, stale).find(|record| record.id == id);
            record
                .map(|record| read(kind, record))
                .ok_or_else(|| Problem::missing(kind.one, id))
        }
        Act::Create => desk.create(),
        Act::Update => desk.update(),
        Act::Delete => desk.delete(),
        Act::Link => desk.link(true),
        Act::Unlink => desk.link(false),
        Act::Reply => desk.comment(true),
        Act::Note => desk.comment(false),
        Act::Send => desk.send(),
    }
}

/// The mailbox is that of the person whose token it is: the first of the users.
fn owns_the_mailbox(books: &Books, who: &Person) -> bool {
    books
        .all(USERS.name, false)
        .next()
        .is_some_and(|first| first.id == who.id)
}

fn found(body: Value) -> Done {
    let (status, etag, location, changes) = (200, None, None, Vec::new());
    Done {
        status,
        body,
        etag,
        location,
        changes,
    }
}

fn read(kind: &Kind, record: &Record) -> Done {
    let etag = kind.conditional.then_some(record.version);
    Done {
        etag,
        ..found(record.shown())
    }
}

fn put(kind: &Kind, record: &Record) -> Change {
    Change {
        kind: kind.name.to_owned(),
        id: record.id,
        record: Some(record.clone()),
    }
}

fn gone(kind: &Kind, id: u64) -> Change {
    let (kind, record) = (kind.name.to_owned(), None);
    Change { kind, id, record }
}

impl Asked {
    fn id(&self, at: usize) -> Result<u64, Problem> {
        let missing = || Problem::malformed("The path has no id.");
        self.ids.get(at).copied().ok_or_else(missing)
    }

    fn object(&self) -> Result<Map<String, Value>, Problem> {
        let problem = |why: String| Problem::malformed(format!("The body must be a JSON object: {why}."));
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(problem("it is something else".to_owned())),
            Err(error) => Err(problem(error.to_string())),
        }
    }
}

/// One request that writes, with what it needs to know.
struct Desk<'a> {
    books: &'a Books,
    asked: &'a Asked,
    now: Timestamp,
}

impl Desk<'_> {
    fn create(&self) -> Result<Done, Problem> {
        let kind = self.asked.operation.kind;
        let mut fields = kind.take(&self.asked.object()?, true)?;
        self.check_pointers(kind, &fields)?;
        let id = self.books.next_id(kind.name);
        if kind.name == DRAFTS.name {
            fields.insert("from".to_owned(), json!(self.asked.who.email));
            if fields.get("message_id").is_none_or(Value::is_null) {
                let mark = format!("<draft-{id}@northwind-robotics.com>");
                fields.insert("message_id".to_owned(), json!(mark));
            }
        }
        let record = self.fresh(id, fields);
        let location = Some(format!("{}/{id}", self.asked.operation.path));
        let changes = vec![put(kind, &record)];
        Ok(Done {
            status: 201,
            location,
            changes,
            ..read(kind, &record)
        })
    }

    fn update(&self) -> Result<Done, Problem> {
        let (kind, old) = self.target()?;
        let sent = kind.take(&self.asked.object()?, false)?;
        self.check_pointers(kind, &sent)?;
        let mut fields = old.fields.clone();
        fields.extend(sent);
        Ok(self.changed(kind, old, fields))
    }

    fn delete(&self) -> Result<Done, Problem> {
        let (kind, old) = self.target()?;
        if old.fields.get("public") == Some(&json!(true)) {
            let message = "A public reply has gone to the customer and cannot be taken back.";
            return Err(Problem::new(409, "already_sent", message));
        }
        for other in KINDS {
            let points = |record: &&Record| other.pointed_to(&record.fields).contains(&(kind.name, old.id));
            if let Some(record) = self.books.all(other.name, false).find(points) {
                let message = format!(
                    "The {} {} is used by {} {}.",
                    kind.one, old.id, other.one, record.id
                );
                return Err(Problem::new(409, "in_use", message));
            }
        }
        let changes = vec![gone(kind, old.id)];
        let body = json!({"deleted": old.id, "version": old.version});
        Ok(Done {
            changes,
            ..found(body)
        })
    }

    fn link(&self, connect: bool) -> Result<Done, Problem> {
        let (kind, old) = self.target()?;
        let contact = self.asked.id(1)?;
        if self.books.get(CONTACTS.name, contact).is_none() {
            return Err(Problem::missing(CONTACTS.one, contact));
        }
        let linked = old
            .fields
            .get("contacts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut linked: Vec<u64> = linked
            .filter_map(Value::as_u64)
            .filter(|id| *id != contact)
            .collect();
        linked.extend(connect.then_some(contact));
        linked.sort_unstable();
        let mut fields = old.fields.clone();
        fields.insert("contacts".to_owned(), json!(linked));
        Ok(self.changed(kind, old, fields))
    }

    /// A comment also counts as a change of its ticket: who prepared an answer must notice that somebody wrote meanwhile.
    fn comment(&self, public: bool) -> Result<Done, Problem> {
        let (tickets, ticket) = self.target()?;
        let comments = &COMMENTS;
        let mut fields = comments.take(&self.asked.object()?, true)?;
        fields.insert("ticket".to_owned(), json!(ticket.id));
        fields.insert("public".to_owned(), json!(public));
        fields.insert("author".to_owned(), json!(self.asked.who.name));
        let comment = self.fresh(self.books.next_id(comments.name), fields);
        let mut changes = vec![
            put(comments, &comment),
            put(tickets, &self.next(ticket, ticket.fields.clone())),
        ];
        if public {
            let to = self.customer(ticket)?;
            let subject = ticket
                .fields
                .get("subject")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let sent = BTreeMap::from([
                ("to", json!([to])),
                ("subject", json!(format!("Re: {subject} [#{}]", ticket.id))),
                ("body", comment.fields.get("body").cloned().unwrap_or_default()),
                (
                    "message_id",
                    json!(format!("<comment-{}@northwind-robotics.com>", comment.id)),
                ),
            ]);
            changes.push(self.leaves("helpdesk", comment.id, sent));
        }
        let location = Some(format!("/helpdesk/comments/{}", comment.id));
        Ok(Done {
            status: 201,
            location,
            changes,
            ..read(comments, &comment)
        })
    }

    fn customer(&self, ticket: &Record) -> Result<String, Problem> {
        let requester = ticket.fields.get("requester").and_then(Value::as_u64);
        let contact = requester.and_then(|id| self.books.get(CONTACTS.name, id));
        let address = contact.and_then(|contact| contact.fields.get("email")?.as_str());
        address.map(str::to_owned).ok_or_else(|| {
            Problem::invalid(format!(
                "Ticket {} has no requester with an address to answer.",
                ticket.id
            ))
        })
    }

    /// The draft becomes a sent mail: it is gone, so that it cannot be sent a second time.
    fn send(&self) -> Result<Done, Problem> {
        let (drafts, draft) = self.target()?;
        let messages = &MESSAGES;
        let of = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
        if of("to").as_array().is_none_or(Vec::is_empty) {
            return Err(Problem::invalid(format!(
                "Draft {} has nobody in `to`.",
                draft.id
            )));
        }
        let mut fields = messages.empty();
        for name in [
            "from",
            "to",
            "cc",
            "subject",
            "body",
            "attachments",
            "message_id",
            "in_reply_to",
        ] {
            fields.insert(name.to_owned(), of(name));
        }
        fields.insert("folder".to_owned(), json!("sent"));
        fields.insert("read".to_owned(), json!(true));
        fields.insert("at".to_owned(), json!(self.now.to_string()));
        let message = self.fresh(self.books.next_id(messages.name), fields);
        let names = ["to", "cc", "subject", "body", "attachments", "message_id"];
        let sent = names.into_iter().map(|name| (name, of(name))).collect();
        let changes = vec![
            gone(drafts, draft.id),
            put(messages, &message),
            self.leaves("mail", message.id, sent),
        ];
        Ok(Done {
            changes,
            ..read(messages, &message)
        })
    }

    /// A line of the outbox. `origin` is the id of the mail or comment that left.
    fn leaves(&self, via: &str, origin: u64, sent: BTreeMap<&str, Value>) -> Change {
        let kind = &OUTBOX;
        let mut fields = kind.empty();
        fields.extend(sent.into_iter().map(|(name, value)| (name.to_owned(), value)));
        fields.insert("via".to_owned(), json!(via));
        fields.insert("origin".to_owned(), json!(origin));
        fields.insert("at".to_owned(), json!(self.now.to_string()));
        fields.insert("from".to_owned(), json!(self.asked.who.email));
        put(kind, &self.fresh(self.books.next_id(kind.name), fields))
    }

    /// The record that the request is about, if it is still in the version that the client knows.
    fn target(&self) -> Result<(&'static Kind, &Record), Problem> {
        let (operation, id) = (self.asked.operation, self.asked.id(0)?);
        let kind = operation.kind;
        let record = self
            .books
            .get(kind.name, id)
            .ok_or_else(|| Problem::missing(kind.one, id))?;
        if let Some(condition) = self
            .asked
            .if_match
            .as_deref()
            .filter(|_| operation.is_conditional())
            && !matches(condition, record.version)?
        {
            return Err(Problem::changed(kind.one, id, record.version));
        }
        Ok((kind, record))
    }

    fn check_pointers(&self, kind: &Kind, fields: &Fields) -> Result<(), Problem> {
        for (of, id) in kind.pointed_to(fields) {
            if self.books.get(of, id).is_none() {
                return Err(Problem::invalid(format!("There is no {of} {id} to point to.")));
            }
        }
        Ok(())
    }

    /// The same again changes nothing, not even the version: that is what class U means.
    fn changed(&self, kind: &Kind, old: &Record, fields: Fields) -> Done {
        if fields == old.fields {
            return read(kind, old);
        }
        let record = self.next(old, fields);
        Done {
            changes: vec![put(kind, &record)],
            ..read(kind, &record)
        }
    }

    fn next(&self, old: &Record, fields: Fields) -> Record {
        Record {
            version: old.version + 1,
            ..self.fresh(old.id, fields)
        }
    }

    fn fresh(&self, id: u64, fields: Fields) -> Record {
        Record {
            id,
            version: 1,
            updated_at: self.now,
            updated_by: self.asked.who.email.clone(),
            fields,
        }
    }
}

/// Whether `If-Match` names this version (RFC 9110, 13.1.1).
fn matches(condition: &str, version: u64) -> Result<bool, Problem> {
    if condition.trim() == "*" {
        return Ok(true);
    }
    let mut any = false;
    for tag in condition.split(',').map(str::trim) {
        let quoted = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        let named: Option<u64> = quoted.and_then(|tag| tag.parse().ok());
        let named = named
            .ok_or_else(|| Problem::malformed("`If-Match` takes a version in quotes, such as `\"3\"`."))?;
        any |= named == version;
    }
    Ok(any)
}
