//! What a bench is given from outside.

use clap::ValueEnum;

/// The databases it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A variable that `scripts/postgres` sets, for the test database.
pub fn needed(variable: &str) -> String {
    match std::env::var(variable) {
        Ok(value) => value,
        Err(_) => panic!("{variable} is not set: run it with scripts/postgres"),
    }
}
