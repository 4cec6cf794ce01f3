use std::io::BufReader;
use std::path::Path;

use governance::audit::{self, Broken, Head, Verifier};
use serde::{Deserialize, Serialize};

use super::{Access, Command, MAIN, NONE, Nothing, Window};
use crate::{Copilot, Failure};

/// Rows that are looked at in one go.
const SOME: u32 = 2_000;

/// Checks that the audit is what was written.
pub struct AuditVerify;

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
}

impl Verified {
    /// From what a verifier found.
    pub fn of(found: &Result<Head, Broken>, last: Head) -> Self {
        let head = found.as_ref().copied().unwrap_or(last);
        Self {
            holds: found.is_ok(),
            rows: head.seq,
            head: (head.seq > 0).then(|| head.hash.to_string()),
            broken: found.as_ref().err().map(|broken| format!("{broken}.")),
        }
    }
}

impl Command for AuditVerify {
    const NAME: &'static str = "audit_verify";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Verified;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Verified, Failure> {
        let mut verifier = Verifier::default();
        loop {
            let last = verifier.head();
            let rows = copilot.audit.rows_after(last.seq, SOME).await?;
            if rows.is_empty() {
                return Ok(Verified::of(&verifier.end(), last));
            }
            for row in rows {
                if let Err(broken) = verifier.row(&row) {
                    return Ok(Verified::of(&Err(broken), verifier.head()));
                }
            }
        }
    }
}

/// Checks an exported file, without a workspace.
///
/// # Errors
/// When the file can't be read.
pub fn verify_audit(path: &Path) -> Result<Verified, Failure> {
    let failed = |error: std::io::Error| {
        Failure::environment(
            format!("`{}` can't be read: {error}.", path.display()),
            "Check its name, and who may read it.",
        )
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut verifier = Verifier::default();
    let found = audit::verify_file(&mut verifier, BufReader::new(file)).map_err(failed)?;
    Ok(Verified::of(&found, verifier.head()))
}

/// Gives rows of the audit as lines of a file that can be checked without this program.
pub struct AuditExport;

/// Which rows.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct ExportRequest {
    /// Those after this number.
    #[serde(default)]
    pub after: u64,
}

/// Some rows, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    /// Each without its line break; none when there are no more.
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
            row.to_line().map_err(|error| {
                Failure::environment(
                    format!("Row {} of the audit can't be written: {error}.", row.seq),
                    "`attache audit verify` says where it no longer holds.",
                )
            })
        });
        Ok(Exported {
            lines: lines.collect::<Result<_, _>>()?,
            last,
        })
    }
}
