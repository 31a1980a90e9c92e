//! An order as a push service wants it (RFC 8030), sealed for the device that subscribed (RFC 8291).
//! The file transport writes the same, unsealed.

use super::order::PushOrder;
use super::outcome::Reason;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::push_subscriptions::{AUTH_BYTES, PushSubscription};
use mobile_contract::push::Push;
use sha2::{Digest, Sha256};
use web_push_native::p256::PublicKey;

/// Push services keep messages no longer; most cut the life down themselves.
const LONGEST_LIFE: TimeDelta = TimeDelta::weeks(4);
/// Every payload has this length, so that the service cannot tell a wake from a withdrawal. The rest
/// is white space, which JSON does not mind.
const PADDED_TO: usize = 128;

/// Headers in the order they are sent, and the JSON body before it is sealed.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// # Errors
/// Why a push service would refuse it.
pub(super) fn compose(order: &PushOrder, now: DateTime<Utc>) -> Result<Wire, Reason> {
    order.check(now)?;
    let mut body = serde_json::to_vec(&Push::new(order.opaque_id, order.action)).map_err(|_| Reason::InvalidOrder)?;
    if body.len() > PADDED_TO {
        return Err(Reason::PayloadTooLarge);
    }
    body.resize(PADDED_TO, b' ');
    let life = (order.expires_at - now).min(LONGEST_LIFE);
    let headers = vec![
        ("ttl", life.num_seconds().to_string()),
        // The same for both actions, as the length is.
        ("urgency", "normal".to_owned()),
        ("topic", topic(&order.collapse_id)),
    ];
    Ok(Wire { headers, body })
}

/// A later message with the same topic takes the place of one that waits: 32 characters of base64url
/// at most (RFC 8030 §5.4), which a collapse id need not be.
fn topic(collapse_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(collapse_id.as_bytes())[..24])
}

/// Seals `body` so that only the subscriber reads it.
///
/// # Errors
/// The subscription's keys are none.
pub(super) fn seal(body: &[u8], subscription: &PushSubscription) -> Result<Vec<u8>, Reason> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Reason::InvalidAddress);
    let key = PublicKey::from_sec1_bytes(&bytes(&subscription.p256dh)?).map_err(|_| Reason::InvalidAddress)?;
    let auth: [u8; AUTH_BYTES] = bytes(&subscription.auth)?.try_into().map_err(|_| Reason::InvalidAddress)?;
    web_push_native::encrypt(body.to_vec(), &key, &auth.into()).map_err(|_| Reason::InvalidOrder)
}
