//! Slots: one occurrence on one local date, which is also its row in the ledger.

use crate::among::among;
use crate::connect::WriteTx;
use crate::entity::slot;
use crate::error::{Result, StorageError};
use crate::rows;
use crate::trace;
use chrono::{DateTime, NaiveDate, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::words::{Job, Outcome};
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, UpdateMany,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A slot as it is written first.
#[derive(Clone, Debug)]
pub struct NewSlot {
    pub id: SlotId,
    pub series: Option<SeriesId>,
    pub job: Job,
    /// What the send is about: series, clock, or thread and unread stretch. With job, date and
    /// recipient it is the identity of the send.
    pub subject: Uuid,
    pub on_date: NaiveDate,
    pub owner: Option<AccountId>,
    pub provider: Option<AccountId>,
    pub relationship: Option<RelationshipId>,
    pub recipient: AccountId,
    pub recipient_zone: String,
    /// n of its series; 0 where it has none.
    pub number: i32,
    pub position: Option<String>,
    pub items: Option<Json>,
    pub promised_on: Option<NaiveDate>,
    pub long_count: Option<i32>,
    pub fires_at: DateTime<Utc>,
    /// When the planner looks at it (again); `None` once settled.
    pub next_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    pub decided: Decided,
    /// W3C `traceparent` of what caused it; `None`: what runs now.
    pub trace: Option<String>,
}

/// What is decided about a slot at one time.
#[derive(Clone, Debug)]
pub struct Decided {
    pub outcome: Outcome,
    pub reason: Reason,
    /// `[[row, judgement], …]` of the rows that were asked.
    pub gates: Json,
    /// Channel words.
    pub channels: Json,
    pub policy_version: i32,
    pub agreement_version: Option<i32>,
    /// Sent, or blocked only by an unread prompt: counts as unanswered until an answer comes.
    pub counts_unanswered: bool,
    /// The recipient's local date it goes out on: what the budget counts.
    pub sent_on: Option<NaiveDate>,
}

/// So many slots go into one statement: their values stay below what either database takes.
const AT_ONCE: usize = 250;

/// Writes the slot unless its identity exists already; tells which.
pub async fn plan(tx: &WriteTx, new: NewSlot, now: DateTime<Utc>) -> Result<bool> {
    Ok(!plan_all(tx, vec![new], now).await?.is_empty())
}

/// Writes those slots whose identity does not exist yet; gives their ids.
pub async fn plan_all(tx: &WriteTx, new: Vec<NewSlot>, now: DateTime<Utc>) -> Result<BTreeSet<SlotId>> {
    if new.iter().any(|slot| slot.next_at.is_some()) {
        tx.wakes_worker();
    }
    let identity = [slot::Column::Job, slot::Column::Subject, slot::Column::OnDate, slot::Column::RecipientId];
    let mut written = BTreeSet::new();
    let mut rows = new.into_iter().map(|slot| row(slot, now));
    loop {
        let some: Vec<slot::ActiveModel> = rows.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(written);
        }
        let insert = slot::Entity::insert_many(some)
            .on_conflict(OnConflict::columns(identity).do_nothing().to_owned())
            .into_query()
            .returning_col(slot::Column::Id)
            .to_owned();
        for made in tx.query_all(&insert).await? {
            written.insert(SlotId(made.try_get("", "id")?));
        }
    }
}

fn row(new: NewSlot, now: DateTime<Utc>) -> slot::ActiveModel {
    let settled = !matches!(new.decided.outcome, Outcome::Planned | Outcome::Held);
    slot::ActiveModel {
        id: Set(new.id.0),
        series_id: Set(new.series.map(Into::into)),
        job: Set(new.job.to_string()),
        subject: Set(new.subject),
        on_date: Set(new.on_date),
        owner_id: Set(new.owner.map(Into::into)),
        provider_id: Set(new.provider.map(Into::into)),
        relationship_id: Set(new.relationship.map(Into::into)),
        recipient_id: Set(new.recipient.0),
        recipient_zone: Set(new.recipient_zone),
        number: Set(new.number),
        position: Set(new.position),
        outcome: Set(new.decided.outcome.to_string()),
        reason: Set(new.decided.reason.to_string()),
        gates: Set(new.decided.gates),
        channels: Set(new.decided.channels),
        items: Set(new.items),
        promised_on: Set(new.promised_on),
        long_count: Set(new.long_count),
        policy_version: Set(new.decided.policy_version),
        agreement_version: Set(new.decided.agreement_version),
        counts_unanswered: Set(new.decided.counts_unanswered),
        fires_at: Set(new.fires_at),
        next_at: Set(new.next_at),
        sent_on: Set(new.decided.sent_on),
        closes_at: Set(new.closes_at),
        planned_at: Set(now),
        decided_at: Set(now),
        settled_at: Set(settled.then_some(now)),
        opened_at: Set(None),
        answer: Set(None),
        answered_at: Set(None),
        thanked_at: Set(None),
        note: Set(None),
        shared_item_id: Set(None),
        trace: Set(new.trace.or_else(trace::current)),
    }
}

/// Writes a later decision about an open slot; settled rows are never changed. Tells whether it was open.
pub async fn decide(
    tx: &WriteTx,
    id: SlotId,
    decided: &Decided,
    next_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let settled = !matches!(decided.outcome, Outcome::Planned | Outcome::Held);
    let changed = slot::Entity::update_many()
        .col_expr(slot::Column::Outcome, Expr::value(decided.outcome.as_str()))
        .col_expr(slot::Column::Reason, Expr::value(decided.reason.as_str()))
        .col_expr(slot::Column::Gates, Expr::value(decided.gates.clone()))
        .col_expr(slot::Column::Channels, Expr::value(decided.channels.clone()))
        .col_expr(slot::Column::PolicyVersion, Expr::value(decided.policy_version))
        .col_expr(slot::Column::AgreementVersion, Expr::value(decided.agreement_version))
        .col_expr(slot::Column::CountsUnanswered, Expr::value(decided.counts_unanswered))
        .col_expr(slot::Column::NextAt, Expr::value(next_at))
        .col_expr(slot::Column::SentOn, Expr::value(decided.sent_on))
        .col_expr(slot::Column::DecidedAt, Expr::value(now))
        .col_expr(slot::Column::SettledAt, Expr::value(settled.then_some(now)))
        .filter(slot::Column::Id.eq(id.0))
        .filter(crate::planned::open())
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// The first delivery of each of these arrived; gives those that this settled.
pub async fn sent_all(tx: &WriteTx, ids: &BTreeSet<SlotId>, now: DateTime<Utc>) -> Result<BTreeSet<SlotId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let open: Vec<Uuid> = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(among(slot::Column::Id, &ids))
        .filter(crate::planned::open())
        .order_by_asc(slot::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(&**tx)
        .await?;
    if !open.is_empty() {
        settlement(Outcome::Sent, Reason::Due, now).filter(among(slot::Column::Id, &open)).exec(&**tx).await?;
    }
    Ok(open.into_iter().map(SlotId).collect())
}

/// No delivery of a slot can arrive any more.
pub async fn failed(tx: &WriteTx, id: SlotId, reason: Reason, now: DateTime<Utc>) -> Result<bool> {
    settle_as(tx, id, Outcome::Failed, reason, now).await
}

async fn settle_as(tx: &WriteTx, id: SlotId, outcome: Outcome, reason: Reason, now: DateTime<Utc>) -> Result<bool> {
    let changed = settlement(outcome, reason, now)
        .filter(slot::Column::Id.eq(id.0))
        .filter(crate::planned::open())
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Settling a slot, for those that a filter names.
pub(crate) fn settlement(outcome: Outcome, reason: Reason, now: DateTime<Utc>) -> UpdateMany<slot::Entity> {
    slot::Entity::update_many()
        .col_expr(slot::Column::Outcome, Expr::value(outcome.as_str()))
        .col_expr(slot::Column::Reason, Expr::value(reason.as_str()))
        .col_expr(slot::Column::DecidedAt, Expr::value(now))
        .col_expr(slot::Column::SettledAt, Expr::value(now))
        .col_expr(slot::Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None))
}

/// Slots decided at or after an instant, in order of decision: what a run of the simulator reports.
pub async fn decided_since(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::DecidedAt.gte(since))
        .order_by_asc(slot::Column::DecidedAt)
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?)
}

/// Sets what a digest or notice turned out to hold, just before it is sent.
pub async fn fill(
    tx: &WriteTx,
    id: SlotId,
    items: Json,
    long_count: Option<i32>,
    closes_at: Option<DateTime<Utc>>,
) -> Result<()> {
    slot::Entity::update_many()
        .col_expr(slot::Column::Items, Expr::value(items))
        .col_expr(slot::Column::LongCount, Expr::value(long_count))
        .col_expr(slot::Column::ClosesAt, Expr::value(closes_at))
        .filter(slot::Column::Id.eq(id.0))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What a digest turned out to hold.
#[derive(Clone, Debug)]
pub struct Filled<'a> {
    pub slot: &'a rows::Slot,
    pub items: Json,
    pub long_count: Option<i32>,
}

/// The same for many, whose slots the transaction holds.
pub async fn fill_all(tx: &WriteTx, filled: &[Filled<'_>]) -> Result<()> {
    for some in filled.chunks(AT_ONCE) {
        // As rows that are there already: a list of values would have to name the types of its columns.
        let rows = some.iter().map(|one| {
            let row = rows::Slot { items: Some(one.items.clone()), long_count: one.long_count, ..one.slot.clone() };
            slot::ActiveModel::from(row).reset_all()
        });
        slot::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(slot::Column::Id)
                    .update_columns([slot::Column::Items, slot::Column::LongCount])
                    .to_owned(),
            )
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// These slots are nobody else's until the end of the transaction.
pub async fn lock_all(tx: &WriteTx, ids: &[Uuid]) -> Result<()> {
    slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .filter(among(slot::Column::Id, ids))
        .order_by_asc(slot::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<Uuid>()
        .all(&**tx)
        .await?;
    Ok(())
}

/// The slot as it now is, which is nobody else's until the end of the transaction: what is made once for a slot
/// is made by one at a time.
pub async fn lock(tx: &WriteTx, id: SlotId) -> Result<Option<rows::Slot>> {
    Ok(slot::Entity::find_by_id(id.0).lock(LockType::NoKeyUpdate).one(&**tx).await?)
}

/// Locks a slot that was found due; [`StorageError::Stale`] when another planner has looked at it since.
pub async fn take(tx: &WriteTx, found: &rows::Slot) -> Result<rows::Slot> {
    lock(tx, SlotId(found.id)).await?.filter(|row| row.next_at == found.next_at).ok_or(StorageError::Stale)
}

pub async fn by_id(db: &impl ConnectionTrait, id: SlotId) -> Result<Option<rows::Slot>> {
    Ok(slot::Entity::find_by_id(id.0).one(db).await?)
}

/// Several, by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, rows::Slot>> {
    let rows = slot::Entity::find().filter(among(slot::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Open slots the planner must look at now: notices that wait, slots held for a later look.
pub async fn due(db: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::NextAt.lte(now))
        .order_by_asc(slot::Column::NextAt)
        .order_by_asc(slot::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// The slots of a series, newest first.
pub async fn of_series(db: &impl ConnectionTrait, id: SeriesId, limit: u64) -> Result<Vec<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::SeriesId.eq(id.0))
        .order_by_desc(slot::Column::OnDate)
        .order_by_desc(slot::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// The slot of an identity, if it was written.
pub async fn by_identity(
    db: &impl ConnectionTrait,
    job: Job,
    subject: Uuid,
    on_date: NaiveDate,
    recipient: AccountId,
) -> Result<Option<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::Job.eq(job.as_str()))
        .filter(slot::Column::Subject.eq(subject))
        .filter(slot::Column::OnDate.eq(on_date))
        .filter(slot::Column::RecipientId.eq(recipient.0))
        .one(db)
        .await?)
}

/// What an owner was sent of a job on a slot date, oldest first.
pub async fn sent_to(
    db: &impl ConnectionTrait,
    owner: AccountId,
    job: Job,
    on_date: NaiveDate,
) -> Result<Vec<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::OwnerId.eq(owner.0))
        .filter(slot::Column::Job.eq(job.as_str()))
        .filter(slot::Column::OnDate.eq(on_date))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?)
}

/// Looks at a slot later, whatever made it fail now.
pub async fn postpone(tx: &WriteTx, id: SlotId, until: DateTime<Utc>) -> Result<()> {
    slot::Entity::update_many()
        .col_expr(slot::Column::NextAt, Expr::value(until))
        .filter(slot::Column::Id.eq(id.0))
        .filter(slot::Column::NextAt.is_not_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// She opened the card.
pub async fn opened(tx: &WriteTx, row: &rows::Slot, now: DateTime<Utc>) -> Result<()> {
    slot::Entity::update_many()
        .col_expr(slot::Column::OpenedAt, Expr::value(now))
        .filter(slot::Column::Id.eq(row.id))
        .filter(slot::Column::OpenedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// She answered; the first answer stays. `Duplicate` if there was one.
pub async fn answered(
    tx: &WriteTx,
    row: &rows::Slot,
    answer: &str,
    note: Option<Vec<u8>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let changed = slot::Entity::update_many()
        .col_expr(slot::Column::Answer, Expr::value(answer))
        .col_expr(slot::Column::AnsweredAt, Expr::value(now))
        .col_expr(slot::Column::Note, Expr::value(note))
        .col_expr(slot::Column::OpenedAt, Expr::col(slot::Column::OpenedAt).if_null(now))
        .filter(slot::Column::Id.eq(row.id))
        .filter(slot::Column::AnsweredAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Duplicate("an answer".into())) }
}
