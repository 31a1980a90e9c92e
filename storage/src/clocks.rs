//! Reply clocks: what was promised, what became of it.
//!
//! `next_at` is when the planner looks at a clock again: at its due time, never after it is closed.

use crate::among::among;
use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{message, reply_clock};
use crate::error::{Result, StorageError};
use crate::relationships::{self, Related};
use crate::rows;
use crate::{absences, messages, uncertain_promises};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, MessageId, RelationshipId, ReplyClockId, SlotId};
use domain::ownership::Actor;
use domain::policy::{self, InRelationship, OnMessage};
use domain::replies::{MovedBy, OverdueChoice};
use domain::words::{ClosedBy, Role};
use domain::working_time::Promise;
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use std::collections::BTreeSet;
use uuid::Uuid;

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

/// A clock with its relationship.
#[derive(Clone, Debug)]
pub struct Promised {
    pub related: Related,
    pub row: rows::ReplyClock,
}

/// Starts a clock; the planner looks at it when it is due. Where it is due while a substitute stands
/// in, the substitute answers for it. Its date is uncertain from the start while nobody is told of it.
pub async fn open(tx: &WriteTx, new: NewClock, now: DateTime<Utc>) -> Result<()> {
    let uncertain_since = uncertain_promises::from_the_start(tx, new.provider, now).await?;
    let stands_in = absences::stands_in(&**tx, new.provider, new.relationship, new.promise.due_on).await?;
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
        moved_by: Set(None),
        handed_to: Set(stands_in.map(Into::into)),
        choice: Set(None),
        chosen_at: Set(None),
        uncertain_since: Set(uncertain_since),
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

/// Those of some clocks that are open.
pub async fn open_among(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let open: Vec<Uuid> = reply_clock::Entity::find()
        .select_only()
        .column(reply_clock::Column::Id)
        .filter(among(reply_clock::Column::Id, ids))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(open.into_iter().collect())
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

async fn close_where(
    tx: &WriteTx,
    which: impl IntoCondition,
    closed_by: ClosedBy,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<()> {
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

/// Closes the clocks of a relationship that a word in the thread or a call at `at` answers. In
/// writing that is what the provider has opened: nobody answers what nobody has read. In a call they
/// speak of whatever there was by then.
pub async fn close_answered(
    tx: &WriteTx,
    relationship: RelationshipId,
    closed_by: ClosedBy,
    by: AccountId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut known = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::RelationshipId.eq(relationship.0))
        .filter(message::Column::VisibleAt.lte(at));
    if closed_by == ClosedBy::Reply {
        known = known.filter(message::Column::OpenedAt.is_not_null());
    }
    let known = known.into_query();
    let answered = Condition::all()
        .add(reply_clock::Column::RelationshipId.eq(relationship.0))
        .add(reply_clock::Column::OpenedAt.lte(at))
        .add(
            Condition::any()
                .add(reply_clock::Column::MessageId.is_null())
                .add(reply_clock::Column::MessageId.in_subquery(known)),
        );
    close_where(tx, answered, closed_by, by, now).await
}

/// Opens again what a reply closed that was taken back before anybody read it. `at` is the instant
/// the reply was sent.
pub async fn take_up_again(tx: &WriteTx, relationship: RelationshipId, by: AccountId, at: DateTime<Utc>) -> Result<()> {
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::NextAt, Expr::col(reply_clock::Column::DueAt))
        .col_expr(reply_clock::Column::ClosedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(reply_clock::Column::ClosedBy, Expr::value(None::<String>))
        .col_expr(reply_clock::Column::ClosedByAccount, Expr::value(None::<Uuid>))
        .col_expr(reply_clock::Column::Version, Expr::col(reply_clock::Column::Version).add(1))
        .filter(reply_clock::Column::RelationshipId.eq(relationship.0))
        .filter(reply_clock::Column::ClosedBy.eq(ClosedBy::Reply.as_str()))
        .filter(reply_clock::Column::ClosedByAccount.eq(by.0))
        .filter(reply_clock::Column::ClosedAt.eq(at))
        .exec(&**tx)
        .await?;
    tx.wakes_worker();
    Ok(())
}

/// Moves an open promise to another date, visibly: what was promised first stays known, and a clock
/// that was overdue or uncertain runs again. `Stale` if it changed since `row` was read.
pub async fn move_promise(tx: &WriteTx, row: &rows::ReplyClock, to: Promise, moved_by: MovedBy) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::PromisedOn, Expr::value(to.due_on))
        .col_expr(reply_clock::Column::DueAt, Expr::value(to.due_at))
        .col_expr(reply_clock::Column::NextAt, Expr::value(to.due_at))
        .col_expr(reply_clock::Column::MovedBy, Expr::value(moved_by.as_str()))
        .col_expr(reply_clock::Column::OverdueOn, Expr::value(None::<NaiveDate>))
        .col_expr(reply_clock::Column::Choice, Expr::value(None::<String>))
        .col_expr(reply_clock::Column::ChosenAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(reply_clock::Column::UncertainSince, Expr::value(None::<DateTime<Utc>>));
    tx.wakes_worker();
    as_seen(tx, update, row).await
}

/// Lets another provider answer for an open clock: a substitute, or a colleague.
pub async fn hand_over(tx: &WriteTx, row: &rows::ReplyClock, to: AccountId) -> Result<()> {
    let update = reply_clock::Entity::update_many().col_expr(reply_clock::Column::HandedTo, Expr::value(to.0));
    as_seen(tx, update, row).await
}

/// From now on another provider's calendar answers for an open clock; what was promised stays.
pub async fn take_over(tx: &WriteTx, row: &rows::ReplyClock, by: AccountId) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::ProviderId, Expr::value(by.0))
        .col_expr(reply_clock::Column::HandedTo, Expr::value(None::<Uuid>));
    as_seen(tx, update, row).await
}

/// What the owner chose once the date had passed.
pub async fn choose(tx: &WriteTx, row: &rows::ReplyClock, choice: OverdueChoice, now: DateTime<Utc>) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::Choice, Expr::value(choice.as_str()))
        .col_expr(reply_clock::Column::ChosenAt, Expr::value(now));
    as_seen(tx, update, row).await
}

/// The clock for this actor and action, with its relationship. The clock of a message that the
/// actor cannot read does not exist for her.
pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: InRelationship,
    id: ReplyClockId,
    now: DateTime<Utc>,
) -> Result<Authorized<Promised>> {
    let row = by_id(db, id).await?.ok_or(StorageError::Hidden)?;
    if let Some(message) = row.message_id {
        messages::authorized(db, actor, OnMessage::Read, MessageId(message), now).await?;
    }
    let related = relationships::for_machinery(db, RelationshipId(row.relationship_id), now)
        .await?
        .ok_or(StorageError::Hidden)?;
    Authorized::by(policy::in_relationship(actor, action, &related.view), Promised { related, row })
}

/// A page of clocks as it was read, and of those the ones this actor may see.
#[derive(Clone, Debug)]
pub struct Page {
    pub seen: Vec<Authorized<Promised>>,
    /// The last one read, if there is more after it.
    pub more_after: Option<(DateTime<Utc>, Uuid)>,
}

/// A page of the clocks this actor has to do with, the last opened first.
pub async fn page(
    db: &impl ConnectionTrait,
    actor: Actor,
    open_only: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Page> {
    let related: Vec<Related> = relationships::of_account(db, actor.account, now)
        .await?
        .into_iter()
        .filter(|related| {
            let decision = policy::in_relationship(actor, InRelationship::ReadThread, &related.view);
            matches!(decision, policy::Decision::Permit(_))
        })
        .collect();
    let ids: Vec<Uuid> = related.iter().map(|related| related.row.id).collect();
    let readable = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(among(message::Column::RelationshipId, &ids))
        .filter(message::Column::VisibleAt.lte(now))
        .filter(message::Column::RecalledAt.is_null())
        .into_query();
    let mut query = reply_clock::Entity::find().filter(among(reply_clock::Column::RelationshipId, &ids));
    if actor.role == Role::Provider {
        query = query.filter(
            Condition::any()
                .add(reply_clock::Column::MessageId.is_null())
                .add(reply_clock::Column::MessageId.in_subquery(readable)),
        );
    }
    if open_only {
        query = query.filter(reply_clock::Column::ClosedAt.is_null());
    }
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(reply_clock::Column::OpenedAt.lt(at))
                .add(Condition::all().add(reply_clock::Column::OpenedAt.eq(at)).add(reply_clock::Column::Id.lt(id))),
        );
    }
    let mut rows = query
        .order_by_desc(reply_clock::Column::OpenedAt)
        .order_by_desc(reply_clock::Column::Id)
        .limit(limit + 1)
        .all(db)
        .await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let more_after = rows.last().filter(|_| more).map(|row| (row.opened_at, row.id));
    let asked: Vec<MessageId> = rows.iter().filter_map(|row| row.message_id.map(MessageId)).collect();
    let read: Vec<Uuid> =
        messages::readable(db, actor, &related, &asked, now).await?.iter().map(|message| message.row.id).collect();
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| row.message_id.is_none_or(|id| read.contains(&id))) {
        let Some(pair) = related.iter().find(|pair| pair.row.id == row.relationship_id) else { continue };
        let decision = policy::in_relationship(actor, InRelationship::ReadThread, &pair.view);
        seen.push(Authorized::by(decision, Promised { related: pair.clone(), row })?);
    }
    Ok(Page { seen, more_after })
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
