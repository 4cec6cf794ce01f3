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

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
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
        // A row taken out, doubled, or put elsewhere. Without its last rows a chain still holds.
        3 => {
            lines.remove(at.index(lines.len() - 1));
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
            let at = at.index(rows.len() - 1);
            let mut row = rows[at].clone();
            row.body = row.body.replace("you", "her");
            row.hash = link(row.prev, row.seq, &row.body);
            lines[at] = (row.to_line().unwrap() + "\n").into_bytes();
            bytes = lines.concat();
            // It fits what stands before it; the next row is the first that does not.
            return Some((bytes, at as u64 + 2));
        }
        // Cut within a row.
        _ => bytes.truncate(at.index(bytes.len())),
    }
    let whole = bytes.len() < original.len()
        && original.starts_with(&bytes)
        && bytes.last().is_none_or(|b| *b == b'\n');
    (bytes != original && !whole).then(|| {
        let row = first_change(&bytes);
        (bytes, row)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_change_of_an_exported_file_is_found_and_the_first_bad_row_named(
        kind in 0_usize..8, at: prop::sample::Index, other: prop::sample::Index, rows in 2_usize..9,
    ) {
        let rows = chain(rows);
        if let Some((bytes, row)) = mutated(&rows, kind, at, other) {
            let broken = check(&bytes).unwrap_err();
            prop_assert_eq!(broken.row, row, "{}", broken);
        }
    }
}

#[test]
fn a_cut_end_and_a_chain_written_anew_are_shown_by_what_was_signed() {
    let rows = chain(9);
    let anchors = [
        SignedHead::sign(Head::default(), 4, &key()),
        SignedHead::sign(rows[6].head(), 5, &key()),
    ];
    let check = |bytes: &[u8]| {
        let mut verifier = Verifier::with_anchors(&anchors, &key().verifying_key()).unwrap();
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
fn only_this_installation_can_sign() {
    let rows = chain(2);
    let signed = SignedHead::sign(rows[1].head(), 5, &key());
    let own = key().verifying_key();
    assert!(signed.is_by(&own));
    let stranger = SigningKey::from_bytes(&[8; 32]);
    let forged = [
        SignedHead::sign(rows[1].head(), 5, &stranger),
        SignedHead {
            key: signed.key.clone(),
            ..SignedHead::sign(rows[1].head(), 5, &stranger)
        },
        SignedHead {
            at: 6,
            ..signed.clone()
        },
        SignedHead {
            head: rows[0].head(),
            ..signed.clone()
        },
        SignedHead {
            signature: "no".to_owned(),
            ..signed
        },
    ];
    for forged in forged {
        let broken = Verifier::with_anchors(std::slice::from_ref(&forged), &own).unwrap_err();
        assert_eq!(broken.why, Why::Signature);
    }
}

#[test]
fn a_sealed_text_is_another_with_another_salt() {
    assert_eq!(sealed(&[1; 16], "a"), sealed(&[1; 16], "a"));
    assert_ne!(sealed(&[1; 16], "a"), sealed(&[2; 16], "a"));
    assert_ne!(sealed(&[1; 16], "a"), sealed(&[1; 16], "b"));
}
