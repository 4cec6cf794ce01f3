//! Policy stories: what is proposed, and what shall become of it, as files that people write and a test tells.
//!
//! A file of stories is JSON:
//!
//! ```json
//! [{ "story": "A large discount needs a second signature",
//!    "policies": ["@id(\"large-discount\")", "…"],
//!    "request": { "system": "demo-company", "operation": "crm.deals.update", "side_effect": "write" },
//!    "verdict": "ask",
//!    "deciding": ["changes-ask", "large-discount"],
//!    "needs": ["second-signature"] }]
//! ```
//!
//! `request` names the facts that matter; the rest is harmless: the person at this machine updates nothing secret, through
//! the right account, by a definition that was checked. `policies`, lines of Cedar, are added to those under test. `needs`
//! is left out where the card needs nothing.

use std::collections::BTreeSet;

use domain::{Confidentiality, Integrity, SideEffect};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::policy::{Decision, Facts, Faults, Obligation, Policies, PolicyFile, Proposer, Verdict};

/// The stories that are shipped: name of the file, and its text.
pub const SHIPPED: [(&str, &str); 6] = [
    (
        "approvals.json",
        include_str!("../policies/stories/approvals.json"),
    ),
    ("company.json", include_str!("../policies/stories/company.json")),
    ("grants.json", include_str!("../policies/stories/grants.json")),
    ("leaving.json", include_str!("../policies/stories/leaving.json")),
    ("never.json", include_str!("../policies/stories/never.json")),
    ("unasked.json", include_str!("../policies/stories/unasked.json")),
];

/// A story.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// What it tells, in a sentence.
    pub story: String,
    /// Policies that are added for it, in lines.
    #[serde(default)]
    pub policies: Vec<String>,
    /// The facts that matter.
    pub request: Map<String, Value>,
    /// What shall become of it.
    pub verdict: Decision,
    /// Names of the policies that shall decide, in any order.
    pub deciding: BTreeSet<String>,
    /// What the card shall need, as in `@needs`.
    #[serde(default)]
    pub needs: BTreeSet<String>,
}

/// What came of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In which file it stands.
    pub file: String,
    /// What it tells.
    pub story: String,
    /// Nothing if it went as it shall; else a sentence.
    pub wrong: Option<String>,
}

/// Why stories can't be told.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// A file is none of stories.
    #[error("`{file}` can't be read as stories: {why}. See the shipped ones for the form.")]
    Form {
        /// Which.
        file: String,
        /// Where and why.
        why: serde_json::Error,
    },
    /// A story's request is none.
    #[error(
        "`{file}`, story `{story}`: the request can't be read: {why}. Use the facts of the schema, in lower case with underscores."
    )]
    Request {
        /// Which file.
        file: String,
        /// Which story.
        story: String,
        /// What is wrong.
        why: serde_json::Error,
    },
    /// The policies don't count.
    #[error("{0}")]
    Policies(#[from] Faults),
}

/// Reads a file of stories.
///
/// # Errors
/// When it is none.
pub fn read(file: &str, text: &str) -> Result<Vec<Story>, Untold> {
    serde_json::from_str(text).map_err(|why| Untold::Form {
        file: file.to_owned(),
        why,
    })
}

/// The facts of a request in which only those that matter are named.
///
/// # Errors
/// When a fact has no such name or value.
pub fn facts(request: &Map<String, Value>) -> Result<Facts, serde_json::Error> {
    let mut all = match serde_json::to_value(harmless()?)? {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    all.extend(request.clone());
    serde_json::from_value(Value::Object(all))
}

fn harmless() -> Result<Facts, serde_json::Error> {
    Ok(Facts {
        proposer: Proposer::Person,
        system: serde_json::from_value("demo-company".into())?,
        operation: "crm.deals.update".into(),
        side_effect: SideEffect::Read,
        undo: None,
        severe: false,
        local: false,
        egress: false,
        right_account: true,
        pinned: true,
        count: 1,
        amount: 0,
        destinations: BTreeSet::new(),
        outside: false,
        integrity: Integrity::User,
        confidentiality: Confidentiality::Public,
        destinations_may_read: true,
        from_text: false,
        from_nowhere: false,
        granted: false,
        stopped: false,
        quarantined: false,
    })
}

/// What the rules say to a request, given as JSON in the form of a story's `request`.
///
/// # Errors
/// When it can't be read.
pub fn judge(policies: &Policies, request: &str) -> Result<Verdict, serde_json::Error> {
    Ok(policies.judge(&facts(&serde_json::from_str(request)?)?))
}

/// Tells the stories of some files, under the shipped rules and a company's.
///
/// # Errors
/// When a file can't be read, or the rules don't count.
pub fn tell(company: &[PolicyFile], files: &[(&str, &str)]) -> Result<Vec<Told>, Untold> {
    let policies = Policies::with_company(company)?;
    let mut told = Vec::new();
    for (file, text) in files {
        for story in read(file, text)? {
            let facts = facts(&story.request).map_err(|why| Untold::Request {
                file: (*file).to_owned(),
                story: story.story.clone(),
                why,
            })?;
            let wrong = match own(&story, company) {
                None => story.compare(&policies.judge(&facts)),
                // A story about policies that are refused is told by a test, not by a story.
                Some(files) => story.compare(&Policies::with_company(&files)?.judge(&facts)),
            };
            told.push(Told {
                file: (*file).to_owned(),
                story: story.story,
                wrong,
            });
        }
    }
    Ok(told)
}

/// All files with the policies that the story adds; nothing if it adds none.
fn own(story: &Story, company: &[PolicyFile]) -> Option<Vec<PolicyFile>> {
    let added = PolicyFile {
        name: format!("the story `{}`", story.story),
        text: story.policies.join("\n"),
    };
    (!story.policies.is_empty()).then(|| company.iter().cloned().chain([added]).collect())
}

impl Story {
    /// What differs between a verdict and the one that the story expects; nothing if nothing does.
    pub fn compare(&self, verdict: &Verdict) -> Option<String> {
        let deciding: BTreeSet<String> = verdict.deciding.iter().map(|one| one.policy.clone()).collect();
        let needs: BTreeSet<String> = verdict.obligations.iter().map(Obligation::to_string).collect();
        let list = |names: &BTreeSet<String>| match names.is_empty() {
            true => "nothing".to_owned(),
            false => names.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        };
        if verdict.decision != self.verdict {
            let (shall, is) = (word(self.verdict), word(verdict.decision));
            Some(format!(
                "It shall be {shall} and is {is}, by {}.",
                list(&deciding)
            ))
        } else if deciding != self.deciding {
            let shall = list(&self.deciding);
            Some(format!("{shall} shall decide, and {} did.", list(&deciding)))
        } else if needs != self.needs {
            Some(format!(
                "The card shall need {}, and needs {}.",
                list(&self.needs),
                list(&needs)
            ))
        } else {
            None
        }
    }
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allowed",
        Decision::Ask => "asked",
        Decision::Deny => "denied",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_story_goes_as_it_shall() {
        let told = tell(&[], &SHIPPED).unwrap();
        let wrong: Vec<&Told> = told.iter().filter(|told| told.wrong.is_some()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(told.len() >= 40, "{}", told.len());
        let names: BTreeSet<&str> = told.iter().map(|told| told.story.as_str()).collect();
        assert_eq!(names.len(), told.len(), "two stories have one name");
    }

    #[test]
    fn every_shipped_policy_decides_in_a_story() {
        let stories = SHIPPED.iter().flat_map(|(file, text)| read(file, text).unwrap());
        let deciding: BTreeSet<String> = stories.flat_map(|story| story.deciding).collect();
        for rule in Policies::shipped().unwrap().rules() {
            // That something may be proposed shows in every story that is asked.
            assert!(
                deciding.contains(&rule.id) || rule.id == "proposing",
                "`{}` decides nowhere",
                rule.id
            );
        }
    }

    #[test]
    fn a_story_with_a_slip_is_refused_by_name() {
        let slip =
            r#"[{"story": "S", "request": {"side_efect": "read"}, "verdict": "allow", "deciding": []}]"#;
        let error = tell(&[], &[("mine.json", slip)]).unwrap_err().to_string();
        assert!(
            error.contains("`mine.json`, story `S`") && error.contains("side_efect"),
            "{error}"
        );
        let error = read("mine.json", r#"[{"story": "S"}]"#).unwrap_err().to_string();
        assert!(error.contains("`mine.json`"), "{error}");
    }

    #[test]
    fn a_story_that_goes_otherwise_says_how() {
        let of = |verdict: &str, deciding: &str, needs: &str| {
            let text = format!(
                r#"[{{"story": "S", "request": {{"side_effect": "write"}}, "verdict": "{verdict}",
                "deciding": ["{deciding}"], "needs": [{needs}]}}]"#
            );
            tell(&[], &[("mine.json", &text)]).unwrap().remove(0).wrong
        };
        assert_eq!(of("ask", "changes-ask", ""), None);
        assert_eq!(
            of("allow", "changes-ask", "").unwrap(),
            "It shall be allowed and is asked, by changes-ask."
        );
        assert_eq!(
            of("ask", "reading", "").unwrap(),
            "reading shall decide, and changes-ask did."
        );
        assert_eq!(
            of("ask", "changes-ask", r#""red""#).unwrap(),
            "The card shall need red, and needs nothing."
        );
    }
}
