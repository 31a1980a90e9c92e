//! Owners with a provider each, who are signed in, let in through the same functions as the API's.

use super::wall::Wall;
use backend::app::sessions::{self, Caller, DeviceClaim};
use backend::app::{consents, relationships};
use backend::{App, Settings};
use domain::clock::SeededEntropy;
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, RelationshipId, SessionId};
use domain::ownership::Actor;
use domain::words::{ConsentKind, Language, Level, Platform, PushEnvironment, Role};
use std::sync::Arc;
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};
use uuid::Uuid;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The master key, as a file of it has it.
pub const MASTER_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// Connections to the database, as the binary has by default.
pub const CONNECTIONS: u32 = 16;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    caller: Caller,
    login: String,
    /// For the header.
    pub bearer: String,
}

impl Person {
    pub const fn account(&self) -> AccountId {
        self.caller.actor.account
    }
}

/// An owner and her provider.
#[derive(Clone, Debug)]
pub struct Pair {
    pub owner: Person,
    pub provider: Person,
    pub relationship: RelationshipId,
}

/// A store on this database, which is brought to this version first.
///
/// # Errors
/// The database.
pub async fn store(url: &str, keys: &str) -> Done<Store> {
    let (clock, entropy) = (Arc::new(Wall), Arc::new(SeededEntropy::new(1)));
    // For SQLite it is a path.
    let keys = if keys.starts_with('/') { format!("sqlite://{keys}") } else { keys.to_owned() };
    let keys = storage::connect::open(&Address { connections: 1, ..Address::new(keys) }).await?;
    let master = MasterKey::from_hex(MASTER_KEY)?;
    let sealer = Sealer::over(keys, master, clock.clone(), entropy.clone()).await?;
    let address = Address { connections: CONNECTIONS, ..Address::new(url) };
    let store = Store::connect(&address, Arc::new(sealer), clock, entropy).await?;
    storage::migrate(&store).await?;
    storage::ties::tie(&store).await?;
    Ok(store)
}

/// Whom no limit keeps back.
pub fn app(store: Store) -> Arc<App> {
    let most = u32::MAX;
    let settings = Settings { requests_per_minute: most, invitations_per_hour: most, ..Settings::default() };
    App::new(store, settings)
}

/// So many pairs, nobody in two.
///
/// # Errors
/// The database, or one of them was refused something.
pub async fn gather(app: &App, count: usize) -> Done<Vec<Pair>> {
    let organisation = OrganisationId(app.store.new_id());
    let new = NewOrganisation {
        id: organisation,
        name: "Bench".into(),
        level: Level::Primary,
        zone: "Europe/Oslo".into(),
        calendar: "NO".into(),
    };
    let tx = app.store.write().await?;
    accounts::create_organisation(&tx, new, app.store.clock.now()).await?;
    tx.commit().await?;
    let mut pairs = Vec::with_capacity(count);
    for number in 0..count {
        let owner = person(app, organisation, Role::ServiceUser, number).await?;
        let provider = person(app, organisation, Role::Provider, number).await?;
        let relationship =
            relationships::invite(app, owner.caller, &provider.login, Level::Primary).await.map_err(refused)?;
        relationships::accept(app, provider.caller, relationship).await.map_err(refused)?;
        pairs.push(Pair { owner, provider, relationship });
    }
    Ok(pairs)
}

async fn person(app: &App, organisation: OrganisationId, role: Role, number: usize) -> Done<Person> {
    let store = &app.store;
    let id = AccountId(store.new_id());
    let login = format!("{role}-{number}@post.example");
    let new = NewAccount {
        id,
        person: PersonId(store.new_id()),
        organisation,
        role,
        login: login.clone(),
        password_hash: None,
        display_name: format!("Somebody {number}"),
        email: Some(login.clone()),
        language: Language::Nb,
        zone: "Europe/Oslo".into(),
    };
    let tx = store.write().await?;
    accounts::create_account(&tx, new, store.clock.now()).await?;
    tx.commit().await?;
    let row = accounts::for_machinery(store.read(), id).await?.ok_or("an account")?;
    let device = DeviceClaim {
        existing: None,
        platform: Platform::Fcm,
        environment: PushEnvironment::Production,
        token: Some(format!("{}:1", id.0.simple())),
        subscription: None,
        app_version: "1.0.0".into(),
    };
    let tokens = sessions::open(app, &row, device).await.map_err(refused)?;
    let actor = Actor { account: id, role, organisation };
    let (session, device) = (SessionId(Uuid::nil()), DeviceId(Uuid::nil()));
    let caller = Caller { actor, session, device, language: Language::Nb };
    consents::give(app, caller, ConsentKind::NonEmergency, "1").await.map_err(refused)?;
    Ok(Person { caller, login, bearer: format!("Bearer {}", tokens.access) })
}

fn refused(refusal: backend::app::Refusal) -> String {
    format!("refused: {refusal:?}")
}
