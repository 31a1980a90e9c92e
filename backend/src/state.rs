//! What every call can reach.

use crate::limits::Limits;
use crate::retiring::{self, Retiring};
use crate::streams::Streams;
use domain::ids::AccountId;
use domain::push_subscriptions::TrustedServices;
use domain::words::Language;
use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use mobile_contract::links::AndroidApp;
use mobile_contract::page::Cursors;
use sha2::Sha256;
use std::sync::Arc;
use std::time::Duration;
use storage::Store;
use zeroize::Zeroizing;

/// Settings of the API, filled from configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Largest body, in bytes.
    pub body_limit: usize,
    /// Where people reach this server (`https://…`), for links.
    pub public_url: String,
    /// Apps older than this (major, minor, patch) are sent to the store (426).
    pub min_app_version: Option<[u32; 3]>,
    pub store_link: Option<String>,
    pub default_language: Language,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What apps make Web Push subscriptions for; none where the installation sends no such pushes.
    pub web_push_key: Option<String>,
    /// Push services that may lie in a network of the operator's own.
    pub trusted_push_services: TrustedServices,
    pub apps: Apps,
    pub sign_in_per_minute: u32,
    pub requests_per_minute: u32,
    /// Within which a call is answered once its body is read, if only with 503.
    pub deadline: Duration,
    pub invitations_per_hour: u32,
    /// By one owner.
    pub exports_per_hour: u32,
    pub events: EventSettings,
    /// What will go, and is said to.
    pub retiring: &'static [Retiring],
}

/// How event streams are kept.
#[derive(Clone, Copy, Debug)]
pub struct EventSettings {
    /// After news, so that what is done in one go is looked at once.
    pub pause: Duration,
    /// Without news: what comes with time, or by the system itself, is found out no later.
    pub look_every: Duration,
    /// Between two signs of life, and two looks at the session.
    pub beat_every: Duration,
    /// Open at once, of one account in this process.
    pub most_streams: usize,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(500),
            look_every: Duration::from_secs(30),
            beat_every: Duration::from_secs(15),
            most_streams: 5,
        }
    }
}

/// The apps that open this installation's links.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    /// A team's id, a point, and the bundle id.
    pub apple: Vec<String>,
    pub android: Vec<AndroidApp>,
    /// Where the app for browsers is.
    pub web: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_limit: 256 * 1024,
            public_url: "http://127.0.0.1:8080".into(),
            min_app_version: None,
            store_link: None,
            default_language: Language::Nb,
            trusted_proxies: Vec::new(),
            web_push_key: None,
            trusted_push_services: TrustedServices::default(),
            apps: Apps::default(),
            sign_in_per_minute: 10,
            requests_per_minute: 600,
            deadline: Duration::from_millis(4500),
            invitations_per_hour: 20,
            exports_per_hour: 12,
            events: EventSettings::default(),
            retiring: retiring::PRESENT,
        }
    }
}

/// Shared by every call.
#[derive(Debug)]
pub struct App {
    pub store: Store,
    pub settings: Settings,
    pub cursors: Cursors,
    pub limits: Limits,
    /// Refresh tokens are derived from it, so that a lost answer can be given again.
    pub(crate) refresh_key: Zeroizing<[u8; 32]>,
    /// Invited logins are kept as hashes under it.
    invitee_key: Zeroizing<[u8; 32]>,
    /// At most two password checks at once: each takes 19 MiB and a core.
    pub(crate) password_turns: Arc<tokio::sync::Semaphore>,
    pub(crate) streams: Streams,
}

impl App {
    pub fn new(store: Store, settings: Settings) -> Arc<Self> {
        let master = store.sealer.master().clone();
        Arc::new(Self {
            cursors: Cursors::new(*master.derive("list cursors")),
            refresh_key: master.derive("refresh tokens"),
            invitee_key: master.derive("invited logins"),
            limits: Limits::new(&settings, Arc::clone(&store.clock)),
            password_turns: Arc::new(tokio::sync::Semaphore::new(2)),
            streams: Streams::default(),
            store,
            settings,
        })
    }

    /// What is kept of the login that `inviter` invited: the same for the same login of the same inviter only.
    pub(crate) fn invitee_tag(&self, inviter: AccountId, login: &str) -> Vec<u8> {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.invitee_key) else { return Vec::new() };
        mac.update(inviter.0.as_bytes());
        mac.update(storage::accounts::normal_login(login).as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Ends every open event stream, and lets none begin: for a process that is about to end.
    pub fn end_streams(&self) {
        self.streams.end_all();
    }

    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.store.clock.now()
    }
}
