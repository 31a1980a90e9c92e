//! Firebase Cloud Messaging, HTTP v1.

use super::breaker::Breaker;
use super::fcm_message;
use super::fcm_token::{AccessToken, AccessTokens, ServiceAccount};
use super::http::{self, Versions};
use super::order::PushOrder;
use super::outcome::{Outcome, Reason};
use super::settings::{FcmSettings, SettingsError};
use domain::clock::Clock;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Google's word for a 429 without `Retry-After`.
const THROTTLED_FOR: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Fcm {
    clock: Arc<dyn Clock>,
    client: Client,
    tokens: AccessTokens,
    url: Url,
    breaker: Breaker,
}

enum Answer {
    Settled(Outcome),
    /// FCM does not know the access token.
    StaleToken,
}

impl Fcm {
    pub(super) fn new(settings: &FcmSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let account = ServiceAccount::read(settings.service_account_json.expose_secret())?;
        let client = http::client(Versions::Negotiated, settings.extra_ca_pem.as_deref(), "fcm.extra_ca_pem")?;
        let mut url = http::gateway_url(&settings.url, "fcm.url")?;
        url.path_segments_mut()
            .map_err(|()| SettingsError::new("fcm.url", "expected https://host"))?
            .pop_if_empty()
            .extend(["v1", "projects", &account.project_id, "messages:send"]);
        Ok(Self {
            tokens: AccessTokens::new(&account, client.clone(), Arc::clone(&clock))?,
            breaker: Breaker::new(Arc::clone(&clock)),
            client,
            url,
            clock,
        })
    }

    pub(super) const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Whether an access token can be had.
    pub(super) async fn check(&self) -> Result<(), Outcome> {
        self.tokens.current().await.map(|_| ())
    }

    pub(super) async fn send(&self, order: &PushOrder) -> Outcome {
        let body = match fcm_message::compose(order, order.token.expose_secret(), self.clock.now()) {
            Ok(body) => body,
            Err(reason) => return Outcome::give_up(reason),
        };
        match self.breaker.admit().await {
            Ok(admission) => admission.settle(self.deliver(body).await),
            Err(rest) => Outcome::Retry { after: Some(rest), reason: Reason::BreakerOpen },
        }
    }

    async fn deliver(&self, body: Vec<u8>) -> Outcome {
        let token = match self.tokens.current().await {
            Ok(token) => token,
            Err(outcome) => return outcome,
        };
        match self.post(body.clone(), &token).await {
            Answer::Settled(outcome) => outcome,
            Answer::StaleToken => match self.tokens.renew(&token).await {
                Ok(fresh) => match self.post(body, &fresh).await {
                    Answer::Settled(outcome) => outcome,
                    Answer::StaleToken => Outcome::misconfigured(Reason::ProviderTokenRefused),
                },
                Err(outcome) => outcome,
            },
        }
    }

    async fn post(&self, body: Vec<u8>, token: &AccessToken) -> Answer {
        let sent = self
            .client
            .post(self.url.clone())
            .header(AUTHORIZATION, token.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) => self.read(response).await,
            Err(error) => Answer::Settled(http::unanswered(&error)),
        }
    }

    async fn read(&self, response: Response) -> Answer {
        let status = response.status();
        let after = http::retry_after(response.headers(), self.clock.now());
        let body: Value = match http::body(response).await {
            Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
            // It was taken: only its name was lost on the way.
            Err(_) if status == StatusCode::OK => Value::Null,
            Err(error) => return Answer::Settled(http::unanswered(&error)),
        };
        if status == StatusCode::OK {
            return Answer::Settled(Outcome::Sent { receipt: body["name"].as_str().map(str::to_owned) });
        }
        let code = error_code(&body);
        tracing::debug!(status = status.as_u16(), code = http::word(code), "FCM did not take a push");
        read_refusal(status, code, after)
    }
}

/// The `errorCode` of FCM's own detail; empty when the error is not FCM's.
fn error_code(body: &Value) -> &str {
    let details = body["error"]["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    details.iter().find_map(|detail| detail["errorCode"].as_str()).unwrap_or_default()
}

/// Only UNREGISTERED is about the token. A bare INVALID_ARGUMENT is as often about our message, and
/// a 404 without a code is a wrong project.
fn read_refusal(status: StatusCode, code: &str, after: Option<Duration>) -> Answer {
    let outcome = match (code, status) {
        ("UNREGISTERED", _) => Outcome::TokenGone { since: None, reason: Reason::Unregistered },
        ("SENDER_ID_MISMATCH", _) => Outcome::misconfigured(Reason::SenderMismatch),
        ("THIRD_PARTY_AUTH_ERROR", _) => Outcome::misconfigured(Reason::ProviderTokenRefused),
        ("QUOTA_EXCEEDED", _) | (_, StatusCode::TOO_MANY_REQUESTS) => {
            Outcome::Retry { after: after.or(Some(THROTTLED_FOR)), reason: Reason::ThrottledByGateway }
        }
        ("INVALID_ARGUMENT", _) | (_, StatusCode::BAD_REQUEST) => Outcome::give_up(Reason::InvalidArgument),
        (_, StatusCode::UNAUTHORIZED) => return Answer::StaleToken,
        (_, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => Outcome::misconfigured(Reason::Forbidden),
        (_, status) if status.is_server_error() => Outcome::Retry { after, reason: Reason::ServerError },
        _ => Outcome::give_up(Reason::Rejected),
    };
    Answer::Settled(outcome)
}
