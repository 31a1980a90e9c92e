//! How many jobs go through the outbox in a second, claimed, judged and recorded, against the rows that the database
//! writes in batches; how soon one begins after its commit; and what is asked while there is nothing to do:
//!
//! ```sh
//! scripts/bench queue
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

mod backlog;
mod crowd;
#[expect(dead_code, reason = "no process runs here that would keep wrapped keys")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
mod percentile;
#[expect(dead_code, reason = "nothing takes turns with them here")]
mod plain_writes;
mod running;
mod split;
mod wall;

use backlog::{Backlog, count};
use clap::Parser;
use database::{Database, TestDatabase};
use domain::ids::{AccountId, NotificationId, SlotId};
use domain::words::Channel;
use environment::{Kind, needed};
use figures::Figures;
use percentile::percentile;
use plain_writes::Plain;
use split::observed;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::deliveries::{self, Attempt, NewNotification, Outgoing};
use storage::{Store, rows};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::transport::Transports;
use worker::transport::settings::TransportSettings;
use worker::{DispatchSettings, Dispatcher, Planner};

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Statements by their kind: how many there were, and how long they took together.
type Counted = BTreeMap<String, (usize, Duration)>;

/// The worker's default.
const POLL: Duration = Duration::from_secs(5);
/// So often it is looked whether anything is left.
const LOOK: Duration = Duration::from_millis(10);
/// Until a worker listens, and has seen that nothing is due.
const SETTLES: Duration = Duration::from_secs(1);
/// Between two commits whose latency is measured.
const PAUSE: Duration = Duration::from_millis(20);
/// A job that has not begun by then never does.
const PATIENCE: Duration = Duration::from_secs(30);
/// Rows of a plain batch, and their size in bytes: about that of a delivery.
const ROWS: usize = 100;
const BYTES: usize = 120;
/// The limits we set ourselves.
const BEGINS_WITHIN: Duration = Duration::from_millis(10);
const IDLE_STATEMENTS: f64 = 1.0;
/// So many kinds of statement are told of, the dearest first.
const DEAREST: usize = 14;

/// Jobs per second through the outbox, and how soon they begin.
#[derive(Parser)]
pub struct Options {
    /// Different notices; each is in the backlog as often as it takes.
    #[arg(long, default_value_t = 10_000)]
    notices: u64,
    /// How many jobs wait; what the first gives is the ceiling of the others.
    #[arg(long, value_delimiter = ',', default_values_t = [20_000, 200_000])]
    backlogs: Vec<u64>,
    /// With how many finished ones beside the first backlog it is measured once more.
    #[arg(long, default_value_t = 1_000_000)]
    finished: u64,
    /// For how long at most.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// So many commits whose latency is measured.
    #[arg(long, default_value_t = 300)]
    commits: usize,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    /// Jobs under way at once; the worker's default without it.
    #[arg(long)]
    concurrency: Option<usize>,
    /// Jobs claimed at once; the worker's default without it.
    #[arg(long)]
    batch: Option<u64>,
    /// One line of JSON per figure.
    #[arg(long)]
    json: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn dispatch(&self) -> DispatchSettings {
        let default = DispatchSettings::default();
        DispatchSettings {
            batch: self.batch.unwrap_or(default.batch),
            concurrency: self.concurrency.unwrap_or(default.concurrency),
            ..default
        }
    }

    fn at_most(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
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
    let mut figures = Figures::new("queue", options.json);
    for kind in &options.databases {
        measure(*kind, options, &mut figures).await?;
    }
    figures.print();
    Ok(())
}

async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Done {
    let directory = tempfile::tempdir()?;
    let (name, database) = match kind {
        Kind::Sqlite => ("sqlite", Database::Sqlite),
        Kind::Postgres => ("postgres", Database::Postgres),
    };
    let database = TestDatabase::create(database, directory.path()).await;
    let case = |what: &str| format!("{name}/{what}");
    backlog::plan(database.url(), options.notices).await?;
    database.back_up().await;

    let plain = Plain::connect(database.url()).await?;
    plain.write(options.at_most() / 5, ROWS, BYTES).await?;
    let ceiling = plain.write(options.at_most() / 2, ROWS, BYTES).await?.per_second();
    plain.close().await;
    figures.take(case("rows_alone"), ceiling, "rows/s", None);

    let shortest = *options.backlogs.first().ok_or("a backlog")?;
    let mut of_the_first = None;
    for (waiting, finished) in
        options.backlogs.iter().map(|waiting| (*waiting, 0)).chain([(shortest, options.finished)])
    {
        let case = |what: &str| case(&format!("{waiting}_waiting/{finished}_finished/{what}"));
        let backlog = Backlog { waiting, finished };
        database.restore().await;
        let store = backlog::laid(database.url(), options.notices, backlog).await?;
        let outbox = alone(&store, options, &case, figures).await?;
        store.close().await?;
        database.restore().await;
        let store = backlog::laid(database.url(), options.notices, backlog).await?;
        let worker = worked(&store, options, &case, of_the_first.is_none(), figures).await?;
        store.close().await?;
        figures.take(case("outbox"), outbox, "jobs/s", Some(of_the_first.map_or(ceiling, |(first, _)| first)));
        figures.take(case("worker"), worker, "jobs/s", Some(of_the_first.map_or(ceiling, |(_, first)| first)));
        of_the_first = of_the_first.or(Some((outbox, worker)));
    }
    database.restore().await;
    let store = backlog::laid(database.url(), options.notices, Backlog { waiting: 0, finished: 0 }).await?;
    latency(&store, database.url(), options, &case, figures).await?;
    idle(&store, options, &case, figures).await?;
    Ok(store.close().await?)
}

/// The outbox without a worker: claimed, begun and recorded in batches, in three commits each, by one alone.
async fn alone(store: &Store, options: &Options, case: &impl Fn(&str) -> String, figures: &mut Figures) -> Done<f64> {
    let (store, split) = &observed(store);
    let DispatchSettings { batch, lease, .. } = options.dispatch();
    let (worker, now) = (store.new_id(), || store.clock.now());
    let sent = || Attempt {
        state: domain::words::DeliveryState::Sent,
        reason: Some("due".to_owned()),
        next_attempt_at: None,
        attempted: true,
    };
    let before = count(store, "delivery_attempt").await?;
    split.take();
    let mut done = 0;
    let begun = Instant::now();
    while begun.elapsed() < options.at_most() {
        let tx = store.write().await?;
        let claimed = deliveries::claim(&tx, worker, lease, batch, now()).await?;
        tx.commit().await?;
        if claimed.is_empty() {
            break;
        }
        let ids: Vec<Uuid> = claimed.iter().map(|row| row.id).collect();
        let tx = store.write().await?;
        let held = deliveries::begin(&tx, worker, &ids, now()).await?;
        tx.commit().await?;
        let made: Vec<(&rows::Delivery, Attempt)> =
            claimed.iter().filter(|row| held.contains(&row.id)).map(|row| (row, sent())).collect();
        let made: Vec<(&rows::Delivery, &Attempt)> = made.iter().map(|(row, attempt)| (*row, attempt)).collect();
        let tx = store.write().await?;
        deliveries::record(&tx, worker, &made, now()).await?;
        tx.commit().await?;
        done += u64::try_from(made.len())?;
    }
    let took = begun.elapsed();
    let split = split.take();
    recorded(store, before, Some(done)).await?;
    tell(&split, done, &|what| case(&format!("outbox/{what}")), figures);
    Ok(done as f64 / took.as_secs_f64())
}

/// From the start of a worker until nothing is left, or it has ended after its time.
async fn worked(
    store: &Store,
    options: &Options,
    case: &impl Fn(&str) -> String,
    told: bool,
    figures: &mut Figures,
) -> Done<f64> {
    let before = count(store, "delivery_attempt").await?;
    let (watched, split) = observed(store);
    let shutdown = CancellationToken::new();
    let begun = Instant::now();
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if begun.elapsed() >= options.at_most() {
                shutdown.cancel();
                return Done::Ok(None);
            }
            if deliveries::next_due(store.read()).await?.is_none() {
                let took = begun.elapsed();
                shutdown.cancel();
                return Ok(Some(took));
            }
        }
    };
    let ((), emptied) = tokio::join!(working(&watched, options, &shutdown)?, waiting);
    let took = emptied?.unwrap_or_else(|| begun.elapsed());
    let done = recorded(store, before, None).await?;
    if told {
        tell(&split.take(), done, &|what| case(&format!("worker/{what}")), figures);
    }
    Ok(done as f64 / took.as_secs_f64())
}

/// The dearest kinds of statement, with how often each was sent.
fn tell(split: &Counted, jobs: u64, case: &impl Fn(&str) -> String, figures: &mut Figures) {
    let mut split: Vec<_> = split.iter().collect();
    split.sort_by_key(|(_, (_, took))| std::cmp::Reverse(*took));
    for (kind, (times, took)) in split.into_iter().take(DEAREST) {
        figures.take(case(&format!("{times} x {kind}")), took.as_secs_f64() * 1e6 / jobs as f64, "us a job", None);
    }
}

/// How many were done since, which has to be what is in the outbox too: every one recorded, none in anybody's hand, and
/// nothing but sent.
async fn recorded(store: &Store, before: u64, wanted: Option<u64>) -> Done<u64> {
    let done = count(store, "delivery_attempt").await? - before;
    let sent = count(store, "delivery where state = 'sent' and claimed_by is null").await? - before;
    let others = count(store, "delivery where state not in ('sent', 'pending')").await?;
    if done == 0 || done != sent || others > 0 || wanted.is_some_and(|wanted| wanted != done) {
        return Err(format!("{done} attempts, {sent} sent, {others} neither, instead of {wanted:?}").into());
    }
    Ok(done)
}

/// A worker that has nobody to send to.
fn working(store: &Store, options: &Options, shutdown: &CancellationToken) -> Done<impl Future<Output = ()>> {
    let transports = Transports::live(&TransportSettings::default(), Arc::clone(&store.clock))?;
    let dispatcher = Dispatcher::new(store.clone(), Arc::new(transports), options.dispatch());
    Ok(worker::run(store.clone(), Planner::new(store.clone()), dispatcher, POLL, shutdown.clone()))
}

/// From just before a commit to the begin of its job's attempt. On PostgreSQL who commits is somebody else than the
/// worker, which hears of it by NOTIFY.
async fn latency(
    store: &Store,
    url: &str,
    options: &Options,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let other = match store.backend() {
        sea_orm::DbBackend::Postgres => crowd::open(url, Arc::clone(&store.clock)).await?,
        _ => store.clone(),
    };
    let shutdown = CancellationToken::new();
    let measuring = async {
        tokio::time::sleep(SETTLES).await;
        let mut took = begins(&other, options.commits).await;
        shutdown.cancel();
        let took = took.as_mut().map_err(|error| error.to_string())?;
        let millis = |took: Duration| took.as_secs_f64() * 1_000.0;
        figures.take(case("commit_to_start/p50"), millis(percentile(took, 0.5)), "ms", None);
        let slowest = Some(millis(BEGINS_WITHIN));
        figures.take(case("commit_to_start/p99"), millis(percentile(took, 0.99)), "ms", slowest);
        Done::Ok(())
    };
    let ((), measured) = tokio::join!(working(store, options, &shutdown)?, measuring);
    if store.backend() == sea_orm::DbBackend::Postgres {
        other.close().await?;
    }
    measured
}

async fn begins(store: &Store, commits: usize) -> Done<Vec<Duration>> {
    let notices = noticed(store, commits).await?;
    let mut took = Vec::with_capacity(commits);
    for number in 0..commits {
        let notice = notices.get(number % notices.len().max(1)).ok_or("no notices")?;
        let id = NotificationId(store.new_id());
        let notification = NewNotification {
            id,
            slot: SlotId(notice.slot_id.ok_or("a slot")?),
            job: notice.job.parse()?,
            recipient: AccountId(notice.recipient_id),
            owner: notice.owner_id.map(AccountId),
            relationship: None,
            message: None,
            opaque: id.0,
            collapse_id: id.0.simple().to_string(),
            expires_at: notice.expires_at,
            trace: None,
        };
        let outgoing = Outgoing { notification, channels: vec![Channel::InApp], devices: Vec::new() };
        let tx = store.write().await?;
        deliveries::enqueue(&tx, vec![outgoing], &|| store.new_id(), store.clock.now()).await?;
        let before = store.clock.now();
        tx.commit().await?;
        let asked = Instant::now();
        let begun = loop {
            tokio::time::sleep(PAUSE).await;
            let rows = deliveries::of_notification(store.read(), id).await?;
            let row = rows.first().ok_or("a delivery")?;
            if row.state == "sent" {
                break row.first_attempt_at.ok_or("an attempt")?;
            }
            if asked.elapsed() > PATIENCE {
                return Err(format!("it is {} after {PATIENCE:?}", row.state).into());
            }
        };
        took.push((begun - before).to_std()?);
    }
    Ok(took)
}

async fn noticed(store: &Store, most: usize) -> Done<Vec<rows::Notification>> {
    use sea_orm::{FromQueryResult, Statement};
    let sql = format!(
        "select * from notification where id in (select notification_id from noticed where place < {most}) order by id"
    );
    Ok(rows::Notification::find_by_statement(Statement::from_string(store.backend(), sql)).all(store.read()).await?)
}

/// What a worker asks of the database while nothing is due.
async fn idle(store: &Store, options: &Options, case: &impl Fn(&str) -> String, figures: &mut Figures) -> Done {
    let (watched, split) = observed(store);
    let shutdown = CancellationToken::new();
    let watching = async {
        tokio::time::sleep(SETTLES).await;
        split.take();
        // As long as it takes the worker to rest twice.
        let watched = options.at_most().max(2 * POLL);
        tokio::time::sleep(watched).await;
        shutdown.cancel();
        (split.take(), watched.as_secs_f64())
    };
    let ((), (split, seconds)) = tokio::join!(working(&watched, options, &shutdown)?, watching);
    let statements: usize = split.values().map(|(times, _)| times).sum();
    figures.take(case("idle"), statements as f64 / seconds, "statements/s", Some(IDLE_STATEMENTS));
    for (kind, (times, _)) in split {
        figures.take(case(&format!("idle/{kind}")), times as f64 / seconds, "statements/s", None);
    }
    Ok(())
}
