//! An order as FCM HTTP v1 wants it. The file transport writes the same, with the token's digest in
//! the token's place.

use super::order::PushOrder;
use super::outcome::Reason;
use chrono::{DateTime, TimeDelta, Utc};
use mobile_contract::push::Push;
use serde::Serialize;

/// FCM's longest life for a message.
const LONGEST_LIFE: TimeDelta = TimeDelta::weeks(4);
/// FCM's limit for notification and data together, in bytes.
const LARGEST_PAYLOAD: usize = 4096;

#[derive(Serialize)]
struct Request<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    token: &'a str,
    data: Push,
    android: Android<'a>,
}

#[derive(Serialize)]
struct Android<'a> {
    collapse_key: &'a str,
    priority: &'static str,
    ttl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    body: &'a str,
    /// A later message with the same tag replaces it, and the app takes it down by it.
    tag: &'a str,
    /// Hidden on a locked screen that hides sensitive content, though it holds none.
    visibility: &'static str,
}

/// The body of `messages:send` to `token`.
///
/// # Errors
/// Why FCM would refuse it.
pub(super) fn compose(order: &PushOrder, token: &str, now: DateTime<Utc>) -> Result<Vec<u8>, Reason> {
    order.check(now)?;
    if token.is_empty() || token.len() > LARGEST_PAYLOAD || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Reason::InvalidAddress);
    }
    let line = order.visible_line();
    if line.is_some_and(|line| line.title.len() + line.body.len() > LARGEST_PAYLOAD / 2) {
        return Err(Reason::PayloadTooLarge);
    }
    let life = (order.expires_at - now).min(LONGEST_LIFE);
    let message = Message {
        token,
        data: Push::new(order.opaque_id, order.action),
        android: Android {
            collapse_key: &order.collapse_id,
            // High priority is for what the person sees; Google lowers those who use it otherwise.
            priority: if line.is_some() { "HIGH" } else { "NORMAL" },
            ttl: format!("{}s", life.num_seconds()),
            notification: line.map(|line| Notification {
                title: &line.title,
                body: &line.body,
                tag: &order.collapse_id,
                visibility: "PRIVATE",
            }),
        },
    };
    serde_json::to_vec(&Request { message }).map_err(|_| Reason::InvalidOrder)
}
