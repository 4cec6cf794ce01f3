use std::collections::HashSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use governance::audit::export::Form;
use governance::audit::{self, Anchored, Broken, Head, SignedHead, Verifier};
use serde::{Deserialize, Serialize};

use super::{Access, Command, MAIN, NONE, Nothing, Window};
use crate::{AnchorPlace, Copilot, Failure};

/// Rows that are looked at in one go.
const SOME: u32 = 2_000;
/// Bytes that are read from an exported file in one go.
const BUFFER: usize = 1 << 20;

/// Checks that the audit is what was written, and that nothing of what was signed is missing.
pub struct AuditVerify;

/// Against what to check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct VerifyRequest {
    /// A file to which signed heads were added; the one in use if none is named.
    #[serde(default)]
    pub anchor: Option<PathBuf>,
    /// Public keys that may have signed, besides the one in the keyring, in hexadecimal.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// Whether an audit holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Verified {
    /// Every row is what was written, in its place.
    pub holds: bool,
    /// Rows that hold, from the first on.
    pub rows: u64,
    /// The hash of the last of them, 64 hexadecimal digits; `None` without rows. Kept elsewhere, it shows later whether
    /// the end was cut off.
    pub head: Option<String>,
    /// What is wrong with the first row that does not hold.
    pub broken: Option<String>,
    /// Signed heads that it was checked against.
    pub signed: u64,
    /// The keys that signed them.
    pub keys: Vec<String>,
    /// What the person should know about the check.
    pub notes: Vec<String>,
}

/// What an audit is checked against.
#[derive(Default)]
struct Against {
    heads: Vec<SignedHead>,
    keys: Vec<String>,
    notes: Vec<String>,
}

impl Against {
    /// Adds the heads in the file of an anchor.
    fn add_anchor(&mut self, path: &Path) -> Result<(), Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let anchored = Anchored::read(&text);
        let shown = path.display();
        if anchored.heads.is_empty() {
            return Err(Failure::user(
                format!("`{shown}` holds no signed head."),
                "Name the file that `attache audit anchor` was given.",
            ));
        }
        if !anchored.unreadable.is_empty() {
            let lines: Vec<String> = anchored.unreadable.iter().map(usize::to_string).collect();
            self.notes.push(format!(
                "Lines of `{shown}` that hold no head: {}.",
                lines.join(", ")
            ));
        }
        // Most are in the ledger too, and count once.
        let known: HashSet<String> = self.heads.iter().map(|head| head.signature.clone()).collect();
        let new = anchored
            .heads
            .into_iter()
            .filter(|head| !known.contains(&head.signature));
        self.heads.extend(new);
        Ok(())
    }

    /// Without a known key the first head's counts, so that all have to bear the same.
    fn verifier(&mut self) -> Verifier {
        if self.keys.is_empty()
            && let Some(first) = self.heads.first()
        {
            self.notes.push(format!(
                "Whose key should have signed is not known here, so that all heads only had to bear the same: {}. \
                 `--key` names one.",
                first.key
            ));
            self.keys.push(first.key.clone());
        }
        Verifier::with_heads(&self.heads, &self.keys)
    }

    fn found(self, found: &Result<Head, Broken>, last: Head) -> Verified {
        let head = found.as_ref().copied().unwrap_or(last);
        let mut keys: Vec<String> = self.heads.iter().map(|head| head.key.clone()).collect();
        keys.sort();
        keys.dedup();
        Verified {
            holds: found.is_ok(),
            rows: head.seq,
            head: (head.seq > 0).then(|| head.hash.to_string()),
            broken: found.as_ref().err().map(|broken| format!("{broken}.")),
            signed: self.heads.len() as u64,
            keys,
            notes: self.notes,
        }
    }
}

/// The same against what is in use here, as a window asks for it: a page names no files.
pub struct AuditCheck;

impl Command for AuditCheck {
    const NAME: &'static str = "audit_verify";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Verified;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Verified, Failure> {
        AuditVerify::run(copilot, VerifyRequest::default()).await
    }
}

impl Command for AuditVerify {
    const NAME: &'static str = "audit_verify_against";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = VerifyRequest;
    type Response = Verified;

    async fn run(copilot: &Copilot, request: VerifyRequest) -> Result<Verified, Failure> {
        let audit = &copilot.audit;
        let mut against = Against {
            heads: audit.heads().await?,
            keys: request.keys,
            notes: Vec::new(),
        };
        match audit.key().await {
            Ok(key) => against.keys.extend(key),
            Err(failure) => against.notes.push(failure.to_string()),
        }
        if against.heads.is_empty() {
            let none = "No head was signed, so that a cut end can't be seen.";
            against.notes.insert(0, none.to_owned());
        }
        let anchor = match (request.anchor, audit.anchor().await?) {
            (Some(anchor), _) => Some(anchor),
            // A new anchor has nothing before the first head is signed.
            (None, Some(AnchorPlace::File(file))) if audit.anchored().await? > 0 => Some(file),
            (None, Some(AnchorPlace::Web(_))) => {
                let how = "What the anchor's address was sent is not looked at here: `--anchor FILE` names a copy of it, one \
                           head a line.";
                against.notes.push(how.to_owned());
                None
            }
            (None, _) => None,
        };
        against.notes.extend(audit.anchor_trouble().await?);
        if let Some(anchor) = anchor {
            against.add_anchor(&anchor)?;
        }
        let mut verifier = against.verifier();
        loop {
            let last = verifier.head();
            let rows = audit.rows_after(last.seq, SOME).await?;
            if rows.is_empty() {
                return Ok(against.found(&verifier.end(), last));
            }
            for row in rows {
                if let Err(broken) = verifier.row(&row) {
                    return Ok(against.found(&Err(broken), verifier.head()));
                }
            }
        }
    }
}

/// Checks an exported file, without a workspace.
///
/// # Errors
/// When a file can't be read.
pub fn verify_audit(path: &Path, request: VerifyRequest) -> Result<Verified, Failure> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let mut against = Against {
        keys: request.keys,
        ..Against::default()
    };
    if let Some(anchor) = &request.anchor {
        against.add_anchor(anchor)?;
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut verifier = against.verifier();
    let found = audit::verify_file(&mut verifier, BufReader::with_capacity(BUFFER, file)).map_err(failed)?;
    Ok(against.found(&found, verifier.head()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(
        format!("`{}` can't be read: {error}.", path.display()),
        "Check its name, and who may read it.",
    )
}

/// Gives rows of the audit as lines of a file.
pub struct AuditExport;

/// Which rows, and how.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct ExportRequest {
    /// Those after this number.
    #[serde(default)]
    pub after: u64,
    /// In which form.
    #[serde(default)]
    pub form: Form,
}

/// Some rows, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    /// Each without what ends its line; none when there are no more.
    pub lines: Vec<String>,
    /// The number of the last one.
    pub last: u64,
}

impl Command for AuditExport {
    const NAME: &'static str = "audit_export";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = ExportRequest;
    type Response = Exported;

    async fn run(copilot: &Copilot, request: ExportRequest) -> Result<Exported, Failure> {
        let rows = copilot.audit.rows_after(request.after, SOME).await?;
        let last = rows.last().map_or(request.after, |row| row.seq);
        let lines = rows.iter().map(|row| {
            request.form.line(row).map_err(|error| {
                Failure::environment(
                    format!("Row {} of the audit can't be written: {error}.", row.seq),
                    "Activity, or `attache audit verify`, says where it no longer holds.",
                )
            })
        });
        Ok(Exported {
            lines: lines.collect::<Result<_, _>>()?,
            last,
        })
    }
}

/// Says or chooses where signed heads are kept besides the ledger.
pub struct AuditAnchor;

/// What to do about the anchor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorRequest {
    /// Only say which it is.
    #[default]
    Show,
    /// No anchor.
    None,
    /// This file.
    File(PathBuf),
    /// This address.
    Webhook(String),
}

/// Where heads are anchored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Anchoring {
    /// The file.
    pub file: Option<PathBuf>,
    /// The address.
    pub webhook: Option<String>,
    /// The last row whose head it has.
    pub row: u64,
    /// Why it took nothing when it was asked last.
    pub trouble: Option<String>,
}

impl Command for AuditAnchor {
    const NAME: &'static str = "audit_anchor";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = NONE;
    type Request = AnchorRequest;
    type Response = Anchoring;

    async fn run(copilot: &Copilot, request: AnchorRequest) -> Result<Anchoring, Failure> {
        let audit = &copilot.audit;
        match request {
            AnchorRequest::Show => {}
            AnchorRequest::None => audit.set_anchor(None).await?,
            AnchorRequest::File(path) => audit.set_anchor(Some(&AnchorPlace::File(path))).await?,
            AnchorRequest::Webhook(address) => audit.set_anchor(Some(&AnchorPlace::Web(address))).await?,
        }
        let (file, webhook) = match audit.anchor().await? {
            Some(AnchorPlace::File(file)) => (Some(file), None),
            Some(AnchorPlace::Web(address)) => (None, Some(address)),
            None => (None, None),
        };
        Ok(Anchoring {
            file,
            webhook,
            row: audit.anchored().await?,
            trouble: audit.anchor_trouble().await?,
        })
    }
}
