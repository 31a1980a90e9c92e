//! Two versions side by side on one PostgreSQL: the old one's replicas, the migration by the new one, the new one's
//! replicas beside them, and the end of the old ones, while people write and workers send.
//!
//! `RECONNECT_REHEARSE_FROM` names the old binary; without it both are of this version. Where the migration has nothing
//! to do, the database is expanded by hand as a later version's migration would, so that both are behind it.

use super::asked::Asked;
use super::report::Report;
use super::{TELLS_AFTER, traffic};
use crate::harness::{Client, Database, Harness, free_port, this_version};
use crate::stories::crowd::Crowd;
use crate::stories::{World, eventually, oslo};
use domain::clock::Clock;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use traffic::Proxied;

/// For how long both serve.
const SIDE_BY_SIDE: Duration = Duration::from_secs(2);

/// What a migration that expands does: columns beside the others, which nobody has to fill.
const EXPAND: [&str; 4] = [
    "alter table message add column read_aloud text",
    "alter table delivery add column carrier text not null default 'unknown'",
    "create table reading (id uuid primary key, message_id uuid not null references message (id))",
    "insert into seaql_migrations (version, applied_at) values ('m9999_of_a_later_version', 1)",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_takes_over_while_the_old_one_serves() {
    let asked = Asked::from_environment();
    let old = std::env::var_os("RECONNECT_REHEARSE_FROM").map_or_else(this_version, PathBuf::from);
    let mut report = Report::of("upgrade");
    let strange = other_schema(&old).await;
    for line in &strange {
        report.check(false, line);
    }
    if strange.is_empty() {
        take_over(&old, &asked, &mut report).await;
    } else {
        report.check(
            false,
            "the old version's schema, migrated, is not this version's: its migrations were edited since",
        );
    }
    asked.keep(&report);
    assert!(report.holds(), "{report}");
}

async fn take_over(old: &Path, asked: &Asked, report: &mut Report) {
    let mut house = Harness::on(Database::Postgres).await;
    house.play(old);
    let mut world = World::within(house, &[], "2027-09-06 21:00").await;
    world.strike(oslo("2027-09-07 09:00")).await;
    world.house.begin("serve").await;
    let old_worker = world.house.spawn(&["work"]);
    let pair = world.pair().await;
    let first = world.house.address();
    let proxy = Proxied::over(&pair.owner, &pair.id, first).await;
    tokio::time::sleep(SIDE_BY_SIDE / 2).await;

    world.house.play(&this_version());
    let begun = Instant::now();
    let migrated = world.house.run(&["migrate"]).await;
    report.check(migrated.status.success(), &String::from_utf8_lossy(&migrated.stderr));
    report.figure("migrating took", begun.elapsed().as_secs_f64(), "s");
    let same = String::from_utf8_lossy(&migrated.stderr).contains("at this version already");
    report.figure("migrations by hand, as of a later version", f64::from(u8::from(same)), "migrations");
    if same {
        for statement in EXPAND {
            world.database.execute_unprepared(statement).await.expect(statement);
        }
    }
    let second = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let serving = world.house.spawn_with(&["serve"], ("RECONNECT__SERVER__LISTEN", &second.to_string()));
    let new_worker = world.house.spawn(&["work"]);
    let beginning = Client::new(format!("http://{second}"));
    let is_ready = async || beginning.try_get("/readyz").await.is_some_and(|it| it.status == 200).then_some(());
    eventually("the new version's API", is_ready).await;
    proxy.also(second);

    // One of the old version's is started anew meanwhile, with the step that a supervisor repeats.
    world.house.play(old);
    let again = world.house.run(&["migrate"]).await;
    report.check(again.status.success(), &format!("the old migrate: {}", String::from_utf8_lossy(&again.stderr)));
    let old_worker = {
        old_worker.stop().await;
        world.house.spawn(&["work"])
    };
    for worker in [&old_worker, &new_worker] {
        eventually("a worker", async || worker.log().contains("worker.started").then_some(())).await;
    }
    let crowd = Crowd::of(&world, asked.owners.div_ceil(5), 5).await;
    let portions = super::portions(crowd.pairs(), asked.portions);
    let (both, alone) = portions.split_at(portions.len() / 2);
    for portion in both {
        crowd.providers_write(&world, portion.clone()).await;
        world.strike(world.clock.now() + TELLS_AFTER).await;
        world.settled().await;
    }
    tokio::time::sleep(SIDE_BY_SIDE).await;
    let answered_by_old = proxy.answered(first);

    old_worker.stop().await;
    world.house.stop().await;
    for portion in alone {
        crowd.providers_write(&world, portion.clone()).await;
        world.strike(world.clock.now() + TELLS_AFTER).await;
        world.settled().await;
    }
    let answered_by_new = proxy.answered(second);
    let written = proxy.stop().await;
    report.check(answered_by_old > 0 && answered_by_new > 0, "one of the two versions never answered");
    report.figure("calls answered by the old version", answered_by_old as f64, "calls");
    report.figure("calls answered by the new version", answered_by_new as f64, "calls");
    report.figure("calls answered with 503 on the way", written.unavailable as f64, "calls");
    report.figure("longest time until a call was answered", written.longest.as_secs_f64(), "s");
    for wrong in &written.wrong {
        report.check(false, wrong);
    }
    let stored = super::lost::messages(&world.database).await;
    let missing = written.ids.iter().filter(|id| !stored.contains(&id.replace('-', ""))).count();
    report.check(missing == 0, &format!("{missing} acknowledged messages are missing"));
    let of_pair = world.count(&format!("message where author_id = '{}'", pair.owner.account)).await;
    report.check(of_pair == written.ids.len() as i64, &format!("{of_pair} stored of {}", written.ids.len()));
    once_each(&world, &crowd.phones(0..crowd.pairs()), report);
    for process in [serving, new_worker] {
        let log = process.stop().await;
        report.check(!log.contains("ERROR"), &log);
    }
}

/// Each phone was told once, whichever version's worker did it.
fn once_each(world: &World, phones: &BTreeSet<String>, report: &mut Report) {
    let told: Vec<String> =
        world.pushes().into_iter().map(|push| push.token).filter(|it| phones.contains(it)).collect();
    let distinct: BTreeSet<&String> = told.iter().collect();
    report.check(distinct.len() == phones.len(), &format!("{} of {} phones were told", distinct.len(), phones.len()));
    report.check(told.len() == distinct.len(), &format!("{} phones were told twice", told.len() - distinct.len()));
    report.figure("phones told once, by workers of both versions", distinct.len() as f64, "phones");
}

/// In what the old version's schema, brought to this version, differs from this version's own.
async fn other_schema(old: &Path) -> Vec<String> {
    let (mut grown, fresh) = (Harness::on(Database::Postgres).await, Harness::on(Database::Postgres).await);
    grown.play(old);
    let first = grown.run(&["migrate"]).await;
    grown.play(&this_version());
    let mut strange = Vec::new();
    for (whose, migrated) in [
        ("the old version", first),
        ("this version, over the old one's", grown.run(&["migrate"]).await),
        ("this version", fresh.run(&["migrate"]).await),
    ] {
        if !migrated.status.success() {
            let said = String::from_utf8_lossy(&migrated.stderr);
            strange.push(format!("{whose} cannot migrate: {}", said.lines().last().unwrap_or_default()));
        }
    }
    if !strange.is_empty() {
        return strange;
    }
    let [grown, fresh] = [schema(grown.database_url()).await, schema(fresh.database_url()).await];
    let missing = fresh.difference(&grown).map(|line| format!("missing after the migration: {line}"));
    missing.chain(grown.difference(&fresh).map(|line| format!("left by the old version: {line}"))).collect()
}

/// Every column, index and constraint, as PostgreSQL itself would write it.
async fn schema(url: &str) -> BTreeSet<String> {
    let database = sea_orm::Database::connect(url).await.expect("the database");
    let mut found = BTreeSet::new();
    for question in [
        "select format('%s.%s %s null:%s default:%s', table_name, column_name, data_type, is_nullable, \
         column_default) from information_schema.columns where table_schema = 'public'",
        "select indexdef from pg_indexes where schemaname = 'public'",
        "select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint \
         where connamespace = 'public'::regnamespace",
    ] {
        found.extend(lines(&database, question).await);
    }
    database.close().await.expect("closed");
    found
}

async fn lines(database: &DatabaseConnection, question: &str) -> Vec<String> {
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), question)).await;
    rows.expect("rows").iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
}
