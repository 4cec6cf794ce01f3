use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Import, Imported};

/// How an operation differs from the one in an earlier description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name, as it is now, or as it was where it is gone.
    pub name: String,
    /// Method and path.
    pub at: String,
    /// Whether it came, changed or went.
    pub kind: Kind,
    /// What is different, in sentences.
    pub what: Vec<String>,
    /// The name under which something may have been allowed beforehand. Nothing of it is done until a person has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspends: Option<String>,
}

/// Whether an operation came, changed or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was not there.
    Added,
    /// It says something else.
    Changed,
    /// It is not there any more.
    Removed,
}

/// What is different in a description against an earlier one, by method and path.
pub fn compare(before: &Import, now: &Import) -> Vec<Difference> {
    let by_place = |import: &'_ Import| -> BTreeMap<String, usize> {
        let each = import.operations.iter().enumerate();
        each.map(|(number, operation)| (at(operation), number)).collect()
    };
    let (old, new) = (by_place(before), by_place(now));
    let places: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut out: Vec<Difference> = places
        .into_iter()
        .filter_map(|place| {
            let old = old.get(place).and_then(|number| before.operations.get(*number));
            let new = new.get(place).and_then(|number| now.operations.get(*number));
            difference(place, old, new)
        })
        .collect();
    out.sort_by_key(|difference| difference.kind);
    out
}

fn at(operation: &Imported) -> String {
    format!("{} {}", operation.outline.method, operation.outline.path)
}

fn difference(place: &str, old: Option<&Imported>, new: Option<&Imported>) -> Option<Difference> {
    let at = place.to_owned();
    match (old, new) {
        (Some(old), Some(new)) => {
            let what = changed(old, new);
            (!what.is_empty()).then(|| Difference {
                name: new.name.clone(),
                at,
                kind: Kind::Changed,
                what,
                suspends: Some(old.name.clone()),
            })
        }
        (None, Some(new)) => {
            let class = format!("It is new, a {}.", word(new));
            Some(Difference {
                name: new.name.clone(),
                at,
                kind: Kind::Added,
                what: vec![class],
                suspends: None,
            })
        }
        (Some(old), None) => Some(Difference {
            name: old.name.clone(),
            at,
            kind: Kind::Removed,
            what: vec![format!("It was a {}.", word(old))],
            suspends: Some(old.name.clone()),
        }),
        (None, None) => None,
    }
}

/// What changed, the most important first; nothing where the definition is the same and is read in the same way.
fn changed(old: &Imported, new: &Imported) -> Vec<String> {
    let mut out = Vec::new();
    if word(old) != word(new) {
        out.push(format!("It was a {}, and is a {}.", word(old), word(new)));
    }
    for (was, is, what) in [
        (
            old.traits.egress,
            new.traits.egress,
            "Something may go elsewhere by it",
        ),
        (
            old.traits.severe,
            new.traits.severe,
            "It is about money, credentials or rights",
        ),
    ] {
        match (was, is) {
            (false, true) => out.push(format!("{what} now.")),
            (true, false) => out.push(format!("{what} no more, as it seems.")),
            _ => {}
        }
    }
    if old.name != new.name {
        out.push(format!("It was called `{}`.", old.name));
    }
    if old.definition == new.definition {
        return out;
    }
    let before = out.len();
    let given = |operation: &Imported| -> Vec<String> {
        let each = operation.outline.parameters.iter();
        each.map(|given| format!("{} in {}", given.name, given.place))
            .collect()
    };
    let needed = |operation: &Imported| -> Vec<String> {
        let each = operation.outline.parameters.iter().filter(|given| given.required);
        each.map(|given| format!("{} in {}", given.name, given.place))
            .collect()
    };
    lists(&mut out, "the parameter", &given(old), &given(new));
    lists(&mut out, "the demand for", &needed(old), &needed(new));
    lists(&mut out, "the field", &old.outline.fields, &new.outline.fields);
    lists(&mut out, "the body as", &old.outline.bodies, &new.outline.bodies);
    lists(
        &mut out,
        "the way to sign in",
        &old.outline.security,
        &new.outline.security,
    );
    lists(
        &mut out,
        "the address",
        &old.outline.servers,
        &new.outline.servers,
    );
    lists(&mut out, "the answer", &old.outline.answers, &new.outline.answers);
    let told = out.len() > before;
    for (name, what) in [
        ("parameters", "its parameters"),
        ("body", "its body"),
        ("security", "the ways to sign in"),
        ("host", "its addresses"),
        ("answers", "its answers"),
    ] {
        let form = |operation: &Imported| operation.parts.get(name).map(|digests| digests.form.clone());
        if form(old) != form(new) && !told {
            out.push(format!("The form of {what} is another."));
        }
    }
    if out.is_empty() {
        out.push("Only its words for people are others.".to_owned());
    }
    out
}

/// What came and what went.
fn lists(out: &mut Vec<String>, what: &str, old: &[String], new: &[String]) {
    let came = new.iter().filter(|entry| !old.contains(entry));
    out.extend(came.map(|entry| format!("New is {what} `{entry}`.")));
    let went = old.iter().filter(|entry| !new.contains(entry));
    out.extend(went.map(|entry| format!("Gone is {what} `{entry}`.")));
}

fn word(operation: &Imported) -> String {
    let class = super::class_word(operation.class);
    if operation.unclear {
        format!("{class} or less (unclear)")
    } else {
        class.to_owned()
    }
}
