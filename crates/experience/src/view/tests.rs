use domain::Row;

use super::pieces::{MOST_BLOCKS, MOST_TEXT};
use super::*;

fn view(format: Format) -> DocumentView {
    let facts = FileFacts {
        id: DocumentId(1),
        file: "Prices/List.csv".into(),
        source: domain::Source {
            id: domain::SourceId(1),
            root: "/documents".into(),
            collection: "Prices".into(),
            labels: Labels::default(),
            system: None,
        },
        path: "/documents/Prices/List.csv".into(),
        status: domain::FileStatus::Indexed,
        reason: None,
        format: Some(format),
        title: None,
        author: None,
        written: None,
        parts: None,
        modified: 0,
        there: true,
        changed_since: false,
    };
    DocumentView::bare(&facts, jiff::civil::date(2026, 9, 24))
}

fn paragraph(text: impl Into<String>, place: Place) -> Block {
    Block::Paragraph {
        text: text.into(),
        place,
    }
}

fn document(blocks: Vec<Block>) -> Document {
    Document {
        blocks,
        ..Document::default()
    }
}

fn line(number: u32) -> Place {
    Place::Lines {
        first: number,
        last: number,
    }
}

fn texts(view: &DocumentView) -> Vec<&str> {
    view.blocks
        .iter()
        .filter_map(|block| match block {
            ViewBlock::Paragraph { text, .. } | ViewBlock::Heading { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_long_text_is_shown_around_the_place() {
    let blocks = (1..=5_000)
        .map(|n| paragraph(format!("Line number {n}."), line(n)))
        .collect();
    let shown = window(view(Format::Text), document(blocks), Some(&line(2_500)), None);
    assert_eq!(shown.blocks.len(), MOST_BLOCKS);
    assert!(shown.more_before && shown.more_after);
    assert!(texts(&shown).contains(&"Line number 2500."));
}

#[test]
fn where_there_is_no_finer_place_the_words_of_the_passage_are_looked_for() {
    let blocks = (1..=5_000)
        .map(|n| paragraph(format!("Paragraph number {n}."), Place::Whole))
        .collect();
    let passage = Some("Paragraph number 4000. Paragraph number 4001.");
    let shown = window(view(Format::Docx), document(blocks), Some(&Place::Whole), passage);
    assert!(texts(&shown).contains(&"Paragraph number 4000."));
    assert!(shown.more_before);
}

#[test]
fn one_endless_block_is_cut() {
    let shown = window(
        view(Format::Text),
        document(vec![paragraph("ä".repeat(100_000), line(1))]),
        None,
        None,
    );
    assert!(texts(&shown)[0].len() <= MOST_TEXT + 4);
}

#[test]
fn a_mail_has_a_head_and_a_mailbox_shows_one_message() {
    let place = |message, inner| Place::Message {
        message,
        inner: Box::new(inner),
    };
    let attached = |inner| Place::Attachment {
        name: "Offer.pdf".into(),
        inner: Box::new(inner),
    };
    let heading = |text: &str, place| Block::Heading {
        level: 1,
        text: text.into(),
        place,
    };
    let blocks = vec![
        heading("First", place(1, Place::Whole)),
        paragraph("From: a@x\nTo: b@x", place(1, Place::Whole)),
        paragraph("one", place(1, Place::Whole)),
        heading("Second", place(2, Place::Whole)),
        paragraph(
            "From: Kari <k@x>\nTo: b@x\nDate: Mon, 1 Jun 2026",
            place(2, Place::Whole),
        ),
        paragraph("two", place(2, Place::Whole)),
        heading("Offer.pdf", place(2, attached(Place::Whole))),
        paragraph("41 200", place(2, attached(Place::Page { page: 1 }))),
    ];
    let wanted = place(2, attached(Place::Page { page: 1 }));
    let shown = window(view(Format::Mbox), document(blocks), Some(&wanted), None);
    let mail = shown.mail.clone().unwrap();
    assert_eq!(
        (mail.from.as_str(), mail.subject.as_str()),
        ("Kari <k@x>", "Second")
    );
    assert_eq!(mail.attachments, ["Offer.pdf"]);
    assert_eq!(texts(&shown), ["two", "Offer.pdf", "41 200"]);
    assert!(shown.more_before && !shown.more_after);
}

#[test]
fn a_sheet_is_shown_around_its_range_with_its_head() {
    let place = |row| Place::Cells {
        sheet: "Uptime".into(),
        range: CellRange::row(row, 1, 2),
    };
    let rows = (5..1_000).map(|row| Row {
        cells: vec![format!("r{row}"), "99.5".into()],
        place: place(row),
    });
    let blocks = vec![Block::Table {
        header: vec!["Robot".into(), "Percent".into()],
        rows: rows.collect(),
    }];
    let shown = window(
        view(Format::Xlsx),
        document(blocks.clone()),
        Some(&place(700)),
        None,
    );
    let sheet = shown.sheet.unwrap();
    assert_eq!(
        (sheet.first_row, sheet.first_column, sheet.rows.len()),
        (680, 0, 200)
    );
    assert_eq!(sheet.rows[20], ["", "r700", "99.5"]);
    assert_eq!(sheet.marked, Some(CellRange::row(700, 1, 2)));
    assert!(shown.more_before && shown.more_after);
    let shown = window(view(Format::Xlsx), document(blocks), None, None);
    assert_eq!(shown.sheet.unwrap().rows[4], ["", "Robot", "Percent"]);
}

#[test]
fn separated_values_are_a_sheet_whose_marked_rows_are_its_lines() {
    let row = |cells: [&str; 2], number| Row {
        cells: cells.map(str::to_owned).to_vec(),
        place: line(number),
    };
    let blocks = vec![Block::Table {
        header: vec!["Name".into(), "Price".into()],
        rows: vec![row(["Bolt", "1"], 2), row(["Nut", "2"], 3)],
    }];
    let shown = window(view(Format::Csv), document(blocks), Some(&line(3)), None);
    let sheet = shown.sheet.unwrap();
    assert_eq!(
        (sheet.name.as_str(), sheet.marked),
        ("List.csv", Some(CellRange::row(2, 0, 1)))
    );
    assert_eq!(sheet.rows, [["Name", "Price"], ["Bolt", "1"], ["Nut", "2"]]);
}
