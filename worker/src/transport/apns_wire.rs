//! An order as APNs wants it: headers and body, without the token. The file transport writes the
//! same.

use super::order::PushOrder;
use super::outcome::Reason;
use chrono::{DateTime, Utc};
use mobile_contract::push::Push;
use serde::Serialize;

/// Apple's limit for a payload, in bytes.
const LARGEST_PAYLOAD: usize = 4096;

/// Headers in the order they are sent, and the JSON body.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

#[derive(Serialize)]
struct Payload<'a> {
    aps: Aps<'a>,
    #[serde(flatten)]
    push: Push,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Aps<'a> {
    Alert {
        alert: Alert<'a>,
        /// Lets the app's extension look once more whether there is anything to show.
        #[serde(rename = "mutable-content")]
        mutable_content: u8,
        /// Never above: nothing here may break through a Focus.
        #[serde(rename = "interruption-level")]
        interruption_level: &'static str,
    },
    Silent {
        #[serde(rename = "content-available")]
        content_available: u8,
    },
}

#[derive(Serialize)]
struct Alert<'a> {
    title: &'a str,
    body: &'a str,
}

/// # Errors
/// Why APNs would refuse it.
pub(super) fn compose(order: &PushOrder, topic: &str, now: DateTime<Utc>) -> Result<Wire, Reason> {
    order.check(now)?;
    let (push_type, priority, aps) = match order.visible_line() {
        Some(line) => {
            let alert = Alert { title: &line.title, body: &line.body };
            ("alert", "10", Aps::Alert { alert, mutable_content: 1, interruption_level: "active" })
        }
        None => ("background", "5", Aps::Silent { content_available: 1 }),
    };
    let payload = Payload { aps, push: Push::new(order.opaque_id, order.action) };
    let body = serde_json::to_vec(&payload).map_err(|_| Reason::InvalidOrder)?;
    if body.len() > LARGEST_PAYLOAD {
        return Err(Reason::PayloadTooLarge);
    }
    let headers = vec![
        ("apns-id", order.delivery_id.to_string()),
        ("apns-topic", topic.to_owned()),
        ("apns-push-type", push_type.to_owned()),
        ("apns-priority", priority.to_owned()),
        ("apns-expiration", order.expires_at.timestamp().to_string()),
        ("apns-collapse-id", order.collapse_id.clone()),
    ];
    Ok(Wire { headers, body })
}
