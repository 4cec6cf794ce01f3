use serde_json::json;

use super::*;

fn faults(text: &str) -> Vec<Fault> {
    Policies::with_company(&[file("ours.cedar", text)]).unwrap_err().0
}

/// A policy with this annotation in front and this condition behind.
fn policy(annotations: &str, rest: &str) -> String {
    format!("\n{annotations}\nforbid (principal, action == Action::\"run\", resource)\n{rest};")
}

const NAMED: &str = r#"@id("ours") @why("Because.")"#;

#[test]
fn a_policy_that_is_not_as_the_schema_has_it_is_refused_by_file_name_and_line() {
    let wrong = [
        policy(NAMED, "when { context.discount > 20 }"),
        policy(NAMED, r#"when { context.sideEffect == SideEffect::"wirte" }"#),
        policy(NAMED, r#"when { context.sideEffect == "write" }"#),
        policy(NAMED, "when { context.count }"),
        policy(NAMED, "when { principal.name == \"x\" }"),
        policy(NAMED, "when { resource == Operation::\"x\" }"),
        // It can never apply.
        policy(NAMED, r#"when { context.count > 5 && false }"#),
        // Another letter that looks the same.
        policy(NAMED, "when { context.operation == \"c\u{433}m.deals.update\" }"),
    ];
    for text in wrong {
        let faults = faults(&text);
        let fault = &faults[0];
        assert_eq!(
            (fault.file.as_str(), fault.line, fault.policy.as_deref()),
            ("ours.cedar", Some(2), Some("ours")),
            "{text}"
        );
        let words = fault.to_string();
        assert!(
            words.starts_with("`ours.cedar`, line 2, policy `ours`: "),
            "{words}"
        );
        assert!(
            words.ends_with("as there.") || words.ends_with("take it out."),
            "{words}"
        );
    }
}

#[test]
fn a_text_that_is_no_policy_is_refused_with_its_line() {
    let faults =
        faults("@id(\"a\") @why(\"B.\")\nforbid (principal, action, resource)\nwhen { context.count > };");
    assert_eq!((faults[0].line, faults.len()), (Some(3), 1), "{faults:?}");
    assert!(faults[0].to_string().contains("@why"), "{faults:?}");
}

#[test]
fn a_policy_says_its_name_and_why_and_nothing_that_means_nothing() {
    for (annotations, part) in [
        (r#"@why("Because.")"#, "has no `@id`"),
        (r#"@id("Our Rule") @why("Because.")"#, "is no name"),
        (r#"@id("ours")"#, "does not say why"),
        (r#"@id("ours") @why(" ")"#, "does not say why"),
        (
            r#"@id("ours") @why("Because.") @need("red")"#,
            "`@need` means nothing",
        ),
        (
            r#"@id("ours") @why("Because.") @needs("read")"#,
            "`read` in `@needs`",
        ),
        (
            r#"@id("ours") @why("Because.") @needs("at-most 0")"#,
            "`at-most 0` in `@needs`",
        ),
        (r#"@id("ours") @why("Because.") @needs("")"#, "`` in `@needs`"),
        (
            r#"@id("reading") @why("Because.")"#,
            "`default.cedar` has a policy with this `@id` too",
        ),
    ] {
        let faults = faults(&policy(annotations, ""));
        assert!(faults[0].message.contains(part), "{annotations}: {faults:?}");
        assert_eq!((faults[0].file.as_str(), faults[0].line), ("ours.cedar", Some(2)));
    }
}

#[test]
fn what_a_card_needs_stands_where_there_is_a_card() {
    for rest in [
        "permit (principal, action == Action::\"run\", resource)",
        "forbid (principal, action == Action::\"propose\", resource)",
        "forbid (principal, action, resource)",
    ] {
        let faults = faults(&format!(
            "{NAMED} @needs(\"red\") {rest} when {{ context.severe }};"
        ));
        assert!(faults[0].message.contains("makes none"), "{rest}: {faults:?}");
    }
}

#[test]
fn a_template_is_no_policy() {
    let faults = faults(&format!(
        "{NAMED} forbid (principal == ?principal, action, resource);"
    ));
    assert!(faults[0].message.contains("?principal"), "{faults:?}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let files = [file("a.cedar", &policy("", "")), file("b.cedar", "forbid")];
    let said = Policies::with_company(&files).unwrap_err().to_string();
    assert!(
        said.contains("`a.cedar`, line") && said.contains("`b.cedar`, line"),
        "{said}"
    );
}

#[test]
fn rules_that_cannot_be_read_deny_everything_and_say_so() {
    let closed = Policies::or_closed(Policies::with_company(&[file("ours.cedar", "forbid")]));
    let verdict = closed.judge(&facts(json!({"side_effect": "read"})));
    assert_eq!(verdict.decision, Decision::Deny);
    assert_eq!(verdict.deciding[0].policy, Deciding::FAILURE);
    assert!(verdict.explain().to_string().contains("`ours.cedar`"));
    assert_ne!(closed.digest(), Policies::shipped().unwrap().digest());
    assert!(closed.rules().is_empty());
}

#[test]
fn other_rules_have_another_digest() {
    let text = policy(NAMED, "when { context.count > 5 }");
    let of = |files: &[PolicyFile]| Policies::with_company(files).unwrap().digest();
    let mut digests = vec![
        of(&[]),
        of(&[file("a.cedar", &text)]),
        of(&[file("b.cedar", &text)]),
        of(&[file("a.cedar", &text.replace('5', "6"))]),
        of(&[file("a.cedar", &text), file("b.cedar", "")]),
        of(&[file("a.cedar", &format!("{text}\n"))]),
    ];
    assert_eq!(of(&[file("a.cedar", &text)]), digests[1]);
    digests.sort_by_key(ToString::to_string);
    digests.dedup();
    assert_eq!(digests.len(), 6);
}

#[test]
fn a_policy_about_a_system_counts_for_that_system_however_it_names_it() {
    for scope in [
        r#"resource == System::"crm""#,
        r#"resource in System::"crm""#,
        r#"resource is System in System::"crm""#,
    ] {
        for action in [
            "action",
            r#"action == Action::"propose""#,
            r#"action in [Action::"run", Action::"propose"]"#,
        ] {
            let text = format!("{NAMED} forbid (principal, {action}, {scope});");
            let policies = Policies::with_company(&[file("ours.cedar", &text)]).unwrap();
            let of = |system: &str| policies.judge(&facts(json!({ "system": system }))).decision;
            assert_eq!(
                (of("crm"), of("desk")),
                (Decision::Deny, Decision::Allow),
                "{text}"
            );
        }
    }
}

#[test]
fn an_explanation_answers_what_a_person_would_ask() {
    let policies = Policies::shipped().unwrap();
    let explained = |request| policies.judge(&facts(request)).explain().to_string();
    assert_eq!(
        explained(json!({"side_effect": "read"})),
        "Why was I not asked?\nReading changes nothing."
    );
    assert_eq!(
        explained(json!({"side_effect": "destructive", "granted": true})),
        "Why am I asked?\nIt can't be taken back, or it is about money, credentials or rights.\n\
         It is decided by itself, not together with others.\nYou confirm it by typing a word."
    );
    assert_eq!(
        explained(json!({"side_effect": "write", "right_account": false})),
        "Why is this not allowed?\nIt would be done through another account than the one you chose for this system."
    );
}

#[test]
fn obligations_are_read_as_they_are_written() {
    let text = "red, alone, typed-word, second-signature, at-most 7";
    let read = Obligation::list(text).unwrap();
    let written: Vec<String> = read.iter().map(ToString::to_string).collect();
    assert_eq!(written.join(", "), text);
}
