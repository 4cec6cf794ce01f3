use std::cell::RefCell;
use std::collections::HashMap;

use domain::{Block, Document, Place};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::{Limits, Stop, text::decode};

mod names;
mod table;

use names::{is_block, is_foreign, is_void};
use table::Table;

/// Open elements beyond this depth are not kept track of.
const DEPTH: usize = 4096;

/// Reads a web page: what a browser would show, without scripts and hidden elements.
///
/// Works on the tokens of the HTML standard's tokenizer instead of a tree: time grows with the size of the page
/// alone, whatever the nesting.
pub(crate) fn read(bytes: &[u8], _: &Limits) -> Result<Document, Stop> {
    let text = decode::decode_declared(bytes, declared(bytes).as_deref());
    let mut document = blocks(&text, &Place::Whole);
    match &document.title {
        None => document.title = first_heading(&document.blocks),
        // What stands above the page is found and cited like the page.
        Some(title) if first_heading(&document.blocks).as_ref() != Some(title) => {
            let heading = Block::Heading {
                level: 1,
                text: title.clone(),
                place: Place::Whole,
            };
            document.blocks.insert(0, heading);
        }
        Some(_) => {}
    }
    Ok(document)
}

/// The blocks of a page or of a piece of markup, all at `place`, and its title, author and date.
pub(crate) fn blocks(html: &str, place: &Place) -> Document {
    let mut page = Page::new(place.clone());
    page.xml = html.trim_start().starts_with("<?xml");
    let sink = Sink(RefCell::new(page));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(64 << 10));
        input.push_back(StrTendril::from(piece));
        let _ = tokenizer.feed(&input);
        rest = after;
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// The first heading's text, which serves as title where a file names none.
pub(crate) fn first_heading(blocks: &[Block]) -> Option<String> {
    blocks.iter().find_map(|block| match block {
        Block::Heading { text, .. } => Some(text.clone()),
        _ => None,
    })
}

/// The encoding that a page declares in its first kilobyte, in `<meta charset>`, `<meta content>` or `<?xml encoding?>`.
pub(crate) fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let at = head
        .find("charset=")
        .map(|at| at + 8)
        .or_else(|| head.find("encoding=").map(|at| at + 9))?;
    let value = head[at..].trim_start_matches(['"', '\'', ' ']);
    let end = value
        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c))
        .unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

struct Page {
    document: Document,
    place: Place,
    text: String,
    kind: Kind,
    /// Names of open elements with the number of times each is open.
    open: Vec<String>,
    counts: HashMap<String, usize>,
    /// Depth of the outermost hidden element.
    hidden: Option<usize>,
    pre: usize,
    lists: Vec<Option<u64>>,
    tables: Vec<Table>,
    title: Option<String>,
    /// XHTML, in which every element may end with its own start.
    xml: bool,
}

/// What the text being read will become.
#[derive(Default, PartialEq)]
enum Kind {
    #[default]
    Paragraph,
    Heading(u8),
    Item(Option<u64>),
}

struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.characters(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return page.start(&tag),
            Token::TagToken(tag) => page.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn new(place: Place) -> Self {
        Self {
            document: Document::default(),
            place,
            text: String::new(),
            kind: Kind::Paragraph,
            open: Vec::new(),
            counts: HashMap::new(),
            hidden: None,
            pre: 0,
            lists: Vec::new(),
            tables: Vec::new(),
            title: None,
            xml: false,
        }
    }

    fn characters(&mut self, text: &str) {
        if let Some(title) = &mut self.title {
            title.push_str(text);
        } else if self.hidden.is_some() {
        } else if self.pre > 0 {
            self.text.push_str(text);
        } else {
            collapse(&mut self.text, text);
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let attribute = |wanted: &str| {
            tag.attrs
                .iter()
                .find(|a| &*a.name.local == wanted)
                .map(|a| &*a.value)
        };
        match name {
            "meta" => self.meta(&attribute),
            "br" if self.hidden.is_none() => {
                trim_spaces(&mut self.text);
                self.text.push('\n');
            }
            "img" if self.hidden.is_none() => {
                if let Some(words) = attribute("alt").filter(|words| !words.trim().is_empty()) {
                    let words = format!(" {words} ");
                    collapse(&mut self.text, &words);
                }
            }
            "hr" => self.flush(),
            _ => {}
        }
        if is_void(name) {
            return TokenSinkResult::Continue;
        }
        self.imply_end(name);
        if self.hidden.is_none() {
            self.open_visible(name, &attribute);
        }
        self.push(name, is_hidden(name, &attribute));
        if tag.self_closing && (self.xml || is_foreign(name)) {
            self.end(name);
            return TokenSinkResult::Continue;
        }
        match name {
            "title" if self.document.title.is_none() && self.count("svg") == 0 => {
                self.title = Some(String::new());
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }

    fn open_visible<'a>(&mut self, name: &str, attribute: &dyn Fn(&str) -> Option<&'a str>) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.leave_table_for_layout();
                self.flush();
                self.kind = Kind::Heading(name.as_bytes()[1] - b'0');
            }
            "li" => {
                self.flush();
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = next.map(|n| n.saturating_add(1));
                    number
                });
                self.kind = Kind::Item(number);
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.flush();
                let first = attribute("start")
                    .and_then(|start| start.trim().parse().ok())
                    .unwrap_or(1);
                if self.lists.len() < DEPTH {
                    self.lists.push((name == "ol").then_some(first));
                }
            }
            "pre" | "listing" | "xmp" => {
                self.flush();
                self.pre += 1;
            }
            "table" => {
                self.leave_table_for_layout();
                self.flush();
                let layout = attribute("role").is_some_and(|role| role.eq_ignore_ascii_case("presentation"));
                if self.tables.len() < DEPTH {
                    self.tables.push(Table::new(layout));
                }
            }
            "thead" => self.with_table(|table| table.head(true)),
            "tr" => self.close_row(),
            "td" | "th" => {
                self.close_cell();
                let span = |name| {
                    attribute(name)
                        .and_then(|n| n.trim().parse::<u32>().ok())
                        .unwrap_or(1)
                };
                let (across, down) = (span("colspan") as usize, span("rowspan"));
                self.with_table(|table| table.open_cell(name == "th", across, down));
            }
            "caption" => self.flush(),
            _ if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if name == "title"
            && let Some(title) = self.title.take()
        {
            self.document.title = Some(one_line(&title)).filter(|title| !title.is_empty());
        }
        if name == "p" || name == "br" {
            // `</p>` and `</br>` without a start break the line, as in browsers.
            self.flush_if_visible();
        }
        if self.count(name) == 0 {
            return;
        }
        let was_hidden = self.hidden.is_some();
        while let Some(last) = self.open.last() {
            let found = last == name;
            self.pop();
            if found {
                break;
            }
        }
        if was_hidden {
            return;
        }
        match name {
            "td" | "th" => self.close_cell(),
            "tr" => self.close_row(),
            "thead" => {
                self.close_row();
                self.with_table(|table| table.head(false));
            }
            "table" => {
                self.close_cell();
                self.flush();
                if let Some(table) = self.tables.pop() {
                    table.finish(&self.place, &mut self.document.blocks);
                }
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.flush();
                self.lists.pop();
            }
            "pre" | "listing" | "xmp" => {
                self.flush();
                self.pre = self.pre.saturating_sub(1);
            }
            _ if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn meta<'a>(&mut self, attribute: &dyn Fn(&str) -> Option<&'a str>) {
        let Some(key) = attribute("name").or_else(|| attribute("property")) else {
            return;
        };
        let slot = match key.to_ascii_lowercase().as_str() {
            "author" | "dc.creator" | "dcterms.creator" => &mut self.document.author,
            "date"
            | "dc.date"
            | "dcterms.date"
            | "dcterms.created"
            | "dcterms.modified"
            | "article:published_time" => &mut self.document.written,
            _ => return,
        };
        if let Some(value) = attribute("content")
            .map(one_line)
            .filter(|value| !value.is_empty())
        {
            slot.get_or_insert(value);
        }
    }

    fn count(&self, name: &str) -> usize {
        self.counts.get(name).copied().unwrap_or(0)
    }

    fn push(&mut self, name: &str, hides: bool) {
        if self.open.len() >= DEPTH {
            return;
        }
        if hides && self.hidden.is_none() {
            self.hidden = Some(self.open.len());
        }
        self.open.push(name.to_owned());
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }

    fn pop(&mut self) {
        if let Some(name) = self.open.pop() {
            if let Some(count) = self.counts.get_mut(&name) {
                *count = count.saturating_sub(1);
            }
            if self.hidden.is_some_and(|depth| depth >= self.open.len()) {
                self.hidden = None;
            }
        }
    }

    /// Start tags that end an open element whose end tag may be left out.
    fn imply_end(&mut self, name: &str) {
        let Some(last) = self.open.last() else { return };
        let ends = match last.as_str() {
            "p" => is_block(name) || matches!(name, "li" | "table" | "ul" | "ol" | "pre"),
            "head" => name == "body" || is_block(name),
            "li" => name == "li",
            "dt" | "dd" => matches!(name, "dt" | "dd"),
            "option" => matches!(name, "option" | "optgroup"),
            "td" | "th" => matches!(name, "td" | "th" | "tr" | "tbody" | "tfoot"),
            "tr" => matches!(name, "tr" | "tbody" | "tfoot"),
            "thead" => matches!(name, "tbody" | "tfoot"),
            _ => false,
        };
        if ends {
            let last = last.clone();
            self.end(&last);
            // A cell ends its row too where a row starts.
            self.imply_end(name);
        }
    }

    fn with_table(&mut self, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.last_mut().filter(|table| !table.layout) {
            change(table);
        }
    }

    /// A heading or another table inside a cell shows that the tables around it only arrange the page.
    fn leave_table_for_layout(&mut self) {
        if self.tables.iter().all(|table| table.layout) {
            return;
        }
        for table in &mut self.tables {
            if !table.layout {
                table.spill(&self.place, &mut self.document.blocks);
            }
        }
        self.flush();
    }

    fn close_cell(&mut self) {
        match self.tables.last_mut() {
            Some(table) if table.in_cell() => {
                let text = std::mem::take(&mut self.text);
                self.kind = Kind::Paragraph;
                table.close_cell(tidy(&text).replace('\n', " "));
            }
            _ => self.flush(),
        }
    }

    fn close_row(&mut self) {
        self.close_cell();
        self.with_table(Table::close_row);
    }

    fn flush_if_visible(&mut self) {
        if self.hidden.is_none() {
            self.flush();
        }
    }

    /// Ends the block being read. Inside a table cell it only breaks the line.
    fn flush(&mut self) {
        if self.tables.last().is_some_and(Table::in_cell) {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                trim_spaces(&mut self.text);
                self.text.push('\n');
            }
            return;
        }
        let text = std::mem::take(&mut self.text);
        let kind = if text.trim().is_empty() {
            // A paragraph inside a heading or item starts with nothing: what it is in still counts.
            if let Kind::Heading(_) | Kind::Item(_) = self.kind {
                return;
            } else {
                Kind::Paragraph
            }
        } else {
            std::mem::take(&mut self.kind)
        };
        let place = self.place.clone();
        if self.pre > 0 {
            let text = text.trim_matches('\n').trim_end().to_owned();
            if !text.is_empty() {
                self.document.blocks.push(Block::Code { text, place });
            }
            return;
        }
        let text = tidy(&text);
        if text.is_empty() {
            return;
        }
        self.document.blocks.push(match kind {
            Kind::Heading(level) => Block::Heading {
                level,
                text: text.replace('\n', " "),
                place,
            },
            Kind::Item(Some(number)) => Block::Item {
                text: format!("{number}. {text}"),
                place,
            },
            Kind::Item(None) => Block::Item { text, place },
            Kind::Paragraph => Block::Paragraph { text, place },
        });
    }

    fn finish(mut self) -> Document {
        self.hidden = None;
        self.close_cell();
        self.flush();
        for table in std::mem::take(&mut self.tables).into_iter().rev() {
            table.finish(&self.place, &mut self.document.blocks);
        }
        if let Some(title) = self.title.take() {
            self.document.title = Some(one_line(&title)).filter(|title| !title.is_empty());
        }
        self.document
    }
}

/// Appends text with runs of white space as one space.
fn collapse(out: &mut String, text: &str) {
    let mut gap = out.is_empty() || out.ends_with([' ', '\n']);
    for piece in text.split_inclusive([' ', '\n', '\t', '\r', '\x0c']) {
        let word = piece.trim_end_matches([' ', '\n', '\t', '\r', '\x0c']);
        if !word.is_empty() {
            out.push_str(word);
            gap = false;
        }
        if word.len() < piece.len() && !gap {
            out.push(' ');
            gap = true;
        }
    }
}

fn trim_spaces(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
}

/// Lines without outer spaces, no-break spaces as spaces, at most one empty line in a row.
fn tidy(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let mut out = String::with_capacity(text.len());
    for line in text.trim().lines() {
        let line = line.trim();
        if line.is_empty() && out.ends_with("\n\n") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_hidden<'a>(name: &str, attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
    const UNSEEN: &[&str] = &[
        "head", "script", "style", "template", "noscript", "iframe", "object", "noembed", "noframes",
        "datalist", "title",
    ];
    // Only what stands in `head` is unseen, and a page may leave out where it ends: its own elements hide themselves.
    (UNSEEN.contains(&name) && name != "head")
        || attribute("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
        || attribute("style").is_some_and(|style| {
            let style: String = style
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}

#[cfg(test)]
mod tests;
