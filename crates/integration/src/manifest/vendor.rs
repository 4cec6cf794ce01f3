use domain::SideEffect;

use super::compile::{place, request, side_effect};
use super::{Manifest, Mistake};
use crate::description::Place;
use crate::import::{Import, class_word, escaped};

/// What of a manifest the vendor's own description does not bear out: operations that it does not have, arguments that it
/// does not name, and classes that are weaker than what it says. Lines are not known here and are 0.
pub fn compared(manifest: &Manifest, import: &Import) -> Vec<Mistake> {
    let mut told = Vec::new();
    for (name, form) in &manifest.operations {
        let at = format!("/operations/{}", escaped(name));
        let mut say = |below: &str, why: String| {
            told.push(Mistake {
                line: 0,
                at: format!("{at}{below}"),
                why,
            });
        };
        let (method, path) = request(form);
        let all = import.operations.iter().filter(|known| {
            known.outline.method.eq_ignore_ascii_case(method) && same_path(&known.outline.path, path)
        });
        // Of several that end the same, the one that is nothing but that.
        let found = all.min_by_key(|known| known.outline.path.len());
        let Some(found) = found else {
            say(
                "/request",
                format!("the vendor's description has no `{method} {path}`"),
            );
            continue;
        };
        let weaker = rank(side_effect(form.class)) < rank(found.class);
        // What the rules could not decide, whoever wrote the manifest decided.
        if weaker && !(found.unclear && found.could_be.contains(&side_effect(form.class))) {
            let why = format!(
                "the vendor's description says that this is `{}`: {}",
                class_word(found.class),
                found.why.join(" ")
            );
            say("/class", why);
        }
        for (argument, own) in &form.arguments {
            let wire = own.place.as_deref().unwrap_or(argument);
            let outline = &found.outline;
            let known = match place(form, argument, own) {
                Place::Path => true,
                Place::Query => outline.parameters.iter().any(|given| given.name == wire),
                // A body whose form is not described says nothing against a field.
                Place::Body if outline.fields.is_empty() => true,
                Place::Body => in_body(&outline.fields, wire),
            };
            if !known {
                say(
                    &format!("/arguments/{}", escaped(argument)),
                    format!("the vendor's description has no `{wire}` there"),
                );
            }
        }
    }
    told
}

/// Whether a body has this place, as far as its outline tells: the outermost fields, and those inside a single one.
fn in_body(fields: &[String], wire: &str) -> bool {
    let known = |part: &str| fields.iter().any(|field| field == part);
    let (first, last) = match wire.split_once('/') {
        None => return known(wire),
        Some((first, rest)) => (first, rest.rsplit('/').next().unwrap_or(rest)),
    };
    known(first) && (known(last) || fields.first().is_none_or(|single| single != first))
}

fn rank(class: SideEffect) -> u8 {
    match class {
        SideEffect::Read => 0,
        SideEffect::Draft => 1,
        SideEffect::Write => 2,
        SideEffect::Send => 3,
        SideEffect::Destructive => 4,
    }
}

/// Whether two paths are the same but for the names of their arguments and a suffix such as `.json`.
fn same_path(one: &str, other: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        let path = path.strip_suffix(".json").unwrap_or(path);
        let segments = path.trim_end_matches('/').split('/').skip(1);
        segments
            .map(|part| {
                if part.starts_with('{') {
                    "{}".to_owned()
                } else {
                    part.to_owned()
                }
            })
            .collect()
    };
    let (one, other) = (parts(one), parts(other));
    // Where the version stands in the address of one and in the path of the other, the shorter is the end of the longer.
    one.ends_with(&other) || other.ends_with(&one)
}
