//! The kinds of records that the three systems keep, as data.
//!
//! The server checks what it is sent against these tables and the description is written from them, so that neither can
//! promise what the other does not do.

use crate::kinds::{Field, Kind, Rule, Shape};

const fn required(name: &'static str, shape: Shape) -> Field {
    let rule = Rule::Required;
    Field { name, shape, rule }
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    let rule = Rule::Optional;
    Field { name, shape, rule }
}

const fn starts(name: &'static str, words: &'static [&'static str], first: &'static str) -> Field {
    let (shape, rule) = (Shape::OneOf(words), Rule::Starts(first));
    Field { name, shape, rule }
}

const fn kept(name: &'static str, shape: Shape) -> Field {
    let rule = Rule::Kept;
    Field { name, shape, rule }
}

const FOLDERS: &[&str] = &["inbox", "sent", "archive", "trash"];

/// Colleagues at Northwind Robotics. The first one is the person whose token it is.
pub static USERS: Kind = Kind {
    name: "crm.users",
    one: "user",
    conditional: false,
    fields: &[
        kept("name", Shape::Text),
        kept("email", Shape::Text),
        kept("title", Shape::Text),
    ],
};

/// Customers and those who may become one.
pub static ACCOUNTS: Kind = Kind {
    name: "crm.accounts",
    one: "account",
    conditional: false,
    fields: &[
        required("name", Shape::Text),
        optional("city", Shape::Text),
        optional("customer_since", Shape::Whole),
        optional("units", Shape::Whole),
        optional("sla_uptime", Shape::Percent),
        optional("sla_uptime_source", Shape::Text),
        optional("contract", Shape::Text),
        optional("owner", Shape::Record("crm.users")),
    ],
};

/// People at the customers. Not conditional: a client must compare by itself.
pub static CONTACTS: Kind = Kind {
    name: "crm.contacts",
    one: "contact",
    conditional: false,
    fields: &[
        required("name", Shape::Text),
        optional("email", Shape::Text),
        optional("phone", Shape::Text),
        optional("title", Shape::Text),
        optional("account", Shape::Record("crm.accounts")),
        optional("external_id", Shape::Text),
    ],
};

/// What may be sold. Amounts are whole euros.
pub static DEALS: Kind = Kind {
    name: "crm.deals",
    one: "deal",
    conditional: true,
    fields: &[
        required("name", Shape::Text),
        required("account", Shape::Record("crm.accounts")),
        starts(
            "stage",
            &[
                "qualified",
                "proposal",
                "negotiation",
                "contract_sent",
                "closed_won",
                "closed_lost",
            ],
            "qualified",
        ),
        optional("amount_eur", Shape::Whole),
        optional("close_date", Shape::Date),
        optional("next_step", Shape::Text),
        optional("pilot_site", Shape::Text),
        optional("owner", Shape::Record("crm.users")),
        kept("contacts", Shape::Records("crm.contacts")),
    ],
};

/// Notes, calls, meetings and tasks.
pub static ACTIVITIES: Kind = Kind {
    name: "crm.activities",
    one: "activity",
    conditional: false,
    fields: &[
        starts("type", &["note", "call", "meeting", "task"], "note"),
        required("subject", Shape::Text),
        optional("body", Shape::Text),
        optional("account", Shape::Record("crm.accounts")),
        optional("deal", Shape::Record("crm.deals")),
        optional("assignee", Shape::Record("crm.users")),
        optional("due", Shape::Date),
    ],
};

/// What customers asked the help desk.
pub static TICKETS: Kind = Kind {
    name: "helpdesk.tickets",
    one: "ticket",
    conditional: true,
    fields: &[
        required("subject", Shape::Text),
        optional("account", Shape::Record("crm.accounts")),
        optional("requester", Shape::Record("crm.contacts")),
        optional("assignee", Shape::Record("crm.users")),
        starts("status", &["new", "open", "pending", "solved", "closed"], "new"),
        starts("priority", &["low", "normal", "high", "urgent"], "normal"),
        optional("tags", Shape::Words),
        optional("external_id", Shape::Text),
        optional("reply_due_at", Shape::Moment),
    ],
};

/// What was said on a ticket: to the customer, or among colleagues.
pub static COMMENTS: Kind = Kind {
    name: "helpdesk.comments",
    one: "comment",
    conditional: false,
    fields: &[
        kept("ticket", Shape::Record("helpdesk.tickets")),
        kept("public", Shape::Flag),
        kept("author", Shape::Text),
        required("body", Shape::Text),
    ],
};

/// Mails that came or went.
pub static MESSAGES: Kind = Kind {
    name: "mail.messages",
    one: "message",
    conditional: false,
    fields: &[
        starts("folder", FOLDERS, "inbox"),
        optional("read", Shape::Flag),
        kept("at", Shape::Moment),
        kept("from", Shape::Text),
        kept("to", Shape::Addresses),
        kept("cc", Shape::Addresses),
        kept("subject", Shape::Text),
        kept("body", Shape::Text),
        kept("attachments", Shape::Words),
        kept("message_id", Shape::Text),
        kept("in_reply_to", Shape::Text),
    ],
};

/// Mails that are still being written.
pub static DRAFTS: Kind = Kind {
    name: "mail.drafts",
    one: "draft",
    conditional: true,
    fields: &[
        kept("from", Shape::Text),
        optional("to", Shape::Addresses),
        optional("cc", Shape::Addresses),
        required("subject", Shape::Text),
        optional("body", Shape::Text),
        optional("attachments", Shape::Words),
        optional("message_id", Shape::Text),
        optional("in_reply_to", Shape::Text),
    ],
};

/// What left the company: every mail sent, and every public reply of the help desk.
pub static OUTBOX: Kind = Kind {
    name: "mail.outbox",
    one: "sent message",
    conditional: false,
    fields: &[
        kept("via", Shape::OneOf(&["mail", "helpdesk"])),
        kept("at", Shape::Moment),
        kept("from", Shape::Text),
        kept("to", Shape::Addresses),
        kept("cc", Shape::Addresses),
        kept("subject", Shape::Text),
        kept("body", Shape::Text),
        kept("attachments", Shape::Words),
        kept("message_id", Shape::Text),
        kept("origin", Shape::Whole),
    ],
};

/// All kinds, in the order of the seed and of every dump.
pub static KINDS: &[&Kind] = &[
    &USERS,
    &ACCOUNTS,
    &CONTACTS,
    &DEALS,
    &ACTIVITIES,
    &TICKETS,
    &COMMENTS,
    &MESSAGES,
    &DRAFTS,
    &OUTBOX,
];
