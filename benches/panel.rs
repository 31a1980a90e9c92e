//! What the control panel of an owner with 10 life domains, 100 goals and 1,000 steps costs, against one indexed row read
//! from the same database:
//!
//! ```sh
//! scripts/bench panel
//! ```
#![expect(clippy::print_stdout, reason = "it is a program, and this is what it has to say")]

#[expect(dead_code, reason = "no process runs here that would keep wrapped keys")]
#[path = "../tests/harness/database.rs"]
mod database;
mod environment;
mod figures;
mod median;

use backend::app::sessions::Caller;
use backend::app::toolbox;
use backend::{App, Settings};
use clap::Parser;
use database::{Database, TestDatabase};
use domain::clock::{Clock, SeededEntropy, VirtualClock};
use domain::ids::{AccountId, DeviceId, ItemId, OrganisationId, PersonId, SessionId};
use domain::ownership::Actor;
use domain::words::{Language, Level, Role};
use environment::{Kind, needed};
use figures::Figures;
use median::median;
use mobile_contract::toolbox::{ItemContent, ItemIn, ItemPutIn};
use poem_openapi::types::ParseFromJSON;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};
use uuid::Uuid;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The panel may take so many times one row.
const ROWS: f64 = 3.0;

/// What the control panel costs, against one indexed row read from the same database.
#[derive(Parser)]
pub struct Options {
    #[arg(long, default_value_t = 10)]
    domains: usize,
    #[arg(long, default_value_t = 100)]
    goals: usize,
    #[arg(long, default_value_t = 1_000)]
    steps: usize,
    /// So often each is measured, for the median.
    #[arg(long, default_value_t = 500)]
    rounds: usize,
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    databases: Vec<Kind>,
    /// One line of JSON per figure.
    #[arg(long)]
    json: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
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
    let mut figures = Figures::new("panel", options.json);
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
    let (app, owner) = opened(database.url()).await?;
    let written = write(&app, owner, options).await?;
    let case = |what: &str| format!("{name}/{}_steps/{what}", options.steps);

    let mut row = Vec::new();
    for _ in 0..options.rounds {
        let begun = Instant::now();
        accounts::for_machinery(app.store.read(), owner.actor.account).await?.ok_or("an account")?;
        row.push(begun.elapsed());
    }
    let row = median(&mut row);
    figures.take(case("one_row"), micros(row), "us", None);

    let begun = Instant::now();
    let size = toolbox::panel::get(&app, owner).await.map_err(failed)?.len();
    figures.take(case("made_anew"), micros(begun.elapsed()), "us", None);
    figures.take(case("size"), size as f64 / 1_024.0, "KiB", None);
    let mut kept = Vec::new();
    for _ in 0..options.rounds {
        let begun = Instant::now();
        toolbox::panel::get(&app, owner).await.map_err(failed)?;
        kept.push(begun.elapsed());
    }
    figures.take(case("panel"), micros(median(&mut kept)), "us", Some(ROWS * micros(row)));

    // After each change it is made anew; what a change itself costs is measured beside it.
    let (mut changed, mut anew) = (Vec::new(), Vec::new());
    for round in 0..options.rounds.min(50) {
        let body = ItemPutIn { draft: false, content: content(goal(&format!("A goal, {round}"), None)) };
        let begun = Instant::now();
        toolbox::put(&app, owner, written, body, Some("*")).await.map_err(failed)?;
        changed.push(begun.elapsed());
        let begun = Instant::now();
        toolbox::panel::get(&app, owner).await.map_err(failed)?;
        anew.push(begun.elapsed());
    }
    figures.take(case("a_change"), micros(median(&mut changed)), "us", None);
    figures.take(case("panel_after_a_change"), micros(median(&mut anew)), "us", None);
    app.store.clone().close().await?;
    Ok(())
}

async fn opened(url: &str) -> Done<(Arc<App>, Caller)> {
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::at("2026-10-05T08:00:00Z".parse()?));
    let entropy = Arc::new(SeededEntropy::new(1));
    let keys = storage::connect::open(&Address::new("sqlite::memory:")).await?;
    let sealer = Sealer::over(keys, MasterKey::new([7; 32]), Arc::clone(&clock), entropy.clone()).await?;
    let store = Store::connect(&Address::new(url), Arc::new(sealer), Arc::clone(&clock), entropy).await?;
    storage::migrate(&store).await?;
    let (organisation, account) = (OrganisationId(store.new_id()), AccountId(store.new_id()));
    let (zone, calendar) = ("Europe/Oslo".to_owned(), "NO".to_owned());
    let tx = store.write().await?;
    let place = NewOrganisation {
        id: organisation,
        name: "Nordre".into(),
        level: Level::Primary,
        zone: zone.clone(),
        calendar,
    };
    accounts::create_organisation(&tx, place, clock.now()).await?;
    let new = NewAccount {
        id: account,
        person: PersonId(store.new_id()),
        organisation,
        role: Role::ServiceUser,
        login: "bente".into(),
        password_hash: None,
        display_name: "Bente".into(),
        email: None,
        language: Language::Nb,
        zone,
    };
    accounts::create_account(&tx, new, clock.now()).await?;
    tx.commit().await?;
    let caller = Caller {
        actor: Actor { account, role: Role::ServiceUser, organisation },
        session: SessionId(store.new_id()),
        device: DeviceId(store.new_id()),
        language: Language::Nb,
    };
    Ok((App::new(store, Settings::default()), caller))
}

/// The toolbox; gives one of its goals.
async fn write(app: &App, owner: Caller, options: &Options) -> Done<ItemId> {
    let keep = async |parent: Option<Uuid>, json: Value| {
        let body = ItemIn { id: None, parent_id: parent, draft: false, content: content(json) };
        toolbox::create(app, owner, body).await.map(|item| item.id).map_err(failed)
    };
    let mut domains = Vec::new();
    for number in 0..options.domains.max(1) {
        let domain =
            keep(None, json!({ "life_domain": { "area": "own", "name": format!("Domain {number}") } })).await?;
        keep(Some(domain), json!({ "status_entry": { "words": "How it stands, in a sentence or two." } })).await?;
        domains.push(domain);
    }
    let mut goals = Vec::new();
    for number in 0..options.goals.max(1) {
        let words = format!("Goal {number}: what I would like, said in a sentence of the usual length.");
        goals.push(keep(None, goal(&words, Some(domains[number % domains.len()]))).await?);
    }
    for number in 0..options.steps {
        let words = format!("Step {number}: one thing to do on the way, with what helps.");
        let step = json!({ "step": { "words": words, "kind": "activity", "who": "me", "when": "This week" } });
        keep(Some(goals[number % goals.len()]), step).await?;
    }
    Ok(ItemId(goals[0]))
}

fn goal(words: &str, domain: Option<Uuid>) -> Value {
    json!({ "goal": { "words": words, "state": "active", "life_domain_id": domain } })
}

fn content(json: Value) -> ItemContent {
    ItemContent::parse_from_json(Some(json)).unwrap_or_default()
}

fn failed(refusal: backend::app::Refusal) -> String {
    format!("refused: {refusal:?}")
}

fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000_000.0
}
