use super::*;

fn several(count: usize, situation: &Situation, policies: &Policies) -> (Vec<Effect>, Vec<Line>) {
    let effects: Vec<Effect> = (0..count)
        .map(|n| {
            let mut effect = effect();
            effect.target.as_mut().unwrap().id = format!("deal-{n}");
            effect
        })
        .collect();
    let lines = effects
        .iter()
        .map(|effect| line(effect, &operation(), situation, policies))
        .collect();
    (effects, lines)
}

#[test]
fn a_card_approves_what_is_left_and_nothing_that_was_struck_out() {
    let (policies, situation) = (
        policies(),
        Situation {
            count: 3,
            ..situation()
        },
    );
    let (effects, lines) = several(3, &situation, policies);
    let card = card(lines, policies).unwrap();
    let choices = [Choice::Approve, Choice::Strike, Choice::Approve];
    let shown = card.digest(&choices).unwrap();
    let left = card.approve(&choices, shown, ANA, named(3), NOW).unwrap();
    assert_eq!(left.lines().len(), 2);
    assert!(attempt(&effects[0], &situation, &left).is_ok());
    assert!(matches!(
        attempt(&effects[1], &situation, &left),
        Err(Refusal::OtherRequest)
    ));
    assert!(attempt(&effects[2], &situation, &left).is_ok());

    let all = [Choice::Approve; 3];
    assert!(matches!(
        card.approve(&all, shown, ANA, named(3), NOW),
        Err(CardError::NotShown)
    ));
    assert!(matches!(
        card.approve(&choices, shown, ANA, named(2), NOW),
        Err(CardError::Undecided(3))
    ));
    assert!(matches!(card.digest(&[Choice::Strike; 3]), Err(CardError::Empty)));
    assert!(matches!(
        card.digest(&[Choice::Approve; 2]),
        Err(CardError::Undecided(3))
    ));
    for late in [NOW - 1, NOW + CARD_LASTS_MS] {
        assert!(matches!(
            card.approve(&choices, shown, ANA, named(3), late),
            Err(CardError::Expired)
        ));
    }
}

#[test]
fn a_card_holds_no_two_of_the_same_and_no_more_than_it_may() {
    let (policies, crowd) = (
        policies(),
        Situation {
            count: 26,
            ..situation()
        },
    );
    let (effects, lines) = several(26, &crowd, policies);
    let twice = vec![lines[0].clone(), lines[1].clone(), lines[0].clone()];
    assert!(matches!(card(twice, policies), Err(CardError::Twice)));
    assert!(matches!(card(Vec::new(), policies), Err(CardError::Empty)));

    let card = card(lines, policies).unwrap();
    assert!(matches!(
        yes(&card, ANA),
        Err(CardError::TooMany { most: 25, left: 26 })
    ));
    let mut choices = [Choice::Approve; 26];
    choices[3] = Choice::Strike;
    let left = card
        .approve(&choices, card.digest(&choices).unwrap(), ANA, named(26), NOW)
        .unwrap();
    // Whoever sends says how many there are, and lies.
    assert!(matches!(
        attempt(&effects[0], &crowd, &left),
        Err(Refusal::Unmet(Obligation::AtMost(25)))
    ));
    let situation = Situation { count: 25, ..crowd };
    assert!(attempt(&effects[0], &situation, &left).is_ok());
    assert!(attempt(&effects[3], &situation, &left).is_err());
}

#[test]
fn what_cannot_be_taken_back_is_alone_on_its_card_and_needs_the_word() {
    let deletion = Operation {
        side_effect: SideEffect::Destructive,
        undo: Some(Undo::Irreversible),
        ..operation()
    };
    let (policies, effect, situation) = (policies(), effect(), situation());
    let last = line(&effect, &deletion, &situation, policies);
    let (_, mut more) = several(1, &situation, policies);
    more.push(last.clone());
    assert!(matches!(card(more, policies), Err(CardError::Alone)));

    let card = card(vec![last], policies).unwrap();
    for word in [None, Some(""), Some("confirm"), Some("delet")] {
        assert!(matches!(yes(&card, Hand { word, ..ANA }), Err(CardError::Word(word)) if word == "delete"));
    }
    let typed = yes(
        &card,
        Hand {
            word: Some(" Delete "),
            ..ANA
        },
    )
    .unwrap();
    let of = |approval: &Approval| {
        let warrant = used_for(approval, &effect, &situation);
        authorize(policies, &effect, &deletion, &situation, warrant, NOW + 1000).map(|_| ())
    };
    assert!(of(&typed).is_ok());
    // A yes to the harmless operation is none to this one, even if the request reads the same.
    let harmless = approved(&effect, &operation(), &situation, policies);
    assert!(matches!(
        of(&harmless),
        Err(Refusal::Unmet(Obligation::TypedWord))
    ));
}

#[test]
fn a_second_signature_is_another_persons() {
    let policies = with(
        "@id(\"ours\") @why(\"Because.\") @needs(\"second-signature\")\n\
         forbid (principal, action == Action::\"run\", resource) when { context.amount >= 125000 };",
    );
    let (effect, situation) = (effect(), situation());
    let first = approved(&effect, &operation(), &situation, &policies);
    let of = |approval: &Approval| {
        let warrant = used_for(approval, &effect, &situation);
        authorize(&policies, &effect, &operation(), &situation, warrant, NOW + 1000).map(|_| ())
    };
    assert!(matches!(
        of(&first),
        Err(Refusal::Unmet(Obligation::SecondSignature))
    ));
    for same in ["ana", " ANA ", ""] {
        assert!(
            matches!(
                first.clone().countersigned(same, KEY),
                Err(CardError::SamePerson(_))
            ),
            "{same}"
        );
    }
    let both = first.countersigned("bob", KEY).unwrap();
    assert_eq!(both.second(), Some("bob"));
    assert!(of(&both).is_ok());
}

#[test]
fn only_what_is_asked_comes_on_a_card() {
    let (policies, effect, situation) = (
        policies(),
        effect(),
        Situation {
            stopped: true,
            ..situation()
        },
    );
    let facts = Facts::of(&effect, &operation(), &situation);
    let none = Line::new(&effect, "a", &facts, &policies.judge(&facts));
    assert!(matches!(none, Err(CardError::NotAsked(why)) if why.contains("emergency switch")));
}
