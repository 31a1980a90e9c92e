//! A database put back from a backup does not know what was sent since. A mark that only grows stands in it and,
//! beside it, in the database of the wrapped keys, which has backups of its own: where the second is ahead, the first
//! was put back. Dispatch is then held until a person resumes it, and what was due before is not sent.

use crate::connect::{Store, WriteTx};
use crate::entity::{delivery, notification, slot};
use crate::error::Result;
use crate::{instance, planned};
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::words::{DeliveryState, Outcome};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const MARK: &str = "restore_mark";
const RESTORE: &str = "restore";

#[derive(Serialize, Deserialize)]
struct Mark {
    number: i64,
}

/// A restore that was noticed or declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// The restore point: what was due before is not sent.
    pub at: DateTime<Utc>,
    /// Whether what was due before has been settled.
    pub swept: bool,
}

/// What was settled unsent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub deliveries: u64,
    pub slots: u64,
}

/// Moves the mark on. True: the database is older than the keys remember; dispatch is held now.
pub async fn mark(store: &Store) -> Result<bool> {
    // Asked first: whoever moves both meanwhile moves ours before theirs.
    let beside = store.sealer.mark().await?;
    let tx = store.write().await?;
    let now = store.clock.now();
    let here = instance::value::<Mark>(&*tx, MARK).await?;
    // Nothing can have been sent from a database in which nothing was ever to be told: it is a new one.
    let new = here.is_none() && notification::Entity::find().limit(1).one(&*tx).await?.is_none();
    let behind = !new && here.as_ref().map_or(0, |mark| mark.number) < beside;
    if behind {
        declare(&tx, now).await?;
    }
    let number = Ord::max(here.map_or(0, |mark| mark.number), beside) + 1;
    instance::put(&tx, MARK, &Mark { number }, now).await?;
    tx.commit().await?;
    store.sealer.set_mark(number).await?;
    Ok(behind)
}

/// Sets the mark of a copy back to before every other, so that it is behind wherever it is put in place.
pub(crate) async fn mark_copy(copy: &DatabaseConnection, now: DateTime<Utc>) -> Result<()> {
    instance::put_into(copy, MARK, &Mark { number: 0 }, now).await
}

/// Holds dispatch, and says that what was due before `now` is to be settled unsent.
pub async fn declare(tx: &WriteTx, now: DateTime<Utc>) -> Result<()> {
    instance::set_dispatch_hold(tx, true, now).await?;
    instance::put(tx, RESTORE, &Restore { at: now, swept: false }, now).await
}

/// The last restore, if there was one.
pub async fn last(db: &impl sea_orm::ConnectionTrait) -> Result<Option<Restore>> {
    instance::value(db, RESTORE).await
}

/// Settles what was due before the restore point: everything that waits to be sent now, and the open slots that were
/// decided upon since `restore.at`, when the planner caught up.
pub async fn sweep(tx: &WriteTx, restore: Restore, now: DateTime<Utc>) -> Result<Swept> {
    let reason = Reason::KillSwitch.as_str();
    let waiting = Condition::any()
        .add(delivery::Column::State.eq(DeliveryState::Pending.as_str()).and(delivery::Column::NextAttemptAt.lte(now)))
        .add(delivery::Column::State.eq(DeliveryState::Claimed.as_str()));
    let slots: Vec<Uuid> = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(planned::open())
        .filter(
            Condition::any().add(slot::Column::DecidedAt.gte(restore.at)).add(
                slot::Column::Id.in_subquery(
                    Query::select()
                        .column(notification::Column::SlotId)
                        .from(notification::Entity)
                        .and_where(
                            notification::Column::Id.in_subquery(
                                Query::select()
                                    .column(delivery::Column::NotificationId)
                                    .from(delivery::Entity)
                                    .cond_where(waiting.clone())
                                    .take(),
                            ),
                        )
                        .and_where(notification::Column::SlotId.is_not_null())
                        .take(),
                ),
            ),
        )
        .order_by_asc(slot::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?;
    let deliveries = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled.as_str()))
        .col_expr(delivery::Column::Reason, Expr::value(reason))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(delivery::Column::ClaimedBy, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(delivery::Column::SettledAt, Expr::value(now))
        .filter(waiting)
        .exec(&**tx)
        .await?;
    let mut swept = Swept { deliveries: deliveries.rows_affected, slots: 0 };
    for some in slots.chunks(500) {
        let settled = slot::Entity::update_many()
            .col_expr(slot::Column::Outcome, Expr::value(Outcome::Skipped.as_str()))
            .col_expr(slot::Column::Reason, Expr::value(reason))
            .col_expr(slot::Column::DecidedAt, Expr::value(now))
            .col_expr(slot::Column::SettledAt, Expr::value(now))
            .col_expr(slot::Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(slot::Column::Id.is_in(some.iter().copied()))
            .filter(planned::open())
            .exec(&**tx)
            .await?;
        swept.slots += settled.rows_affected;
        // Or what comes next in the same thread would fold into what nobody was told.
        notification::Entity::update_many()
            .col_expr(notification::Column::WithdrawnAt, Expr::value(now))
            .filter(notification::Column::SlotId.is_in(some.iter().copied()))
            .filter(notification::Column::WithdrawnAt.is_null())
            .exec(&**tx)
            .await?;
    }
    instance::put(tx, RESTORE, &Restore { swept: true, ..restore }, now).await?;
    Ok(swept)
}
