//! Figures, and how they are told.

use std::fmt;

/// So many examples of what went wrong are told.
const EXAMPLES: usize = 5;

/// A figure with its goal.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was counted.
    pub what: String,
    /// What came of it.
    pub is: String,
    /// What it shall be; nothing where it is told only.
    pub goal: Option<String>,
    /// Whether it is met.
    pub met: bool,
    /// Some of what is not as it shall be.
    pub examples: Vec<String>,
}

/// All figures of a folder.
#[derive(Clone, Debug, Default)]
pub struct Report(pub Vec<Figure>);

impl Report {
    /// Whether every goal is met.
    pub fn is_met(&self) -> bool {
        self.0.iter().all(|figure| figure.met)
    }

    pub(crate) fn tell(&mut self, what: &str, is: impl fmt::Display) {
        self.0.push(Figure {
            what: what.to_owned(),
            is: is.to_string(),
            goal: None,
            met: true,
            examples: Vec::new(),
        });
    }

    pub(crate) fn must(
        &mut self,
        what: &str,
        is: impl fmt::Display,
        goal: impl fmt::Display,
        met: bool,
        examples: Vec<String>,
    ) {
        self.0.push(Figure {
            what: what.to_owned(),
            is: is.to_string(),
            goal: Some(goal.to_string()),
            met,
            examples,
        });
    }

    pub(crate) fn none(&mut self, what: &str, examples: Vec<String>) {
        self.must(what, examples.len(), 0, examples.is_empty(), examples);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .0
            .iter()
            .map(|figure| figure.what.chars().count())
            .max()
            .unwrap_or(0);
        let is = self
            .0
            .iter()
            .map(|figure| figure.is.chars().count())
            .max()
            .unwrap_or(0);
        for figure in &self.0 {
            let goal = match (&figure.goal, figure.met) {
                (None, _) => String::new(),
                (Some(goal), true) => format!("goal {goal}: met"),
                (Some(goal), false) => format!("goal {goal}: MISSED"),
            };
            writeln!(f, "{:<width$}  {:>is$}  {goal}", figure.what, figure.is)?;
            if figure.met {
                continue;
            }
            for example in figure.examples.iter().take(EXAMPLES) {
                writeln!(f, "    {example}")?;
            }
            if figure.examples.len() > EXAMPLES {
                writeln!(f, "    … and {} more", figure.examples.len() - EXAMPLES)?;
            }
        }
        Ok(())
    }
}
