//! The outbox, which is the queue: one row per notification and device or address. Claiming takes
//! a lease; a worker that dies lets it run out, and the delivery comes back under the same identity.

use crate::among::{among, shape};
use crate::connect::WriteTx;
use crate::entity::{delivery, delivery_attempt, device, notification};
use crate::error::{Result, StorageError};
use crate::rows;
use crate::trace;
use chrono::{DateTime, TimeDelta, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, MessageId, NotificationId, RelationshipId, SlotId};
use domain::words::{Channel, DeliveryState, Job};
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A job that killed its process this often is dead-lettered.
pub const MOST_CRASHES: i32 = 5;

/// What to do on a device.
pub const WAKE: &str = "wake";
/// Take back what was shown.
pub const WITHDRAW: &str = "withdraw";

/// One thing to tell one recipient.
#[derive(Clone, Debug)]
pub struct NewNotification {
    pub id: NotificationId,
    pub slot: SlotId,
    pub job: Job,
    pub recipient: AccountId,
    pub owner: Option<AccountId>,
    pub relationship: Option<RelationshipId>,
    pub message: Option<MessageId>,
    /// What the push carries; names nothing a gateway could know.
    pub opaque: Uuid,
    /// Stable for the identity of the send: devices fold on it.
    pub collapse_id: String,
    pub expires_at: DateTime<Utc>,
    /// W3C `traceparent` of what caused it; `None`: what runs now.
    pub trace: Option<String>,
}

/// The collapse id of an identity (job, subject, local date, recipient): 32 hex digits.
pub fn collapse_id(job: Job, subject: Uuid, on_date: chrono::NaiveDate, recipient: AccountId) -> String {
    let mut hash = Sha256::new();
    hash.update(job.as_str());
    hash.update(subject);
    hash.update(on_date.to_string());
    hash.update(recipient.0);
    hex::encode(&hash.finalize()[..16])
}

/// A notification with the ways it goes out on: the app itself, the digest address, each of `devices`.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub notification: NewNotification,
    pub channels: Vec<Channel>,
    pub devices: Vec<Uuid>,
}

/// So many rows go into one statement.
const AT_ONCE: usize = 500;

/// Writes notifications and their deliveries. `new_id` gives fresh ids.
pub async fn enqueue(
    tx: &WriteTx,
    outgoing: Vec<Outgoing>,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<()> {
    let mut notifications = Vec::with_capacity(outgoing.len());
    let mut deliveries = Vec::new();
    for Outgoing { notification: new, channels, devices } in outgoing {
        let of = new.id.0;
        let trace = new.trace.or_else(trace::current);
        for channel in channels {
            match channel {
                Channel::Push => deliveries.extend(
                    devices
                        .iter()
                        .map(|device| pending(new_id(), of, channel, Some(*device), WAKE, trace.clone(), now)),
                ),
                Channel::InApp | Channel::Email => {
                    deliveries.push(pending(new_id(), of, channel, None, WAKE, trace.clone(), now));
                }
            }
        }
        notifications.push(notification::ActiveModel {
            id: Set(of),
            slot_id: Set(Some(new.slot.0)),
            job: Set(new.job.to_string()),
            recipient_id: Set(new.recipient.0),
            owner_id: Set(new.owner.map(Into::into)),
            relationship_id: Set(new.relationship.map(Into::into)),
            message_id: Set(new.message.map(Into::into)),
            opaque_id: Set(new.opaque),
            collapse_id: Set(new.collapse_id),
            created_at: Set(now),
            expires_at: Set(new.expires_at),
            read_at: Set(None),
            withdrawn_at: Set(None),
        });
    }
    for some in notifications.chunks(AT_ONCE) {
        notification::Entity::insert_many(some.iter().cloned()).exec_without_returning(&**tx).await?;
    }
    for some in deliveries.chunks(AT_ONCE) {
        delivery::Entity::insert_many(some.iter().cloned()).exec_without_returning(&**tx).await?;
    }
    tx.wakes_worker();
    Ok(())
}

fn pending(
    id: Uuid,
    notification: Uuid,
    channel: Channel,
    device: Option<Uuid>,
    action: &str,
    trace: Option<String>,
    now: DateTime<Utc>,
) -> delivery::ActiveModel {
    delivery::ActiveModel {
        id: Set(id),
        notification_id: Set(notification),
        channel: Set(channel.to_string()),
        device_id: Set(device),
        action: Set(action.to_owned()),
        state: Set(DeliveryState::Pending.to_string()),
        attempts: Set(0),
        crashes: Set(0),
        next_attempt_at: Set(Some(now)),
        first_attempt_at: Set(None),
        claimed_by: Set(None),
        lease_until: Set(None),
        reason: Set(None),
        created_at: Set(now),
        settled_at: Set(None),
        trace: Set(trace),
    }
}

/// A push can reach it.
pub(crate) fn is_live() -> Condition {
    Condition::all().add(device::Column::GoneAt.is_null()).add(device::Column::Token.is_not_null())
}

/// The delivery that has been due longest.
pub async fn first_due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Option<rows::Delivery>> {
    Ok(delivery::Entity::find()
        .filter(delivery::Column::NextAttemptAt.lte(now))
        .order_by_asc(delivery::Column::NextAttemptAt)
        .order_by_asc(delivery::Column::Id)
        .one(db)
        .await?)
}

/// Whether a process may have died of it: its lease ran out, or it did before and nothing was recorded since.
pub fn is_suspect(row: &rows::Delivery) -> bool {
    row.crashes > 0 || row.state == DeliveryState::Claimed.as_str()
}

/// Takes up to `limit` due deliveries that are no suspects for `worker`, oldest first. While a lease runs, nobody
/// else gets them.
pub async fn claim(
    tx: &WriteTx,
    worker: Uuid,
    lease: TimeDelta,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<rows::Delivery>> {
    let pending = DeliveryState::Pending.as_str();
    take(tx, worker, lease, &format!("state = '{pending}' and crashes = 0"), limit, now).await
}

/// Takes the suspect that has been due longest, if there is one. A lease that ran out counts as a crash.
pub async fn claim_suspect(
    tx: &WriteTx,
    worker: Uuid,
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<rows::Delivery>> {
    let claimed = DeliveryState::Claimed.as_str();
    take(tx, worker, lease, &format!("(state = '{claimed}' or crashes > 0)"), 1, now).await
}

async fn take(
    tx: &WriteTx,
    worker: Uuid,
    lease: TimeDelta,
    those: &str,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<rows::Delivery>> {
    let due = format!(
        "select id from delivery where next_attempt_at <= $3 and {those} order by next_attempt_at, id limit {limit}"
    );
    let claimed = DeliveryState::Claimed.as_str();
    let these = match tx.get_database_backend() {
        // As an array they are chosen once and before the update, which then looks each up by its id. As a join the
        // planner may read the whole table for them, or choose several times and take more than `limit`.
        DbBackend::Postgres => format!("id = any(array({due} for update skip locked))"),
        _ => format!("id in ({due})"),
    };
    let sql = format!(
        "update delivery set crashes = crashes + case when state = '{claimed}' then 1 else 0 end, \
         state = '{claimed}', claimed_by = $1, lease_until = $2, next_attempt_at = $2 \
         where {these} returning *"
    );
    let until = now + lease;
    let statement =
        Statement::from_sql_and_values(tx.get_database_backend(), sql, [worker.into(), until.into(), now.into()]);
    let mut rows = rows::Delivery::find_by_statement(statement).all(&**tx).await?;
    rows.sort_by_key(|row| (row.created_at, row.id));
    Ok(rows)
}

/// Lets the leases of what `worker` still holds run until then.
pub async fn renew(tx: &WriteTx, worker: Uuid, ids: &[Uuid], until: DateTime<Utc>) -> Result<()> {
    held(worker, ids)
        .col_expr(delivery::Column::LeaseUntil, Expr::value(until))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(until))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Attempts begin with this commit: from now on the gateway may have them, whatever becomes of the
/// worker. Tells which of them `worker` still holds; what was taken back since its claim must not begin.
pub async fn begin(tx: &WriteTx, worker: Uuid, ids: &[Uuid], now: DateTime<Utc>) -> Result<BTreeSet<Uuid>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let still: Vec<Uuid> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(among(delivery::Column::Id, ids))
        .filter(delivery::Column::ClaimedBy.eq(worker))
        .filter(delivery::Column::State.eq(DeliveryState::Claimed.as_str()))
        .order_by_asc(delivery::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(&**tx)
        .await?;
    let first = Expr::col(delivery::Column::FirstAttemptAt).if_null(now);
    held(worker, &still).col_expr(delivery::Column::FirstAttemptAt, first).exec(&**tx).await?;
    Ok(still.into_iter().collect())
}

/// Gives back what `worker` claimed and did not begin: due again at once, and no crash.
pub async fn give_back(tx: &WriteTx, worker: Uuid, ids: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    held(worker, ids)
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending.as_str()))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(now))
        .col_expr(delivery::Column::ClaimedBy, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .exec(&**tx)
        .await?;
    tx.wakes_worker();
    Ok(())
}

/// Gives back what `worker` holds beside `ids`: what it claimed without hearing that it did.
pub async fn give_back_all_but(tx: &WriteTx, worker: Uuid, ids: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    delivery::Entity::update_many()
        .filter(delivery::Column::Id.is_not_in(ids.iter().copied()))
        .filter(delivery::Column::ClaimedBy.eq(worker))
        .filter(delivery::Column::State.eq(DeliveryState::Claimed.as_str()))
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending.as_str()))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(now))
        .col_expr(delivery::Column::ClaimedBy, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// An update of those that `worker` holds.
fn held(worker: Uuid, ids: &[Uuid]) -> sea_orm::UpdateMany<delivery::Entity> {
    delivery::Entity::update_many()
        .filter(among(delivery::Column::Id, ids))
        .filter(delivery::Column::ClaimedBy.eq(worker))
        .filter(delivery::Column::State.eq(DeliveryState::Claimed.as_str()))
}

/// When the next delivery becomes due, if any does.
pub async fn next_due(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    Ok(delivery::Entity::find()
        .filter(delivery::Column::NextAttemptAt.is_not_null())
        .order_by_asc(delivery::Column::NextAttemptAt)
        .limit(1)
        .one(db)
        .await?
        .and_then(|row| row.next_attempt_at))
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub state: DeliveryState,
    /// A closed word of the transport or the gate.
    pub reason: Option<String>,
    /// For `pending`: when to try again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Whether a transport was really asked; a gate's no is not an attempt.
    pub attempted: bool,
}

/// So many outcomes go into one statement.
const RECORDED_AT_ONCE: usize = 256;

/// Records attempts of deliveries that `worker` still holds. A delivery cancelled meanwhile stays cancelled, but
/// the attempt is kept. What is to be tried again is no suspect any more: this attempt killed nobody.
pub async fn record(
    tx: &WriteTx,
    worker: Uuid,
    made: &[(&rows::Delivery, &Attempt)],
    now: DateTime<Utc>,
) -> Result<()> {
    for some in made.chunks(RECORDED_AT_ONCE) {
        let settled: Vec<Settled> = some.iter().map(|(row, attempt)| Settled::of(row, attempt, now)).collect();
        match tx.get_database_backend() {
            DbBackend::Postgres => settle_from_json(tx, worker, &settled, now).await?,
            _ => settle_from_values(tx, worker, &settled, now).await?,
        }
    }
    Ok(())
}

/// How a delivery stands after an attempt.
#[derive(Clone, Debug, Serialize)]
struct Settled {
    id: Uuid,
    state: &'static str,
    attempts: i32,
    crashes: i32,
    reason: Option<String>,
    next_attempt_at: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
    /// Whether the attempt is kept.
    attempted: bool,
}

impl Settled {
    fn of(row: &rows::Delivery, attempt: &Attempt, now: DateTime<Utc>) -> Self {
        let open = attempt.state == DeliveryState::Pending;
        Self {
            id: row.id,
            state: attempt.state.as_str(),
            attempts: row.attempts + i32::from(attempt.attempted),
            crashes: if open { 0 } else { row.crashes },
            reason: attempt.reason.clone(),
            next_attempt_at: attempt.next_attempt_at.filter(|_| open),
            settled_at: (!open).then_some(now),
            attempted: attempt.attempted,
        }
    }
}

/// One statement, the same for any number: as so many placeholders each number would be planned anew, and by a
/// list of rows the planner may read the whole table.
async fn settle_from_json(tx: &WriteTx, worker: Uuid, settled: &[Settled], now: DateTime<Utc>) -> Result<()> {
    let sql = format!(
        "with made as (select * from json_to_recordset($2::json) as made (id uuid, state text, attempts int, \
         crashes int, reason text, next_attempt_at timestamptz, settled_at timestamptz, attempted bool)), \
         kept as (insert into delivery_attempt (delivery_id, number, at, outcome, reason) \
         select id, attempts, $3, state, reason from made where attempted on conflict do nothing) \
         update delivery set {}, claimed_by = null, lease_until = null from made \
         where delivery.id = made.id and delivery.claimed_by = $1 and delivery.state = '{}'",
        assigned(),
        DeliveryState::Claimed.as_str(),
    );
    let made = serde_json::to_string(settled).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let values: [Value; 3] = [worker.into(), made.into(), now.into()];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

/// Filled up with the last, as in [`among`].
async fn settle_from_values(tx: &WriteTx, worker: Uuid, settled: &[Settled], now: DateTime<Utc>) -> Result<()> {
    let Some(last) = settled.last() else { return Ok(()) };
    let filled = shape(settled.len());
    let mut values: Vec<Value> = vec![worker.into()];
    let mut rows = Vec::with_capacity(filled);
    for one in settled.iter().chain(std::iter::repeat(last)).take(filled) {
        let first = values.len() + 1;
        values.extend::<[Value; SETTLED.len()]>([
            one.id.into(),
            one.state.into(),
            one.attempts.into(),
            one.crashes.into(),
            one.reason.clone().into(),
            one.next_attempt_at.into(),
            one.settled_at.into(),
        ]);
        let numbers: Vec<String> = (first..first + SETTLED.len()).map(|number| format!("${number}")).collect();
        rows.push(format!("({})", numbers.join(", ")));
    }
    let sql = format!(
        "with made ({}) as (values {}) update delivery set {}, claimed_by = null, lease_until = null from made \
         where delivery.id = made.id and delivery.claimed_by = $1 and delivery.state = '{}'",
        SETTLED.join(", "),
        rows.join(", "),
        assigned(),
        DeliveryState::Claimed.as_str(),
    );
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    let kept: Vec<_> = settled.iter().filter(|one| one.attempted).collect();
    let Some(last) = kept.last() else { return Ok(()) };
    let filled = shape(kept.len());
    let kept = kept.iter().chain(std::iter::repeat(last)).take(filled).map(|one| delivery_attempt::ActiveModel {
        delivery_id: Set(one.id),
        number: Set(one.attempts),
        at: Set(now),
        outcome: Set(one.state.to_owned()),
        reason: Set(one.reason.clone()),
    });
    let identity = [delivery_attempt::Column::DeliveryId, delivery_attempt::Column::Number];
    delivery_attempt::Entity::insert_many(kept)
        .on_conflict(OnConflict::columns(identity).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// What an attempt changes, its identity first.
const SETTLED: [&str; 7] = ["id", "state", "attempts", "crashes", "reason", "next_attempt_at", "settled_at"];

fn assigned() -> String {
    let set: Vec<String> = SETTLED[1..].iter().map(|column| format!("{column} = made.{column}")).collect();
    set.join(", ")
}

/// Notifications by id.
pub async fn notifications(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, rows::Notification>> {
    let rows = notification::Entity::find().filter(among(notification::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The notification an opaque id stands for, for its recipient's app.
pub async fn by_opaque(db: &impl ConnectionTrait, opaque: Uuid) -> Result<Option<rows::Notification>> {
    Ok(notification::Entity::find().filter(notification::Column::OpaqueId.eq(opaque)).one(db).await?)
}

pub async fn of_notification(db: &impl ConnectionTrait, id: NotificationId) -> Result<Vec<rows::Delivery>> {
    Ok(delivery::Entity::find()
        .filter(delivery::Column::NotificationId.eq(id.0))
        .order_by_asc(delivery::Column::CreatedAt)
        .order_by_asc(delivery::Column::Id)
        .all(db)
        .await?)
}

/// Devices by id.
pub async fn devices(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, rows::Device>> {
    let rows = device::Entity::find().filter(among(device::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Notifications of a slot.
pub async fn of_slot(db: &impl ConnectionTrait, slot: SlotId) -> Result<Vec<rows::Notification>> {
    Ok(notification::Entity::find()
        .filter(notification::Column::SlotId.eq(slot.0))
        .order_by_asc(notification::Column::Id)
        .all(db)
        .await?)
}

/// She read it on some device: it leaves all others.
pub async fn read(tx: &WriteTx, id: NotificationId, now: DateTime<Utc>) -> Result<()> {
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(now))
        .filter(notification::Column::Id.eq(id.0))
        .filter(notification::Column::ReadAt.is_null())
        .exec(&**tx)
        .await?;
    withdraw(tx, id.0, now).await
}

/// Takes a notification back from the devices it may have reached: the same collapse id, silently. A
/// phone that cannot have got it is not woken for that, and does not get it any more. The withdrawal's id is derived from the delivery it takes back, so it arises once.
pub async fn withdraw(tx: &WriteTx, notification: Uuid, now: DateTime<Utc>) -> Result<()> {
    let changed = notification::Entity::update_many()
        .col_expr(notification::Column::WithdrawnAt, Expr::value(now))
        .filter(notification::Column::Id.eq(notification))
        .filter(notification::Column::WithdrawnAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(());
    }
    // Whether an attempt has begun is asked under the lock that beginning takes: it is withdrawn, or it never begins.
    let wakes = delivery::Entity::find()
        .filter(delivery::Column::NotificationId.eq(notification))
        .filter(delivery::Column::Channel.eq(Channel::Push.as_str()))
        .filter(delivery::Column::Action.eq(WAKE))
        .order_by_asc(delivery::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(&**tx)
        .await?;
    let (shown, unseen): (Vec<_>, Vec<_>) = wakes.into_iter().partition(|row| row.first_attempt_at.is_some());
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled.as_str()))
        .col_expr(delivery::Column::Reason, Expr::value(Reason::AlreadyRead.as_str()))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(delivery::Column::SettledAt, Expr::value(now))
        .filter(delivery::Column::Id.is_in(unseen.iter().map(|row| row.id)))
        .filter(delivery::Column::SettledAt.is_null())
        .exec(&**tx)
        .await?;
    for row in shown {
        let id = Uuid::new_v5(&row.id, WITHDRAW.as_bytes());
        delivery::Entity::insert(pending(
            id,
            notification,
            Channel::Push,
            row.device_id,
            WITHDRAW,
            trace::current(),
            now,
        ))
        .on_conflict(OnConflict::column(delivery::Column::Id).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
        tx.wakes_worker();
    }
    Ok(())
}
