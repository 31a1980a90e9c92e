//! What a rehearsal came to, for people and as lines of JSON.

use serde_json::json;
use std::fmt;

/// No more of what is wrong is told than a person reads.
const TOLD: usize = 20;

pub struct Report {
    case: &'static str,
    figures: Vec<(String, f64, &'static str)>,
    wrong: Vec<String>,
}

impl Report {
    pub const fn of(case: &'static str) -> Self {
        Self { case, figures: Vec::new(), wrong: Vec::new() }
    }

    pub fn figure(&mut self, what: &str, value: f64, unit: &'static str) {
        self.figures.push((what.to_owned(), value, unit));
    }

    pub fn check(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.wrong.push(otherwise.to_owned());
        }
    }

    pub fn holds(&self) -> bool {
        self.wrong.is_empty()
    }

    pub fn lines(&self) -> String {
        let figures = self.figures.iter().map(|(what, value, unit)| {
            json!({ "bench": "rehearse", "case": format!("{}, {what}", self.case), "value": value, "unit": unit })
        });
        let verdict = json!({ "bench": "rehearse", "case": self.case, "holds": self.holds(),
            "wrong": self.wrong.iter().take(TOLD).collect::<Vec<_>>() });
        figures.chain([verdict]).map(|line| format!("{line}\n")).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rehearsal: {}", self.case)?;
        for (what, value, unit) in &self.figures {
            writeln!(f, "  {what:<60}{value:>10.2} {unit}")?;
        }
        for wrong in self.wrong.iter().take(TOLD) {
            writeln!(f, "  WRONG {wrong}")?;
        }
        let verdict = if self.holds() { "it holds" } else { "THIS DOES NOT HOLD" };
        writeln!(f, "  {verdict}")
    }
}
