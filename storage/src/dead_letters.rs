//! Deliveries that killed their process too often. They wait for a person, who has them tried again or drops them;
//! until then their place in the ledger stays open.

use crate::connect::WriteTx;
use crate::entity::{delivery, notification};
use crate::error::Result;
use crate::{rows, slots};
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::ids::{DeliveryId, SlotId};
use domain::words::DeliveryState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// A delivery's reason once a person has dropped it.
pub const DROPPED: &str = "dropped";

/// One of them, with what it was to tell.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    pub delivery: rows::Delivery,
    pub notification: rows::Notification,
}

/// As its partial index has it, which a bound value would not let SQLite find.
fn is_dead() -> Condition {
    Condition::all().add(Expr::cust("state = 'dead'"))
}

/// All of them, those that died first at the top.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<DeadLetter>> {
    let found = delivery::Entity::find()
        .filter(is_dead())
        .order_by_asc(delivery::Column::SettledAt)
        .order_by_asc(delivery::Column::Id)
        .all(db)
        .await?;
    let mut letters = Vec::with_capacity(found.len());
    for delivery in found {
        if let Some(notification) = notification::Entity::find_by_id(delivery.notification_id).one(db).await? {
            letters.push(DeadLetter { delivery, notification });
        }
    }
    Ok(letters)
}

/// How many there are.
pub async fn count(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(delivery::Entity::find().filter(is_dead()).count(db).await?)
}

/// Lets it be taken up again, as if it had never died: it passes all gates again. Tells whether it was one.
pub async fn retry(tx: &WriteTx, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let changed = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending.as_str()))
        .col_expr(delivery::Column::Crashes, Expr::value(0))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(now))
        .col_expr(delivery::Column::SettledAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(delivery::Column::Id.eq(id.0))
        .filter(is_dead())
        .exec(&**tx)
        .await?;
    tx.wakes_worker();
    Ok(changed.rows_affected == 1)
}

/// Gives it up for good. If nothing of its slot was sent or can still be, the slot has failed. Tells whether it was one.
pub async fn drop(tx: &WriteTx, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let changed = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled.as_str()))
        .col_expr(delivery::Column::Reason, Expr::value(DROPPED))
        .col_expr(delivery::Column::SettledAt, Expr::value(now))
        .filter(delivery::Column::Id.eq(id.0))
        .filter(is_dead())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    if let Some(slot) = slot_without_hope(tx, id).await? {
        slots::failed(tx, slot, Reason::GaveUp, now).await?;
    }
    Ok(true)
}

/// The slot of a delivery, unless one of its deliveries was sent or waits.
async fn slot_without_hope(tx: &WriteTx, id: DeliveryId) -> Result<Option<SlotId>> {
    let Some(row) = delivery::Entity::find_by_id(id.0).one(&**tx).await? else { return Ok(None) };
    let hope = [DeliveryState::Pending, DeliveryState::Claimed, DeliveryState::Sent, DeliveryState::Dead];
    let hoping = delivery::Entity::find()
        .filter(delivery::Column::NotificationId.eq(row.notification_id))
        .filter(delivery::Column::State.is_in(hope.map(DeliveryState::as_str)))
        .count(&**tx)
        .await?;
    if hoping > 0 {
        return Ok(None);
    }
    let of: Option<rows::Notification> = notification::Entity::find_by_id(row.notification_id).one(&**tx).await?;
    let slot: Option<Uuid> = of.and_then(|notification| notification.slot_id);
    Ok(slot.map(SlotId))
}
