//! Sections `worker`, `defaults` and `telemetry`.

use super::parse;
use super::problem::Wrong;
use super::reader::Reader;
use chrono_tz::Tz;
use domain::words::Language;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use url::Url;

/// Section `worker`.
#[derive(Clone, Copy, Debug)]
pub struct Worker {
    /// Deliveries sent at the same time, per process.
    pub concurrency: usize,
    /// Deliveries claimed at once.
    pub batch: u64,
    pub poll: Duration,
    pub lease: Duration,
}

/// Section `defaults`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    pub zone: Tz,
    pub language: Language,
    /// ISO 3166 country.
    pub holiday_calendar: String,
}

/// Section `telemetry`.
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Directives of `tracing_subscriber::EnvFilter`, known to be well-formed.
    pub log: String,
    pub format: LogFormat,
    /// Who is answered at `/metrics`.
    pub metrics_networks: Vec<IpNet>,
    /// Where a worker without an API offers its own.
    pub metrics_listen: Option<SocketAddr>,
    /// The collector that traces go to (OTLP over HTTP), without `/v1/traces`.
    pub traces_endpoint: Option<Url>,
    /// How many of a hundred traces are kept.
    pub traces_percent: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Worker {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let concurrency = from.value("worker.concurrency", parse::number("a number of deliveries", 1..=1000));
        let batch = from.value("worker.batch", parse::number("a number of deliveries", 1..=1000));
        let poll = from.value("worker.poll_seconds", parse::seconds(1..=300));
        let lease = from.value("worker.lease_seconds", parse::seconds(10..=3600));
        Some(Self { concurrency: concurrency?, batch: batch?, poll: poll?, lease: lease? })
    }
}

impl Defaults {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let zone = from.value("defaults.zone", parse::from_str("an IANA time zone", "a name such as Europe/Oslo"));
        let language = from.value(
            "defaults.language",
            parse::word(&[("nb", Language::Nb), ("nn", Language::Nn), ("en", Language::En)]),
        );
        let holiday_calendar = from.value("defaults.holiday_calendar", country);
        Some(Self { zone: zone?, language: language?, holiday_calendar: holiday_calendar? })
    }
}

impl Telemetry {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let log = from.value("telemetry.log", directives);
        let format =
            from.value("telemetry.format", parse::word(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
        let metrics_networks = from.list("telemetry.metrics_networks", parse::network);
        let metrics_listen = from.optional("telemetry.metrics_listen", parse::listen);
        let traces_endpoint = from.optional("telemetry.traces_endpoint", parse::collector);
        let traces_percent = from.value("telemetry.traces_percent", parse::number("a percentage", 0..=100));
        Some(Self {
            log: log?,
            format: format?,
            metrics_networks: metrics_networks?,
            metrics_listen: metrics_listen?,
            traces_endpoint: traces_endpoint?,
            traces_percent: traces_percent?,
        })
    }
}

fn country(text: &str) -> Result<String, Wrong> {
    let fits = text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
    if fits { Ok(text.to_owned()) } else { Err(Wrong::new("a country", "its two capital letters, such as NO")) }
}

fn directives(text: &str) -> Result<String, Wrong> {
    let give = "error, warn, info, debug or trace, or several such as info,worker=debug";
    match EnvFilter::try_new(text) {
        Ok(_) if !text.is_empty() && parts_are_levels(text) => Ok(text.to_owned()),
        _ => Err(Wrong::new("a log filter", give)),
    }
}

/// `EnvFilter` takes a bare word for the name of a crate and then logs nothing else: a misspelt level
/// would silence the program.
fn parts_are_levels(text: &str) -> bool {
    let levels = ["error", "warn", "info", "debug", "trace", "off"];
    text.split(',').map(str::trim).filter(|part| !part.contains('=')).all(|part| levels.contains(&part))
}
