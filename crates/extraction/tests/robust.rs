//! Damaged files never bring the reader down.
#![allow(clippy::unwrap_used, clippy::panic)]

use domain::ReadStatus;
use extraction::{Limits, read};
use proptest::prelude::*;

/// Small whole files of every format whose reader is this crate's own.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let mail = "From: a@example.org\r\nSubject: =?utf-8?q?x=C3=BC?=\r\nDate: Mon, 01 Jun 2009 04:28:28 +0200\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
        <p>hi<table><tr><td>1<td>2</table>\r\n--b\r\nContent-Type: text/csv; name=\"a.csv\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nTmFtZSxQcmljZQpCb2x0LDMK\r\n--b--\r\n";
    let mbox =
        format!("From a@x Mon Jun  1 04:28:28 2009\n{mail}\nFrom a@x Mon Jun  1 04:28:28 2009\n{mail}");
    let utf16: Vec<u8> = "Größe und Gewicht\n\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("a.md", "---\ntitle: x\n---\n# A <a name=\"b\"></a>\n\n1. b\n   - c\n\n| d | e |\n|---|---|\n| f | g |\n\n```x\nh\n```\n<table><tr><td rowspan=2>i</table>\n".into()),
        ("a.html", "<!doctype html><meta charset=windows-1251><title>x</title><h1>a</h1><table><thead><tr><th colspan=2>b<tbody><tr><td>c<td rowspan=3>d</table><pre>e</pre><ul><li hidden>f<li>g</ul><svg><title>h</title></svg>".into()),
        ("a.csv", "sep=;\nName;\"Price\n2\"\nBolt;3\n".into()),
        ("a.json", r#"{"a":["\u00fc\ud83d\ude00",{"b":null}],"c":1e5}"#.into()),
        ("a.xml", "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE a [<!ENTITY b 'c'>]><a x='1'><d>&b;&#228;</d><p>e <i>f</i></p></a>".into()),
        ("a.eml", mail.into()),
        ("a.mbox", mbox.into_bytes()),
        ("a.txt", utf16),
    ]
}

/// A reader that panicked is reported like this.
fn failed(name: &str, bytes: &[u8]) -> bool {
    let reading = read(name, bytes, &Limits::default());
    assert_eq!(reading.status == ReadStatus::Ok, reading.reason.is_none());
    reading
        .reason
        .is_some_and(|reason| reason.starts_with("The reader failed"))
}

#[test]
fn whole_samples_are_read() {
    for (name, bytes) in samples() {
        let reading = read(name, &bytes, &Limits::default());
        assert_eq!(reading.status, ReadStatus::Ok, "{name}: {:?}", reading.reason);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_read_without_panic() {
    for (name, bytes) in samples() {
        for end in 0..bytes.len() {
            assert!(!failed(name, &bytes[..end]), "{name} cut at {end}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(400)))]

    #[test]
    fn flipped_bits_are_read_without_panic(which in 0_usize..8, flips in proptest::collection::vec((any::<usize>(), 0_u8..8), 1..12)) {
        let (name, mut bytes) = samples().swap_remove(which);
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        prop_assert!(!failed(name, &bytes));
    }

    #[test]
    fn arbitrary_bytes_under_any_name_are_read_without_panic(
        name in "a\\.(md|html|csv|tsv|json|xml|eml|mbox|txt|rs|epub|msg)",
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        prop_assert!(!failed(&name, &bytes));
    }

    #[test]
    fn arbitrary_text_under_any_name_is_read_without_panic(
        name in "a\\.(md|html|csv|json|xml|eml|mbox|txt)",
        text in "[<>&;/a-c\"'=#|\\-*\\[\\](){}:,\\\\u0-9 \\r\\n\\tЖ€😀]{0,400}",
    ) {
        prop_assert!(!failed(&name, text.as_bytes()));
    }
}
