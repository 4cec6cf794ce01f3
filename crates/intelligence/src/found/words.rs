//! Words of a text in the form in which question and evidence are compared.

use std::collections::{HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};

use super::period::{fiscal_year, spell_out_periods, year_and_quarter};

/// Language of a question. Its stemmer is used for the evidence too, so that equal words stay equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    Norwegian,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// Digits, with their separators.
    Number,
    /// Letters and digits together: `KB-0193`, `AMR-40X`, `10-K`, `Q3`.
    Identifier,
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// Compared form: lower case, stemmed, identifiers without separators, numbers without group separators.
    pub stem: String,
    /// As written.
    pub raw: String,
    pub kind: Kind,
    /// Meaning shared with other words, see [`CONCEPTS`].
    pub concept: Option<u8>,
    /// Says too little alone to be compared.
    pub stop: bool,
    /// First byte in the text.
    pub at: usize,
}

pub(crate) struct Reader {
    language: Language,
    stemmer: Stemmer,
    stops: HashSet<&'static str>,
    concepts: HashMap<&'static str, u8>,
}

impl Reader {
    pub(crate) fn for_question(text: &str) -> Self {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .collect();
        let known = |list: &str| {
            words
                .iter()
                .filter(|word| list.split_ascii_whitespace().any(|w| w == *word))
                .count()
        };
        let (english, german, norwegian) = (known(ENGLISH), known(GERMAN), known(NORWEGIAN));
        let language = if german > english && german >= norwegian {
            Language::German
        } else if norwegian > english && norwegian > german {
            Language::Norwegian
        } else {
            Language::English
        };
        let (algorithm, own) = match language {
            Language::English => (Algorithm::English, ""),
            Language::German => (Algorithm::German, GERMAN),
            Language::Norwegian => (Algorithm::Norwegian, NORWEGIAN),
        };
        let stops = ENGLISH
            .split_ascii_whitespace()
            .chain(own.split_ascii_whitespace())
            .collect();
        let groups = (0u8..).zip(CONCEPTS);
        let concepts = groups
            .flat_map(|(id, words)| words.split_ascii_whitespace().map(move |word| (word, id)))
            .collect();
        Self {
            language,
            stemmer: Stemmer::create(algorithm),
            stops,
            concepts,
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// All words of a text, stop words marked. Spellings of periods become one: `FY18` and `2018`, `2023Q2` and
    /// `second quarter of 2023`.
    pub(crate) fn tokens(&self, text: &str) -> Vec<Token> {
        let mut out = Vec::new();
        for (at, run) in runs(text) {
            self.split(run, at, &mut out);
        }
        spell_out_periods(&mut out);
        out
    }

    /// Words without stop words.
    pub(crate) fn content(&self, text: &str) -> Vec<Token> {
        self.tokens(text)
            .into_iter()
            .filter(|token| !token.stop)
            .collect()
    }

    fn split(&self, run: &str, at: usize, out: &mut Vec<Token>) {
        let digits = run.bytes().any(|b| b.is_ascii_digit());
        let letters = run.chars().any(char::is_alphabetic);
        if !digits {
            for (offset, part) in parts(run, &['-', '/', '&', '.']) {
                self.word(part, at + offset, out);
            }
        } else if !letters {
            // `4.2.1` and `26-1187` are names of things, not amounts.
            let names = run.split('.').count() > 2 || run.contains(['-', '/']);
            let kind = if names { Kind::Identifier } else { Kind::Number };
            out.push(token(canonical_number(run), run, kind, at));
        } else if let Some(years) = fiscal_year(run) {
            out.push(token(years, run, Kind::Number, at));
        } else if let Some((year, quarter)) = year_and_quarter(run) {
            out.push(token(quarter, run, Kind::Identifier, at));
            out.push(token(year, run, Kind::Number, at));
        } else if is_measure(run) {
            for (offset, part) in parts(run, &['-', '/']) {
                if part.bytes().all(|b| b.is_ascii_digit()) {
                    out.push(token(canonical_number(part), part, Kind::Number, at + offset));
                } else {
                    self.word(part, at + offset, out);
                }
            }
        } else {
            let stem = run
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            out.push(token(stem, run, Kind::Identifier, at));
        }
    }

    fn word(&self, raw: &str, at: usize, out: &mut Vec<Token>) {
        let bare = raw
            .strip_suffix("'s")
            .or_else(|| raw.strip_suffix("’s"))
            .unwrap_or(raw);
        let lower = bare.to_lowercase().replace('’', "'");
        if lower.is_empty() {
            return;
        }
        let stop = lower.chars().count() == 1 || self.stops.contains(lower.as_str());
        // A word in capitals is a name or an abbreviation: `AS`, `IT`, `DPA`; it is never cut.
        let shouted = bare.chars().count() > 1 && bare.chars().all(char::is_uppercase);
        let stem = if shouted {
            lower.clone()
        } else {
            self.stemmer.stem(&lower).into_owned()
        };
        let concept = self.concepts.get(lower.as_str()).copied();
        out.push(Token {
            stem,
            raw: bare.to_owned(),
            kind: Kind::Word,
            concept,
            stop,
            at,
        });
    }
}

/// How well a word of a text stands for a word of the question, from 0 to 1.
pub(crate) fn alike(asked: &Token, found: &Token) -> f32 {
    if asked.stem == found.stem {
        return 1.0;
    }
    if asked.kind != Kind::Word || found.kind != Kind::Word {
        return 0.0;
    }
    if asked.concept.is_some() && asked.concept == found.concept {
        return 0.8;
    }
    // Compounds: `Kündigungsfrist` and `Frist`, `leveringstid` and `levering`.
    let (short, long) = if asked.stem.len() < found.stem.len() {
        (&asked.stem, &found.stem)
    } else {
        (&found.stem, &asked.stem)
    };
    let long_enough = short.chars().count() >= 5;
    if long_enough && (long.starts_with(short.as_str()) || long.ends_with(short.as_str())) {
        0.6
    } else {
        0.0
    }
}

pub(crate) fn token(stem: String, raw: &str, kind: Kind, at: usize) -> Token {
    Token {
        stem,
        raw: raw.to_owned(),
        kind,
        concept: None,
        stop: false,
        at,
    }
}

/// Runs of letters and digits, held together by a single connector between two of them.
fn runs(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric() || {
            let next = chars.peek().map_or(' ', |(_, next)| *next);
            let digits = before.is_ascii_digit() && next.is_ascii_digit();
            let words = before.is_alphanumeric() && next.is_alphanumeric();
            match c {
                '-' | '\'' | '’' | '/' | '&' => words,
                '.' | ',' | ':' => digits,
                _ => false,
            }
        };
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(first)) => {
                out.push((first, &text[first..at]));
                start = None;
            }
            _ => {}
        }
        before = c;
    }
    if let Some(first) = start {
        out.push((first, &text[first..]));
    }
    out
}

fn parts<'a>(run: &'a str, separators: &[char]) -> Vec<(usize, &'a str)> {
    let mut out = Vec::new();
    let mut at = 0;
    for part in run.split(separators) {
        if !part.is_empty() {
            out.push((at, part));
        }
        at += part.len() + 1;
    }
    out
}

/// `24-month`, `90-day`, `12-Monats-Frist`: a number and whole words.
fn is_measure(run: &str) -> bool {
    let mut parts = run.split(['-', '/']);
    let number = parts
        .next()
        .is_some_and(|first| first.bytes().all(|b| b.is_ascii_digit()));
    let mut words = parts.peekable();
    number
        && words.peek().is_some()
        && words.all(|part| part.chars().count() >= 3 && part.chars().all(char::is_alphabetic))
}

/// Without group separators, so that `1,577` and `1577` are equal, `99,5` and `99.5` too.
pub(crate) fn canonical_number(raw: &str) -> String {
    if raw.contains(':') {
        return raw.to_owned();
    }
    let groups: Vec<&str> = raw.split([',', '.']).collect();
    let Some((last, front)) = groups.split_last() else {
        return raw.to_owned();
    };
    // Two kinds of separator, or one that cannot group: the last one is the decimal sign.
    let mixed = raw.contains(',') && raw.contains('.');
    let grouped = front.iter().skip(1).all(|group| group.len() == 3);
    let decimal = !front.is_empty() && (mixed || last.len() != 3) && grouped;
    if !grouped && !mixed {
        return raw.to_owned();
    }
    let mut out = front.concat();
    if decimal {
        let fraction = last.trim_end_matches('0');
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
    } else {
        out.push_str(last);
    }
    out
}

/// Words that stand for one another in the questions of office work, in the three languages. Small on purpose: the
/// embedding model finds the rest.
const CONCEPTS: [&str; 30] = [
    "price prices cost costs fee fees charge charges charged pricing preis preise kosten kostet gebühr gebühren pris priser koster kostnad avgift",
    "terminate terminated terminates termination cancel cancelled cancellation kündigung kündigen gekündigt oppsigelse oppsigelsestid oppsigelsesfrist avslutte",
    "notice kündigungsfrist frist oppsigelsestid oppsigelsesfrist varsel",
    "begin begins began start starts started commence commences beginn beginnt beginnen starter begynner",
    "end ends ended expire expires expiry expiration ablauf endet enden utløper slutt",
    "phone telephone telefon tel mobile",
    "mail email e-mail epost",
    "fix fixed resolve resolved resolution repair repaired solve solved beheben lösen løse reparere",
    "error errors fault faults failure failures fehler störung feil",
    "warranty guarantee guarantees guaranteed garantie gewährleistung garanti",
    "deliver delivery delivered deliveries ship shipping shipped shipment lieferung liefern geliefert lieferzeit levering leveres leveringstid",
    "uptime availability available verfügbarkeit oppetid tilgjengelighet",
    "discount discounts rebate rebates rabatt rabatte rabatter nachlass",
    "invoice invoices invoiced bill billed billing rechnung rechnungen faktura",
    "pay payment payments paid payable zahlung zahlen zahlbar bezahlen betaling betale",
    "contract contracts agreement agreements vertrag verträge vereinbarung kontrakt avtale avtalen",
    "customer customers client clients kunde kunden kunder",
    "employee employees staff headcount mitarbeiter ansatte",
    "buy bought purchase purchases purchased kaufen kauf kjøpe kjøp",
    "increase increases increased raise raised rise rises erhöhung erhöht økning økes",
    "revenue revenues sales turnover umsatz omsetning",
    "penalty penalties liquidated vertragsstrafe bot dagmulkt",
    "liability liable haftung haftet ansvar",
    "delete deleted deletion erase erased remove removed löschen gelöscht slette slettes",
    "restart reboot reset neustart neustarten omstart",
    "store stored storage kept retain retained retention speichern gespeichert aufbewahrung lagres oppbevares",
    "encrypt encrypted encryption verschlüsselt verschlüsselung kryptert kryptering",
    "responsible owner owns accountable verantwortlich zuständig ansvarlig",
    "maximum max limit limits höchstens maksimum maksimalt",
    "minimum min least mindestens minst",
];

const ENGLISH: &str = "a about above after again against all also although am an and any are aren't as at be because been before \
being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each \
few for from further give given gives had has have having he her here hers him his how however i if in into is isn't it \
its itself just know let like made make makes many may me mean means might more most much must my need needs no nor not \
now of off on once one only or other our ours out over own per please same shall she should show so some such take tell than \
that the their theirs them then there these they this those through to too under until up upon us use used uses using \
very via was way we were what what's when where whether which while who whom whose why will with within without would \
you your yours get gets got find say says said state stated according information want long";

const GERMAN: &str = "aber alle allem allen aller alles als also am an ander auch auf aus bei beim bin bis bist da damit dann \
das dass dein dem den denn der des die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen \
einer eines er es euch für gegen gibt hab habe haben hat hatte hier hin ich ihm ihn ihnen ihr ihre im in ins ist ja jede \
jedem jeden jeder jedes kann kein keine können lang lange man mehr mein meine mit muss müssen nach nicht noch nun nur ob \
oder ohne sehr sein seine sich sie sind so soll sollen über um und uns unser unsere unter viel viele vom von vor war \
warum was weil welche welchem welchen welcher welches wenn wer werden wie wieder will wir wird wo wofür wurde zu zum zur \
zwischen gilt gelten hoch";

const NORWEGIAN: &str = "alle at av bare begge ble blir både da de deg dem den denne der deres det dette disse du eller en enn \
er et etter for fordi fra før gi gjelder ha hadde han har henne hennes her hos hun hva hvem hver hvilke hvilken hvilket \
hvis hvor hvordan hvorfor i ikke ingen inn jeg kan kunne man mange med meg mellom men mer min mitt mot mye mål må noe \
noen nå når og også om opp oss over på samme seg selv si sin sine sitt skal skulle slik som så til under ut uten var \
ved vi vil ville vår være lenge";

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        Reader::for_question("what is the")
            .content(text)
            .into_iter()
            .map(|token| token.stem)
            .collect()
    }

    #[test]
    fn an_identifier_is_one_word_however_it_is_joined() {
        assert_eq!(stems("KB-0193"), ["kb0193"]);
        assert_eq!(stems("AMR-40X"), ["amr40x"]);
        assert!(stems("AMR 40X").contains(&"amr40x".to_owned()));
        assert!(stems("KB 0193").contains(&"kb0193".to_owned()));
        assert_eq!(stems("10-K"), stems("10K"));
    }

    #[test]
    fn a_period_is_the_same_in_every_spelling() {
        for text in ["Q2_2023", "2023Q2", "2023-Q2", "Q2'23", "second quarter 2023"] {
            let stems = stems(text);
            assert!(
                stems.contains(&"q2".into()) && stems.contains(&"2023".into()),
                "{text}: {stems:?}"
            );
        }
        assert_eq!(stems("FY18"), ["2018"]);
        assert_eq!(stems("FY2018"), ["2018"]);
    }

    #[test]
    fn a_number_is_the_same_in_every_spelling() {
        for (left, right) in [
            ("1,577", "1577"),
            ("24.800,00", "24,800"),
            ("99,5", "99.50"),
            ("1,234,567.8", "1234567.80"),
        ] {
            assert_eq!(canonical_number(left), canonical_number(right), "{left} {right}");
        }
        for (left, right) in [("1.5", "15"), ("99.9", "99.5"), ("10:30", "1030")] {
            assert_ne!(canonical_number(left), canonical_number(right));
        }
    }

    #[test]
    fn the_language_of_a_question_is_known_by_its_small_words() {
        assert_eq!(
            Reader::for_question("Welche Kündigungsfrist gilt für Halden?").language(),
            Language::German
        );
        assert_eq!(
            Reader::for_question("Hva er oppsigelsestiden for Halden?").language(),
            Language::Norwegian
        );
        assert_eq!(
            Reader::for_question("Halden uptime").language(),
            Language::English
        );
    }

    #[test]
    fn a_compound_is_like_its_part() {
        let reader = Reader::for_question("Welche Frist gilt für die Lieferung?");
        let of = |text: &str| reader.content(text).remove(0);
        assert!(alike(&of("Lieferfrist"), &of("Frist")) > 0.5);
        assert!(alike(&of("Lieferung"), &of("Rechnung")) < 0.1);
    }
}
