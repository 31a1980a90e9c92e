//! How many pushes a worker sends in a second, claimed, judged, sent and recorded, against what its own client
//! reaches without a database:
//!
//! ```sh
//! scripts/postgres --durable cargo bench --bench delivery
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

mod crowd;
#[expect(dead_code, reason = "no process runs here that would keep wrapped keys")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
#[expect(dead_code, reason = "nothing is scripted here, and nobody reads what came")]
#[path = "../tests/gateways/mod.rs"]
mod gateways;
mod split;

use clap::{Parser, ValueEnum};
use crowd::{Crowd, PLANNERS_MINUTE, instant};
use database::{Database, TestDatabase};
use domain::clock::{Clock, VirtualClock};
use domain::words::{Platform, PushEnvironment};
use environment::{Kind, needed};
use figures::Figures;
use futures::StreamExt as _;
use gateways::apns::{ApnsGateway, KEY_ID, TEAM_ID, TOPIC};
use gateways::fcm::FcmGateway;
use mobile_contract::push::PushAction;
use rcgen::KeyPair;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use secrecy::SecretString;
use split::observed;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::Store;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::transport::settings::{ApnsSettings, FcmSettings, TransportSettings};
use worker::transport::{LockScreenLine, PushOrder, Transports};
use worker::{DispatchSettings, Dispatcher, Planner};

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Tokens are hexadecimal to Apple; Google takes anything.
const TOKEN: &str = "80e4f1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e";
/// The worker rests at most so long; nothing here waits for it.
const POLL: Duration = Duration::from_secs(1);
/// So often it is looked whether all is recorded.
const LOOK: Duration = Duration::from_millis(10);
/// So many kinds of statement are told of, the dearest first.
const DEAREST: usize = 20;
/// A run that takes longer has come to a halt.
const PATIENCE: Duration = Duration::from_secs(300);

/// Pushes per second, durable outcome included.
#[derive(Parser)]
pub struct Options {
    /// How many pushes go out in each case; as many in-app notices go with them.
    #[arg(long, default_value_t = 10_000)]
    pushes: u64,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    #[arg(long, value_delimiter = ',', default_values = ["apns", "fcm"])]
    gateways: Vec<Gateway>,
    /// Sends under way at once; the worker's default without it.
    #[arg(long)]
    concurrency: Option<usize>,
    /// Deliveries claimed at once; the worker's default without it.
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Gateway {
    Apns,
    Fcm,
}

impl Gateway {
    const fn name(self) -> &'static str {
        match self {
            Self::Apns => "apns",
            Self::Fcm => "fcm",
        }
    }

    const fn platform(self) -> Platform {
        match self {
            Self::Apns => Platform::Apns,
            Self::Fcm => Platform::Fcm,
        }
    }
}

/// A stand-in gateway that takes everything.
enum Taking {
    Apns(ApnsGateway),
    Fcm(FcmGateway),
}

impl Taking {
    fn count(&self) -> usize {
        match self {
            Self::Apns(gateway) => gateway.count(),
            Self::Fcm(gateway) => gateway.count(),
        }
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
    // Whoever runs in the same process may have set it up before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut figures = Figures::new("delivery", options.json);
    for database in &options.databases {
        for gateway in &options.gateways {
            one(options, *database, *gateway, &mut figures).await?;
        }
    }
    figures.print();
    Ok(())
}

async fn one(options: &Options, database: Kind, gateway: Gateway, figures: &mut Figures) -> Done {
    let directory = tempfile::tempdir()?;
    let (name, kind) = match database {
        Kind::Sqlite => ("sqlite", Database::Sqlite),
        Kind::Postgres => ("postgres", Database::Postgres),
    };
    let made = TestDatabase::create(kind, directory.path()).await;
    // As many again are due on the minute before.
    let crowd = Crowd { owners: options.pushes, due: options.pushes / 2 };
    let (store, clock) = crowd::gather(crowd, made.url()).await?;
    give_tokens(&store, gateway).await?;
    clock.set(instant(PLANNERS_MINUTE));
    let planner = Planner::new(store.clone());
    while planner.turn().await? > 0 {}
    let pushes = pending(&store, "push").await?;
    if pushes == 0 {
        return Err("nobody has anything to send".into());
    }
    let case = |what: &str| format!("{name}/{}/{what}", gateway.name());

    let (transports, taking) = transports(gateway, &clock).await?;
    let settings = options.dispatch();
    let alone = alone(&transports, gateway, &clock, pushes, settings.concurrency).await?;
    let before = taking.count();
    let wanted = usize::try_from(pushes)?;
    let (watched, split) = observed(&store);
    let took = worked(&watched, transports, settings, &|| taking.count() - before >= wanted).await?;
    let arrived = u64::try_from(taking.count() - before)?;
    if arrived != pushes {
        return Err(format!("{arrived} of {pushes} pushes arrived").into());
    }
    let rate = pushes as f64 / took.as_secs_f64();
    figures.take(case("client_alone"), alone, "pushes/s", None);
    figures.take(case("recorded"), rate, "pushes/s", Some(alone));
    let mut split: Vec<_> = split.take().into_iter().collect();
    split.sort_by_key(|(_, (_, took))| std::cmp::Reverse(*took));
    for (kind, (times, took)) in split.into_iter().take(DEAREST) {
        figures.take(case(&format!("{times} x {kind}")), took.as_secs_f64() * 1_000.0, "ms", None);
    }
    store.close().await?;
    Ok(())
}

async fn give_tokens(store: &Store, gateway: Gateway) -> Done {
    let token = match store.backend() {
        DbBackend::Postgres => format!("convert_to('{TOKEN}', 'UTF8')"),
        _ => format!("cast('{TOKEN}' as blob)"),
    };
    let tx = store.write().await?;
    tx.execute_unprepared(&format!("update device set token = {token}, platform = '{}'", gateway.name())).await?;
    // What else waits in the crowd's outbox is not ours.
    tx.execute_unprepared("update delivery set next_attempt_at = null, state = 'cancelled' where state = 'pending'")
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn pending(store: &Store, channel: &str) -> Done<u64> {
    let sql =
        format!("select count(*) as number from delivery where next_attempt_at is not null and channel = '{channel}'");
    let row = store.read().query_one_raw(Statement::from_string(store.backend(), sql)).await?;
    Ok(u64::try_from(row.ok_or("no count")?.try_get::<i64>("", "number")?)?)
}

async fn transports(gateway: Gateway, clock: &VirtualClock) -> Done<(Transports, Taking)> {
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let (settings, taking) = match gateway {
        Gateway::Apns => {
            let key = KeyPair::generate()?;
            let taking = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&shared)).await;
            let apns = ApnsSettings {
                production_url: taking.url.clone(),
                sandbox_url: taking.url.clone(),
                key_pem: SecretString::from(key.serialize_pem()),
                key_id: KEY_ID.to_owned(),
                team_id: TEAM_ID.to_owned(),
                topic: TOPIC.to_owned(),
                extra_ca_pem: Some(taking.ca_pem.clone()),
            };
            (TransportSettings { apns: Some(apns), ..TransportSettings::default() }, Taking::Apns(taking))
        }
        Gateway::Fcm => {
            let taking = FcmGateway::over_tls(Arc::clone(&shared)).await;
            let fcm = FcmSettings {
                url: taking.url.clone(),
                service_account_json: SecretString::from(taking.service_account()),
                extra_ca_pem: taking.ca_pem.clone(),
            };
            (TransportSettings { fcm: Some(fcm), ..TransportSettings::default() }, Taking::Fcm(taking))
        }
    };
    Ok((Transports::live(&settings, shared)?, taking))
}

/// The same client, without a database: its rate at as many sends under way as the worker has.
async fn alone(
    transports: &Transports,
    gateway: Gateway,
    clock: &VirtualClock,
    pushes: u64,
    under_way: usize,
) -> Done<f64> {
    let order = |n: u64| PushOrder {
        delivery_id: Uuid::from_u128(u128::from(n) + 1),
        opaque_id: Uuid::from_u128(u128::from(n) << 64 | 1),
        collapse_id: Uuid::from_u128(u128::from(n) + 1).simple().to_string(),
        action: PushAction::Wake,
        token: SecretString::from(TOKEN),
        platform: gateway.platform(),
        environment: PushEnvironment::Sandbox,
        line: Some(LockScreenLine { title: "Reconnect".to_owned(), body: "Du har noe nytt.".to_owned() }),
        expires_at: clock.now() + chrono::TimeDelta::days(1),
        registered_at: clock.now() - chrono::TimeDelta::days(30),
    };
    let begun = Instant::now();
    let sent = futures::stream::iter(0..pushes)
        .map(|n| async move { transports.push(&order(n)).await })
        .buffer_unordered(under_way)
        .filter(|outcome| std::future::ready(matches!(outcome, worker::transport::Outcome::Sent { .. })))
        .count()
        .await;
    let took = begun.elapsed();
    if u64::try_from(sent)? == pushes {
        Ok(pushes as f64 / took.as_secs_f64())
    } else {
        Err(format!("{sent} of {pushes} were taken").into())
    }
}

/// From the start of a worker until the outcome of the last delivery is committed. The outbox is counted only once
/// all `arrived`: counting costs by what is left, and would be measured too.
async fn worked(
    store: &Store,
    transports: Transports,
    settings: DispatchSettings,
    arrived: &dyn Fn() -> bool,
) -> Done<Duration> {
    let dispatcher = Dispatcher::new(store.clone(), Arc::new(transports), settings);
    let shutdown = CancellationToken::new();
    let begun = Instant::now();
    let running = worker::run(store.clone(), Planner::new(store.clone()), dispatcher, POLL, shutdown.clone());
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            let over = begun.elapsed() > PATIENCE;
            if !over && !arrived() {
                continue;
            }
            let left = pending(store, "push").await? + pending(store, "in_app").await?;
            if left == 0 {
                break Done::Ok(begun.elapsed());
            }
            if over {
                break Err(format!("{left} deliveries are left").into());
            }
        }
    };
    let (_, took) = tokio::join!(running, async {
        let took = waiting.await;
        shutdown.cancel();
        took
    });
    took
}
