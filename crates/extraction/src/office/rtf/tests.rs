use domain::Place;

use super::*;

fn rtf(text: &str) -> Document {
    read(text.as_bytes(), &Limits::default()).unwrap()
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph {
        text: text.into(),
        place: Place::Whole,
    }
}

#[test]
fn characters_come_from_code_pages_and_unicode() {
    let polish = rtf(r"{\rtf1\ansi\ansicpg1250 za\'bf\'f3\'b3\'e6\par}");
    assert_eq!(polish.blocks, [paragraph("zażółć")]);
    let japanese = rtf(
        r"{\rtf1\ansi{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 Mincho;}}\f1\'93\'fa\'96\'7b\f0 ok\par}",
    );
    assert_eq!(japanese.blocks, [paragraph("日本ok")]);
    let unicode = rtf(r"{\rtf1\uc1\u8220?hi\u8221\'94 {\uc2\u-10179??\u-8704??}\uc0\u228 x\par}");
    assert_eq!(unicode.blocks, [paragraph("“hi” 😀äx")]);
}

#[test]
fn pictures_and_properties_are_no_text() {
    let text = r"{\rtf1{\info{\title Offer}{\author Ann}}{\*\generator X;}{\pict\wmetafile8 0102abcd}Text{\*\unknown hidden}\bin4 ab}c more\par}";
    let read = rtf(text);
    assert_eq!(
        (read.title.as_deref(), read.author.as_deref()),
        (Some("Offer"), Some("Ann"))
    );
    assert_eq!(read.blocks, [paragraph("Text more")]);
}

#[test]
fn headings_tables_notes_and_margins_are_kept_apart() {
    let read = rtf(
        r"{\rtf1{\stylesheet{\s1 heading 1;}{\s2 Normal;}}{\footer Confidential\par}\pard\s1 Terms\par\pard\s2 Price{\footnote net}\par
          \trowd\pard\intbl Plan\cell Price\cell\row\trowd\intbl Basic\cell 12\cell\row\pard After\par}",
    );
    let row = domain::Row {
        cells: vec!["Basic".into(), "12".into()],
        place: Place::Whole,
    };
    let expected = [
        Block::Heading {
            level: 1,
            text: "Terms".into(),
            place: Place::Whole,
        },
        paragraph("Price"),
        paragraph("net"),
        Block::Table {
            header: vec!["Plan".into(), "Price".into()],
            rows: vec![row],
        },
        paragraph("After"),
        paragraph("Confidential"),
    ];
    assert_eq!(read.blocks, expected);
}

#[test]
fn a_file_cut_off_gives_what_is_there() {
    let read = rtf(r"{\rtf1 Some text\par and {\b more");
    assert_eq!(read.blocks, [paragraph("Some text"), paragraph("and more")]);
    assert_eq!(read.notices.len(), 1);
    assert!(super::read("{\\rtf1".repeat(5000).as_bytes(), &Limits::default()).is_ok());
}
