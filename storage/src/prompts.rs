//! Prompts that went out to an owner: about her plan and about the agreement.

use crate::authorized::Authorized;
use crate::entity::slot;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, SlotId};
use domain::ownership::Actor;
use domain::policy::{self, OnOwn, Permit};
use domain::words::{Job, Outcome};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

/// A prompt sent to the actor. One that was only planned does not exist yet.
pub async fn authorized(db: &impl ConnectionTrait, actor: Actor, id: SlotId) -> Result<Authorized<rows::Slot>> {
    let row = sent().filter(slot::Column::Id.eq(id.0)).one(db).await?.ok_or(StorageError::Hidden)?;
    Authorized::by(policy::on_own(actor, OnOwn::OwnersLife, AccountId(row.recipient_id)), row)
}

/// The permit holder's prompts that wait for an answer or for nothing, newest first.
pub async fn open(db: &impl ConnectionTrait, permit: Permit, limit: u64) -> Result<Vec<rows::Slot>> {
    Ok(sent()
        .filter(slot::Column::RecipientId.eq(permit.account().0))
        .filter(slot::Column::AnsweredAt.is_null())
        .order_by_desc(slot::Column::PlannedAt)
        .order_by_desc(slot::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// A page of all prompts that went out to the permit's holder, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Slot>> {
    let mut query = sent().filter(slot::Column::RecipientId.eq(permit.account().0));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(slot::Column::PlannedAt.lt(at))
                .add(Condition::all().add(slot::Column::PlannedAt.eq(at)).add(slot::Column::Id.lt(id))),
        );
    }
    Ok(query.order_by_desc(slot::Column::PlannedAt).order_by_desc(slot::Column::Id).limit(limit).all(db).await?)
}

pub(crate) fn sent() -> Select<slot::Entity> {
    slot::Entity::find()
        .filter(slot::Column::Job.is_in([Job::PlanReview.as_str(), Job::AgreementRound.as_str()]))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
}
