use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use experience::commands::{
    AuditExport, AuditVerify, Command, ExportRequest, Nothing, Verified, verify_audit,
};
use experience::{Copilot, Failure};

use crate::show;

/// Says whether an exported file holds; needs no workspace.
pub fn verify_file(path: &Path, json: bool) -> Result<ExitCode, Failure> {
    Ok(tell(&verify_audit(path)?, json))
}

/// Says whether the audit of this workspace holds.
pub async fn verify(copilot: &Copilot, json: bool) -> Result<ExitCode, Failure> {
    Ok(tell(&AuditVerify::run(copilot, Nothing {}).await?, json))
}

fn tell(verified: &Verified, json: bool) -> ExitCode {
    show::value(verified, json, show::verified);
    if verified.holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Writes the audit to a file, or to standard output, one row a line.
pub async fn export(copilot: &Copilot, out: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let shown = out.as_ref().map_or("standard output".to_owned(), |path| {
        format!("`{}`", path.display())
    });
    let failed = |error: std::io::Error| {
        Failure::environment(
            format!("The audit could not be written to {shown}: {error}."),
            "Name another file with `--out FILE`.",
        )
    };
    let mut to: Box<dyn Write> = match &out {
        // Never over a file that is there: it may be the copy that shows a change.
        Some(path) => Box::new(std::fs::File::create_new(path).map_err(failed)?),
        None => Box::new(std::io::stdout().lock()),
    };
    let mut after = 0;
    loop {
        let exported = AuditExport::run(copilot, ExportRequest { after }).await?;
        if exported.lines.is_empty() {
            break;
        }
        for line in &exported.lines {
            writeln!(to, "{line}").map_err(failed)?;
        }
        after = exported.last;
    }
    to.flush().map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}
