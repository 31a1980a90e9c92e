//! The ES256 provider token: one at a time, kept between 20 and 60 minutes as Apple asks.

use super::settings::{ApnsSettings, SettingsError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde::Serialize;
use std::sync::{Arc, Mutex};

/// Apple refuses tokens older than 60 minutes and throttles who renews within 20.
const KEPT: TimeDelta = TimeDelta::minutes(40);
const SOONEST: TimeDelta = TimeDelta::minutes(20);

pub(super) struct ProviderTokens {
    clock: Arc<dyn Clock>,
    key: EncodingKey,
    header: Header,
    team_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<ProviderToken>,
    forced_at: Option<DateTime<Utc>>,
}

/// A signed token as the header value that carries it.
#[derive(Clone)]
pub(super) struct ProviderToken {
    pub(super) authorization: HeaderValue,
    issued_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

impl std::fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderTokens").field("team_id", &self.team_id).finish_non_exhaustive()
    }
}

impl ProviderTokens {
    pub(super) fn new(settings: &ApnsSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let key = EncodingKey::from_ec_pem(settings.key_pem.expose_secret().as_bytes())
            .map_err(|_| SettingsError::new("apns.key_pem", "is not a P-256 key in PKCS#8 PEM, as Apple's .p8 is"))?;
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(settings.key_id.clone());
        let tokens = Self { clock, key, header, team_id: settings.team_id.clone(), state: Mutex::default() };
        tokens.current()?;
        Ok(tokens)
    }

    /// The token to send with. Signed under the lock: a thousand cold senders make one.
    pub(super) fn current(&self) -> Result<ProviderToken, SettingsError> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match &state.current {
            // A token from the future is one made before the clock was set back.
            Some(token) if token.issued_at <= now && now - token.issued_at < KEPT => Ok(token.clone()),
            _ => Ok(state.current.insert(self.sign(now)?).clone()),
        }
    }

    /// A fresh token after Apple called `stale` expired. None when there is nothing better to offer:
    /// a token was already forced within the last 20 minutes, so the clocks disagree.
    pub(super) fn renew(&self, stale: &ProviderToken) -> Result<Option<ProviderToken>, SettingsError> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(token) = &state.current
            && token.authorization != stale.authorization
        {
            return Ok(Some(token.clone()));
        }
        if state.forced_at.is_some_and(|at| (now - at).abs() < SOONEST) {
            return Ok(None);
        }
        state.forced_at = Some(now);
        Ok(Some(state.current.insert(self.sign(now)?).clone()))
    }

    fn sign(&self, now: DateTime<Utc>) -> Result<ProviderToken, SettingsError> {
        let broken = SettingsError::new("apns.key_pem", "cannot sign");
        let claims = Claims { iss: &self.team_id, iat: now.timestamp() };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|_| broken.clone())?;
        let mut authorization = HeaderValue::from_str(&format!("bearer {token}")).map_err(|_| broken)?;
        authorization.set_sensitive(true);
        Ok(ProviderToken { authorization, issued_at: now })
    }
}
