//! What in a document is rarely an answer: questions, navigation, addresses, running headers.

use super::unit::{Unit, UnitKind};

/// What is rarely an answer: from 0 to 1.
pub(crate) fn noise(unit: &Unit) -> f32 {
    let text = unit.text.as_str();
    let length = text.chars().count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let words = text.split_whitespace().count();
    let is_row = matches!(unit.kind, UnitKind::Row(_));
    let leaders = text.contains("....") || text.contains(". . .") || text.contains("……");
    let mut noise: f32 = 0.0;
    // A question, also one followed by no more than its number.
    if let Some((_, answer)) = text.rsplit_once('?') {
        let answer = answer.trim();
        let numbered = answer.len() <= 4 && answer.bytes().any(|b| b.is_ascii_digit());
        if answer.is_empty() || numbered {
            noise = noise.max(0.8);
        }
    }
    if text.ends_with(':') {
        noise = noise.max(0.4);
    }
    // A short line without an end: a point on a slide where it tells a value, else often a heading that was missed.
    if matches!(unit.kind, UnitKind::Line) {
        let tells = unit.text.contains(':') || !unit.values.is_empty();
        noise = noise.max(if tells { 0.2 } else { 0.5 });
    }
    let counter = text.rsplit_once('/').is_some_and(|(front, last)| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits(last.trim()) && front.trim_end().ends_with(|c: char| c.is_ascii_digit())
    });
    if counter && words <= 10 {
        noise = noise.max(0.9);
    }
    if leaders {
        noise = 1.0;
    }
    if !is_row && (words < 4 || letters * 2 < length) {
        noise = noise.max(0.6);
    }
    if length > 600 {
        noise = noise.max(0.5);
    }
    let lower = text.to_lowercase();
    let boilerplate = [
        "all rights reserved",
        "table of contents",
        "click here",
        "unsubscribe",
        "cookie",
        "this e-mail and any attachments",
        "this email and any attachments",
        "back to top",
        "alle rechte vorbehalten",
        "inhaltsverzeichnis",
        "innholdsfortegnelse",
        "for more information, see",
        "page intentionally left blank",
    ];
    if boilerplate.iter().any(|phrase| lower.contains(phrase)) {
        noise = noise.max(0.7);
    }
    let elsewhere = [
        "for more information",
        "for a more detailed",
        "to learn more",
        "weitere informationen",
        "mer informasjon",
    ];
    if elsewhere.iter().any(|phrase| lower.starts_with(phrase)) {
        noise = noise.max(0.6);
    }
    let addresses = [
        "from:", "to:", "cc:", "sent:", "subject:", "von:", "an:", "fra:", "til:",
    ];
    if addresses.iter().filter(|word| lower.contains(*word)).count() >= 2 {
        noise = noise.max(0.8);
    }
    if unit.repeated || matches!(&unit.kind, UnitKind::Row(row) if row.empty) {
        noise = noise.max(0.9);
    }
    if words <= 6
        && ["page ", "seite ", "side "]
            .iter()
            .any(|word| lower.starts_with(word))
    {
        noise = 1.0;
    }
    noise
}
