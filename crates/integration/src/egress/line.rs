use async_trait::async_trait;
use domain::Secret;
use reqwest::Url;

use super::{EgressError, Limits, Purpose};

/// What talks to a system that does not speak HTTP: a database, or a program on this machine. It is asked in the words of
/// HTTP, so that everything that stands before it (the preview, the digest that is approved, the key, the log of contacts)
/// is the same for every system.
#[async_trait]
pub trait Line: Send + Sync {
    /// Sends what was asked once, and reads the whole answer. Repeats nothing.
    ///
    /// # Errors
    /// An error of which [`EgressError::surely_not_sent`] is true may only be given when what is behind the line surely
    /// got nothing: something that would change a record counts as not done then, and may be sent again.
    async fn exchange(&self, asked: Asked<'_>) -> Result<Answered, EgressError>;
}

/// What is asked along a line.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Why.
    pub purpose: Purpose,
    /// HTTP method.
    pub method: &'a str,
    /// Address, with the path and query of the operation.
    pub url: &'a Url,
    /// The version that the record must still have (`If-Match`), without quotes.
    pub condition: Option<&'a str>,
    /// Body; empty where there is none.
    pub body: &'a [u8],
    /// The credential as the person gave it.
    pub credential: Option<&'a Secret>,
    /// How long and how much.
    pub limits: Limits,
}

/// What was answered along a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// As HTTP has it: 200 for an answer, 404 for what is not there, 409 for a record that has changed, 422 for what the system
    /// refused.
    pub status: u16,
    /// JSON.
    pub body: String,
}
