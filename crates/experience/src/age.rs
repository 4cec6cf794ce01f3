//! How old a source is, in words.

use jiff::civil::Date;

/// `written 3 March 2025, 18 months ago`; where the document gives itself no date, `last changed …` for the file.
///
/// `written` is what the document says (RFC 3339 or a plain date), `modified` the date of the file in seconds since
/// 1970.
pub fn dated(written: Option<&str>, modified: i64, today: Date) -> String {
    let said = written.and_then(|written| written.get(..10)?.parse::<Date>().ok());
    let changed = || {
        let at = jiff::Timestamp::from_second(modified).ok()?;
        Some(at.to_zoned(jiff::tz::TimeZone::system()).date())
    };
    let (verb, day) = match (said, written) {
        (Some(day), _) => ("written", day),
        // A year or a month alone.
        (None, Some(written)) if !written.is_empty() => return format!("written {written}"),
        _ => match changed() {
            Some(day) => ("last changed", day),
            None => return "without a date".to_owned(),
        },
    };
    let shown = day.strftime("%-d %B %Y");
    match ago(day, today) {
        Some(ago) => format!("{verb} {shown}, {ago}"),
        None => format!("{verb} {shown}"),
    }
}

/// How long ago a day was; nothing for a day to come.
fn ago(day: Date, today: Date) -> Option<String> {
    let days = (today - day).get_days();
    let counted = |count: i32, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        Some(format!("{count} {unit}{plural} ago"))
    };
    match days {
        ..0 => None,
        0 => Some("today".to_owned()),
        1 => Some("yesterday".to_owned()),
        2..14 => counted(days, "day"),
        14..61 => counted(days / 7, "week"),
        61..730 => counted(days * 12 / 365, "month"),
        _ => counted(days / 365, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_source_tells_its_date_and_its_age_in_words() {
        let today = date(2026, 9, 24);
        let cases = [
            (Some("2025-03-03"), "written 3 March 2025, 18 months ago"),
            (Some("2026-09-24T08:00:00Z"), "written 24 September 2026, today"),
            (Some("2026-09-23"), "written 23 September 2026, yesterday"),
            (Some("2026-09-15"), "written 15 September 2026, 9 days ago"),
            (Some("2026-08-20"), "written 20 August 2026, 5 weeks ago"),
            (Some("2020-01-02"), "written 2 January 2020, 6 years ago"),
            (Some("2026-10-01"), "written 1 October 2026"),
            (Some("2024"), "written 2024"),
        ];
        for (written, said) in cases {
            assert_eq!(dated(written, 0, today), said);
        }
    }

    #[test]
    fn without_a_date_of_its_own_the_date_of_the_file_counts() {
        // Noon UTC, so that it is the same day in most zones.
        let noon = 1_758_715_200;
        assert_eq!(
            dated(None, noon, date(2026, 9, 24)),
            "last changed 24 September 2025, 12 months ago"
        );
        assert_eq!(dated(None, i64::MAX, date(2026, 9, 24)), "without a date");
    }
}
