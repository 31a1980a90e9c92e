//! Pairs of people, three workers that stumble at random statements, and the one gateway.

use super::acts::{self, Act};
use crate::api::fixture::{Fixture, Pair, Who};
use crate::gateways::apns::{ApnsGateway, KEY_ID, TEAM_ID, TOPIC};
use crate::harness::Database;
use chrono::{NaiveDate, TimeDelta};
use domain::words::Role;
use futures::future::join_all;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rcgen::KeyPair;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement, Value as Bound};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::{Store, rows};
use uuid::Uuid;
use worker::transport::Transports;
use worker::transport::settings::{ApnsSettings, TransportSettings};
use worker::{DispatchSettings, Dispatcher, Planner};

const PAIRS: usize = 12;
const WORKERS: u64 = 3;
/// Phones of each owner.
const PHONES: usize = 2;
/// Two acts of three come up to so many microseconds after dispatch began, the third up to four times as many.
const LATEST: usize = 60_000;
/// A worker rests up to so many microseconds at one of six statements.
const STUMBLE: u64 = 2_000;

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.next_u32()).expect("wide enough") % n.max(1)
    }

    /// How long somebody waits before she acts.
    pub fn pause(&mut self) -> Duration {
        let latest = if self.below(3) > 0 { LATEST } else { 4 * LATEST };
        Duration::from_micros(self.below(latest) as u64)
    }

    /// The same beside digests, which are built at one blow: a third is at once, a third soon.
    pub fn short_pause(&mut self) -> Duration {
        match self.below(3) {
            0 => Duration::ZERO,
            1 => Duration::from_micros(self.below(LATEST / 6) as u64),
            _ => self.pause(),
        }
    }
}

/// A pair with the phones of its owner.
pub struct Two {
    pub pair: Pair,
    pub phones: Vec<Uuid>,
}

/// One delivery as the database has it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: Uuid,
    pub device: Option<Uuid>,
    /// What found its phone gone did not begin: nobody was asked.
    pub begun: bool,
    pub action: String,
}

pub struct House {
    pub seed: u64,
    pub dice: Dice,
    pub twos: Vec<Two>,
    pub scene: Arc<Scene>,
}

/// What those who act and those who send at the same time share.
pub struct Scene {
    pub fixture: Fixture,
    pub planner: Planner,
    workers: Vec<Dispatcher>,
    apns: ApnsGateway,
    /// Beside the store's own connections.
    database: DatabaseConnection,
    _directory: tempfile::TempDir,
}

impl House {
    pub async fn open(database: Database, seed: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let fixture = Fixture::for_many(database, directory.path()).await;
        let mut twos = Vec::new();
        for number in 0..PAIRS {
            twos.push(pair(&fixture, seed, number).await);
        }
        let clock = Arc::clone(&fixture.app.store.clock);
        let key = KeyPair::generate().expect("a key");
        let apns = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&clock)).await;
        let settings = ApnsSettings {
            production_url: apns.url.clone(),
            sandbox_url: apns.url.clone(),
            key_pem: SecretString::from(key.serialize_pem()),
            key_id: KEY_ID.to_owned(),
            team_id: TEAM_ID.to_owned(),
            topic: TOPIC.to_owned(),
            extra_ca_pem: Some(apns.ca_pem.clone()),
        };
        let settings = TransportSettings { apns: Some(settings), ..TransportSettings::default() };
        let transports = Arc::new(Transports::live(&settings, clock).expect("settings"));
        let few = DispatchSettings { batch: 6, concurrency: 4, ..DispatchSettings::default() };
        let workers = (0..WORKERS)
            .map(|number| {
                let store = stumbling(&fixture.app.store, seed * WORKERS + number);
                Dispatcher::new(store, Arc::clone(&transports), few.clone())
            })
            .collect();
        let planner = Planner::new(stumbling(&fixture.app.store, seed ^ u64::MAX));
        let database = sea_orm::Database::connect(fixture.database_url().expect("a file")).await.expect("the database");
        let scene = Scene { fixture, planner, workers, apns, database, _directory: directory };
        Self { seed, dice: Dice::of(seed), twos, scene: Arc::new(scene) }
    }

    pub fn pairs(&self) -> usize {
        self.twos.len()
    }

    /// Every provider writes, and while her message is told somebody of each pair does something about it. Gives for
    /// each act how much had begun when it was done, and out of how much.
    pub async fn race(&mut self) -> Vec<(Act, usize, usize)> {
        let scene = Arc::clone(&self.scene);
        let fixture = &scene.fixture;
        let written = self.twos.iter().map(async |two| {
            let path = format!("/v1/relationships/{}/messages", two.pair.relationship);
            let body = json!({ "kind": "info", "body": "I thought of what you said." });
            id_of(&fixture.post(&two.pair.provider, &path, body).await.expect(201))
        });
        let messages = join_all(written).await;
        fixture.clock.advance(TimeDelta::seconds(31));
        // Else it is planned beside the acts too.
        if self.dice.below(3) > 0 {
            while scene.planner.turn().await.expect("planned") > 0 {}
        }
        let acting: Vec<_> = self
            .twos
            .iter()
            .zip(&messages)
            .map(|(two, message)| {
                let act = Act::ALL[self.dice.below(Act::ALL.len())];
                let about = acts::About::of(two, *message);
                let (pause, scene) = (self.dice.pause(), Arc::clone(&scene));
                tokio::spawn(async move {
                    tokio::time::sleep(pause).await;
                    about.act(&scene.fixture, act).await;
                    (act, scene.told_of(about.message).await)
                })
            })
            .collect();
        let seen = beside_dispatch(&scene, acting).await;
        scene.settle().await;
        let mut met = Vec::new();
        for ((two, message), (act, then)) in self.twos.iter_mut().zip(messages).zip(seen) {
            let now = scene.told_of(message).await;
            let about = acts::About::of(two, message);
            about.check(act, &then, &now, self.seed);
            let forbidden = |sent: &&Sent| sent.action == "wake" && about.forbids(act, sent);
            let begun = then.iter().filter(forbidden).filter(|sent| sent.begun).count();
            met.push((act, begun, now.iter().filter(forbidden).count()));
            about.undo(&scene.fixture, act, two).await;
        }
        scene.settle().await;
        drop(scene.fixture.statements());
        met
    }

    /// A gateway was told of nothing that had not begun, and of nothing twice.
    pub async fn close(self) {
        let received = self.scene.apns.received();
        let mut heard: BTreeMap<Uuid, usize> = BTreeMap::new();
        for push in &received {
            *heard.entry(push.header("apns-id").parse().expect("an id")).or_default() += 1;
        }
        let begun = "select id from delivery where first_attempt_at is not null or action = 'withdraw'";
        let begun: BTreeSet<Uuid> =
            self.scene.rows(begun, vec![]).await.iter().map(|row| row.try_get("", "id").expect("an id")).collect();
        for (id, times) in heard {
            assert!(begun.contains(&id), "seed {}: {id} was sent and had not begun", self.seed);
            assert_eq!(times, 1, "seed {}: {id} was sent {times} times", self.seed);
        }
    }
}

/// Lets the workers send as long as somebody acts.
pub async fn beside_dispatch<T: Send + 'static>(scene: &Arc<Scene>, acting: Vec<tokio::task::JoinHandle<T>>) -> Vec<T> {
    let over = Arc::new(AtomicBool::new(false));
    let working: Vec<_> = (0..scene.workers.len())
        .map(|number| {
            let (scene, over) = (Arc::clone(scene), Arc::clone(&over));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    if number == 0 {
                        scene.planner.turn().await.expect("planned");
                    }
                    if scene.workers[number].turn().await.expect("sent") == 0 {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }
            })
        })
        .collect();
    let acted = join_all(acting).await.into_iter().map(|acted| acted.expect("acted")).collect();
    over.store(true, Ordering::Relaxed);
    for worker in working {
        worker.await.expect("worked");
    }
    acted
}

impl Scene {
    /// Plans and sends until nothing is due.
    pub async fn settle(&self) {
        while self.planner.turn().await.expect("planned") + self.workers[0].turn().await.expect("sent") > 0 {}
    }

    /// The deliveries of what tells of this message.
    pub async fn told_of(&self, message: Uuid) -> Vec<Sent> {
        let ask = "select delivery.id, delivery.device_id, delivery.action, \
                   delivery.first_attempt_at is not null and coalesce(delivery.reason, '') <> 'token_gone' as begun \
                   from delivery \
                   join notification on notification.id = delivery.notification_id \
                   join slot on slot.id = notification.slot_id where slot.subject = $1 order by delivery.id";
        let rows = self.rows(ask, vec![message.into()]).await;
        let sent = |row: &QueryResult| Sent {
            id: row.try_get("", "id").expect("an id"),
            device: row.try_get("", "device_id").expect("an id"),
            begun: row.try_get("", "begun").expect("a truth"),
            action: row.try_get("", "action").expect("a word"),
        };
        rows.iter().map(sent).collect()
    }

    /// The digest of this date, if there is one.
    pub async fn built(&self, provider: &Who, date: NaiveDate) -> Option<rows::DigestRun> {
        storage::digests::of_date(&self.database, provider.id, date).await.expect("read")
    }

    async fn rows(&self, ask: &str, values: Vec<Bound>) -> Vec<QueryResult> {
        let ask = Statement::from_sql_and_values(self.database.get_database_backend(), ask, values);
        self.database.query_all_raw(ask).await.expect("rows")
    }
}

async fn pair(fixture: &Fixture, seed: u64, number: usize) -> Two {
    let owner = fixture.person(Role::ServiceUser, &format!("Owner {number}")).await;
    let provider = fixture.person(Role::Provider, &format!("Provider {number}")).await;
    for who in [&owner, &provider] {
        let known = json!({ "kind": "non_emergency", "text_version": "1" });
        fixture.post(who, "/v1/consents", known).await.expect(201);
    }
    let pair = fixture.relate(owner, provider).await;
    let mut phones = Vec::new();
    for phone in 0..PHONES {
        phones.push(register(fixture, &pair.owner, &format!("{seed:08x}{number:04x}{phone:052x}")).await);
    }
    Two { pair, phones }
}

pub async fn register(fixture: &Fixture, owner: &Who, token: &str) -> Uuid {
    let phone = json!({ "platform": "apns", "push_token": token, "app_version": "1.0.0" });
    id_of(&fixture.post(owner, "/v1/devices", phone).await.expect(201))
}

pub fn id_of(value: &Value) -> Uuid {
    value["id"].as_str().expect("an id").parse().expect("an id")
}

/// The same store, with rests between its statements.
fn stumbling(store: &Store, seed: u64) -> Store {
    let mut store = store.clone();
    let dice = Mutex::new(ChaCha8Rng::seed_from_u64(seed));
    store.on_statement(move |_, _| {
        let drawn = dice.lock().expect("dice").next_u64();
        if drawn.is_multiple_of(6) {
            std::thread::sleep(Duration::from_micros((drawn >> 8) % STUMBLE));
        }
    });
    store
}
