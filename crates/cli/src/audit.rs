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
    let name = out.as_ref().map(|path| path.display().to_string());
    let failed = |error: std::io::Error| {
        let name = name.as_deref().unwrap_or_default();
        Failure::environment(
            format!("The audit could not be written to `{name}`: {error}."),
            "Name another file with `--out FILE`.",
        )
    };
    let mut file = match &out {
        // Never over a file that is there: it may be the copy that shows a change.
        Some(path) => Some(std::fs::File::create_new(path).map_err(failed)?),
        None => None,
    };
    let mut after = 0;
    loop {
        let exported = AuditExport::run(copilot, ExportRequest { after, form }).await?;
        let heading = form.heading().filter(|_| after == 0);
        for line in heading
            .into_iter()
            .chain(exported.lines.iter().map(String::as_str))
        {
            match &mut file {
                Some(file) => write!(file, "{line}{}", form.line_end()).map_err(failed)?,
                None => show::print(format_args!("{line}{}", form.line_end())),
            }
        }
        if exported.lines.is_empty() || show::silent().is_cancelled() {
            break;
        }
        after = exported.last;
    }
    Ok(ExitCode::SUCCESS)
}
