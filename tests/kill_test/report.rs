//! What a run came to, for people and as lines of JSON.

use super::asked::Asked;
use super::workers::Death;
use crate::harness::Database;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use worker::kill_point::Point;

/// No more of what is wrong is told than a person reads.
const TOLD: usize = 20;

pub struct Report {
    pub asked: Asked,
    pub took: Duration,
    /// Phones and mailboxes that were to be told something.
    pub people: usize,
    /// What the gateways received, repetitions with it.
    pub arrived: usize,
    pub repeated: usize,
    /// What workers had claimed and not recorded when they were killed, over all kills.
    pub in_flight: usize,
    pub deaths: Vec<Death>,
    pub wrong: Vec<String>,
}

impl Report {
    /// Nothing is wrong, and the run was one that could have shown it.
    pub fn holds(&self) -> bool {
        self.wrong.is_empty() && self.missed().is_empty() && self.deaths.len() == self.asked.kills
    }

    /// Points that nobody died at though there were kills enough for all of them.
    fn missed(&self) -> Vec<&'static str> {
        let kills = self.kills();
        let all = Point::ALL.map(Point::as_str);
        let enough = self.asked.kills >= 2 * all.len();
        all.into_iter().filter(|point| enough && !kills.contains_key(point)).collect()
    }

    fn kills(&self) -> BTreeMap<&'static str, (usize, usize)> {
        let mut kills = BTreeMap::<_, (usize, usize)>::new();
        for death in &self.deaths {
            let (count, in_flight) = kills.entry(death.at).or_default();
            *count += 1;
            *in_flight += death.in_flight.len();
        }
        kills
    }

    fn case(&self) -> String {
        let database = if self.asked.database == Database::Sqlite { "sqlite" } else { "postgres" };
        format!("{database}, {} workers", self.asked.workers)
    }

    /// Writes it where it was asked for.
    pub fn write(&self) {
        let Some(path) = &self.asked.report else { return };
        let text = if self.asked.json { self.lines() } else { self.to_string() };
        std::fs::write(path, text).expect("the report");
    }

    fn lines(&self) -> String {
        let line = |case: String, value: f64, unit: &str| {
            json!({ "bench": "kill_test", "case": case, "value": value, "unit": unit, "seed": self.asked.seed })
                .to_string()
                + "\n"
        };
        let case = |what: &str| format!("{}, {what}", self.case());
        let mut lines = String::new();
        for (at, (count, in_flight)) in self.kills() {
            lines += &line(case(&format!("killed at {at}")), count as f64, "kills");
            lines += &line(case(&format!("in flight when killed at {at}")), in_flight as f64, "deliveries");
        }
        lines += &line(case("to be told"), self.people as f64, "notifications");
        lines += &line(case("arrived"), self.arrived as f64, "notifications");
        lines += &line(case("repeated"), self.repeated as f64, "notifications");
        lines += &line(case("wrong"), self.wrong.len() as f64, "findings");
        lines += &line(case("took"), self.took.as_secs_f64(), "s");
        let verdict = json!({ "bench": "kill_test", "case": self.case(), "holds": self.holds(),
            "wrong": self.wrong.iter().take(TOLD).collect::<Vec<_>>(), "missed": self.missed() });
        lines + &verdict.to_string() + "\n"
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kill test: {}, seed {}, {:.0?}", self.case(), self.asked.seed, self.took)?;
        writeln!(f, "  {:<16}{:>8}{:>12}", "killed at", "kills", "in flight")?;
        for (at, (count, in_flight)) in self.kills() {
            writeln!(f, "  {at:<16}{count:>8}{in_flight:>12}")?;
        }
        writeln!(f, "  {:<16}{:>8}{:>12}", "together", self.deaths.len(), self.in_flight)?;
        writeln!(f, "  to be told: {}, arrived: {}, repeated: {}", self.people, self.arrived, self.repeated)?;
        for point in self.missed() {
            writeln!(f, "  nobody died at {point}")?;
        }
        for wrong in self.wrong.iter().take(TOLD) {
            writeln!(f, "  WRONG {wrong}")?;
        }
        if self.wrong.len() > TOLD {
            writeln!(f, "  WRONG and {} more", self.wrong.len() - TOLD)?;
        }
        let verdict = match self.holds() {
            true => "nothing lost, nothing repeated that was not in flight, no second identity",
            false => "THIS DOES NOT HOLD",
        };
        writeln!(f, "  {verdict}")
    }
}
