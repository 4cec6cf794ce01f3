//! Passages against the model's own tokenizer: none is longer than the window the model reads.

#![allow(clippy::print_stdout)] // what was measured

use std::path::{Path, PathBuf};

use domain::{Block, Document, Place, ReadStatus, Row};
use extraction::{Limits, pdf, read};
use tokenizers::Tokenizer;

use super::estimated_tokens;
use crate::chunk::chunk;
use crate::embed::ModelCard;
use crate::search::embedded_text;

fn top() -> PathBuf {
    PathBuf::from("../..")
}

fn runtime() -> PathBuf {
    std::env::var_os("ATTACHE_RUNTIME").map_or_else(|| top().join("runtime"), PathBuf::from)
}

/// The tokenizer of the model that is shipped, which cuts nothing off here, and the longest text that model reads.
fn model() -> (Tokenizer, usize) {
    let folder = runtime().join("models/all-minilm-l6-v2");
    let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json"))
        .unwrap_or_else(|error| panic!("{error} Run `make setup`, which fetches the model."));
    tokenizer.with_truncation(None).unwrap();
    tokenizer.with_padding(None);
    let card: ModelCard = serde_json::from_slice(&std::fs::read(folder.join("model.json")).unwrap()).unwrap();
    (tokenizer, card.max_tokens)
}

/// What was cut from one text: passages, tokens as counted and as estimated, the longest passage as the model sees it.
#[derive(Debug, Default)]
struct Measured {
    passages: usize,
    tokens: usize,
    estimated: usize,
    longest: usize,
    of_longest: String,
    over: usize,
}

/// Cuts a document and counts each passage as it is embedded, with title and headings.
fn measure(tokenizer: &Tokenizer, window: usize, path: &str, document: &Document) -> Measured {
    let mut measured = Measured::default();
    for draft in chunk(document) {
        let text = embedded_text(document.title.as_deref(), path, &draft.headings, &draft.text);
        let tokens = tokenizer.encode(text.as_str(), true).unwrap().len();
        measured.passages += 1;
        measured.tokens += tokens - 2; // without the marks for beginning and end
        measured.estimated += estimated_tokens(&text);
        measured.over += usize::from(tokens > window);
        if tokens > measured.longest {
            (measured.longest, measured.of_longest) = (tokens, text);
        }
    }
    measured
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

#[test]
fn no_passage_of_the_demo_and_fixture_documents_is_longer_than_the_model_reads() {
    let name = format!(
        "{}pdfium{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    pdf::bind(&runtime().join("lib").join(name)).unwrap();
    let (tokenizer, window) = model();
    let mut paths = Vec::new();
    files(&top().join("demo/documents"), &mut paths);
    files(&top().join("tests/fixtures/documents"), &mut paths);
    let (mut passages, mut tokens, mut estimated, mut longest, mut over) = (0, 0, 0, 0, Vec::new());
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let reading = read(&name, &std::fs::read(&path).unwrap(), &Limits::default());
        if reading.status != ReadStatus::Ok {
            continue;
        }
        let measured = measure(&tokenizer, window, &name, &reading.document);
        passages += measured.passages;
        tokens += measured.tokens;
        estimated += measured.estimated;
        longest = longest.max(measured.longest);
        if measured.over > 0 {
            over.push((name, measured));
        }
    }
    println!("{passages} passages: {tokens} tokens, {estimated} estimated; the longest has {longest}");
    assert!(passages > 300, "{passages}");
    assert!(over.is_empty(), "{over:#?}");
}

/// Texts whose words and signs the tokenizer takes apart in ways of their own, repeated until they must be cut.
fn hard() -> Vec<(&'static str, String)> {
    let of = |text: &str, times: usize| text.repeat(times);
    let mut numbers = 7_u64;
    let mut noise = |alphabet: &[u8], length: usize| -> String {
        let letter = |_| {
            numbers = numbers
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            alphabet[(numbers >> 33) as usize % alphabet.len()] as char
        };
        (0..length).map(letter).collect()
    };
    let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let keys: String = (0..300).map(|_| noise(base64, 24) + " ").collect();
    let hashes: String = (0..300).map(|_| noise(b"0123456789abcdef", 40) + "\n").collect();
    let words: String = (0..600)
        .map(|n| noise(b"bcdfghjklmnpqrstvwxyz", 3 + n % 9) + " ")
        .collect();
    vec![
        (
            "figures",
            of("1,234.56 (7,890) 12.5% 2026-09-24 +47 22 33 44 55 0.0001 ", 80),
        ),
        (
            "long figures",
            of("123456789012345678901234567890 98765432109876543210 ", 80),
        ),
        (
            "Chinese",
            of(
                "本合同自双方签字之日起生效，有效期为三年。机器人每周检查一次。",
                60,
            ),
        ),
        (
            "Japanese",
            of(
                "ロボットは毎週点検します。バッテリーは四十二分で充電されます。",
                60,
            ),
        ),
        (
            "Korean",
            of("로봇은 매주 점검됩니다. 배터리는 사십이 분 안에 충전됩니다. ", 60),
        ),
        (
            "Russian",
            of(
                "Робот проверяется каждую неделю, батарея заряжается сорок две минуты. ",
                60,
            ),
        ),
        (
            "Greek",
            of(
                "Το ρομπότ ελέγχεται κάθε εβδομάδα και η μπαταρία φορτίζεται. ",
                60,
            ),
        ),
        (
            "Arabic",
            of(
                "يتم فحص الروبوت كل أسبوع ويتم شحن البطارية في اثنتين وأربعين دقيقة. ",
                60,
            ),
        ),
        (
            "Hindi",
            of(
                "रोबोट की जाँच हर सप्ताह की जाती है और बैटरी बयालीस मिनट में चार्ज होती है। ",
                60,
            ),
        ),
        (
            "Thai",
            of("หุ่นยนต์ได้รับการตรวจสอบทุกสัปดาห์และแบตเตอรี่จะชาร์จภายในสี่สิบสองนาที ", 60),
        ),
        (
            "Vietnamese",
            of(
                "Rô-bốt được kiểm tra hằng tuần và pin được sạc đầy trong bốn mươi hai phút. ",
                60,
            ),
        ),
        (
            "German",
            of(
                "Die Verfügbarkeitsgarantie gemäß Rahmenlieferungsvertragsänderungsvereinbarung gilt für Ladestationswartungsarbeiten. ",
                60,
            ),
        ),
        (
            "Norwegian",
            of(
                "Tilgjengelighetsgarantien gjelder vedlikeholdsarbeid på ladestasjonene i Østfold, jf. rammeavtalen. ",
                60,
            ),
        ),
        (
            "Finnish",
            of(
                "Käytettävyystakuu koskee latausasemien huoltotöitä puitesopimuksen mukaisesti. ",
                60,
            ),
        ),
        (
            "Polish",
            of(
                "Gwarancja dostępności obejmuje prace konserwacyjne stacji ładowania zgodnie z umową ramową. ",
                60,
            ),
        ),
        (
            "code",
            of(
                "if (self->queue[i].len >= MAX_LEN && !ctx.is_ok()) { return Err(Error::TooLong(i as u32)); }\n",
                60,
            ),
        ),
        (
            "identifiers",
            of(
                "getAvailabilityGuaranteeForCustomer set_fleet_uptime_percentage AMR-40X-B2 XMLHttpRequestFactory ",
                60,
            ),
        ),
        (
            "addresses",
            of(
                "https://portal.northwind-robotics.example/kb/article?id=KB-0193&lang=en_GB#firmware-4.2.1 ",
                60,
            ),
        ),
        (
            "mail addresses",
            of(
                "ines.okafor@northwind-robotics.example; kari.holm+offers@sub.example.co.uk ",
                60,
            ),
        ),
        ("emoji", of("🤖🔋⚡️👩‍🔧🏭✅❌ 🚚📦 😀 ", 80)),
        ("signs", of("±≤≥≈∑∏∫√∞µΩ°§¶†‡•…—–«»‹›“”‘’ ", 80)),
        (
            "capitals",
            of(
                "THE SUPPLIER SHALL INDEMNIFY THE CUSTOMER AGAINST ALL CLAIMS WHATSOEVER. ",
                60,
            ),
        ),
        ("one word", of("Donaudampfschifffahrtsgesellschaftskapitän", 80)),
        (
            "dots",
            of("Chapter 1 ........................................ 12\n", 80),
        ),
        ("rules", of("-----------------+-----------------+\n", 80)),
        ("keys", keys),
        ("hashes", hashes),
        ("no words", words),
    ]
}

#[test]
fn no_passage_of_a_hard_text_is_longer_than_the_model_reads() {
    let (tokenizer, window) = model();
    let mut over = Vec::new();
    for (name, text) in hard() {
        let document = Document {
            blocks: vec![Block::Paragraph {
                text: text.clone(),
                place: Place::Whole,
            }],
            ..Document::default()
        };
        let measured = measure(&tokenizer, window, "Supply contract Halden 2026.docx", &document);
        println!(
            "{name}: {} passages, {} tokens, {} estimated, the longest has {}",
            measured.passages, measured.tokens, measured.estimated, measured.longest
        );
        assert!(measured.passages > 1, "{name}");
        if measured.over > 0 {
            over.push((name, measured));
        }
        let cells = |n: usize| {
            text.split_whitespace()
                .skip(3 * n)
                .take(3)
                .map(str::to_owned)
                .collect()
        };
        let rows = (0..60).map(|n| Row {
            cells: cells(n),
            place: Place::Whole,
        });
        let table = Document {
            blocks: vec![Block::Table {
                header: vec!["Description".into(), "Value".into(), "Remark".into()],
                rows: rows.collect(),
            }],
            ..Document::default()
        };
        let measured = measure(&tokenizer, window, "Price list 2026.xlsx", &table);
        if measured.over > 0 {
            over.push((name, measured));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn a_title_and_headings_of_any_length_leave_the_passage_inside_the_window() {
    let (tokenizer, window) = model();
    let sentence = "The supplier guarantees an availability of 99.5 percent for every vehicle of the fleet in each month. ";
    let mut blocks: Vec<Block> = (1..=6)
        .map(|level| Block::Heading {
            level,
            text: format!("{level} {}", sentence.repeat(2)),
            place: Place::Page { page: 1 },
        })
        .collect();
    blocks.push(Block::Paragraph {
        text: sentence.repeat(40),
        place: Place::Page { page: 1 },
    });
    let document = Document {
        title: Some(sentence.repeat(10)),
        blocks,
        ..Document::default()
    };
    let measured = measure(&tokenizer, window, "a.pdf", &document);
    assert_eq!(measured.over, 0, "{measured:#?}");
}
