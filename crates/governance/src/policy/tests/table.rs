//! Every combination of all facts on which the shipped policies may rest, judged.
//!
//! 2.6 million points would take minutes to ask one by one. But a policy's answer rests only on the facts that its text
//! names: so Cedar is asked about each combination of those, one policy at a time, and the answers are combined as Cedar
//! and [`Open::verdict`] do, 64 points a step. That combining is right is a property of its own, below.

use domain::{Confidentiality, Integrity, SideEffect, Undo};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// A fact with its values, from mild to strict where there is such an order. The first six have two: they are the bits of a
/// machine word.
struct Dimension {
    name: &'static str,
    size: usize,
    set: fn(&mut Facts, usize),
}

const SIDE: [SideEffect; 5] = [
    SideEffect::Read,
    SideEffect::Draft,
    SideEffect::Write,
    SideEffect::Send,
    SideEffect::Destructive,
];
const UNDO: [Option<Undo>; 4] = [
    None,
    Some(Undo::Restorable),
    Some(Undo::Compensable),
    Some(Undo::Irreversible),
];
const INTEGRITY: [Integrity; 4] = [
    Integrity::User,
    Integrity::App,
    Integrity::OwnField,
    Integrity::Text,
];
const CONFIDENTIALITY: [Confidentiality; 4] = [
    Confidentiality::Public,
    Confidentiality::Internal,
    Confidentiality::Confidential,
    Confidentiality::Secret,
];
/// On both sides of every number that the policies name.
const COUNT: [u32; 4] = [1, 25, 26, 27];

#[rustfmt::skip]
const DIMENSIONS: [Dimension; 16] = [
    Dimension { name: "severe", size: 2, set: |facts, v| facts.severe = v == 1 },
    Dimension { name: "stopped", size: 2, set: |facts, v| facts.stopped = v == 1 },
    Dimension { name: "quarantined", size: 2, set: |facts, v| facts.quarantined = v == 1 },
    Dimension { name: "fromText", size: 2, set: |facts, v| facts.from_text = v == 1 },
    Dimension { name: "fromNowhere", size: 2, set: |facts, v| facts.from_nowhere = v == 1 },
    Dimension { name: "local", size: 2, set: |facts, v| facts.local = v == 0 },
    Dimension { name: "sideEffect", size: 5, set: |facts, v| facts.side_effect = SIDE[v] },
    Dimension { name: "undo", size: 4, set: |facts, v| facts.undo = UNDO[v] },
    Dimension { name: "egress", size: 2, set: |facts, v| facts.egress = v == 1 },
    Dimension { name: "rightAccount", size: 2, set: |facts, v| facts.right_account = v == 0 },
    Dimension { name: "pinned", size: 2, set: |facts, v| facts.pinned = v == 0 },
    Dimension { name: "count", size: 4, set: |facts, v| facts.count = COUNT[v] },
    Dimension { name: "integrity", size: 4, set: |facts, v| facts.integrity = INTEGRITY[v] },
    Dimension { name: "confidentiality", size: 4, set: |facts, v| facts.confidentiality = CONFIDENTIALITY[v] },
    Dimension { name: "destinationsMayRead", size: 2, set: |facts, v| facts.destinations_may_read = v == 0 },
    Dimension { name: "granted", size: 2, set: |facts, v| facts.granted = v == 0 },
];
const LOW: usize = 6;

type Point = [usize; 16];
/// A bit for each point.
type Bits = Vec<u64>;

fn dimension(name: &str) -> usize {
    let place = DIMENSIONS.iter().position(|dimension| dimension.name == name);
    place.unwrap_or_else(|| panic!("the table has no `{name}`"))
}

fn words_in_all() -> usize {
    DIMENSIONS[LOW..].iter().map(|dimension| dimension.size).product()
}

fn stride(place: usize) -> usize {
    DIMENSIONS[LOW..place]
        .iter()
        .map(|dimension| dimension.size)
        .product()
}

fn at(point: &Point) -> Facts {
    let mut facts = facts(serde_json::json!({}));
    for (dimension, value) in DIMENSIONS.iter().zip(point) {
        (dimension.set)(&mut facts, *value);
    }
    facts
}

/// The points at which something holds that rests on these facts only.
fn bits(names: &[&str], mut holds: impl FnMut(&Point) -> bool) -> Bits {
    let mut places: Vec<usize> = names.iter().map(|name| dimension(name)).collect();
    places.sort_unstable();
    places.dedup();
    let (low, high) = places.split_at(places.partition_point(|place| *place < LOW));
    let mut patterns: Vec<u64> = Vec::new();
    let combinations: usize = high.iter().map(|place| DIMENSIONS[*place].size).product();
    for mut combination in 0..combinations {
        let mut point = [0; 16];
        for place in high {
            point[*place] = combination % DIMENSIONS[*place].size;
            combination /= DIMENSIONS[*place].size;
        }
        let mut short = Vec::new();
        for chosen in 0..1usize << low.len() {
            for (bit, place) in low.iter().enumerate() {
                point[*place] = chosen >> bit & 1;
            }
            short.push(holds(&point));
        }
        let pattern = (0..64usize).filter(|bit| {
            let chosen = low
                .iter()
                .enumerate()
                .map(|(to, place)| (bit >> place & 1) << to)
                .sum::<usize>();
            short[chosen]
        });
        patterns.push(pattern.fold(0, |word, bit| word | 1 << bit));
    }
    let steps: Vec<(usize, usize)> = high
        .iter()
        .map(|place| (stride(*place), DIMENSIONS[*place].size))
        .collect();
    (0..words_in_all())
        .map(|word| {
            let mut pattern = 0;
            for (step, size) in steps.iter().rev() {
                pattern = pattern * size + word / step % size;
            }
            patterns[pattern]
        })
        .collect()
}

fn zip(a: &Bits, b: &Bits, both: impl Fn(u64, u64) -> u64) -> Bits {
    a.iter().zip(b).map(|(a, b)| both(*a, *b)).collect()
}

fn and(a: &Bits, b: &Bits) -> Bits {
    zip(a, b, |a, b| a & b)
}

fn or(a: &Bits, b: &Bits) -> Bits {
    zip(a, b, |a, b| a | b)
}

fn without(a: &Bits, b: &Bits) -> Bits {
    zip(a, b, |a, b| a & !b)
}

fn none(bits: &Bits) -> bool {
    bits.iter().all(|word| *word == 0)
}

fn first(bits: &Bits) -> Option<Facts> {
    let word = bits.iter().position(|word| *word != 0)?;
    let bit = bits[word].trailing_zeros() as usize;
    let mut point = [0; 16];
    for (place, value) in point.iter_mut().enumerate() {
        *value = match place < LOW {
            true => bit >> place & 1,
            false => word / stride(place) % DIMENSIONS[place].size,
        };
    }
    Some(at(&point))
}

/// Names of the facts that a policy's text names. Its scope may name actions only.
pub(super) fn named(policy: &cedar_policy::Policy) -> Vec<String> {
    fn walk(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Object(parts) => {
                assert_ne!(parts.get("Var").and_then(Value::as_str), Some("principal"));
                assert_ne!(parts.get("Var").and_then(Value::as_str), Some("resource"));
                if let Some(attribute) = value.pointer("/./attr").and_then(Value::as_str) {
                    names.push(attribute.to_owned());
                }
                parts.values().for_each(|part| walk(part, names));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, names)),
            _ => {}
        }
    }
    let policy = policy.to_json().unwrap();
    for scope in ["principal", "resource"] {
        assert_eq!(policy[scope]["op"], "All", "the table can't judge {policy}");
    }
    let mut names = Vec::new();
    walk(&policy["conditions"], &mut names);
    names
}

/// Where a policy applies, by question.
#[derive(Clone)]
pub(super) struct Applies {
    id: String,
    needs: std::collections::BTreeSet<Obligation>,
    forbids: bool,
    run: Bits,
    propose: Bits,
}

/// Asks Cedar about every combination. Fails if one of them is an error: no policy errs under the schema.
pub(super) fn applies(one: &Loaded, words: &Words) -> Applies {
    let names = named(&one.policy);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let alone = PolicySet::from_policies([one.policy.clone()]).unwrap();
    let of = |question| {
        bits(&names, |point| {
            let facts = at(point);
            let request = words
                .request(question, &facts, words.context(&facts).unwrap())
                .unwrap();
            !words.ask(&request, &alone).unwrap().by.is_empty()
        })
    };
    Applies {
        id: one.rule.id.clone(),
        needs: one.rule.needs.clone(),
        forbids: one.policy.effect() == cedar_policy::Effect::Forbid,
        run: of(Question::Run),
        propose: of(Question::Propose),
    }
}

/// What becomes of every point, and which policy is seen to decide where.
#[derive(PartialEq)]
pub(super) struct Judged {
    run: Bits,
    propose: Bits,
    seen: Vec<(String, std::collections::BTreeSet<Obligation>, Bits)>,
}

pub(super) fn judged(all: &[Applies]) -> Judged {
    let any = |forbids: bool, of: fn(&Applies) -> &Bits| {
        let some = all.iter().filter(|one| one.forbids == forbids);
        some.fold(vec![0; words_in_all()], |bits, one| or(&bits, of(one)))
    };
    let run = without(&any(false, |one| &one.run), &any(true, |one| &one.run));
    let propose = without(&any(false, |one| &one.propose), &any(true, |one| &one.propose));
    let (allow, ask) = (and(&run, &propose), without(&propose, &run));
    let seen = all.iter().map(|one| {
        let bits = match one.forbids {
            true => zip(&and(&one.run, &ask), &without(&one.propose, &propose), |a, b| {
                a | b
            }),
            false => and(&one.run, &allow),
        };
        (one.id.clone(), one.needs.clone(), bits)
    });
    let seen = seen.filter(|(_, _, bits)| !none(bits)).collect();
    Judged { run, propose, seen }
}

pub(super) fn shipped_table(words: &Words) -> Vec<Applies> {
    shipped(words).iter().map(|one| applies(one, words)).collect()
}

fn is(name: &str, value: usize) -> Bits {
    let place = dimension(name);
    bits(&[name], |point| point[place] == value)
}

/// The first property that does not hold, with facts for which it does not.
pub(super) fn broken(judged: &Judged) -> Option<(&'static str, Facts)> {
    let allow = and(&judged.run, &judged.propose);
    let any = |parts: &[&Bits]| {
        parts
            .iter()
            .fold(vec![0; words_in_all()], |all, part| or(&all, part))
    };
    let (read, egress, granted) = (is("sideEffect", 0), is("egress", 1), is("granted", 0));
    let changes = any(&[
        &egress,
        &is("sideEffect", 2),
        &is("sideEffect", 3),
        &is("sideEffect", 4),
    ]);
    let leaves = is("local", 1);
    let secret = is("confidentiality", 3);
    let only_reads = without(&read, &egress);
    let stopped = and(&is("stopped", 1), &without(&leaves, &only_reads));
    let never = any(&[
        &without(&is("quarantined", 1), &only_reads),
        &is("pinned", 1),
        &is("rightAccount", 1),
        &and(&secret, &leaves),
        &stopped,
    ]);
    let not_for_all = and(
        &or(&is("confidentiality", 2), &secret),
        &is("destinationsMayRead", 1),
    );
    let origin = or(&is("fromText", 1), &is("fromNowhere", 1));
    let final_ = any(&[&is("severe", 1), &is("undo", 3), &is("sideEffect", 4)]);
    let many = without(&or(&is("count", 2), &is("count", 3)), &read);
    let rules: [(&str, Bits); 9] = [
        ("what runs may be proposed", without(&judged.run, &judged.propose)),
        (
            "no change runs without a grant",
            without(&and(&judged.run, &changes), &granted),
        ),
        (
            "what is never done is denied, and nothing else",
            zip(&never, &judged.propose, |a, b| !(a ^ b)),
        ),
        (
            "no grant counts after a text from outside",
            and(&allow, &and(&changes, &is("integrity", 3))),
        ),
        (
            "confidential content goes to its readers",
            and(&allow, &and(&or(&egress, &is("sideEffect", 3)), &not_for_all)),
        ),
        (
            "no grant counts for values from texts or nowhere",
            and(&allow, &and(&changes, &origin)),
        ),
        ("what can't be taken back is asked", and(&allow, &final_)),
        ("no more than a card holds", and(&allow, &many)),
        ("what no rule asks about runs", {
            let asks = any(&[
                &without(&changes, &granted),
                &and(&changes, &is("integrity", 3)),
                &and(&changes, &origin),
                &and(&or(&egress, &is("sideEffect", 3)), &not_for_all),
                &final_,
                &many,
            ]);
            without(&without(&judged.propose, &asks), &allow)
        }),
    ];
    rules
        .into_iter()
        .find_map(|(name, wrong)| Some((name, first(&wrong)?)))
        .or_else(|| milder(&allow, &judged.propose))
}

/// Where one fact is stricter, all others are the same, and the verdict is milder.
fn milder(allow: &Bits, propose: &Bits) -> Option<(&'static str, Facts)> {
    let ordered = DIMENSIONS
        .iter()
        .enumerate()
        .filter(|(_, one)| !["sideEffect", "undo"].contains(&one.name));
    for (place, Dimension { name, size, .. }) in ordered {
        let further = stride(place.max(LOW));
        // Of each pair in a word, the place of the milder.
        let low = (0..64u32)
            .filter(|bit| bit >> place.min(LOW) & 1 == 0)
            .fold(0u64, |all, bit| all | 1 << bit);
        for word in 0..words_in_all() {
            if place >= LOW && word / further % size + 1 == *size {
                continue;
            }
            let step = |bits: &Bits| match place < LOW {
                true => (bits[word] & low, bits[word] >> (1 << place) & low),
                false => (bits[word], bits[word + further]),
            };
            let ((allowed, still_allowed), (asked, still_asked)) = (step(allow), step(propose));
            if still_allowed & !allowed | still_asked & !asked != 0 {
                let mut all = vec![0; words_in_all()];
                all[word] = still_allowed & !allowed | still_asked & !asked;
                return first(&all).map(|facts| (*name, facts));
            }
        }
    }
    None
}

#[test]
fn the_shipped_policies_keep_every_property_at_every_point() {
    let words = words();
    let judged = judged(&shipped_table(&words));
    assert_eq!(broken(&judged), None);
    assert_eq!(words_in_all() * 64, 2_621_440);
}

proptest! {
    #[test]
    fn the_table_says_what_the_rules_say(values in prop::collection::vec(any::<prop::sample::Index>(), 16)) {
        // Made once: a test is a thread.
        thread_local! {
            static MADE: (Policies, Judged) = {
                let words = words();
                (Policies::shipped().unwrap(), judged(&shipped_table(&words)))
            };
        }
        let mut point = [0; 16];
        for (place, value) in values.iter().enumerate() {
            point[place] = value.index(DIMENSIONS[place].size);
        }
        let word: usize = (LOW..16).map(|place| point[place] * stride(place)).sum();
        let bit: usize = (0..LOW).map(|place| point[place] << place).sum();
        let has = |bits: &Bits| bits[word] >> bit & 1 == 1;
        MADE.with(|(policies, judged)| {
            let verdict = policies.judge(&at(&point));
            let decision = match (has(&judged.propose), has(&judged.run)) {
                (false, _) => Decision::Deny,
                (true, false) => Decision::Ask,
                (true, true) => Decision::Allow,
            };
            prop_assert_eq!(verdict.decision, decision);
            let seen: Vec<&str> =
                judged.seen.iter().filter(|(_, _, bits)| has(bits)).map(|(id, ..)| id.as_str()).collect();
            let deciding: Vec<&str> = verdict.deciding.iter().map(|one| one.policy.as_str()).collect();
            prop_assert_eq!(deciding, seen);
            Ok(())
        })?;
    }
}
