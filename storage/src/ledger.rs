//! The ledger, read by those it concerns. Its rows are the slots; only the planner and dispatch
//! write them.

use crate::authorized::Authorized;
use crate::entity::slot;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, RelationshipId, SlotId};
use domain::ownership::Actor;
use domain::policy::{self, Permit};
use domain::words::{Job, Role};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// What a reader narrows the ledger down to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub job: Option<Job>,
    pub relationship: Option<RelationshipId>,
    /// Slot dates [from, to).
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// A page of the rows that the permitted account may read, newest first. `after` is the place of the
/// last row of the page before.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    filter: Filter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Authorized<rows::Slot>>> {
    let actor = permit.actor();
    let mine = match actor.role {
        Role::ServiceUser => slot::Column::OwnerId.eq(actor.account.0),
        _ => slot::Column::RecipientId.eq(actor.account.0),
    };
    let mut query = slot::Entity::find().filter(mine);
    if let Some(job) = filter.job {
        query = query.filter(slot::Column::Job.eq(job.as_str()));
    }
    if let Some(relationship) = filter.relationship {
        query = query.filter(slot::Column::RelationshipId.eq(relationship.0));
    }
    if let Some(from) = filter.from {
        query = query.filter(slot::Column::OnDate.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(slot::Column::OnDate.lt(to));
    }
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(slot::Column::PlannedAt.lt(at))
                .add(Condition::all().add(slot::Column::PlannedAt.eq(at)).add(slot::Column::Id.lt(id))),
        );
    }
    query
        .order_by_desc(slot::Column::PlannedAt)
        .order_by_desc(slot::Column::Id)
        .limit(limit)
        .all(db)
        .await?
        .into_iter()
        .map(|row| authorize(actor, row))
        .collect()
}

/// One row, for whom it concerns.
pub async fn row(db: &impl ConnectionTrait, actor: Actor, id: SlotId) -> Result<Authorized<rows::Slot>> {
    let row = slot::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    authorize(actor, row)
}

fn authorize(actor: Actor, row: rows::Slot) -> Result<Authorized<rows::Slot>> {
    let decision = policy::on_ledger_row(actor, row.owner_id.map(AccountId), AccountId(row.recipient_id));
    Authorized::by(decision, row)
}
