use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in its document a block or passage stands. All numbers are 1-based, as people count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Place {
    /// Somewhere in a document without finer places, for example a flowing text document.
    Whole,
    /// A page of a PDF.
    Page {
        /// Physical page, counted from the first of the file.
        page: u32,
    },
    /// A slide of a presentation.
    Slide {
        /// Position in the show.
        slide: u32,
    },
    /// A cell range of a sheet.
    Cells {
        /// The sheet's name.
        sheet: String,
        /// The range, both corners included.
        range: CellRange,
    },
    /// Lines of a text file.
    Lines {
        /// First line.
        first: u32,
        /// Last line, included.
        last: u32,
    },
    /// A chapter of an e-book, by its position in the reading order.
    Chapter {
        /// Position in the reading order.
        chapter: u32,
    },
    /// A message of a mailbox.
    Message {
        /// Position in the mailbox; 1 for a single mail.
        message: u32,
        /// Where in that message's text.
        inner: Box<Place>,
    },
    /// Inside an attachment or an embedded file.
    Attachment {
        /// The attachment's file name.
        name: String,
        /// Where in the attachment.
        inner: Box<Place>,
    },
}

impl Place {
    /// The page or slide, looking into messages and attachments.
    pub fn page(&self) -> Option<u32> {
        match self {
            Self::Page { page } => Some(*page),
            Self::Slide { slide } => Some(*slide),
            Self::Message { inner, .. } | Self::Attachment { inner, .. } => inner.page(),
            Self::Whole | Self::Cells { .. } | Self::Lines { .. } | Self::Chapter { .. } => None,
        }
    }

    /// The smallest place that holds both, or `None` where a passage must not reach across
    /// (another page, slide, sheet, chapter, message or attachment).
    pub fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Lines { first: a, last: b }, Self::Lines { first: c, last: d }) => Some(Self::Lines {
                first: *a.min(c),
                last: *b.max(d),
            }),
            (
                Self::Cells {
                    sheet: a,
                    range: left,
                },
                Self::Cells {
                    sheet: b,
                    range: right,
                },
            ) if a == b => Some(Self::Cells {
                sheet: a.clone(),
                range: left.join(*right),
            }),
            (
                Self::Message {
                    message: a,
                    inner: left,
                },
                Self::Message {
                    message: b,
                    inner: right,
                },
            ) if a == b => Some(Self::Message {
                message: *a,
                inner: Box::new(left.join(right)?),
            }),
            (
                Self::Attachment { name: a, inner: left },
                Self::Attachment {
                    name: b,
                    inner: right,
                },
            ) if a == b => Some(Self::Attachment {
                name: a.clone(),
                inner: Box::new(left.join(right)?),
            }),
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }
}

/// As a person would say it: `page 7`, `sheet Summary, C9:D12`, `lines 3 to 9`. Empty for the whole document.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Page { page } => write!(f, "page {page}"),
            Self::Slide { slide } => write!(f, "slide {slide}"),
            Self::Cells { sheet, range } => write!(f, "sheet {sheet}, {range}"),
            Self::Lines { first, last } if first == last => write!(f, "line {first}"),
            Self::Lines { first, last } => write!(f, "lines {first} to {last}"),
            Self::Chapter { chapter } => write!(f, "chapter {chapter}"),
            Self::Message { message: 1, inner } => inner.fmt(f),
            Self::Message { message, inner } if **inner == Self::Whole => write!(f, "message {message}"),
            Self::Message { message, inner } => write!(f, "message {message}, {inner}"),
            Self::Attachment { name, inner } if **inner == Self::Whole => write!(f, "attachment {name}"),
            Self::Attachment { name, inner } => write!(f, "attachment {name}, {inner}"),
        }
    }
}

/// A rectangle of cells, zero-based inside, shown as spreadsheets show it (`A1:D20`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CellRange {
    /// Topmost row.
    pub top: u32,
    /// Leftmost column.
    pub left: u32,
    /// Lowest row, included.
    pub bottom: u32,
    /// Rightmost column, included.
    pub right: u32,
}

impl CellRange {
    /// One row from column `left` to column `right`.
    pub fn row(row: u32, left: u32, right: u32) -> Self {
        Self {
            top: row,
            left,
            bottom: row,
            right,
        }
    }

    /// The smallest rectangle that holds both.
    pub fn join(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }
}

impl fmt::Display for CellRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column(self.left), u64::from(self.top) + 1)?;
        if (self.top, self.left) != (self.bottom, self.right) {
            write!(f, ":{}{}", column(self.right), u64::from(self.bottom) + 1)?;
        }
        Ok(())
    }
}

/// Bijective base 26: 0 is `A`, 25 is `Z`, 26 is `AA`.
fn column(index: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(index) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let names = [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16383, "XFD"),
        ];
        for (index, name) in names {
            assert_eq!(column(index), name);
        }
        column(u32::MAX);
    }

    #[test]
    fn a_passage_never_reaches_across_pages_or_sheets() {
        let page = |page| Place::Page { page };
        assert_eq!(page(1).join(&page(2)), None);
        let cells = |sheet: &str, row| Place::Cells {
            sheet: sheet.into(),
            range: CellRange::row(row, 0, 3),
        };
        assert_eq!(cells("a", 1).join(&cells("b", 1)), None);
        assert_eq!(
            cells("a", 1).join(&cells("a", 4)).unwrap().to_string(),
            "sheet a, A2:D5"
        );
    }

    #[test]
    fn a_place_inside_an_attachment_is_said_in_full() {
        let inner = Box::new(Place::Page { page: 3 });
        let place = Place::Attachment {
            name: "Offer.pdf".into(),
            inner,
        };
        assert_eq!(place.to_string(), "attachment Offer.pdf, page 3");
        assert_eq!(place.page(), Some(3));
    }

    fn places() -> impl Strategy<Value = Place> {
        let range = (any::<u16>(), any::<u16>(), any::<u16>(), any::<u16>());
        let leaf = prop_oneof![
            Just(Place::Whole),
            any::<u32>().prop_map(|page| Place::Page { page }),
            any::<u32>().prop_map(|slide| Place::Slide { slide }),
            any::<u32>().prop_map(|chapter| Place::Chapter { chapter }),
            any::<(u32, u32)>().prop_map(|(first, last)| Place::Lines { first, last }),
            ("\\PC{0,9}", range).prop_map(|(sheet, (top, left, down, right))| Place::Cells {
                sheet,
                range: CellRange {
                    top: top.into(),
                    left: left.into(),
                    bottom: u32::from(top) + u32::from(down),
                    right: u32::from(left) + u32::from(right),
                },
            }),
        ];
        leaf.prop_recursive(4, 8, 1, |inner| {
            prop_oneof![
                (any::<u32>(), inner.clone()).prop_map(|(message, inner)| Place::Message {
                    message,
                    inner: Box::new(inner)
                }),
                ("\\PC{0,9}", inner).prop_map(|(name, inner)| Place::Attachment {
                    name,
                    inner: Box::new(inner)
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_place_that_is_stored_is_the_same_place(place in places()) {
            let stored = serde_json::to_string(&place).unwrap();
            prop_assert_eq!(serde_json::from_str::<Place>(&stored).unwrap(), place.clone());
            // Saying it in words ends, whatever is in it.
            let _ = place.to_string();
        }

        #[test]
        fn joining_places_is_the_same_both_ways_and_keeps_the_page(a in places(), b in places()) {
            let both = a.join(&b);
            prop_assert_eq!(&both, &b.join(&a));
            if let Some(both) = both {
                prop_assert_eq!((both.page(), both.page()), (a.page(), b.page()));
                prop_assert_eq!(both.join(&a), Some(both.clone()));
            }
        }

        #[test]
        fn joining_ranges_covers_both(a in any::<[u16; 4]>(), b in any::<[u16; 4]>()) {
            let range = |c: [u16; 4]| CellRange {
                top: c[0].min(c[1]).into(), bottom: c[0].max(c[1]).into(),
                left: c[2].min(c[3]).into(), right: c[2].max(c[3]).into(),
            };
            let (a, b) = (range(a), range(b));
            let both = a.join(b);
            prop_assert_eq!(both.join(a), both);
            prop_assert_eq!(both.join(b), both);
            prop_assert_eq!(a.join(b), b.join(a));
        }
    }
}
