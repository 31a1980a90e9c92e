//! Notifications, for whom they are. What was taken back unread does not exist, and what waits to be
//! sent does not exist yet.

use crate::authorized::Authorized;
use crate::entity::{notification, slot};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::ownership::Actor;
use domain::policy::{self, OnOwn, Permit};
use domain::words::Outcome;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A notification with the slot it is about.
#[derive(Clone, Debug)]
pub struct Told {
    pub row: rows::Notification,
    pub slot: rows::Slot,
}

/// What was sent to the permitted account, and was read or not taken back.
pub(crate) fn told(permit: Permit) -> Select<notification::Entity> {
    let sent = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(slot::Column::RecipientId.eq(permit.account().0))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
        .into_query();
    let there = Condition::any()
        .add(notification::Column::ReadAt.is_not_null())
        .add(notification::Column::WithdrawnAt.is_null());
    notification::Entity::find()
        .filter(notification::Column::RecipientId.eq(permit.account().0))
        .filter(notification::Column::SlotId.in_subquery(sent))
        .filter(there)
}

/// A page of what was sent to the permitted account, read or unread, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    read: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Authorized<Told>>> {
    let mut query = told(permit);
    query = if read {
        query.filter(notification::Column::ReadAt.is_not_null())
    } else {
        query.filter(notification::Column::ReadAt.is_null())
    };
    if let Some((at, id)) = after {
        query =
            query.filter(Condition::any().add(notification::Column::CreatedAt.lt(at)).add(
                Condition::all().add(notification::Column::CreatedAt.eq(at)).add(notification::Column::Id.lt(id)),
            ));
    }
    let rows = query
        .order_by_desc(notification::Column::CreatedAt)
        .order_by_desc(notification::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let slots: BTreeMap<Uuid, rows::Slot> = slot::Entity::find()
        .filter(slot::Column::Id.is_in(rows.iter().filter_map(|row| row.slot_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    rows.into_iter()
        .filter_map(|row| row.slot_id.and_then(|id| slots.get(&id)).cloned().map(|slot| Told { row, slot }))
        .map(|told| authorize(permit.actor(), told))
        .collect()
}

/// What an opaque id stands for. A push may arrive before its sending is written down, so that one
/// under way can be asked for.
pub async fn by_opaque(db: &impl ConnectionTrait, actor: Actor, opaque: Uuid) -> Result<Authorized<Told>> {
    let row = notification::Entity::find()
        .filter(notification::Column::OpaqueId.eq(opaque))
        .one(db)
        .await?
        .filter(|row| row.read_at.is_some() || row.withdrawn_at.is_none())
        .ok_or(StorageError::Hidden)?;
    let slot = match row.slot_id {
        Some(id) => slot::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let under_way = [Outcome::Sent.as_str(), Outcome::Planned.as_str()];
    let slot = slot.filter(|slot| under_way.contains(&slot.outcome.as_str())).ok_or(StorageError::Hidden)?;
    authorize(actor, Told { row, slot })
}

fn authorize(actor: Actor, told: Told) -> Result<Authorized<Told>> {
    Authorized::by(policy::on_own(actor, OnOwn::Notifications, AccountId(told.row.recipient_id)), told)
}
