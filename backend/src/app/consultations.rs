//! Meetings of the pair: planned, moved, cancelled, held.

use crate::app::contacts::clear_concerns;
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::ids::{ConsultationId, MessageId, RelationshipId};
use domain::policy::InRelationship;
use domain::wording::FieldFault;
use domain::words::{ContactKind, Role};
use mobile_contract::consultations::{ConsultationOut, ConsultationState, ConsultationsOut};
use storage::consultations::{self, Meeting};
use storage::contacts::NewContact;
use storage::relationships::Related;
use storage::whose::Whose;
use storage::{Authorized, StorageError, WriteTx, accounts, contacts, notices, relationships, rows, series};

/// How far ahead a consultation can be planned.
const FURTHEST: TimeDelta = TimeDelta::days(2 * 366);
/// What clears a concern when the two have met.
const MET: &str = "consultation_held";

/// Either side writes down when they meet.
pub async fn plan(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    consultation: Option<ConsultationId>,
    starts_at: DateTime<Utc>,
) -> Answer<ConsultationOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::PlanConsultation, id, now).await?;
    if let Some(repeated) = consultation {
        match consultations::authorized(&*tx, caller.actor, InRelationship::SeeConsultations, repeated, now).await {
            Ok(first) if first.row.relationship_id == id.0 => return present(&first.row),
            Ok(_) => return Err(Refusal::conflict()),
            Err(StorageError::Hidden) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let starts_at = to_come(starts_at, now)?;
    let provider = accounts::for_machinery(&*tx, related.view.responsible).await?.ok_or_else(Refusal::not_found)?;
    let new = consultation.unwrap_or_else(|| ConsultationId(app.store.new_id()));
    consultations::plan(&tx, &related, new, starts_at, provider.zone, now).await?;
    changed(app, &tx, caller, &related, new, now).await?;
    tx.commit().await?;
    get(app, caller, new).await
}

pub async fn get(app: &App, caller: Caller, id: ConsultationId) -> Answer<ConsultationOut> {
    let action = InRelationship::SeeConsultations;
    present(&consultations::authorized(app.store.read(), caller.actor, action, id, app.now()).await?.row)
}

/// The pair's consultations, the latest first.
pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<ConsultationsOut> {
    let db = app.store.read();
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeConsultations, id, app.now()).await?;
    let limit = views::limit(limit)?;
    let list = format!("list_consultations {id}");
    let after = views::place(app, caller, &list, cursor)?;
    let mut rows = consultations::page(db, &related, after, limit + 1).await?;
    let last = views::cut(&mut rows, limit).map(|row| (row.starts_at, row.id));
    Ok(ConsultationsOut {
        items: rows.iter().map(present).collect::<Answer<_>>()?,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
    })
}

/// Either side moves a consultation that is still planned.
pub async fn reschedule(
    app: &App,
    caller: Caller,
    id: ConsultationId,
    starts_at: DateTime<Utc>,
    if_match: Option<&str>,
) -> Answer<ConsultationOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let meeting = planned(&tx, caller, id, now).await?;
    views::if_match(if_match, meeting.row.version)?;
    consultations::reschedule(&tx, &meeting, to_come(starts_at, now)?).await?;
    changed(app, &tx, caller, &meeting.related, id, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Either side cancels it. Cancelled before: nothing changes.
pub async fn cancel(app: &App, caller: Caller, id: ConsultationId) -> Answer<()> {
    let now = app.now();
    let tx = app.store.write().await?;
    let action = InRelationship::PlanConsultation;
    let meeting = consultations::authorized(&*tx, caller.actor, action, id, now).await?;
    if meeting.row.held_at.is_some() {
        return Err(Refusal::conflict());
    }
    if meeting.row.cancelled_at.is_none() {
        consultations::cancel(&tx, &meeting, now).await?;
        changed(app, &tx, caller, &meeting.related, id, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The provider writes down that they met: personal contact, from the time it began.
pub async fn held(app: &App, caller: Caller, id: ConsultationId) -> Answer<ConsultationOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let meeting = consultations::authorized(&*tx, caller.actor, InRelationship::LogContact, id, now).await?;
    let row = &meeting.row;
    if row.held_at.is_some() {
        return present(row);
    }
    if row.cancelled_at.is_some() || row.starts_at > now {
        return Err(Refusal::conflict());
    }
    let relationship = meeting.related.view.id;
    consultations::held(&tx, &meeting, now).await?;
    let contact = NewContact {
        id: app.store.new_id(),
        relationship,
        kind: ContactKind::ConsultationHeld,
        by: caller.actor.account,
        at: row.starts_at,
        day: None,
        message: None,
        slot: None,
    };
    contacts::record(&tx, contact).await?;
    clear_concerns(&tx, relationship, MET, row.starts_at, now).await?;
    series::reconsider(&tx, Whose::Relationship(relationship), now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

async fn planned(tx: &WriteTx, caller: Caller, id: ConsultationId, now: DateTime<Utc>) -> Answer<Authorized<Meeting>> {
    let meeting = consultations::authorized(&**tx, caller.actor, InRelationship::PlanConsultation, id, now).await?;
    if meeting.row.held_at.is_some() || meeting.row.cancelled_at.is_some() {
        return Err(Refusal::conflict());
    }
    Ok(meeting)
}

fn to_come(starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Answer<DateTime<Utc>> {
    let starts_at = bounds::to_come("/starts_at", starts_at, now)?;
    if starts_at > now + FURTHEST {
        return Err(Refusal::field("/starts_at", FieldFault::BeyondBounds));
    }
    // Both databases keep microseconds, and a cursor must name what they keep.
    Ok(starts_at.trunc_subsecs(6))
}

/// Check-ins keep away from consultations, so the planner looks again; the owner is told of what
/// the provider did.
async fn changed(
    app: &App,
    tx: &WriteTx,
    caller: Caller,
    related: &Related,
    id: ConsultationId,
    now: DateTime<Utc>,
) -> Answer<()> {
    series::reconsider(tx, Whose::Relationship(related.view.id), now).await?;
    if caller.actor.role == Role::Provider {
        notices::message_for_owner(tx, related, MessageId(id.0), now, &|| app.store.new_id(), now).await?;
    }
    Ok(())
}

pub(crate) fn present(row: &rows::Consultation) -> Answer<ConsultationOut> {
    let state = match (row.held_at, row.cancelled_at) {
        (Some(_), _) => ConsultationState::Held,
        (None, Some(_)) => ConsultationState::Cancelled,
        (None, None) => ConsultationState::Planned,
    };
    Ok(ConsultationOut {
        id: row.id,
        relationship_id: row.relationship_id,
        starts_at: row.starts_at,
        zone: row.zone.clone(),
        state,
        held_at: row.held_at,
        cancelled_at: row.cancelled_at,
        version: row.version,
    })
}
