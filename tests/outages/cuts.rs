//! The database is cut off again and again, by turns loudly and silently, while people write and a worker sends.
//! `RECONNECT_CUTS=100 scripts/test --only outages::cuts::…` plays more of them, and says how long they were felt.

use super::{OVER_WITHIN, SAID_WITHIN};
use crate::harness::cut::Wire;
use crate::harness::{Client, Database, Harness};
use crate::stories::crowd::Crowd;
use crate::stories::{World, eventually, oslo};
use chrono::TimeDelta;
use domain::clock::Clock;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

const WRITERS: usize = 3;
/// Portions of the crowd are written to at so many cuts at most: each puts the clock forward.
const PORTIONS: usize = 10;

/// What those who write over the API share.
struct Writing {
    client: Mutex<Client>,
    path: String,
    over: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    unavailable: AtomicUsize,
    slowest: Mutex<Duration>,
    wrong: Mutex<Vec<String>>,
}

impl Writing {
    async fn goes_on(self: Arc<Self>) {
        while !self.over.load(Ordering::Relaxed) {
            let client = self.client.lock().expect("a client").clone();
            let request =
                client.request(Method::POST, &self.path).json(&json!({ "kind": "vault", "body": "Snøen kom" }));
            let asked = Instant::now();
            let answer = client.try_send(request).await;
            let took = asked.elapsed();
            self.took(took);
            match answer {
                Some(answer) if answer.status == 201 => {
                    let id = answer.json()["id"].as_str().expect("an id").replace('-', "");
                    self.acknowledged.lock().expect("ids").push(id);
                }
                Some(answer) if answer.status == 503 && answer.header("retry-after").is_some() => {
                    self.unavailable.fetch_add(1, Ordering::Relaxed);
                }
                Some(answer) => self.is_wrong(format!("{} {}", answer.status, answer.text())),
                None => self.is_wrong("no answer".to_owned()),
            }
            if took > SAID_WITHIN {
                self.is_wrong(format!("an answer after {took:?}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn took(&self, time: Duration) {
        let mut slowest = self.slowest.lock().expect("a time");
        *slowest = time.max(*slowest);
    }

    fn is_wrong(&self, what: String) {
        self.wrong.lock().expect("what is wrong").push(what);
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().expect("ids").len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_is_there_after_many_of_them() {
    let cuts = std::env::var("RECONNECT_CUTS").map_or(4, |asked| asked.parse().expect("a number of cuts"));
    let house = Harness::on(Database::Postgres).await;
    let mut url = url::Url::parse(house.database_url()).expect("an address");
    let target = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
    let wire = Wire::to(target).await;
    url.set_port(Some(wire.port())).expect("a port");
    let mut world = World::within(house.set("database.url", url.as_str()), &[], "2027-09-06 21:00").await;
    world.house.begin("serve").await;
    let worker = world.house.spawn(&["work"]);
    world.strike(oslo("2027-09-07 09:00")).await;
    let pair = world.pair().await;
    let crowd = Crowd::of(&world, 2, cuts.min(PORTIONS)).await;

    let writing = Arc::new(Writing {
        client: Mutex::new(pair.owner.phone().await),
        path: format!("/v1/relationships/{}/messages", pair.id),
        over: AtomicBool::new(false),
        acknowledged: Mutex::default(),
        unavailable: AtomicUsize::new(0),
        slowest: Mutex::default(),
        wrong: Mutex::default(),
    });
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(Arc::clone(&writing).goes_on())).collect();
    let mut dice = rand::rngs::StdRng::seed_from_u64(1);
    let mut felt = Vec::new();
    let mut written_to = 0;
    for cut in 0..cuts {
        let portion = crowd.pairs() * (cut + 1).min(PORTIONS) / cuts.min(PORTIONS);
        if portion > written_to {
            crowd.providers_write(&world, written_to..portion).await;
            written_to = portion;
            world.strike(world.clock.now() + TimeDelta::seconds(31)).await;
        }
        // In the middle of whatever that is.
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..600))).await;
        if cut % 2 == 0 {
            wire.cut()
        } else {
            wire.swallow()
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(100..1500))).await;
        let before = writing.count();
        wire.mend().await;
        let mended = Instant::now();
        while writing.count() == before {
            assert!(mended.elapsed() < OVER_WITHIN, "cut {cut}: not over after {:?}", mended.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        felt.push(mended.elapsed());
        let renewed = pair.owner.phone().await;
        *writing.client.lock().expect("a client") = renewed;
    }
    writing.over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("somebody who writes");
    }
    let phones = crowd.phones(0..crowd.pairs());
    let told = || world.pushes().into_iter().map(|push| push.token).filter(|token| phones.contains(token));
    let everybody = async || (told().collect::<BTreeSet<_>>().len() == phones.len()).then_some(());
    eventually("that everybody is told", everybody).await;
    world.settled().await;

    assert_eq!(*writing.wrong.lock().expect("what is wrong"), Vec::<String>::new());
    assert!(writing.unavailable.load(Ordering::Relaxed) > 0, "nobody noticed");
    let stored = crate::rehearsal::messages(&world.database).await;
    let acknowledged = writing.acknowledged.lock().expect("ids").clone();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !stored.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(told().count(), phones.len(), "nobody was told twice");
    for log in [worker.stop().await, world.house.stop().await] {
        assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
    }
    felt.sort();
    eprintln!(
        "{cuts} cuts: {} writes acknowledged, none lost; {} answered with 503; slowest answer {:.2} s; until writes went \
         on: median {:.2} s, longest {:.2} s; {} phones told once",
        acknowledged.len(),
        writing.unavailable.load(Ordering::Relaxed),
        writing.slowest.lock().expect("a time").as_secs_f64(),
        felt[felt.len() / 2].as_secs_f64(),
        felt.last().map_or(0.0, Duration::as_secs_f64),
        phones.len(),
    );
}
