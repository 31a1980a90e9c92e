//! Workers are killed with SIGKILL, at random and at every named point, while notifications go out; then what the
//! gateways received is held against the database. `scripts/kill-test` runs it with other numbers.

mod asked;
mod fate;
mod ledgers;
mod poison;
mod report;
mod workers;

use crate::harness::on_both_databases;
use crate::stories::crowd::Crowd;
use crate::stories::{World, oslo};
use asked::Asked;
use domain::clock::Clock;
use fate::Fate;
use report::Report;
use std::time::{Duration, Instant};
use workers::Workers;

/// Of a living worker the leases run on; a dead one's share comes back after so long.
const LEASE_SECONDS: u64 = 10;
/// A phone or mailbox more or less does not matter, a worker that stands still does.
const STILL: Duration = Duration::from_secs(90);

on_both_databases! {
    async fn nothing_is_lost_and_nothing_is_sent_twice_under_another_identity(database) {
        let asked = Asked::from_environment(database);
        let report = run(&asked).await;
        report.write();
        assert!(report.holds(), "{report}");
    }
}

/// Everybody of a crowd is told one thing: the first at nine, when the quiet hours end and the digests are due, the
/// others one portion after the other, while workers die.
async fn run(asked: &Asked) -> Report {
    let begun = Instant::now();
    let (batch, concurrency) = asked.worker_settings();
    let settings = [
        ("worker.batch", batch.to_string()),
        ("worker.concurrency", concurrency.to_string()),
        ("worker.lease_seconds", LEASE_SECONDS.to_string()),
    ];
    let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let world = World::still(&settings, "2027-09-06 21:00", asked.database).await;
    let (providers, owners_of_each) = asked.crowd();
    let crowd = Crowd::of(&world, providers, owners_of_each).await;
    let portions = portions(crowd.pairs(), asked.kills);
    let mut ready = 0..portions[0];
    crowd.owners_write(&world, owners_of_each).await;
    crowd.providers_write(&world, ready.clone()).await;
    // In the evening the notices are held and the digests placed.
    let evening = world.house.spawn(&["work"]);
    world.settled().await;
    evening.stop().await;
    asked.say(format!("{} people are there after {:.0?}", crowd.pairs() + providers, begun.elapsed()));
    world.strike(oslo("2027-09-07 09:00")).await;

    let mut workers = Workers::start(&world, asked, Fate::draw(asked));
    for (number, portion) in portions.iter().enumerate().skip(1) {
        let due = asked.kills * number / portions.len();
        workers.die_until(&world, due).await;
        ready = ready.end..ready.end + portion;
        crowd.providers_write(&world, ready.clone()).await;
    }
    workers.die_until(&world, asked.kills).await;
    settled(&world, &workers).await;
    let deaths = workers.stop().await;
    ledgers::compare(asked, &world, &crowd, deaths, begun.elapsed()).await
}

/// A third at once, so that there is always more to do than one worker lives to see; the rest while workers die.
fn portions(pairs: usize, kills: usize) -> Vec<usize> {
    let first = pairs / 3;
    let rest = pairs - first;
    let count = kills.clamp(1, rest);
    let others = (0..count).map(|number| rest * (number + 1) / count - rest * number / count);
    std::iter::once(first).chain(others).collect()
}

/// Waits until nothing is due or under way; as long as there is progress, for as long as it takes.
async fn settled(world: &World, workers: &Workers) {
    let mut left = (i64::MAX, Instant::now());
    loop {
        let open = world.count("delivery where state in ('pending', 'claimed')").await;
        let waiting = world.count("slot where next_at is not null and outcome in ('planned', 'held')").await;
        if open + waiting == 0 && world.next_due().await.is_none_or(|due| due > world.clock.now()) {
            return;
        }
        if open + waiting < left.0 {
            left = (open + waiting, Instant::now());
        }
        assert!(left.1.elapsed() < STILL, "{open} deliveries and {waiting} slots stand still\n{}", workers.logs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
