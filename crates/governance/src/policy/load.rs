//! From texts to rules. Whatever is wrong with one of them is said with its file and name, and nothing of it counts.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Policy, PolicyId, PolicySet, ValidationMode, Validator};
use serde_json::json;

use super::cedar::{Words, forbids_running};
use super::{Layer, Obligation, Rule};

/// A file with policies: its name, and its text in Cedar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// For people, and nothing is opened by it: `discounts.cedar`.
    pub name: String,
    /// The policies.
    pub text: String,
}

/// What is wrong with a file of policies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message} {hint}", place(.file, .line, .policy))]
pub struct Fault {
    /// Which file.
    pub file: String,
    /// Which line, from 1.
    pub line: Option<usize>,
    /// Which policy, by its `@id`.
    pub policy: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

fn place(file: &str, line: &Option<usize>, policy: &Option<String>) -> String {
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let policy = policy
        .as_ref()
        .map(|policy| format!(", policy `{policy}`"))
        .unwrap_or_default();
    format!("`{file}`{line}{policy}")
}

/// Everything that is wrong with a folder of policies; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The policies do not count, so nothing is done until they are put right.{}", listed(.0))]
pub struct Faults(pub Vec<Fault>);

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("\n{fault}")).collect()
}

/// A policy with what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) policy: Policy,
    pub(super) rule: Rule,
}

/// Reads one file.
pub(super) fn file(file: &PolicyFile, layer: &Layer, words: &Words) -> Result<Vec<Loaded>, Vec<Fault>> {
    let parsed: PolicySet = match file.text.parse() {
        Ok(parsed) => parsed,
        Err(error) => return Err(unparsable(file, &error.to_string())),
    };
    let mut faults = Vec::new();
    if let Some(template) = parsed.templates().next() {
        faults.push(Fault {
            file: file.name.clone(),
            line: line_of(&file.text, &template.to_cedar()),
            policy: template.annotation("id").map(str::to_owned),
            message: "It has a slot such as `?principal`.".into(),
            hint: "Write out what it is about.".into(),
        });
    }
    let mut policies: Vec<&Policy> = parsed.policies().collect();
    // Named `policy0`, `policy1` … in the order of the file.
    policies.sort_by_key(|policy| {
        let name = policy.id().to_string();
        name.trim_start_matches("policy")
            .parse::<usize>()
            .unwrap_or(usize::MAX)
    });
    let mut loaded = Vec::new();
    for policy in policies {
        match rule(policy, file, layer, words) {
            Ok(rule) => loaded.push(Loaded {
                policy: policy.new_id(PolicyId::new(&rule.id)),
                rule,
            }),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() {
        Ok(loaded)
    } else {
        Err(faults)
    }
}

/// Takes the files of all layers together: one name for one policy, and each as the schema has it.
pub(super) fn together(layers: Vec<Vec<Loaded>>, words: &Words) -> Result<Vec<Loaded>, Vec<Fault>> {
    let loaded: Vec<Loaded> = layers.into_iter().flatten().collect();
    let mut faults = Vec::new();
    let mut met: BTreeMap<&str, &Rule> = BTreeMap::new();
    for Loaded { rule, .. } in &loaded {
        if let Some(first) = met.insert(&rule.id, rule) {
            faults.push(Fault {
                file: rule.file.clone(),
                line: rule.line,
                policy: Some(rule.id.clone()),
                message: format!("`{}` has a policy with this `@id` too.", first.file),
                hint: "Choose another `@id`.".into(),
            });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let all = match PolicySet::from_policies(loaded.iter().map(|one| one.policy.clone())) {
        Ok(all) => all,
        Err(error) => return Err(vec![whole(error.to_string())]),
    };
    let result = Validator::new(words.schema().clone()).validate(&all, ValidationMode::Strict);
    let errors = result.validation_errors().map(|error| {
        let hint = "Use only what `schema.cedarschema` lists, spelled as there.";
        (error.policy_id(), error.to_string(), hint)
    });
    // A policy that can never apply protects nobody, and a text that looks like another one misleads whoever reads it.
    let warnings = result.validation_warnings().map(|warning| {
        let hint = "Change it so that it can apply and reads as what it is, or take it out.";
        (warning.policy_id(), warning.to_string(), hint)
    });
    let mut said = BTreeSet::new();
    for (id, message, hint) in errors.chain(warnings) {
        let id = id.to_string();
        let Some(rule) = loaded.iter().map(|one| &one.rule).find(|rule| rule.id == id) else {
            faults.push(whole(message));
            continue;
        };
        if said.insert((id.clone(), message.clone())) {
            faults.push(Fault {
                file: rule.file.clone(),
                line: rule.line,
                policy: Some(id),
                message: sentence(&message),
                hint: hint.into(),
            });
        }
    }
    if faults.is_empty() {
        Ok(loaded)
    } else {
        Err(faults)
    }
}

/// A fault of none of the files.
pub(super) fn whole(message: String) -> Fault {
    Fault {
        file: "policies".into(),
        line: None,
        policy: None,
        message: sentence(&message),
        hint: "Take out what was changed last.".into(),
    }
}

fn unparsable(file: &PolicyFile, message: &str) -> Vec<Fault> {
    // The plain error has no place; the one made for other programs has.
    let answer = cedar_policy::ffi::check_parse_policy_set_json(json!({ "staticPolicies": file.text }));
    let line = answer.ok().and_then(|answer| {
        let start = answer.pointer("/errors/0/sourceLocations/0/start")?.as_u64()?;
        let before = file.text.get(..usize::try_from(start).ok()?)?;
        Some(before.matches('\n').count() + 1)
    });
    vec![Fault {
        file: file.name.clone(),
        line,
        policy: None,
        message: sentence(message),
        hint: "Each policy has the form `@id(\"…\") @why(\"…\") forbid (principal, action, resource) when { … };`."
            .into(),
    }]
}

fn rule(policy: &Policy, file: &PolicyFile, layer: &Layer, words: &Words) -> Result<Rule, Vec<Fault>> {
    let id = policy.annotation("id").unwrap_or_default().to_owned();
    let line = line_of(&file.text, &policy.to_cedar().unwrap_or_default());
    let mut faults = Vec::new();
    let mut fault = |message: String, hint: &str| {
        faults.push(Fault {
            file: file.name.clone(),
            line,
            policy: (!id.is_empty()).then(|| id.clone()),
            message,
            hint: hint.to_owned(),
        });
    };
    if id.parse::<domain::Label>().is_err() {
        let message = if id.is_empty() {
            "It has no `@id`."
        } else {
            "Its `@id` is no name."
        };
        fault(
            message.into(),
            "Give it one of lower-case letters, digits and hyphens: `@id(\"no-large-discounts\")`.",
        );
    }
    let why = policy.annotation("why").unwrap_or_default().trim().to_owned();
    if why.is_empty() {
        fault(
            "It does not say why.".into(),
            "Add a sentence that the person at the screen understands: `@why(\"…\")`.",
        );
    }
    if let Some((other, _)) = policy
        .annotations()
        .find(|(name, _)| !["id", "why", "needs", "note"].contains(name))
    {
        // A slip in `@needs` would silently ask for less.
        fault(
            format!("`@{other}` means nothing here."),
            "Use `@id`, `@why`, `@needs`, and `@note` for remarks.",
        );
    }
    let needs = match policy.annotation("needs").map(Obligation::list) {
        None => BTreeSet::new(),
        Some(Ok(needs)) => {
            if !forbids_running(policy, words) {
                fault(
                    "`@needs` says what a card needs, and this policy makes none.".into(),
                    "Put it on a policy of the form `forbid (principal, action == Action::\"run\", resource)`.",
                );
            }
            needs
        }
        Some(Err(word)) => {
            fault(
                format!("`{word}` in `@needs` means nothing."),
                "Use `red`, `typed-word`, `alone`, `second-signature` or `at-most N`, separated by commas.",
            );
            BTreeSet::new()
        }
    };
    if faults.is_empty() {
        Ok(Rule {
            id,
            why,
            needs,
            layer: *layer,
            file: file.name.clone(),
            line,
        })
    } else {
        Err(faults)
    }
}

fn line_of(text: &str, part: &str) -> Option<usize> {
    let before = text.get(..text.find(part)?)?;
    (!part.is_empty()).then(|| before.matches('\n').count() + 1)
}

fn sentence(message: &str) -> String {
    let message = message.trim();
    if message.ends_with('.') {
        message.to_owned()
    } else {
        format!("{message}.")
    }
}
