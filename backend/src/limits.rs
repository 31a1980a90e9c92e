//! Rate limits: token buckets per account and per address, in this process.
//!
//! Sign-in is limited per address and per (address, login), never per login alone: whoever guesses
//! at somebody's password must not lock her out.

use crate::state::Settings;
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Buckets are forgotten wholesale past this many, so that made-up addresses cannot fill the memory.
const MOST_BUCKETS: usize = 100_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

#[derive(Debug)]
pub struct Limits {
    clock: Arc<dyn Clock>,
    sign_in_per_minute: f64,
    requests_per_minute: f64,
    invitations_per_hour: f64,
    exports_per_hour: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Limits {
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            sign_in_per_minute: f64::from(settings.sign_in_per_minute),
            requests_per_minute: f64::from(settings.requests_per_minute),
            invitations_per_hour: f64::from(settings.invitations_per_hour),
            exports_per_hour: f64::from(settings.exports_per_hour),
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// One call from `address`, or by `account`. `Err` holds the seconds to wait.
    pub fn request(&self, who: &str) -> Result<(), u64> {
        self.take(&format!("r {who}"), self.requests_per_minute, 1.0)
    }

    /// One sign-in for `login` from `address`.
    pub fn sign_in(&self, address: &str, login: &str) -> Result<(), u64> {
        self.take(&format!("a {address}"), self.sign_in_per_minute * 6.0, 1.0)?;
        self.take(&format!("l {address} {}", storage::accounts::normal_login(login)), self.sign_in_per_minute, 1.0)
    }

    /// One invitation by `account`: few people are invited, and many only by somebody who tries logins.
    pub fn invitation(&self, account: &str) -> Result<(), u64> {
        self.take(&format!("i {account}"), self.invitations_per_hour, 60.0)
    }

    /// One export by `account`.
    pub fn export(&self, account: &str) -> Result<(), u64> {
        self.take(&format!("e {account}"), self.exports_per_hour, 60.0)
    }

    /// One of `most` that fill again within `minutes`.
    fn take(&self, key: &str, most: f64, minutes: f64) -> Result<(), u64> {
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if buckets.len() > MOST_BUCKETS {
            buckets.clear();
        }
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { tokens: most, at: now });
        let passed = (now - bucket.at).num_milliseconds().max(0) as f64 / 60_000.0;
        bucket.tokens = (bucket.tokens + passed / minutes * most).min(most);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(((1.0 - bucket.tokens) / most * minutes * 60.0).ceil().max(1.0) as u64)
        }
    }
}
