//! What the control words mean.

use super::encoding::{charset, code_page};
use super::{Destination, Look, Reader};

impl Reader {
    /// Takes a control word with its number.
    pub(super) fn word(&mut self, word: &str, number: Option<i32>) {
        if word == "u" {
            self.unicode(number.unwrap_or(0));
            return;
        }
        self.flush();
        let on = number != Some(0);
        match word {
            "ansicpg" | "cpg" => {
                if let Some(encoding) = number.and_then(code_page) {
                    self.state.encoding = encoding;
                }
            }
            "mac" => self.state.encoding = encoding_rs::MACINTOSH,
            "uc" => self.state.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "fonttbl" => self.state.destination = Destination::Fonts,
            "stylesheet" => self.state.destination = Destination::Styles,
            "title" if self.state.destination != Destination::Body => {
                self.state.destination = Destination::Title
            }
            "author" if self.state.destination != Destination::Body => {
                self.state.destination = Destination::Author
            }
            "colortbl" | "info" | "pict" | "object" | "objdata" | "themedata" | "datastore"
            | "colorschememapping" | "listtable" | "listoverridetable" | "rsidtbl" | "generator"
            | "xmlnstbl" | "latentstyles" | "filetbl" | "revtbl" | "fldinst" | "bkmkstart" | "bkmkend"
            | "atnid" | "atnauthor" | "atntime" | "atndate" | "template" | "nonshppict" | "sp" | "panose"
            | "falt" | "private" | "tc" | "xe" => {
                self.state.destination = Destination::Skip;
            }
            // A picture as shape properties is skipped, but a text box inside is text.
            "shptxt" | "result" | "fldrslt" => {
                self.state.destination = if self.state.destination == Destination::Skip {
                    Destination::Body
                } else {
                    self.state.destination
                }
            }
            "footnote" | "annotation" => self.state.destination = Destination::Note,
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
                self.state.destination = Destination::Margin;
            }
            "listtext" | "pntext" => self.list_text = true,
            "f" | "af" if self.state.destination == Destination::Fonts => {
                self.state.font = number.unwrap_or(0)
            }
            "f" => {
                self.state.font = number.unwrap_or(0);
                if let Some((_, encoding)) = self.fonts.iter().find(|(font, _)| Some(*font) == number) {
                    self.state.encoding = encoding;
                }
            }
            "fcharset" => {
                if let Some(encoding) = number.and_then(charset) {
                    self.fonts.push((self.state.font, encoding));
                }
            }
            "s" if self.state.destination == Destination::Styles => {
                self.style = (number.unwrap_or(0), String::new(), None)
            }
            "s" => self.look.style = number.unwrap_or(0),
            "outlinelevel" => {
                let level = number
                    .and_then(|level| u8::try_from(level).ok())
                    .filter(|level| *level < 9)
                    .map(|level| level + 1);
                match self.state.destination {
                    Destination::Styles => self.style.2 = level,
                    _ => self.look.outline = level,
                }
            }
            "v" => self.state.hidden = on,
            "deleted" => self.state.hidden = on,
            "plain" => (self.state.hidden, self.state.bold) = (false, false),
            "b" => self.state.bold = on,
            "pard" => self.look = Look::default(),
            "intbl" => self.look.in_table = true,
            "ls" | "pnlvlblt" | "pnlvlbody" => self.look.listed = true,
            "par" | "sect" | "page" => self.end_paragraph(),
            "line" | "softline" => self.char('\n'),
            "tab" => self.char('\t'),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            "emdash" => self.char('—'),
            "endash" => self.char('–'),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "bullet" => self.char('•'),
            "emspace" | "enspace" | "qmspace" => self.char(' '),
            _ => {}
        }
    }
}
