//! Made-up documents: sentences of the demo documents, varied by a generator that gives the same for the same seed.
//!
//! One word in four is replaced by another one of the demo documents, a made-up name or a number. Made-up names follow
//! Zipf's law, so that the vocabulary grows with the collection as it does in real ones.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::Outcome;

/// Words on a page, for documents that have no pages of their own.
pub const PAGE_WORDS: usize = 400;
/// Names that can be made up.
const NAMES: u64 = 60_000;

/// Writes documents.
pub struct Author {
    state: u64,
    sentences: Vec<Vec<String>>,
}

impl Author {
    /// One who varies these sentences.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(sentences: &[String], seed: u64) -> Outcome<Self> {
        let sentences: Vec<Vec<String>> = sentences
            .iter()
            .map(|sentence| sentence.split_whitespace().map(str::to_owned).collect())
            .filter(|words: &Vec<String>| words.len() >= 4)
            .collect();
        if sentences.is_empty() {
            return Err("there are no sentences to write documents from".into());
        }
        Ok(Self {
            state: seed,
            sentences,
        })
    }

    /// A number below `end` (SplitMix64; Steele, Lea, Flood 2014).
    pub fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    /// A made-up name; the n-th most frequent one comes with a frequency of about 1/n.
    pub fn name(&mut self) -> String {
        let share = self.below(1 << 24) as f64 / f64::from(1 << 24);
        let rank = (share * (NAMES as f64).ln()).exp() as u64;
        // An odd factor spreads ranks over all names without two of them meeting.
        let mut number = rank.wrapping_mul(48_271) % 343_000;
        let mut name = String::new();
        for _ in 0..3 {
            let syllable = (number % 70) as usize;
            number /= 70;
            name.push(b"bdfgklmnprstvz"[syllable / 5] as char);
            name.push(b"aeiou"[syllable % 5] as char);
        }
        name
    }

    fn word(&mut self) -> String {
        match self.below(20) {
            0..5 => self.name(),
            5..8 => format!("{}", 10 + self.below(9_990)),
            _ => {
                let sentence = self.below(self.sentences.len());
                let word = self.below(self.sentences[sentence].len());
                self.sentences[sentence][word]
                    .trim_matches(|c: char| !c.is_alphanumeric())
                    .to_owned()
            }
        }
    }

    /// A sentence.
    pub fn sentence(&mut self) -> String {
        let at = self.below(self.sentences.len());
        let words = self.sentences[at].clone();
        let varied: Vec<String> = words
            .into_iter()
            .map(|word| if self.below(4) == 0 { self.word() } else { word })
            .filter(|word| !word.is_empty())
            .collect();
        let mut sentence = varied.join(" ");
        if !sentence.ends_with(['.', '!', '?', ':']) {
            sentence.push('.');
        }
        sentence
    }

    /// A paragraph of at least so many words.
    pub fn paragraph(&mut self, words: usize) -> String {
        let mut out = String::new();
        while out.split_whitespace().count() < words {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&self.sentence());
        }
        out
    }

    /// A Markdown document of at least so many words, with a heading for every two hundred of them.
    pub fn document(&mut self, title: &str, words: usize) -> String {
        let mut out = format!("# {title}\n\n");
        let mut written = 0;
        while written < words {
            let heading: Vec<String> = (0..3).map(|_| self.word()).collect();
            out.push_str(&format!("## {}\n\n", heading.join(" ").trim()));
            for _ in 0..3 {
                let paragraph = self.paragraph(55);
                written += paragraph.split_whitespace().count();
                out.push_str(&paragraph);
                out.push_str("\n\n");
            }
        }
        out
    }

    /// Fills a folder with documents of so many words each, in subfolders of a hundred. Their dates are an hour apart and
    /// in no order of their names. Returns the bytes written.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn fill(&mut self, folder: &Path, documents: usize, words: usize) -> Outcome<u64> {
        let kinds = [
            "Service report",
            "Offer",
            "Meeting notes",
            "Site survey",
            "Contract",
            "Fleet review",
        ];
        let now = SystemTime::now();
        let mut hours: Vec<u64> = (1..=documents as u64).collect();
        for at in (1..hours.len()).rev() {
            let other = self.below(at + 1);
            hours.swap(at, other);
        }
        let mut bytes = 0;
        for (at, hours) in hours.into_iter().enumerate() {
            let title = format!("{} {} {at:05}", kinds[self.below(kinds.len())], self.name());
            let text = self.document(&title, words);
            let below = folder.join(format!("{:03}", at / 100));
            std::fs::create_dir_all(&below)?;
            let path = below.join(format!("{title}.md"));
            std::fs::write(&path, &text)?;
            let file = std::fs::File::options().write(true).open(&path)?;
            file.set_modified(now - Duration::from_secs(3600 * hours))?;
            bytes += text.len() as u64;
        }
        Ok(bytes)
    }

    /// Questions about texts: some of the words of a sentence in each.
    pub fn questions(&mut self, texts: &[String], many: usize) -> Vec<String> {
        let ask = |author: &mut Self| {
            let text = &texts[author.below(texts.len())];
            let words: Vec<&str> = text.split_whitespace().collect();
            let from = author.below(words.len().saturating_sub(12));
            let some = words[from..words.len().min(from + 12)].iter();
            let kept: Vec<&str> = some.filter(|word| word.len() > 3).take(7).copied().collect();
            format!("What is known about {}?", kept.join(" "))
        };
        (0..many).map(|_| ask(self)).collect()
    }
}

/// Sentences of texts, each once.
pub fn sentences(texts: &[String]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let parts = texts.iter().flat_map(|text| text.split_inclusive(['.', '\n']));
    parts
        .map(|part| part.trim().trim_matches('|').replace(" | ", " "))
        .filter(|part| (25..400).contains(&part.len()) && seen.insert(part.clone()))
        .collect()
}

/// All files below a folder, in order.
///
/// # Errors
/// When it cannot be listed.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(seed: u64) -> Author {
        let sentences = [
            "The gate code of the warehouse is changed every Monday by the guard.".to_owned(),
            "A robot that lost its place is moved to the nearest charging station.".to_owned(),
        ];
        Author::new(&sentences, seed).unwrap()
    }

    #[test]
    fn the_same_seed_writes_the_same_and_another_one_does_not() {
        let write = |seed| author(seed).document("Report", 500);
        assert_eq!(write(7), write(7));
        assert_ne!(write(7), write(8));
    }

    #[test]
    fn paragraphs_differ_and_the_vocabulary_grows() {
        let mut author = author(1);
        let text: Vec<String> = (0..200).map(|_| author.paragraph(60)).collect();
        let distinct: std::collections::HashSet<&String> = text.iter().collect();
        assert_eq!(distinct.len(), text.len());
        let words = |texts: &[String]| {
            let words = texts.iter().flat_map(|text| text.split_whitespace());
            words.collect::<std::collections::HashSet<&str>>().len()
        };
        assert!(words(&text) > 3 * words(&text[..20]));
    }

    #[test]
    fn a_folder_is_filled_with_as_many_documents_as_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = author(3).fill(folder.path(), 101, 50).unwrap();
        let files = files(folder.path()).unwrap();
        assert_eq!(files.len(), 101);
        assert_eq!(bytes, crate::machine::size(folder.path()));
    }
}
