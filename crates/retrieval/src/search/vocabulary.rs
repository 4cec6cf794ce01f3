//! What words of a question are called in the documents that answer it.
//!
//! General vocabulary of finance and reporting: a question asks for `capex`, the statement says `purchases of property,
//! plant and equipment`. Only used to choose among the passages of documents that are chosen already. The list was written
//! after reading the development questions, so what it gains there says little about other questions.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use crate::text::words;

/// A pattern in the question, and words that the answering passage is likely to have.
#[rustfmt::skip]
const VOCABULARY: &[(&str, &str)] = &[
    ("capex|capital expenditure|capital.intensive", "purchases of property plant equipment additions capital expenditures"),
    (r"ppne|pp&e|ppe\b|fixed asset", "property plant equipment net"),
    ("cogs|cost of goods", "cost of sales cost of goods sold"),
    ("p&l|income statement|statements? of (?:income|operations|earnings)|profit and loss", "consolidated statements income operations earnings"),
    ("balance sheets?|statements? of financial position", "consolidated balance sheets total assets total liabilities current"),
    ("cash ?flow", "consolidated statements cash flows operating investing financing activities"),
    ("quick ratio|current ratio|working capital|liquidity ratio", "total current assets total current liabilities inventories receivables balance sheets"),
    (r"days payable|\bdpo\b", "accounts payable inventories"),
    (r"days sales outstanding|\bdso\b|receivables? turnover", "accounts receivable net"),
    (r"inventory turnover|\bdio\b|days inventory", "inventories"),
    ("ebitda", "operating income depreciation amortization"),
    ("gross (?:margin|profit)", "gross profit cost of sales net sales revenue"),
    ("operating (?:margin|income|profit)", "operating income net sales revenue"),
    ("net (?:profit )?margin|net income|profitab", "net income net earnings"),
    ("effective tax rate|tax rate", "effective income tax rate provision for income taxes"),
    ("revenue|top line|turnover|sales", "revenues net sales"),
    ("acquisition|m&a|merger", "acquisition acquired"),
    ("legal (?:battle|proceeding|case|dispute|matter)|litigation|lawsuit", "legal proceedings litigation"),
    ("dividend", "dividends declared paid"),
    ("repurchase|buy.?back", "share repurchase program stock repurchases"),
];

/// Terms that a passage answering this question is likely to have besides those of the question.
pub fn also(question: &str) -> Vec<String> {
    static PATTERNS: LazyLock<Vec<(Regex, Vec<String>)>> = LazyLock::new(|| {
        let compile = |pattern: &str| RegexBuilder::new(pattern).case_insensitive(true).build().ok();
        VOCABULARY
            .iter()
            .filter_map(|(pattern, text)| Some((compile(pattern)?, words(text))))
            .collect()
    });
    let fitting = PATTERNS.iter().filter(|(pattern, _)| pattern.is_match(question));
    fitting
        .flat_map(|(_, terms)| {
            terms
                .iter()
                .filter(|term| *term != "of" && *term != "for")
                .cloned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_is_reached() {
        for (pattern, _) in VOCABULARY {
            Regex::new(pattern).unwrap();
        }
        assert!(also("What was the CAPEX of 3M?").contains(&"equipment".to_owned()));
        assert!(also("Where is the gate code?").is_empty());
    }
}
