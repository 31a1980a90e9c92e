//! Sections `server` and `limits`: how the API is reached.

use super::parse;
use super::problem::Wrong;
use super::reader::Reader;
use backend::state::Apps;
use ipnet::IpNet;
use mobile_contract::links::AndroidApp;
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// Section `server`.
#[derive(Clone, Debug)]
pub struct Server {
    pub listen: SocketAddr,
    /// Where the service is reached from outside. Without a trailing slash, so that paths can be appended.
    pub public_url: String,
    /// Bytes.
    pub body_limit: usize,
    pub oldest_app: Option<OldestApp>,
    pub trusted_proxies: Vec<IpNet>,
    pub apps: Apps,
    /// How long draining may take.
    pub drain: Duration,
}

/// The oldest app that is let in, and where the others are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldestApp {
    pub version: [u32; 3],
    pub store_url: Url,
}

/// Section `limits`.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one account from one address.
    pub sign_in_per_minute: u32,
    /// For one account.
    pub requests_per_minute: u32,
    /// For one account.
    pub invitations_per_hour: u32,
    /// For one owner.
    pub exports_per_hour: u32,
}

impl Server {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let listen = from.value("server.listen", parse::listen);
        let public_url = public_url(from, listen);
        let body_limit = from.value("server.body_limit", parse::number("a number of bytes", 131_072..=16_777_216));
        let oldest_app = oldest_app(from);
        let trusted_proxies = from.list("server.trusted_proxies", parse::network);
        let apps = apps(from);
        let drain = from.value("server.drain_seconds", parse::seconds(1..=300));
        Some(Self {
            listen: listen?,
            public_url: public_url?,
            body_limit: body_limit?,
            oldest_app: oldest_app?,
            trusted_proxies: trusted_proxies?,
            apps: apps?,
            drain: drain?,
        })
    }
}

impl Limits {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let sign_in_per_minute =
            from.value("limits.sign_in_per_minute", parse::number("a number of attempts", 1..=1000));
        let requests_per_minute =
            from.value("limits.requests_per_minute", parse::number("a number of requests", 10..=100_000));
        let invitations_per_hour =
            from.value("limits.invitations_per_hour", parse::number("a number of invitations", 1..=100_000));
        let exports_per_hour = from.value("limits.exports_per_hour", parse::number("a number of exports", 1..=1000));
        Some(Self {
            sign_in_per_minute: sign_in_per_minute?,
            requests_per_minute: requests_per_minute?,
            invitations_per_hour: invitations_per_hour?,
            exports_per_hour: exports_per_hour?,
        })
    }
}

fn public_url(from: &mut Reader, listen: Option<SocketAddr>) -> Option<String> {
    let given = from.optional("server.public_url", parse::web_address)?;
    match given {
        Some(url) => Some(url.as_str().trim_end_matches('/').to_owned()),
        None => {
            let listen = listen?;
            if !listen.ip().is_loopback() {
                from.problem(
                    "server.public_url",
                    "is not set; server.listen is open to other machines, so give the https:// address they use",
                );
                return None;
            }
            Some(format!("http://{listen}"))
        }
    }
}

fn oldest_app(from: &mut Reader) -> Option<Option<OldestApp>> {
    let version = from.optional("server.min_app_version", app_version);
    let store_url = from.optional("server.store_url", parse::web_address);
    match (version?, store_url) {
        (None, store_url) => store_url.map(|_| None),
        (Some(version), store_url) => {
            let why = "server.min_app_version turns old apps away, so give the page where the new one is";
            let store_url = from.needed("server.store_url", store_url, why)?;
            Some(Some(OldestApp { version, store_url }))
        }
    }
}

fn apps(from: &mut Reader) -> Option<Apps> {
    let apple = from.list("server.apple_apps", apple_app);
    let android = from.list("server.android_apps", android_app);
    let web = from.optional("server.web_app_url", parse::web_address);
    Some(Apps { apple: apple?, android: android?, web: web?.map(|url| url.to_string()) })
}

/// `ABCDE12345.org.example.app`.
fn apple_app(text: &str) -> Result<String, Wrong> {
    let fits = text.split_once('.').is_some_and(|(team, bundle)| {
        team.len() == 10
            && team.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && !bundle.is_empty()
            && bundle.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    });
    let wrong =
        || Wrong::new("an app's id", "a team's id, a point and a bundle id, such as ABCDE12345.org.example.app");
    if fits { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// `org.example.app=AB:CD:…`, with further fingerprints after `+`.
fn android_app(text: &str) -> Result<AndroidApp, Wrong> {
    let of_hex = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_fingerprint = |text: &str| text.split(':').count() == 32 && text.split(':').all(of_hex);
    let found = text.split_once('=').and_then(|(package, rest)| {
        let fingerprints: Vec<String> = rest.split('+').map(str::to_ascii_uppercase).collect();
        let named = package.contains('.')
            && package.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
        let fits = named && fingerprints.iter().all(|fingerprint| is_fingerprint(fingerprint));
        fits.then(|| AndroidApp { package: package.to_owned(), fingerprints })
    });
    let give =
        "a package, = and the SHA-256 fingerprint of its certificate, such as org.example.app=AB:CD:… (32 pairs)";
    found.ok_or_else(|| Wrong::new("an app", give))
}

/// `2`, `2.1` or `2.1.0`.
fn app_version(text: &str) -> Result<[u32; 3], Wrong> {
    let wrong = || Wrong::new("a version", "a version such as 2.1.0");
    let parts: Vec<u32> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
    match parts[..] {
        [major] => Ok([major, 0, 0]),
        [major, minor] => Ok([major, minor, 0]),
        [major, minor, patch] => Ok([major, minor, patch]),
        _ => Err(wrong()),
    }
}
