use super::*;

#[test]
fn the_rules_alone_allow_reading_and_no_change() {
    let reading = Operation {
        side_effect: SideEffect::Read,
        undo: None,
        ..operation()
    };
    let (policies, effect, situation) = (policies(), effect(), situation());
    let read = authorize(policies, &effect, &reading, &situation, Warrant::Rules, NOW).unwrap();
    assert_eq!((read.ground(), read.until()), (&Ground::Rules, None));
    let change = authorize(policies, &effect, &operation(), &situation, Warrant::Rules, NOW);
    assert!(matches!(change, Err(Refusal::Asks(_))));
}

fn grant() -> Grant {
    Grant {
        id: "grant-1".into(),
        system: "demo-company".parse().unwrap(),
        account: "ana@corp.example".into(),
        operation: "crm.deals.update".into(),
        definition: "d1".into(),
        policy: policies().digest(),
        arguments: BTreeMap::from([
            (
                "id".into(),
                Bound::OneOf(vec![json!("deal-4711"), json!("deal-4712")]),
            ),
            ("value".into(), Bound::UpTo(130_000)),
            ("stage".into(), Bound::Exactly(json!("won"))),
            (
                "note".into(),
                Bound::Exactly(json!({"tags": ["a", true, null], "text": "As agreed."})),
            ),
        ]),
        count: 2,
        amount: Some(250_000),
        from: NOW,
        until: NOW + 1000,
        revoked: false,
    }
}

fn by(grant: &Grant, effect: &Effect, situation: &Situation, used: Used, now: i64) -> Result<Used, Refusal> {
    let warrant = Warrant::Grant { grant, used };
    let right = authorize(policies(), effect, &operation(), situation, warrant, now)?;
    match right.ground() {
        Ground::Grant { used, .. } => Ok(*used),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_allowed_beforehand_is_used_up() {
    let first = by(&grant(), &effect(), &situation(), Used::default(), NOW).unwrap();
    assert_eq!((first.count, first.amount), (1, 125_000));
    let second = by(&grant(), &effect(), &situation(), first, NOW).unwrap();
    assert_eq!((second.count, second.amount), (2, 250_000));
    let third = by(&grant(), &effect(), &situation(), second, NOW).unwrap_err();
    assert!(matches!(
        third,
        Refusal::Uncovered(Uncovered::Count { most: 2, used: 2 })
    ));
    let more = Grant { count: 9, ..grant() };
    let third = by(&more, &effect(), &situation(), second, NOW).unwrap_err();
    assert!(matches!(
        third,
        Refusal::Uncovered(Uncovered::Amount {
            most: 250_000,
            used: 250_000
        })
    ));
    let together = Situation {
        count: 3,
        ..situation()
    };
    assert!(by(&grant(), &effect(), &together, Used::default(), NOW).is_err());
}

#[test]
fn a_grant_says_why_it_does_not_cover() {
    let refused = |grant: &Grant, effect: &Effect, situation: &Situation, now| match by(
        grant,
        effect,
        situation,
        Used::default(),
        now,
    ) {
        Err(Refusal::Uncovered(why)) => why,
        other => panic!("{other:?}"),
    };
    let with = |name: &str, value: Value| {
        let mut effect = effect();
        let argument = Argument {
            value,
            origin: Origin::User,
        };
        effect.arguments.insert(name.into(), argument);
        effect
    };
    let of = |effect: &Effect| refused(&grant(), effect, &situation(), NOW);
    assert_eq!(of(&with("id", json!("deal-4713"))), Uncovered::Value("id".into()));
    assert_eq!(
        of(&with("value", json!(130_001))),
        Uncovered::Value("value".into())
    );
    assert_eq!(of(&with("value", json!(-1))), Uncovered::Value("value".into()));
    assert_eq!(
        of(&with("value", json!("125000"))),
        Uncovered::Value("value".into())
    );
    assert_eq!(of(&with("stage", json!("Won"))), Uncovered::Value("stage".into()));
    assert_eq!(of(&with("also", json!(1))), Uncovered::Unmentioned("also".into()));
    let mut fewer = effect();
    fewer.arguments.remove("stage");
    assert_eq!(of(&fewer), Uncovered::Missing("stage".into()));

    let as_is = |grant: Grant| refused(&grant, &effect(), &situation(), NOW);
    assert_eq!(
        as_is(Grant {
            revoked: true,
            ..grant()
        }),
        Uncovered::Revoked
    );
    assert_eq!(
        as_is(Grant {
            policy: Digest::default(),
            ..grant()
        }),
        Uncovered::Policy
    );
    assert!(matches!(
        as_is(Grant {
            definition: "d0".into(),
            ..grant()
        }),
        Uncovered::Definition(_)
    ));
    assert!(matches!(
        as_is(Grant {
            operation: "crm.deals.close".into(),
            ..grant()
        }),
        Uncovered::Operation(_)
    ));
    assert!(matches!(
        as_is(Grant {
            system: "other".parse().unwrap(),
            ..grant()
        }),
        Uncovered::Operation(_)
    ));
    assert!(matches!(
        as_is(Grant {
            account: "bob@corp.example".into(),
            ..grant()
        }),
        Uncovered::Account(_)
    ));
    for now in [NOW - 1, NOW + 1000] {
        assert_eq!(refused(&grant(), &effect(), &situation(), now), Uncovered::Time);
    }
    let mut outside = situation();
    outside.context.integrity = Integrity::Text;
    assert_eq!(
        refused(&grant(), &effect(), &outside, NOW),
        Uncovered::OutsideText
    );
    let mut nowhere = effect();
    nowhere.arguments.get_mut("id").unwrap().origin = Origin::Nowhere;
    assert_eq!(of(&nowhere), Uncovered::Origin);
}

#[test]
fn a_grant_stops_where_the_rules_do() {
    let severe = Operation {
        severe: true,
        ..operation()
    };
    let grant_of = grant();
    let warrant = Warrant::Grant {
        grant: &grant_of,
        used: Used::default(),
    };
    assert!(matches!(
        authorize(policies(), &effect(), &severe, &situation(), warrant, NOW),
        Err(Refusal::Asks(_))
    ));
    let stopped = Situation {
        stopped: true,
        ..situation()
    };
    assert!(matches!(
        by(&grant(), &effect(), &stopped, Used::default(), NOW),
        Err(Refusal::Denied(_))
    ));
}

proptest! {
    #[test]
    fn a_grant_never_covers_another_value(id in "deal-[0-9]{4}", stage in "won|Won|lost|\\PC{0,4}", value in -10..200_000i64) {
        let mut effect = effect();
        effect.arguments.get_mut("id").unwrap().value = json!(id);
        effect.arguments.get_mut("stage").unwrap().value = json!(stage);
        effect.arguments.get_mut("value").unwrap().value = json!(value);
        let covered = by(&grant(), &effect, &situation(), Used::default(), NOW).is_ok();
        let promised = ["deal-4711", "deal-4712"].contains(&id.as_str()) && stage == "won" && (0..=130_000).contains(&value);
        prop_assert_eq!(covered, promised);
    }
}

#[test]
fn facts_are_what_the_proposal_is_and_not_what_it_says() {
    let seen = |origin| {
        let mut effect = effect();
        effect.arguments.get_mut("note").unwrap().origin = origin;
        effect
    };
    let of = |effect: &Effect, situation: &Situation| Facts::of(effect, &operation(), situation);
    let source = SourceRef {
        kind: "mail".into(),
        object: "m".into(),
        revision: "1".into(),
        span: None,
    };
    // Words are composed; a card shows them anyway.
    let words = of(
        &seen(Origin::Within {
            source: source.clone(),
        }),
        &situation(),
    );
    assert!(!words.from_text && !words.from_nowhere);
    let mut amount = effect();
    amount.arguments.insert(
        "value".into(),
        Argument {
            value: json!(500),
            origin: Origin::Nowhere,
        },
    );
    assert!(!of(&amount, &situation()).from_nowhere);
    amount.arguments.insert(
        "value".into(),
        Argument {
            value: json!(500_000),
            origin: Origin::Nowhere,
        },
    );
    assert!(of(&amount, &situation()).from_nowhere);
    assert_eq!(of(&amount, &situation()).amount, 500_000);

    // Whatever a proposal says of itself, another definition, name or system than the pinned one is not that.
    let mut other = effect();
    other.definition = "d2".into();
    assert!(!of(&other, &situation()).pinned);
    let mut other = effect();
    other.operation = "crm.deals.get".into();
    assert!(!of(&other, &situation()).pinned);

    let to = |list: Value| {
        let mut effect = effect();
        effect.arguments.insert(
            "to".into(),
            Argument {
                value: list,
                origin: Origin::User,
            },
        );
        effect
    };
    let confidential = |readers: &[&str]| {
        let mut situation = situation();
        situation.context = Taint {
            integrity: Integrity::User,
            confidentiality: Confidentiality::Confidential,
            readers: Readers::Only(readers.iter().map(|text| (*text).to_owned()).collect()),
            sources: BTreeSet::new(),
        };
        situation
    };
    let told = of(
        &to(json!(["Bob <BOB@corp.example>"])),
        &confidential(&["corp.example"]),
    );
    assert!(told.egress && !told.outside && told.destinations_may_read);
    let told = of(
        &to(json!(["bob@corp.example", "x@rival.example"])),
        &confidential(&["corp.example"]),
    );
    assert!(told.egress && told.outside && !told.destinations_may_read);
    assert!(!of(&effect(), &confidential(&["corp.example"])).destinations_may_read);
    assert!(of(&effect(), &situation()).destinations_may_read && !of(&effect(), &situation()).egress);
    let draft = Operation {
        side_effect: SideEffect::Draft,
        ..operation()
    };
    assert!(!Facts::of(&to(json!("x@rival.example")), &draft, &situation()).egress);

    // What the description says of money and of others counts whatever the proposal looks like.
    let told = Operation {
        severe: true,
        egress: true,
        ..operation()
    };
    let facts = Facts::of(&effect(), &told, &situation());
    assert!(facts.severe && facts.egress && !facts.local);
}

#[test]
fn what_is_about_money_or_goes_to_others_is_asked_as_such() {
    let judged = |operation: Operation, situation: &Situation| {
        let facts = Facts::of(&effect(), &operation, situation);
        policies().judge(&facts)
    };
    let severe = judged(
        Operation {
            severe: true,
            ..operation()
        },
        &situation(),
    );
    assert_eq!(
        severe.obligations,
        BTreeSet::from([Obligation::Alone, Obligation::TypedWord])
    );
    let mut confidential = situation();
    confidential.context = Taint {
        confidentiality: Confidentiality::Confidential,
        readers: Readers::Only(BTreeSet::new()),
        ..Taint::user()
    };
    let egress = |egress| Operation {
        egress,
        ..operation()
    };
    assert!(judged(egress(false), &confidential).obligations.is_empty());
    assert!(
        judged(egress(true), &confidential)
            .obligations
            .contains(&Obligation::Red)
    );
    // Searching elsewhere takes words along.
    let search = |egress| Operation {
        side_effect: SideEffect::Read,
        undo: None,
        egress,
        ..operation()
    };
    assert_eq!(judged(search(false), &situation()).decision, Decision::Allow);
    assert_eq!(judged(search(true), &situation()).decision, Decision::Ask);
}
