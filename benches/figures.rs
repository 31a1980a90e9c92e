//! What a bench found: a table for people, or one line of JSON per figure.

use serde_json::json;

/// One measured value.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Where and what, `postgres/10000/nothing_due`.
    pub case: String,
    pub value: f64,
    pub unit: &'static str,
    /// What the value is held against, in the same unit.
    pub ceiling: Option<f64>,
}

/// The figures of one bench, in the order they were taken.
#[derive(Debug)]
pub struct Figures {
    bench: &'static str,
    json: bool,
    taken: Vec<Figure>,
}

impl Figures {
    /// With `json` every figure is printed when it is taken, else all of them by [`Self::print`].
    pub fn new(bench: &'static str, json: bool) -> Self {
        Self { bench, json, taken: Vec::new() }
    }

    pub fn take(&mut self, case: String, value: f64, unit: &'static str, ceiling: Option<f64>) {
        let figure = Figure { case, value, unit, ceiling };
        if self.json {
            let ratio = figure.ceiling.map(|ceiling| rounded(figure.value / ceiling));
            let line = json!({
                "bench": self.bench, "case": figure.case, "value": rounded(figure.value), "unit": figure.unit,
                "ceiling": figure.ceiling.map(rounded), "ratio": ratio,
            });
            println!("{line}");
        }
        self.taken.push(figure);
    }

    /// The table, unless the figures were printed already.
    pub fn print(&self) {
        if self.json {
            return;
        }
        println!("{:<52} {:>12} {:<10} {:>12} {:>8}", "case", "value", "unit", "ceiling", "ratio");
        for Figure { case, value, unit, ceiling } in &self.taken {
            let ratio = ceiling.map(|ceiling| format!("{:.2}", value / ceiling)).unwrap_or_default();
            let ceiling = ceiling.map(|ceiling| format!("{ceiling:.2}")).unwrap_or_default();
            println!("{case:<52} {value:>12.2} {unit:<10} {ceiling:>12} {ratio:>8}");
        }
    }
}

/// To the thousandth: what is beyond is noise.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
