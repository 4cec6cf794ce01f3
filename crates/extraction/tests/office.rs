//! Real files of real office programs keep their structure.
#![allow(clippy::panic, clippy::unwrap_used)] // helpers of tests are tests

use std::path::{Path, PathBuf};

use domain::{Block, Document, Place, ReadStatus};
use extraction::{Limits, pdf, read};

/// Loads PDFium from where `make setup` puts it.
fn pdfium() {
    let root = PathBuf::from("../../runtime");
    let runtime = std::env::var_os("ATTACHE_RUNTIME").map_or(root, PathBuf::from);
    let name = format!(
        "{}pdfium{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    pdf::bind(&runtime.join("lib").join(name))
        .unwrap_or_else(|error| panic!("{error} Run `make setup`, which fetches it."));
}

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new("../../tests/fixtures/documents").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn document(name: &str) -> Document {
    let reading = read(name, &bytes(name), &Limits::default());
    assert_eq!(reading.status, ReadStatus::Ok, "{name}: {:?}", reading.reason);
    reading.document
}

fn headings<'a>(document: &'a Document) -> Vec<&'a str> {
    let heading = |block: &'a Block| match block {
        Block::Heading { text, .. } => Some(text.as_str()),
        _ => None,
    };
    document.blocks.iter().filter_map(heading).collect()
}

/// Header and rows of the only table.
fn table(document: &Document) -> (Vec<&str>, Vec<Vec<&str>>) {
    let tables: Vec<_> = document
        .blocks
        .iter()
        .filter(|block| matches!(block, Block::Table { .. }))
        .collect();
    let [Block::Table { header, rows }] = tables.as_slice() else {
        panic!("{tables:?}")
    };
    let rows = rows
        .iter()
        .map(|row| row.cells.iter().map(String::as_str).collect())
        .collect();
    (header.iter().map(String::as_str).collect(), rows)
}

#[test]
fn text_documents_keep_headings_tables_and_items_whatever_program_wrote_them() {
    for name in [
        "checklist.docx",
        "checklist.doc",
        "checklist.odt",
        "checklist.rtf",
    ] {
        let document = document(name);
        let expected = [
            "Weekly check of the Carrier 300",
            "Safety scanners",
            "Battery",
            "Reporting",
        ];
        assert_eq!(headings(&document), expected, "{name}");
        let (header, rows) = table(&document);
        assert_eq!(header, ["Check", "Limit", "Tool"], "{name}");
        let expected = [
            ["Stopping distance at 1.2 m/s", "0.45 m", "tape measure"],
            ["Wheel diameter", "158 mm", "calliper"],
        ];
        assert_eq!(rows, expected, "{name}");
        let items = document
            .blocks
            .iter()
            .filter(|block| matches!(block, Block::Item { .. }))
            .count();
        assert_eq!(items, 2, "{name}");
        assert_eq!(
            document.title.as_deref(),
            Some("Weekly check of the Carrier 300"),
            "{name}"
        );
    }
}

#[test]
fn a_pdf_keeps_its_pages_and_each_row_of_a_table_on_one_line() {
    pdfium();
    let document = document("checklist.pdf");
    assert_eq!(document.parts, Some(3));
    let page_of = |wanted: &str| {
        let found = document.blocks.iter().find_map(|block| match block {
            Block::Heading { text, place, .. }
            | Block::Paragraph { text, place }
            | Block::Item { text, place } => text.contains(wanted).then(|| place.page()),
            _ => None,
        });
        found.flatten()
    };
    assert_eq!(page_of("once a week by the super user"), Some(1));
    assert_eq!(page_of("rated value of 48 Ah"), Some(2));
    assert_eq!(page_of("C300-01187"), Some(3));
    assert!(document.text().contains("Wheel diameter\t158 mm\tcalliper"));
    assert_eq!(
        headings(&document),
        [
            "Weekly check of the Carrier 300",
            "Safety scanners",
            "Battery",
            "Reporting"
        ]
    );
}

#[test]
fn every_character_of_a_passage_has_a_box_on_its_page() {
    pdfium();
    let boxes = pdf::boxes(&bytes("checklist.pdf"), 2).unwrap();
    let text: String = boxes.chars.iter().map(|boxed| boxed.char).collect();
    assert!(text.contains("ratedvalueof48Ah"), "{text}");
    let inside = |boxed: &pdf::CharBox| {
        boxed.left >= 0.0
            && boxed.right <= boxes.width
            && boxed.top >= 0.0
            && boxed.bottom <= boxes.height
            && boxed.top < boxed.bottom
    };
    assert!(boxes.chars.iter().all(inside));
}

#[test]
fn a_scan_is_recognised() {
    pdfium();
    let reading = read("scan.pdf", &bytes("scan.pdf"), &Limits::default());
    assert_eq!(reading.status, ReadStatus::ImageOnly);
    assert!(reading.reason.unwrap().contains("scan"));
}

#[test]
fn sheets_keep_headers_cell_ranges_and_numbers_as_shown() {
    for name in ["prices.xlsx", "prices.xls", "prices.ods"] {
        let document = document(name);
        assert_eq!(headings(&document), ["Spare parts", "Discounts"], "{name}");
        let row = |wanted: &str| {
            let tables = document.blocks.iter().filter_map(|block| match block {
                Block::Table { header, rows } => Some((header, rows)),
                _ => None,
            });
            let mut rows =
                tables.flat_map(|(header, rows)| rows.iter().map(move |row| (header.join("|"), row)));
            rows.find(|(_, row)| row.cells.iter().any(|cell| cell == wanted))
                .unwrap()
        };
        let (header, battery) = row("Battery 48 Ah");
        assert_eq!(header, "Order code|Part|Price|Stock Trondheim", "{name}");
        assert_eq!(
            battery.cells,
            ["SP-3007", "Battery 48 Ah", "2,190 €", "17"],
            "{name}"
        );
        assert_eq!(battery.place.to_string(), "sheet Spare parts, A6:D6", "{name}");
        let (header, approval) = row("Kari Holm");
        assert_eq!(
            (header.as_str(), approval.cells[1].as_str()),
            ("From order value|Discount|Approved by", "7.5 %"),
            "{name}"
        );
        assert_eq!(approval.place.to_string(), "sheet Discounts, A5:C5", "{name}");
    }
}

#[test]
fn slides_keep_their_numbers_titles_and_notes() {
    let document = document("deck.pptx");
    assert_eq!(document.parts, Some(3));
    assert_eq!(
        headings(&document),
        ["Spare parts in four days", "Most ordered parts", "Next steps"]
    );
    let first: Vec<String> = document
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Item {
                text,
                place: Place::Slide { slide: 1 },
            }
            | Block::Paragraph {
                text,
                place: Place::Slide { slide: 1 },
            } => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(first[0], "Central store in Trondheim, cut-off at 15:00");
    assert_eq!(first.last().unwrap(), "Say that express delivery costs 35 euro.");
    assert_eq!(table(&document).0, ["Part", "Pieces in 2026"]);
}
