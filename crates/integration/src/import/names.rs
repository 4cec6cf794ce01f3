//! Which words of a name or a path say what is done.

use super::signals::{From, Signal};
use super::tokens::tokens;
use super::words::{self, Meaning, Sort};

/// The words of a name that say what is done. The first decides; where it is no verb, every other one counts.
pub(super) fn placed(from: From, words: &[String]) -> Vec<Signal> {
    // `bulkUpdate` updates.
    let how = words.len() > 1 && words::is(&words[0], words::ADVERBS) && words::plain(&words[1]).is_some();
    let words = if how { &words[1..] } else { words };
    let mut out = Vec::new();
    let Some(first) = words.first() else {
        return out;
    };
    let decisive = Signal::plain(from, first, true);
    let known = decisive.is_some();
    let looks = decisive
        .as_ref()
        .is_some_and(|signal| signal.meaning == Some(Meaning::Look));
    out.extend(decisive.filter(|signal| signal.sort != Sort::Noun || words.len() == 1));
    for (at, word) in words.iter().enumerate().skip(1) {
        let last = at + 1 == words.len();
        let joined = words::is(&words[at - 1], "and or then");
        let counts = |signal: &Signal| match signal.sort {
            Sort::Verb => joined || !looks || (last && from == From::Path),
            Sort::Either => joined || (last && !known),
            Sort::Noun => false,
        };
        let Some(mut signal) = Signal::plain(from, word, last && !known).filter(counts) else {
            continue;
        };
        signal.within = !last && !joined;
        // `addUser` says by its first word what it does.
        let quiet = known && !looks && !joined && signal.meaning == Some(Meaning::Look);
        if !quiet {
            out.push(signal);
        }
    }
    out
}

/// Endings of files, which say nothing.
const ENDINGS: &str = "json xml php do aspx asp html jsp cgi ashx asmx";

/// A path cut into what says something.
pub(super) struct Parts {
    /// Words of the last piece.
    pub(super) last: Vec<String>,
    /// First words of the other pieces of the last segment: `{id}:notify:all`.
    pub(super) beside: Vec<String>,
    /// First words of what stands ahead.
    pub(super) earlier: Vec<String>,
    /// All words.
    pub(super) all: Vec<String>,
    /// It ends in an argument: `/users/{id}`.
    pub(super) ends_with_argument: bool,
}

impl Parts {
    pub(super) fn of(path: &str) -> Self {
        let mut plain = String::with_capacity(path.len());
        let mut depth = 0_usize;
        for letter in path.chars() {
            match letter {
                '{' | '(' => depth += 1,
                '}' | ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 => plain.push(letter),
                _ => {}
            }
        }
        let mut segments: Vec<Vec<Vec<String>>> = Vec::new();
        for segment in plain.split(['/', '?', '#', '&']) {
            let each = segment
                .split(['.', ':', '='])
                .map(str::trim)
                .filter(|piece| !piece.is_empty());
            let each = each.filter(|piece| !words::is(&piece.to_lowercase(), ENDINGS));
            let pieces: Vec<Vec<String>> = each.map(tokens).filter(|piece| !piece.is_empty()).collect();
            if !pieces.is_empty() {
                segments.push(pieces);
            }
        }
        let all = segments.iter().flatten().flatten().cloned().collect();
        let first = |piece: Vec<String>| piece.into_iter().next();
        let mut end = segments.pop().unwrap_or_default();
        let last = end.pop().unwrap_or_default();
        let beside = end.into_iter().filter_map(first).collect();
        let earlier = segments.into_iter().flatten().filter_map(first).collect();
        let tail = path.rsplit('/').next().unwrap_or_default();
        let ends_with_argument = tail.starts_with('{') && !tail.contains(':');
        Self {
            last,
            beside,
            earlier,
            all,
            ends_with_argument,
        }
    }
}
