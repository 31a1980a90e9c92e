//! Taking back what was planned: in the same commit as the act that ends, pauses or revokes.
//!
//! Whoever locks more than one of them locks series before slots before deliveries, and several of a kind in the
//! order of their ids: the planner and dispatch hold many at once, and would wait for each other with an act
//! that went another way.

use crate::connect::WriteTx;
use crate::deliveries;
use crate::entity::{delivery, notification, slot};
use crate::error::Result;
use crate::whose::Whose;
use crate::{series, slots};
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::words::{DeliveryState, Job, Outcome};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Cancels every slot of `whose` that is planned or held, with its deliveries. What already went to
/// a device is withdrawn from it.
pub async fn cancel(tx: &WriteTx, whose: Whose, reason: Reason, now: DateTime<Utc>) -> Result<()> {
    cancel_jobs(tx, whose, Job::ALL, reason, now).await
}

/// The same for some jobs: a pause silences prompts, but a date that passed is still told.
pub async fn cancel_jobs(tx: &WriteTx, whose: Whose, jobs: &[Job], reason: Reason, now: DateTime<Utc>) -> Result<()> {
    let column = match whose {
        Whose::Owner(id) => slot::Column::OwnerId.eq(id.0),
        Whose::Provider(id) => slot::Column::ProviderId.eq(id.0),
        Whose::Relationship(id) => slot::Column::RelationshipId.eq(id.0),
        Whose::Series(id) => slot::Column::SeriesId.eq(id.0),
    };
    series::lock(tx, whose).await?;
    let slots: Vec<Uuid> = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(column)
        .filter(slot::Column::Job.is_in(jobs.iter().map(|job| job.as_str())))
        .filter(open())
        .order_by_asc(slot::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(&**tx)
        .await?;
    settle(tx, &slots, Outcome::Cancelled, reason, now).await
}

/// Planned or held: not settled yet.
pub(crate) fn open() -> Condition {
    Condition::all()
        .add(slot::Column::SettledAt.is_null())
        .add(slot::Column::Outcome.is_in([Outcome::Planned.as_str(), Outcome::Held.as_str()]))
}

/// Settles slots that will not be sent, and takes their deliveries out of the queue.
pub async fn settle(tx: &WriteTx, ids: &[Uuid], outcome: Outcome, reason: Reason, now: DateTime<Utc>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    slots::settlement(outcome, reason, now)
        .filter(slot::Column::Id.is_in(ids.iter().copied()))
        .filter(open())
        .exec(&**tx)
        .await?;
    let notifications: Vec<Uuid> = notification::Entity::find()
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::SlotId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&**tx)
        .await?;
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled.as_str()))
        .col_expr(delivery::Column::Reason, Expr::value(reason.as_str()))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(delivery::Column::SettledAt, Expr::value(now))
        .filter(delivery::Column::NotificationId.is_in(notifications.clone()))
        .filter(
            Condition::any()
                .add(delivery::Column::State.eq(DeliveryState::Pending.as_str()))
                .add(delivery::Column::State.eq(DeliveryState::Claimed.as_str())),
        )
        .exec(&**tx)
        .await?;
    for id in notifications {
        deliveries::withdraw(tx, id, now).await?;
    }
    Ok(())
}
