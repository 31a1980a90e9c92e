//! Where a device is reached: a gateway's token, or the subscription of a browser or UnifiedPush app.
//! The second is a web address that a stranger chooses and our servers call: see
//! `domain::push_subscriptions`.

use crate::app::sessions::{self, token_hash};
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::push_subscriptions::{AUTH_BYTES, MAX_ENDPOINT, P256DH_BYTES, PushEndpoint, PushSubscription, Unfit};
use domain::words::Platform;
use mobile_contract::problem::{FieldFault, ProblemCode};
use mobile_contract::sessions::{PushSettingsOut, PushSubscriptionIn};
use p256::PublicKey;
use std::time::Duration;
use storage::sessions::PushToken;

/// How long the name of a push service may take to resolve. Where it cannot be resolved now, the
/// address is kept: it is resolved and checked again whenever something is sent.
const RESOLVING: Duration = Duration::from_secs(2);

/// What an app needs before it can register.
pub fn settings(app: &App) -> PushSettingsOut {
    PushSettingsOut { web_push_key: app.settings.web_push_key.clone() }
}

/// What a device is reached by, if it may be called. `at` is the pointer of the object that holds the
/// two fields.
///
/// # Errors
/// 422 for a token or a subscription that is none, does not belong to the platform, or must not be called.
pub async fn accepted(
    app: &App,
    at: &str,
    platform: Platform,
    token: Option<String>,
    subscription: Option<PushSubscriptionIn>,
) -> Answer<Option<PushToken>> {
    let (of_token, of_subscription) = (format!("{at}/push_token"), format!("{at}/subscription"));
    match (platform, token, subscription) {
        (_, None, None) => Ok(None),
        (Platform::Apns | Platform::Fcm, Some(token), None) => gateway_token(&of_token, &token).map(Some),
        (Platform::WebPush, None, Some(subscription)) => web_push(app, &of_subscription, subscription).await.map(Some),
        (_, Some(_), None) => Err(Refusal::field(&of_token, FieldFault::UnknownField)),
        (_, _, Some(_)) => Err(Refusal::field(&of_subscription, FieldFault::UnknownField)),
    }
}

/// A gateway's token: printable, as both gateways make them.
fn gateway_token(at: &str, token: &str) -> Answer<PushToken> {
    let token = bounds::line(at, token, bounds::MAX_PUSH_TOKEN)?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::field(at, FieldFault::Format));
    }
    Ok(sessions::push_token(token.to_owned()))
}

async fn web_push(app: &App, at: &str, subscription: PushSubscriptionIn) -> Answer<PushToken> {
    let p256dh = base64url(&format!("{at}/keys/p256dh"), &subscription.keys.p256dh, |bytes| {
        bytes.len() == P256DH_BYTES && PublicKey::from_sec1_bytes(bytes).is_ok()
    })?;
    let auth = base64url(&format!("{at}/keys/auth"), &subscription.keys.auth, |bytes| bytes.len() == AUTH_BYTES)?;
    let of_endpoint = format!("{at}/endpoint");
    bounds::text(&of_endpoint, &subscription.endpoint, MAX_ENDPOINT)?;
    let endpoint = app.settings.trusted_push_services.endpoint(&subscription.endpoint).map_err(|unfit| {
        Refusal::field(
            &of_endpoint,
            match unfit {
                Unfit::NotHttps => FieldFault::Format,
                Unfit::NotPublic => FieldFault::AddressNotAllowed,
            },
        )
    })?;
    if leads_inside(&endpoint).await {
        return Err(Refusal::field(&of_endpoint, FieldFault::AddressNotAllowed));
    }
    // As the parser wrote it: two spellings of one address are one subscription.
    let endpoint = endpoint.url().to_string();
    let hash = token_hash(&endpoint);
    let token = serde_json::to_string(&PushSubscription { endpoint, p256dh, auth })
        .map_err(|_| Refusal::new(ProblemCode::Internal))?;
    Ok(PushToken { token, hash })
}

/// As it is kept, without padding.
fn base64url(at: &str, text: &str, fits: impl FnOnce(&[u8]) -> bool) -> Answer<String> {
    let bare = text.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(bare).ok().filter(|bytes| fits(bytes));
    bytes.map(|_| bare.to_owned()).ok_or_else(|| Refusal::field(at, FieldFault::Format))
}

/// Whether its name stands, at this time, for an address that must not be called.
async fn leads_inside(endpoint: &PushEndpoint) -> bool {
    let Some(name) = endpoint.name() else { return false };
    match tokio::time::timeout(RESOLVING, tokio::net::lookup_host(name)).await {
        Ok(Ok(mut found)) => found.any(|address| !endpoint.admits(address.ip())),
        Ok(Err(_)) | Err(_) => false,
    }
}
