//! Why a request was not carried out, as the client is told it.

use serde_json::{Value, json};

/// A refusal: a status and a sentence that names what was wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
    /// For a failed condition, the version that the record has now.
    pub current_version: Option<u64>,
}

impl Problem {
    /// A refusal with this status.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let (message, current_version) = (message.into(), None);
        Self {
            status,
            code,
            message,
            current_version,
        }
    }

    /// 422: the form of the request is right, what it says is not.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid", message)
    }

    /// 400: the request cannot be understood.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, "malformed", message)
    }

    /// 404: there is no such record.
    pub fn missing(one: &str, id: u64) -> Self {
        Self::new(404, "not_found", format!("There is no {one} {id}."))
    }

    /// 412: the record has another version than the client thinks.
    pub fn changed(one: &str, id: u64, current: u64) -> Self {
        let message = format!("The {one} {id} has changed: its version is now {current}. Read it again.");
        let current_version = Some(current);
        Self {
            current_version,
            ..Self::new(412, "version_mismatch", message)
        }
    }

    /// What is sent.
    pub fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(version) = self.current_version {
            error["current_version"] = json!(version);
        }
        json!({ "error": error })
    }
}
