//! How soon the digests of a morning are out, and how many mails a worker sends in a second, claimed, judged, sent and
//! recorded, against a bare client that sends such letters to the same server over as many connections:
//!
//! ```sh
//! scripts/bench mail
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

mod crowd;
#[expect(dead_code, reason = "no process runs here that would keep wrapped keys")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
#[expect(dead_code, reason = "nothing is scripted here")]
#[path = "../tests/gateways/mod.rs"]
mod gateways;
mod plain_smtp;
mod running;
mod split;
mod unread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use crowd::instant;
use database::{Database, TestDatabase};
use domain::clock::Clock;
use domain::words::Language;
use environment::{Kind, needed};
use figures::Figures;
use futures::StreamExt as _;
use gateways::smtp::{Security, SmtpGateway};
use running::Running;
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use split::observed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::Store;
use tokio_util::sync::CancellationToken;
use unread::{DIGESTS_MINUTE, UNREAD, count};
use uuid::Uuid;
use worker::transport::settings::{DkimKey, DkimSettings, MailFrom, SmtpSettings, SmtpTls, TransportSettings};
use worker::transport::{MailOrder, Outcome, Transports};
use worker::{DispatchSettings, Dispatcher, Planner};

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Statements by their kind: how many there were, and how long they took together.
type Counted = BTreeMap<String, (usize, Duration)>;

/// The worker rests at most so long; nothing here waits for it.
const POLL: Duration = Duration::from_secs(1);
/// So often it is looked whether all is recorded.
const LOOK: Duration = Duration::from_millis(10);
/// A run that takes longer has come to a halt.
const PATIENCE: Duration = Duration::from_secs(600);
/// The limit we set ourselves for ten thousand digests.
const MORNING: Duration = Duration::from_secs(10);
/// So many kinds of statement are told of, the dearest first.
const DEAREST: usize = 14;
/// 2,048 bits.
const RSA: &str = include_str!("../tests/gateways/keys/dkim_rsa.pem");

/// Mails per second, durable outcome included.
#[derive(Parser)]
pub struct Options {
    /// How many providers have a digest, of 30 unread messages each.
    #[arg(long, default_value_t = 10_000)]
    providers: u64,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    /// Kept connections to the mail server, of ours and of the bare client.
    #[arg(long, default_value_t = SmtpSettings::CONNECTIONS)]
    connections: usize,
    /// Mails under way at once; the worker's default without it.
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

    fn mails(&self) -> Done<usize> {
        Ok(usize::try_from(self.providers)?)
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
    let mut figures = Figures::new("mail", options.json);
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
    let case = |what: &str| format!("{name}/{what}");
    let database = TestDatabase::create(database, directory.path()).await;
    unread::gather(database.url(), options.providers).await?;
    let gateway = SmtpGateway::start(Security::Plain).await;
    let clock: Arc<dyn Clock> = Arc::new(Running::from(instant(DIGESTS_MINUTE)));
    let store = crowd::open(database.url(), Arc::clone(&clock)).await?;
    morning(&store, options, &gateway, &case, figures).await?;

    let letters = gateway.received();
    let letter = &letters.first().ok_or("no letter")?.data;
    plain_smtp::per_second(gateway.port, options.connections, options.mails()?.div_ceil(5), letter).await?;
    let bare = plain_smtp::per_second(gateway.port, options.connections, options.mails()?, letter).await?;
    figures.take(case("bare_client"), bare, "mails/s", None);
    for (signed, dkim) in signatures() {
        let transports = transports(&gateway, options, dkim.clone(), &clock)?;
        let alone = alone(&transports, options).await?;
        figures.take(case(&format!("{signed}/client_alone")), alone, "mails/s", Some(bare));
        again(&store).await?;
        let (took, split) = worked(&store, transports, options, &gateway).await?;
        figures.take(case(&format!("{signed}/recorded")), options.providers as f64 / took, "mails/s", Some(bare));
        if dkim.is_none() {
            tell(&split, options, &|what| case(&format!("{signed}/{what}")), figures);
        }
    }
    Ok(store.close().await?)
}

/// From the moment all digests are due until the last mail is acknowledged and recorded.
async fn morning(
    store: &Store,
    options: &Options,
    gateway: &SmtpGateway,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let transports = transports(gateway, options, None, &store.clock)?;
    let (took, split) = worked(store, transports, options, gateway).await?;
    let received: BTreeSet<String> = gateway.received().into_iter().map(|mail| mail.to).collect();
    let found = (
        received.len(),
        count(store, "digest_run").await?,
        count(store, "digest_line where message_id is not null").await?,
    );
    let more = sum_of_more(store).await?;
    let wanted = (options.mails()?, options.providers, options.providers * UNREAD - more);
    if found != wanted {
        return Err(format!("recipients, digests and lines: {found:?} instead of {wanted:?}").into());
    }
    let statements: usize = split.values().map(|(times, _)| times).sum();
    let case = |what: &str| case(&format!("digests_at_08:00/{}_providers{what}", options.providers));
    // The limit is for ten thousand.
    let limit = MORNING.as_secs_f64() * options.providers as f64 / 10_000.0;
    figures.take(case(""), took, "s", Some(limit));
    figures.take(case("/statements"), statements as f64 / options.providers as f64, "a digest", None);
    tell(&split, options, &|what| case(&format!("/{what}")), figures);
    Ok(())
}

/// Lines for which no digest had room.
async fn sum_of_more(store: &Store) -> Done<u64> {
    use sea_orm::Statement;
    let sql = "select cast(coalesce(sum(more), 0) as bigint) as number from digest_run";
    let row = store.read().query_one_raw(Statement::from_string(store.backend(), sql)).await?;
    Ok(u64::try_from(row.ok_or("no sum")?.try_get::<i64>("", "number")?)?)
}

/// The mails of the morning are due once more, with their digests built already.
async fn again(store: &Store) -> Done {
    for sql in [
        "delete from delivery_attempt",
        "update delivery set state = 'pending', next_attempt_at = created_at, first_attempt_at = null, attempts = 0, \
         reason = null, settled_at = null where channel = 'email' and state = 'sent'",
    ] {
        store.read().execute_unprepared(sql).await?;
    }
    if store.backend() == sea_orm::DbBackend::Postgres {
        store.read().execute_unprepared("vacuum (analyze) delivery").await?;
    }
    Ok(())
}

/// Seconds from the start of a worker until the outcome of the last mail is committed, and what it asked of the
/// database. The outbox is counted only once all mails arrived: counting costs by what is left, and would be measured.
async fn worked(
    store: &Store,
    transports: Transports,
    options: &Options,
    gateway: &SmtpGateway,
) -> Done<(f64, Counted)> {
    let (watched, split) = observed(store);
    let (before, wanted) = (gateway.count(), options.mails()?);
    let dispatcher = Dispatcher::new(watched.clone(), Arc::new(transports), options.dispatch());
    let shutdown = CancellationToken::new();
    let begun = Instant::now();
    let running = worker::run(watched.clone(), Planner::new(watched), dispatcher, POLL, shutdown.clone());
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            let over = begun.elapsed() > PATIENCE;
            if !over && gateway.count() - before < wanted {
                continue;
            }
            let left = count(store, "delivery where next_attempt_at is not null").await?;
            if left == 0 {
                break Done::Ok((begun.elapsed().as_secs_f64(), split.take()));
            }
            if over {
                break Err(format!("{left} deliveries are left").into());
            }
        }
    };
    let ((), took) = tokio::join!(running, async {
        let took = waiting.await;
        shutdown.cancel();
        took
    });
    let arrived = gateway.count() - before;
    let recorded = count(store, "delivery where channel = 'email' and state = 'sent' and attempts = 1").await?;
    if (arrived, recorded) != (wanted, options.providers) {
        return Err(format!("of {wanted} mails {arrived} arrived and {recorded} are recorded").into());
    }
    took
}

fn tell(split: &Counted, options: &Options, case: &impl Fn(&str) -> String, figures: &mut Figures) {
    let mut split: Vec<_> = split.iter().collect();
    split.sort_by_key(|(_, (_, took))| std::cmp::Reverse(*took));
    for (kind, (times, took)) in split.into_iter().take(DEAREST) {
        let each = took.as_secs_f64() * 1e6 / options.providers as f64;
        figures.take(case(&format!("{times} x {kind}")), each, "us a mail", None);
    }
}

fn signatures() -> [(&'static str, Option<DkimSettings>); 3] {
    let signed = |key| {
        let (selector, domain) = ("bench".to_owned(), "reconnect.example".to_owned());
        Some(DkimSettings { selector, domain, key })
    };
    [
        ("unsigned", None),
        ("dkim_rsa_2048", signed(DkimKey::Rsa(SecretString::from(RSA)))),
        ("dkim_ed25519", signed(DkimKey::Ed25519(SecretString::from(STANDARD.encode([7; 32]))))),
    ]
}

fn transports(
    gateway: &SmtpGateway,
    options: &Options,
    dkim: Option<DkimSettings>,
    clock: &Arc<dyn Clock>,
) -> Done<Transports> {
    let smtp = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: gateway.port,
        tls: SmtpTls::Plain,
        sign_in: None,
        connections: options.connections,
        timeout: SmtpSettings::TIMEOUT,
        from: MailFrom { address: "post@reconnect.example".to_owned(), name: "Reconnect".to_owned() },
        dkim,
        extra_ca_pem: None,
    };
    let settings = TransportSettings { smtp: Some(smtp), ..TransportSettings::default() };
    Ok(Transports::live(&settings, Arc::clone(clock))?)
}

/// The same client, without a database: its rate at as many mails under way as the worker has.
async fn alone(transports: &Transports, options: &Options) -> Done<f64> {
    let order = |number: usize| MailOrder {
        delivery_id: Uuid::from_u128(number as u128 + 1),
        to: SecretString::from("somebody@post.example"),
        subject: "Dagens samling på ett sted".to_owned(),
        text: "To linjer venter på deg.\n".repeat(20),
        html: "<p>To linjer venter på deg.</p>\n".repeat(20),
        unsubscribe_url: "https://reconnect.example/v1/unsubscribe/6d1f2a3b4c5d6e7f?list=digest".to_owned(),
        language: Language::Nb,
    };
    let mails = options.mails()?;
    let begun = Instant::now();
    let sent = futures::stream::iter(0..mails)
        .map(|number| async move { transports.mail(&order(number)).await })
        .buffer_unordered(options.dispatch().concurrency)
        .filter(|outcome| std::future::ready(matches!(outcome, Outcome::Sent { .. })))
        .count()
        .await;
    if sent == mails {
        Ok(mails as f64 / begun.elapsed().as_secs_f64())
    } else {
        Err(format!("{sent} of {mails} were taken").into())
    }
}
