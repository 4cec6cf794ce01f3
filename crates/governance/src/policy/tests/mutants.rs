//! The shipped policies, each changed in every small way that still passes the schema. A change that no story and no
//! property notices must be one that changes no verdict at any point of the table, nor which policies decide it.

use std::collections::BTreeSet;

use cedar_policy::{Policy, PolicyId, ValidationMode, Validator};
use serde_json::{Value, json};

use super::super::cedar::forbids_running;
use super::table::{Applies, applies, broken, judged, shipped_table};
use super::*;
use crate::stories::{SHIPPED, Story, read};

const FLAGS: [&str; 12] = [
    "severe",
    "local",
    "egress",
    "rightAccount",
    "pinned",
    "outside",
    "destinationsMayRead",
    "fromText",
    "fromNowhere",
    "granted",
    "stopped",
    "quarantined",
];
const WORDS: [(&str, &[&str]); 4] = [
    ("SideEffect", &["read", "draft", "write", "send", "destructive"]),
    ("Undo", &["none", "restorable", "compensable", "irreversible"]),
    ("Integrity", &["user", "app", "own_field", "text"]),
    (
        "Confidentiality",
        &["public", "internal", "confidential", "secret"],
    ),
];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// Each way to change one thing in an expression.
fn changed(expression: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let Some((operator, inner)) = expression.as_object().and_then(|parts| parts.iter().next()) else {
        return all;
    };
    let (left, right) = (&inner["left"], &inner["right"]);
    let truth = match operator.as_str() {
        "." => FLAGS.iter().any(|flag| inner["attr"] == *flag),
        "Value" | "Set" | "Var" => false,
        _ => true,
    };
    if truth {
        all.extend([
            json!({"Value": true}),
            json!({"Value": false}),
            json!({"!": {"arg": expression}}),
        ]);
    }
    match operator.as_str() {
        "&&" | "||" => {
            let other = if operator == "&&" { "||" } else { "&&" };
            all.extend([json!({ other: inner }), left.clone(), right.clone()]);
        }
        "!" => all.push(inner["arg"].clone()),
        "contains" => all.push(json!({ "contains": {"left": {"Set": []}, "right": right} })),
        comparison if COMPARISONS.contains(&comparison) => {
            all.extend(
                COMPARISONS
                    .iter()
                    .filter(|other| **other != comparison)
                    .map(|other| json!({ *other: inner })),
            );
        }
        "." if truth => {
            let others = FLAGS.iter().filter(|flag| inner["attr"] != **flag);
            all.extend(others.map(|flag| json!({".": {"left": {"Var": "context"}, "attr": flag}})));
        }
        "Value" => {
            if let Some(number) = inner.as_i64() {
                all.extend([number - 1, number + 1, 0, -number].map(|number| json!({ "Value": number })));
            }
            for (name, ids) in WORDS {
                if inner["__entity"]["type"] == name {
                    let others = ids.iter().filter(|id| inner["__entity"]["id"] != **id);
                    all.extend(others.map(|id| json!({"Value": {"__entity": {"type": name, "id": id}}})));
                }
            }
        }
        "Set" => {
            let items = inner.as_array().unwrap();
            for place in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(place);
                all.push(json!({ "Set": fewer }));
                for other in changed(&items[place]) {
                    let mut items = items.clone();
                    items[place] = other;
                    all.push(json!({ "Set": items }));
                }
            }
        }
        _ => {}
    }
    for side in ["left", "right", "arg"] {
        if let Some(part) = inner.get(side) {
            for other in changed(part) {
                let mut expression = expression.clone();
                expression[operator][side] = other;
                all.push(expression);
            }
        }
    }
    all
}

/// Each way to change one thing in a policy.
fn variants(policy: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Value)| {
        let mut other = policy.clone();
        change(&mut other);
        all.push(other);
    };
    with(&|other| {
        other["effect"] = json!(if policy["effect"] == "permit" {
            "forbid"
        } else {
            "permit"
        })
    });
    for action in ["run", "propose"] {
        with(&|other| other["action"] = json!({"op": "==", "entity": {"type": "Action", "id": action}}));
    }
    with(&|other| other["action"] = json!({"op": "All"}));
    for proposer in ["Person", "Workflow", "Model"] {
        with(&|other| other["principal"] = json!({"op": "is", "entity_type": proposer}));
    }
    let conditions = policy["conditions"].as_array().unwrap();
    for place in 0..conditions.len() {
        with(&|other| {
            other["conditions"].as_array_mut().unwrap().remove(place);
        });
        let kind = if conditions[place]["kind"] == "when" {
            "unless"
        } else {
            "when"
        };
        with(&|other| other["conditions"][place]["kind"] = json!(kind));
        for expression in changed(&conditions[place]["body"]) {
            with(&|other| other["conditions"][place]["body"] = expression.clone());
        }
    }
    let needs = policy["annotations"]["needs"].as_str().unwrap_or_default();
    let words: Vec<&str> = needs.split(", ").filter(|word| !word.is_empty()).collect();
    for place in 0..words.len() {
        let mut fewer = words.clone();
        fewer.remove(place);
        with(&|other| other["annotations"]["needs"] = json!(fewer.join(", ")));
    }
    for word in [
        "red",
        "alone",
        "typed-word",
        "second-signature",
        "at-most 24",
        "at-most 26",
    ] {
        let more = words.iter().copied().chain([word]).collect::<Vec<_>>().join(", ");
        with(&|other| other["annotations"]["needs"] = json!(more));
    }
    all
}

/// The policy as it would be loaded, if it passes the schema.
fn load(original: &Loaded, json: &Value, words: &Words) -> Option<Loaded> {
    let mut json = json.clone();
    if json["annotations"]["needs"] == "" {
        json["annotations"].as_object_mut()?.remove("needs");
    }
    let policy = Policy::from_json(Some(PolicyId::new(&original.rule.id)), json).ok()?;
    let alone = PolicySet::from_policies([policy.clone()]).ok()?;
    let valid = Validator::new(words.schema().clone()).validate(&alone, ValidationMode::Strict);
    // What a card needs means nothing elsewhere, and would be refused there.
    let needs = match policy.annotation("needs") {
        Some(needs) if forbids_running(&policy, words) => Obligation::list(needs).ok()?,
        Some(_) if policy.annotation("needs") != original.policy.annotation("needs") => return None,
        _ => BTreeSet::new(),
    };
    let rule = Rule {
        needs,
        ..original.rule.clone()
    };
    valid.validation_passed().then_some(Loaded { policy, rule })
}

/// A story with its facts and the policies that it adds.
struct Told {
    story: Story,
    facts: Facts,
    added: Vec<Loaded>,
}

impl Told {
    fn by(&self, proposer: &Proposer) -> Self {
        let facts = Facts {
            proposer: proposer.clone(),
            ..self.facts.clone()
        };
        Self {
            story: self.story.clone(),
            facts,
            added: Vec::new(),
        }
    }
}

fn all_stories(words: &Words) -> Vec<Told> {
    let stories = SHIPPED.iter().flat_map(|(file, text)| read(file, text).unwrap());
    let mut told: Vec<Told> = stories
        .map(|story| Told {
            facts: crate::stories::facts(&story.request).unwrap(),
            added: load::file(&file("story", &story.policies.join("\n")), &Layer::Company, words).unwrap(),
            story,
        })
        .collect();
    told.sort_by_key(|told| told.added.len());
    // Whoever proposes is judged alike, unless a company says otherwise.
    let plain: Vec<&Told> = told.iter().filter(|told| told.added.is_empty()).collect();
    let others = [
        Proposer::Person,
        Proposer::Workflow("other".into()),
        Proposer::Model("other".into()),
    ];
    let by_others: Vec<Told> = others
        .iter()
        .flat_map(|proposer| plain.iter().map(move |told| told.by(proposer)))
        .collect();
    told.extend(by_others);
    told
}

/// The first story that goes otherwise; those in which the policy decides are told first.
fn noticed<'a>(loaded: &[Loaded], id: &str, stories: &'a [Told], words: &Arc<Words>) -> Option<&'a str> {
    let of = |added: &[Loaded]| {
        let all = loaded.iter().chain(added).cloned().collect();
        Policies::of(all, Arc::clone(words), Digest::default()).unwrap()
    };
    let plain = of(&[]);
    let (near, far): (Vec<&Told>, Vec<&Told>) = stories
        .iter()
        .partition(|told| told.added.is_empty() && told.story.deciding.contains(id));
    near.into_iter().chain(far).find_map(|told| {
        let verdict = match told.added.as_slice() {
            [] => plain.judge(&told.facts),
            added => of(added).judge(&told.facts),
        };
        told.story.compare(&verdict).map(|_| told.story.story.as_str())
    })
}

#[test]
fn every_mutant_of_the_shipped_policies_is_noticed() {
    let words = words();
    let original = shipped(&words);
    let stories = all_stories(&words);
    assert_eq!(noticed(&original, "", &stories, &words), None);

    let mut mutants: Vec<(String, usize, Option<Loaded>)> = Vec::new();
    let mut met = BTreeSet::new();
    for (place, one) in original.iter().enumerate() {
        mutants.push((format!("without `{}`", one.rule.id), place, None));
        let json = one.policy.to_json().unwrap();
        met.insert(json.to_string());
        for other in variants(&json) {
            if met.insert(other.to_string())
                && let Some(loaded) = load(one, &other, &words)
            {
                mutants.push((
                    format!("`{}` as {}", one.rule.id, loaded.policy),
                    place,
                    Some(loaded),
                ));
            }
        }
    }

    let table = shipped_table(&words);
    let whole = judged(&table);
    let (mut by_story, mut by_property, mut same) = (0, 0, Vec::new());
    let mut survivors = Vec::new();
    for (what, place, other) in &mutants {
        let mut loaded = original.clone();
        match other {
            Some(other) => loaded[*place] = other.clone(),
            None => drop(loaded.remove(*place)),
        }
        if noticed(&loaded, &original[*place].rule.id, &stories, &words).is_some() {
            by_story += 1;
            continue;
        }
        let mut table: Vec<Applies> = table.clone();
        match other {
            Some(other) => table[*place] = applies(other, &words),
            None => drop(table.remove(*place)),
        }
        let judged = judged(&table);
        if judged == whole {
            same.push(what);
        } else if broken(&judged).is_some() {
            by_property += 1;
        } else {
            survivors.push(what);
        }
    }
    assert!(survivors.is_empty(), "not noticed: {survivors:#?}");
    assert!(
        by_story + by_property >= 200,
        "only {by_story} + {by_property} of {}",
        mutants.len()
    );
    // The rest says the same with other words: at every point the same verdict by the same policies.
    assert_eq!(by_story + by_property + same.len(), mutants.len());
    println!(
        "{} mutants: {by_story} noticed by a story, {by_property} by a property, {} say the same: {same:#?}",
        mutants.len(),
        same.len()
    );
}
