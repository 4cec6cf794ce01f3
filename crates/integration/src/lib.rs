//! The connected business systems: what they can be asked, how they are asked, and the one way out of this program.
//!
//! * [`egress`]: the only HTTP client, behind a list of hosts. Whatever is not declared is refused before its name is
//!   looked up, and every contact is written down.
//! * [`description`]: what a system can be asked, from its OpenAPI description; what that does not say is read as the
//!   strictest.
//! * [`manifest`]: a connector for a system, as a file that people write and read.
//! * [`sql`]: databases as connected systems, spoken to along a [line](egress::Line).
//! * [`mcp`]: servers of the Model Context Protocol, which describe themselves and are believed nothing.
//! * [`import`]: what a system can be asked, from a description that was not written for this program.
//! * [`Connection`]: a connected system. It [reads](Connection::read), shows what an effect would do
//!   ([`Connection::preview`]), finds the record that words mean ([`Connection::matching`]), carries out what was authorized
//!   ([`Connection::perform`]), reads it back ([`Connection::verify`]) and finds out what became of something without an
//!   answer ([`Connection::look_up`]).
//! * [`oauth`]: signing in without a password, and staying signed in.
//! * [`Webhook`]: an address to which signed heads of the audit are sent.
//! * [`Secret`] and [`Redactor`]: credentials, and how they are kept out of everything that is written down.
//!
//! Nothing is sent that changes anything in a system but through [`Connection::perform`], which takes a
//! [`governance::Authorized`]. Nothing here follows a request elsewhere, and
//! nothing repeats one but a read whose token was renewed: that is the journal's to decide.
//! This crate keeps nothing, knows nothing of models or windows, and judges nothing. Databases are systems to it like others.

mod anchor;
mod clock;
mod connection;
pub mod description;
pub mod egress;
pub mod import;
pub mod manifest;
mod matching;
pub mod mcp;
pub mod oauth;
mod perform;
mod preview;
mod quiet;
mod record;
mod redact;
mod request;
pub mod sql;
mod trouble;
mod verify;

pub use anchor::Webhook;
#[cfg(feature = "test-support")]
pub use clock::HandClock;
pub use clock::{Clock, MachineClock};
#[cfg(feature = "test-support")]
pub use connection::OneCredential;
pub use connection::{Account, Cap, Connection, Credentials, Found, Mark, Setup, SignIn, describe};
pub use domain::Secret;
pub use matching::{Candidate, How, Matched};
pub use perform::{Dispatch, Done, Outcome};
pub use preview::{Message, Preview, Raw};
pub use quiet::quiet_targets;
pub use record::{Edited, Record};
pub use redact::{REDACTED, Redactor, SHORTEST, Scrubbed, TooShort};
pub use request::Prepared;
pub use reqwest::Url;
pub use reqwest::header::{HeaderName, HeaderValue};
pub use trouble::Trouble;
pub use verify::{Sight, Verified};
