//! Stories: a question, a few passages, and what a person should read.

#![allow(clippy::unwrap_used, clippy::panic)] // test helpers

use domain::{DocumentId, Labels, PassageId, Place};
use futures_util::StreamExt;
use intelligence::{Answer, AnswerEvent, AnswerTask, Engine, Evidence, FoundInDocuments, Outcome, Question};
use tokio_util::sync::CancellationToken;

fn passage(document: i64, file: &str, text: &str) -> Evidence {
    Evidence {
        passage: PassageId(document * 10),
        document: DocumentId(document),
        file: file.into(),
        source: "Sales".into(),
        title: None,
        headings: vec![],
        text: text.into(),
        place: Place::Whole,
        table: false,
        labels: Labels::default(),
        modified: 1_760_000_000,
        written: None,
        score: 0.8,
        similarity: None,
    }
}

fn table(document: i64, file: &str, text: &str) -> Evidence {
    Evidence {
        table: true,
        ..passage(document, file, text)
    }
}

async fn ask(question: &str, evidence: Vec<Evidence>) -> Answer {
    let question = Question {
        text: question.into(),
        today: jiff::civil::date(2026, 5, 4),
    };
    let task = AnswerTask { question, evidence };
    let engine = FoundInDocuments::default();
    let events: Vec<AnswerEvent> = engine.answer(&task, CancellationToken::new()).collect().await;
    let (Some(AnswerEvent::Finished(answer)), told) = (events.last(), &events[..events.len() - 1]) else {
        panic!("the last event is not the answer: {events:?}");
    };
    let told = told.iter().map(|event| match event {
        AnswerEvent::Sentence(sentence) => sentence.clone(),
        other => panic!("told twice: {other:?}"),
    });
    assert!(
        told.eq(answer.sentences.iter().cloned()),
        "what was told is not what was answered"
    );
    for citation in answer.sentences.iter().flat_map(|sentence| &sentence.citations) {
        let source = task
            .evidence
            .iter()
            .find(|one| one.passage == citation.passage)
            .unwrap();
        assert!(citation.holds_in(&source.text));
    }
    answer.clone()
}

fn texts(answer: &Answer) -> Vec<&str> {
    answer
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect()
}

const HALDEN: &str = "4.1 The Supplier shall make the Fleet Portal available for at least 99.5 % of each calendar month.\n\
    4.2 Planned maintenance is announced five working days ahead and does not count as downtime.\n\
    12.1 Either party may terminate this agreement with ninety (90) days' written notice to the end of a quarter.";

#[tokio::test]
async fn a_contract_clause_answers_with_its_exact_words() {
    let mut clause = passage(1, "Contracts/Halden Logistics frame agreement.pdf", HALDEN);
    clause.place = Place::Page { page: 7 };
    clause.headings = vec!["4 Availability".into()];
    let answer = ask("What uptime did we promise Halden?", vec![clause]).await;
    assert_eq!(answer.outcome, Outcome::Answered);
    assert!(
        answer.sentences[0].text.contains("99.5 % of each calendar month"),
        "{answer:?}"
    );
    assert_eq!(answer.sentences[0].citations[0].page, Some(7));
    assert_eq!(answer.engine, "found in your documents");
}

#[tokio::test]
async fn a_notice_period_is_found_though_the_clause_says_terminate() {
    let answer = ask(
        "What is the notice period for Halden?",
        vec![passage(1, "Contracts/Halden.pdf", HALDEN)],
    )
    .await;
    assert!(
        answer.sentences[0].text.contains("ninety (90) days"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_price_list_row_is_written_from_its_exact_cells() {
    let prices = table(
        2,
        "Prices/Price list 2026.xlsx",
        "Article | Description | List price (EUR) | Lead time\n\
         AMR-40X | Autonomous mover, 40 kg | 24,800 | 6 weeks\n\
         AMR-90X | Autonomous mover, 90 kg | 31,500 | 8 weeks",
    );
    let answer = ask("What is the list price of the AMR-40X?", vec![prices]).await;
    assert_eq!(texts(&answer), ["AMR-40X, List price (EUR): 24,800"]);
    assert_eq!(
        answer.sentences[0].citations[0].quote,
        "AMR-40X | Autonomous mover, 40 kg | 24,800 | 6 weeks"
    );
}

#[tokio::test]
async fn the_steps_of_an_article_stay_together_and_in_order() {
    let article = passage(
        3,
        "Support/KB-0193 Charger does not start.md",
        "If the charger shows a red light after a power cut, reset it:\n\
         1. Unplug the charger from the wall.\n\
         2. Hold the Reset button for ten seconds.\n\
         3. Plug the charger in again and wait for the green light.\n\
         The warranty is not affected.",
    );
    let answer = ask("How do I reset the charger after a power cut?", vec![article]).await;
    assert_eq!(
        texts(&answer),
        [
            "Unplug the charger from the wall.",
            "Hold the Reset button for ten seconds.",
            "Plug the charger in again and wait for the green light."
        ]
    );
}

#[tokio::test]
async fn a_mail_says_who_decided() {
    let mut mail = passage(
        4,
        "Mails/Re Renewal.eml",
        "Hello Kari,\nthe renewal of the Halden contract was approved by Ingrid Solberg on 3 March 2025.\nBest regards\nJonas",
    );
    mail.title = Some("Re: Renewal Halden".into());
    let answer = ask("Who approved the renewal for Halden?", vec![mail]).await;
    assert!(answer.sentences[0].text.contains("Ingrid Solberg"), "{answer:?}");
    assert_eq!(answer.sentences.len(), 1);
}

#[tokio::test]
async fn the_year_of_the_question_chooses_the_column_of_a_statement() {
    let statement = table(
        5,
        "Reports/Annual report 2025.xlsx",
        "NOK million | 2025 | 2024\nRevenue | 412.6 | 388.1\nOperating profit | 51.2 | 47.9",
    );
    let answer = ask("What was revenue in 2024?", vec![statement]).await;
    assert_eq!(texts(&answer), ["Revenue, 2024: 388.1"]);
}

#[tokio::test]
async fn a_german_contract_is_read_in_german() {
    let contract = passage(
        6,
        "Verträge/Rahmenvertrag Meyer Logistik.docx",
        "§ 8 Laufzeit und Kündigung\nDer Vertrag kann von beiden Parteien mit einer Frist von drei Monaten zum Ende eines \
         Kalenderjahres gekündigt werden.\n§ 9 Haftung\nDie Haftung ist auf den Auftragswert begrenzt.",
    );
    let answer = ask(
        "Welche Kündigungsfrist gilt im Vertrag mit Meyer?",
        vec![contract],
    )
    .await;
    assert!(answer.sentences[0].text.contains("drei Monaten"), "{answer:?}");
    assert_eq!(answer.sentences.len(), 1);
}

#[tokio::test]
async fn nothing_found_is_said_plainly() {
    let answer = ask("What is the notice period?", vec![]).await;
    assert_eq!(
        answer.outcome,
        Outcome::Abstained {
            reason: "Nothing in your folders answers this.".into(),
            missing: vec![]
        }
    );
    assert!(answer.sentences.is_empty());
}

#[tokio::test]
async fn a_question_about_another_customer_is_not_answered_from_this_ones_contract() {
    let answer = ask(
        "What is the notice period for Norrland?",
        vec![passage(1, "Contracts/Halden.pdf", HALDEN)],
    )
    .await;
    let Outcome::Abstained { reason, missing } = answer.outcome else {
        panic!("answered: {answer:?}")
    };
    assert_eq!(missing, ["Norrland"]);
    assert_eq!(
        reason,
        "Nothing in your folders answers this. What was found does not mention `Norrland`."
    );
}

#[tokio::test]
async fn a_question_about_another_year_or_article_is_not_answered() {
    let prices = table(
        2,
        "Prices/Price list 2026.xlsx",
        "Article | List price (EUR)\nAMR-40X | 24,800",
    );
    for question in [
        "What is the list price of the AMR-50X?",
        "What was the list price of the AMR-40X in 2023?",
        "What is the list price of the Shelf 900?",
    ] {
        assert!(
            ask(question, vec![prices.clone()]).await.abstained(),
            "{question}"
        );
    }
}

#[tokio::test]
async fn a_passage_about_something_else_is_no_answer() {
    let canteen = passage(
        7,
        "Office/Canteen.md",
        "The canteen is open from 11:00 to 14:00. Friday is fish day.",
    );
    assert!(
        ask("How long is the warranty on batteries?", vec![canteen])
            .await
            .abstained()
    );
}

#[tokio::test]
async fn two_documents_that_say_the_same_are_cited_together() {
    let sentence = "The warranty on batteries is 24 months from delivery.";
    let answer = ask(
        "How long is the warranty on batteries?",
        vec![
            passage(1, "Contracts/Terms.pdf", sentence),
            passage(2, "Mails/Re warranty.eml", sentence),
        ],
    )
    .await;
    assert_eq!(texts(&answer), [sentence]);
    assert_eq!(answer.sentences[0].citations.len(), 2);
    assert!(answer.conflicts.is_empty());
}

#[tokio::test]
async fn two_versions_that_disagree_are_both_shown_newest_first() {
    let mut old = passage(
        1,
        "Terms/Warranty terms 2023.pdf",
        "The warranty on batteries is 24 months from delivery.",
    );
    old.written = Some("2023-01-10".into());
    let mut new = passage(
        2,
        "Terms/Warranty terms 2025.pdf",
        "The warranty on batteries is 36 months from delivery.",
    );
    new.written = Some("2025-02-01".into());
    let answer = ask("How long is the warranty on batteries?", vec![old, new]).await;
    let [conflict] = answer.conflicts.as_slice() else {
        panic!("{answer:?}")
    };
    let values: Vec<_> = conflict.sides.iter().map(|side| side.value.as_str()).collect();
    assert_eq!(values, ["36 months", "24 months"]);
    assert!(answer.sentences.iter().all(|sentence| sentence.conflict));
}

#[tokio::test]
async fn the_terms_of_two_customers_do_not_contradict_each_other() {
    let sentence =
        |days: u32| format!("Either party may terminate this agreement with {days} days' written notice.");
    let answer = ask(
        "With how many days of notice may a party terminate the agreement?",
        vec![
            passage(1, "Contracts/Contract Halden.pdf", &sentence(90)),
            passage(2, "Contracts/Contract Norrland.pdf", &sentence(60)),
        ],
    )
    .await;
    assert!(answer.conflicts.is_empty(), "{answer:?}");
    assert_eq!(answer.sentences.len(), 2);
}

#[tokio::test]
async fn a_question_in_the_evidence_is_not_taken_for_its_answer() {
    let faq = passage(
        8,
        "FAQ.md",
        "Is customer data encrypted at rest?\nYes, all customer data is encrypted at rest with AES-256.",
    );
    let answer = ask("Is customer data encrypted at rest?", vec![faq]).await;
    assert_eq!(
        texts(&answer),
        ["Yes, all customer data is encrypted at rest with AES-256."]
    );
}

#[tokio::test]
async fn a_line_that_announces_a_list_comes_with_its_list() {
    let overview = passage(
        9,
        "Knowledge base/Forecasting.md",
        "The forecasting module offers these built-in algorithms:\nARIMA\nProphet\nExponential smoothing\n\
         Each forecast is kept for a year. It can be exported.",
    );
    let answer = ask(
        "Which built-in algorithms does the forecasting module offer?",
        vec![overview],
    )
    .await;
    assert_eq!(
        texts(&answer),
        [
            "The forecasting module offers these built-in algorithms:",
            "ARIMA",
            "Prophet",
            "Exponential smoothing"
        ]
    );
}

#[tokio::test]
async fn a_title_or_a_heading_is_no_answer() {
    let mut policy = passage(
        1,
        "Sales/Policy 14.pdf",
        "Policy 14: discounts and outside text\nDiscounts of account managers\n\
         An account manager may grant a discount of 12 % in total.",
    );
    policy.title = Some("Policy 14: discounts and outside text".into());
    let answer = ask(
        "Which discounts may account managers grant by policy 14?",
        vec![policy],
    )
    .await;
    assert_eq!(
        texts(&answer),
        ["An account manager may grant a discount of 12 % in total."]
    );
}

#[tokio::test]
async fn a_title_answers_the_question_for_it() {
    let mut policy = passage(
        1,
        "Sales/Policy 14.pdf",
        "Discounts and outside text\nAn account manager may grant 12 % in total.",
    );
    policy.title = Some("Discounts and outside text".into());
    let answer = ask("What is the title of policy 14?", vec![policy]).await;
    assert!(
        texts(&answer).contains(&"Discounts and outside text"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_point_on_a_slide_is_an_answer() {
    let slide = passage(
        1,
        "Fleet review Q3.pptx",
        "What moved the robots\n867,000 transport orders in the quarter\n\
         3.4 manual interventions per 1,000 orders, best value so far",
    );
    let answer = ask(
        "How many manual interventions per 1,000 orders were there?",
        vec![slide],
    )
    .await;
    assert!(
        answer.sentences[0].text.starts_with("3.4 manual interventions"),
        "{answer:?}"
    );
}

const CONTRACT: &str =
    "4.2 Northwind shall maintain an uptime of the portal of no less than 99.5 % in each month.";
const CRM: &str = "Record ID | Company name | City | SLA uptime | Owner\n\
    70114 | Halden Logistics AS | Moss | 99.9 % | Ines Okafor\n\
    70131 | Rauma Freight AS | Vestnes | 99.0 % | Ines Okafor\n\
    70152 | Osterøy Foods AS | Osterøy |  | Ines Okafor";

#[tokio::test]
async fn a_contract_and_a_table_row_that_disagree_are_both_shown_with_their_dates() {
    let mut contract = passage(1, "Contracts/Halden Service Agreement.pdf", CONTRACT);
    contract.written = Some("2025-03-03".into());
    let mut crm = table(2, "CRM export/companies.csv", CRM);
    crm.written = Some("2026-04-24".into());
    let answer = ask("What uptime did we promise Halden?", vec![contract, crm]).await;
    let [conflict] = answer.conflicts.as_slice() else {
        panic!("{answer:?}")
    };
    let sides: Vec<_> = conflict
        .sides
        .iter()
        .map(|side| {
            (
                side.value.as_str(),
                side.citation.file.as_str(),
                side.citation.written.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        sides,
        [
            ("99.9 %", "CRM export/companies.csv", Some("2026-04-24")),
            (
                "99.5 %",
                "Contracts/Halden Service Agreement.pdf",
                Some("2025-03-03")
            ),
        ]
    );
    assert!(
        answer.sentences.iter().all(|sentence| sentence.conflict),
        "{answer:?}"
    );
}

const REPORT: &str = "Figure | Unit | Value | Period\n\
    Availability Fleet Manager, Halden | % | 99.71 % | September 2026\n\
    Commitment to Halden, agreement NR-2025-0117 | % | 99.5 % | per calendar month";

#[tokio::test]
async fn two_rows_about_one_contract_that_disagree_are_both_shown() {
    let with_contract = CRM
        .replace("SLA uptime | Owner", "SLA uptime | Contract")
        .replace("99.9 % | Ines Okafor", "99.9 % | NR-2025-0117");
    let other_contract = with_contract.replace("NR-2025-0117", "NR-2024-0009");
    for (crm, conflicts) in [(&with_contract, 1), (&other_contract, 0)] {
        let crm = table(1, "CRM export/companies.csv", crm);
        let report = table(2, "Fleet reports/Fleet uptime 2026-09.xlsx", REPORT);
        let answer = ask("What uptime did we commit to for Halden?", vec![crm, report]).await;
        assert_eq!(answer.conflicts.len(), conflicts, "{answer:?}");
        if let [conflict] = answer.conflicts.as_slice() {
            let mut values: Vec<_> = conflict.sides.iter().map(|side| side.value.as_str()).collect();
            values.sort_unstable();
            assert_eq!(values, ["99.5 %", "99.9 %"]);
        }
    }
}

#[tokio::test]
async fn a_measured_value_does_not_contradict_the_promised_one() {
    let contract = passage(1, "Contracts/Halden Service Agreement.pdf", CONTRACT);
    let report = table(
        2,
        "Fleet uptime Halden 2026-04.xlsx",
        "Measure | Unit | Value\nUptime of the portal | % | 99.71 %",
    );
    let answer = ask("What uptime did we promise Halden?", vec![contract, report]).await;
    assert!(
        answer.sentences.iter().any(|own| own.text.contains("99.5 %")),
        "{answer:?}"
    );
    assert!(answer.conflicts.is_empty(), "{answer:?}");
}

#[tokio::test]
async fn the_row_of_another_customer_neither_answers_nor_contradicts() {
    let contract = passage(1, "Contracts/Halden Service Agreement.pdf", CONTRACT);
    let evidence = vec![contract, table(2, "CRM export/companies.csv", CRM)];
    let answer = ask("What uptime did we promise Rauma Freight?", evidence.clone()).await;
    assert_eq!(texts(&answer), ["Rauma Freight AS, SLA uptime: 99.0 %"]);
    assert!(answer.conflicts.is_empty());
    // Osterøy's row is there, but its cell is empty.
    assert!(
        ask("What uptime did we promise Osterøy Foods?", evidence)
            .await
            .abstained()
    );
}

#[tokio::test]
async fn two_versions_disagree_though_one_is_a_table_and_one_a_sentence() {
    let mut old = table(
        1,
        "Offers/Offer NR-588 rev 1.docx",
        "Item | Quantity | Total\nCarrier 300 | 40 | € 1,284,000\nTotal without tax | | € 1,284,000",
    );
    old.written = Some("2026-03-01".into());
    let mut new = passage(
        2,
        "Offers/Offer NR-588 rev 2.pdf",
        "Total without tax € 1,181,280 in all.",
    );
    new.written = Some("2026-04-01".into());
    let answer = ask("What is the total without tax of offer NR-588?", vec![old, new]).await;
    let [conflict] = answer.conflicts.as_slice() else {
        panic!("{answer:?}")
    };
    let sides = conflict
        .sides
        .iter()
        .map(|side| side.value.trim_start_matches("€ "));
    assert_eq!(sides.collect::<Vec<_>>(), ["1,181,280", "1,284,000"]);
}

#[tokio::test]
async fn what_one_section_says_is_not_said_of_the_subject_of_another() {
    let section = |passage_id: i64, heading: &str, text: &str| {
        let mut one = passage(1, "Sales/Battlecard.html", text);
        one.passage = PassageId(passage_id);
        one.headings = vec!["Battlecard".into(), heading.into()];
        one
    };
    let evidence = vec![
        section(11, "Against Polarlift", "The warranty on batteries is 24 months."),
        section(
            12,
            "Against Brandt",
            "Brandt is strong in Germany and has a good network.",
        ),
    ];
    let answer = ask(
        "How long is the warranty on batteries at Brandt?",
        evidence.clone(),
    )
    .await;
    assert!(answer.abstained(), "{answer:?}");
    let answer = ask("How long is the warranty on batteries at Polarlift?", evidence).await;
    assert_eq!(texts(&answer), ["The warranty on batteries is 24 months."]);
}

#[tokio::test]
async fn the_month_of_the_question_is_that_of_the_answer() {
    let energy = table(
        1,
        "Fleet energy 2026.csv",
        "site | month | energy_kwh\nMoss | 2026-05 | 5522\nMoss | 2026-06 | 5890",
    );
    let answer = ask("How many kWh did Moss need in June 2026?", vec![energy.clone()]).await;
    assert!(
        answer.sentences[0].citations[0].quote.contains("2026-06"),
        "{answer:?}"
    );
    assert!(
        ask("How many kWh did Moss need in March 2026?", vec![energy])
            .await
            .abstained()
    );
}

#[tokio::test]
async fn prices_by_quantity_do_not_contradict_those_of_another_list() {
    let list = |document: i64, year: &str, rows: &str| {
        let text = format!("Family | From units | Discount\n{rows}");
        table(document, &format!("Price list {year}.xlsx"), &text)
    };
    let evidence = vec![
        list(1, "2024", "Carrier 300 | 1 | 0 %\nCarrier 300 | 10 | 4 %"),
        list(2, "2026", "Carrier 300 | 1 | 0 %\nCarrier 300 | 10 | 5 %"),
    ];
    let answer = ask("What discount does the Carrier 300 get?", evidence).await;
    assert!(!answer.abstained() && answer.conflicts.is_empty(), "{answer:?}");
}
