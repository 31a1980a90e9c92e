//! "Take a new round": what makes a pair look at its agreement out of turn (R25).

use crate::connect::WriteTx;
use crate::entity::series as series_entity;
use crate::error::{Result, StorageError};
use crate::whose::Whose;
use crate::{calendars, check_ins, rows, series};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, RelationshipId, SeriesId};
use domain::words::{Job, RoundCause, SeriesState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

/// From the owner's next day on the pair is asked, if its series of rounds runs.
pub async fn wish(
    tx: &WriteTx,
    relationship: RelationshipId,
    owner: AccountId,
    cause: RoundCause,
    now: DateTime<Utc>,
) -> Result<()> {
    let today = calendars::today(&**tx, owner, now).await?;
    let tomorrow = today.succ_opt().unwrap_or(NaiveDate::MAX);
    for row in series::of(&**tx, Whose::Relationship(relationship), Some(Job::AgreementRound)).await? {
        if row.state == SeriesState::Active.as_str() {
            series::trigger(tx, &row, cause.as_str(), tomorrow, now).await?;
        }
    }
    Ok(())
}

/// A round that waits: nobody has been asked to take it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub cause: RoundCause,
    /// The owner is asked on this date or later.
    pub from: NaiveDate,
    /// Who wished for it, where one of the two did.
    pub asked_by: Option<AccountId>,
}

/// One of the two wishes for a round. While one waits already, for whatever reason, that is the one.
/// `None`: the pair has no agreement in force, and so no rounds.
pub async fn ask(
    tx: &WriteTx,
    relationship: RelationshipId,
    owner: AccountId,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>> {
    let Some(row) = running(&**tx, relationship).await? else { return Ok(None) };
    // Two who ask at the same moment ask for one round.
    check_ins::hold(tx, SeriesId(row.id)).await?;
    if waiting(&**tx, relationship).await?.is_none() {
        series_entity::Entity::update_many()
            .col_expr(series_entity::Column::ProposedBy, Expr::value(by.0))
            .filter(series_entity::Column::Id.eq(row.id))
            .exec(&**tx)
            .await?;
        wish(tx, relationship, owner, RoundCause::Asked, now).await?;
    }
    waiting(&**tx, relationship).await
}

/// The round of a pair that waits.
pub async fn waiting(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Option<Waiting>> {
    let Some(row) = running(db, relationship).await? else { return Ok(None) };
    let Some((cause, from)) = row.trigger.as_deref().and_then(|stored| stored.split_once('@')) else { return Ok(None) };
    let cause = cause.parse()?;
    let from = from.parse().map_err(|_| StorageError::Corrupt("due date of a round".into()))?;
    let asked_by = row.proposed_by.map(AccountId).filter(|_| cause == RoundCause::Asked);
    Ok(Some(Waiting { cause, from, asked_by }))
}

/// The series of some relationships in which a round waits.
pub(crate) fn all_waiting(relationships: impl Iterator<Item = Uuid>) -> Select<series_entity::Entity> {
    series_entity::Entity::find()
        .filter(series_entity::Column::RelationshipId.is_in(relationships))
        .filter(series_entity::Column::Job.eq(Job::AgreementRound.as_str()))
        .filter(series_entity::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series_entity::Column::Trigger.is_not_null())
}

async fn running(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Option<rows::Series>> {
    let rounds = series::of(db, Whose::Relationship(relationship), Some(Job::AgreementRound)).await?;
    Ok(rounds.into_iter().find(|row| row.state == SeriesState::Active.as_str()))
}
