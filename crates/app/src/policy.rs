//! Policies and their stories from a folder: what `attache policy` reads, and the rules that are in force. Nothing is
//! changed by it.

use std::io::Read;
use std::path::{Path, PathBuf};

use experience::Failure;
use governance::policy::{Explanation, Fault, Faults, Policies, PolicyFile, Verdict};
use governance::stories::{self, Untold};
use serde::Serialize;

use crate::Home;

/// Longer files are refused; a policy is a page.
const LONGEST: u64 = 1 << 20;

/// The rules that would be in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Digest of all rules.
    pub digest: String,
    /// Each with its name, layer and reason.
    pub rules: Vec<CheckedRule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckedRule {
    /// Its name.
    pub id: String,
    /// In which file it stands.
    pub file: String,
    /// Why, in a sentence.
    pub why: String,
}

/// How stories went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// How many there are.
    pub stories: usize,
    /// Those that went otherwise than they shall.
    pub wrong: Vec<WrongStory>,
}

/// A story that went otherwise than it shall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongStory {
    /// In which file it stands.
    pub file: String,
    /// What it tells.
    pub story: String,
    /// What is wrong.
    pub wrong: String,
}

/// What the rules say to a request, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What they say.
    pub verdict: Verdict,
    /// The same in words.
    pub explanation: Explanation,
}

/// Where a company's rules for everybody at this machine are, which only whoever administers it can change.
const MACHINE: &str = if cfg!(windows) {
    r"C:\ProgramData\Attache\policies"
} else if cfg!(target_os = "macos") {
    "/Library/Application Support/Attache/policies"
} else {
    "/etc/attache/policies"
};

/// The folders whose rules (`*.cedar`) are in force beside the shipped ones: the machine's, then those in the home folder. A
/// rule of a company can only take away from what is done without asking, so that neither makes the other milder.
pub fn folders(home: &Home) -> [PathBuf; 2] {
    [PathBuf::from(MACHINE), home.policies()]
}

/// The rules that are in force: the shipped ones and those in both folders.
///
/// # Errors
/// What is wrong with the company's. Then all is denied until it is put right: [`in_force`].
pub fn of_company(folders: &[PathBuf]) -> Result<Policies, Faults> {
    let mut all = Vec::new();
    for folder in folders {
        // Only a folder that is certainly not there is none.
        if matches!(folder.try_exists(), Ok(false)) {
            continue;
        }
        let own = files(folder, "cedar").map_err(|failure| {
            Faults(vec![Fault {
                file: folder.display().to_string(),
                line: None,
                policy: None,
                message: failure.message,
                hint: "Make it a folder of text files that this account can read, or take it away."
                    .to_owned(),
            }])
        })?;
        all.extend(own.into_iter().map(|file| PolicyFile {
            name: folder.join(&file.name).display().to_string(),
            ..file
        }));
    }
    Policies::with_company(&all)
}

/// The same; where they can't be read nothing may be done, and whoever asks is told why.
pub fn in_force(home: &Home) -> Policies {
    Policies::or_closed(of_company(&folders(home)))
}

/// Reads the company's policies in a folder (`*.cedar`) on top of the shipped ones.
///
/// # Errors
/// When a file can't be read, or a policy does not count: each fault with its file, policy and what to do.
pub fn check(folder: &Path) -> Result<Checked, Failure> {
    let policies = company(folder)?;
    let rules = policies.rules().iter().map(|rule| CheckedRule {
        id: rule.id.clone(),
        file: rule.file.clone(),
        why: rule.why.clone(),
    });
    Ok(Checked {
        digest: policies.digest().to_string(),
        rules: rules.collect(),
    })
}

/// Tells the stories in a folder (`*.json`) under the shipped policies and those in it.
///
/// # Errors
/// As for [`check`], and when there is no story or one can't be read.
pub fn test(folder: &Path) -> Result<Tested, Failure> {
    let stories = files(folder, "json")?;
    if stories.is_empty() {
        return Err(Failure::user(
            format!("There are no stories in `{}`.", folder.display()),
            "A story is a file `*.json`; the documentation of `governance::stories` shows its form.",
        ));
    }
    let texts: Vec<(&str, &str)> = (stories.iter())
        .map(|file| (file.name.as_str(), file.text.as_str()))
        .collect();
    let told = stories::tell(&files(folder, "cedar")?, &texts).map_err(|error| refused(&error))?;
    let wrong = told.iter().filter_map(|told| {
        Some(WrongStory {
            file: told.file.clone(),
            story: told.story.clone(),
            wrong: told.wrong.clone()?,
        })
    });
    Ok(Tested {
        wrong: wrong.collect(),
        stories: told.len(),
    })
}

/// Says what the shipped policies and those in a folder make of a request, given as the `request` of a story.
///
/// # Errors
/// As for [`check`], and when the request can't be read.
pub fn explain(folder: &Path, request: &Path) -> Result<Explained, Failure> {
    let text = read(request)?;
    let verdict = stories::judge(&company(folder)?, &text).map_err(|error| {
        Failure::user(
            format!("`{}` is no request: {error}.", request.display()),
            "It names facts of a story's `request`, such as {\"operation\": \"crm.deals.update\", \"side_effect\": \"write\"}.",
        )
    })?;
    Ok(Explained {
        explanation: verdict.explain(),
        verdict,
    })
}

fn company(folder: &Path) -> Result<Policies, Failure> {
    Policies::with_company(&files(folder, "cedar")?).map_err(|faults| refused(&faults.into()))
}

fn refused(error: &Untold) -> Failure {
    Failure::user(
        error.to_string(),
        "Nothing was changed. Put it right and try again.",
    )
}

/// The files of a folder with an ending, by name.
fn files(folder: &Path, ending: &str) -> Result<Vec<PolicyFile>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::user(
            format!("The folder `{}` can't be read: {error}.", folder.display()),
            "Name a folder with policies (`*.cedar`) and stories (`*.json`).",
        )
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|own| own == ending) {
            paths.push(path);
        }
    }
    paths.sort();
    let file = |path: &std::path::PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(PolicyFile {
            name,
            text: read(path)?,
        })
    };
    paths.iter().map(file).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |why: String| {
        Failure::user(
            format!("`{}` can't be read: {why}.", path.display()),
            "Name a text file of at most 1 MB.",
        )
    };
    let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(failed("it is too long, or no file".to_owned()));
    }
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| failed(error.to_string()))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: &str = r#"@id("large-amounts")
@why("Amounts over 10,000 need a second signature.")
@needs("second-signature")
forbid (principal, action == Action::"run", resource) when { context.amount > 10000 };"#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_company_adds_a_rule_and_sees_what_it_does() {
        let story = r#"[{"story": "A large amount", "verdict": "ask", "deciding": ["changes-ask", "large-amounts"],
            "needs": ["second-signature"],
            "request": {"side_effect": "write", "undo": "restorable", "amount": 10001}}]"#;
        let request = r#"{"side_effect": "write", "undo": "restorable", "amount": 10001}"#;
        let folder = folder(&[
            ("amounts.cedar", LARGE),
            ("amounts.json", story),
            ("request.txt", request),
        ]);
        let checked = check(folder.path()).unwrap();
        assert!(
            checked
                .rules
                .iter()
                .any(|rule| rule.id == "large-amounts" && rule.file == "amounts.cedar")
        );
        assert_eq!(
            test(folder.path()).unwrap(),
            Tested {
                stories: 1,
                wrong: Vec::new()
            }
        );
        let explained = explain(folder.path(), &folder.path().join("request.txt")).unwrap();
        assert!(
            explained
                .explanation
                .because
                .iter()
                .any(|why| why.contains("second signature"))
        );
    }

    #[test]
    fn rules_in_the_folders_are_in_force_and_none_is_where_there_is_no_folder() {
        let (machine, own) = (folder(&[("amounts.cedar", LARGE)]), folder(&[]));
        let none = own.path().join("none");
        let policies = of_company(&[machine.path().to_owned(), none.clone()]).unwrap();
        assert!(policies.rules().iter().any(|rule| rule.id == "large-amounts"));
        let shipped = of_company(&[none]).unwrap();
        assert_eq!(shipped.digest(), Policies::shipped().unwrap().digest());
    }

    #[test]
    fn a_rule_that_cannot_be_read_closes_everything_and_is_named() {
        let own = folder(&[("policies", "")]);
        let home = Home::new(Some(own.path())).unwrap();
        // Not a folder: nobody knows which rules would be in it.
        let policies = in_force(&home);
        let request = r#"{"side_effect": "read"}"#;
        let verdict = stories::judge(&policies, request).unwrap();
        assert_eq!(verdict.decision, governance::policy::Decision::Deny);
        let why = verdict.explain().because.join(" ");
        assert!(why.contains("policies"), "{why}");
    }

    #[test]
    fn a_story_that_goes_otherwise_is_told_and_a_rule_that_does_not_count_is_named() {
        let story = r#"[{"story": "A change", "verdict": "allow", "deciding": [],
            "request": {"side_effect": "write", "undo": "restorable"}}]"#;
        let wrong = test(folder(&[("a.json", story)]).path()).unwrap().wrong;
        assert!(
            wrong[0].wrong.contains("shall be allowed and is asked"),
            "{wrong:?}"
        );
        let nameless = "permit (principal, action == Action::\"run\", resource);";
        let refused = check(folder(&[("own.cedar", nameless)]).path()).unwrap_err();
        assert!(refused.message.contains("own.cedar"), "{refused}");
        assert!(test(folder(&[]).path()).is_err());
    }
}
