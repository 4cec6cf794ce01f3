//! Years, quarters and months in one spelling, so that `FY18` finds `2018` and `June` finds `2026-06`.

use super::words::{Kind, Token, token};

/// Adds `q2` for `second quarter` and the month of a date, and joins an identifier that was written in two words
/// (`AMR 40X`).
pub(crate) fn spell_out_periods(tokens: &mut Vec<Token>) {
    let mut added = Vec::new();
    for own in tokens.iter() {
        if let Some((year, month)) = year_and_month(&own.raw) {
            added.push(token(year, &own.raw, Kind::Number, own.at));
            added.push(token(month, &own.raw, Kind::Word, own.at));
        } else if let Some(month) = month(&own.raw) {
            added.push(token(month, &own.raw, Kind::Word, own.at));
        }
    }
    for pair in tokens.windows(2) {
        let [first, second] = pair else { continue };
        let quarter = ["quarter", "quartal", "kvartal"]
            .iter()
            .any(|word| second.raw.to_lowercase().starts_with(word));
        if quarter {
            let ordinal = match first.raw.to_lowercase().as_str() {
                "first" | "1st" | "erst" | "erste" | "ersten" | "første" | "1" => Some("q1"),
                "second" | "2nd" | "zweite" | "zweiten" | "andre" | "2" => Some("q2"),
                "third" | "3rd" | "dritte" | "dritten" | "tredje" | "3" => Some("q3"),
                "fourth" | "4th" | "vierte" | "vierten" | "fjerde" | "4" => Some("q4"),
                _ => None,
            };
            if let Some(ordinal) = ordinal {
                added.push(token(ordinal.into(), &first.raw, Kind::Identifier, first.at));
            }
        }
        let short_capitals = first.raw.len() <= 5 && first.raw.chars().all(|c| c.is_ascii_uppercase());
        let year = fiscal_year(&format!("{}{}", first.raw, second.raw)).is_some();
        if first.kind == Kind::Word
            && short_capitals
            && !year
            && second.kind != Kind::Word
            && second.at == first.at + first.raw.len() + 1
        {
            let joined = format!("{}{}", first.stem, second.stem.replace('.', ""));
            added.push(token(joined, &first.raw, Kind::Identifier, first.at));
        }
    }
    tokens.extend(added);
}

/// `FY18`, `FY2018`, `CY2018` name a year.
pub(crate) fn fiscal_year(run: &str) -> Option<String> {
    let lower = run.to_ascii_lowercase();
    let digits = lower
        .strip_prefix("fy")
        .or_else(|| lower.strip_prefix("cy"))?
        .trim_start_matches(['\'', '-']);
    full_year(digits)
}

/// `2023Q2`, `2023-Q2`, `Q2-2023`, `Q2'23`.
pub(crate) fn year_and_quarter(run: &str) -> Option<(String, String)> {
    let lower = run.to_ascii_lowercase();
    let (left, right) = lower.split_once('q')?;
    if left.is_empty() {
        let quarter = right.get(..1).filter(|q| matches!(*q, "1" | "2" | "3" | "4"))?;
        let year = full_year(right.get(1..)?.trim_start_matches(['-', '/', '\'']))?;
        return Some((year, format!("q{quarter}")));
    }
    let year = full_year(left.trim_end_matches(['-', '/']))?;
    matches!(right, "1" | "2" | "3" | "4").then(|| (year, format!("q{right}")))
}

/// `2026-06`, `2026-06-14`, `14.06.2026` name a year and a month.
fn year_and_month(raw: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = raw.split(['-', '.', '/']).collect();
    let (year, month) = match parts.as_slice() {
        [year, month] | [year, month, _] if year.len() == 4 => (full_year(year)?, month),
        [_, month, year] if year.len() == 4 => (full_year(year)?, month),
        _ => return None,
    };
    let number: u8 = month.parse().ok()?;
    (1..=12)
        .contains(&number)
        .then(|| (year, format!("month {number}")))
}

/// The month a word names, in one spelling. `May` only with its capital; `march` and `mars` are months often enough.
fn month(raw: &str) -> Option<String> {
    const NAMES: [&str; 12] = [
        "january januar jan",
        "february februar feb",
        "march märz mars mar",
        "april apr",
        "may mai",
        "june juni jun",
        "july juli jul",
        "august aug",
        "september sept sep",
        "october oktober oct okt",
        "november nov",
        "december dezember desember dec dez des",
    ];
    if raw == "may" {
        return None;
    }
    let lower = raw.to_lowercase();
    let position = NAMES
        .iter()
        .position(|names| names.split_ascii_whitespace().any(|name| name == lower))?;
    Some(format!("month {}", position + 1))
}

/// Whether a word names a month or a day of the week: a time, not a thing.
pub(crate) fn names_a_time(raw: &str) -> bool {
    let lower = raw.to_lowercase();
    month(raw).is_some()
        || [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ]
        .contains(&lower.as_str())
}

fn full_year(digits: &str) -> Option<String> {
    let number: u32 = digits.parse().ok()?;
    match digits.len() {
        2 => Some((2000 + number).to_string()),
        4 if (1900..2100).contains(&number) => Some(number.to_string()),
        _ => None,
    }
}
