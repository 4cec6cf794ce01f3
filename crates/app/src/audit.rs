use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::ActionId;
use experience::{AnchorPlace, Audit, Failure};
use governance::audit::{Row, SignedHead};
use integration::Webhook;
use serde_json::{Map, Value};
use storage::{Ledger, Note};

use crate::Home;
use crate::notary::{Notary, Unsigned, now};
use crate::shelf::failure;

/// The audit, in the ledger.
pub struct LedgerAudit {
    /// Where it is kept.
    pub ledger: Ledger,
    /// Who signs it.
    pub notary: Notary,
    /// The home, in which no anchor may be.
    pub home: Home,
}

#[async_trait]
impl Audit for LedgerAudit {
    async fn note(&self, kind: &'static str, at: i64, details: Map<String, Value>) -> Result<(), Failure> {
        let noted = self.ledger.note(note(kind, at, details)).await;
        noted.map(|_| ()).map_err(|error| failure(&error))
    }

    async fn rows_after(&self, seq: u64, most: u32) -> Result<Vec<Row>, Failure> {
        let rows = self.ledger.audit_after(seq, most).await;
        rows.map_err(|error| failure(&error))
    }

    async fn rows_about(&self, action: ActionId) -> Result<Vec<Row>, Failure> {
        let rows = self.ledger.audit_about(action.0).await;
        rows.map_err(|error| failure(&error))
    }

    async fn beginnings_before(&self, seq: Option<u64>, most: u32) -> Result<Vec<Row>, Failure> {
        let rows = self.ledger.audit_beginnings(seq, most).await;
        rows.map_err(|error| failure(&error))
    }

    async fn heads(&self) -> Result<Vec<SignedHead>, Failure> {
        self.notary.heads().await.map_err(|error| failure(&error))
    }

    async fn key(&self) -> Result<Option<String>, Failure> {
        self.notary.key().await.map_err(|error| told(&error))
    }

    async fn anchor(&self) -> Result<Option<AnchorPlace>, Failure> {
        self.notary.anchor().await.map_err(|error| failure(&error))
    }

    async fn anchored(&self) -> Result<u64, Failure> {
        self.notary.anchored().await.map_err(|error| failure(&error))
    }

    async fn anchor_trouble(&self) -> Result<Option<String>, Failure> {
        let trouble = self.notary.anchor_trouble().await;
        let trouble = trouble.map_err(|error| failure(&error))?;
        Ok(trouble.map(|trouble| sentence(&trouble.to_string())))
    }

    async fn set_anchor(&self, place: Option<&AnchorPlace>) -> Result<(), Failure> {
        let place = match place {
            Some(AnchorPlace::File(path)) => Some(AnchorPlace::File(outside(&self.home, path)?)),
            Some(AnchorPlace::Web(address)) => {
                let around = self.notary.way_out();
                let opened = around.map(|around| Webhook::open(address, around)).transpose();
                opened.map_err(|error| {
                    Failure::user(
                        error.to_string(),
                        "For example `https://anchor.example.com/heads`.",
                    )
                })?;
                Some(AnchorPlace::Web(address.clone()))
            }
            None => None,
        };
        let set = self.notary.set_anchor(place.as_ref()).await;
        set.map_err(|error| failure(&error))?;
        // At once, so that a place that can't be written to is told while the person is there.
        match self.notary.sign(now()).await {
            Err(error @ Unsigned::Anchor(_)) => Err(told(&error)),
            _ => Ok(()),
        }
    }
}

/// The place of an anchor, absolute; never where whoever changes the ledger changes it too.
fn outside(home: &Home, path: &Path) -> Result<PathBuf, Failure> {
    let shown = path.display();
    let text = path.to_string_lossy();
    if AnchorPlace::is_address(&text) {
        return Err(Failure::user(
            format!("`{shown}` is an address and no file."),
            "Say `attache audit anchor --webhook ADDRESS`.",
        ));
    }
    let failed = |error: std::io::Error| {
        Failure::user(
            format!("`{shown}` can't be an anchor: {error}."),
            "Name a file in a folder that is there.",
        )
    };
    let path = std::path::absolute(path).map_err(failed)?;
    let name = path
        .file_name()
        .ok_or_else(|| failed(std::io::Error::other("it has no name")))?;
    let folder = path.parent().unwrap_or(&path).canonicalize().map_err(failed)?;
    let own = home.path().canonicalize().map_err(failed)?;
    if folder.starts_with(&own) {
        return Err(Failure::user(
            format!("`{shown}` lies in the folder in which Attaché keeps the audit itself."),
            "Name a file elsewhere: best on another machine or drive.",
        ));
    }
    Ok(folder.join(name))
}

fn told(error: &Unsigned) -> Failure {
    if let Unsigned::Ledger(error) = error {
        return failure(error);
    }
    let text = match error {
        Unsigned::Keyring(trouble) => trouble.to_string(),
        error => error.to_string(),
    };
    let message = sentence(&text);
    let hint = match error {
        Unsigned::Keyring(trouble) => trouble.fix(),
        Unsigned::Anchor(_) => {
            "Name another one with `attache audit anchor`; this one is tried again by itself."
        }
        Unsigned::Key(_) => "Look at the entry `attache` with the system's program for passwords.",
        Unsigned::Broken(_) | Unsigned::Ledger(_) => {
            "Activity, or `attache audit verify`, says where it no longer holds."
        }
    };
    Failure::environment(message, hint)
}

/// Words as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map_or(String::new(), |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}

/// A row about something that happened so many seconds after 1970.
pub fn note(kind: &'static str, at: i64, details: Map<String, Value>) -> Note {
    Note {
        at: at.saturating_mul(1_000),
        kind,
        details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_file_outside_the_home() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("home");
        std::fs::create_dir_all(own.join("index")).unwrap();
        let home = Home::new(Some(&own)).unwrap();
        assert!(outside(&home, &folder.path().join("anchor.jsonl")).is_ok());
        for no in [
            "home/anchor.jsonl",
            "home/index/a",
            "nowhere/a",
            "home/../home/a",
            "..",
        ] {
            assert!(outside(&home, &folder.path().join(no)).is_err(), "{no}");
        }
        let told = outside(&home, Path::new("https://example.com/heads")).unwrap_err();
        assert!(told.message.contains("is an address"), "{told}");
    }
}
