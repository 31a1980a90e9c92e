//! What is asked of a run: the numbers of `scripts/rehearse`, which come through the environment.

use super::report::Report;
use std::path::PathBuf;

pub struct Asked {
    /// Owners who are told something, with four phones each.
    pub owners: usize,
    /// In how many goes they are written to.
    pub portions: usize,
    json: bool,
    /// Where the report goes; nowhere unless it was asked for.
    report: Option<PathBuf>,
}

impl Asked {
    pub fn from_environment() -> Self {
        let number = |name: &str, otherwise: usize| match std::env::var(format!("RECONNECT_REHEARSE_{name}")) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("--{} {text}: give a number", name.to_lowercase())),
            Err(_) => otherwise,
        };
        let owners = number("OWNERS", 20).max(20);
        Self {
            owners,
            portions: (owners / 5).min(20),
            json: number("JSON", 0) == 1,
            report: std::env::var_os("RECONNECT_REHEARSE_REPORT").map(PathBuf::from),
        }
    }

    /// Writes it where it was asked for.
    pub fn keep(&self, report: &Report) {
        if let Some(path) = &self.report {
            let text = if self.json { report.lines() } else { report.to_string() };
            std::fs::write(path, text).expect("the report");
        }
    }
}
