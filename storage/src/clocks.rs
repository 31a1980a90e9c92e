//! Reply clocks: what was promised, what became of it.
//!
//! `next_at` is when the planner looks at a clock again: at its due time, never after it is closed.

use crate::connect::WriteTx;
use crate::entity::reply_clock;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, MessageId, RelationshipId, ReplyClockId, SlotId};
use domain::words::ClosedBy;
use domain::working_time::Promise;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

/// A promise about to be made.
#[derive(Clone, Debug)]
pub struct NewClock {
    pub id: ReplyClockId,
    pub relationship: RelationshipId,
    pub owner: AccountId,
    /// Whose calendar made the promise.
    pub provider: AccountId,
    /// The message that asks, or
    pub message: Option<MessageId>,
    /// the check-in whose answer asks.
    pub slot: Option<SlotId>,
    pub window_days: u8,
    pub promise: Promise,
}

/// Starts a clock; the planner looks at it when it is due.
pub async fn open(tx: &WriteTx, new: NewClock, now: DateTime<Utc>) -> Result<()> {
    let row = reply_clock::ActiveModel {
        id: Set(new.id.0),
        relationship_id: Set(new.relationship.0),
        owner_id: Set(new.owner.0),
        provider_id: Set(new.provider.0),
        message_id: Set(new.message.map(Into::into)),
        slot_id: Set(new.slot.map(Into::into)),
        window_days: Set(i32::from(new.window_days)),
        opened_at: Set(now),
        first_promised_on: Set(new.promise.due_on),
        promised_on: Set(new.promise.due_on),
        due_at: Set(new.promise.due_at),
        next_at: Set(Some(new.promise.due_at)),
        overdue_on: Set(None),
        handed_to: Set(None),
        uncertain_since: Set(None),
        closed_at: Set(None),
        closed_by: Set(None),
        closed_by_account: Set(None),
        version: Set(1),
    };
    reply_clock::Entity::insert(row).exec_without_returning(&**tx).await?;
    tx.wakes_worker();
    Ok(())
}

/// For machinery and app; authorise through its relationship.
pub async fn by_id(db: &impl ConnectionTrait, id: ReplyClockId) -> Result<Option<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find_by_id(id.0).one(db).await?)
}

/// The clocks of some messages, by message id.
pub async fn of_messages(db: &impl ConnectionTrait, messages: &[MessageId]) -> Result<Vec<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(reply_clock::Column::MessageId.is_in(messages.iter().map(|id| id.0)))
        .order_by_asc(reply_clock::Column::MessageId)
        .all(db)
        .await?)
}

/// The open clocks of a relationship, first due first.
pub async fn open_of(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Vec<rows::ReplyClock>> {
    first_due(db, reply_clock::Column::RelationshipId.eq(relationship.0)).await
}

/// The open clocks a provider answers for, first due first: those of her own calendar, and those
/// handed to her.
pub async fn open_of_provider(db: &impl ConnectionTrait, provider: AccountId) -> Result<Vec<rows::ReplyClock>> {
    let hers = reply_clock::Column::ProviderId.eq(provider.0).or(reply_clock::Column::HandedTo.eq(provider.0));
    first_due(db, hers).await
}

async fn first_due(db: &impl ConnectionTrait, which: Expr) -> Result<Vec<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(which)
        .filter(reply_clock::Column::ClosedAt.is_null())
        .order_by_asc(reply_clock::Column::DueAt)
        .order_by_asc(reply_clock::Column::Id)
        .all(db)
        .await?)
}

/// Closes one clock. One that is closed already stays as it was closed first.
pub async fn close(
    tx: &WriteTx,
    row: &rows::ReplyClock,
    closed_by: ClosedBy,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<()> {
    close_where(tx, reply_clock::Column::Id.eq(row.id), closed_by, by, now).await
}

/// Closes every open clock of a relationship.
pub async fn close_all(
    tx: &WriteTx,
    relationship: RelationshipId,
    closed_by: ClosedBy,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<()> {
    close_where(tx, reply_clock::Column::RelationshipId.eq(relationship.0), closed_by, by, now).await
}

async fn close_where(tx: &WriteTx, which: Expr, closed_by: ClosedBy, by: AccountId, now: DateTime<Utc>) -> Result<()> {
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::ClosedAt, Expr::value(now))
        .col_expr(reply_clock::Column::ClosedBy, Expr::value(closed_by.as_str()))
        .col_expr(reply_clock::Column::ClosedByAccount, Expr::value(by.0))
        .col_expr(reply_clock::Column::NextAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(reply_clock::Column::Version, Expr::col(reply_clock::Column::Version).add(1))
        .filter(which)
        .filter(reply_clock::Column::ClosedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Moves an open promise to another date, visibly: what was promised first stays known. `Stale` if
/// the clock changed since `row` was read.
pub async fn move_promise(
    tx: &WriteTx,
    row: &rows::ReplyClock,
    to_on: NaiveDate,
    due_at: DateTime<Utc>,
    _now: DateTime<Utc>,
) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::PromisedOn, Expr::value(to_on))
        .col_expr(reply_clock::Column::DueAt, Expr::value(due_at))
        .col_expr(reply_clock::Column::NextAt, Expr::value(due_at))
        .col_expr(reply_clock::Column::OverdueOn, Expr::value(None::<NaiveDate>))
        .col_expr(reply_clock::Column::UncertainSince, Expr::value(None::<DateTime<Utc>>));
    tx.wakes_worker();
    as_seen(tx, update, row).await
}

/// Lets another provider answer for an open clock: a substitute, or whoever takes over.
pub async fn hand_over(tx: &WriteTx, row: &rows::ReplyClock, to: AccountId) -> Result<()> {
    let update = reply_clock::Entity::update_many().col_expr(reply_clock::Column::HandedTo, Expr::value(to.0));
    as_seen(tx, update, row).await
}

async fn as_seen(tx: &WriteTx, update: sea_orm::UpdateMany<reply_clock::Entity>, row: &rows::ReplyClock) -> Result<()> {
    let changed = update
        .col_expr(reply_clock::Column::Version, Expr::col(reply_clock::Column::Version).add(1))
        .filter(reply_clock::Column::Id.eq(row.id))
        .filter(reply_clock::Column::Version.eq(row.version))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}
