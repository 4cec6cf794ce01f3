use std::path::Path;
use std::process::ExitCode;

use app::connector::{Checked, Imported, Kind, check, class_word, import, schema};
use experience::Failure;

use crate::arguments::ConnectorDo;
use crate::show::{self, out};

/// How many lines of a kind are shown before the rest is only counted.
const MOST: usize = 40;

/// Reads descriptions of systems; needs no workspace.
pub fn connector(what: &ConnectorDo, json: bool) -> Result<ExitCode, Failure> {
    match what {
        ConnectorDo::Import { file, against } => {
            show::value(&import(file, against.as_deref())?, json, imported);
        }
        ConnectorDo::Check { file, description } => {
            let found = check(file, description.as_deref())?;
            show::value(&found, json, |found| checked(file, found));
            if !found.mistakes.is_empty() || !found.not_borne_out.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        ConnectorDo::Schema => show::value(&schema(), true, |_| {}),
    }
    Ok(ExitCode::SUCCESS)
}

fn checked(file: &Path, checked: &Checked) {
    for mistake in &checked.mistakes {
        let at = if mistake.at.is_empty() { "/" } else { &mistake.at };
        show::line(&format!(
            "{}:{}: {at}: {}",
            file.display(),
            mistake.line,
            mistake.why
        ));
    }
    for mistake in &checked.not_borne_out {
        show::line(&format!("{}: {}: {}", file.display(), mistake.at, mistake.why));
    }
    match (&checked.name, checked.mistakes.len(), checked.not_borne_out.len()) {
        (None, mistakes, _) => show::line(&format!("{mistakes} mistakes.")),
        (Some(name), _, 0) => show::line(&format!("`{name}` is right: {} operations.", checked.operations)),
        (Some(name), _, different) => show::line(&format!(
            "`{name}` can be read; in {different} places the vendor's description says something else."
        )),
    }
}

fn imported(imported: &Imported) {
    let import = &imported.import;
    show::line(&format!("{} {} ({})", import.title, import.version, import.form));
    out!("Pinned as {}.", import.digest);
    if let Some(differences) = &imported.differences {
        return compared(differences);
    }
    out!("\n{} operations:", import.operations.len());
    for (class, count, unclear) in import.counts() {
        let asked = if unclear > 0 {
            format!(", of which {unclear} are unclear")
        } else {
            String::new()
        };
        out!("{count:>7}  {}{asked}", class_word(class));
    }
    let unclear: Vec<_> = import
        .operations
        .iter()
        .filter(|operation| operation.unclear)
        .collect();
    if !unclear.is_empty() {
        out!("\nUnclear, so that a person is asked each time; they count as the strictest they could be:");
    }
    for operation in unclear.iter().take(MOST) {
        let outline = &operation.outline;
        let could: Vec<&str> = operation
            .could_be
            .iter()
            .map(|class| class_word(*class))
            .collect();
        show::line(&format!(
            "  {} {}: {}",
            outline.method,
            outline.path,
            could.join(" or ")
        ));
        show::line(&format!("      {}", operation.why.join(" ")));
    }
    more(unclear.len());
    if !import.left_out.is_empty() {
        out!("\nLeft out:");
    }
    for left in import.left_out.iter().take(MOST) {
        show::line(&format!("  {}: {}", left.at, left.why));
    }
    more(import.left_out.len());
}

fn compared(differences: &[app::connector::Difference]) {
    if differences.is_empty() {
        out!("\nEvery operation is what it was.");
        return;
    }
    for (kind, words) in [
        (Kind::Added, "New"),
        (Kind::Changed, "Changed"),
        (Kind::Removed, "Gone"),
    ] {
        let of: Vec<_> = differences
            .iter()
            .filter(|difference| difference.kind == kind)
            .collect();
        if of.is_empty() {
            continue;
        }
        out!("\n{words}, {}:", of.len());
        for difference in of.iter().take(MOST) {
            show::line(&format!("  {} ({})", difference.at, difference.name));
            for what in &difference.what {
                show::line(&format!("      {what}"));
            }
        }
        more(of.len());
    }
    let suspended = differences
        .iter()
        .filter(|difference| difference.suspends.is_some())
        .count();
    if suspended > 0 {
        out!(
            "\nWhat was allowed beforehand for the {suspended} changed or gone does not count until you allow it again."
        );
    }
}

fn more(all: usize) {
    if all > MOST {
        out!("  and {} more; `--json` lists all", all - MOST);
    }
}
