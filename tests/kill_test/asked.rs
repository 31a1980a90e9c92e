//! What is asked of a run: the numbers of `scripts/kill-test`, which come through the environment.

use crate::harness::Database;
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct Asked {
    pub database: Database,
    pub kills: usize,
    /// A notification here is one that a gateway is to be given: one thing to tell, on one phone or in one mailbox.
    pub notifications: usize,
    pub workers: usize,
    pub seed: u64,
    pub json: bool,
    /// Where the report goes; nowhere unless it was asked for.
    pub report: Option<PathBuf>,
}

impl Asked {
    pub fn from_environment(database: Database) -> Self {
        let number = |name: &str, otherwise: usize| match std::env::var(format!("RECONNECT_KILL_TEST_{name}")) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("--{} {text}: give a number", name.to_lowercase())),
            Err(_) => otherwise,
        };
        Self {
            database,
            kills: number("KILLS", 25),
            notifications: number("NOTIFICATIONS", 500).max(30),
            workers: number("WORKERS", 1).max(1),
            seed: number("SEED", 1) as u64,
            json: number("JSON", 0) == 1,
            report: std::env::var_os("RECONNECT_KILL_TEST_REPORT").map(PathBuf::from),
        }
    }

    /// Providers, and owners of each: one notification in ten is a mail, one in ten goes to a provider's phone, the
    /// others to owners with four phones each.
    pub fn crowd(&self) -> (usize, usize) {
        let owners_of_each = 5;
        let of_one_provider = 2 + 4 * owners_of_each;
        (self.notifications.div_ceil(of_one_provider), owners_of_each)
    }

    /// Batch and concurrency: a worker is to have begun several batches before it dies.
    pub fn worker_settings(&self) -> (usize, usize) {
        let batch = (self.sends_per_life() / 2).clamp(4, 100);
        (batch, (batch / 2).clamp(2, 64))
    }

    /// How many notifications go out between two kills.
    pub fn sends_per_life(&self) -> usize {
        self.notifications / (self.kills + 1)
    }

    /// For whoever watches; the report comes at the end.
    pub fn say(&self, what: impl std::fmt::Display) {
        if self.report.is_some() {
            eprintln!("{what}");
        }
    }
}
