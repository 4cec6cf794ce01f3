use std::fmt::Write as _;

use integration::Record;
use integration::description::SyncForm;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Longer text stands in a paragraph of its own, below the name of its field.
const SHORT: usize = 120;
/// So many characters of a field are kept.
const MOST: usize = 200_000;

/// A record, and what people wrote in it, as a web page: what is found, cited and shown. `system` is what people call it.
///
/// Everything in it is text that others wrote. It is escaped here; what a field holds as HTML is read by the worker that reads
/// all documents, without network, scripts or pictures.
pub fn page(record: &Record, form: &SyncForm, system: &str, words: &[Record]) -> String {
    let title = record.title().unwrap_or_default();
    let named = format!("{} {}", plain_name(&record.kind), record.id);
    let title = if title.is_empty() {
        named.clone()
    } else {
        title.to_owned()
    };
    let mut out = String::with_capacity(1 << 12);
    let escaped_title = escaped(&title);
    // Writing to a text does not fail.
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><title>{escaped_title}</title></head><body>\n\
         <h1>{escaped_title}</h1>\n<p>{} in {}",
        escaped(&named),
        escaped(system)
    );
    for (name, text) in short(record, &title) {
        let _ = write!(out, "<br>\n{}: {}", escaped(&label(name)), escaped(&text));
    }
    out.push_str("</p>\n");
    long(&mut out, record, form, 2);
    let counts = |said: &&Record| {
        let mut all = form.words_where.iter();
        all.all(|(name, values)| said.fields.get(name).is_some_and(|value| values.contains(value)))
    };
    for said in words.iter().filter(counts) {
        let edited = said.edited().unwrap_or_default();
        let known = |names: &[&str]| {
            let found = names.iter().find_map(|name| said.fields.get(*name));
            found.and_then(text_of)
        };
        let by = edited
            .by
            .or_else(|| known(&["Creator", "author", "user", "created_by", "from"]));
        let at = edited
            .at
            .or_else(|| known(&["Created", "created_on", "created_at", "date"]));
        let head: Vec<String> = [by, at].into_iter().flatten().collect();
        let head = if head.is_empty() {
            plain_name(&said.kind)
        } else {
            head.join(", ")
        };
        let before = out.len();
        let _ = writeln!(out, "<h2>{}</h2>", escaped(&head));
        let after = out.len();
        long(&mut out, said, form, 0);
        if out.len() == after {
            // An entry without words says nothing.
            out.truncate(before);
        }
    }
    out.push_str("</body></html>\n");
    out
}

/// When a text says that something was, in milliseconds since 1970. Without a zone it is taken for UTC.
pub fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    // The second is `2026-11-20T10:33:12.000+0100`, as Jira writes it.
    let with_zone = || {
        let parsed = text.parse::<Timestamp>().ok();
        parsed.or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok())
    };
    let without = || {
        let civil = text.parse::<DateTime>().ok().or_else(|| {
            // `2026-11-20.10:33:12`, as Roundup writes it.
            DateTime::strptime("%Y-%m-%d.%H:%M:%S", text).ok()
        });
        civil?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    with_zone().or_else(without).map(Timestamp::as_millisecond)
}

/// The short fields, for the head.
fn short<'a>(record: &'a Record, title: &'a str) -> impl Iterator<Item = (&'a String, String)> {
    record.fields.iter().filter_map(move |(name, value)| {
        let text = text_of(value)?;
        let fits = text.chars().count() <= SHORT && !text.contains('\n');
        // What is named says more than its number.
        let named = name
            .strip_suffix("_id")
            .is_some_and(|name| record.fields.contains_key(name));
        (fits && name != "id" && !named && text != title).then_some((name, text))
    })
}

/// The long ones, each below its name; with level 0 without a name, and short ones too where they are words.
fn long(out: &mut String, record: &Record, form: &SyncForm, level: u8) {
    for (name, value) in &record.fields {
        let is_html = form.html.iter().any(|own| own == name);
        let Some(text) = text_of(value) else { continue };
        let is_long = text.chars().count() > SHORT || text.contains('\n');
        let is_words = is_long || (level == 0 && is_of_words(name) && !form.words_where.contains_key(name));
        if !(is_words || is_html) {
            continue;
        }
        if level > 0 {
            let _ = writeln!(out, "<h{level}>{}</h{level}>", escaped(&label(name)));
        }
        let text: String = text.replace("\r\n", "\n").chars().take(MOST).collect();
        if is_html {
            out.push_str(&text);
            out.push('\n');
            continue;
        }
        for paragraph in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
            let lines: Vec<String> = paragraph.lines().map(|line| escaped(line.trim_end())).collect();
            let _ = writeln!(out, "<p>{}</p>", lines.join("<br>\n"));
        }
    }
}

/// Fields in which people write, by the names that systems give them.
fn is_of_words(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "content",
        "body",
        "text",
        "notes",
        "comment",
        "message",
        "description",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// A value as text; nothing where it has none.
fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(all) => {
            let each: Vec<String> = all.iter().filter_map(text_of).collect();
            each.join(", ")
        }
        // What an object means its manifest would have to say.
        Value::Object(_) | Value::Null => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// `crm.deals` as `Deals`.
fn plain_name(kind: &str) -> String {
    label(kind.rsplit('.').next().unwrap_or(kind))
}

/// `assigned_to` as `Assigned to`.
fn label(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut letters = spaced.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_however_systems_write_it() {
        let moment_of = |text| moment(text).map(|at| Timestamp::from_millisecond(at).unwrap().to_string());
        for text in [
            "2026-11-20T10:33:12Z",
            "2026-11-20T11:33:12+01:00",
            "2026-11-20T10:33:12.000+0000",
            "2026-11-20T11:33:12.000+0100",
            "2026-11-20 10:33:12",
            "2026-11-20.10:33:12",
            " 2026-11-20T10:33:12 ",
        ] {
            assert_eq!(moment_of(text).as_deref(), Some("2026-11-20T10:33:12Z"), "{text}");
        }
        for text in ["", "yesterday", "20.11.2026", "2026-13-40T00:00:00Z"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_that_somebody_wrote_becomes_markup() {
        assert_eq!(
            escaped(r#"<b class="x">&amp;"#),
            "&lt;b class=&quot;x&quot;&gt;&amp;amp;"
        );
        assert_eq!(label("assigned_to"), "Assigned to");
        assert_eq!(plain_name("crm.deals"), "Deals");
    }
}
