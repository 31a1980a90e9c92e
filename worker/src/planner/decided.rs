//! A verdict turned into what the ledger and the outbox hold.

use crate::meters;
use chrono::{DateTime, Utc};
use domain::gate::{Decision, Reason, Verdict};
use domain::ids::{NotificationId, SlotId};
use domain::words::{Channel, Job, LockScreen, Outcome};
use serde_json::json;
use storage::deliveries::{self, NewNotification, Outgoing};
use storage::facts::Answered;
use storage::slots::{Decided, NewSlot};
use storage::{Result, Store, WriteTx, rows};
use uuid::Uuid;

/// The channels a thing goes out on: always the app; the push where she has a device, unless she
/// chose none or the gate keeps it in the app; the mail for digests only.
pub fn channels(job: Job, answered: &Answered, verdict: &Verdict) -> Vec<Channel> {
    let in_app_only = matches!(verdict.decision, Decision::Send { in_app_only: Some(_) });
    let silent = answered.recipient.lock_screen == LockScreen::Silent.as_str();
    let mut channels = vec![Channel::InApp];
    if answered.push && !in_app_only && !silent && !answered.devices.is_empty() {
        channels.push(Channel::Push);
    }
    if job == Job::Digest && answered.email && answered.recipient.email.is_some() {
        channels.push(Channel::Email);
    }
    channels
}

/// What the ledger says now.
pub fn decided(outcome: Outcome, reason: Reason, verdict: &Verdict, answered: &Answered) -> Decided {
    Decided {
        outcome,
        reason,
        gates: json!(verdict.asked()),
        channels: json!([]),
        policy_version: answered.policy_version,
        agreement_version: answered.agreement_version,
        counts_unanswered: false,
        sent_on: None,
    }
}

/// What the ledger says of a slot that is handed to dispatch.
pub fn going_out(verdict: &Verdict, answered: &Answered, channels: &[Channel], now: DateTime<Utc>) -> Decided {
    Decided {
        channels: json!(channels.iter().map(|channel| channel.as_str()).collect::<Vec<_>>()),
        sent_on: Some(now.with_timezone(&answered.recipient_zone).date_naive()),
        ..decided(Outcome::Planned, Reason::Due, verdict, answered)
    }
}

/// How a slot goes out.
#[derive(Clone, Debug)]
pub struct Going {
    pub channels: Vec<Channel>,
    pub devices: Vec<Uuid>,
    pub expires_at: DateTime<Utc>,
}

/// The notification of a slot and its deliveries, as the outbox takes them.
pub fn outgoing(store: &Store, new: &NewSlot, going: Going) -> Outgoing {
    let notification = NewNotification {
        id: NotificationId(store.new_id()),
        slot: new.id,
        job: new.job,
        recipient: new.recipient,
        owner: new.owner,
        relationship: new.relationship,
        message: None,
        opaque: store.new_id(),
        collapse_id: deliveries::collapse_id(new.job, new.subject, new.on_date, new.recipient),
        expires_at: going.expires_at,
        trace: new.trace.clone(),
    };
    Outgoing { notification, channels: going.channels, devices: going.devices }
}

/// Writes the notification of one slot and its deliveries.
pub async fn enqueue(store: &Store, tx: &WriteTx, new: &NewSlot, going: Going, now: DateTime<Utc>) -> Result<()> {
    deliveries::enqueue(tx, vec![outgoing(store, new, going)], &|| store.new_id(), now).await
}

/// Writes a later decision about a slot that waits by itself. Tells whether it was open to it.
pub async fn rewrite(
    tx: &WriteTx,
    row: &rows::Slot,
    decided: &Decided,
    next_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool> {
    meters::decided(tx, row.job.parse()?, decided.outcome);
    storage::slots::decide(tx, SlotId(row.id), decided, next_at, now).await
}

/// Writes a first decision, or a later one about a slot that is still open. Tells whether the slot
/// was open to it.
pub async fn write(tx: &WriteTx, open: Option<SlotId>, new: NewSlot, now: DateTime<Utc>) -> Result<bool> {
    meters::decided(tx, new.job, new.decided.outcome);
    match open {
        Some(id) => storage::slots::decide(tx, id, &new.decided, new.next_at, now).await,
        None => storage::slots::plan(tx, new, now).await,
    }
}
