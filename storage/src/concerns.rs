//! What is open until the two have met in person again: a heavy reply, a wish to talk, a silence
//! clause that fired.

use crate::connect::WriteTx;
use crate::entity::concern;
use crate::error::Result;
use crate::rows;
use crate::series;
use crate::whose::Whose;
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, ConcernId, RelationshipId, SlotId};
use domain::words::{ConcernKind, Job, SeriesState};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// A concern that opens now.
#[derive(Clone, Copy, Debug)]
pub struct NewConcern {
    pub id: ConcernId,
    pub relationship: RelationshipId,
    pub owner: AccountId,
    pub kind: ConcernKind,
    /// The check-in whose answer opened it.
    pub slot: Option<SlotId>,
}

pub async fn open(tx: &WriteTx, new: NewConcern, now: DateTime<Utc>) -> Result<()> {
    let row = concern::ActiveModel {
        id: Set(new.id.0),
        relationship_id: Set(new.relationship.0),
        owner_id: Set(new.owner.0),
        kind: Set(new.kind.to_string()),
        slot_id: Set(new.slot.map(|slot| slot.0)),
        since: Set(now),
        cleared_at: Set(None),
        cleared_by: Set(None),
    };
    concern::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Personal contact was made, by a message from the provider, a logged call or a consultation
/// held: every open concern of the relationship ends, and check-ins that rested for it go on with
/// their old dates. `by` is the word for the contact.
pub async fn clear(tx: &WriteTx, relationship: RelationshipId, by: &str, now: DateTime<Utc>) -> Result<()> {
    let resting = series::of(&**tx, Whose::Relationship(relationship), Some(Job::CheckIn)).await?;
    for row in resting {
        let rests_for_contact = row.state == SeriesState::Resting.as_str()
            && row.rest_reason.as_deref() == Some(Reason::HeavyOpen.as_str());
        if let (true, Some(accepted_on)) = (rests_for_contact, row.accepted_on) {
            series::restart(tx, &row, accepted_on, row.ends_on, now).await?;
        }
    }
    concern::Entity::update_many()
        .col_expr(concern::Column::ClearedAt, Expr::value(now))
        .col_expr(concern::Column::ClearedBy, Expr::value(by))
        .filter(concern::Column::RelationshipId.eq(relationship.0))
        .filter(concern::Column::ClearedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What cleared the concerns at `at` was taken back before it was read: they are open again.
/// Check-ins that went on need no second rest, an open concern keeps them silent.
pub async fn reopen(tx: &WriteTx, relationship: RelationshipId, by: &str, at: DateTime<Utc>) -> Result<()> {
    concern::Entity::update_many()
        .col_expr(concern::Column::ClearedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(concern::Column::ClearedBy, Expr::value(None::<String>))
        .filter(concern::Column::RelationshipId.eq(relationship.0))
        .filter(concern::Column::ClearedAt.eq(at))
        .filter(concern::Column::ClearedBy.eq(by))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The open concerns of one relationship, oldest first.
pub async fn open_of(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Vec<rows::Concern>> {
    Ok(concern::Entity::find()
        .filter(concern::Column::RelationshipId.eq(relationship.0))
        .filter(concern::Column::ClearedAt.is_null())
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id)
        .all(db)
        .await?)
}

/// The open concerns of one owner over all her relationships, oldest first.
pub async fn open_of_owner(db: &impl ConnectionTrait, owner: AccountId) -> Result<Vec<rows::Concern>> {
    Ok(concern::Entity::find()
        .filter(concern::Column::OwnerId.eq(owner.0))
        .filter(concern::Column::ClearedAt.is_null())
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id)
        .all(db)
        .await?)
}
