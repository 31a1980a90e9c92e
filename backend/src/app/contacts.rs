//! Calls that took place, and other contact outside the messages.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::ids::RelationshipId;
use domain::policy::InRelationship;
use domain::wording::FieldFault;
use domain::words::{ClosedBy, ContactKind};
use mobile_contract::contacts::{ContactOut, ContactsOut};
use storage::contacts::{self, NewContact};
use storage::{WriteTx, clocks, concerns, notices, relationships, rows};
use uuid::Uuid;

/// How far back a call can be logged.
const LOGGED_WITHIN: TimeDelta = TimeDelta::days(31);
/// What clears a concern when the two have talked.
const CALL: &str = "logged_call";

/// The provider logs a call at `at`: it closes the clocks that ran by then and is personal contact.
/// The owner is told, as of any act.
pub async fn log(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    contact: Option<Uuid>,
    at: Option<DateTime<Utc>>,
) -> Answer<ContactOut> {
    let now = app.now();
    let at = at.map_or(now, |at| at.trunc_subsecs(6));
    if at > now || at < now - LOGGED_WITHIN {
        relationships::authorized(app.store.read(), caller.actor, InRelationship::LogContact, id, now).await?;
        return Err(Refusal::field("/at", FieldFault::BeyondBounds));
    }
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::LogContact, id, now).await?;
    if let Some(contact) = contact
        && let Some(first) = contacts::by_id(&*tx, contact).await?
    {
        return again(&first, id, caller);
    }
    let new = NewContact {
        id: contact.unwrap_or_else(|| app.store.new_id()),
        relationship: id,
        kind: ContactKind::LoggedCall,
        by: caller.actor.account,
        at,
        day: None,
        message: None,
        slot: None,
    };
    let contact = new.id;
    contacts::record(&tx, new).await?;
    clocks::close_answered(&tx, id, ClosedBy::LoggedCall, caller.actor.account, at, now).await?;
    clear_concerns(&tx, id, CALL, at, now).await?;
    let about = domain::ids::MessageId(contact);
    notices::message_for_owner(&tx, &related, about, now, &|| app.store.new_id(), now).await?;
    let row = contacts::by_id(&*tx, contact).await?.ok_or_else(Refusal::not_found)?;
    tx.commit().await?;
    present(&row)
}

fn again(first: &rows::Contact, id: RelationshipId, caller: Caller) -> Answer<ContactOut> {
    let same = first.relationship_id == id.0
        && first.by_account == caller.actor.account.0
        && first.kind == ContactKind::LoggedCall.as_str();
    if same { present(first) } else { Err(Refusal::conflict()) }
}

/// Personal contact at `at` ends what waited for it. What came up after it still waits.
pub(crate) async fn clear_concerns(
    tx: &WriteTx,
    id: RelationshipId,
    by: &str,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Answer<()> {
    let open = concerns::open_of(&**tx, id).await?;
    if open.iter().all(|concern| concern.since <= at) {
        concerns::clear(tx, id, by, now).await?;
    }
    Ok(())
}

/// Calls, days to talk and consultations held, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<ContactsOut> {
    let db = app.store.read();
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeConsultations, id, app.now()).await?;
    let limit = views::limit(limit)?;
    let list = format!("list_contacts {id}");
    let after = views::place(app, caller, &list, cursor)?;
    let mut rows = contacts::page(db, &related, after, limit + 1).await?;
    let last = views::cut(&mut rows, limit).map(|row| (row.at, row.id));
    Ok(ContactsOut {
        items: rows.iter().map(present).collect::<Answer<_>>()?,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
    })
}

fn present(row: &rows::Contact) -> Answer<ContactOut> {
    Ok(ContactOut {
        id: row.id,
        relationship_id: row.relationship_id,
        kind: views::word(&row.kind)?,
        at: row.at,
        day: row.day,
        message_id: row.message_id,
    })
}
