use proptest::prelude::*;
use serde_json::json;

use super::*;

fn chain(rows: usize) -> Vec<Row> {
    let mut head = Head::default();
    (0..rows)
        .map(|n| {
            let details = json!({ "turn": n, "who": "you", "sealed": sealed(&[7; 16], "what was asked") });
            let Value::Object(details) = details else {
                unreachable!()
            };
            let row = next(head, 1_700_000_000_000 + n as i64, "answer", details).unwrap();
            head = row.head();
            row
        })
        .collect()
}

fn file(rows: &[Row]) -> Vec<u8> {
    let lines = rows.iter().map(|row| row.to_line().unwrap() + "\n");
    lines.collect::<String>().into_bytes()
}

fn check(bytes: &[u8]) -> Result<Head, Broken> {
    verify_file(&mut Verifier::default(), bytes).unwrap()
}

fn signer() -> Signer {
    Signer::of(&[9; 32])
}

/// With what an anchor has: the last of these rows.
fn check_anchored(rows: &[Row], bytes: &[u8]) -> Result<Head, Broken> {
    let signed = signer().sign(rows.last().unwrap().head(), 5);
    let mut verifier = Verifier::with_heads([&signed], &[signer().key()]);
    verify_file(&mut verifier, bytes).unwrap()
}

#[test]
fn a_row_is_what_its_formula_says() {
    let row = &chain(1)[0];
    let body = format!(
        r#"{{"at":1700000000000,"kind":"answer","sealed":"{}","turn":0,"who":"you"}}"#,
        sealed(&[7; 16], "what was asked")
    );
    assert_eq!(row.body, body);
    let mut bytes = vec![0; 33];
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend(body.as_bytes());
    assert_eq!(row.hash.0, <[u8; 32]>::from(Sha256::digest(&bytes)));
    assert_eq!(check(&file(&chain(1))).unwrap(), row.head());
}

#[test]
fn an_empty_audit_holds() {
    assert_eq!(check(b"").unwrap(), Head::default());
}

/// A change of the file, and the number of the first row that is no longer what it was.
fn mutated(
    rows: &[Row],
    kind: usize,
    at: prop::sample::Index,
    other: prop::sample::Index,
) -> Option<(Vec<u8>, u64)> {
    let original = file(rows);
    let line_of = |byte: usize| original[..byte].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let first_change = |bytes: &[u8]| {
        let same = original.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        line_of(same)
    };
    let mut bytes = original.clone();
    let mut lines: Vec<Vec<u8>> = original
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    match kind {
        // A byte changed, put in, or taken out.
        0 => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << other.index(8);
        }
        1 => bytes.insert(at.index(bytes.len()), b" 0\"x"[other.index(4)]),
        2 => {
            bytes.remove(at.index(bytes.len()));
        }
        // A row taken out, doubled, or put elsewhere.
        3 => {
            lines.remove(at.index(lines.len()));
            bytes = lines.concat();
        }
        4 => {
            let line = lines[at.index(lines.len())].clone();
            lines.insert(other.index(lines.len() + 1), line);
            bytes = lines.concat();
        }
        5 => {
            lines.swap(at.index(rows.len()), other.index(rows.len()));
            bytes = lines.concat();
        }
        // A row rewritten with a hash that fits its new content.
        6 => {
            let at = at.index(rows.len());
            let mut row = rows[at].clone();
            row.body = row.body.replace("you", "her");
            row.hash = link(row.prev, row.seq, row.body.as_bytes());
            lines[at] = (row.to_line().unwrap() + "\n").into_bytes();
            bytes = lines.concat();
            // It fits what stands before it; the next row is the first that does not, or the anchor says it of the last.
            return Some((bytes, (at + 2).min(rows.len()) as u64));
        }
        // The end cut off, within a row and between two.
        7 => bytes.truncate(at.index(bytes.len())),
        _ => bytes = lines[..at.index(lines.len())].concat(),
    }
    (bytes != original).then(|| {
        let row = first_change(&bytes);
        (bytes, row)
    })
}

proptest! {
    // Changes that change nothing, such as swapping a row with itself, do not count.
    #![proptest_config(ProptestConfig { cases: 10_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn every_change_of_an_exported_file_is_found_and_the_first_bad_row_named(
        kind in 0_usize..9, at: prop::sample::Index, other: prop::sample::Index, rows in 2_usize..9,
    ) {
        let rows = chain(rows);
        let mutated = mutated(&rows, kind, at, other);
        prop_assume!(mutated.is_some());
        let (bytes, row) = mutated.unwrap_or_default();
        let broken = check_anchored(&rows, &bytes).unwrap_err();
        prop_assert_eq!(broken.row, row, "{}", broken);
    }
}

#[test]
fn a_cut_end_and_a_chain_written_anew_are_shown_by_what_was_signed() {
    let rows = chain(9);
    let heads = [
        signer().sign(Head::default(), 4),
        signer().sign(rows[6].head(), 5),
    ];
    let check = |bytes: &[u8]| {
        let mut verifier = Verifier::with_heads(&heads, &[signer().key()]);
        verify_file(&mut verifier, bytes).unwrap()
    };
    check(&file(&rows)).unwrap();
    check(&file(&rows[..7])).unwrap();
    let broken = |row, why| Err(Broken { row, why });
    assert_eq!(check(&file(&rows[..5])), broken(6, Why::Missing));
    assert_eq!(check(b""), broken(1, Why::Missing));
    let mut head = Head::default();
    let anew: Vec<Row> = (0..9)
        .map(|n| {
            let row = next(head, n, "answer", Map::new()).unwrap();
            head = row.head();
            row
        })
        .collect();
    assert_eq!(check(&file(&anew)), broken(7, Why::Replaced));
}

#[test]
fn a_bad_row_before_a_bad_head_is_named_first() {
    let rows = chain(5);
    let forged = SignedHead {
        at: 6,
        ..signer().sign(rows[3].head(), 5)
    };
    let mut changed = rows.clone();
    changed[1].body = changed[1].body.replace("you", "her");
    for (rows, row, why) in [(&changed, 2, Why::Content), (&rows, 4, Why::Signature)] {
        let mut verifier = Verifier::with_heads([&forged], &[]);
        let found = verify_file(&mut verifier, &file(rows)[..]).unwrap();
        assert_eq!(found, Err(Broken { row, why }));
    }
}

#[test]
fn an_anchor_is_read_past_a_line_that_was_cut_off() {
    let signed = signer().sign(chain(1)[0].head(), 5);
    let line = signed.to_line().unwrap();
    let read = Anchored::read(&format!("{line}\n{}\n{line}\n", &line[..40]));
    assert_eq!(read.heads, [signed.clone(), signed]);
    assert_eq!(read.unreadable, [2]);
}

#[test]
fn a_signer_comes_back_from_the_keyring_and_shows_its_secret_to_nobody() {
    let again = Signer::from_secret(&signer().secret()).unwrap();
    assert_eq!(again.key(), signer().key());
    assert!(!format!("{:?}", signer().secret()).contains(signer().secret().expose()));
    for none in ["", "00", &"0".repeat(63), &"Z".repeat(64)] {
        assert!(Signer::from_secret(&domain::Secret::new(none)).is_err());
    }
}

#[test]
fn only_this_installation_can_sign() {
    let rows = chain(2);
    let signed = signer().sign(rows[1].head(), 5);
    let own = [signer().key()];
    assert_eq!(signed.wrong(&own), None);
    let stranger = Signer::of(&[8; 32]);
    let foreign = stranger.sign(rows[1].head(), 5);
    assert_eq!(foreign.wrong(&own), Some(Why::OtherKey(stranger.key())));
    assert_eq!(foreign.wrong(&[]), None);
    let forged = [
        SignedHead {
            key: signed.key.clone(),
            ..foreign
        },
        SignedHead {
            at: 6,
            ..signed.clone()
        },
        SignedHead {
            seq: 1,
            hash: rows[0].hash,
            ..signed.clone()
        },
        SignedHead {
            signature: "no".to_owned(),
            ..signed
        },
    ];
    for forged in forged {
        assert_eq!(forged.wrong(&own), Some(Why::Signature));
    }
}

#[test]
fn a_sealed_text_is_another_with_another_salt() {
    assert_eq!(sealed(&[1; 16], "a"), sealed(&[1; 16], "a"));
    assert_ne!(sealed(&[1; 16], "a"), sealed(&[2; 16], "a"));
    assert_ne!(sealed(&[1; 16], "a"), sealed(&[1; 16], "b"));
}
