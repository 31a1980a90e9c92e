//! A whole service in memory: one organisation, people as a test wants them, a clock that stands
//! where it is put.

use super::documented;
use super::reads::Reads;
use crate::harness::{Database, TestDatabase};
use backend::app::sessions::{self, DeviceClaim};
use backend::{App, Settings, routes};
use chrono::{DateTime, Utc};
use domain::clock::{Clock, SeededEntropy, VirtualClock};
use domain::ids::{AccountId, OrganisationId, PersonId, RelationshipId};
use domain::words::{Language, Level, Platform, PushEnvironment, Role};
use futures::TryStreamExt as _;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method};
use poem::test::TestClient;
use poem::{IntoEndpoint, Response};
use sea_orm::DbBackend;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Store};

/// Monday 5 October 2026, 10:00 in Oslo.
pub const MONDAY_MORNING: &str = "2026-10-05T08:00:00Z";

/// Longer than a call takes on a machine that builds meanwhile.
const PATIENT: Duration = Duration::from_secs(60);

pub struct Fixture {
    pub app: Arc<App>,
    pub clock: VirtualClock,
    pub organisation: OrganisationId,
    pub client: TestClient<BoxEndpoint<'static, Response>>,
    tokens: Mutex<BTreeMap<AccountId, (String, DateTime<Utc>)>>,
    statements: Arc<Mutex<Vec<String>>>,
    reads: Reads,
    /// On PostgreSQL, what goes away with the fixture.
    made: Option<TestDatabase>,
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub id: AccountId,
    pub login: String,
}

/// An owner and a provider in an active relationship.
pub struct Pair {
    pub owner: Who,
    pub provider: Who,
    pub relationship: RelationshipId,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// Null when the body was empty.
    pub json: Value,
    pub headers: HeaderMap,
}

impl Reply {
    /// The body, when the status is as expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.json);
        self.json
    }

    /// The problem's code, when the status is as expected.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.json);
        self.json["code"].as_str().expect("a problem").to_owned()
    }

    /// The faulty fields with their faults, of a 422.
    #[track_caller]
    pub fn faults(self) -> Vec<(String, String)> {
        let json = self.expect(422);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["fault"]))).collect()
    }

    #[track_caller]
    pub fn etag(&self) -> String {
        let tag = self.headers.get("etag").expect("an ETag");
        tag.to_str().expect("text").to_owned()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let whole = self.reads.whole_tables();
            assert!(whole.is_empty(), "read from end to end:\n{}", whole.join("\n"));
        }
    }
}

impl Fixture {
    /// In memory.
    pub async fn new() -> Self {
        Self::on(Database::Sqlite).await
    }

    pub async fn on(database: Database) -> Self {
        Self::with(database, None, Settings::default()).await
    }

    /// Where many call at once: with many connections, and SQLite in a file of `directory`, since a memory database
    /// has one connection.
    pub async fn for_many(database: Database, directory: &Path) -> Self {
        Self::with(database, Some(directory), Settings::default()).await
    }

    /// With other settings than the limits, which no test is to meet by chance.
    pub async fn with(database: Database, directory: Option<&Path>, settings: Settings) -> Self {
        let start: DateTime<Utc> = MONDAY_MORNING.parse().expect("a time");
        let clock = VirtualClock::at(start);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let entropy = Arc::new(SeededEntropy::new(1));
        let made = match (database, directory) {
            (Database::Sqlite, None) => None,
            (database, directory) => {
                Some(TestDatabase::create(database, directory.unwrap_or_else(|| Path::new(""))).await)
            }
        };
        let (url, keys) =
            made.as_ref().map_or(("sqlite::memory:", "sqlite::memory:"), |made| (made.url(), made.keys()));
        // On SQLite it is named by its file.
        let keys = if keys.contains(':') { keys.to_owned() } else { format!("sqlite://{keys}") };
        let keys = storage::connect::open(&Address { connections: 1, ..Address::new(keys) }).await.expect("keys");
        let master = MasterKey::new([7; 32]);
        let sealer = Sealer::over(keys, master, Arc::clone(&shared), entropy.clone()).await.expect("sealer");
        let connections = if directory.is_some() { 30 } else { 4 };
        // A slow machine is no outage.
        let address = Address { connections, patience: PATIENT, ..Address::new(url) };
        let mut store = Store::connect(&address, Arc::new(sealer), shared, entropy).await.expect("store");
        storage::migrate(&store).await.expect("schema");
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        let (reads, noted) = (Reads::default(), store.backend() == DbBackend::Sqlite);
        let noting = reads.clone();
        store.on_statement(move |statement, _| {
            seen.lock().expect("statements").push(statement.sql.clone());
            if noted {
                noting.note(statement);
            }
        });
        let settings = Settings {
            requests_per_minute: 1_000_000,
            deadline: PATIENT,
            invitations_per_hour: 1_000,
            exports_per_hour: 1_000,
            ..settings
        };
        let app = App::new(store, settings);
        let client = TestClient::new(routes::routes(Arc::clone(&app)).into_endpoint());
        let organisation = OrganisationId(app.store.new_id());
        let fixture = Self { app, clock, organisation, client, tokens: Mutex::default(), statements, reads, made };
        fixture.make_organisation(organisation, "Nordre").await;
        fixture
    }

    /// Another organisation, which must learn nothing of the first.
    pub async fn elsewhere(&self) -> OrganisationId {
        let id = OrganisationId(self.app.store.new_id());
        self.make_organisation(id, "Søndre").await;
        id
    }

    async fn make_organisation(&self, id: OrganisationId, name: &str) {
        let new = NewOrganisation {
            id,
            name: name.into(),
            level: Level::Primary,
            zone: "Europe/Oslo".into(),
            calendar: "NO".into(),
        };
        let tx = self.app.store.write().await.expect("tx");
        accounts::create_organisation(&tx, new, self.app.now()).await.expect("organisation");
        tx.commit().await.expect("commit");
    }

    /// Somebody new in the first organisation; the login is the name in lower case.
    pub async fn person(&self, role: Role, name: &str) -> Who {
        self.person_of(self.organisation, role, name).await
    }

    pub async fn person_of(&self, organisation: OrganisationId, role: Role, name: &str) -> Who {
        let who = Who { id: AccountId(self.app.store.new_id()), login: name.to_lowercase() };
        let new = NewAccount {
            id: who.id,
            person: PersonId(self.app.store.new_id()),
            organisation,
            role,
            login: who.login.clone(),
            password_hash: None,
            display_name: name.into(),
            email: None,
            language: Language::En,
            zone: "Europe/Oslo".into(),
        };
        let tx = self.app.store.write().await.expect("tx");
        accounts::create_account(&tx, new, self.app.now()).await.expect("account");
        tx.commit().await.expect("commit");
        who
    }

    pub async fn owner(&self) -> Who {
        self.person(Role::ServiceUser, "Bente").await
    }

    pub async fn provider(&self) -> Who {
        self.person(Role::Provider, "Kari").await
    }

    pub async fn admin(&self) -> Who {
        self.person(Role::Admin, "Anne").await
    }

    pub async fn duty(&self) -> Who {
        self.person(Role::Duty, "Dag").await
    }

    pub async fn pair(&self) -> Pair {
        let (owner, provider) = (self.owner().await, self.provider().await);
        self.relate(owner, provider).await
    }

    /// On PostgreSQL, how else the database is reached.
    pub fn database_url(&self) -> Option<&str> {
        self.made.as_ref().map(TestDatabase::url)
    }

    /// The owner invites, the provider accepts.
    pub async fn relate(&self, owner: Who, provider: Who) -> Pair {
        let body = serde_json::json!({ "invitee_login": provider.login, "level": "primary" });
        let made = self.post(&owner, "/v1/relationships", body).await.expect(201);
        let id: uuid::Uuid = made["id"].as_str().expect("id").parse().expect("uuid");
        self.post(&provider, &format!("/v1/relationships/{id}/accept"), Value::Null).await.expect(200);
        Pair { owner, provider, relationship: RelationshipId(id) }
    }

    pub async fn get(&self, who: &Who, path: &str) -> Reply {
        self.call(Method::GET, Some(who), path, Value::Null, &[]).await
    }

    pub async fn post(&self, who: &Who, path: &str, body: Value) -> Reply {
        self.call(Method::POST, Some(who), path, body, &[]).await
    }

    pub async fn put(&self, who: &Who, path: &str, body: Value) -> Reply {
        self.call(Method::PUT, Some(who), path, body, &[]).await
    }

    /// With the version it was read at.
    pub async fn patch(&self, who: &Who, path: &str, body: Value, if_match: &str) -> Reply {
        self.call(Method::PATCH, Some(who), path, body, &[("If-Match", if_match)]).await
    }

    pub async fn delete(&self, who: &Who, path: &str) -> Reply {
        self.call(Method::DELETE, Some(who), path, Value::Null, &[]).await
    }

    /// Any call; a null body is none, and without anybody nobody is signed in.
    pub async fn call(
        &self,
        method: Method,
        who: Option<&Who>,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = self.client.request(method.clone(), path);
        if let Some(who) = who {
            request = request.header("Authorization", format!("Bearer {}", self.token(who).await));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.body_json(&body);
        }
        let (parts, body) = request.send().await.0.into_parts();
        let bytes = body.into_vec().await.expect("a body");
        let json = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        let status = parts.status.as_u16();
        documented::hold(&method, path, status, &json);
        Reply { status, json, headers: parts.headers }
    }

    /// What the main database was asked since this was last called.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().expect("statements"))
    }

    /// What is streamed, chunk by chunk.
    pub async fn chunks(&self, who: &Who, path: &str) -> (HeaderMap, Vec<String>) {
        let request = self.client.get(path).header("Authorization", format!("Bearer {}", self.token(who).await));
        let (parts, body) = request.send().await.0.into_parts();
        assert_eq!(parts.status, 200);
        let chunks: Vec<_> = body.into_bytes_stream().try_collect().await.expect("a whole stream");
        let text = |bytes: bytes::Bytes| String::from_utf8(bytes.to_vec()).expect("text");
        (parts.headers, chunks.into_iter().map(text).collect())
    }

    /// Another replica over the same PostgreSQL, which shares nothing else with this one but its clock and its keys.
    pub async fn beside(&self, settings: Settings) -> Arc<App> {
        let store = &self.app.store;
        let address = Address { connections: 4, ..Address::new(self.database_url().expect("PostgreSQL")) };
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let store = Store::connect(&address, Arc::clone(&store.sealer), clock, Arc::new(SeededEntropy::new(2))).await;
        App::new(store.expect("a store"), settings)
    }

    /// A stream that is read as it comes: its status, its headers, and its chunks.
    pub async fn stream(
        &self,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (u16, HeaderMap, impl futures::Stream<Item = String> + use<>) {
        let mut request = self.client.get(path).header("Authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = request.send().await.0.into_parts();
        let text =
            |chunk: std::io::Result<bytes::Bytes>| String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
        (parts.status.as_u16(), parts.headers, futures::StreamExt::map(body.into_bytes_stream(), text))
    }

    /// The bytes of an answer as they come over the wire.
    pub async fn bytes(&self, token: &str, path: &str, headers: &[(&str, &str)]) -> (HeaderMap, Vec<u8>) {
        let mut request = self.client.get(path).header("Authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = request.send().await.0.into_parts();
        assert_eq!(parts.status, 200);
        (parts.headers, body.into_vec().await.expect("a body"))
    }

    /// A page for a browser, without anybody signed in: status and text.
    pub async fn page(&self, method: Method, path: &str) -> (u16, String) {
        let (parts, body) = self.client.request(method, path).send().await.0.into_parts();
        (parts.status.as_u16(), body.into_string().await.expect("text"))
    }

    /// An access token that holds now.
    pub async fn token(&self, who: &Who) -> String {
        let kept = self.tokens.lock().expect("tokens").get(&who.id).cloned();
        if let Some((token, _)) = kept.filter(|(_, expires)| *expires > self.app.now()) {
            return token;
        }
        let row = accounts::for_machinery(self.app.store.read(), who.id).await.expect("read").expect("an account");
        let device = DeviceClaim {
            existing: None,
            platform: Platform::None,
            environment: PushEnvironment::Production,
            token: None,
            subscription: None,
            app_version: "1.0.0".into(),
        };
        let tokens = sessions::open(&self.app, &row, device).await.expect("a session");
        let kept = (tokens.access.clone(), tokens.access_expires_at);
        self.tokens.lock().expect("tokens").insert(who.id, kept);
        tokens.access
    }
}
