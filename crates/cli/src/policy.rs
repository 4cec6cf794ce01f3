use std::process::ExitCode;

use app::policy;
use experience::Failure;

use crate::arguments::PolicyDo;
use crate::show;

/// Checks, tries or explains policies; needs no workspace.
pub fn policy(what: &PolicyDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        PolicyDo::Check { folder } => show::value(&policy::check(folder)?, json, show::checked),
        PolicyDo::Test { folder } => {
            let tested = policy::test(folder)?;
            show::value(&tested, json, show::tested);
            if !tested.wrong.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        PolicyDo::Explain { folder, request } => {
            show::value(&policy::explain(folder, request)?, json, show::explained);
        }
    }
    Ok(ExitCode::SUCCESS)
}
