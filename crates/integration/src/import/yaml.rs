//! YAML 1.2 as JSON: names of fields are texts whatever they look like, and of plain words only `true`, `false`, `null` and
//! numbers are anything else than a text.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// The most values, those that aliases repeat among them: a few lines of aliases can stand for more than any memory holds.
const MOST: usize = 8_000_000;
/// The deepest nesting.
pub(super) const DEEPEST: usize = 120;

/// What is wrong, with its line.
pub(crate) struct Wrong {
    /// Line, from 1.
    pub(crate) line: usize,
    /// What, in a sentence without its end.
    pub(crate) why: String,
}

/// Reads one document. What follows a second `---` is not read.
pub(super) fn read(text: &str) -> Result<Value, Wrong> {
    Reading::default().whole(text).map(|(value, _)| value)
}

/// The line of each value, by its JSON pointer; a field is where its name stands.
pub(crate) type Lines = HashMap<String, usize>;

/// Reads one document that a person wrote and will look at again: with the line of each value, and no name twice.
pub(crate) fn read_with_lines(text: &str) -> Result<(Value, Lines), Wrong> {
    let mut reading = Reading {
        lines: Some(Lines::new()),
        ..Reading::default()
    };
    reading.whole(text)
}

fn wrong(at: &Marker, why: String) -> Wrong {
    Wrong { line: at.line(), why }
}

#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    done: Option<Value>,
    /// The line that is read, from 1.
    line: usize,
    lines: Option<Lines>,
}

struct Open {
    /// Its JSON pointer, where lines are kept.
    at: String,
    anchor: usize,
    part: Part,
    /// Values so far, and how deep they go.
    size: usize,
    height: usize,
}

enum Part {
    List(Vec<Value>),
    Fields {
        fields: Map<String, Value>,
        merged: Vec<Value>,
        name: Option<String>,
    },
}

#[derive(Clone)]
struct Anchored {
    value: Value,
    size: usize,
    height: usize,
}

impl Reading {
    fn whole(&mut self, text: &str) -> Result<(Value, Lines), Wrong> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| wrong(error.marker(), error.info().to_owned()))?;
            self.line = span.start.line();
            if self.event(event).map_err(|why| wrong(&span.start, why))? {
                break;
            }
        }
        let done = self.done.take().ok_or_else(|| Wrong {
            line: 1,
            why: "it is empty".to_owned(),
        })?;
        Ok((done, self.lines.take().unwrap_or_default()))
    }

    /// The pointer of what comes next, with its line kept.
    fn next_at(&mut self) -> String {
        let Some(lines) = &mut self.lines else {
            return String::new();
        };
        let Some(open) = self.open.last() else {
            return String::new();
        };
        let at = match &open.part {
            Part::List(items) => format!("{}/{}", open.at, items.len()),
            Part::Fields { name, .. } => {
                format!(
                    "{}/{}",
                    open.at,
                    super::escaped(name.as_deref().unwrap_or_default())
                )
            }
        };
        lines.entry(at.clone()).or_insert(self.line);
        at
    }

    /// Takes one event; `true` when the document is complete.
    fn event(&mut self, event: Event<'_>) -> Result<bool, String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                // A name is a text: `200`, `on` and `=` are as good as any.
                let names = matches!(
                    self.open.last(),
                    Some(Open {
                        part: Part::Fields { name: None, .. },
                        ..
                    })
                );
                if !names {
                    self.next_at();
                }
                let value = if plain && !names {
                    scalar(&text)
                } else {
                    Value::String(text.into_owned())
                };
                self.put(
                    Anchored {
                        value,
                        size: 1,
                        height: 0,
                    },
                    anchor,
                    1,
                )
            }
            Event::SequenceStart(anchor, _) => self.open(anchor, Part::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let part = Part::Fields {
                    fields: Map::new(),
                    merged: Vec::new(),
                    name: None,
                };
                self.open(anchor, part)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let known = known.ok_or("an alias stands inside what it repeats, which would never end")?;
                let size = known.size;
                self.put(known, 0, size)
            }
            Event::DocumentEnd => Ok(true),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(false),
        }
    }

    fn open(&mut self, anchor: usize, part: Part) -> Result<bool, String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST} levels"));
        }
        let at = self.next_at();
        self.open.push(Open {
            at,
            anchor,
            part,
            size: 1,
            height: 0,
        });
        Ok(false)
    }

    fn close(&mut self) -> Result<bool, String> {
        let Some(open) = self.open.pop() else {
            return Err("something ends that never began".to_owned());
        };
        let value = match open.part {
            Part::List(items) => Value::Array(items),
            Part::Fields {
                mut fields, merged, ..
            } => {
                // What stands there itself counts before what is merged in, and what is merged first before the rest.
                for more in merged.into_iter().flat_map(merge) {
                    fields.entry(more.0).or_insert(more.1);
                }
                Value::Object(fields)
            }
        };
        // An anchor keeps a second one.
        let new = if open.anchor == 0 { 1 } else { open.size };
        self.put(
            Anchored {
                value,
                size: open.size,
                height: open.height + 1,
            },
            open.anchor,
            new,
        )
    }

    /// Puts a value where it belongs; `new` values are kept by it.
    fn put(&mut self, whole: Anchored, anchor: usize, new: usize) -> Result<bool, String> {
        self.values = self.values.saturating_add(new);
        if self.values > MOST {
            return Err(format!(
                "with what its aliases repeat it has more than {MOST} values"
            ));
        }
        if self.open.len() + whole.height > DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST} levels"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, whole.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.done = Some(whole.value);
            return Ok(false);
        };
        open.size = open.size.saturating_add(whole.size);
        open.height = open.height.max(whole.height);
        match &mut open.part {
            Part::List(items) => items.push(whole.value),
            Part::Fields { fields, merged, name } => match name.take() {
                None => match whole.value {
                    Value::String(text) => {
                        if let Some(lines) = &mut self.lines {
                            let at = format!("{}/{}", open.at, super::escaped(&text));
                            if lines.insert(at, self.line).is_some() && text != "<<" {
                                return Err(format!("`{text}` stands here a second time"));
                            }
                        }
                        *name = Some(text);
                    }
                    _ => return Err("the name of a field is no text".to_owned()),
                },
                Some(own) if own == "<<" => merged.push(whole.value),
                // As in JSON the last one counts.
                Some(own) => drop(fields.insert(own, whole.value)),
            },
        }
        Ok(false)
    }
}

/// What `<<` brings: the fields of a part, or of several.
fn merge(from: Value) -> Vec<(String, Value)> {
    match from {
        Value::Object(fields) => fields.into_iter().collect(),
        Value::Array(parts) => parts.into_iter().flat_map(merge).collect(),
        _ => Vec::new(),
    }
}

/// A plain word by the core schema of YAML 1.2. Figures that would lose something as a number stay a text.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let figures = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = figures.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && figures
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-'));
    let bare = text.strip_prefix('+').unwrap_or(text);
    let number = is_number.then(|| {
        let whole = bare.parse::<i64>().map(Number::from).ok();
        let large = || bare.parse::<u64>().map(Number::from).ok();
        let real = || bare.parse::<f64>().ok().and_then(Number::from_f64);
        whole.or_else(large).or_else(real)
    });
    number
        .flatten()
        .map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        read(text).unwrap_or_else(|wrong| panic!("line {}: {}", wrong.line, wrong.why))
    }

    #[test]
    fn names_are_texts_whatever_they_look_like() {
        let text = "200: ok\non: 1\nno: =\n=: x\nnull: 2\n'404': {y: n, v: 1.0, big: 18446744073709551615}\n";
        let read = json!({"200": "ok", "on": 1, "no": "=", "=": "x", "null": 2,
            "404": {"y": "n", "v": 1.0, "big": u64::MAX}});
        assert_eq!(value(text), read);
        assert_eq!(
            value("a: 2026-11-01\nb: 1_000\nc: 0x1F\nd: off\ne: '1'"),
            json!({
            "a": "2026-11-01", "b": "1_000", "c": "0x1F", "d": "off", "e": "1"})
        );
    }

    #[test]
    fn aliases_repeat_and_merge() {
        let text = "base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\nlist: [*base]\n";
        let base = json!({"a": 1, "b": 2});
        assert_eq!(
            value(text),
            json!({"base": base, "own": {"a": 1, "b": 3}, "list": [base]})
        );
    }

    #[test]
    fn a_bomb_of_aliases_is_refused_with_its_line() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let list = vec![before; 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        let wrong = read(&text).unwrap_err();
        assert!(wrong.why.contains("values"), "{}", wrong.why);
        assert!((6..9).contains(&wrong.line), "{}", wrong.line);
    }

    #[test]
    fn what_can_not_be_read_is_told_with_its_line() {
        for (text, line, why) in [
            ("a: 1\nb: [1, 2\nc: 3\n", 3, ""),
            ("a: &a\n  b: *a\n", 2, "never end"),
            ("? [a, b]\n: 1\n", 1, "no text"),
            ("", 1, "empty"),
        ] {
            let wrong = read(text).unwrap_err();
            assert!(wrong.why.contains(why), "{text}: {}", wrong.why);
            assert!(wrong.line.abs_diff(line) <= 1, "{text}: {}", wrong.line);
        }
        // The parser has a limit of its own, further out.
        assert!(read(&"[".repeat(DEEPEST + 1)).unwrap_err().why.contains("nested"));
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
