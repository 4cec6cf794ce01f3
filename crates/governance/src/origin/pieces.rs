//! Which words of a longer text, such as the body of a message, stand somewhere else too.

use std::collections::HashMap;

use domain::{Origin, SourceRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Normal, Seen, quoted, sought};

/// So many words in a row are nobody's by chance.
const PHRASE: usize = 6;
/// Fewer words count from so many figures on: `30 October`, and not `call me at 3`.
const FIGURES: usize = 2;
/// So often words are compared at most. A text that repeats itself without end is worth no more.
const STEPS: usize = 2_000_000;

/// Some words of a text that were seen elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Which characters of the text, from and to.
    pub span: (u32, u32),
    /// Where they were seen.
    pub origin: Origin,
    /// The words as they stand there, with what is around them.
    pub quote: String,
}

/// The words of a text that stand in one of the `texts`, or are the whole of one of the `fields`; not those that the person
/// said themselves in `words`. In the order of the text and apart from each other. Like [`super::attribute`] a hint for
/// whoever looks: words that were said otherwise are not found.
pub fn pieces(text: &str, words: &[&str], fields: &[Seen<'_>], texts: &[Seen<'_>]) -> Vec<Piece> {
    let own = Normal::of(text);
    let spoken = Word::all(&own);
    let mut steps = STEPS;
    let mut found: Vec<Option<Piece>> = vec![None];
    // Whose each character is, by its place in `found`; the first is nobody's. What is painted later counts: a field is
    // vouched for by its system, and what the person said is theirs.
    let letters: Vec<char> = text.chars().collect();
    let mut paint = vec![0_usize; letters.len()];
    let mut cover = |(start, end): (u32, u32), piece: usize| {
        for place in start..end {
            if let Some(own) = usize::try_from(place).ok().and_then(|at| paint.get_mut(at)) {
                *own = piece;
            }
        }
    };
    for seen in texts {
        let other = Normal::of(seen.text);
        for run in runs(&spoken, &Word::all(&other), &mut steps) {
            let source = SourceRef {
                span: Some(run.there),
                ..seen.source.clone()
            };
            found.push(Some(Piece {
                span: run.here,
                origin: Origin::Within { source },
                quote: quoted(seen.text, run.there),
            }));
            cover(run.here, found.len() - 1);
        }
    }
    for seen in fields {
        let Some(sought) = sought(&Value::from(seen.text)) else {
            continue;
        };
        for span in sought.everywhere(&own) {
            let source = seen.source.clone();
            found.push(Some(Piece {
                span,
                origin: Origin::Field { source },
                quote: quoted(seen.text, (0, u32::MAX)),
            }));
            cover(span, found.len() - 1);
        }
    }
    for said in words {
        for run in runs(&spoken, &Word::all(&Normal::of(said)), &mut steps) {
            cover(run.here, 0);
        }
    }
    let parts = seams(&paint).into_iter().filter_map(|(span, piece)| {
        let piece = found.get(piece)?.clone()?;
        let span = trimmed(span, &letters)?;
        Some(Piece { span, ..piece })
    });
    parts.collect()
}

/// The same without white space at its ends; nothing where that is all.
fn trimmed((start, end): (u32, u32), letters: &[char]) -> Option<(u32, u32)> {
    let is_space = |place: &u32| {
        let at = usize::try_from(*place).ok();
        at.and_then(|at| letters.get(at))
            .is_none_or(|c| c.is_whitespace())
    };
    let first = (start..end).find(|place| !is_space(place))?;
    let last = (start..end).rev().find(|place| !is_space(place))?;
    Some((first, last + 1))
}

/// Where one colour ends and the next begins.
fn seams(paint: &[usize]) -> Vec<((u32, u32), usize)> {
    let mut all: Vec<((u32, u32), usize)> = Vec::new();
    for (place, own) in (0_u32..).zip(paint) {
        match all.last_mut() {
            Some((span, last)) if last == own => span.1 = place + 1,
            _ => all.push(((place, place + 1), *own)),
        }
    }
    all
}

/// A word without the signs around it.
struct Word {
    text: String,
    /// Which characters of the original.
    span: (u32, u32),
}

impl Word {
    fn all(text: &Normal) -> Vec<Self> {
        let words = text.text.split(|(c, _)| *c == ' ');
        let bare = |(c, _): &(char, u32)| c.is_alphanumeric();
        words
            .filter_map(|word| {
                let (first, last) = (word.iter().position(bare)?, word.iter().rposition(bare)?);
                let word = word.get(first..=last)?;
                Some(Self {
                    text: word.iter().map(|(c, _)| *c).collect(),
                    span: (word.first()?.1, word.last()?.1 + 1),
                })
            })
            .collect()
    }
}

/// Words that two texts have in a row.
struct Run {
    here: (u32, u32),
    there: (u32, u32),
}

/// The longest runs of words that two texts share and that say something.
fn runs(here: &[Word], there: &[Word], steps: &mut usize) -> Vec<Run> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, word) in there.iter().enumerate() {
        places.entry(&word.text).or_default().push(place);
    }
    // The longest run that ends with each word, and where it ends there.
    let mut longest = vec![(0, 0); here.len()];
    let mut before: HashMap<usize, usize> = HashMap::new();
    for (word, longest) in here.iter().zip(&mut longest) {
        let mut now = HashMap::new();
        for place in places.get(word.text.as_str()).into_iter().flatten() {
            let Some(left) = steps.checked_sub(1) else {
                break;
            };
            *steps = left;
            let earlier = place.checked_sub(1).and_then(|earlier| before.get(&earlier));
            let length = earlier.copied().unwrap_or(0) + 1;
            now.insert(*place, length);
            if length > longest.0 {
                *longest = (length, *place);
            }
        }
        before = now;
    }
    let mut runs = Vec::new();
    let mut end = here.len();
    while let Some(&(length, last)) = end.checked_sub(1).and_then(|at| longest.get(at)) {
        let run = here.get(end - length..end).unwrap_or_default();
        let other = there.get((last + 1).saturating_sub(length)..=last);
        if says_something(run)
            && let (Some(here), Some(there)) = (whole(run), whole(other.unwrap_or_default()))
        {
            runs.push(Run { here, there });
        }
        end -= length.max(1);
    }
    runs
}

fn whole(run: &[Word]) -> Option<(u32, u32)> {
    Some((run.first()?.span.0, run.last()?.span.1))
}

/// Whether words can be taken for those of somebody else: a phrase, an address, or something with figures that is looked for
/// as a value too.
fn says_something(run: &[Word]) -> bool {
    let letters = || run.iter().flat_map(|word| word.text.chars());
    let figures = letters().filter(char::is_ascii_digit).count();
    if run.len() >= PHRASE || letters().any(|c| c == '@') {
        return true;
    }
    let words: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
    figures >= FIGURES && sought(&Value::from(words.join(" "))).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen<'a>(kind: &str, text: &'a str) -> Seen<'a> {
        Seen {
            source: SourceRef {
                kind: kind.into(),
                object: kind.into(),
                revision: "1".into(),
                span: None,
            },
            text,
        }
    }

    /// The pieces of a text as `kind: words`, with the quote where it is another one.
    fn of(text: &str, words: &[&str], fields: &[&str], texts: &[&str]) -> Vec<String> {
        let fields: Vec<Seen<'_>> = fields.iter().map(|text| seen("record", text)).collect();
        let texts: Vec<Seen<'_>> = texts.iter().map(|text| seen("mail", text)).collect();
        let found = pieces(text, words, &fields, &texts);
        let part = |(start, end): (u32, u32)| -> String {
            text.chars()
                .skip(start as usize)
                .take((end - start) as usize)
                .collect()
        };
        let told = found.iter().map(|piece| match &piece.origin {
            Origin::Field { .. } => format!("field: {}", part(piece.span)),
            Origin::Within { .. } => format!("text: {} <{}>", part(piece.span), piece.quote),
            other => panic!("{other:?}"),
        });
        told.collect()
    }

    const MAIL: &str = "Hello Ines. We see the signature realistically by 30 October, after our board has met. \
        Write to ingrid@halden.example. Best regards";

    #[test]
    fn dates_and_addresses_of_a_mail_are_found_in_the_answer_to_it() {
        let body = "Hello Ingrid,\n\nwe aim for 30 October,\nand wrote to INGRID@halden.example today.";
        assert_eq!(
            of(body, &[], &[], &[MAIL]),
            [
                "text: 30 October <We see the signature realistically by 30 October, after our board has met>",
                "text: to INGRID@halden.example <Write to ingrid@halden.example>",
            ]
        );
    }

    #[test]
    fn a_whole_field_is_of_its_system_and_every_place_of_it_is_found() {
        let body = "The total is € 1,181,280 for 40 Carrier 300 units; Carrier 300 is in stock.";
        assert_eq!(
            of(
                body,
                &[],
                &["1181280", "Carrier 300", "40"],
                &["We want the Carrier 300"]
            ),
            ["field: 1,181,280", "field: Carrier 300", "field: Carrier 300"]
        );
    }

    #[test]
    fn what_the_person_said_is_theirs_also_where_a_mail_has_it_too() {
        let body = "Let us talk on 23 October at the latest.";
        assert_eq!(
            of(body, &["call Ingrid on 23 October"], &[], &["or on 23 October"]),
            [""; 0]
        );
        // Of a longer phrase what they did not say stays the mail's.
        let phrase = "please pay the invoice to the new account 4711-0815 before 23 October";
        assert_eq!(
            of(phrase, &["before 23 October"], &[], &[phrase]),
            [format!(
                "text: please pay the invoice to the new account 4711-0815 <{phrase}>"
            )]
        );
    }

    #[test]
    fn words_that_everybody_writes_are_nobodys() {
        let body = "Thank you for the mail. Call me at 3. We send 4.";
        assert_eq!(
            of(
                body,
                &[],
                &[],
                &["Thank you for the offer; call me at 3, or send 40"]
            ),
            [""; 0]
        );
        assert_eq!(
            of(
                "I thank you for the mail of today.",
                &[],
                &[],
                &["We thank you for the mail of Monday"]
            ),
            ["text: thank you for the mail of <We thank you for the mail of Monday>"]
        );
    }

    #[test]
    fn a_text_that_repeats_itself_is_looked_through_only_so_long() {
        let text = "and again 17 ".repeat(20_000);
        let found = pieces(&text, &[], &[], &[seen("mail", &text)]);
        assert!(found.iter().all(|piece| piece.span.1 as usize <= text.len()));
    }

    proptest! {
        #[test]
        fn pieces_are_in_order_apart_and_within_the_text(
            text in "[a-c0-9@ .,€\u{ad}]{0,60}", other in "[a-c0-9@ .,€]{0,60}", field in "[a-c0-9 ]{0,9}", said in "[a-c0-9 ]{0,12}",
        ) {
            let found = pieces(&text, &[&said], &[seen("record", &field)], &[seen("mail", &other)]);
            let mut last = 0;
            for piece in &found {
                prop_assert!(last <= piece.span.0 && piece.span.0 < piece.span.1);
                last = piece.span.1;
            }
            prop_assert!(last as usize <= text.chars().count());
        }
    }
}
