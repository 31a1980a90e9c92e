//! What is done on the worst day, rehearsed on the real binary: an installation is copied while people write and
//! workers send, is lost, and is put back; then what it knows and what the gateways received are held against what they
//! had before. `scripts/rehearse` runs it with other numbers.

mod asked;
mod cluster;
mod lost;
mod report;
mod traffic;
mod upgrade;

pub use lost::messages;

use crate::harness::{Database, Harness, Process};
use crate::stories::crowd::Crowd;
use crate::stories::{Pair, World, eventually, oslo};
use asked::Asked;
use chrono::TimeDelta;
use cluster::Cluster;
use domain::clock::Clock;
use lost::Known;
use report::Report;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use traffic::{Traffic, Written};

/// For how long nothing must go out while dispatch is held and something waits.
const WATCHED: Duration = Duration::from_millis(1500);
/// How long an archive may lag behind.
const ARCHIVE_SECONDS: u32 = 2;
/// What else it may take until a part of the log is closed and copied, on a busy machine.
const SWITCHING: Duration = Duration::from_secs(5);
/// Longer than a message can be taken back.
const TELLS_AFTER: TimeDelta = TimeDelta::seconds(31);

#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_installation_is_put_back_from_its_copies() {
    rehearsed(Place::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_put_back_to_a_chosen_moment() {
    rehearsed(Place::Postgres(Cluster::archiving(ARCHIVE_SECONDS))).await;
}

async fn rehearsed(place: Place) {
    let asked = Asked::from_environment();
    let report = rehearse(place, &asked).await;
    asked.keep(&report);
    assert!(report.holds(), "{report}");
}

/// Where the installation keeps what it knows, and how that is copied and put back.
enum Place {
    /// `reconnect up` on SQLite; the whole disk is lost, but for the master key.
    Embedded,
    /// `serve` and `work`; the main database's machine is lost, the wrapped keys are elsewhere and newer.
    Postgres(Cluster),
}

/// What there is to go back to.
enum Kept {
    Files(PathBuf),
    /// As PostgreSQL writes times.
    Moment(String),
}

/// Everything that runs.
struct Running {
    worker: Option<Process>,
}

async fn rehearse(mut place: Place, asked: &Asked) -> Report {
    let mut report = Report::of(place.name());
    let house = match &place {
        Place::Embedded => Harness::on(Database::Sqlite).await,
        Place::Postgres(cluster) => Harness::over(&cluster.url()).await,
    };
    let mut world = World::within(house, &[], "2027-09-06 21:00").await;
    let crowd = Crowd::of(&world, asked.owners.div_ceil(5), 5).await;
    let mut running = place.start(&mut world).await;
    let pair = world.pair().await;
    world.strike(oslo("2027-09-07 09:00")).await;

    // Writing and sending go on all the time; a tenth of the owners hears nothing before the end.
    let traffic = Traffic::of(&pair.owner, &pair.id).await;
    let reserved = crowd.pairs() - crowd.pairs().div_ceil(10)..crowd.pairs();
    let portions = portions(reserved.start, asked.portions);
    let (before, after) = portions.split_at(portions.len() / 2);
    let base = place.begin();
    let (early, late) = before.split_at(before.len() - 1);
    told(&world, &crowd, early).await;
    if let Some(base) = base {
        report.figure("base backup took", base.await.expect("a base backup").as_secs_f64(), "s");
    }
    // On its way when the copy is made, and sent before the end.
    told(&world, &crowd, late).await;
    let at_copy = Known::by(&world).await;
    let begun = Instant::now();
    let copy = place.copy(&world).await;
    report.figure("copying took", begun.elapsed().as_secs_f64(), "s");
    told(&world, &crowd, after).await;
    let since = async || (sent(&world) > at_copy.sent()).then_some(());
    eventually("that something is sent after the copy", since).await;
    // The moment is within what is archived; what is written from here on may not be.
    place.archives().await;
    tokio::time::sleep(WATCHED).await;

    let ended = Instant::now();
    running.die(&mut world).await;
    let written = traffic.stop().await;
    let at_end = Known::by(&world).await;
    report.figure("written when it ended", at_end.messages.len() as f64, "messages");
    report.figure("sent when it ended", at_end.sent() as f64, "pushes and mails");
    report.figure("sent after the copy", (at_end.sent() - at_copy.sent()) as f64, "pushes and mails");
    world.database.clone().close().await.expect("closed");
    place.lose(&world);

    let decided = Instant::now();
    place.put_back(&world, &copy).await;
    let (held, mut taken) = put_to_work(&place, &mut world, decided, &mut report).await;
    world.reconnect().await;
    let crowd = crowd.again(&world).await;
    let found = Known::by(&world).await;
    found.holds_all_of(&at_copy, &written.acknowledged_before(begun), &mut report);
    let lost = at_end.messages.difference(&found.messages).count();
    report.figure("lost: messages written after the copy", lost as f64, "messages");
    report.figure("RPO: from the copy to the end", (ended - begun).as_secs_f64(), "s");
    report.figure("settled unsent by the restore", settled_unsent(&world).await as f64, "deliveries");
    readable(&pair, &written, begun, &mut report).await;

    // Life goes on, and waits.
    tell(&world, &crowd, reserved.clone()).await;
    let waiting = "delivery where state = 'pending' and channel <> 'in_app'";
    let planned = async || (world.count(waiting).await == 4 * reserved.len() as i64).then_some(());
    eventually("that it is planned", planned).await;
    tokio::time::sleep(WATCHED).await;
    report.check(sent(&world) == at_end.sent(), "something was sent while dispatch was held");
    let resumed = Instant::now();
    let said = world.house.run(&["resume"]).await;
    assert_eq!(String::from_utf8_lossy(&said.stdout), "dispatch goes on\n");
    let goes_on = async || (sent(&world) > at_end.sent()).then_some(());
    eventually("that it is sent", goes_on).await;
    taken += resumed.elapsed();
    report.figure("RTO: until something is sent, the person's own time apart", taken.as_secs_f64(), "s");
    world.settled().await;

    let phones = crowd.phones(reserved);
    lost::nothing_again(&at_end, &Known::by(&world).await, &phones, &mut report);
    let doctor = world.house.run(&["doctor"]).await;
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    report.check(said.contains("well   dispatch: is not held"), &said);
    if let Some(worker) = held {
        worker.stop().await;
    }
    world.house.stop().await;
    place.alone(&world, &at_end, (&written, ended), &mut report).await;
    report
}

/// The API answers, and dispatch is held. Gives the worker, where it is a process of its own, and how long it took.
async fn put_to_work(
    place: &Place,
    world: &mut World,
    decided: Instant,
    report: &mut Report,
) -> (Option<Process>, Duration) {
    if matches!(place, Place::Postgres(_)) {
        // A copy of `reconnect backup` makes itself known; here a person says so, however young the copy is.
        let said = world.house.run(&["hold"]).await;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        report.check(said.starts_with("dispatch is held; "), &said);
    }
    world.house.restart().await;
    report.figure("RTO: until the API is ready", decided.elapsed().as_secs_f64(), "s");
    let worker = matches!(place, Place::Postgres(_)).then(|| world.house.spawn(&["work"]));
    let doctor = async || {
        let said = world.house.run(&["doctor"]).await;
        String::from_utf8_lossy(&said.stdout).contains("WRONG  dispatch: is held since").then_some(())
    };
    eventually("that dispatch is held", doctor).await;
    if let Some(worker) = &worker {
        eventually("a worker", async || worker.log().contains("worker.started").then_some(())).await;
    }
    (worker, decided.elapsed())
}

/// The same for one portion after the other; the last is still on its way.
async fn told(world: &World, crowd: &Crowd, portions: &[Range<usize>]) {
    for (number, portion) in portions.iter().enumerate() {
        tell(world, crowd, portion.clone()).await;
        if number + 1 < portions.len() {
            world.settled().await;
        }
    }
}

/// Providers write, and a moment later it is told.
async fn tell(world: &World, crowd: &Crowd, pairs: Range<usize>) {
    crowd.providers_write(world, pairs).await;
    world.strike(world.clock.now() + TELLS_AFTER).await;
}

fn portions(pairs: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|number| pairs * number / count..pairs * (number + 1) / count).collect()
}

fn sent(world: &World) -> usize {
    world.apns.count() + world.fcm.count() + world.mail.received().len()
}

async fn settled_unsent(world: &World) -> i64 {
    world.count("delivery where state = 'cancelled' and reason = 'kill_switch'").await
}

/// Her session stands, and what she wrote can be opened with the keys that are there.
async fn readable(pair: &Pair, written: &Written, before: Instant, report: &mut Report) {
    let Some(id) = written.acknowledged_before(before).into_iter().next() else {
        report.check(false, "nothing was acknowledged before the copy");
        return;
    };
    let answer = pair.owner.get(&format!("/v1/messages/{id}")).await;
    let opened = answer.status == 200 && answer.json()["body"].as_str().is_some_and(|body| body == traffic::TEXT);
    report.check(opened, &format!("{} {}", answer.status, answer.text()));
}

impl Running {
    /// As in a power cut.
    async fn die(&mut self, world: &mut World) {
        world.house.kill().await;
        if let Some(worker) = self.worker.take() {
            worker.kill().await;
        }
    }
}

impl Place {
    fn name(&self) -> &'static str {
        match self {
            Self::Embedded => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    async fn start(&self, world: &mut World) -> Running {
        match self {
            Self::Embedded => {
                world.house.begin("up").await;
                Running { worker: None }
            }
            Self::Postgres(_) => {
                world.house.begin("serve").await;
                Running { worker: Some(world.house.spawn(&["work"])) }
            }
        }
    }

    /// A base backup, while everything goes on.
    fn begin(&self) -> Option<tokio::task::JoinHandle<Duration>> {
        let Self::Postgres(cluster) = self else { return None };
        let mut backup = cluster.base_backup();
        Some(tokio::task::spawn_blocking(move || {
            let begun = Instant::now();
            cluster::done(&mut backup);
            begun.elapsed()
        }))
    }

    async fn copy(&self, world: &World) -> Kept {
        match self {
            Self::Embedded => {
                let copies = world.house.data().with_file_name("copies");
                let [here, keys] = [copies.join("database"), copies.join("keys")];
                let [here, keys] = [&here, &keys].map(|path| path.to_str().expect("UTF-8"));
                let made = world.house.run(&["backup", here, "--keys", keys]).await;
                assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
                Kept::Files(copies)
            }
            Self::Postgres(cluster) => Kept::Moment(cluster.now().await),
        }
    }

    /// Waits until what has been written so far can be recovered without the machine.
    async fn archives(&self) {
        if let Self::Postgres(cluster) = self {
            cluster.archives().await;
        }
    }

    fn lose(&mut self, world: &World) {
        match self {
            Self::Embedded => {
                let data = world.house.data();
                for name in ["reconnect.db", "keys.db"] {
                    for beside in ["", "-wal", "-shm"] {
                        // What stands beside it goes with the last of its users.
                        drop(std::fs::remove_file(data.join(format!("{name}{beside}"))));
                    }
                }
            }
            Self::Postgres(cluster) => cluster.lose(),
        }
    }

    async fn put_back(&mut self, world: &World, copy: &Kept) {
        match (self, copy) {
            (Self::Embedded, Kept::Files(copies)) => {
                let put =
                    |from: &str, name: &str| copied(&copies.join(from).join(name), &world.house.data().join(name));
                put("database", "reconnect.db");
                put("keys", "keys.db");
            }
            (Self::Postgres(cluster), Kept::Moment(moment)) => cluster.recover(Some(moment)).await,
            _ => panic!("a copy of another place"),
        }
    }

    /// What the archive alone would give, had nobody chosen a moment: everything but what was not archived yet.
    async fn alone(&self, world: &World, at_end: &Known, written: (&Written, Instant), report: &mut Report) {
        let Self::Postgres(cluster) = self else { return };
        cluster.lose();
        let begun = Instant::now();
        cluster.recover(None).await;
        report.figure("recovery to the end of the archive took", begun.elapsed().as_secs_f64(), "s");
        let database = sea_orm::Database::connect(world.house.database_url()).await.expect("the database");
        let found = lost::messages(&database).await;
        database.close().await.expect("closed");
        let missing = at_end.messages.difference(&found).count();
        report.figure("lost with the machine: messages not yet archived", missing as f64, "messages");
        let (written, ended) = written;
        let last = written.last_of(&found).map_or(Duration::MAX, |at| ended.saturating_duration_since(at));
        report.figure("RPO with the machine: from the last one archived to the end", last.as_secs_f64(), "s");
        let bound = Duration::from_secs(u64::from(ARCHIVE_SECONDS)) + SWITCHING;
        report.check(last < bound, &format!("the archive was {last:?} behind"));
    }
}

fn copied(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}
