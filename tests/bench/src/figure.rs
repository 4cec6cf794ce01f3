use std::fmt::Write as _;

use serde::Serialize;

/// Where a figure has to lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Not below this.
    AtLeast(f64),
    /// Not above this.
    AtMost(f64),
    /// Told, not judged.
    None,
}

/// One row of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Name of the benchmark it belongs to.
    pub bench: &'static str,
    /// What was measured.
    pub what: String,
    /// The measurement in words, with its unit.
    pub measured: String,
    /// What it stands beside, measured in the same invocation.
    pub beside: String,
    /// The number that is judged: a ratio, or the measurement itself where the goal is absolute.
    pub value: Option<f64>,
    /// Unit of `value`; `×` for a ratio.
    pub unit: &'static str,
    /// Where `value` has to lie.
    pub goal: Goal,
    /// Why it was not run.
    pub not_run: Option<String>,
}

impl Figure {
    /// A figure that is judged by `goal`.
    pub fn new(
        bench: &'static str,
        what: impl Into<String>,
        measured: impl Into<String>,
        beside: impl Into<String>,
        (value, unit): (f64, &'static str),
        goal: Goal,
    ) -> Self {
        let (what, measured, beside) = (what.into(), measured.into(), beside.into());
        Self {
            bench,
            what,
            measured,
            beside,
            value: Some(value),
            unit,
            goal,
            not_run: None,
        }
    }

    /// A row that says why there is no figure.
    pub fn not_run(bench: &'static str, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            not_run: Some(why.into()),
            value: None,
            ..Self::new(bench, what, "", "", (0.0, ""), Goal::None)
        }
    }

    /// Whether the goal is met; `None` where nothing is judged.
    pub fn met(&self) -> Option<bool> {
        match (self.value?, self.goal) {
            (value, Goal::AtLeast(least)) => Some(value >= least),
            (value, Goal::AtMost(most)) => Some(value <= most),
            (_, Goal::None) => None,
        }
    }

    /// The heading of the table that [`Figure::row`] belongs to.
    pub const HEADING: &'static str =
        "| what | measured | beside | ratio or value | goal | met |\n|---|---|---|---|---|---|";

    /// The figure as a row of a Markdown table.
    pub fn row(&self) -> String {
        if let Some(why) = &self.not_run {
            return format!("| {} | not run: {why} | | | | |", self.what);
        }
        let value = self
            .value
            .map_or_else(String::new, |value| with_unit(value, self.unit));
        let goal = match self.goal {
            Goal::AtLeast(least) => format!("≥ {}", with_unit(least, self.unit)),
            Goal::AtMost(most) => format!("≤ {}", with_unit(most, self.unit)),
            Goal::None => String::new(),
        };
        let met = self.met().map_or("", |met| if met { "yes" } else { "**no**" });
        format!(
            "| {} | {} | {} | {value} | {goal} | {met} |",
            self.what, self.measured, self.beside
        )
    }

    /// The figure as a JSON object.
    ///
    /// # Errors
    /// Never in practice.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        let mut value = serde_json::to_value(self)?;
        value["met"] = self.met().into();
        Ok(value)
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    let mut out = match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    };
    if out.contains('.') {
        out.truncate(out.trim_end_matches('0').trim_end_matches('.').len());
    }
    if !unit.is_empty() {
        let _ = write!(out, " {unit}"); // writing to a string cannot fail
    }
    out
}

/// The value below which a share of the values lies (nearest rank); 0 of no values.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.5), 10.0);
        assert_eq!(quantile(&values, 0.95), 19.0);
        assert_eq!(quantile(&values, 1.0), 20.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_figure_is_judged_by_its_goal_and_a_row_that_was_not_run_is_not() {
        let figure = |value, goal| Figure::new("b", "speed", "1", "2", (value, "×"), goal);
        assert_eq!(figure(2.0, Goal::AtLeast(2.0)).met(), Some(true));
        assert_eq!(figure(1.9, Goal::AtLeast(2.0)).met(), Some(false));
        assert_eq!(figure(0.5, Goal::AtMost(0.4)).met(), Some(false));
        let row = figure(1.5, Goal::AtMost(2.0)).row();
        assert_eq!(row, "| speed | 1 | 2 | 1.5 × | ≤ 2 × | yes |");
        let missing = Figure::not_run("b", "speed", "recoll is not installed");
        assert_eq!(missing.met(), None);
        assert_eq!(
            missing.row(),
            "| speed | not run: recoll is not installed | | | | |"
        );
    }
}
