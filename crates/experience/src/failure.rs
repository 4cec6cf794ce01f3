use orchestration::AskError;
use retrieval::IndexError;
use serde::{Deserialize, Serialize};

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct Failure {
    /// Only set where a face reacts to it, for example `workspace_in_use`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// A plain sentence that names the person's thing in backticks.
    pub message: String,
    /// What to try next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whose it is to mend.
    pub fault: Fault,
}

/// Whose it is to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Fault {
    /// What was asked cannot be.
    User,
    /// The machine: disk, permissions, a missing part.
    Environment,
    /// Another system.
    Remote,
    /// Attaché itself.
    Bug,
}

impl Failure {
    /// What was asked cannot be.
    pub fn user(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            hint: Some(hint.into()),
            fault: Fault::User,
        }
    }

    /// The machine does not let it.
    pub fn environment(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            hint: Some(hint.into()),
            fault: Fault::Environment,
        }
    }

    /// Code `disk_full`, in plain words, where that is what the message says; else the same.
    pub fn with_disk_in_mind(self) -> Self {
        // What SQLite and the systems say; the errors of the libraries in between tell it in words only.
        let full = [
            "disk is full",
            "No space left",
            "not enough space",
            "quota exceeded",
        ];
        if full.iter().any(|words| self.message.contains(words)) {
            Self::environment(
                "The disk is full, so Attaché can't keep anything new.",
                "Free some space. What was kept is safe, and Attaché goes on by itself.",
            )
            .with_code("disk_full")
        } else {
            self
        }
    }

    /// The same with a code.
    pub fn with_code(self, code: &str) -> Self {
        Self {
            code: Some(code.to_owned()),
            ..self
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let hint = "Free some disk space and try again. If it stays so, delete the `index` folder of your Attaché home: \
                    it is made again from your files.";
        Self::environment(sentence(&error.to_string()), hint).with_disk_in_mind()
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Empty => Self::user("The question is empty.", "Type what you want to know."),
            AskError::Index(error) => error.into(),
        }
    }
}

/// An error's text as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}
