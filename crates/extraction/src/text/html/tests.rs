use super::*;

fn parse(html: &str) -> Document {
    read(html.as_bytes(), &Limits::default()).unwrap()
}

fn table(html: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let document = parse(html);
    let [Block::Table { header, rows }] = &document.blocks[..] else {
        panic!("{:?}", document.blocks)
    };
    (header.clone(), rows.iter().map(|row| row.cells.clone()).collect())
}

#[test]
fn a_page_is_read_as_a_browser_shows_it() {
    let document = parse(
        "<!doctype html><html><head><title> Price &amp; terms </title><meta name=author content='Ann Lee'>\
         <style>p { color: red }</style><script>var x = '<p>no</p>';</script></head><body>\
         <h1>Prices</h1><p>One\n  two<br>three<p>four&nbsp;<b>fi</b>ve</p>\
         <div style='display: none'>secret <p>more</p></div><p hidden>unseen<p>seen\
         <ol start=3><li>c<li>d<ul><li>e</ul></ol><pre>x\n  y</pre></body></html>",
    );
    assert_eq!(document.title.as_deref(), Some("Price & terms"));
    assert_eq!(document.author.as_deref(), Some("Ann Lee"));
    assert_eq!(
        document.text(),
        "Price & terms\nPrices\nOne two\nthree\nfour five\nseen\n3. c\n4. d\ne\nx\n  y\n"
    );
    assert!(matches!(document.blocks[0], Block::Heading { level: 1, .. }));
    assert!(matches!(document.blocks[5], Block::Item { .. }));
    assert!(matches!(document.blocks[8], Block::Code { .. }));
}

#[test]
fn merged_cells_keep_every_value_under_its_heading() {
    let (header, rows) = table(
        "<table><thead><tr><th rowspan=2>Region<th colspan=2>2023<tr><th>Q1<th>Q2</thead>\
         <tr><td rowspan=2>North<td>1<td>2<tr><td>3<td>4</table>",
    );
    assert_eq!(header, ["Region", "2023 Q1", "2023 Q2"]);
    assert_eq!(rows, [["North", "1", "2"], ["North", "3", "4"]]);
}

#[test]
fn a_table_that_arranges_the_page_is_running_text() {
    let document = parse("<table><tr><td>Menu<td><table><tr><th>A<th>B<tr><td>1<td>2</table>after</table>");
    assert_eq!(document.text(), "Menu\nA\tB\n1\t2\nafter\n");
    assert!(matches!(&document.blocks[1], Block::Table { header, .. } if header.len() == 2));
}

#[test]
fn markup_without_its_end_tags_loses_no_text() {
    assert_eq!(parse("<p>a<div>b<table><tr><td>c<td>d").text(), "a\nb\nc\td\n");
    assert_eq!(parse("<div></span>x</div></div>y").text(), "x\ny\n");
    assert_eq!(parse("plain").text(), "plain\n");
    assert_eq!(parse("<title>only").title.as_deref(), Some("only"));
}

#[test]
fn in_xhtml_every_element_may_end_itself() {
    let document = parse(
        "<?xml version='1.0'?><html><head><title/><script src='x'/></head><body><p/><a id='b'/>text</body></html>",
    );
    assert_eq!(document.text(), "text\n");
}

#[test]
fn the_declared_encoding_is_used() {
    let page = "<html><head><meta charset=\"windows-1251\"></head><body>Привет</body></html>";
    let bytes = encoding_rs::WINDOWS_1251.encode(page).0.into_owned();
    assert_eq!(read(&bytes, &Limits::default()).unwrap().text(), "Привет\n");
}

#[test]
fn nesting_of_any_depth_takes_time_by_size_only() {
    for unit in [
        "<div>",
        "<table><tr><td>",
        "<ul><li>",
        "<b><p>",
        "<svg>",
        "<div hidden>",
        "</p>",
        "<h1>",
    ] {
        blocks(&unit.repeat(200_000), &Place::Whole);
    }
    blocks(
        &format!("<table>{}", "<tr><td colspan=9999 rowspan=9999>x".repeat(2000)),
        &Place::Whole,
    );
}
