//! What a provider does about an answer to a check-in (R15): thank, or name a day to talk. Writing is
//! a message like any other.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, message_acts};
use crate::state::App;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{MessageId, SlotId};
use domain::policy::InRelationship;
use domain::words::{ClosedBy, ContactKind};
use mobile_contract::check_ins::CheckInOut;
use storage::contacts::NewContact;
use storage::relationships::Related;
use storage::{Authorized, WriteTx, calendars, check_ins, clocks, contacts, notices, relationships, rows};

/// "Read it, thanks": the clock of a heavy answer is closed, and the owner is told once. What waits for
/// personal contact goes on waiting.
pub async fn thank(app: &App, caller: Caller, id: SlotId) -> Answer<CheckInOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let (row, related) = answered(&tx, caller, id, now).await?;
    close(&tx, &related, id, ClosedBy::ReadThanks, now).await?;
    if check_ins::thanked(&tx, &row, now).await? {
        tell(app, &tx, &related, id, now).await?;
    }
    tx.commit().await?;
    super::get(app, caller, id).await
}

/// "Let's talk about it on that day": a whole answer (R13).
pub async fn talk(app: &App, caller: Caller, id: SlotId, day: NaiveDate) -> Answer<CheckInOut> {
    let now = app.now();
    let today = calendars::today(app.store.read(), caller.actor.account, now).await?;
    let tx = app.store.write().await?;
    let (row, related) = answered(&tx, caller, id, now).await?;
    message_acts::talk_day(day, today)?;
    let contact = NewContact {
        id: app.store.new_id(),
        relationship: related.view.id,
        kind: ContactKind::LetsTalk,
        by: caller.actor.account,
        at: now,
        day: Some(day),
        message: None,
        slot: Some(id),
    };
    contacts::record(&tx, contact).await?;
    close(&tx, &related, id, ClosedBy::LetsTalk, now).await?;
    check_ins::thanked(&tx, &row, now).await?;
    tell(app, &tx, &related, id, now).await?;
    tx.commit().await?;
    super::get(app, caller, id).await
}

/// The answered check-in, for a provider who may act on it.
async fn answered(
    tx: &WriteTx,
    caller: Caller,
    id: SlotId,
    now: DateTime<Utc>,
) -> Answer<(rows::Slot, Authorized<Related>)> {
    let (row, related) = check_ins::card(&**tx, caller.actor, id, now).await?;
    let related = relationships::authorize(caller.actor, InRelationship::LogContact, related.into_inner())?;
    if row.answered_at.is_none() {
        return Err(Refusal::not_found());
    }
    Ok((row, related))
}

async fn close(
    tx: &WriteTx,
    related: &Authorized<Related>,
    id: SlotId,
    closed_by: ClosedBy,
    now: DateTime<Utc>,
) -> Answer<()> {
    if let Some(clock) = check_ins::clock_of(&**tx, id).await?.filter(|clock| clock.closed_at.is_none()) {
        clocks::close(tx, &clock, closed_by, related.permit().account(), now).await?;
    }
    Ok(())
}

async fn tell(app: &App, tx: &WriteTx, related: &Related, id: SlotId, now: DateTime<Utc>) -> Answer<()> {
    // Items of a notice are ids; what kind of thing they name is asked when it is sent.
    notices::message_for_owner(tx, related, MessageId(id.0), now, &|| app.store.new_id(), now).await?;
    Ok(())
}
