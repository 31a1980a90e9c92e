//! Many people at once, let in through the same functions as the API's, without its round trips.

use super::World;
use backend::app::messages::{self, Writing};
use backend::app::sessions::{self, Caller, DeviceClaim};
use backend::app::{consents, relationships};
use backend::{App, Settings};
use domain::clock::SeededEntropy;
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, RelationshipId, SessionId};
use domain::ownership::Actor;
use domain::words::{ConsentKind, Language, Level, MessageKind, Platform, PushEnvironment, Role};
use std::sync::Arc;
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};
use uuid::Uuid;

/// Owners with two Apple and two Android phones each, and their providers with an Android phone and a mailbox.
pub struct Crowd {
    app: Arc<App>,
    pairs: Vec<(Caller, Caller, RelationshipId)>,
}

impl Crowd {
    pub async fn of(world: &World, providers: usize, owners_of_each: usize) -> Self {
        let shared = Arc::new(world.clock.clone());
        let entropy = Arc::new(SeededEntropy::new(1));
        let keys = Address { connections: 1, ..Address::new(world.house.wrapped_keys()) };
        let keys = storage::connect::open(&keys).await.expect("keys");
        let key = std::fs::read_to_string(world.house.data().join("master.key")).expect("the master key");
        let master = MasterKey::from_hex(&key).expect("a key");
        let sealer = Sealer::over(keys, master, shared.clone(), entropy.clone()).await.expect("sealer");
        let address = Address { connections: 4, ..Address::new(world.house.database_url()) };
        let store = Store::connect(&address, Arc::new(sealer), shared, entropy).await.expect("the database");
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
            let provider = crowd.person(world, organisation, Role::Provider, &format!("Torbjørg{provider}")).await;
            for _ in 0..owners_of_each {
                let name = format!("Ragnhild{}", crowd.pairs.len());
                let owner = crowd.person(world, organisation, Role::ServiceUser, &name).await;
                crowd.relate(owner, provider).await;
            }
        }
        crowd
    }

    async fn person(&self, world: &World, organisation: OrganisationId, role: Role, name: &str) -> Caller {
        let store = &self.app.store;
        let id = AccountId(store.new_id());
        let login = format!("{}@post.example", name.to_lowercase().replace('ø', "o"));
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
        for (platform, token) in phones {
            let device = DeviceClaim {
                existing: None,
                platform,
                environment: PushEnvironment::Production,
                token: Some(token),
                app_version: "1.0.0".into(),
            };
            sessions::open(&self.app, &row, device).await.expect("a session");
        }
        let actor = Actor { account: id, role, organisation };
        let (session, device) = (SessionId(Uuid::nil()), DeviceId(Uuid::nil()));
        let caller = Caller { actor, session, device, language: Language::Nn };
        consents::give(&self.app, caller, ConsentKind::NonEmergency, "1").await.expect("a consent");
        caller
    }

    async fn relate(&mut self, owner: Caller, provider: Caller) {
        let row = accounts::for_machinery(self.app.store.read(), provider.actor.account).await.expect("read");
        let login = row.expect("an account").login;
        let id = relationships::invite(&self.app, owner, &login, Level::Primary).await.expect("invited");
        relationships::accept(&self.app, provider, id).await.expect("accepted");
        self.pairs.push((owner, provider, id));
    }

    /// Every provider writes to every owner of hers, and every owner to her provider.
    pub async fn all_write(&self, world: &World) {
        let text = "Snøsmeltinga byrjar snart";
        world.keep_private(text);
        for (owner, provider, pair) in &self.pairs {
            for caller in [owner, provider] {
                let writing = Writing {
                    id: None,
                    kind: MessageKind::Info,
                    body: text.to_owned(),
                    gist: None,
                    important: false,
                    preview_allowed: false,
                    in_reply_to: None,
                    draft: None,
                };
                messages::send(&self.app, *caller, *pair, writing).await.expect("sent");
            }
        }
    }
}
