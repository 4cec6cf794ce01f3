/// Fewest letters that allow a judgement.
const ENOUGH: usize = 240;

/// Whether the characters of a page mean nothing: the PDF's font has no table from shapes to characters, so that
/// unmapped, private or control characters come out, or letters that are all shifted by the same amount.
pub(super) fn is_garbage<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut shown, mut unmapped, mut control, mut latin, mut common) =
        (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    for char in lines.flat_map(str::chars).filter(|char| !char.is_whitespace()) {
        shown += 1;
        let private = ('\u{e000}'..='\u{f8ff}').contains(&char) || char >= '\u{f0000}';
        if private || char < ' ' || char == char::REPLACEMENT_CHARACTER {
            unmapped += 1;
            control += usize::from(char < ' ');
        } else if char.is_ascii_alphabetic() {
            latin += 1;
            common += usize::from("eaionrstld".contains(char.to_ascii_lowercase()));
        } else if ('\u{c0}'..='\u{24f}').contains(&char) || ('\u{1e00}'..='\u{1eff}').contains(&char) {
            // Letters with accents are nearly all vowels, or common consonants.
            latin += 1;
            common += 1;
        }
    }
    // These ten letters make up 57 (Polish) to 75 (Italian) of 100 letters in the languages that are written in Latin
    // script, and about 35 if every letter is shifted. Part numbers and abbreviations are spread more evenly, so that
    // only a page that is nearly all letters is judged.
    let shifted = latin >= ENOUGH && latin * 10 >= shown * 7 && common * 100 < latin * 47;
    // Bullets and logos are often private characters; control characters have no business in a text at all.
    unmapped * 10 > shown * 3 || (control >= 8 && control * 30 > shown) || shifted
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The term of this agreement begins on the date of signature and lasts for three years, unless \
        either party ends it with ninety days of notice in writing. Prices are reviewed once a year and rise by no more \
        than the index of consumer prices published for the region of the customer in the month of November before.";

    fn shifted(text: &str, by: u8) -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphabetic() {
                    char::from(byte + by)
                } else {
                    char::from(byte)
                }
            })
            .collect()
    }

    #[test]
    fn sentences_are_no_garbage() {
        assert!(!is_garbage(std::iter::once(ENGLISH)));
        let polish =
            "Zażółć gęślą jaźń, w Szczebrzeszynie chrząszcz brzmi w trzcinie i Szczebrzeszyn z tego słynie. "
                .repeat(5);
        assert!(!is_garbage(std::iter::once(polish.as_str())));
        let welsh =
            "Mae cwm hir yn y wlad hon, ac mae pawb yn gwybod am y ffwlbart bychan sydd yn byw wrth y nant. "
                .repeat(5);
        assert!(!is_garbage(std::iter::once(welsh.as_str())));
    }

    #[test]
    fn letters_that_are_all_shifted_are_garbage() {
        assert!(is_garbage(std::iter::once(shifted(ENGLISH, 3).as_str())));
        assert!(is_garbage(std::iter::once(shifted(ENGLISH, 1).as_str())));
    }

    #[test]
    fn characters_without_meaning_are_garbage() {
        assert!(is_garbage(std::iter::once(
            "\u{e001}\u{e002}\u{e003} \u{fffd}\u{1}ab"
        )));
    }

    #[test]
    fn a_list_of_part_numbers_is_no_garbage() {
        let parts = "AMR-40X 12.50 QTY 4 BX-771 KR 99 ".repeat(40);
        assert!(!is_garbage(std::iter::once(parts.as_str())));
    }
}
