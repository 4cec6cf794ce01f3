//! A statement as a manifest has it, with arguments in braces, and as a database takes it, with placeholders. No value ever
//! becomes part of its text.

use std::collections::BTreeMap;

use crate::manifest::{Dialect, Form};

/// A statement that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    pieces: Vec<Piece>,
    /// Its first word, in lower case.
    pub(crate) first: String,
}

/// An argument at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) name: String,
    /// Not its value, but whether it was given: `{name?}`.
    pub(crate) asks: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Sql(String),
    Slot(Slot),
}

/// How often an argument is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) value: bool,
    pub(crate) asks: bool,
}

impl Parsed {
    /// Reads a statement.
    ///
    /// # Errors
    /// When it is not exactly one, or holds what the database may read in another way than this: in a sentence without its
    /// end.
    pub(crate) fn read(dialect: Dialect, text: &str) -> Result<Self, String> {
        let mut reader = Reader {
            dialect,
            rest: text,
            sql: String::new(),
            pieces: Vec::new(),
            words: Vec::new(),
            ended: false,
        };
        while !reader.rest.is_empty() {
            reader.step()?;
        }
        reader.flush();
        let first = reader.words.first().cloned().ok_or("there is no statement")?;
        let into_file = |pair: &[String]| {
            pair.first().is_some_and(|word| word == "into")
                && pair
                    .last()
                    .is_some_and(|word| ["outfile", "dumpfile"].contains(&word.as_str()))
        };
        if dialect == Dialect::Mysql && reader.words.windows(2).any(into_file) {
            return Err("it writes a file on the server".to_owned());
        }
        Ok(Self {
            pieces: reader.pieces,
            first,
        })
    }

    /// The arguments, and how each is used.
    pub(crate) fn used(&self) -> BTreeMap<&str, Used> {
        let mut all = BTreeMap::<&str, Used>::new();
        for piece in &self.pieces {
            if let Piece::Slot(slot) = piece {
                let used = all.entry(&slot.name).or_default();
                used.asks |= slot.asks;
                used.value |= !slot.asks;
            }
        }
        all
    }

    /// The text for the database, and what goes to each placeholder.
    pub(crate) fn compiled(&self, dialect: Dialect, form: impl Fn(&str) -> Form) -> (String, Vec<Slot>) {
        let (mut sql, mut slots) = (String::new(), Vec::<Slot>::new());
        for piece in &self.pieces {
            match piece {
                Piece::Sql(text) => sql.push_str(text),
                Piece::Slot(slot) => {
                    let before = slots.iter().position(|own| own == slot);
                    let at = match (dialect, before) {
                        (Dialect::Mysql, _) | (_, None) => {
                            slots.push(slot.clone());
                            slots.len()
                        }
                        (_, Some(at)) => at + 1,
                    };
                    let form = (!slot.asks).then(|| form(&slot.name));
                    sql.push_str(&placeholder(dialect, at, form));
                }
            }
        }
        (sql, slots)
    }
}

/// A placeholder. What is sent as text and is none is said to be what it is, so that the database compares it as that.
fn placeholder(dialect: Dialect, at: usize, form: Option<Form>) -> String {
    match dialect {
        Dialect::Sqlite => format!("?{at}"),
        Dialect::Postgresql => match form {
            Some(Form::Number) => format!("cast(${at} as numeric)"),
            Some(Form::Date) => format!("cast(${at} as date)"),
            Some(Form::DateTime) => format!("cast(${at} as timestamptz)"),
            _ => format!("${at}"),
        },
        Dialect::Mysql => match form {
            Some(Form::Number) => "cast(? as decimal(65,30))".to_owned(),
            Some(Form::Date) => "cast(? as date)".to_owned(),
            Some(Form::DateTime) => "cast(? as datetime(6))".to_owned(),
            _ => "?".to_owned(),
        },
    }
}

struct Reader<'a> {
    dialect: Dialect,
    rest: &'a str,
    sql: String,
    pieces: Vec<Piece>,
    /// Words outside quotes and comments, in lower case.
    words: Vec<String>,
    /// Its semicolon was there.
    ended: bool,
}

impl Reader<'_> {
    fn flush(&mut self) {
        if !self.sql.is_empty() {
            self.pieces.push(Piece::Sql(std::mem::take(&mut self.sql)));
        }
    }

    fn take(&mut self, bytes: usize) {
        let (own, rest) = self.rest.split_at(bytes);
        self.sql.push_str(own);
        self.rest = rest;
    }

    fn step(&mut self) -> Result<(), String> {
        let mysql = self.dialect == Dialect::Mysql;
        let Some(next) = self.rest.chars().next() else {
            return Ok(());
        };
        if next.is_whitespace() {
            self.take(next.len_utf8());
            return Ok(());
        }
        if self.rest.starts_with("--") || mysql && next == '#' {
            return self.line_comment(next);
        }
        if self.rest.starts_with("/*") {
            return self.comment();
        }
        if self.ended {
            return Err("it is more than one statement; each operation has one".to_owned());
        }
        match next {
            '\'' | '"' => self.quoted(next, next),
            '`' => self.quoted('`', '`'),
            '[' if self.dialect == Dialect::Sqlite => self.quoted('[', ']'),
            '$' if self.dialect == Dialect::Postgresql => self.dollar(),
            '{' => self.slot(),
            '}' => Err("a brace is closed that was never opened".to_owned()),
            ';' => {
                self.ended = true;
                self.rest = &self.rest[1..];
                Ok(())
            }
            '?' if self.dialect != Dialect::Postgresql => Err(OWN.to_owned()),
            '@' | ':' | '$' if self.dialect == Dialect::Sqlite => Err(OWN.to_owned()),
            '\0' => Err("it holds a character that no statement can hold".to_owned()),
            letter if letter.is_alphabetic() || letter == '_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let end = self.rest.find(|c| !word(c)).unwrap_or(self.rest.len());
                let own = &self.rest[..end];
                self.words.push(own.to_lowercase());
                self.take(end);
                Ok(())
            }
            other => {
                self.take(other.len_utf8());
                Ok(())
            }
        }
    }

    /// Comments are for those who read the manifest, and are not sent.
    fn line_comment(&mut self, next: char) -> Result<(), String> {
        let after = self.rest[1..].chars().nth(1);
        if self.dialect == Dialect::Mysql && next == '-' && after.is_some_and(|c| !c.is_whitespace()) {
            return Err("`--` begins a comment here only before a blank; write one".to_owned());
        }
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
        self.sql.push(' ');
        Ok(())
    }

    fn comment(&mut self) -> Result<(), String> {
        let inside = &self.rest[2..];
        if inside.starts_with(['!', '+']) || inside.starts_with("M!") {
            return Err("a comment that the database would carry out is no comment".to_owned());
        }
        let end = inside.find("*/").ok_or("a comment has no end")?;
        if inside[..end].contains("/*") {
            return Err("a comment holds another one".to_owned());
        }
        self.rest = &inside[end + 2..];
        self.sql.push(' ');
        Ok(())
    }

    fn quoted(&mut self, open: char, close: char) -> Result<(), String> {
        let mut end = 1;
        loop {
            let found = self.rest[end..].find(close);
            let at = end + found.ok_or_else(|| format!("a `{open}` has no end"))?;
            // Whether that quote ends the text depends on settings of the server.
            if self.rest[..at].ends_with('\\') {
                return Err("a backslash stands before a quote; give such a text as an argument".to_owned());
            }
            end = at + 1;
            let doubled = close != ']' && self.rest[end..].starts_with(close);
            if !doubled {
                break;
            }
            end += 1;
        }
        self.take(end);
        Ok(())
    }

    /// `$$ … $$` and `$tag$ … $tag$` of PostgreSQL.
    fn dollar(&mut self) -> Result<(), String> {
        let after = &self.rest[1..];
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(OWN.to_owned());
        }
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        let length = after.find(|c| !plain(c)).unwrap_or(after.len());
        if !after[length..].starts_with('$') {
            return Err("a `$` stands where it means nothing".to_owned());
        }
        let tag = &self.rest[..length + 2];
        let inside = &self.rest[tag.len()..];
        let end = inside.find(tag).ok_or_else(|| format!("`{tag}` has no end"))?;
        self.take(tag.len() + end + tag.len());
        Ok(())
    }

    fn slot(&mut self) -> Result<(), String> {
        let end = self.rest.find('}').ok_or("a brace is not closed")?;
        let inside = &self.rest[1..end];
        let (name, asks) = match inside.strip_suffix('?') {
            Some(name) => (name, true),
            None => (inside, false),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!(
                "`{{{inside}}}` is no argument; write `{{name}}`, or `{{name?}}` for whether it was given"
            ));
        }
        let name = name.to_owned();
        self.flush();
        self.pieces.push(Piece::Slot(Slot { name, asks }));
        self.rest = &self.rest[end + 1..];
        Ok(())
    }
}

/// What is said to a placeholder of the database's own.
const OWN: &str = "an argument is written as its name in braces: `{id}`";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Dialect; 3] = [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite];

    #[test]
    fn an_argument_becomes_a_placeholder_and_nothing_in_quotes_or_comments_does() {
        let text = "select id, '{a}' as a, \"{b}\" -- {c};\n /* {d}; */ from t where id = {id} and {x?} or id = {id};";
        let compiled = |dialect| {
            let parsed = Parsed::read(dialect, text).unwrap();
            let (sql, slots) = parsed.compiled(dialect, |_| Form::Integer);
            (sql, slots.len())
        };
        let (sql, slots) = compiled(Dialect::Postgresql);
        assert!(sql.ends_with("from t where id = $1 and $2 or id = $1"), "{sql}");
        assert!(
            sql.contains("'{a}'") && !sql.contains("{c}") && !sql.contains("{d}"),
            "{sql}"
        );
        assert_eq!(slots, 2);
        assert_eq!(compiled(Dialect::Mysql).1, 3);
        assert!(compiled(Dialect::Sqlite).0.contains("id = ?1 and ?2 or id = ?1"));
    }

    #[test]
    fn what_is_not_exactly_one_plain_statement_is_refused() {
        for (dialect, text) in [
            (Dialect::Postgresql, "select 1; drop table t"),
            (Dialect::Sqlite, "select 1;;"),
            (Dialect::Mysql, "select 1; -- a\n delete from t"),
            (Dialect::Postgresql, "select 1 where a = $1"),
            (Dialect::Mysql, "select 1 where a = ?"),
            (Dialect::Sqlite, "select 1 where a = :a"),
            (Dialect::Mysql, "select /*! 1; drop */ 1"),
            (Dialect::Mysql, "select 1 --1"),
            (Dialect::Mysql, "select 'a\\'; delete from t; -- '"),
            (Dialect::Postgresql, "select E'a\\'; delete from t; -- '"),
            (Dialect::Postgresql, "select 1 /* a /* b */ ; delete from t */"),
            (Dialect::Mysql, "select a into outfile '/tmp/x' from t"),
            (Dialect::Postgresql, "select 'a"),
            (Dialect::Postgresql, "select $a$ x"),
            (Dialect::Postgresql, "select {a b}"),
            (Dialect::Postgresql, "select {a"),
            (Dialect::Postgresql, " -- nothing"),
            (Dialect::Postgresql, ""),
        ] {
            assert!(Parsed::read(dialect, text).is_err(), "{text}");
        }
        for dialect in ALL {
            assert!(Parsed::read(dialect, "select 'it''s; {x}' as a from t ; -- end\n").is_ok());
        }
        assert!(Parsed::read(Dialect::Postgresql, "select $x$ ; {a} $x$, a ? 'b', a::text").is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_is_read_keeps_its_quotes_and_has_no_second_statement(
            parts in prop::collection::vec(prop::sample::select(vec![
                "select ", "'", "''", "\"", "`", "\\", ";", "--", "\n", "/*", "*/", "#", "$", "$$", "$a$", "{a}", "{a?}", "{", "}",
                "?", ":", "@", "[", "]", " ", "x", "æ", "1", "!", "\0",
            ]), 0..14),
        ) {
            let text = parts.concat();
            for dialect in ALL {
                if let Ok(parsed) = Parsed::read(dialect, &text) {
                    let (sql, slots) = parsed.compiled(dialect, |_| Form::Text);
                    // Read again it is one statement of the same words, with no argument left in it.
                    let sql = match dialect {
                        Dialect::Postgresql => (1..=slots.len()).rev().fold(sql, |sql, at| sql.replace(&format!("${at}"), "{p}")),
                        Dialect::Mysql => sql.replace('?', "{p}"),
                        Dialect::Sqlite => (1..=slots.len()).rev().fold(sql, |sql, at| sql.replace(&format!("?{at}"), "{p}")),
                    };
                    let again = Parsed::read(dialect, &sql);
                    prop_assert!(again.is_ok(), "{text:?} became {sql:?}: {again:?}");
                }
            }
        }
    }
}
