use super::*;

/// Loads PDFium from where `make setup` puts it.
fn pdfium() {
    let root = std::path::PathBuf::from("../../runtime");
    let runtime = std::env::var_os("ATTACHE_RUNTIME").map_or(root, Into::into);
    let library = runtime.join("lib").join(Pdfium::pdfium_platform_library_name());
    bind(&library).unwrap_or_else(|error| panic!("{error} Run `make setup`, which fetches it."));
}

/// A PDF whose pages draw these content streams with Helvetica as font F1.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned()];
    let kids: Vec<String> = (0..pages.len())
        .map(|index| format!("{} 0 R", 4 + 2 * index))
        .collect();
    objects.push(format!(
        "<</Type/Pages/Count {}/Kids[{}]>>",
        pages.len(),
        kids.join(" ")
    ));
    objects.push("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned());
    for (index, content) in pages.iter().enumerate() {
        let resources = "/Resources<</Font<</F1 3 0 R>>>>/MediaBox[0 0 600 800]";
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R{resources}/Contents {} 0 R>>",
            5 + 2 * index
        ));
        objects.push(format!(
            "<</Length {}>>stream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(out.len());
        out.extend(format!("{number} 0 obj{object}endobj\n").bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    out.extend(
        offsets
            .iter()
            .flat_map(|offset| format!("{offset:010} 00000 n \n").into_bytes()),
    );
    out.extend(
        format!(
            "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF",
            objects.len() + 1
        )
        .bytes(),
    );
    out
}

#[test]
fn every_page_keeps_its_number() {
    pdfium();
    let bytes = pdf(&[
        "BT /F1 12 Tf 50 700 Td (First page here) Tj ET",
        "BT /F1 12 Tf 50 700 Td (Second page here) Tj ET",
    ]);
    let document = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(document.parts, Some(2));
    let place = |page| Place::Page { page };
    let paragraph = |text: &str, page| Block::Paragraph {
        text: text.into(),
        place: place(page),
    };
    assert_eq!(
        document.blocks,
        [paragraph("First page here", 1), paragraph("Second page here", 2)]
    );
}

#[test]
fn pages_without_text_are_named() {
    pdfium();
    let picture = "1 0 0 rg 10 10 100 100 re f";
    let bytes = pdf(&[picture, "BT /F1 12 Tf 50 700 Td (Some text) Tj ET", picture]);
    let document = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(
        document.notices,
        ["Pages 1 and 3 are pages without text, for example a scan."]
    );
    let error = read(&pdf(&[picture]), &Limits::default()).unwrap_err();
    assert_eq!(error.status, ReadStatus::ImageOnly);
}

#[test]
fn a_box_lies_where_its_character_is_drawn() {
    pdfium();
    let boxes = boxes(&pdf(&["BT /F1 20 Tf 100 700 Td (Hi) Tj ET"]), 1).unwrap();
    assert_eq!((boxes.width, boxes.height), (600.0, 800.0));
    let h = boxes.chars[0];
    assert_eq!((boxes.chars.len(), h.char), (2, 'H'));
    assert!(
        (h.left - 100.0).abs() < 3.0 && h.top < 90.0 && h.top > 70.0 && h.bottom > 99.0 && h.bottom < 110.0,
        "{h:?}"
    );
}

#[test]
fn a_file_that_is_no_pdf_is_damaged() {
    pdfium();
    assert_eq!(
        read(b"%PDF-1.4 and nothing else", &Limits::default())
            .unwrap_err()
            .status,
        ReadStatus::Corrupt
    );
}

#[test]
fn page_numbers_are_listed_as_people_do() {
    assert_eq!(list(&[3]), "3");
    assert_eq!(list(&[3, 4]), "3 and 4");
    assert_eq!(list(&[1, 4, 5, 6, 9]), "1, 4 to 6 and 9");
}

#[test]
fn dates_and_titles_made_by_programs_are_cleaned() {
    assert_eq!(
        date_from_pdf("D:20230102130000+02'00'").unwrap(),
        "2023-01-02T13:00:00+02:00"
    );
    assert_eq!(date_from_pdf("D:20230102130000").unwrap(), "2023-01-02");
    assert_eq!(date_from_pdf("yesterday"), None);
    assert_eq!(
        sensible_title("Microsoft Word - Offer 2024").unwrap(),
        "Offer 2024"
    );
    assert_eq!(sensible_title("offer_final.docx"), None);
    assert_eq!(sensible_title("Untitled-1"), None);
}
