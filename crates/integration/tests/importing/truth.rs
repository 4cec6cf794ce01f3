use std::path::PathBuf;

use domain::SideEffect;
use integration::import::{Outline, judge};
use serde::Deserialize;

/// An operation of a real system with the class that a person gave it after reading it.
#[derive(Deserialize)]
struct Known {
    from: String,
    class: SideEffect,
    outline: Outline,
}

fn known() -> Vec<Known> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/connectors/truth.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_was_classed_by_hand_is_classed_alike_or_asked_as_something_stricter() {
    let known = known();
    assert!(known.len() >= 300, "{}", known.len());
    let (mut milder, mut stricter, mut unclear) = (Vec::new(), Vec::new(), 0);
    for Known { from, class, outline } in &known {
        let judged = judge(outline);
        unclear += usize::from(judged.unclear);
        let at = format!("{from} {} {} ({})", outline.method, outline.path, outline.summary);
        let told = format!("{at}: {:?} and not {class:?}: {:?}", judged.could_be, judged.why);
        if judged.class < *class {
            milder.push(told);
        } else if judged.class > *class && !judged.unclear {
            stricter.push(told);
        }
    }
    assert!(milder.is_empty(), "{}", milder.join("\n"));
    // Each of these is known: their words say something else than they do.
    assert!(
        stricter.len() <= 2,
        "{} of {}:\n{}",
        stricter.len(),
        known.len(),
        stricter.join("\n")
    );
    // Asking about everything would be no agreement.
    assert!(
        unclear * 8 < known.len(),
        "{unclear} of {} are unclear",
        known.len()
    );
}

#[test]
fn no_write_is_taken_for_a_read() {
    for Known { from, class, outline } in known() {
        if class != SideEffect::Read {
            let judged = judge(&outline);
            assert_ne!(
                judged.class,
                SideEffect::Read,
                "{from} {} {}: {judged:?}",
                outline.method,
                outline.path
            );
        }
    }
}
