/// Fewest letters that allow a judgement.
const ENOUGH: usize = 80;

/// Whether the characters of a page mean nothing: the PDF's font has no table from shapes to characters, so that
/// unmapped, private or control characters come out, or letters that are all shifted by the same amount.
pub(super) fn is_garbage<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut shown, mut unmapped, mut latin, mut vowels) = (0_usize, 0_usize, 0_usize, 0_usize);
    for char in lines.flat_map(str::chars).filter(|char| !char.is_whitespace()) {
        shown += 1;
        let private = ('\u{e000}'..='\u{f8ff}').contains(&char) || char >= '\u{f0000}';
        if private || char.is_control() || char == char::REPLACEMENT_CHARACTER {
            unmapped += 1;
        } else if char.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&char) {
            latin += 1;
            vowels += usize::from(is_vowel(char));
        }
    }
    if shown == 0 {
        return false;
    }
    // Every language in Latin script that we know of writes 33 to 50 vowels in 100 letters, the letter y included.
    // Part numbers and abbreviations have fewer, so that only a page that is nearly all letters is judged.
    let shifted = latin >= ENOUGH * 3 && latin * 10 >= shown * 7 && vowels * 100 < latin * 18;
    unmapped * 10 > shown * 3 || shifted
}

fn is_vowel(char: char) -> bool {
    matches!(char.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || (char >= '\u{c0}' && is_accented_vowel(char))
}

/// Accented vowels of Latin-1 Supplement and Latin Extended-A and -B, without the accented consonants.
fn is_accented_vowel(char: char) -> bool {
    !matches!(char, 'Ç' | 'ç' | 'Ñ' | 'ñ' | 'Ð' | 'ð' | 'Þ' | 'þ' | 'ß' | '×' | '÷')
        && matches!(char, '\u{c0}'..='\u{105}' | '\u{112}'..='\u{11b}' | '\u{128}'..='\u{131}' | '\u{14c}'..='\u{153}'
            | '\u{168}'..='\u{173}' | '\u{1a0}'..='\u{1b0}' | '\u{1cd}'..='\u{1dc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The term of this agreement begins on the date of signature and lasts for three years, unless \
        either party ends it with ninety days of notice in writing. Prices are reviewed once a year and rise by no more \
        than the index of consumer prices published for the region of the customer in the month of November before.";

    fn shifted(text: &str, by: u8) -> String {
        text.bytes().map(|byte| if byte.is_ascii_alphabetic() { char::from(byte + by) } else { char::from(byte) }).collect()
    }

    #[test]
    fn sentences_are_no_garbage() {
        assert!(!is_garbage(std::iter::once(ENGLISH)));
        let polish = "Zażółć gęślą jaźń, w Szczebrzeszynie chrząszcz brzmi w trzcinie i Szczebrzeszyn z tego słynie. ".repeat(5);
        assert!(!is_garbage(std::iter::once(polish.as_str())));
        let welsh = "Mae cwm hir yn y wlad hon, ac mae pawb yn gwybod am y ffwlbart bychan sydd yn byw wrth y nant. ".repeat(5);
        assert!(!is_garbage(std::iter::once(welsh.as_str())));
    }

    #[test]
    fn letters_that_are_all_shifted_are_garbage() {
        assert!(is_garbage(std::iter::once(shifted(ENGLISH, 3).as_str())));
        assert!(is_garbage(std::iter::once(shifted(ENGLISH, 1).as_str())));
    }

    #[test]
    fn characters_without_meaning_are_garbage() {
        assert!(is_garbage(std::iter::once("\u{e001}\u{e002}\u{e003} \u{fffd}\u{1}ab")));
    }

    #[test]
    fn a_list_of_part_numbers_is_no_garbage() {
        let parts = "AMR-40X 12.50 QTY 4 BX-771 KR 99 ".repeat(40);
        assert!(!is_garbage(std::iter::once(parts.as_str())));
    }
}
