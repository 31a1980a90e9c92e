//! What one minute of planning costs, from ten thousand owners with four series each to a million:
//!
//! ```sh
//! scripts/postgres --durable cargo bench --bench planning
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

mod crowd;
#[expect(dead_code, reason = "no process runs here that would keep wrapped keys")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
mod floor;
mod median;
mod query_plans;
mod split;

use chrono::TimeDelta;
use clap::Parser;
use crowd::{Crowd, PLANNERS_MINUTE, instant};
use database::{Database, TestDatabase};
use domain::clock::VirtualClock;
use environment::{Kind, needed};
use figures::Figures;
use median::median;
use sea_orm::{AccessMode, ConnectionTrait, DbBackend, IsolationLevel, Statement, TransactionTrait};
use split::observed;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use storage::Store;
use worker::planner::Planner;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A turn that finds nothing may take so long.
const NOTHING_DUE: Duration = Duration::from_millis(2);
/// So often what is quick is measured, for the median.
const ROUNDS: usize = 50;
/// So often the floor is measured, which writes.
const FLOORS: usize = 5;
/// Kinds of statements named in the split of the cost.
const NAMED: usize = 12;

/// What one minute of planning costs, by how much is due and by how many there are.
#[derive(Parser)]
pub struct Options {
    /// How many owners, one database each.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    owners: Vec<u64>,
    /// How many of their series are due on the minute; at most half as many as there are owners.
    #[arg(long, default_value_t = 2_000)]
    due: u64,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    /// One line of JSON per figure.
    #[arg(long)]
    json: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Done {
    run(&Options::parse()).await
}

/// Measures and prints.
///
/// # Errors
/// Something failed, or not everything was done that was measured.
pub async fn run(options: &Options) -> Done {
    let mut figures = Figures::new("planning", options.json);
    let mut wrong = Vec::new();
    for kind in &options.databases {
        for owners in &options.owners {
            let crowd = Crowd { owners: *owners, due: options.due };
            wrong.extend(measure(*kind, crowd, &mut figures).await?);
        }
    }
    figures.print();
    if wrong.is_empty() { Ok(()) } else { Err(format!("not found by its index: {}", wrong.join("; ")).into()) }
}

/// One database with its crowd, from beginning to end; tells which lookups are not carried by their index.
async fn measure(kind: Kind, crowd: Crowd, figures: &mut Figures) -> Done<Vec<String>> {
    let directory = tempfile::tempdir()?;
    let (name, database) = match kind {
        Kind::Sqlite => ("sqlite", Database::Sqlite),
        Kind::Postgres => ("postgres", Database::Postgres),
    };
    let case = |what: &str| format!("{name}/{}/{what}", crowd.owners);
    let database = TestDatabase::create(database, directory.path()).await;
    let begun = Instant::now();
    let (store, clock) = crowd::gather(crowd, database.url()).await?;
    figures.take(case("gathered"), begun.elapsed().as_secs_f64(), "s", None);
    if store.backend() == DbBackend::Postgres {
        // Dead entries are to stay where they are until they are measured.
        store.read().execute_unprepared("alter table series set (autovacuum_enabled = false)").await?;
    }

    let mut wrong = examine(&store, &clock, &case, "nothing_due", figures).await?;
    nothing_due(&store, &case, "nothing_due", figures).await?;
    let planner = Planner::new(store.clone());
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        planner.next_due().await?.ok_or("something is due some time")?;
        took.push(begun.elapsed());
    }
    figures.take(case("next_due"), millis(median(&mut took)), "ms", Some(millis(NOTHING_DUE)));

    let floor = floors(&store).await?;
    figures.take(case("due/floor"), millis(floor), "ms", None);
    clock.set(instant(PLANNERS_MINUTE));
    wrong.extend(examine(&store, &clock, &case, "due", figures).await?);
    due(&store, crowd, floor, &case, figures).await?;

    // What was moved on leaves a dead entry in PostgreSQL's index, before whatever is due next. None can be
    // recognised as dead while somebody, such as a backup, still sees the table as it was.
    let backup = match store.backend() {
        DbBackend::Postgres => {
            let repeatable = Some(IsolationLevel::RepeatableRead);
            let backup = store.read().begin_with_config(repeatable, Some(AccessMode::ReadOnly)).await?;
            // Our own connections may not idle within a transaction; a backup's may.
            backup.execute_unprepared("set local idle_in_transaction_session_timeout = 0").await?;
            backup.execute_unprepared("select from series limit 1").await?;
            Some(backup)
        }
        _ => None,
    };
    clock.advance(TimeDelta::days(2));
    let moved = time_passes(&store, &clock).await?;
    figures.take(case("two_days_later/advanced"), moved as f64, "series", None);
    if let Some(backup) = backup {
        nothing_due(&store, &case, "two_days_later/during_backup/nothing_due", figures).await?;
        backup.rollback().await?;
    }
    nothing_due(&store, &case, "two_days_later/nothing_due", figures).await?;
    wrong.extend(examine(&store, &clock, &case, "two_days_later", figures).await?);
    store.close().await?;
    Ok(wrong)
}

/// A turn that finds nothing.
async fn nothing_due(store: &Store, case: &impl Fn(&str) -> String, what: &str, figures: &mut Figures) -> Done {
    let (store, split) = observed(store);
    let planner = Planner::new(store);
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let found = planner.turn().await?;
        took.push(begun.elapsed());
        if found != 0 {
            return Err(format!("{found} were due before their time").into());
        }
    }
    let statements: usize = split.take().values().map(|(count, _)| count).sum();
    figures.take(case(&format!("{what}/first")), millis(took[0]), "ms", Some(millis(NOTHING_DUE)));
    figures.take(case(what), millis(median(&mut took)), "ms", Some(millis(NOTHING_DUE)));
    figures.take(case(&format!("{what}/statements")), statements as f64 / ROUNDS as f64, "a turn", None);
    Ok(())
}

/// The median of the floor; the last time is left as it is.
async fn floors(store: &Store) -> Done<Duration> {
    let mut took = vec![floor::plan(store).await?];
    while took.len() < FLOORS {
        floor::undo(store).await?;
        took.push(floor::plan(store).await?);
    }
    if store.backend() == DbBackend::Postgres {
        for table in ["series", "slot", "notification", "delivery"] {
            store.read().execute_unprepared(&format!("vacuum (analyze) {table}")).await?;
        }
    }
    Ok(median(&mut took))
}

/// All that is due on the planner's minute, until a turn finds nothing.
async fn due(
    store: &Store,
    crowd: Crowd,
    floor: Duration,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let (observed, split) = observed(store);
    let planner = Planner::new(observed);
    let mut looks = 0;
    let begun = Instant::now();
    loop {
        match planner.turn().await? {
            0 => break,
            found => looks += found,
        }
    }
    let took = begun.elapsed();
    went_out(store, crowd).await?;
    let count = crowd.due as f64;
    figures.take(case("due"), millis(took), "ms", Some(millis(floor)));
    figures.take(case("due/item"), millis(took) / count, "ms", Some(millis(floor) / count));
    figures.take(case("due/looks"), looks as f64 / count, "an item", None);
    let mut split: Vec<_> = split.take().into_iter().collect();
    let statements: usize = split.iter().map(|(_, (count, _))| count).sum();
    let answered: Duration = split.iter().map(|(_, (_, took))| *took).sum();
    figures.take(case("due/statements"), statements as f64 / count, "an item", None);
    figures.take(case("due/in_statements"), millis(answered), "ms", Some(millis(took)));
    figures.take(case("due/beside_statements"), millis(took.saturating_sub(answered)), "ms", Some(millis(took)));
    split.sort_by_key(|(_, (_, took))| std::cmp::Reverse(*took));
    for (kind, (times, spent)) in split.into_iter().take(NAMED) {
        let kind = format!("due/split/{kind} ×{:.2}", times as f64 / count);
        figures.take(case(&kind), millis(spent), "ms", Some(millis(took)));
    }
    Ok(())
}

/// Every one of them, and nothing but them, was found good to go by the whole table of the gate.
async fn went_out(store: &Store, crowd: Crowd) -> Done {
    let at = match store.backend() {
        DbBackend::Postgres => format!("timestamptz '{PLANNERS_MINUTE}'"),
        _ => format!("'{}'", PLANNERS_MINUTE.replace('Z', "+00:00")),
    };
    let sql = format!(
        "select outcome || ' ' || reason as word, count(*) as number from slot where decided_at = {at} group by 1"
    );
    let rows = store.read().query_all_raw(Statement::from_string(store.backend(), sql)).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        found.insert(row.try_get::<String>("", "word")?, row.try_get::<i64>("", "number")?);
    }
    let wanted = BTreeMap::from([("planned due".to_owned(), i64::try_from(crowd.due)?)]);
    if found == wanted { Ok(()) } else { Err(format!("planned: {found:?} instead of {wanted:?}").into()) }
}

/// Moves what became due on by a fortnight, as the planner would.
async fn time_passes(store: &Store, clock: &VirtualClock) -> Done<u64> {
    use domain::clock::Clock as _;
    let written = clock.now().format("%Y-%m-%dT%H:%M:%S+00:00");
    let sql = match store.backend() {
        DbBackend::Postgres => format!(
            "update series set next_at = next_at + interval '14 days', version = version + 1 \
             where next_at <= timestamptz '{written}'"
        ),
        _ => format!(
            "update series set next_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', next_at, '+14 days'), \
             version = version + 1 where next_at <= '{written}'"
        ),
    };
    let tx = store.write().await?;
    let moved = tx.execute_unprepared(&sql).await?.rows_affected();
    tx.commit().await?;
    Ok(moved)
}

/// How the database carries out every lookup; tells those that are not carried by their index.
async fn examine(
    store: &Store,
    clock: &VirtualClock,
    case: &impl Fn(&str) -> String,
    when: &str,
    figures: &mut Figures,
) -> Done<Vec<String>> {
    use domain::clock::Clock as _;
    let mut wrong = Vec::new();
    for lookup in query_plans::lookups(store, clock.now()).await? {
        for (planned, carried) in
            ["pages", "pages_any_parameters"].iter().zip(query_plans::carried(store, &lookup).await?)
        {
            let name = case(&format!("{when}/{}", lookup.name));
            if !carried.indexed {
                wrong.push(format!("{name}: {}", carried.plan));
            }
            eprintln!("{name}: {}", carried.plan);
            if let Some(pages) = carried.pages {
                figures.take(format!("{name}/{planned}"), pages as f64, "pages", None);
            }
        }
    }
    Ok(wrong)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
