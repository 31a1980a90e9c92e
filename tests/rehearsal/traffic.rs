//! Somebody who writes over the API all the time, and remembers what she was told is stored.

use crate::harness::Client;
use crate::stories::Person;
use reqwest::Method;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What she writes. Nobody is told of it.
pub const TEXT: &str = "Regnet trommar mot ruta";
/// After so long without an answer a phone gives up.
const GIVES_UP: Duration = Duration::from_secs(20);
/// Between two messages: the rate limits of an account are not what is rehearsed.
const PAUSE: Duration = Duration::from_millis(100);

pub struct Traffic {
    stop: Arc<AtomicBool>,
    writing: tokio::task::JoinHandle<Written>,
}

/// The ids of what was acknowledged, and when.
pub struct Written(Vec<(Instant, String)>);

impl Traffic {
    pub async fn of(owner: &Person, relationship: &str) -> Self {
        let (client, path) = (owner.phone().await, format!("/v1/relationships/{relationship}/messages"));
        let stop = Arc::new(AtomicBool::new(false));
        let writing = tokio::spawn(write(client, path, Arc::clone(&stop)));
        Self { stop, writing }
    }

    pub async fn stop(self) -> Written {
        self.stop.store(true, Ordering::Relaxed);
        self.writing.await.expect("somebody who writes")
    }
}

async fn write(client: Client, path: String, stop: Arc<AtomicBool>) -> Written {
    let mut written = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let request = client.request(Method::POST, &path).json(&json!({ "kind": "vault", "body": TEXT }));
        // Whoever answers nothing has promised nothing.
        if let Some(answer) = client.try_send(request).await
            && answer.status == 201
        {
            written.push((Instant::now(), answer.json()["id"].as_str().expect("an id").to_owned()));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Written(written)
}

impl Written {
    /// When the last of these was acknowledged.
    pub fn last_of(&self, found: &BTreeSet<String>) -> Option<Instant> {
        self.0.iter().rev().find(|(_, id)| found.contains(&id.replace('-', ""))).map(|(at, _)| *at)
    }

    pub fn acknowledged_before(&self, moment: Instant) -> Vec<String> {
        self.0.iter().filter(|(at, _)| *at < moment).map(|(_, id)| id.clone()).collect()
    }
}

/// The same through a proxy in front of several replicas, which passes a call on to the next one where the first does
/// not take it.
pub struct Proxied {
    stop: Arc<AtomicBool>,
    replicas: Arc<Replicas>,
    writing: tokio::task::JoinHandle<Answered>,
}

#[derive(Default)]
struct Replicas {
    addresses: Mutex<Vec<SocketAddr>>,
    answered: Mutex<BTreeMap<SocketAddr, usize>>,
}

/// What became of all calls.
#[derive(Default)]
pub struct Answered {
    pub ids: Vec<String>,
    /// Answers with 503 on the way.
    pub unavailable: usize,
    /// The longest that a call took, all its tries together.
    pub longest: Duration,
    /// Answers that a rolling upgrade must not bring about.
    pub wrong: Vec<String>,
}

impl Proxied {
    pub async fn over(owner: &Person, relationship: &str, first: SocketAddr) -> Self {
        let (client, path) = (owner.phone().await, format!("/v1/relationships/{relationship}/messages"));
        let (stop, replicas) = (Arc::new(AtomicBool::new(false)), Arc::new(Replicas::default()));
        replicas.addresses.lock().expect("addresses").push(first);
        let writing = tokio::spawn(write_through(client, path, Arc::clone(&replicas), Arc::clone(&stop)));
        Self { stop, replicas, writing }
    }

    /// There is one more to pass calls on to.
    pub fn also(&self, replica: SocketAddr) {
        self.replicas.addresses.lock().expect("addresses").push(replica);
    }

    /// How many calls it has answered.
    pub fn answered(&self, replica: SocketAddr) -> usize {
        self.replicas.answered.lock().expect("answers").get(&replica).copied().unwrap_or(0)
    }

    pub async fn stop(self) -> Answered {
        self.stop.store(true, Ordering::Relaxed);
        self.writing.await.expect("somebody who writes")
    }
}

async fn write_through(client: Client, path: String, replicas: Arc<Replicas>, stop: Arc<AtomicBool>) -> Answered {
    let mut answered = Answered::default();
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        let (key, begun) = (format!("upgrade-{turn}"), Instant::now());
        loop {
            turn += 1;
            let addresses = replicas.addresses.lock().expect("addresses").clone();
            let replica = addresses[turn % addresses.len()];
            let phone = client.at(format!("http://{replica}"));
            let body = json!({ "kind": "vault", "body": TEXT });
            let answer = phone.try_send(phone.request_with_key(Method::POST, &path, Some(&key)).json(&body)).await;
            if answer.is_some() {
                *replicas.answered.lock().expect("answers").entry(replica).or_default() += 1;
            }
            match answer.map(|answer| (answer.status, answer)) {
                Some((201, answer)) => {
                    answered.ids.push(answer.json()["id"].as_str().expect("an id").to_owned());
                    break;
                }
                Some((503, _)) => answered.unavailable += 1,
                // It was cut off in one replica, and asks another whether it was done.
                Some((409, answer)) if answer.text().contains("idempotency_in_progress") => {}
                Some((status, answer)) => {
                    answered.wrong.push(format!("{status} {}", answer.text()));
                    break;
                }
                None => {}
            }
            if begun.elapsed() > GIVES_UP {
                answered.wrong.push(format!("{key} was not answered"));
                break;
            }
            tokio::time::sleep(PAUSE / 4).await;
        }
        answered.longest = answered.longest.max(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    answered
}
