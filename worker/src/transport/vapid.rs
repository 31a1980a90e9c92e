//! Who is sending, told to a push service (VAPID, RFC 8292): a token for each service, signed with
//! the key that subscriptions are made for.

use super::settings::{SettingsError, WebPushSettings};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;
use web_push_native::p256::pkcs8::DecodePrivateKey;

/// RFC 8292 allows 24 hours; clocks differ.
const LIFE: TimeDelta = TimeDelta::hours(12);
/// Renewed so long before its end.
const EARLY: TimeDelta = TimeDelta::hours(1);
/// There are a handful of push services; anyone may name more.
const MOST_SERVICES: usize = 256;

const KEY: &str = "web_push.key_pem";

pub(super) struct Vapid {
    clock: Arc<dyn Clock>,
    key: EncodingKey,
    public: String,
    contact: String,
    signed: Mutex<BTreeMap<String, Signed>>,
}

struct Signed {
    authorization: String,
    until: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl std::fmt::Debug for Vapid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vapid").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The public half of a key as apps give it to `pushManager.subscribe`: an uncompressed point in
/// base64url.
///
/// # Errors
/// It is no P-256 key in PKCS#8 PEM.
pub fn application_server_key(key_pem: &str) -> Result<String, SettingsError> {
    let wrong = |_| {
        SettingsError::new(
            KEY,
            "is not a P-256 key in PKCS#8 PEM (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`)",
        )
    };
    let key = SecretKey::from_pkcs8_pem(key_pem).map_err(wrong)?;
    Ok(URL_SAFE_NO_PAD.encode(key.public_key().to_encoded_point(false).as_bytes()))
}

impl Vapid {
    pub(super) fn new(settings: &WebPushSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let pem = settings.key_pem.expose_secret();
        let vapid = Self {
            clock,
            public: application_server_key(pem)?,
            key: EncodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| SettingsError::new(KEY, "does not sign"))?,
            contact: settings.contact.clone(),
            signed: Mutex::default(),
        };
        vapid.check()?;
        Ok(vapid)
    }

    /// Whether the key signs.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.authorization("https://push.example").map(|_| ())
    }

    /// The `Authorization` header for one service. Signed under the lock: many cold senders make one.
    pub(super) fn authorization(&self, origin: &str) -> Result<String, SettingsError> {
        let now = self.clock.now();
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = signed.get(origin).filter(|kept| kept.until - EARLY > now && kept.until <= now + LIFE) {
            return Ok(kept.authorization.clone());
        }
        let until = now + LIFE;
        let claims = Claims { aud: origin, exp: until.timestamp(), sub: &self.contact };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key)
            .map_err(|_| SettingsError::new(KEY, "does not sign"))?;
        let authorization = format!("vapid t={token}, k={}", self.public);
        if signed.len() >= MOST_SERVICES {
            signed.clear();
        }
        signed.insert(origin.to_owned(), Signed { authorization: authorization.clone(), until });
        Ok(authorization)
    }
}
