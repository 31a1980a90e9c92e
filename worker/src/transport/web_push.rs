//! Web Push (RFC 8030) to browsers, and UnifiedPush, which speaks the same. There is no one gateway:
//! each subscription names its own, so nothing here believes the address, and what one of them
//! answers says nothing about the others (hence no breaker).

use super::http::{self, Versions};
use super::order::PushOrder;
use super::outcome::{Outcome, Reason};
use super::settings::{SettingsError, WebPushSettings};
use super::vapid::Vapid;
use super::web_push_message::{self, Wire};
use domain::clock::Clock;
use domain::push_subscriptions::{PushEndpoint, PushSubscription, TrustedServices, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// For a 429 without `Retry-After`.
const THROTTLED_FOR: Duration = Duration::from_secs(60);
/// Shorter than for Apple and Google: anyone can name a server that never answers.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Pushes under way to servers that nobody vouches for; the rest of a worker's hands stay free for
/// everybody else.
const STRANGERS_AT_ONCE: usize = 48;
/// How long what finds no hand free waits.
const STRANGERS_WAIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct WebPush {
    clock: Arc<dyn Clock>,
    vapid: Vapid,
    trusted: TrustedServices,
    /// For services the operator vouches for, wherever they are.
    own: Client,
    /// Connects to nothing but public addresses.
    strangers: Client,
    turns: Semaphore,
}

impl WebPush {
    pub(super) fn new(settings: &WebPushSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        const CA: &str = "web_push.extra_ca_pem";
        // A proxy would resolve the names in our stead. Connections to servers that anyone may name
        // are let go of soon.
        let client = || {
            let builder = http::builder(Versions::Negotiated, settings.extra_ca_pem.as_deref(), CA)?;
            Ok(builder.no_proxy().timeout(TIMEOUT).pool_idle_timeout(Duration::from_secs(60)).pool_max_idle_per_host(4))
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|_| SettingsError::new(CA, "no HTTP client can be made from these TLS settings"))
        };
        Ok(Self {
            vapid: Vapid::new(settings, Arc::clone(&clock))?,
            trusted: settings.trusted.clone(),
            own: build(client()?)?,
            strangers: build(client()?.dns_resolver(Arc::new(PublicOnly)))?,
            turns: Semaphore::new(STRANGERS_AT_ONCE),
            clock,
        })
    }

    /// Whether tokens can be signed.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.vapid.check()
    }

    pub(super) async fn send(&self, order: &PushOrder) -> Outcome {
        let Ok(subscription) = serde_json::from_str::<PushSubscription>(order.token.expose_secret()) else {
            return Outcome::give_up(Reason::InvalidAddress);
        };
        let Ok(endpoint) = self.trusted.endpoint(&subscription.endpoint) else {
            return Outcome::give_up(Reason::AddressNotAllowed);
        };
        let wire = match web_push_message::compose(order, self.clock.now()) {
            Ok(wire) => wire,
            Err(reason) => return Outcome::give_up(reason),
        };
        let body = match web_push_message::seal(&wire.body, &subscription) {
            Ok(body) => body,
            Err(reason) => return Outcome::give_up(reason),
        };
        let authorization = match self.vapid.authorization(&endpoint.origin()) {
            Ok(authorization) => authorization,
            Err(_) => return Outcome::misconfigured(Reason::ProviderTokenRefused),
        };
        if endpoint.is_trusted() {
            return self.post(&self.own, &endpoint, authorization, &wire, body).await;
        }
        let Ok(_turn) = self.turns.try_acquire() else {
            return Outcome::Retry { after: Some(STRANGERS_WAIT), reason: Reason::TryLater };
        };
        self.post(&self.strangers, &endpoint, authorization, &wire, body).await
    }

    async fn post(
        &self,
        client: &Client,
        endpoint: &PushEndpoint,
        authorization: String,
        wire: &Wire,
        body: Vec<u8>,
    ) -> Outcome {
        let mut request = client
            .post(endpoint.url().clone())
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream");
        for (name, value) in &wire.headers {
            request = request.header(*name, value);
        }
        match request.body(body).send().await {
            Ok(response) => self.read(response).await,
            Err(error) if refused_by_resolver(&error) => Outcome::give_up(Reason::AddressNotAllowed),
            Err(error) => match http::unanswered(&error) {
                // Some stranger's certificate is no fault of our settings.
                Outcome::Misconfigured { reason } => Outcome::retry(reason),
                other => other,
            },
        }
    }

    async fn read(&self, response: Response) -> Outcome {
        let status = response.status();
        let after = http::retry_after(response.headers(), self.clock.now());
        // Read to its end, so that the connection can be used again; nothing in it is believed.
        let _ = http::body(response).await;
        tracing::debug!(status = status.as_u16(), "a push service answered");
        verdict(status, after)
    }
}

/// RFC 8030 §5 to §8.4. 401 and 403 come where a subscription was made with another key of ours:
/// the app makes a new one when it next starts, and no retry helps until then.
fn verdict(status: StatusCode, after: Option<Duration>) -> Outcome {
    match status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED | StatusCode::NO_CONTENT => {
            Outcome::Sent { receipt: None }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::TokenGone { since: None, reason: Reason::Unregistered },
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::give_up(Reason::PayloadTooLarge),
        StatusCode::TOO_MANY_REQUESTS => {
            Outcome::Retry { after: after.or(Some(THROTTLED_FOR)), reason: Reason::ThrottledByGateway }
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outcome::give_up(Reason::Forbidden),
        StatusCode::REQUEST_TIMEOUT => Outcome::Retry { after, reason: Reason::TimedOut },
        StatusCode::BAD_REQUEST => Outcome::give_up(Reason::InvalidArgument),
        status if status.is_server_error() => Outcome::Retry { after, reason: Reason::ServerError },
        _ => Outcome::give_up(Reason::Rejected),
    }
}

/// Gives public addresses only, and nothing at all for a name that stands for any other: what is
/// checked here is what is connected to, so a name cannot change its mind between the two.
struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("the name stands for an address that is not public")]
struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn refused_by_resolver(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<NotPublic>() || error.source().is_some_and(refused_by_resolver)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::http::builder;

    /// A name that stands for this machine is not called, however harmless it looks: the resolver is
    /// asked at the very connection.
    #[tokio::test]
    async fn a_name_that_stands_for_this_machine_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let port = listener.local_addr().expect("an address").port();
        let client = builder(Versions::Negotiated, None, "key").expect("settings").no_proxy();
        let client = client.dns_resolver(Arc::new(PublicOnly)).build().expect("a client");
        let error = client.post(format!("https://localhost:{port}/")).send().await.expect_err("refused");
        assert!(refused_by_resolver(&error), "{error:?}");
        let accepted = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(accepted.is_err(), "nobody came");
    }
}
