use super::*;
use crate::package::tests::zip;

/// A document of this body, with styles that know two headings and a numbered list.
fn document(body: &str) -> Document {
    let body = format!("<w:document><w:body>{body}</w:body></w:document>");
    let relations = "<Relationships>\
        <Relationship Id='s' Type='http://x/styles' Target='styles.xml'/>\
        <Relationship Id='n' Type='http://x/numbering' Target='numbering.xml'/>\
        <Relationship Id='f' Type='http://x/footnotes' Target='footnotes.xml'/>\
        <Relationship Id='h' Type='http://x/header' Target='header1.xml'/></Relationships>";
    let styles = "<w:styles><w:style w:styleId='H2'><w:name w:val='heading 2'/></w:style>\
        <w:style w:styleId='Mine'><w:basedOn w:val='H2'/></w:style></w:styles>";
    let numbering = "<w:numbering><w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'>\
        <w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl></w:abstractNum>\
        <w:num w:numId='4'><w:abstractNumId w:val='1'/></w:num></w:numbering>";
    let footnotes = "<w:footnotes><w:footnote w:id='2'><w:p><w:r><w:t>Small print.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let bytes = zip(&[
        ("word/document.xml", body.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
        ("word/numbering.xml", numbering.as_bytes()),
        ("word/footnotes.xml", footnotes.as_bytes()),
        (
            "word/header1.xml",
            b"<w:hdr><w:p><w:r><w:t>Confidential</w:t></w:r></w:p></w:hdr>",
        ),
        (
            "docProps/core.xml",
            b"<cp:p><dc:title>Offer</dc:title><dc:creator>Ann</dc:creator></cp:p>",
        ),
    ]);
    read(&bytes, &Limits::default()).unwrap()
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph {
        text: text.into(),
        place: Place::Whole,
    }
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn headings_come_from_inherited_styles_and_items_keep_their_numbers() {
    let item = "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='4'/></w:numPr></w:pPr><w:r><w:t>Scope</w:t></w:r></w:p>";
    let heading = "<w:p><w:pPr><w:pStyle w:val='Mine'/></w:pPr><w:r><w:t>Terms</w:t></w:r></w:p>";
    let read = document(&format!("{heading}{item}{item}"));
    assert_eq!(
        (read.title.as_deref(), read.author.as_deref()),
        (Some("Offer"), Some("Ann"))
    );
    let item = |text: &str| Block::Item {
        text: text.into(),
        place: Place::Whole,
    };
    let heading = Block::Heading {
        level: 2,
        text: "Terms".into(),
        place: Place::Whole,
    };
    assert_eq!(
        read.blocks,
        [
            heading,
            item("1. Scope"),
            item("2. Scope"),
            paragraph("Small print."),
            paragraph("Confidential")
        ]
    );
}

#[test]
fn a_footnote_stands_after_the_paragraph_that_refers_to_it() {
    let body = format!(
        "<w:p><w:r><w:t>Price</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r></w:p>{}",
        p("Next")
    );
    let blocks = document(&body).blocks;
    assert_eq!(
        blocks,
        [
            paragraph("Price"),
            paragraph("Small print."),
            paragraph("Next"),
            paragraph("Confidential")
        ]
    );
}

#[test]
fn tables_keep_header_merged_and_nested_cells() {
    let cell = |properties: &str, inner: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>");
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let nested = format!(
        "<w:tbl>{}</w:tbl>{}",
        row(&[cell("", &p("a")), cell("", &p("b"))]),
        "<w:p/>"
    );
    let body = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(&[cell("", &p("Plan")), cell("", &p("Price"))]),
        row(&[
            cell("<w:vMerge w:val='restart'/>", &p("Basic")),
            cell("", &p("12"))
        ]),
        row(&[cell("<w:vMerge/>", "<w:p/>"), cell("", &nested)]),
    );
    let Block::Table { header, rows } = document(&body).blocks.remove(0) else {
        panic!("no table")
    };
    assert_eq!(header, ["Plan", "Price"]);
    assert_eq!(rows[0].cells, ["Basic", "12"]);
    assert_eq!(rows[1].cells, ["Basic", "a; b"]);
}

#[test]
fn deleted_text_is_gone_and_text_boxes_are_read_once() {
    let body = "<w:p><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><mc:AlternateContent>\
        <mc:Choice><wps:txbx><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></wps:txbx></mc:Choice>\
        <mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Fallback>\
        </mc:AlternateContent></w:r></w:p>";
    let blocks = document(body).blocks;
    assert_eq!(blocks[..2], [paragraph("Kept"), paragraph("In a box")]);
}

#[test]
fn a_broken_document_gives_what_can_be_read_and_says_so() {
    let bytes = zip(&[(
        "word/document.xml",
        b"<w:document><w:body><w:p><w:r><w:t>Start</w:t></w:r></w:p><w:p><w:r attr='",
    )]);
    let read = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(read.blocks, [paragraph("Start")]);
    assert_eq!(read.notices.len(), 1);
}

#[test]
fn an_encrypted_document_is_recognised() {
    let error = read(
        &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0],
        &Limits::default(),
    )
    .unwrap_err();
    assert_eq!(error.status, domain::ReadStatus::Encrypted);
}
