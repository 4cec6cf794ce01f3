//! The operations of the three systems, as data: path, effect, and the class that says when a client may send it again.
//!
//! Requests are routed by this table and the description is written from it; there is no other list of routes.

use crate::catalogue::{
    ACCOUNTS, ACTIVITIES, COMMENTS, CONTACTS, DEALS, DRAFTS, MESSAGES, OUTBOX, TICKETS, USERS,
};
use crate::kinds::Kind;

/// One thing that can be asked of the company.
#[derive(Debug)]
pub struct Operation {
    /// Its name, unique: `crm.deals.update`.
    pub id: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path; a part in braces stands for the id of a record.
    pub path: &'static str,
    /// What is done.
    pub act: Act,
    /// With records of which kind.
    pub kind: &'static Kind,
    /// When it may be sent again after an unknown end.
    pub class: Class,
    /// What it does to the world.
    pub side_effect: SideEffect,
    /// How it can be taken back; nothing for what only reads.
    pub undo: Option<Undo>,
    /// One sentence for people.
    pub summary: &'static str,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Reads records of a kind page by page.
    List,
    /// Reads those that match.
    Search,
    /// Reads one.
    Get,
    /// Makes one.
    Create,
    /// Changes the fields that are sent.
    Update,
    /// Removes one.
    Delete,
    /// Connects a deal with a contact.
    Link,
    /// Takes that back.
    Unlink,
    /// Writes to the customer on a ticket.
    Reply,
    /// Writes to colleagues on a ticket.
    Note,
    /// Sends a draft.
    Send,
}

/// How often an operation may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The server remembers an `Idempotency-Key`: again with the same key has no second effect.
    K,
    /// The same call twice leaves the same state.
    U,
    /// A marker of the client's own can be searched for afterwards; nothing stops a second one.
    P,
    /// Nothing protects: a second call has a second effect.
    N,
}

/// What an operation does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideEffect {
    /// Nothing.
    Read,
    /// Changes something that only the person sees.
    Draft,
    /// Changes what colleagues see.
    Write,
    /// Something leaves the company.
    Send,
    /// Something is gone for good.
    Destructive,
}

/// How an operation can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// By writing the old values again.
    Restorable,
    /// By another operation that outweighs it; traces stay.
    Compensable,
    /// Not at all.
    Irreversible,
}

impl Class {
    /// The letter of the class.
    pub fn letter(self) -> &'static str {
        match self {
            Self::K => "K",
            Self::U => "U",
            Self::P => "P",
            Self::N => "N",
        }
    }
}

impl SideEffect {
    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Draft => "draft",
            Self::Write => "write",
            Self::Send => "send",
            Self::Destructive => "destructive",
        }
    }
}

impl Undo {
    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::Restorable => "restorable",
            Self::Compensable => "compensable",
            Self::Irreversible => "irreversible",
        }
    }
}

impl Operation {
    /// Whether it honours `If-Match`.
    pub fn is_conditional(&self) -> bool {
        self.kind.conditional && !matches!(self.act, Act::List | Act::Search | Act::Get | Act::Create)
    }

    /// The field that a client marks a new record with, to find it again, where it is of class P.
    pub fn marker(&self) -> Option<&'static str> {
        let marks = ["external_id", "message_id"];
        let field = marks.into_iter().find(|name| self.kind.field(name).is_some());
        field.filter(|_| self.class == Class::P)
    }
}

/// Where a method and a path lead.
#[derive(Debug)]
pub enum Route {
    /// To this operation, with the ids of the path in order.
    To(&'static Operation, Vec<u64>),
    /// The path is known, but only with these methods.
    OtherMethods(Vec<&'static str>),
    /// Nowhere.
    Nowhere,
}

/// Finds the operation for a request.
pub fn route(method: &str, path: &str) -> Route {
    let fits: Vec<(&Operation, Vec<u64>)> = OPERATIONS
        .iter()
        .filter_map(|operation| Some((operation, ids(operation.path, path)?)))
        .collect();
    let methods: Vec<&str> = fits.iter().map(|(operation, _)| operation.method).collect();
    match fits.into_iter().find(|(operation, _)| operation.method == method) {
        Some((operation, ids)) => Route::To(operation, ids),
        None if methods.is_empty() => Route::Nowhere,
        None => Route::OtherMethods(methods),
    }
}

/// The ids in a path that has this pattern. Only numbers are ids, so that `/search` is never taken for one.
fn ids(pattern: &str, path: &str) -> Option<Vec<u64>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut out = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(out),
            (Some(wanted), Some(given)) if wanted.starts_with('{') => {
                let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
                out.push(given.parse().ok().filter(|_| digits)?);
            }
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

/// The operation of this name.
pub fn named(id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.id == id)
}

const fn read(
    id: &'static str,
    path: &'static str,
    act: Act,
    kind: &'static Kind,
    summary: &'static str,
) -> Operation {
    Operation {
        id,
        method: "GET",
        path,
        act,
        kind,
        class: Class::U,
        side_effect: SideEffect::Read,
        undo: None,
        summary,
    }
}

/// Method, path, class, side effect and undo stand together, as in the table of the README.
const fn write(
    id: &'static str,
    (method, path): (&'static str, &'static str),
    (act, kind): (Act, &'static Kind),
    (class, side_effect, undo): (Class, SideEffect, Undo),
    summary: &'static str,
) -> Operation {
    let undo = Some(undo);
    Operation {
        id,
        method,
        path,
        act,
        kind,
        class,
        side_effect,
        undo,
        summary,
    }
}

use Act::{Create, Delete, Get, Link, List, Note, Reply, Search, Unlink, Update};
use SideEffect::{Destructive, Draft, Write};
use Undo::{Compensable, Irreversible, Restorable};

/// All operations.
#[rustfmt::skip] // one row, one operation
pub static OPERATIONS: &[Operation] = &[
    read("crm.users.list", "/crm/users", List, &USERS, "Lists colleagues."),
    read("crm.users.get", "/crm/users/{id}", Get, &USERS, "Reads a colleague."),

    read("crm.accounts.list", "/crm/accounts", List, &ACCOUNTS, "Lists accounts."),
    read("crm.accounts.search", "/crm/accounts/search", Search, &ACCOUNTS, "Finds accounts."),
    read("crm.accounts.get", "/crm/accounts/{id}", Get, &ACCOUNTS, "Reads an account."),
    write("crm.accounts.update", ("PATCH", "/crm/accounts/{id}"), (Update, &ACCOUNTS), (Class::U, Write, Restorable), "Changes fields of an account."),

    read("crm.contacts.list", "/crm/contacts", List, &CONTACTS, "Lists contacts."),
    read("crm.contacts.search", "/crm/contacts/search", Search, &CONTACTS, "Finds contacts."),
    read("crm.contacts.get", "/crm/contacts/{id}", Get, &CONTACTS, "Reads a contact."),
    write("crm.contacts.create", ("POST", "/crm/contacts"), (Create, &CONTACTS), (Class::P, Write, Compensable), "Creates a contact."),
    write("crm.contacts.update", ("PATCH", "/crm/contacts/{id}"), (Update, &CONTACTS), (Class::U, Write, Restorable), "Changes fields of a contact."),
    write("crm.contacts.delete", ("DELETE", "/crm/contacts/{id}"), (Delete, &CONTACTS), (Class::U, Destructive, Irreversible), "Deletes a contact that nothing points to."),

    read("crm.deals.list", "/crm/deals", List, &DEALS, "Lists deals."),
    read("crm.deals.search", "/crm/deals/search", Search, &DEALS, "Finds deals."),
    read("crm.deals.get", "/crm/deals/{id}", Get, &DEALS, "Reads a deal."),
    write("crm.deals.create", ("POST", "/crm/deals"), (Create, &DEALS), (Class::K, Write, Compensable), "Creates a deal."),
    write("crm.deals.update", ("PATCH", "/crm/deals/{id}"), (Update, &DEALS), (Class::U, Write, Restorable), "Changes fields of a deal."),
    write("crm.deals.delete", ("DELETE", "/crm/deals/{id}"), (Delete, &DEALS), (Class::U, Destructive, Irreversible), "Deletes a deal that nothing points to."),
    write("crm.deals.link", ("PUT", "/crm/deals/{id}/contacts/{contact}"), (Link, &DEALS), (Class::U, Write, Restorable), "Connects a deal with a contact."),
    write("crm.deals.unlink", ("DELETE", "/crm/deals/{id}/contacts/{contact}"), (Unlink, &DEALS), (Class::U, Write, Restorable), "Disconnects a deal from a contact."),

    read("crm.activities.list", "/crm/activities", List, &ACTIVITIES, "Lists notes, calls, meetings and tasks."),
    read("crm.activities.search", "/crm/activities/search", Search, &ACTIVITIES, "Finds notes, calls, meetings and tasks."),
    read("crm.activities.get", "/crm/activities/{id}", Get, &ACTIVITIES, "Reads a note, call, meeting or task."),
    write("crm.activities.create", ("POST", "/crm/activities"), (Create, &ACTIVITIES), (Class::N, Write, Compensable), "Creates a note, call, meeting or task."),
    write("crm.activities.delete", ("DELETE", "/crm/activities/{id}"), (Delete, &ACTIVITIES), (Class::U, Destructive, Irreversible), "Deletes a note, call, meeting or task."),

    read("helpdesk.tickets.list", "/helpdesk/tickets", List, &TICKETS, "Lists tickets."),
    read("helpdesk.tickets.search", "/helpdesk/tickets/search", Search, &TICKETS, "Finds tickets."),
    read("helpdesk.tickets.get", "/helpdesk/tickets/{id}", Get, &TICKETS, "Reads a ticket."),
    write("helpdesk.tickets.create", ("POST", "/helpdesk/tickets"), (Create, &TICKETS), (Class::P, Write, Compensable), "Creates a ticket; closing it outweighs that."),
    write("helpdesk.tickets.update", ("PATCH", "/helpdesk/tickets/{id}"), (Update, &TICKETS), (Class::U, Write, Restorable), "Changes fields of a ticket."),
    write("helpdesk.tickets.reply", ("POST", "/helpdesk/tickets/{id}/replies"), (Reply, &TICKETS), (Class::K, SideEffect::Send, Irreversible), "Answers the customer, who gets it as a mail."),
    write("helpdesk.tickets.note", ("POST", "/helpdesk/tickets/{id}/notes"), (Note, &TICKETS), (Class::K, Write, Compensable), "Adds a note that only colleagues see."),
    read("helpdesk.comments.search", "/helpdesk/comments/search", Search, &COMMENTS, "Finds comments, such as all of one ticket."),
    read("helpdesk.comments.get", "/helpdesk/comments/{id}", Get, &COMMENTS, "Reads a comment."),
    write("helpdesk.comments.delete", ("DELETE", "/helpdesk/comments/{id}"), (Delete, &COMMENTS), (Class::U, Destructive, Irreversible), "Deletes an internal note; a public reply cannot be taken back."),

    read("mail.messages.list", "/mail/messages", List, &MESSAGES, "Lists mails."),
    read("mail.messages.search", "/mail/messages/search", Search, &MESSAGES, "Finds mails, such as all of one folder."),
    read("mail.messages.get", "/mail/messages/{id}", Get, &MESSAGES, "Reads a mail."),
    write("mail.messages.update", ("PATCH", "/mail/messages/{id}"), (Update, &MESSAGES), (Class::U, Write, Restorable), "Moves a mail to a folder or marks it as read."),
    read("mail.drafts.list", "/mail/drafts", List, &DRAFTS, "Lists drafts."),
    read("mail.drafts.search", "/mail/drafts/search", Search, &DRAFTS, "Finds drafts."),
    read("mail.drafts.get", "/mail/drafts/{id}", Get, &DRAFTS, "Reads a draft."),
    write("mail.drafts.create", ("POST", "/mail/drafts"), (Create, &DRAFTS), (Class::P, Draft, Compensable), "Begins a draft; nothing is sent."),
    write("mail.drafts.update", ("PATCH", "/mail/drafts/{id}"), (Update, &DRAFTS), (Class::U, Draft, Restorable), "Changes a draft; nothing is sent."),
    write("mail.drafts.delete", ("DELETE", "/mail/drafts/{id}"), (Delete, &DRAFTS), (Class::U, Draft, Compensable), "Deletes a draft; the same one can be begun again."),
    write("mail.drafts.send", ("POST", "/mail/drafts/{id}/send"), (Act::Send, &DRAFTS), (Class::K, SideEffect::Send, Irreversible), "Sends a draft. Nothing else sends a mail."),
    read("mail.outbox.list", "/mail/outbox", List, &OUTBOX, "Lists what left the company."),
    read("mail.outbox.search", "/mail/outbox/search", Search, &OUTBOX, "Finds what left the company."),
    read("mail.outbox.get", "/mail/outbox/{id}", Get, &OUTBOX, "Reads what left the company."),
];
