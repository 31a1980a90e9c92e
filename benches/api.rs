//! How many reads and writes the API answers in a second, and how soon, against what a bare poem handler reads and
//! the database commits in the same run; and what the binary takes to start, to idle and to lie on a disk:
//!
//! ```sh
//! scripts/bench api
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

mod bare;
mod callers;
#[expect(dead_code, reason = "nothing is put back here from a backup")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
mod footprint;
mod median;
mod pairs;
mod percentile;
mod plain_writes;
mod split;
mod wall;

use backend::App;
use callers::{Callers, Load, Saying, call};
use clap::Parser;
use database::{Database, TestDatabase};
use environment::{Kind, needed};
use figures::Figures;
use footprint::Installation;
use pairs::Pair;
use plain_writes::{Plain, Rows};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Endpoint, Route};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use split::{Split, observed};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use storage::Store;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The limits we set ourselves.
const READY_WITHIN: Duration = Duration::from_millis(300);
const IDLE_MB: f64 = 50.0;
const BINARY_MB: f64 = 40.0;
/// Our slowest in a hundred may take so many times the bare handler's.
const TAIL: f64 = 2.0;
/// Of a row that is written alone, in bytes: a sealed text of usual length.
const WRITTEN: usize = 400;
/// So many kinds of statement are told of, the dearest first.
const DEAREST: usize = 12;

/// Reads and writes per second, and the binary's own needs.
#[derive(Parser)]
pub struct Options {
    /// How long each is measured at a time; ours and what it is held against take turns.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// So many turns each has, after one to warm up.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Kept connections, each of somebody else.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// So often the binary is started.
    #[arg(long, default_value_t = 9)]
    starts: usize,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    /// The binary whose needs are measured; without it this build's, which is not optimised across crates.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// One line of JSON per figure.
    #[arg(long)]
    json: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn slice(&self) -> Duration {
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
    let mut figures = Figures::new("api", options.json);
    for (number, kind) in options.databases.iter().enumerate() {
        measure(*kind, options, number == 0, &mut figures).await?;
    }
    figures.print();
    Ok(())
}

async fn measure(kind: Kind, options: &Options, first: bool, figures: &mut Figures) -> Done {
    let directory = tempfile::tempdir()?;
    let (name, database) = match kind {
        Kind::Sqlite => ("sqlite", Database::Sqlite),
        Kind::Postgres => ("postgres", Database::Postgres),
    };
    let database = TestDatabase::create(database, directory.path()).await;
    let store = pairs::store(database.url(), database.keys()).await?;
    let app = pairs::app(store.clone());
    let pairs: Arc<[Pair]> = pairs::gather(&app, options.connections).await?.into();
    let plain = Plain::connect(database.url()).await?;
    let case = |what: &str| format!("{name}/{what}");

    read(options, &app, &plain, &pairs, &case, figures).await?;
    write(options, &app, &plain, &pairs, &case, figures).await?;
    plain.close().await;
    drop(app);
    store.close().await?;

    let binary = options.binary.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_reconnect").into());
    let (url, keys) = (database.url(), database.keys());
    let installation = Installation { binary: binary.canonicalize()?, data: directory.path(), database: url, keys };
    installation.write_key()?;
    installation.run("migrate")?;
    if first {
        figures.take("footprint/binary".into(), installation.size()? as f64 / 1e6, "MB", Some(BINARY_MB));
    }
    footprint(options, &installation, &pairs, &case, figures).await
}

/// Somebody signed in reads her own account; beside it, the bare handler reads one row of the same table.
async fn read(
    options: &Options,
    app: &Arc<App>,
    plain: &Plain,
    pairs: &Arc<[Pair]>,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let (count, slice) = (options.connections, options.slice());
    let ids: Vec<_> = pairs.iter().map(|pair| pair.owner.account().0).collect();
    let row: Saying = Arc::new(move |number, _| call("GET", &format!("/row/{}", ids[number]), &[], ""));
    let mut bare = Callers::connect(serve(bare::routes(plain)).await?, count, 200, row).await?;
    let mut ours = Callers::connect(serve_app(app).await?, count, 200, reading(pairs)).await?;
    drop((bare.ask(slice).await?, ours.ask(slice).await?));
    let (mut unasked, mut signed_in) = (Load::default(), Load::default());
    for _ in 0..options.rounds {
        unasked.add(bare.ask(slice).await?);
        signed_in.add(ours.ask(slice).await?);
    }
    figures.take(case("read/bare"), unasked.per_second(), "calls/s", None);
    figures.take(case("read/signed_in"), signed_in.per_second(), "calls/s", Some(unasked.per_second()));
    figures.take(case("read/bare/p50"), unasked.within(0.5), "ms", None);
    figures.take(case("read/bare/p99"), unasked.within(0.99), "ms", None);
    figures.take(case("read/signed_in/p50"), signed_in.within(0.5), "ms", None);
    figures.take(case("read/signed_in/p99"), signed_in.within(0.99), "ms", Some(TAIL * unasked.within(0.99)));
    statements(app, count, (200, reading(pairs)), &|what| case(&format!("read/{what}")), slice, figures).await
}

/// Half of them are owners who ask for a reply, which opens a clock; half are providers whose owners are to be told,
/// which goes to the ledger. Beside it, commits of one row.
async fn write(
    options: &Options,
    app: &Arc<App>,
    plain: &Plain,
    pairs: &Arc<[Pair]>,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let (count, slice) = (options.connections, options.slice());
    let mut ours = Callers::connect(serve_app(app).await?, count, 201, writing(pairs)).await?;
    plain.write(slice, 1, WRITTEN).await?;
    let mut all = ours.ask(slice).await?.answered();
    let (mut commits, mut written) = (Rows::default(), Load::default());
    for _ in 0..options.rounds {
        commits.add(plain.write(slice, 1, WRITTEN).await?);
        written.add(ours.ask(slice).await?);
    }
    all += written.answered();
    let (stored, asking) =
        (number(&app.store, "message").await?, number(&app.store, "message where from_owner").await?);
    let clocks = number(&app.store, "reply_clock").await?;
    if (stored, asking) != (all, clocks) {
        return Err(
            format!("of {all} messages {stored} are stored; of {asking} that ask, {clocks} have a clock").into()
        );
    }
    figures.take(case("write/commits"), commits.per_second(), "commits/s", None);
    figures.take(case("write/message"), written.per_second(), "calls/s", Some(commits.per_second()));
    figures.take(case("write/message/p50"), written.within(0.5), "ms", None);
    figures.take(case("write/message/p99"), written.within(0.99), "ms", None);
    statements(app, count, (201, writing(pairs)), &|what| case(&format!("write/{what}")), slice, figures).await
}

/// What the calls ask of the database, in a run of its own: observing it has its price.
async fn statements(
    app: &Arc<App>,
    count: usize,
    (status, saying): (u16, Saying),
    case: &impl Fn(&str) -> String,
    slice: Duration,
    figures: &mut Figures,
) -> Done {
    let (store, split): (Store, Split) = observed(&app.store);
    let address = serve_app(&pairs::app(store)).await?;
    // Keys that were used before would be answered from memory.
    let later: Saying = Arc::new(move |number, asked| saying(number, asked + (1 << 40)));
    let load = Callers::connect(address, count, status, later).await?.ask(slice).await?;
    let mut split: Vec<_> = split.take().into_iter().collect();
    let all: usize = split.iter().map(|(_, (times, _))| times).sum();
    let calls = load.answered() as f64;
    figures.take(case("statements"), all as f64 / calls, "a call", None);
    split.sort_by_key(|(_, (_, took))| std::cmp::Reverse(*took));
    for (kind, (times, took)) in split.into_iter().take(DEAREST) {
        let named = case(&format!("split/{kind} x {:.2}", times as f64 / calls));
        figures.take(named, took.as_secs_f64() * 1e6 / calls, "us a call", None);
    }
    Ok(())
}

async fn footprint(
    options: &Options,
    installation: &Installation<'_>,
    pairs: &Arc<[Pair]>,
    case: &impl Fn(&str) -> String,
    figures: &mut Figures,
) -> Done {
    let ready = Some(READY_WITHIN.as_secs_f64() * 1_000.0);
    for role in ["serve", "work"] {
        let case = |what: &str| format!("footprint/{}", case(&format!("{role}/{what}")));
        let took = installation.starts(role, options.starts)?;
        figures.take(case("start_to_ready"), took.as_secs_f64() * 1_000.0, "ms", ready);
        let running = installation.start(role)?;
        figures.take(case("idle"), running.resident().await?, "MB", Some(IDLE_MB));
        if role == "serve" {
            let (count, slice) = (options.connections, options.slice());
            running.load(count, 200, reading(pairs), slice).await?;
            let saying = writing(pairs);
            let later: Saying = Arc::new(move |number, asked| saying(number, asked + (1 << 41)));
            running.load(count, 201, later, slice).await?;
            figures.take(case("after_load"), running.resident().await?, "MB", None);
        }
    }
    Ok(())
}

fn reading(pairs: &Arc<[Pair]>) -> Saying {
    let pairs = Arc::clone(pairs);
    Arc::new(move |number, _| call("GET", "/v1/me", &[("authorization", &pairs[number].owner.bearer)], ""))
}

fn writing(pairs: &Arc<[Pair]>) -> Saying {
    let pairs = Arc::clone(pairs);
    let words = "I have thought about what you said, and there is something that I would like to ask. ".repeat(4);
    Arc::new(move |number, asked| {
        let Pair { owner, provider, relationship } = &pairs[number];
        let (from, kind) = if number % 2 == 0 { (owner, "reply_wanted") } else { (provider, "info") };
        let body = json!({ "kind": kind, "body": words, "gist": "A question about what you said" });
        let key = format!("{number}-{asked}");
        let headers = [("authorization", from.bearer.as_str()), ("idempotency-key", &key)];
        call("POST", &format!("/v1/relationships/{}/messages", relationship.0), &headers, &body.to_string())
    })
}

async fn serve_app(app: &Arc<App>) -> Done<SocketAddr> {
    serve(Route::new().nest("/", backend::routes::routes(Arc::clone(app)))).await
}

/// On a port of its own, until the process ends.
async fn serve(endpoint: impl Endpoint + 'static) -> Done<SocketAddr> {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    let address = acceptor.local_addr().iter().find_map(|it| it.as_socket_addr().copied()).ok_or("no address")?;
    tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(endpoint));
    Ok(address)
}

async fn number(store: &Store, of: &str) -> Done<usize> {
    let sql = format!("select count(*) as number from {of}");
    let row = store.read().query_one_raw(Statement::from_string(store.backend(), sql)).await?;
    Ok(usize::try_from(row.ok_or("no count")?.try_get::<i64>("", "number")?)?)
}
