use domain::SystemId;
use serde::{Deserialize, Serialize};

/// Where every contact with another host is written down, refused ones too.
pub trait EgressLog: Send + Sync {
    /// Takes one in. Called once for each request, at its end; must not wait.
    fn contacted(&self, contact: Contact);
}

/// One contact: who was asked by which connection, why, how much, and how it ended. No credential, no query, no content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// When it began, in milliseconds since 1970.
    pub at: i64,
    /// The connection.
    pub system: SystemId,
    /// The host, as `https://crm.example.com:443`.
    pub host: String,
    /// Why.
    pub purpose: Purpose,
    /// HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// Bytes of the request, head and body before encryption; 0 if it was surely not sent.
    pub bytes_out: u64,
    /// Bytes of the answer's body that arrived.
    pub bytes_in: u64,
    /// How it ended.
    pub ended: Ended,
}

/// Why a host is contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To learn what can be asked of it.
    Describe,
    /// To read.
    Read,
    /// To carry out what was authorized.
    Write,
    /// To find out what became of it.
    Check,
    /// To keep a signed head of the audit elsewhere.
    Anchor,
    /// To sign in, to stay signed in, or to sign out.
    SignIn,
}

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    /// With an answer.
    Answered {
        /// Its HTTP status.
        status: u16,
    },
    /// It was refused here, and nothing was sent.
    Refused,
    /// No connection came about.
    Unreached,
    /// Time ran out.
    TimedOut,
    /// It broke off.
    Broken,
    /// The answer was too large or in a form that was not asked for, and was cut off.
    Cut,
    /// Whoever asked did not wait for the end.
    GivenUp,
}

/// A log that tests look into.
#[cfg(feature = "test-support")]
#[derive(Debug, Default)]
pub struct KeptContacts(std::sync::Mutex<Vec<Contact>>);

#[cfg(feature = "test-support")]
impl KeptContacts {
    /// All contacts so far.
    pub fn all(&self) -> Vec<Contact> {
        let kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.clone()
    }
}

#[cfg(feature = "test-support")]
impl EgressLog for KeptContacts {
    fn contacted(&self, contact: Contact) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.push(contact);
    }
}
