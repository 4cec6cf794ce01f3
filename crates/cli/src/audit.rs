use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use experience::commands::{
    AnchorRequest, AuditAnchor, AuditExport, AuditVerify, Command, ExportRequest, Verified, VerifyRequest,
    verify_audit,
};
use experience::{Copilot, Failure};

use crate::arguments::{Against, AuditDo, FormName};
use crate::show;

impl From<Against> for VerifyRequest {
    fn from(against: Against) -> Self {
        Self {
            anchor: against.anchor,
            keys: against.keys,
        }
    }
}

/// Says whether an exported file holds; needs no workspace.
pub fn verify_file(path: &Path, against: Against, json: bool) -> Result<ExitCode, Failure> {
    Ok(tell(&verify_audit(path, against.into())?, json))
}

/// Checks, exports or anchors the audit of this workspace.
pub async fn audit(copilot: &Copilot, what: AuditDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        AuditDo::Verify { against, .. } => Ok(tell(&AuditVerify::run(copilot, against.into()).await?, json)),
        AuditDo::Export { out, format } => export(copilot, out, format).await,
        AuditDo::Anchor { to, webhook } => {
            let request = match (webhook, to.to_str()) {
                (Some(off), _) if off == "off" => AnchorRequest::None,
                (Some(address), _) => AnchorRequest::Webhook(address),
                (None, Some("show")) => AnchorRequest::Show,
                (None, Some("none")) => AnchorRequest::None,
                (None, _) => AnchorRequest::File(to),
            };
            let anchoring = AuditAnchor::run(copilot, request).await?;
            show::value(&anchoring, json, show::anchoring);
            Ok(ExitCode::SUCCESS)
        }
    }
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
async fn export(copilot: &Copilot, out: Option<PathBuf>, format: FormName) -> Result<ExitCode, Failure> {
    let form = format.into();
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
        let exported = AuditExport::run(copilot, ExportRequest { after, form }).await?;
        let heading = form.heading().filter(|_| after == 0);
        for line in heading
            .into_iter()
            .chain(exported.lines.iter().map(String::as_str))
        {
            write!(to, "{line}{}", form.line_end()).map_err(failed)?;
        }
        if exported.lines.is_empty() {
            break;
        }
        after = exported.last;
    }
    to.flush().map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}
