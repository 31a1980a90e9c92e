//! What recurs. Acts never compute slots: they write what was decided and set `next_at` to now,
//! and the planner looks again.

use crate::among::among;
use crate::connect::WriteTx;
use crate::entity::series;
use crate::error::{Result, StorageError};
use crate::planned;
use crate::rows;
use crate::whose::Whose;
use chrono::{DateTime, NaiveDate, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId, SeriesId};
use domain::words::{Job, SeriesState};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, Statement, Value,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A series as it is asked for, proposed, or opened.
#[derive(Clone, Debug)]
pub struct NewSeries {
    pub id: SeriesId,
    pub job: Job,
    pub owner: Option<AccountId>,
    pub provider: Option<AccountId>,
    pub relationship: Option<RelationshipId>,
    pub state: SeriesState,
    pub every_days: i32,
    /// IANA zone its dates are counted in.
    pub zone: String,
    pub proposed_by: Option<AccountId>,
    pub accepted_on: Option<NaiveDate>,
}

/// Which side says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Owner,
    Provider,
}

fn condition(whose: Whose) -> Condition {
    let column = match whose {
        Whose::Owner(id) => series::Column::OwnerId.eq(id.0),
        Whose::Provider(id) => series::Column::ProviderId.eq(id.0),
        Whose::Relationship(id) => series::Column::RelationshipId.eq(id.0),
        Whose::Series(id) => series::Column::Id.eq(id.0),
    };
    Condition::all().add(column)
}

/// Writes a new series; the planner looks at an active one at once.
pub async fn open(tx: &WriteTx, new: NewSeries, now: DateTime<Utc>) -> Result<()> {
    let active = new.state == SeriesState::Active;
    let row = series::ActiveModel {
        id: Set(new.id.0),
        job: Set(new.job.to_string()),
        owner_id: Set(new.owner.map(Into::into)),
        provider_id: Set(new.provider.map(Into::into)),
        relationship_id: Set(new.relationship.map(Into::into)),
        state: Set(new.state.to_string()),
        every_days: Set(new.every_days),
        zone: Set(new.zone),
        proposed_by: Set(new.proposed_by.map(Into::into)),
        owner_accepted_at: Set(None),
        provider_accepted_at: Set(None),
        accepted_on: Set(new.accepted_on),
        ends_on: Set(None),
        number: Set(0),
        anchor_on: Set(None),
        slot_on: Set(None),
        next_at: Set(active.then_some(now)),
        closes_at: Set(None),
        last_anchor_on: Set(None),
        cycle: Set(0),
        prompts_in_cycle: Set(0),
        trigger: Set(None),
        with_provider_id: Set(None),
        rested_at: Set(None),
        rest_reason: Set(None),
        stopped_at: Set(None),
        created_at: Set(now),
        version: Set(1),
    };
    series::Entity::insert(row).exec_without_returning(&**tx).await?;
    if active {
        tx.wakes_worker();
    }
    Ok(())
}

pub async fn by_id(db: &impl ConnectionTrait, id: SeriesId) -> Result<Option<rows::Series>> {
    Ok(series::Entity::find_by_id(id.0).one(db).await?)
}

/// Several, by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, rows::Series>> {
    let rows = series::Entity::find().filter(among(series::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The series of one party or pair, oldest first.
pub async fn of(db: &impl ConnectionTrait, whose: Whose, job: Option<Job>) -> Result<Vec<rows::Series>> {
    let mut query = series::Entity::find().filter(condition(whose));
    if let Some(job) = job {
        query = query.filter(series::Column::Job.eq(job.as_str()));
    }
    Ok(query.order_by_asc(series::Column::Id).all(db).await?)
}

/// Changes one row that is still as it was read.
async fn change(tx: &WriteTx, row: &rows::Series, values: Vec<(series::Column, SimpleExpr)>) -> Result<()> {
    let mut update = series::Entity::update_many()
        .col_expr(series::Column::Version, Expr::col(series::Column::Version).add(1))
        .filter(series::Column::Id.eq(row.id))
        .filter(series::Column::Version.eq(row.version));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    let changed = update.exec(&**tx).await?;
    tx.wakes_worker();
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// One side accepts. Activating is a call of its own, once both did.
pub async fn accept(tx: &WriteTx, row: &rows::Series, by: Party, now: DateTime<Utc>) -> Result<()> {
    let column = match by {
        Party::Owner => series::Column::OwnerAcceptedAt,
        Party::Provider => series::Column::ProviderAcceptedAt,
    };
    let updated = series::Entity::update_many()
        .col_expr(column, Expr::value(now))
        .filter(series::Column::Id.eq(row.id))
        .exec(&**tx)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// Starts the series: anchors count from `accepted_on`.
pub async fn activate(
    tx: &WriteTx,
    row: &rows::Series,
    accepted_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<()> {
    restart(tx, row, accepted_on, ends_on, now).await
}

/// Starts the series afresh (after a rest, for another twelve weeks, with another cadence).
/// Nothing is sent for the past.
pub async fn restart(
    tx: &WriteTx,
    row: &rows::Series,
    accepted_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<()> {
    change(
        tx,
        row,
        vec![
            (series::Column::State, Expr::value(SeriesState::Active.as_str())),
            (series::Column::AcceptedOn, Expr::value(accepted_on)),
            (series::Column::EndsOn, Expr::value(ends_on)),
            (series::Column::Number, Expr::value(0)),
            (series::Column::AnchorOn, Expr::value(Option::<NaiveDate>::None)),
            (series::Column::SlotOn, Expr::value(Option::<NaiveDate>::None)),
            (series::Column::ClosesAt, Expr::value(Option::<DateTime<Utc>>::None)),
            (series::Column::LastAnchorOn, Expr::value(Option::<NaiveDate>::None)),
            (series::Column::PromptsInCycle, Expr::value(0)),
            (series::Column::RestedAt, Expr::value(Option::<DateTime<Utc>>::None)),
            (series::Column::RestReason, Expr::value(Option::<String>::None)),
            (series::Column::StoppedAt, Expr::value(Option::<DateTime<Utc>>::None)),
            (series::Column::NextAt, Expr::value(now)),
        ],
    )
    .await
}

/// Starts the series afresh with another cadence.
pub async fn restart_every(
    tx: &WriteTx,
    row: &rows::Series,
    every_days: i32,
    accepted_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<()> {
    restart(tx, row, accepted_on, ends_on, now).await?;
    cadence(tx, &rows::Series { version: row.version + 1, ..row.clone() }, every_days).await
}

/// Sets the cadence of a series that does not run; it counts from the next start.
pub async fn cadence(tx: &WriteTx, row: &rows::Series, every_days: i32) -> Result<()> {
    change(tx, row, vec![(series::Column::EveryDays, Expr::value(every_days))]).await
}

/// Ends it (`stopped`, `completed`) or lets it rest; what was planned for it is cancelled in the
/// same commit.
pub async fn settle(
    tx: &WriteTx,
    row: &rows::Series,
    state: SeriesState,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut values = vec![
        (series::Column::State, Expr::value(state.as_str())),
        (series::Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None)),
        (series::Column::SlotOn, Expr::value(Option::<NaiveDate>::None)),
    ];
    if state == SeriesState::Resting {
        values.push((series::Column::RestedAt, Expr::value(now)));
        values.push((series::Column::RestReason, Expr::value(reason.as_str())));
    } else {
        values.push((series::Column::StoppedAt, Expr::value(now)));
    }
    change(tx, row, values).await?;
    planned::cancel(tx, Whose::Series(SeriesId(row.id)), reason, now).await
}

/// The last slot of the series went out: it is over until the owner renews it. What is planned for
/// that last slot stays.
pub async fn complete(tx: &WriteTx, row: &rows::Series, now: DateTime<Utc>) -> Result<()> {
    change(
        tx,
        row,
        vec![
            (series::Column::State, Expr::value(SeriesState::Completed.as_str())),
            (series::Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None)),
            (series::Column::SlotOn, Expr::value(Option::<NaiveDate>::None)),
            (series::Column::StoppedAt, Expr::value(now)),
        ],
    )
    .await
}

/// Looks at a series later, whatever made it fail now: its neighbours are not delayed.
pub async fn postpone(tx: &WriteTx, id: SeriesId, until: DateTime<Utc>) -> Result<()> {
    series::Entity::update_many()
        .col_expr(series::Column::NextAt, Expr::value(until))
        .filter(series::Column::Id.eq(id.0))
        .filter(series::Column::NextAt.is_not_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The planner looks again at every active series of `whose`: hours, zone, absence, cadence or
/// settings changed.
pub async fn reconsider(tx: &WriteTx, whose: Whose, now: DateTime<Utc>) -> Result<()> {
    series::Entity::update_many()
        .col_expr(series::Column::NextAt, Expr::value(now))
        .filter(condition(whose))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .exec(&**tx)
        .await?;
    tx.wakes_worker();
    Ok(())
}

/// A prompt wished for out of turn, due from `due_on` on (plan used, discharge + 14 days, either
/// asks). A trigger that waits already is kept if it is due earlier.
pub async fn trigger(
    tx: &WriteTx,
    row: &rows::Series,
    trigger: &str,
    due_on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let earlier = row.trigger.as_deref().and_then(trigger_due).is_some_and(|waiting| waiting <= due_on);
    if earlier {
        return Ok(());
    }
    change(
        tx,
        row,
        vec![
            (series::Column::Trigger, Expr::value(format!("{trigger}@{due_on}"))),
            (series::Column::SlotOn, Expr::value(Option::<NaiveDate>::None)),
            (series::Column::NextAt, Expr::value(now)),
        ],
    )
    .await
}

/// The due date in a stored trigger (`word@date`).
pub fn trigger_due(stored: &str) -> Option<NaiveDate> {
    stored.split_once('@')?.1.parse().ok()
}

/// Everything the planner keeps in a series between two looks.
#[derive(Clone, Debug, Default)]
pub struct Position {
    pub number: i32,
    pub anchor_on: Option<NaiveDate>,
    pub slot_on: Option<NaiveDate>,
    pub next_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    pub last_anchor_on: Option<NaiveDate>,
    pub cycle: i32,
    pub prompts_in_cycle: i32,
    pub trigger: Option<String>,
}

impl From<&rows::Series> for Position {
    fn from(row: &rows::Series) -> Self {
        Self {
            number: row.number,
            anchor_on: row.anchor_on,
            slot_on: row.slot_on,
            next_at: row.next_at,
            closes_at: row.closes_at,
            last_anchor_on: row.last_anchor_on,
            cycle: row.cycle,
            prompts_in_cycle: row.prompts_in_cycle,
            trigger: row.trigger.clone(),
        }
    }
}

/// Moves the planner's place in a series; `Stale` if the series changed since it was read.
pub async fn advance(tx: &WriteTx, row: &rows::Series, to: Position) -> Result<()> {
    change(
        tx,
        row,
        vec![
            (series::Column::Number, Expr::value(to.number)),
            (series::Column::AnchorOn, Expr::value(to.anchor_on)),
            (series::Column::SlotOn, Expr::value(to.slot_on)),
            (series::Column::NextAt, Expr::value(to.next_at)),
            (series::Column::ClosesAt, Expr::value(to.closes_at)),
            (series::Column::LastAnchorOn, Expr::value(to.last_anchor_on)),
            (series::Column::Cycle, Expr::value(to.cycle)),
            (series::Column::PromptsInCycle, Expr::value(to.prompts_in_cycle)),
            (series::Column::Trigger, Expr::value(to.trigger)),
        ],
    )
    .await
}

/// So many places are moved by one statement.
const AT_ONCE: usize = 250;

/// Moves the planner's place in several series at once; `Stale` if one of them changed since it was read.
pub async fn advance_all(tx: &WriteTx, moves: &[(&rows::Series, Position)]) -> Result<()> {
    for some in moves.chunks(AT_ONCE) {
        let mut values = Vec::with_capacity(some.len() * PLACE.len());
        for (row, to) in some {
            values.extend(place(row, to));
        }
        let columns = PLACE.join(", ");
        let rows: Vec<String> = (0..some.len()).map(|row| placeholders(row * PLACE.len())).collect();
        let set: Vec<String> = PLACE[2..].iter().map(|column| format!("{column} = moved.{column}")).collect();
        let sql = format!(
            "with moved ({columns}) as (values {}) update series set {}, version = series.version + 1 \
             from moved where series.id = moved.id and series.version = moved.version",
            rows.join(", "),
            set.join(", "),
        );
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        let moved = tx.execute_raw(statement).await?.rows_affected();
        if usize::try_from(moved) != Ok(some.len()) {
            return Err(StorageError::Stale);
        }
    }
    tx.wakes_worker();
    Ok(())
}

/// By what a row is found, and where the planner's place in it is kept.
const PLACE: [&str; 11] = [
    "id",
    "version",
    "number",
    "anchor_on",
    "slot_on",
    "next_at",
    "closes_at",
    "last_anchor_on",
    "cycle",
    "prompts_in_cycle",
    "\"trigger\"",
];

fn place(row: &rows::Series, to: &Position) -> [Value; PLACE.len()] {
    [
        row.id.into(),
        row.version.into(),
        to.number.into(),
        to.anchor_on.into(),
        to.slot_on.into(),
        to.next_at.into(),
        to.closes_at.into(),
        to.last_anchor_on.into(),
        to.cycle.into(),
        to.prompts_in_cycle.into(),
        to.trigger.clone().into(),
    ]
}

/// `($1, …)` after `before` others.
fn placeholders(before: usize) -> String {
    let numbers: Vec<String> = (1..=PLACE.len()).map(|place| format!("${}", before + place)).collect();
    format!("({})", numbers.join(", "))
}

/// Makes the series of `whose` this transaction's. See [`planned`] on the order of locks.
pub(crate) async fn lock(tx: &WriteTx, whose: Whose) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let _: Vec<Uuid> = series::Entity::find()
            .select_only()
            .column(series::Column::Id)
            .filter(condition(whose))
            .order_by_asc(series::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple()
            .all(&**tx)
            .await?;
    }
    Ok(())
}

/// Those of [`due`] that no other planner has in hand; nobody else has them until the end of the transaction.
pub async fn take(tx: &WriteTx, now: DateTime<Utc>, limit: u64) -> Result<Vec<rows::Series>> {
    Ok(due_at(now, limit).lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked).all(&**tx).await?)
}

/// The series due at `now`, by due time. Costs by what is due: a range of the partial index.
pub async fn due(db: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<rows::Series>> {
    Ok(due_at(now, limit).all(db).await?)
}

fn due_at(now: DateTime<Utc>, limit: u64) -> Select<series::Entity> {
    series::Entity::find()
        .filter(series::Column::NextAt.lte(now))
        .order_by_asc(series::Column::NextAt)
        .order_by_asc(series::Column::Id)
        .limit(limit)
}

/// Makes sure that a job runs once for a party or pair: one series that was not stopped.
pub async fn ensure(tx: &WriteTx, new: NewSeries, now: DateTime<Utc>) -> Result<()> {
    let whose = match (new.relationship, new.owner, new.provider) {
        (Some(relationship), _, _) => Whose::Relationship(relationship),
        (None, Some(owner), _) => Whose::Owner(owner),
        (None, None, Some(provider)) => Whose::Provider(provider),
        (None, None, None) => return Err(StorageError::Corrupt("a series of nobody".into())),
    };
    let stands = of(&**tx, whose, Some(new.job)).await?.iter().any(|row| row.state != SeriesState::Stopped.as_str());
    if stands { Ok(()) } else { open(tx, new, now).await }
}
