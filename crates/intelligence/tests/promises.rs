//! What holds for every question and every evidence.

#![allow(clippy::unwrap_used, clippy::panic)] // test helpers

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::{DocumentId, Labels, PassageId, Place};
use futures_util::StreamExt;
use intelligence::{
    Answer, AnswerEvent, AnswerTask, Embed, EmbedFailure, Engine, Evidence, FoundInDocuments, Outcome,
    Question,
};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

fn evidence() -> impl Strategy<Value = Evidence> {
    let line = prop_oneof![
        "\\PC{0,60}",
        "[A-Za-z ]{3,40} (\\||:) [0-9.,€%]{1,8}",
        "(- |[1-9]\\. )?(Press|Open|The notice period is|Die Frist beträgt|Total) [a-z0-9 ]{0,30}[.?:]?",
        Just("Article | Price (EUR) | 2025 | 2024".to_owned()),
        Just("AMR-40X | 24,800 | 5,363 | (370)".to_owned()),
    ];
    (
        prop::collection::vec(line, 0..8),
        any::<bool>(),
        0..4i64,
        0.0..1.0f32,
        "\\PC{0,20}",
    )
        .prop_map(|(lines, table, document, score, file)| {
            let document = DocumentId(document);
            Evidence {
                document,
                table,
                score,
                title: Some(file.clone()),
                file,
                ..passage(&lines.join("\n"))
            }
        })
}

fn passage(text: &str) -> Evidence {
    Evidence {
        passage: PassageId(0),
        document: DocumentId(1),
        file: "Terms.pdf".into(),
        source: "Sales".into(),
        title: None,
        headings: vec!["4 Availability".into()],
        text: text.into(),
        place: Place::Page { page: 3 },
        table: false,
        labels: Labels::default(),
        modified: 0,
        written: Some("2025-01-01".into()),
        score: 0.7,
        similarity: None,
    }
}

fn task() -> impl Strategy<Value = AnswerTask> {
    let question = prop_oneof![
        "\\PC{0,60}",
        Just("What does the AMR-40X cost?".to_owned()),
        Just("How do I press open?".to_owned()),
        Just("What is the notice period in 2025?".to_owned()),
        Just("Welche Frist gilt?".to_owned()),
    ];
    (question, prop::collection::vec(evidence(), 0..6)).prop_map(|(text, mut evidence)| {
        for (index, one) in evidence.iter_mut().enumerate() {
            one.passage = PassageId(i64::try_from(index).unwrap_or_default());
        }
        AnswerTask {
            question: Question {
                text,
                today: jiff::civil::date(2026, 5, 4),
            },
            evidence,
        }
    })
}

/// Embeds by letter counts: equal texts are equal, and nothing has to be loaded.
struct Letters;

#[async_trait]
impl Embed for Letters {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
        Ok(texts.iter().map(|text| letters(text)).collect())
    }
}

fn letters(text: &str) -> Vec<f32> {
    let mut counts = vec![0.01_f32; 26];
    for byte in text.to_ascii_lowercase().bytes().filter(u8::is_ascii_lowercase) {
        counts[usize::from(byte - b'a')] += 1.0;
    }
    let length = counts.iter().map(|count| count * count).sum::<f32>().sqrt();
    counts.into_iter().map(|count| count / length).collect()
}

fn run(engine: &FoundInDocuments, task: &AnswerTask, cancel: CancellationToken) -> Vec<AnswerEvent> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(engine.answer(task, cancel).collect())
}

fn finished(events: &[AnswerEvent]) -> &Answer {
    match events.last() {
        Some(AnswerEvent::Finished(answer)) => answer,
        other => panic!("the last event is not the answer: {other:?}"),
    }
}

/// The text is the quote on one line, or made of nothing but cells and column headings of the passage.
fn is_from(text: &str, quote: &str, passage: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain(quote) == text || quote == text {
        return true;
    }
    let mut rest = text.to_owned();
    let mut parts: Vec<&str> = passage
        .lines()
        .flat_map(|line| line.split('|'))
        .map(str::trim)
        .collect();
    parts.extend(quote.split_whitespace());
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        rest = rest.replace(part, " ");
    }
    rest.chars().all(|c| c.is_whitespace() || matches!(c, ',' | ':'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_quote_stands_in_its_passage_and_every_sentence_is_quoted(task in task(), embedded in any::<bool>()) {
        let embed: Option<Arc<dyn Embed>> = if embedded { Some(Arc::new(Letters)) } else { None };
        let events = run(&FoundInDocuments::new(embed), &task, CancellationToken::new());
        let answer = finished(&events);
        prop_assert_eq!(answer.sentences.is_empty(), answer.abstained());
        let cited = answer.sentences.iter().flat_map(|sentence| &sentence.citations);
        let sides = answer.conflicts.iter().flat_map(|conflict| &conflict.sides).map(|side| &side.citation);
        for citation in cited.chain(sides) {
            let source = task.evidence.iter().find(|one| one.passage == citation.passage).unwrap();
            prop_assert!(citation.holds_in(&source.text));
            prop_assert_eq!(citation.page, Some(3));
        }
        for sentence in &answer.sentences {
            prop_assert!(!sentence.citations.is_empty());
            prop_assert!((0.0..=1.0).contains(&sentence.confidence));
            let first = &sentence.citations[0];
            let source = task.evidence.iter().find(|one| one.passage == first.passage).unwrap();
            prop_assert!(is_from(&sentence.text, &first.quote, &source.text), "{:?} / {:?}", sentence.text, first.quote);
        }
    }

    #[test]
    fn the_same_question_gets_the_same_answer(task in task()) {
        let engine = FoundInDocuments::new(Some(Arc::new(Letters)));
        let first = run(&engine, &task, CancellationToken::new());
        prop_assert_eq!(first, run(&engine, &task, CancellationToken::new()));
    }

    #[test]
    fn a_cancelled_answer_says_so_and_keeps_what_was_told(task in task(), after in 0usize..6) {
        let engine = FoundInDocuments::default();
        let whole = run(&engine, &task, CancellationToken::new());
        let cancel = CancellationToken::new();
        let told = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            if after == 0 {
                cancel.cancel();
            }
            let mut stream = engine.answer(&task, cancel.clone());
            let mut told = Vec::new();
            while let Some(event) = stream.next().await {
                told.push(event);
                if told.len() == after {
                    cancel.cancel();
                }
            }
            told
        });
        let answer = finished(&told);
        let sentences: Vec<_> = told[..told.len() - 1].to_vec();
        prop_assert_eq!(&sentences[..], &whole[..sentences.len()]);
        prop_assert_eq!(answer.sentences.len(), sentences.len());
        if after <= sentences.len() {
            prop_assert_eq!(&answer.outcome, &Outcome::Cancelled);
            prop_assert_eq!(sentences.len(), after);
        } else {
            prop_assert_eq!(&told, &whole);
        }
    }
}

fn warranty(text: &str) -> AnswerTask {
    let question = Question {
        text: "How long is the warranty on batteries?".into(),
        today: jiff::civil::date(2026, 5, 4),
    };
    AnswerTask {
        question,
        evidence: vec![passage(text)],
    }
}

const WARRANTY: &str = "The warranty on batteries is 24 months from delivery.";

#[test]
fn an_answer_cancelled_while_the_model_works_ends_at_once() {
    struct Never;
    #[async_trait]
    impl Embed for Never {
        async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
            std::future::pending().await
        }
    }
    let engine = FoundInDocuments::new(Some(Arc::new(Never)));
    let task = warranty(WARRANTY);
    let cancel = CancellationToken::new();
    let events: Vec<AnswerEvent> = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(async {
            let stop = cancel.clone();
            let answering = engine.answer(&task, cancel.clone()).collect();
            let stopping = async move { stop.cancel() };
            let (events, ()) = tokio::join!(answering, stopping);
            events
        });
    assert_eq!(finished(&events).outcome, Outcome::Cancelled);
}

#[test]
fn a_model_that_fails_is_mentioned_and_words_answer() {
    struct Broken;
    #[async_trait]
    impl Embed for Broken {
        async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
            Err(EmbedFailure("the model file is damaged".into()))
        }
    }
    struct Short;
    #[async_trait]
    impl Embed for Short {
        async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
            Ok(vec![vec![1.0]])
        }
    }
    let engines: [Arc<dyn Embed>; 2] = [Arc::new(Broken), Arc::new(Short)];
    for embed in engines {
        let events = run(
            &FoundInDocuments::new(Some(embed)),
            &warranty(WARRANTY),
            CancellationToken::new(),
        );
        let answer = finished(&events);
        assert_eq!(answer.sentences[0].text, WARRANTY);
        assert!(answer.notices[0].starts_with("Sentences were compared by their words only: the model"));
    }
}

#[test]
fn the_work_of_the_model_is_bounded() {
    struct Counting(AtomicUsize);
    #[async_trait]
    impl Embed for Counting {
        async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
            self.0.fetch_add(texts.len(), Ordering::Relaxed);
            Letters.embed(texts).await
        }
    }
    let counting = Arc::new(Counting(AtomicUsize::new(0)));
    let name = |n: u32| -> String {
        let letter = |n| char::from_u32('a' as u32 + n % 26).unwrap_or('z');
        [n / 676, n / 26, n, n / 676, n].map(letter).iter().collect()
    };
    let long: Vec<String> = (0..400)
        .map(|n| format!("The warranty on part {} is {n} months from delivery.", name(n)))
        .collect();
    run(
        &FoundInDocuments::new(Some(counting.clone())),
        &warranty(&long.join("\n")),
        CancellationToken::new(),
    );
    // The question, 48 pieces, and words: those of the question and 192 of the evidence.
    let embedded = counting.0.load(Ordering::Relaxed);
    assert!((49..=1 + 48 + 8 + 192).contains(&embedded), "{embedded}");
}

#[test]
fn an_answer_survives_being_written_and_read() {
    let events = run(
        &FoundInDocuments::default(),
        &warranty(WARRANTY),
        CancellationToken::new(),
    );
    let written = serde_json::to_string(&events).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<AnswerEvent>>(&written).unwrap(),
        events
    );
}

/// Embeds so that words of one meaning have one vector: what a real model does for `secrecy` and `confidentiality`.
struct Thesaurus(&'static [&'static [&'static str]]);

#[async_trait]
impl Embed for Thesaurus {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
        let vector = |text: &String| {
            let group = self.0.iter().position(|group| group.contains(&text.as_str()));
            let mut out = vec![0.0_f32; self.0.len() + 2];
            match group {
                Some(group) => out[group] = 1.0,
                // Texts of many words are all alike, other words are like nothing.
                None if text.contains(' ') => {
                    let last = out.len() - 1;
                    out[last] = 1.0;
                }
                None => {}
            }
            out
        };
        Ok(texts.iter().map(vector).collect())
    }
}

#[test]
fn a_question_in_other_words_is_answered_by_the_meaning_of_its_words() {
    let question = Question {
        text: "What happens with moisture on the machine?".into(),
        today: jiff::civil::date(2026, 5, 4),
    };
    let said = "Water runs off the robot by itself.";
    let task = AnswerTask {
        question,
        evidence: vec![passage(&format!(
            "The office opens at nine.\n{said}\nThe canteen is closed."
        ))],
    };
    let knows = Thesaurus(&[&["moisture", "water"], &["machine", "robot"]]);
    let events = run(
        &FoundInDocuments::new(Some(Arc::new(knows))),
        &task,
        CancellationToken::new(),
    );
    let answer = finished(&events);
    assert_eq!(
        answer.sentences.first().map(|own| own.text.as_str()),
        Some(said),
        "{answer:?}"
    );
    let knows_nothing = Thesaurus(&[]);
    let events = run(
        &FoundInDocuments::new(Some(Arc::new(knows_nothing))),
        &task,
        CancellationToken::new(),
    );
    assert!(finished(&events).abstained());
}
