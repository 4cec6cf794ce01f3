use std::collections::HashMap;

use crate::office::xml::{Node, Xml};

/// Lists and how they count (17.9).
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// From a list's id to its definition.
    lists: HashMap<String, String>,
    definitions: HashMap<String, Vec<Level>>,
    counters: HashMap<String, Vec<u32>>,
}

#[derive(Clone, Debug)]
struct Level {
    format: String,
    /// For example `%1.%2`.
    text: String,
    start: u32,
}

const LEVELS: usize = 9;

impl Default for Level {
    fn default() -> Self {
        Self {
            format: "bullet".into(),
            text: String::new(),
            start: 1,
        }
    }
}

/// Reads `numbering.xml`.
pub(super) fn read(text: &str) -> Numbering {
    let mut xml = Xml::new(text.as_bytes());
    let mut numbering = Numbering::default();
    let (mut definition, mut list, mut level) = (String::new(), None, 0_usize);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => {
                let value = tag.attr("val");
                match tag.name() {
                    "abstractNum" => {
                        definition = tag.attr("abstractNumId").unwrap_or_default();
                        numbering
                            .definitions
                            .insert(definition.clone(), vec![Level::default(); LEVELS]);
                    }
                    "num" => list = tag.attr("numId"),
                    "abstractNumId" => {
                        if let (Some(list), Some(value)) = (&list, value) {
                            numbering.lists.insert(list.clone(), value);
                        }
                    }
                    "lvl" => level = tag.number("ilvl").unwrap_or(0),
                    name @ ("numFmt" | "lvlText" | "start") => {
                        let levels = numbering
                            .definitions
                            .get_mut(&definition)
                            .filter(|_| list.is_none());
                        if let (Some(level), Some(value)) =
                            (levels.and_then(|levels| levels.get_mut(level)), value)
                        {
                            match name {
                                "numFmt" => level.format = value,
                                "lvlText" => level.text = value,
                                _ => level.start = value.parse().unwrap_or(1),
                            }
                        }
                    }
                    _ => {}
                }
            }
            Node::End(name) if name == "num" => list = None,
            _ => {}
        }
    }
    numbering
}

impl Numbering {
    /// Counts one paragraph of a list on and gives its number as it is shown, `4.2`; `None` for bullets.
    pub(super) fn count(&mut self, list: &str, level: u8) -> Option<String> {
        let definition = self.lists.get(list)?;
        let levels = self.definitions.get(definition)?;
        let at = usize::from(level).min(LEVELS - 1);
        let counters = self
            .counters
            .entry(definition.clone())
            .or_insert_with(|| levels.iter().map(|level| level.start.saturating_sub(1)).collect());
        counters[at] = counters[at].saturating_add(1);
        for (counter, level) in counters.iter_mut().zip(levels).skip(at + 1) {
            *counter = level.start.saturating_sub(1);
        }
        if matches!(levels[at].format.as_str(), "bullet" | "none") {
            return None;
        }
        let mut text = levels[at].text.clone();
        for (index, (counter, level)) in counters.iter().zip(levels).enumerate().take(at + 1) {
            let number = if index == at {
                *counter
            } else {
                (*counter).max(level.start)
            };
            text = text.replace(&format!("%{}", index + 1), &written(number, &level.format));
        }
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

fn written(number: u32, format: &str) -> String {
    match format {
        "lowerLetter" | "upperLetter" if number > 0 => {
            // After z come aa, bb, cc.
            let letter = char::from(b'a' + ((number - 1) % 26) as u8);
            let text: String =
                std::iter::repeat_n(letter, ((number - 1) / 26 + 1).min(10) as usize).collect();
            if format == "upperLetter" {
                text.to_uppercase()
            } else {
                text
            }
        }
        "lowerRoman" => roman(number),
        "upperRoman" => roman(number).to_uppercase(),
        "decimalZero" => format!("{number:02}"),
        "bullet" | "none" => String::new(),
        _ => number.to_string(),
    }
}

fn roman(number: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let (mut rest, mut text) = (number.min(3999), String::new());
    for (value, digits) in DIGITS {
        while rest >= value {
            text.push_str(digits);
            rest -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_count_on_and_start_again() {
        let mut numbering = read(
            "<w:numbering><w:abstractNum w:abstractNumId='7'>\
             <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1'/></w:lvl>\
             <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.%2'/></w:lvl>\
             <w:lvl w:ilvl='2'><w:numFmt w:val='lowerRoman'/><w:lvlText w:val='(%3)'/></w:lvl></w:abstractNum>\
             <w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num></w:numbering>",
        );
        let counted: Vec<_> = [0, 1, 1, 2, 2, 0, 1]
            .iter()
            .map(|level| numbering.count("1", *level).unwrap())
            .collect();
        assert_eq!(counted, ["1", "1.1", "1.2", "(i)", "(ii)", "2", "2.1"]);
        assert_eq!(numbering.count("other", 0), None);
    }
}
