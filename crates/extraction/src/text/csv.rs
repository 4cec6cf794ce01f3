use domain::{Block, Document, Place, Row};

use crate::{Limits, Stop, text::decode};

/// What a cell costs in memory beside its text.
const CELL_BYTES: u64 = 48;

/// Reads comma, semicolon, tab or bar separated values (RFC 4180 with the liberties that real files take).
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let text = decode::decode(bytes);
    // A first line `sep=;` is how Excel is told the separator.
    let (told, skip) = match text
        .lines()
        .next()
        .and_then(|line| line.trim_end().strip_prefix("sep="))
    {
        Some(sign) if sign.len() == 1 => (
            Some(sign.as_bytes()[0]),
            text.find('\n').map_or(text.len(), |at| at + 1),
        ),
        _ => (None, 0),
    };
    let body = &text[skip..];
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(told.unwrap_or_else(|| delimiter(body)))
        .from_reader(body.as_bytes());
    let (mut rows, mut titles) = (Vec::new(), Vec::new());
    let mut document = Document::default();
    let mut record = csv::StringRecord::new();
    let mut memory = 0;
    let (mut line, mut seen) = (1 + u32::from(skip > 0), 0);
    while reader.read_record(&mut record).map_err(Stop::corrupt)? {
        // The reader's own line count takes the second half of a CR LF for the next record's first character.
        let start = record
            .position()
            .map_or(seen, |at| at.byte() as usize)
            .clamp(seen, body.len());
        let blank = body.as_bytes()[start..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace() && **b != b'\t')
            .count();
        line += body.as_bytes()[seen..start + blank]
            .iter()
            .filter(|&&b| b == b'\n')
            .count() as u32;
        seen = start + blank;
        let first = line;
        let last = first
            + record
                .iter()
                .map(|cell| cell.matches('\n').count() as u32)
                .sum::<u32>();
        let mut cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.is_empty() {
            continue;
        }
        memory += cells
            .iter()
            .map(|cell| cell.len() as u64 + CELL_BYTES)
            .sum::<u64>()
            + CELL_BYTES;
        if memory > limits.memory_bytes / 3 {
            document.notices.push(format!(
                "Only the rows up to line {last} were read: the table is too large."
            ));
            break;
        }
        if titles.len() == rows.len() && cells.iter().filter(|cell| !cell.is_empty()).count() < 2 {
            let end = (reader.position().byte() as usize).clamp(seen, body.len());
            titles.push(body[seen..end].trim().to_owned());
        }
        rows.push(Row {
            cells,
            place: Place::Lines { first, last },
        });
    }
    document.blocks = arrange(rows, titles);
    Ok(document)
}

/// Title lines, as they stand in the file, as paragraphs; then the table with its header.
fn arrange(mut rows: Vec<Row>, titles: Vec<String>) -> Vec<Block> {
    let title = |(row, text): (Row, String)| Block::Paragraph {
        text,
        place: row.place,
    };
    let mut blocks: Vec<Block> = rows.drain(..titles.len()).zip(titles).map(title).collect();
    if rows.is_empty() {
        return blocks;
    }
    let header = if is_header(&rows) {
        rows.remove(0).cells
    } else {
        Vec::new()
    };
    blocks.push(Block::Table { header, rows });
    blocks
}

/// The first row is a header if it is all words, and not the only row.
fn is_header(rows: &[Row]) -> bool {
    rows.len() > 1 && rows[0].cells.iter().all(|cell| !is_value(cell))
}

/// A number, amount, percentage or date.
fn is_value(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && letters * 2 <= digits && cell.len() != 4
}

/// The sign that parts the first lines into the same number of columns, more than one.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(50)
        .collect();
    let score = |sign: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, sign)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let same = counts.iter().filter(|&&count| count == most && count > 0).count();
        (same * 100 / lines.len().max(1), most)
    };
    // The comma comes last, so that it wins where nothing tells them apart.
    [b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&sign| score(sign))
        .unwrap_or(b',')
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|&b| {
            quoted ^= b == b'"';
            b == sign && !quoted
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Vec<Block> {
        read(text.as_bytes(), &Limits::default()).unwrap().blocks
    }

    #[test]
    fn a_table_knows_its_header_and_lines() {
        for text in [
            "Name,Price\n\"Bolt, small\",\"1\n2\"\nNut,3\n",
            "Name;Price\r\n\"Bolt, small\";\"1\n2\"\r\nNut;3\r\n",
            "Name\tPrice\nBolt, small\t\"1\n2\"\nNut\t3",
        ] {
            let row = |cells: [&str; 2], first, last| Row {
                cells: cells.map(str::to_owned).to_vec(),
                place: Place::Lines { first, last },
            };
            let rows = vec![row(["Bolt, small", "1\n2"], 2, 3), row(["Nut", "3"], 4, 4)];
            assert_eq!(
                parse(text),
                [Block::Table {
                    header: vec!["Name".into(), "Price".into()],
                    rows
                }]
            );
        }
    }

    #[test]
    fn title_lines_stand_before_the_table() {
        let blocks = parse("Squares,,\n,,\n,Number,Square\n,1,1\n,2,4\n");
        assert!(matches!(&blocks[0], Block::Paragraph { text, .. } if text == "Squares,,"));
        assert!(
            matches!(&blocks[1], Block::Table { header, rows } if header[2] == "Square" && rows.len() == 2)
        );
    }

    #[test]
    fn a_table_of_numbers_has_no_header() {
        assert!(
            matches!(&parse("1.5,2\n3,4\n")[0], Block::Table { header, rows } if header.is_empty() && rows.len() == 2)
        );
    }

    #[test]
    fn the_separator_that_excel_is_told_is_used() {
        let blocks = parse("sep=;\na;b,c\nd;1\n");
        let Block::Table { header, rows } = &blocks[0] else {
            panic!()
        };
        assert_eq!(header, &["a", "b,c"]);
        assert_eq!(rows[0].place, Place::Lines { first: 3, last: 3 });
    }
}
