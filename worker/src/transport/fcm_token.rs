//! The OAuth access token FCM wants, got with a service account's signed assertion (RFC 7523).

use super::http;
use super::outcome::{Outcome, Reason};
use super::settings::SettingsError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
/// Google's longest life for an assertion.
const ASSERTED_FOR: TimeDelta = TimeDelta::hours(1);
/// A token this close to its end is not used for a send that may take a while.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

const KEY: &str = "fcm.service_account_json";

/// What is used of a service account's key file.
#[derive(Deserialize)]
pub(super) struct ServiceAccount {
    pub(super) project_id: String,
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    token_uri: String,
}

impl ServiceAccount {
    pub(super) fn read(json: &str) -> Result<Self, SettingsError> {
        serde_json::from_str(json)
            .map_err(|_| SettingsError::new(KEY, "is not a service account's key file as Google gives it out"))
    }
}

pub(super) struct AccessTokens {
    clock: Arc<dyn Clock>,
    client: Client,
    url: Url,
    key: EncodingKey,
    header: Header,
    client_email: String,
    /// Fetches begun. A waiter whose number is behind takes what that fetch brought, good or bad:
    /// a thousand cold senders ask once, and a thousand failures cost one question.
    fetches: AtomicU64,
    last: Mutex<Option<Result<AccessToken, Outcome>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AccessToken {
    pub(super) authorization: HeaderValue,
    made_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    /// Seconds.
    expires_in: i64,
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl AccessTokens {
    pub(super) fn new(account: &ServiceAccount, client: Client, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let key = EncodingKey::from_rsa_pem(account.private_key.as_bytes())
            .map_err(|_| SettingsError::new(KEY, "private_key is not an RSA key in PEM"))?;
        let url = http::gateway_url(&account.token_uri, KEY)?;
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&account.private_key_id);
        Ok(Self {
            clock,
            client,
            url,
            key,
            header,
            client_email: account.client_email.clone(),
            fetches: AtomicU64::new(0),
            last: Mutex::default(),
        })
    }

    /// The token to send with.
    ///
    /// # Errors
    /// The outcome of every order that needed it.
    pub(super) async fn current(&self) -> Result<AccessToken, Outcome> {
        let seen = self.fetches.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        match &*last {
            Some(Ok(token)) if token.is_good(now) => return Ok(token.clone()),
            Some(answer) if self.fetches.load(Ordering::SeqCst) != seen => return answer.clone(),
            _ => {}
        }
        self.fetch(&mut last, now).await
    }

    /// A token other than `stale`, which FCM refused.
    pub(super) async fn renew(&self, stale: &AccessToken) -> Result<AccessToken, Outcome> {
        let seen = self.fetches.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(token)) if token != stale => return Ok(token.clone()),
            Some(answer @ Err(_)) if self.fetches.load(Ordering::SeqCst) != seen => return answer.clone(),
            _ => {}
        }
        self.fetch(&mut last, self.clock.now()).await
    }

    async fn fetch(
        &self,
        last: &mut Option<Result<AccessToken, Outcome>>,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, Outcome> {
        let answer = self.ask(now).await;
        self.fetches.fetch_add(1, Ordering::SeqCst);
        last.insert(answer).clone()
    }

    async fn ask(&self, now: DateTime<Utc>) -> Result<AccessToken, Outcome> {
        let refused = || Outcome::misconfigured(Reason::ProviderTokenRefused);
        let claims = Claims {
            iss: &self.client_email,
            scope: SCOPE,
            aud: self.url.as_str(),
            iat: now.timestamp(),
            exp: (now + ASSERTED_FOR).timestamp(),
        };
        // A JWT's alphabet needs no form encoding.
        let assertion = jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|_| refused())?;
        let response = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("{GRANT}{assertion}"))
            .send()
            .await
            .map_err(|error| http::unanswered(&error))?;
        let status = response.status();
        let after = http::retry_after(response.headers(), now);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Outcome::Retry { after, reason: Reason::ThrottledByGateway });
        }
        if status.is_server_error() {
            return Err(Outcome::Retry { after, reason: Reason::ServerError });
        }
        let body = http::body(response).await.map_err(|error| http::unanswered(&error))?;
        let grant: Grant = match serde_json::from_slice(&body) {
            Ok(grant) if status == StatusCode::OK => grant,
            _ => {
                tracing::warn!(status = status.as_u16(), "the token endpoint refused the service account");
                return Err(refused());
            }
        };
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", grant.access_token)).map_err(|_| refused())?;
        authorization.set_sensitive(true);
        let life = TimeDelta::seconds(grant.expires_in.clamp(0, 86_400));
        Ok(AccessToken { authorization, made_at: now, expires_at: now + life })
    }
}

impl AccessToken {
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        // Made in the future: the clock was set back since, and the end can no longer be trusted.
        self.made_at <= now && now < self.expires_at - MARGIN
    }
}
