use domain::{Confidentiality, Integrity, SideEffect, Undo};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn atom() -> impl Strategy<Value = String> {
    let flags = [
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
    let words = [
        ("sideEffect", "SideEffect::\"write\""),
        ("sideEffect", "SideEffect::\"send\""),
        ("undo", "Undo::\"irreversible\""),
        ("integrity", "Integrity::\"text\""),
        ("confidentiality", "Confidentiality::\"secret\""),
        ("confidentiality", "Confidentiality::\"confidential\""),
    ];
    prop_oneof![
        prop::sample::select(flags.to_vec()).prop_map(|flag| format!("context.{flag}")),
        prop::sample::select(words.to_vec()).prop_map(|(name, word)| format!("context.{name} == {word}")),
        (0..40i64).prop_map(|count| format!("context.count > {count}")),
        // This one fails for large amounts.
        Just("context.amount + 1 > 5".to_owned()),
        Just("context.operation like \"crm.*\"".to_owned()),
        Just("principal is Model".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

fn policy() -> impl Strategy<Value = String> {
    let actions = vec![
        "action",
        "action == Action::\"run\"",
        "action == Action::\"propose\"",
    ];
    let kinds = vec!["when", "unless"];
    (
        any::<bool>(),
        prop::sample::select(actions),
        prop::sample::select(kinds),
        condition(),
    )
        .prop_map(|(permit, action, kind, condition)| {
            let effect = if permit { "permit" } else { "forbid" };
            format!("{effect} (principal, {action}, resource) {kind} {{ {condition} }};")
        })
}

pub(super) fn any_facts() -> impl Strategy<Value = Facts> {
    let side = prop::sample::select(vec![
        SideEffect::Read,
        SideEffect::Draft,
        SideEffect::Write,
        SideEffect::Send,
        SideEffect::Destructive,
    ]);
    let undo = prop::sample::select(vec![
        None,
        Some(Undo::Restorable),
        Some(Undo::Compensable),
        Some(Undo::Irreversible),
    ]);
    let integrity = prop::sample::select(vec![
        Integrity::User,
        Integrity::App,
        Integrity::OwnField,
        Integrity::Text,
    ]);
    let confidentiality = prop::sample::select(vec![
        Confidentiality::Public,
        Confidentiality::Internal,
        Confidentiality::Confidential,
        Confidentiality::Secret,
    ]);
    let proposer = prop::sample::select(vec![
        Proposer::Person,
        Proposer::Workflow("w".into()),
        Proposer::Model("m\"\\ \u{202e}".into()),
    ]);
    let usual = |usual: bool| prop::bool::weighted(if usual { 0.9 } else { 0.1 });
    let flags = (
        usual(false),
        any::<bool>(),
        usual(true),
        usual(true),
        usual(false),
        usual(false),
    );
    let more = (
        any::<bool>(),
        usual(true),
        usual(false),
        usual(false),
        any::<bool>(),
        any::<bool>(),
    );
    let numbers = (0..60u32, prop::sample::select(vec![0, 4, 5, 10_000, i64::MAX]));
    (
        proposer,
        side,
        undo,
        integrity,
        confidentiality,
        flags,
        more,
        numbers,
    )
        .prop_map(
            |(proposer, side_effect, undo, integrity, confidentiality, flags, more, (count, amount))| {
                let (severe, egress, right_account, pinned, stopped, quarantined) = flags;
                let (local, destinations_may_read, from_text, from_nowhere, granted, outside) = more;
                Facts {
                    proposer,
                    side_effect,
                    undo,
                    integrity,
                    confidentiality,
                    severe,
                    egress,
                    right_account,
                    pinned,
                    stopped,
                    quarantined,
                    local,
                    destinations_may_read,
                    from_text,
                    from_nowhere,
                    granted,
                    outside,
                    count,
                    amount,
                    ..facts(json!({"destinations": ["ann@customer.example"]}))
                }
            },
        )
}

/// The company's policies, as far as they are accepted.
fn with(policies: &[String]) -> Option<Policies> {
    let text: String = policies
        .iter()
        .enumerate()
        .map(|(place, text)| format!("@id(\"ours-{place}\") @why(\"Because.\")\n{text}\n"))
        .collect();
    Policies::with_company(&[file("ours.cedar", &text)]).ok()
}

fn changes(facts: &Facts) -> bool {
    facts.egress
        || matches!(
            facts.side_effect,
            SideEffect::Write | SideEffect::Send | SideEffect::Destructive
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_policy_of_a_company_makes_anything_milder(
        policies in prop::collection::vec(policy(), 1..4),
        asked in prop::collection::vec(any_facts(), 24),
    ) {
        let shipped = Policies::shipped().unwrap();
        let Some(company) = with(&policies) else { return Ok(()) };
        for facts in asked {
            let (without, verdict) = (shipped.judge(&facts), company.judge(&facts));
            prop_assert!(verdict.decision >= without.decision, "{facts:?} {verdict:?}");
            // Whatever a company adds, a change that nobody approved or allowed beforehand does not run.
            prop_assert!(verdict.decision != Decision::Allow || facts.granted || !changes(&facts));
            prop_assert!(!verdict.deciding.is_empty());
            prop_assert!(verdict.decision == Decision::Ask || verdict.obligations.is_empty());
        }
    }

    #[test]
    fn one_more_forbid_makes_nothing_milder(
        policies in prop::collection::vec(policy(), 0..3),
        more in policy(),
        asked in prop::collection::vec(any_facts(), 24),
    ) {
        let more = more.replace("permit (", "forbid (");
        let (Some(before), Some(after)) = (with(&policies), with(&[policies.as_slice(), &[more]].concat())) else {
            return Ok(());
        };
        for facts in asked {
            prop_assert!(after.judge(&facts).decision >= before.judge(&facts).decision);
        }
    }
}

/// Policies with scopes of every kind.
fn scoped() -> impl Strategy<Value = String> {
    let proposers = vec![
        "principal",
        "principal is Workflow",
        r#"principal == Workflow::"w""#,
        r#"principal in Person::"you""#,
        r#"principal is Workflow in Workflow::"w""#,
    ];
    let systems = vec![
        "resource",
        r#"resource == System::"demo-company""#,
        r#"resource == System::"other""#,
    ];
    let scope = (prop::sample::select(proposers), prop::sample::select(systems));
    (policy(), scope).prop_map(|(policy, (proposer, system))| {
        policy
            .replacen("(principal, ", &format!("({proposer}, "), 1)
            .replacen("resource)", &format!("{system})"), 1)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn policies_that_are_asked_about_together_say_what_each_says(
        policies in prop::collection::vec(scoped(), 40..80),
        asked in prop::collection::vec(any_facts(), 24),
    ) {
        let words = words();
        let text: String = policies.iter().enumerate()
            .map(|(place, text)| format!("@id(\"ours-{place}\") @why(\"Because.\")\n{text}\n")).collect();
        let mut loaded = shipped(&words);
        loaded.extend(load::file(&file("ours.cedar", &text), &Layer::Company, &words).unwrap());
        let all = PolicySet::from_policies(loaded.iter().map(|one| one.policy.clone())).unwrap();
        for question in [Question::Run, Question::Propose] {
            let slices = Slices::of(&loaded, question, &words).unwrap();
            for facts in &asked {
                let request = words.request(question, facts, words.context(facts).unwrap()).unwrap();
                let sorted = |answer: Result<Answer, String>| answer.map(|mut answer| {
                    answer.by.sort();
                    answer
                }).ok();
                let one_by_one = sorted(words.ask(&request, &all));
                prop_assert_eq!(sorted(slices.ask(facts.system.as_str(), &request, &words)), one_by_one);
            }
        }
    }
}

#[test]
fn five_hundred_policies_say_what_each_of_them_says() {
    let policies: Vec<String> = (0..500)
        .map(|n| format!("forbid (principal, action == Action::\"run\", resource == System::\"s{}\") when {{ context.amount > {n} }};", n % 50))
        .collect();
    let many = with(&policies).unwrap();
    let of = |system: &str, amount| {
        many.judge(&facts(
            json!({"system": system, "amount": amount, "side_effect": "read"}),
        ))
    };
    assert_eq!(of("s7", 7).decision, Decision::Allow);
    let asked = of("s7", 108).deciding;
    assert_eq!(
        asked.iter().map(|one| one.policy.as_str()).collect::<Vec<_>>(),
        ["ours-7", "ours-57", "ours-107"]
    );
    assert_eq!(of("elsewhere", i64::MAX).decision, Decision::Allow);
}
