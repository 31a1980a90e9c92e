//! Apple's push service: one HTTP/2 connection per environment with many streams, one provider token.

use super::apns_token::{ProviderToken, ProviderTokens};
use super::apns_wire::{self, Wire};
use super::breaker::Breaker;
use super::http::{self, Versions};
use super::order::PushOrder;
use super::outcome::{Outcome, Reason};
use super::settings::{ApnsSettings, SettingsError};
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use domain::words::PushEnvironment;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Apns {
    clock: Arc<dyn Clock>,
    client: Client,
    tokens: ProviderTokens,
    topic: String,
    production: Endpoint,
    sandbox: Endpoint,
}

#[derive(Debug)]
struct Endpoint {
    url: Url,
    breaker: Breaker,
}

enum Answer {
    Settled(Outcome),
    /// Apple calls the provider token expired.
    StaleToken,
}

/// Apple's error body. Read field by field: an odd timestamp must not cost us the reason.
struct Refusal {
    reason: String,
    /// With 410: when the token was last known to be dead.
    since: Option<DateTime<Utc>>,
}

impl Refusal {
    fn read(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        Self {
            reason: body["reason"].as_str().unwrap_or_default().to_owned(),
            since: body["timestamp"].as_i64().and_then(DateTime::from_timestamp_millis),
        }
    }
}

impl Apns {
    pub(super) fn new(settings: &ApnsSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let endpoint = |url: &str, key| {
            Ok(Endpoint { url: http::gateway_url(url, key)?, breaker: Breaker::new(Arc::clone(&clock)) })
        };
        Ok(Self {
            production: endpoint(&settings.production_url, "apns.production_url")?,
            sandbox: endpoint(&settings.sandbox_url, "apns.sandbox_url")?,
            client: http::client(Versions::Http2Only, settings.extra_ca_pem.as_deref(), "apns.extra_ca_pem")?,
            tokens: ProviderTokens::new(settings, Arc::clone(&clock))?,
            topic: settings.topic.clone(),
            clock,
        })
    }

    pub(super) fn breaker(&self, environment: PushEnvironment) -> &Breaker {
        &self.endpoint(environment).breaker
    }

    /// Whether the key signs.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.tokens.current().map(|_| ())
    }

    pub(super) async fn send(&self, order: &PushOrder) -> Outcome {
        let wire = match apns_wire::compose(order, &self.topic, self.clock.now()) {
            Ok(wire) => wire,
            Err(reason) => return Outcome::give_up(reason),
        };
        let endpoint = self.endpoint(order.environment);
        let Some(url) = device_url(&endpoint.url, order.token.expose_secret()) else {
            return Outcome::give_up(Reason::InvalidAddress);
        };
        match endpoint.breaker.admit().await {
            Ok(admission) => admission.settle(self.deliver(url, wire).await),
            Err(rest) => Outcome::Retry { after: Some(rest), reason: Reason::BreakerOpen },
        }
    }

    fn endpoint(&self, environment: PushEnvironment) -> &Endpoint {
        match environment {
            PushEnvironment::Production => &self.production,
            PushEnvironment::Sandbox => &self.sandbox,
        }
    }

    async fn deliver(&self, url: Url, wire: Wire) -> Outcome {
        let Ok(token) = self.tokens.current() else {
            return Outcome::misconfigured(Reason::ProviderTokenRefused);
        };
        match self.post(url.clone(), &wire, &token).await {
            Answer::Settled(outcome) => outcome,
            Answer::StaleToken => match self.tokens.renew(&token) {
                Ok(Some(fresh)) => match self.post(url, &wire, &fresh).await {
                    Answer::Settled(outcome) => outcome,
                    Answer::StaleToken => Outcome::misconfigured(Reason::ProviderTokenExpired),
                },
                Ok(None) => Outcome::misconfigured(Reason::ProviderTokenExpired),
                Err(_) => Outcome::misconfigured(Reason::ProviderTokenRefused),
            },
        }
    }

    async fn post(&self, url: Url, wire: &Wire, token: &ProviderToken) -> Answer {
        let mut request = self
            .client
            .post(url)
            .header(AUTHORIZATION, token.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(wire.body.clone());
        for (name, value) in &wire.headers {
            request = request.header(*name, value);
        }
        match request.send().await {
            Ok(response) if response.status() == StatusCode::OK => Answer::Settled(Outcome::Sent {
                receipt: response.headers().get("apns-id").and_then(|id| id.to_str().ok()).map(str::to_owned),
            }),
            Ok(response) => self.refused(response).await,
            Err(error) => Answer::Settled(http::unanswered(&error)),
        }
    }

    async fn refused(&self, response: Response) -> Answer {
        let status = response.status();
        let after = http::retry_after(response.headers(), self.clock.now());
        let refusal = match http::body(response).await {
            Ok(body) => Refusal::read(&body),
            Err(error) => return Answer::Settled(http::unanswered(&error)),
        };
        if refusal.reason == "ExpiredProviderToken" {
            return Answer::StaleToken;
        }
        let outcome = read_refusal(status, &refusal, after);
        tracing::debug!(status = status.as_u16(), reason = http::word(&refusal.reason), "APNs did not take a push");
        Answer::Settled(outcome)
    }
}

/// Apple's reasons, by meaning; an unknown one is read by its status.
fn read_refusal(status: StatusCode, refusal: &Refusal, after: Option<Duration>) -> Outcome {
    match refusal.reason.as_str() {
        "BadDeviceToken" => return Outcome::give_up(Reason::BadDeviceToken),
        "DeviceTokenNotForTopic" => return Outcome::give_up(Reason::TopicMismatch),
        "Forbidden" => return Outcome::give_up(Reason::Forbidden),
        "PayloadTooLarge" => return Outcome::give_up(Reason::PayloadTooLarge),
        "BadTopic" | "MissingTopic" | "TopicDisallowed" => return Outcome::misconfigured(Reason::TopicRefused),
        "InvalidProviderToken"
        | "MissingProviderToken"
        | "BadCertificate"
        | "BadCertificateEnvironment"
        | "BadEnvironmentKeyIdInToken"
        | "UnrelatedKeyIdInToken" => return Outcome::misconfigured(Reason::ProviderTokenRefused),
        "IdleTimeout" => return Outcome::Retry { after, reason: Reason::TimedOut },
        _ => {}
    }
    match status {
        StatusCode::GONE => match refusal.since {
            Some(since) => Outcome::TokenGone { since: Some(since), reason: Reason::Unregistered },
            // Without a time it cannot be told from a token that has been registered again since.
            None => Outcome::give_up(Reason::Unregistered),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::give_up(Reason::PayloadTooLarge),
        StatusCode::TOO_MANY_REQUESTS => Outcome::Retry { after, reason: Reason::ThrottledByGateway },
        status if status.is_server_error() => Outcome::Retry { after, reason: Reason::ServerError },
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Outcome::misconfigured(Reason::ProviderTokenRefused),
        _ => Outcome::give_up(Reason::Rejected),
    }
}

/// `/3/device/TOKEN`. A token is hexadecimal today and "of variable length"; anything that could
/// leave its path segment is refused.
fn device_url(base: &Url, token: &str) -> Option<Url> {
    if token.is_empty() || token.len() > 512 || !token.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let mut url = base.clone();
    url.set_path(&format!("/3/device/{token}"));
    Some(url)
}
