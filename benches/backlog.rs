//! Jobs without work: notices that go nowhere but into the app. Each is told of as often as it takes to make a backlog of
//! any length, so that every one of them passes the gate on its own.

use super::crowd::{self, Crowd, PLANNERS_MINUTE, instant};
use super::running::Running;
use domain::clock::Clock;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::sync::Arc;
use storage::Store;
use worker::Planner;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// First parts of the ids.
const WAITING: u32 = 0x20;
const FINISHED: u32 = 0x21;

/// How many deliveries wait, and how many are done with.
#[derive(Clone, Copy, Debug)]
pub struct Backlog {
    pub waiting: u64,
    pub finished: u64,
}

/// Plans so many notices for as many owners who have no phone, and closes the database. `noticed` has them.
pub async fn plan(url: &str, notices: u64) -> Done {
    let (store, clock) = crowd::gather(Crowd { owners: notices, due: notices / 2 }, url).await?;
    store.read().execute_unprepared("update device set token = null").await?;
    let others = "update delivery set next_attempt_at = null, state = 'cancelled' where next_attempt_at is not null";
    store.read().execute_unprepared(others).await?;
    clock.set(instant(PLANNERS_MINUTE));
    let planner = Planner::new(store.clone());
    while planner.turn().await? > 0 {}
    let kept = "create table noticed as select notification_id, row_number() over (order by notification_id) - 1 as place \
                from delivery where next_attempt_at is not null";
    store.read().execute_unprepared(kept).await?;
    let planned = count(&store, "noticed").await?;
    let pushes = count(&store, "delivery where next_attempt_at is not null and channel <> 'in_app'").await?;
    store.close().await?;
    if (planned, pushes) == (notices, 0) { Ok(()) } else { Err(format!("{planned} notices, {pushes} pushes").into()) }
}

/// A store whose outbox holds the backlog and nothing else, and whose time runs on from the moment all of it is due.
pub async fn laid(url: &str, notices: u64, backlog: Backlog) -> Done<Store> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let loose = match db.get_database_backend() {
        DbBackend::Postgres => "set synchronous_commit = off",
        _ => "pragma synchronous = off; pragma cache_size = -200000",
    };
    db.execute_unprepared(loose).await?;
    db.execute_unprepared("delete from delivery").await?;
    fill(&db, WAITING, notices, backlog.waiting, "'pending'", "created_at").await?;
    fill(&db, FINISHED, notices, backlog.finished, "'sent'", "null").await?;
    let attempted = "insert into delivery_attempt (delivery_id, number, at, outcome, reason) \
                     select id, 1, created_at, 'sent', 'due' from delivery where state = 'sent'";
    db.execute_unprepared(attempted).await?;
    let settled = match db.get_database_backend() {
        DbBackend::Postgres => "vacuum (analyze)",
        _ => "pragma wal_checkpoint(truncate)",
    };
    db.execute_unprepared(settled).await?;
    db.close().await?;
    let clock: Arc<dyn Clock> = Arc::new(Running::from(instant(PLANNERS_MINUTE) + chrono::TimeDelta::seconds(1)));
    Ok(crowd::open(url, clock).await?)
}

/// Each notice in turn, and then again, until there are `count`.
async fn fill(db: &DatabaseConnection, kind: u32, notices: u64, count: u64, state: &str, due: &str) -> Done {
    let place = format!("(notices.i * {notices} + noticed.place)");
    let times = count.div_ceil(notices);
    let (id, numbers) = match db.get_database_backend() {
        DbBackend::Postgres => (
            format!("('{kind:08x}-0000-7000-8000-' || lpad(to_hex({place}), 12, '0'))::uuid"),
            format!("generate_series(0, {times}::bigint - 1) as notices(i)"),
        ),
        _ => (
            format!("unhex('{kind:08x}000070008000' || printf('%012x', {place}))"),
            format!(
                "(with recursive numbers(i) as (select 0 union all select i + 1 from numbers where i < {times} - 1) \
                 select i from numbers) as notices"
            ),
        ),
    };
    if count == 0 {
        return Ok(());
    }
    let sql = format!(
        "insert into delivery (id, notification_id, channel, action, state, attempts, crashes, next_attempt_at, created_at) \
         select {id}, noticed.notification_id, 'in_app', 'wake', {state}, 0, 0, {due}, created_at \
         from {numbers} cross join noticed join notification on notification.id = noticed.notification_id \
         where {place} < {count}"
    );
    db.execute_unprepared(&sql).await?;
    Ok(())
}

pub async fn count(store: &Store, of: &str) -> Done<u64> {
    let sql = format!("select count(*) as number from {of}");
    let row = store.read().query_one_raw(Statement::from_string(store.backend(), sql)).await?;
    Ok(u64::try_from(row.ok_or("no count")?.try_get::<i64>("", "number")?)?)
}
