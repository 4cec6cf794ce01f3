mod cards;
mod granted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use domain::{
    ActionId, Argument, Confidentiality, Integrity, Operation, Origin, Parameter, Readers, Repeat, Role,
    SourceRef,
};
use domain::{Taint, Target, Undo};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::grants::{Bound, Grant, Uncovered, Used};
use crate::policy::{Decision, Facts, Obligation, Policies, PolicyFile, Proposer, Situation};

const NOW: i64 = 1_800_000_000_000;
const KEY: SealKey<'static> = SealKey(&[7; 32]);

/// A yes to a card of so many lines, of the actions 1, 2 and so on.
fn named(count: usize) -> Binding<'static> {
    static ACTIONS: LazyLock<Vec<ActionId>> = LazyLock::new(|| (1..=30).map(ActionId).collect());
    Binding {
        name: "approval-1".into(),
        actions: &ACTIONS[..count],
        key: KEY,
    }
}

/// What stands on an approval for the very request of this effect; the first action where none does.
fn used_for<'a>(approval: &'a Approval, effect: &Effect, situation: &Situation) -> Warrant<'a> {
    let request = request_digest(effect, &situation.account).unwrap();
    let own = |id: &ActionId| approval.line(*id).is_some_and(|line| line.request == request);
    Warrant::Approval {
        approval,
        action: (1..=30).map(ActionId).find(own).unwrap_or(ActionId(1)),
        key: KEY,
        used: false,
    }
}

fn operation() -> Operation {
    let parameter = |role| Parameter {
        required: false,
        role,
        integrity: Integrity::Text,
        schema: json!({}),
    };
    Operation {
        system: "demo-company".parse().unwrap(),
        name: "crm.deals.update".into(),
        summary: "Changes a deal.".into(),
        kind: "crm.deals".into(),
        side_effect: SideEffect::Write,
        repeat: Repeat::Unchanging,
        undo: Some(Undo::Restorable),
        severe: false,
        egress: false,
        parameters: BTreeMap::from([
            ("id".into(), parameter(Role::Target)),
            ("to".into(), parameter(Role::Recipient)),
            ("value".into(), parameter(Role::Amount)),
            ("note".into(), parameter(Role::Words)),
            ("stage".into(), parameter(Role::Value)),
        ]),
        definition: "d1".into(),
    }
}

fn effect() -> Effect {
    let user = |value| Argument {
        value,
        origin: Origin::User,
    };
    Effect {
        system: "demo-company".parse().unwrap(),
        operation: "crm.deals.update".into(),
        definition: "d1".into(),
        target: Some(Target {
            kind: "crm.deals".into(),
            id: "deal-4711".into(),
            version: Some("v7".into()),
        }),
        arguments: BTreeMap::from([
            ("id".into(), user(json!("deal-4711"))),
            ("value".into(), user(json!(125000))),
            ("stage".into(), user(json!("won"))),
            (
                "note".into(),
                user(json!({"text": "As agreed.", "tags": ["a", true, null]})),
            ),
        ]),
    }
}

fn situation() -> Situation {
    Situation {
        proposer: Proposer::Model("local".into()),
        account: "ana@corp.example".into(),
        chosen_account: "ana@corp.example".into(),
        pinned: Some("d1".into()),
        count: 1,
        organisation: BTreeSet::from(["corp.example".into()]),
        context: Taint::user(),
        stopped: false,
        quarantined: false,
    }
}

fn policies() -> &'static Policies {
    static SHIPPED: LazyLock<Policies> = LazyLock::new(|| Policies::shipped().unwrap());
    &SHIPPED
}

fn with(text: &str) -> Policies {
    Policies::with_company(&[PolicyFile {
        name: "ours.cedar".into(),
        text: text.into(),
    }])
    .unwrap()
}

fn line(effect: &Effect, operation: &Operation, situation: &Situation, policies: &Policies) -> Line {
    let facts = Facts::of(effect, operation, situation);
    Line::new(effect, &situation.account, &facts, &policies.judge(&facts)).unwrap()
}

fn card(lines: Vec<Line>, policies: &Policies) -> Result<Card, CardError> {
    Card::new(lines, policies.digest(), NOW, NOW + CARD_LASTS_MS)
}

const ANA: Hand<'_> = Hand {
    by: "ana",
    word: None,
};

fn yes(card: &Card, hand: Hand<'_>) -> Result<Approval, CardError> {
    let all = vec![Choice::Approve; card.lines().len()];
    card.approve(&all, card.digest(&all)?, hand, named(all.len()), NOW + 600)
}

fn approved(effect: &Effect, operation: &Operation, situation: &Situation, policies: &Policies) -> Approval {
    yes(
        &card(vec![line(effect, operation, situation, policies)], policies).unwrap(),
        ANA,
    )
    .unwrap()
}

fn attempt(
    effect: &Effect,
    situation: &Situation,
    approval: &Approval,
) -> Result<Authorized<Effect>, Refusal> {
    let warrant = used_for(approval, effect, situation);
    authorize(policies(), effect, &operation(), situation, warrant, NOW + 1000)
}

#[test]
fn what_was_approved_may_be_done_once() {
    let (policies, effect, situation) = (policies(), effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies);
    let right = attempt(&effect, &situation, &approval).unwrap();
    assert_eq!(right.what(), &effect);
    assert_eq!(
        right.request(),
        request_digest(&effect, "ana@corp.example").unwrap()
    );
    assert_eq!(right.ground(), &Ground::Approval("approval-1".into()));
    assert_eq!(right.until(), Some(NOW + CARD_LASTS_MS));
    assert_eq!(right.verdict().decision, Decision::Ask);
    let again = Warrant::Approval {
        approval: &approval,
        action: ActionId(1),
        key: KEY,
        used: true,
    };
    let refused = authorize(policies, &effect, &operation(), &situation, again, NOW + 1000).unwrap_err();
    assert!(matches!(refused, Refusal::Used));
}

/// Every place in a JSON text where a byte can be another one.
fn one_byte_off<T: serde::de::DeserializeOwned + PartialEq>(
    text: &str,
    mut each: impl FnMut(T, usize),
) -> usize {
    let mut tried = 0;
    for place in 0..text.len() {
        for other in [b'0', b'1', b'9', b'a', b'z', b'-', b' ', b'.', b'"'] {
            let mut bytes = text.as_bytes().to_vec();
            if bytes[place] == other {
                continue;
            }
            bytes[place] = other;
            if let Ok(value) = serde_json::from_slice::<T>(&bytes) {
                tried += 1;
                each(value, place);
            }
        }
    }
    tried
}

#[test]
fn one_byte_changed_after_approval_is_refused() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    let text = serde_json::to_string(&effect).unwrap();
    let mut sent = 0;
    let tried = one_byte_off::<Effect>(&text, |other, place| {
        if other == effect {
            sent += 1;
            return;
        }
        match attempt(&other, &situation, &approval) {
            Err(Refusal::RecordChanged) => assert_ne!(other.target, effect.target),
            Err(Refusal::OtherRequest | Refusal::Denied(_)) => {}
            otherwise => panic!("byte {place}: {other:?} {otherwise:?}"),
        }
    });
    assert!(tried > 700 && sent < tried / 10, "{tried} {sent}");
}

#[test]
fn another_version_of_the_record_is_told_as_such() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    for version in [Some("v8".to_owned()), Some(String::new()), None] {
        let mut other = effect.clone();
        other.target.as_mut().unwrap().version = version;
        assert!(matches!(
            attempt(&other, &situation, &approval),
            Err(Refusal::RecordChanged)
        ));
    }
}

#[test]
fn one_byte_changed_in_a_kept_approval_is_refused() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    let kept = serde_json::to_string(&approval).unwrap();
    assert_eq!(serde_json::from_str::<Approval>(&kept).unwrap(), approval);
    let tried = one_byte_off::<Approval>(&kept, |other, place| {
        if other != approval {
            assert!(!other.holds(KEY), "byte {place}");
            assert!(
                matches!(attempt(&effect, &situation, &other), Err(Refusal::Seal)),
                "byte {place}"
            );
            assert!(other.countersigned("bob", KEY).is_err(), "byte {place}");
        }
    });
    assert!(tried > 500, "{tried}");
}

#[test]
fn an_approval_counts_for_its_own_action_and_with_the_key_of_this_installation() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    let of = |action: i64, key: SealKey<'_>| {
        let warrant = Warrant::Approval {
            approval: &approval,
            action: ActionId(action),
            key,
            used: false,
        };
        authorize(policies(), &effect, &operation(), &situation, warrant, NOW + 1000).map(|_| ())
    };
    assert!(of(1, KEY).is_ok());
    // The very same request under another name.
    assert!(matches!(of(2, KEY), Err(Refusal::Seal)));
    let other = SealKey(&[8; 32]);
    assert!(matches!(of(1, other), Err(Refusal::Seal)));
    assert!(matches!(
        approval.clone().countersigned("bob", other),
        Err(CardError::Seal)
    ));
    assert_eq!(format!("{KEY:?}"), "SealKey");
}

#[test]
fn where_a_value_was_seen_is_no_part_of_what_is_sent() {
    let mut other = effect();
    other.arguments.get_mut("stage").unwrap().origin = Origin::Nowhere;
    let digest = |effect: &Effect| request_digest(effect, "a").unwrap();
    assert_eq!(digest(&other), digest(&effect()));
    assert_ne!(digest(&effect()), request_digest(&effect(), "b").unwrap());
}

#[test]
fn numbers_that_cannot_be_told_apart_are_refused() {
    for (value, fine) in [
        (json!(9_007_199_254_740_991_u64), true),
        (json!(9_007_199_254_740_992_u64), false),
        (json!(-9_007_199_254_740_993_i64), false),
        (json!(u64::MAX), false),
        (json!(0.1), true),
    ] {
        let mut effect = effect();
        effect.arguments.get_mut("value").unwrap().value = json!([{ "deep": value }]);
        assert_eq!(request_digest(&effect, "a").is_ok(), fine, "{value}");
    }
}

#[test]
fn an_approval_is_for_its_time_its_account_and_its_rules() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    let warrant = used_for(&approval, &effect, &situation);
    let at = |policies: &Policies, situation: &Situation, now| {
        authorize(policies, &effect, &operation(), situation, warrant, now).map(|_| ())
    };
    assert!(at(policies(), &situation, NOW + 600).is_ok());
    assert!(at(policies(), &situation, NOW + CARD_LASTS_MS - 1).is_ok());
    assert!(matches!(
        at(policies(), &situation, NOW + CARD_LASTS_MS),
        Err(Refusal::Expired)
    ));
    assert!(matches!(
        at(policies(), &situation, NOW + 599),
        Err(Refusal::Clock)
    ));
    let stricter = with(
        "@id(\"ours\") @why(\"Because.\") forbid (principal, action, resource) when { context.count > 9 };",
    );
    assert!(matches!(
        at(&stricter, &situation, NOW + 600),
        Err(Refusal::OtherPolicy)
    ));
    let other = Situation {
        account: "bob@corp.example".into(),
        chosen_account: "bob@corp.example".into(),
        ..situation.clone()
    };
    assert!(matches!(
        at(policies(), &other, NOW + 600),
        Err(Refusal::OtherRequest)
    ));
    for never in [
        Situation {
            stopped: true,
            ..situation.clone()
        },
        Situation {
            quarantined: true,
            ..situation.clone()
        },
        Situation {
            pinned: Some("d2".into()),
            ..situation.clone()
        },
        Situation {
            pinned: None,
            ..situation.clone()
        },
        Situation {
            chosen_account: "bob@corp.example".into(),
            ..situation.clone()
        },
    ] {
        assert!(
            matches!(at(policies(), &never, NOW + 600), Err(Refusal::Denied(_))),
            "{never:?}"
        );
    }
}

#[test]
fn what_the_card_did_not_show_is_not_approved_by_it() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    // The same request, which now rests on a text from outside.
    let mut other = effect.clone();
    other.arguments.get_mut("stage").unwrap().origin = Origin::Within {
        source: SourceRef {
            kind: "mail".into(),
            object: "m".into(),
            revision: "1".into(),
            span: Some((0, 3)),
        },
    };
    assert!(matches!(
        attempt(&other, &situation, &approval),
        Err(Refusal::Unmet(Obligation::Red))
    ));
    let shown = approved(&other, &operation(), &situation, policies());
    assert!(attempt(&other, &situation, &shown).is_ok());
}

#[test]
fn the_key_is_made_of_the_action_and_exactly_this_request() {
    let (effect, situation) = (effect(), situation());
    let approval = approved(&effect, &operation(), &situation, policies());
    let right = attempt(&effect, &situation, &approval).unwrap();
    let again = attempt(&effect, &situation, &approval).unwrap();
    assert_eq!(right.key_material("a1"), again.key_material("a1"));
    assert_ne!(right.key_material("a1"), right.key_material("a2"));
    assert!(right.key_material("a1").ends_with(&right.request().0));
}

#[test]
fn an_authorisation_is_not_copied_and_not_read_from_a_file() {
    // Each call is ambiguous, and so does not compile, as soon as the type has the trait.
    trait Absent<Marker> {
        fn holds() {}
    }
    struct Present;
    impl<T> Absent<()> for T {}
    impl<T: Clone> Absent<Present> for T {}
    <Authorized<Effect> as Absent<_>>::holds();

    trait Unread<Marker> {
        fn holds() {}
    }
    impl<T> Unread<()> for T {}
    impl<T: serde::de::DeserializeOwned> Unread<Present> for T {}
    <Authorized<Effect> as Unread<_>>::holds();
}
