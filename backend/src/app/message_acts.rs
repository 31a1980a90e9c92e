//! What is done with a message once it is there: taken back, thanked for, talked about.

use crate::app::messages::{self as thread, WRITTEN_CONTACT};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, drafts as unsent};
use crate::state::App;
use chrono::{Days, NaiveDate};
use domain::ids::{DraftId, MessageId};
use domain::messages as rules;
use domain::policy::OnMessage;
use domain::wording::FieldFault;
use domain::words::{ClosedBy, ContactKind, Role};
use mobile_contract::drafts::DraftOut;
use mobile_contract::messages::MessageOut;
use mobile_contract::problem::ProblemCode;
use storage::contacts::{self, NewContact};
use storage::drafts::{self, Content};
use storage::messages::InThread;
use storage::sealed::Scope;
use storage::{Authorized, StorageError, WriteTx, calendars, clocks, concerns, messages, notices};

/// The furthest day to talk on, in days from today.
const FURTHEST_TALK_DAYS: u64 = 365;

/// Takes back what nobody has seen yet and gives it back as a draft.
pub async fn undo(app: &App, caller: Caller, id: MessageId) -> Answer<DraftOut> {
    let (now, db) = (app.now(), app.store.read());
    let found = messages::authorized(db, caller.actor, OnMessage::Undo, id, now).await?;
    let (row, relationship) = (&found.written.row, found.related.view.id);
    if row.recalled_at.is_some() {
        return Err(Refusal::conflict());
    }
    if !rules::can_be_undone(row.sent_at, now) {
        return Err(Refusal::new(ProblemCode::UndoOver));
    }
    let key = app.store.sealer.key(Scope::Thread(messages::thread_of(db, relationship).await?)).await?;
    let (body, gist) = thread::texts(&key, row)?;
    let draft = DraftId(app.store.new_id());
    let (body, gist) = unsent::sealed(&key, draft, &body, gist.as_deref())?;
    let content = Content {
        kind: row.kind.parse().map_err(StorageError::from)?,
        body,
        gist,
        important: row.important,
        preview_allowed: row.preview_allowed,
        in_reply_to: row.in_reply_to.map(MessageId),
    };
    let tx = app.store.write().await?;
    withdraw_answer(&tx, &found).await?;
    notices::recalled(&tx, id, now).await?;
    messages::unsend(&tx, &found).await?;
    drafts::create(&tx, draft, relationship, caller.actor.account, content, now).await?;
    tx.commit().await?;
    unsent::get(app, caller, draft).await
}

/// Takes back what the other side has not opened. Taken back before: nothing changes.
pub async fn recall(app: &App, caller: Caller, id: MessageId) -> Answer<MessageOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = messages::authorized(&*tx, caller.actor, OnMessage::Recall, id, now).await?;
    if found.written.row.recalled_at.is_none() {
        messages::recall(&tx, &found, now).await?;
        if let Some(clock) = &found.written.clock {
            clocks::close(&tx, clock, ClosedBy::Recalled, caller.actor.account, now).await?;
        }
        withdraw_answer(&tx, &found).await?;
        notices::recalled(&tx, id, now).await?;
    }
    tx.commit().await?;
    thread::after_act(app, caller, found).await
}

/// An answer nobody read is no answer: what it closed and cleared is open again.
async fn withdraw_answer(tx: &WriteTx, found: &Authorized<InThread>) -> Answer<()> {
    let (row, relationship) = (&found.written.row, found.related.view.id);
    if !row.from_owner {
        clocks::take_up_again(tx, relationship, found.permit().account(), row.sent_at).await?;
        concerns::reopen(tx, relationship, WRITTEN_CONTACT, row.sent_at).await?;
    }
    Ok(())
}

/// "Read it, thanks." From a provider this is an act: it closes the clock and the owner is told.
/// From an owner it is silent: nobody is told, it is seen when the message is next opened (R16).
pub async fn thank(app: &App, caller: Caller, id: MessageId) -> Answer<MessageOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = messages::authorized(&*tx, caller.actor, OnMessage::Thank, id, now).await?;
    messages::opened(&tx, &found, now).await?;
    messages::thanked(&tx, &found, now).await?;
    let related = &found.related;
    if caller.actor.role == Role::ServiceUser {
        notices::read(&tx, related.view.owner, related.view.id, now).await?;
    } else {
        close(&tx, &found, ClosedBy::ReadThanks, now).await?;
        if found.written.row.thanked_at.is_none() {
            notices::message_for_owner(&tx, related, id, now, &|| app.store.new_id(), now).await?;
        }
    }
    tx.commit().await?;
    thread::after_act(app, caller, found).await
}

/// "Let's talk about it on that day": a whole answer (R13).
pub async fn talk(app: &App, caller: Caller, id: MessageId, day: NaiveDate) -> Answer<MessageOut> {
    let now = app.now();
    let today = calendars::today(app.store.read(), caller.actor.account, now).await?;
    let tx = app.store.write().await?;
    let found = messages::authorized(&*tx, caller.actor, OnMessage::Talk, id, now).await?;
    talk_day(day, today)?;
    let related = &found.related;
    let contact = NewContact {
        id: app.store.new_id(),
        relationship: related.view.id,
        kind: ContactKind::LetsTalk,
        by: caller.actor.account,
        at: now,
        day: Some(day),
        message: Some(id),
        slot: None,
    };
    contacts::record(&tx, contact).await?;
    messages::opened(&tx, &found, now).await?;
    close(&tx, &found, ClosedBy::LetsTalk, now).await?;
    notices::message_for_owner(&tx, related, id, now, &|| app.store.new_id(), now).await?;
    tx.commit().await?;
    thread::after_act(app, caller, found).await
}

/// A day to talk on: today or within a year.
pub(crate) fn talk_day(day: NaiveDate, today: NaiveDate) -> Answer<()> {
    if day < today {
        return Err(Refusal::field("/day", FieldFault::DateInPast));
    }
    if today.checked_add_days(Days::new(FURTHEST_TALK_DAYS)).is_none_or(|furthest| day > furthest) {
        return Err(Refusal::field("/day", FieldFault::BeyondBounds));
    }
    Ok(())
}

async fn close(
    tx: &WriteTx,
    found: &Authorized<InThread>,
    closed_by: ClosedBy,
    now: chrono::DateTime<chrono::Utc>,
) -> Answer<()> {
    if let Some(clock) = &found.written.clock {
        clocks::close(tx, clock, closed_by, found.permit().account(), now).await?;
    }
    Ok(())
}
