//! Many people at once, let in through the same functions as the API's, without its round trips.

use super::{World, eventually};
use backend::app::messages::{self, Writing};
use backend::app::sessions::{self, Caller, DeviceClaim};
use backend::app::{consents, relationships};
use backend::{App, Settings};
use domain::clock::SeededEntropy;
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, RelationshipId, SessionId};
use domain::ownership::Actor;
use domain::words::{ConsentKind, Language, Level, MessageKind, Platform, PushEnvironment, Role};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};
use uuid::Uuid;

/// Owners with two Apple and two Android phones each, and their providers with an Android phone and a mailbox.
pub struct Crowd {
    app: Arc<App>,
    pairs: Vec<Pair>,
}

struct Pair {
    owner: Caller,
    provider: Caller,
    id: RelationshipId,
    /// What the gateways know the owner's phones by.
    phones: Vec<String>,
    /// The provider's phone and mailbox.
    desk: [String; 2],
}

impl Crowd {
    pub async fn of(world: &World, providers: usize, owners_of_each: usize) -> Self {
        let store = store(world).await;
        let organisation = OrganisationId(store.new_id());
        let new = NewOrganisation {
            id: organisation,
            name: "Fjordheimen".into(),
            level: Level::Primary,
            zone: "Europe/Oslo".into(),
            calendar: "NO".into(),
        };
        let tx = store.write().await.expect("tx");
        accounts::create_organisation(&tx, new, store.clock.now()).await.expect("organisation");
        tx.commit().await.expect("commit");
        let app = App::new(store, Settings::default());
        let mut crowd = Self { app, pairs: Vec::new() };
        for provider in 0..providers {
            let name = format!("Torbjørg{provider}");
            let (provider, phones) = crowd.person(world, organisation, Role::Provider, &name).await;
            let desk = [phones[0].clone(), login_of(&name)];
            for _ in 0..owners_of_each {
                let name = format!("Ragnhild{}", crowd.pairs.len());
                let (owner, phones) = crowd.person(world, organisation, Role::ServiceUser, &name).await;
                let id = crowd.relate(owner, provider).await;
                crowd.pairs.push(Pair { owner, provider, id, phones, desk: desk.clone() });
            }
        }
        crowd
    }

    /// The same people, after the database was put back.
    pub async fn again(self, world: &World) -> Self {
        Self { app: App::new(store(world).await, Settings::default()), ..self }
    }

    async fn person(
        &self,
        world: &World,
        organisation: OrganisationId,
        role: Role,
        name: &str,
    ) -> (Caller, Vec<String>) {
        let store = &self.app.store;
        let id = AccountId(store.new_id());
        let login = login_of(name);
        world.keep_names([name, &login]);
        let new = NewAccount {
            id,
            person: PersonId(store.new_id()),
            organisation,
            role,
            login: login.clone(),
            password_hash: None,
            display_name: name.to_owned(),
            email: Some(login),
            language: Language::Nn,
            zone: "Europe/Oslo".into(),
        };
        let tx = store.write().await.expect("tx");
        accounts::create_account(&tx, new, self.app.now()).await.expect("account");
        tx.commit().await.expect("commit");
        let row = accounts::for_machinery(store.read(), id).await.expect("read").expect("an account");
        let number = row.id.simple();
        let phones = match role {
            Role::ServiceUser => vec![
                (Platform::Apns, format!("{number}01")),
                (Platform::Apns, format!("{number}02")),
                (Platform::Fcm, format!("{number}:3")),
                (Platform::Fcm, format!("{number}:4")),
            ],
            _ => vec![(Platform::Fcm, format!("{number}:1"))],
        };
        for (platform, token) in phones.clone() {
            let device = DeviceClaim {
                existing: None,
                platform,
                environment: PushEnvironment::Production,
                token: Some(token),
                subscription: None,
                app_version: "1.0.0".into(),
            };
            sessions::open(&self.app, &row, device).await.expect("a session");
        }
        let actor = Actor { account: id, role, organisation };
        let (session, device) = (SessionId(Uuid::nil()), DeviceId(Uuid::nil()));
        let caller = Caller { actor, session, device, language: Language::Nn };
        consents::give(&self.app, caller, ConsentKind::NonEmergency, "1").await.expect("a consent");
        (caller, phones.into_iter().map(|(_, token)| token).collect())
    }

    async fn relate(&self, owner: Caller, provider: Caller) -> RelationshipId {
        let row = accounts::for_machinery(self.app.store.read(), provider.actor.account).await.expect("read");
        let login = row.expect("an account").login;
        let id = relationships::invite(&self.app, owner, &login, Level::Primary).await.expect("invited");
        relationships::accept(&self.app, provider, id).await.expect("accepted");
        id
    }

    /// Every provider writes to every owner of hers, and every owner to her provider.
    pub async fn all_write(&self, world: &World) {
        self.providers_write(world, 0..self.pairs.len()).await;
        self.owners_write(world, 1).await;
    }

    /// How many pairs of an owner and her provider there are.
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// The providers of these pairs write to their owners.
    pub async fn providers_write(&self, world: &World, pairs: Range<usize>) {
        for pair in &self.pairs[pairs] {
            self.write(world, pair.provider, pair.id).await;
        }
    }

    /// One of every so many owners writes to her provider, who has something in her next digest.
    pub async fn owners_write(&self, world: &World, one_of: usize) {
        for pair in self.pairs.iter().step_by(one_of) {
            self.write(world, pair.owner, pair.id).await;
        }
    }

    async fn write(&self, world: &World, from: Caller, pair: RelationshipId) {
        let text = "Snøsmeltinga byrjar snart";
        world.keep_private(text);
        let writing = || Writing {
            id: None,
            kind: MessageKind::Info,
            body: text.to_owned(),
            gist: None,
            important: false,
            preview_allowed: false,
            in_reply_to: None,
            medication: false,
            draft: None,
        };
        // As her phone would, until the service is available.
        eventually("that it is stored", async || messages::send(&self.app, from, pair, writing()).await.ok()).await;
    }

    /// The owners' phones of these pairs.
    pub fn phones(&self, pairs: Range<usize>) -> BTreeSet<String> {
        self.pairs[pairs].iter().flat_map(|pair| &pair.phones).cloned().collect()
    }

    /// Every phone and mailbox that is to be told something once all have written, by what the gateways know it by.
    pub fn recipients(&self) -> BTreeSet<String> {
        self.pairs.iter().flat_map(|pair| pair.phones.iter().chain(&pair.desk)).cloned().collect()
    }
}

async fn store(world: &World) -> Store {
    let shared = Arc::new(world.clock.clone());
    let entropy = Arc::new(SeededEntropy::new(1));
    // For SQLite the setting is a path.
    let keys = match world.house.wrapped_keys() {
        path if path.starts_with('/') => format!("sqlite://{path}"),
        url => url.to_owned(),
    };
    let keys = Address { connections: 1, ..Address::new(keys) };
    let keys = storage::connect::open(&keys).await.expect("keys");
    let key = std::fs::read_to_string(world.house.data().join("master.key")).expect("the master key");
    let master = MasterKey::from_hex(&key).expect("a key");
    let sealer = Sealer::over(keys, master, shared.clone(), entropy.clone()).await.expect("sealer");
    // What is put here is there before the story begins: it need not wait for the disk.
    let address = Address { connections: 4, durable: false, ..Address::new(world.house.database_url()) };
    Store::connect(&address, Arc::new(sealer), shared, entropy).await.expect("the database")
}

fn login_of(name: &str) -> String {
    format!("{}@post.example", name.to_lowercase().replace('ø', "o"))
}
