//! Meetings of a pair.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::consultation;
use crate::error::{Result, StorageError};
use crate::relationships::{self, Related};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{ConsultationId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::InRelationship;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// A consultation with its relationship.
#[derive(Clone, Debug)]
pub struct Meeting {
    pub related: Related,
    pub row: rows::Consultation,
}

pub async fn plan(
    tx: &WriteTx,
    related: &Authorized<Related>,
    id: ConsultationId,
    starts_at: DateTime<Utc>,
    zone: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = consultation::ActiveModel {
        id: Set(id.0),
        relationship_id: Set(related.row.id),
        starts_at: Set(starts_at),
        zone: Set(zone),
        held_at: Set(None),
        cancelled_at: Set(None),
        created_by: Set(related.permit().account().0),
        created_at: Set(now),
        version: Set(1),
    };
    consultation::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: InRelationship,
    id: ConsultationId,
    now: DateTime<Utc>,
) -> Result<Authorized<Meeting>> {
    let row = consultation::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let related = relationships::for_machinery(db, RelationshipId(row.relationship_id), now)
        .await?
        .ok_or(StorageError::Hidden)?;
    let decision = domain::policy::in_relationship(actor, action, &related.view);
    Authorized::by(decision, Meeting { related, row })
}

/// A page of a relationship's consultations, the latest first.
pub async fn page(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Consultation>> {
    let mut query = consultation::Entity::find().filter(consultation::Column::RelationshipId.eq(related.row.id));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(consultation::Column::StartsAt.lt(at))
                .add(Condition::all().add(consultation::Column::StartsAt.eq(at)).add(consultation::Column::Id.lt(id))),
        );
    }
    Ok(query
        .order_by_desc(consultation::Column::StartsAt)
        .order_by_desc(consultation::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// The next consultation that is still to come.
pub async fn next(
    db: &impl ConnectionTrait,
    relationship: RelationshipId,
    now: DateTime<Utc>,
) -> Result<Option<rows::Consultation>> {
    Ok(consultation::Entity::find()
        .filter(consultation::Column::RelationshipId.eq(relationship.0))
        .filter(consultation::Column::StartsAt.gt(now))
        .filter(consultation::Column::HeldAt.is_null())
        .filter(consultation::Column::CancelledAt.is_null())
        .order_by_asc(consultation::Column::StartsAt)
        .order_by_asc(consultation::Column::Id)
        .one(db)
        .await?)
}

/// Moves it to another time; `Stale` if it changed, was held or was cancelled meanwhile.
pub async fn reschedule(tx: &WriteTx, meeting: &Authorized<Meeting>, to: DateTime<Utc>) -> Result<()> {
    change(tx, meeting, consultation::Column::StartsAt, Expr::value(to)).await
}

pub async fn cancel(tx: &WriteTx, meeting: &Authorized<Meeting>, now: DateTime<Utc>) -> Result<()> {
    change(tx, meeting, consultation::Column::CancelledAt, Expr::value(now)).await
}

pub async fn held(tx: &WriteTx, meeting: &Authorized<Meeting>, now: DateTime<Utc>) -> Result<()> {
    change(tx, meeting, consultation::Column::HeldAt, Expr::value(now)).await
}

/// Cancels every consultation that is still to come, because the pair has parted.
pub async fn cancel_all(tx: &WriteTx, relationship: RelationshipId, now: DateTime<Utc>) -> Result<()> {
    consultation::Entity::update_many()
        .col_expr(consultation::Column::CancelledAt, Expr::value(now))
        .col_expr(consultation::Column::Version, Expr::col(consultation::Column::Version).add(1))
        .filter(consultation::Column::RelationshipId.eq(relationship.0))
        .filter(consultation::Column::StartsAt.gt(now))
        .filter(consultation::Column::HeldAt.is_null())
        .filter(consultation::Column::CancelledAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn change(
    tx: &WriteTx,
    meeting: &Authorized<Meeting>,
    column: consultation::Column,
    value: SimpleExpr,
) -> Result<()> {
    let changed = consultation::Entity::update_many()
        .col_expr(column, value)
        .col_expr(consultation::Column::Version, Expr::col(consultation::Column::Version).add(1))
        .filter(consultation::Column::Id.eq(meeting.row.id))
        .filter(consultation::Column::Version.eq(meeting.row.version))
        .filter(consultation::Column::HeldAt.is_null())
        .filter(consultation::Column::CancelledAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}
