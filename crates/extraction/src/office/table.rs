use domain::{Block, Place, Row};

/// A table of a text document or slide. A table of one cell or one column only places text, so that it gives
/// paragraphs. `marked` is the number of first rows that the document itself calls header rows, or shows in bold.
pub(super) fn blocks(mut rows: Vec<Vec<String>>, marked: usize, place: &Place) -> Vec<Block> {
    for cell in rows.iter_mut().flatten() {
        if cell.trim().len() != cell.len() {
            *cell = cell.trim().to_owned();
        }
    }
    let marked = rows
        .iter()
        .take(marked)
        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
        .count();
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    let width = rows
        .iter()
        .map(|row| {
            row.iter()
                .rposition(|cell| !cell.is_empty())
                .map_or(0, |last| last + 1)
        })
        .max();
    let width = width.unwrap_or(0);
    if width <= 1 {
        let texts = rows.into_iter().filter_map(|row| row.into_iter().next());
        return texts
            .map(|text| Block::Paragraph {
                text,
                place: place.clone(),
            })
            .collect();
    }
    for row in &mut rows {
        row.truncate(width);
    }
    let header = if marked > 0 && marked < rows.len() || is_header(&rows) {
        rows.remove(0)
    } else {
        Vec::new()
    };
    // Further header rows are kept as rows: joining them would guess.
    let rows = rows
        .into_iter()
        .map(|cells| Row {
            cells,
            place: place.clone(),
        })
        .collect();
    vec![Block::Table { header, rows }]
}

/// Whether the first row names the columns: short different texts in every column, above rows of which some are
/// numbers, or in three columns and more.
fn is_header(rows: &[Vec<String>]) -> bool {
    let [first, rest @ ..] = rows else { return false };
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let filled: Vec<&str> = first
        .iter()
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    let mut distinct = filled.clone();
    distinct.sort_unstable();
    distinct.dedup();
    // The corner above the names of rows is often empty.
    let whole =
        filled.len() == width || (filled.len() + 1 == width && first.first().is_some_and(String::is_empty));
    let texts = filled.iter().all(|cell| !is_value(cell) && cell.len() <= 80);
    let values = rest
        .iter()
        .any(|row| row.iter().skip(1).any(|cell| is_value(cell)));
    !rest.is_empty() && whole && texts && distinct.len() == filled.len() && (values || width >= 3)
}

/// Whether a cell holds a number, amount, percentage or date rather than words. A year alone names a column.
pub(super) fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let letters = cell.chars().filter(|char| char.is_alphabetic()).count();
    let year = cell.len() == 4 && digits == 4 && (cell.starts_with("19") || cell.starts_with("20"));
    digits > 0 && letters <= 3 && digits + 4 >= letters && digits * 3 >= cell.chars().count() && !year
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect()
    }

    fn header(table: &[&[&str]], marked: usize) -> Vec<String> {
        match blocks(rows(table), marked, &Place::Whole).remove(0) {
            Block::Table { header, .. } => header,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_above_numbers_is_a_header() {
        assert_eq!(
            header(&[&["Plan", "Price"], &["Basic", "12.50"]], 0),
            ["Plan", "Price"]
        );
        assert_eq!(
            header(&[&["", "2023", "2024"], &["Revenue", "10", "12"]], 0),
            ["", "2023", "2024"]
        );
    }

    #[test]
    fn names_beside_values_are_no_header() {
        assert!(header(&[&["Name", "Acme"], &["City", "Berlin"]], 0).is_empty());
        assert_eq!(
            header(&[&["Name", "City"], &["Acme", "Berlin"]], 1),
            ["Name", "City"]
        );
    }

    #[test]
    fn a_table_of_one_column_is_text() {
        let blocks = blocks(rows(&[&["Only this"], &[""]]), 0, &Place::Whole);
        assert_eq!(
            blocks,
            [Block::Paragraph {
                text: "Only this".into(),
                place: Place::Whole
            }]
        );
    }
}
