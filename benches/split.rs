//! Where the time goes: the statements of a store, by what they do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use storage::Store;

/// So much of a statement tells it from the others.
const SHOWN: usize = 4;

/// Statements by their kind: how many there were, and how long they took together.
#[derive(Clone, Debug, Default)]
pub struct Split(Arc<Mutex<BTreeMap<String, (usize, Duration)>>>);

impl Split {
    /// What was counted since the last time.
    pub fn take(&self) -> BTreeMap<String, (usize, Duration)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The same store, whose statements are counted.
pub fn observed(store: &Store) -> (Store, Split) {
    let split = Split::default();
    let mut store = store.clone();
    let counts = split.clone();
    store.on_statement(move |statement, took| {
        let mut counts = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counts.entry(kind_of(&statement.sql)).or_default();
        entry.0 += 1;
        entry.1 += took;
    });
    (store, split)
}

/// The verb of a statement, the first table it names, and the columns that it picks by.
fn kind_of(sql: &str) -> String {
    let verb = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    let before = match verb.as_str() {
        "update" => "UPDATE \"",
        "insert" => "INTO \"",
        _ => "FROM \"",
    };
    let table = sql.split_once(before).map_or("", |(_, rest)| rest).split('"').next().unwrap_or_default();
    if table.is_empty() {
        return sql.split_whitespace().take(SHOWN).collect::<Vec<_>>().join(" ");
    }
    let picked = sql.split_once(" WHERE ").map_or("", |(_, rest)| rest);
    let column = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && *name != table;
    let mut columns: Vec<&str> = picked.split('"').skip(1).step_by(2).filter(column).collect();
    columns.dedup();
    columns.truncate(SHOWN);
    [vec![verb.as_str(), table], columns].concat().join(" ")
}
