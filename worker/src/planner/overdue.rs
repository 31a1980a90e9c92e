//! A promised date has passed: the owner is told once, in her waking hours (R12).

use super::decided::{self, Going};
use super::notices;
use chrono::{DateTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Verdict};
use domain::ids::{AccountId, RelationshipId, ReplyClockId, SlotId};
use domain::words::{Job, Outcome, RoundCause};
use serde_json::json;
use storage::facts::{self, Answered, Question};
use storage::slots::NewSlot;
use storage::{Result, Store, WriteTx, agreement_rounds, clocks, due_clocks, rows, slots};

const USEFUL: TimeDelta = TimeDelta::days(7);

/// Looks at a clock whose date came.
pub async fn look(store: &Store, clock: &rows::ReplyClock) -> Result<()> {
    let now = store.clock.now();
    let tx = store.write().await?;
    let id = ReplyClockId(clock.id);
    let Some(clock) = clocks::by_id(&*tx, id).await?.filter(|clock| clock.closed_at.is_none()) else {
        due_clocks::look_again(&tx, id, None).await?;
        return tx.commit().await;
    };
    if now < clock.due_at {
        due_clocks::look_again(&tx, id, Some(clock.due_at)).await?;
        return tx.commit().await;
    }
    let (answered, verdict) = ask(&tx, &clock, None, now).await?;
    let slot = NewSlot {
        id: SlotId(store.new_id()),
        series: None,
        job: Job::OverdueNotice,
        subject: clock.id,
        on_date: clock.promised_on,
        owner: Some(AccountId(clock.owner_id)),
        provider: Some(AccountId(clock.provider_id)),
        relationship: Some(RelationshipId(clock.relationship_id)),
        recipient: AccountId(clock.owner_id),
        recipient_zone: answered.recipient.zone.clone(),
        number: 0,
        position: None,
        items: Some(json!([clock.message_id.or(clock.slot_id)])),
        promised_on: Some(clock.promised_on),
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided: decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered),
        trace: None,
    };
    due_clocks::mark_overdue(&tx, id, clock.promised_on).await?;
    let (relationship, owner) = (RelationshipId(clock.relationship_id), AccountId(clock.owner_id));
    if due_clocks::overdue_count(&*tx, relationship).await? == 2 {
        agreement_rounds::wish(&tx, relationship, owner, RoundCause::TwoRepliesOverdue, now).await?;
    }
    settle(store, &tx, None, slot, &answered, &verdict, now).await?;
    tx.commit().await
}

/// Looks again at a notice that was held over quiet hours.
pub async fn look_again(store: &Store, row: &rows::Slot) -> Result<()> {
    let now = store.clock.now();
    let tx = store.write().await?;
    let row = &slots::take(&tx, row).await?;
    let clock = clocks::by_id(&*tx, ReplyClockId(row.subject)).await?;
    let still = clock.filter(|clock| clock.closed_at.is_none() && clock.promised_on == row.on_date);
    let Some(clock) = still else {
        let closed = domain::gate::Reason::NothingToSay;
        storage::planned::settle(&tx, &[row.id], Outcome::Cancelled, closed, now).await?;
        return tx.commit().await;
    };
    let (answered, verdict) = ask(&tx, &clock, Some(SlotId(row.id)), now).await?;
    let decided = decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered);
    let slot = notices::identity(row, decided)?;
    settle(store, &tx, Some(SlotId(row.id)), slot, &answered, &verdict, now).await?;
    tx.commit().await
}

async fn ask(
    tx: &WriteTx,
    clock: &rows::ReplyClock,
    slot: Option<SlotId>,
    now: DateTime<Utc>,
) -> Result<(Answered, Verdict)> {
    let question = Question {
        job: Job::OverdueNotice,
        now,
        recipient: AccountId(clock.owner_id),
        owner: Some(AccountId(clock.owner_id)),
        provider: Some(AccountId(clock.provider_id)),
        relationship: Some(RelationshipId(clock.relationship_id)),
        series: None,
        slot,
        on_date: clock.promised_on,
        number: 0,
        something_to_say: Some(true),
    };
    let answered = facts::load(&**tx, question).await?;
    let verdict = gate::evaluate(Job::OverdueNotice, &answered.facts);
    Ok((answered, verdict))
}

async fn settle(
    store: &Store,
    tx: &WriteTx,
    open: Option<SlotId>,
    mut slot: NewSlot,
    answered: &Answered,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> Result<()> {
    match verdict.decision {
        Decision::Send { .. } => {
            let channels = decided::channels(Job::OverdueNotice, answered, verdict);
            slot.decided = decided::going_out(verdict, answered, &channels, now);
            if decided::write(tx, open, slot.clone(), now).await? {
                let going = Going { channels, devices: answered.devices.clone(), expires_at: now + USEFUL };
                decided::enqueue(store, tx, &slot, going, now).await?;
            }
        }
        Decision::Hold { until, reason } => {
            slot.decided = decided::decided(Outcome::Held, reason, verdict, answered);
            slot.next_at = Some(until);
            decided::write(tx, open, slot, now).await?;
        }
        Decision::Block(_) => {
            decided::write(tx, open, slot, now).await?;
        }
    }
    Ok(())
}
