//! Ordinary notices: one neutral push to the owner for what a provider wrote or did. While an
//! earlier one of the same thread lies unread, or is held, the next folds into it.

use super::decided::{self, Going};
use chrono::TimeDelta;
use domain::gate::{self, Decision, Reason};
use domain::ids::{AccountId, MessageId, RelationshipId, SlotId};
use domain::words::{Channel, Job, Outcome};
use serde_json::json;
use storage::facts::{self, Question};
use storage::slots::NewSlot;
use storage::{Result, StorageError, Store, notices, rows, slots};
use uuid::Uuid;

const USEFUL: TimeDelta = TimeDelta::days(7);

/// Sends, holds, folds or settles a notice that waits.
pub async fn look(store: &Store, row: &rows::Slot) -> Result<()> {
    let now = store.clock.now();
    let (Some(owner), Some(relationship)) = (row.owner_id, row.relationship_id) else {
        return Err(StorageError::Corrupt("notice to nobody".into()));
    };
    let tx = store.write().await?;
    let row = &slots::take(&tx, row).await?;
    let items: Vec<MessageId> = notices::items_of(row).into_iter().map(MessageId).collect();
    let news = notices::news(&*tx, &items).await?;
    let question = Question {
        job: Job::MessageNotice,
        now,
        recipient: AccountId(owner),
        owner: Some(AccountId(owner)),
        provider: row.provider_id.map(AccountId),
        relationship: Some(RelationshipId(relationship)),
        series: None,
        slot: Some(SlotId(row.id)),
        on_date: row.on_date,
        number: 0,
        something_to_say: Some(!news.is_empty()),
    };
    let mut answered = facts::load(&*tx, question).await?;
    answered.facts.tells_of_end = notices::end_told(row)?.is_some();
    let verdict = gate::evaluate(Job::MessageNotice, &answered.facts);
    let folded = match verdict.decision {
        Decision::Block(_) => false,
        _ if notices::is_told(&*tx, AccountId(owner), RelationshipId(relationship)).await? => true,
        Decision::Send { .. } => false,
        Decision::Hold { .. } => match notices::held_before(&*tx, row).await? {
            Some(held) => {
                notices::fold_into(&tx, &held, row).await?;
                true
            }
            None => false,
        },
    };
    match verdict.decision {
        _ if folded => {
            let mut decided = decided::decided(Outcome::Folded, Reason::Folded, &verdict, &answered);
            decided.channels = json!([Channel::InApp.as_str()]);
            decided::rewrite(&tx, row, &decided, None, now).await?;
        }
        Decision::Send { .. } => {
            let channels = decided::channels(Job::MessageNotice, &answered, &verdict);
            let decided = decided::going_out(&verdict, &answered, &channels, now);
            if decided::rewrite(&tx, row, &decided, None, now).await? {
                if news.len() < items.len() {
                    let left: Vec<Uuid> = news.iter().map(|id| id.0).collect();
                    slots::fill(&tx, SlotId(row.id), json!(left), None, row.closes_at).await?;
                }
                let going = Going { channels, devices: answered.devices.clone(), expires_at: now + USEFUL };
                decided::enqueue(store, &tx, &identity(row, decided)?, going, now).await?;
            }
        }
        Decision::Hold { until, reason } => {
            let decided = decided::decided(Outcome::Held, reason, &verdict, &answered);
            decided::rewrite(&tx, row, &decided, Some(until), now).await?;
        }
        Decision::Block(reason) => {
            let reason = if reason == Reason::NothingToSay { Reason::AlreadyRead } else { reason };
            let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
            decided::rewrite(&tx, row, &decided, None, now).await?;
        }
    }
    tx.commit().await
}

/// A written slot as the outbox needs it.
pub fn identity(row: &rows::Slot, decided: storage::slots::Decided) -> Result<NewSlot> {
    Ok(NewSlot {
        id: SlotId(row.id),
        series: None,
        job: row.job.parse()?,
        subject: row.subject,
        on_date: row.on_date,
        owner: row.owner_id.map(AccountId),
        provider: row.provider_id.map(AccountId),
        relationship: row.relationship_id.map(RelationshipId),
        recipient: AccountId(row.recipient_id),
        recipient_zone: row.recipient_zone.clone(),
        number: row.number,
        position: row.position.clone(),
        items: row.items.clone(),
        promised_on: row.promised_on,
        long_count: row.long_count,
        fires_at: row.fires_at,
        next_at: None,
        closes_at: row.closes_at,
        decided,
        trace: row.trace.clone(),
    })
}
