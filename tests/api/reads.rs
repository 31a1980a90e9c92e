//! Whatever the API's tests ask of SQLite is found by an index. Every fixture hands in what it asked; PostgreSQL chooses by
//! how much there is, and is asked where there is much (`tests/planning.rs`).

use domain::clock::{Clock, SeededEntropy, VirtualClock};
use sea_orm::{ConnectionTrait, Statement, Value};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use storage::connect;
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};

/// Tables that stay small however many people there are.
const SMALL: [&str; 9] = [
    "instance_setting",
    "library_entry",
    "library_index",
    "library_revision",
    "library_tag",
    "library_text",
    "notification LIMIT",
    "organisation",
    "preview",
];

/// Words that half of a table has in common: to pick by one of them alone is to read it whole.
const COMMON: [&str; 5] = ["(job=?)", "(kind=?)", "(outcome=?)", "(role=?)", "(state=?)"];

/// What a fixture asked so far, each statement once.
#[derive(Clone, Debug, Default)]
pub struct Reads(Arc<Mutex<BTreeSet<String>>>);

impl Reads {
    pub fn note(&self, statement: &Statement) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(statement.sql.clone());
    }

    /// What of it reads a table from end to end, with how.
    pub fn whole_tables(&self) -> Vec<String> {
        static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        static EXPLAINING: LazyLock<Mutex<Explaining>> = LazyLock::new(|| Mutex::new(Explaining::begin()));
        let asked = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let new: Vec<String> = {
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            asked.into_iter().filter(|sql| is_production(sql) && seen.insert(shape(sql))).collect()
        };
        if new.is_empty() {
            return Vec::new();
        }
        let explaining = EXPLAINING.lock().unwrap_or_else(PoisonError::into_inner);
        explaining.ask.send(new).expect("it explains");
        explaining.told.recv().expect("it explained")
    }
}

/// Its own thread, since a fixture ends where nothing can be awaited.
struct Explaining {
    ask: Sender<Vec<String>>,
    told: Receiver<Vec<String>>,
}

impl Explaining {
    fn begin() -> Self {
        let (ask, asked) = channel::<Vec<String>>();
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let store = runtime.block_on(empty());
            for statements in asked {
                let mut found = Vec::new();
                for sql in statements {
                    found.extend(runtime.block_on(judged(&store, &sql)));
                }
                tell.send(found).expect("somebody waits");
            }
        });
        Self { ask, told }
    }
}

async fn empty() -> Store {
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::at(chrono::DateTime::UNIX_EPOCH));
    let entropy = Arc::new(SeededEntropy::new(1));
    let memory = Address { connections: 1, ..Address::new("sqlite::memory:") };
    let keys = connect::open(&memory).await.expect("keys");
    let sealer =
        Sealer::over(keys, MasterKey::new([7; 32]), Arc::clone(&clock), entropy.clone()).await.expect("sealer");
    let store = Store::connect(&memory, Arc::new(sealer), clock, entropy).await.expect("a store");
    storage::migrate(&store).await.expect("schema");
    store
}

/// What tests ask themselves has its values in its text, or takes away what nothing of ours does. An INSERT reads nothing
/// of its own, and its plan names the tables that refer to it for a case that it never comes to.
fn is_production(sql: &str) -> bool {
    (sql.contains('?') || sql.contains('$')) && !sql.starts_with("delete from") && !sql.starts_with("INSERT")
}

/// Without how long its lists are.
fn shape(sql: &str) -> String {
    let mut shape = sql.to_owned();
    while shape.contains("?, ?") {
        shape = shape.replace("?, ?", "?");
    }
    shape
}

async fn judged(store: &Store, sql: &str) -> Option<String> {
    let backend = store.backend();
    let numbered = sql.matches('$').count();
    let places = sql.matches('?').count() + numbered;
    let values = vec![Value::String(Some("1".into())); places];
    let explained = Statement::from_sql_and_values(backend, format!("explain query plan {sql}"), values);
    let steps: Vec<String> = store
        .read()
        .query_all_raw(explained)
        .await
        .ok()?
        .into_iter()
        .map(|row| row.try_get("", "detail").expect("a step"))
        .collect();
    let bad = steps.iter().any(|step| is_whole(step, sql));
    bad.then(|| format!("{sql}\n    {}", steps.join("; ")))
}

fn is_whole(step: &str, sql: &str) -> bool {
    let small = |step: &str| {
        let of = step.split_whitespace().nth(1).unwrap_or_default();
        SMALL.iter().any(|table| {
            let mut words = table.split(' ');
            words.next() == Some(of) && words.all(|word| sql.contains(word))
        })
    };
    if small(step) {
        return false;
    }
    let by_common_word = step.starts_with("SEARCH") && COMMON.iter().any(|word| step.ends_with(word));
    // A list of nobody is a condition that never holds, which is seen before any row is.
    let of_nobody = ["WHERE ? AND", "WHERE ? ORDER", "WHERE ? = ?", "AND ? = ?", "AND ? ORDER", "WHERE ?)"]
        .iter()
        .any(|nobody| sql.contains(nobody))
        || sql.ends_with("WHERE ?");
    let rows_of_its_own =
        ["CONSTANT", "(subquery", "numbered", "made", "moved", "json_each"].iter().any(|own| step.contains(own));
    !of_nobody && (by_common_word || (step.starts_with("SCAN") && !rows_of_its_own))
}
